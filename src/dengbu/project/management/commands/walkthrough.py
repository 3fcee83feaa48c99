"""`dengbu walkthrough`: drive cases over HTTP against a running office, through the pages that people use."""

from __future__ import annotations

import functools
import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

import httpx
from django.core.management.base import BaseCommand

from dengbu.core import clock
from dengbu.project.demo.days import pass_days
from dengbu.project.launcher.problems import LauncherProblem
from dengbu.project.walkthrough.anytype import PLAYS, walk_type
from dengbu.project.walkthrough.batch import new_homes
from dengbu.project.walkthrough.roads import NothingLeft, Walk, Walked, discharge, mortgage, sale, walking
from dengbu.project.walkthrough.visitor import StepFailed
from dengbu.web.filing.journeys import JOURNEYS


def _any(walk: Walk, code: str) -> list[Walked]:
    return [walk_type(walk, code)]


ROADS: dict[str, Callable[[Walk], list[Walked]]] = {
    "P01": lambda walk: [sale(walk)],
    "B01": lambda walk: [mortgage(walk)],
    "B06": lambda walk: [discharge(walk)],
    "D09": new_homes,
    **{code: functools.partial(_any, code=code) for code in PLAYS if code in JOURNEYS},
}


class Command(BaseCommand):
    help = (
        "Take cases of the demo district from filing to the archived volume, over HTTP, as the different persons. "
        "Exit status: 0 all archived, 1 a case failed, 3 no free unit or mortgage left."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--type", choices=sorted(ROADS), nargs="+", default=["P01"], help="the registration types to walk"
        )
        parser.add_argument("--all", action="store_true", help="every type, one after the other")
        parser.add_argument("--count", type=int, default=1, help="how many cases of each type (D09: batches)")
        parser.add_argument("--base-url", default=os.environ.get("DENGBU_BASE_URL", "http://127.0.0.1:8000"))
        parser.add_argument(
            "--simulator-url",
            default=f"http://127.0.0.1:{os.environ.get('DENGBU_SIM_PORT', '0')}",
            help="where the SMS simulator's outbox is read",
        )
        parser.add_argument(
            "--pass-days",
            action="store_true",
            help="move the clock of this demo office on where a public notice has to run out (S03, S04)",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object per case, one a line")

    def handle(self, **options: Any) -> None:
        out = self.stdout.write
        quiet = options["json"]
        status = 0
        table: list[Walked] = []
        with walking(
            options["base_url"].rstrip("/"), options["simulator_url"], _nothing if quiet else out
        ) as walk:
            if options["pass_days"]:
                pass_days(0)  # go by the office's clock, which an earlier walk may have moved
                walk.pass_days = pass_days
            for kind in ROADS if options["all"] else options["type"]:
                for _ in range(options["count"]):
                    if not quiet:
                        out(f"{kind}")
                    started, walk.steps = clock.monotonic(), 0
                    try:
                        cases = ROADS[kind](walk)
                    except NothingLeft as nothing:
                        self.stderr.write(str(nothing))
                        status = max(status, 3)
                        break
                    except (StepFailed, httpx.HTTPError, LauncherProblem) as failed:
                        cases = [Walked(kind, state="failed", error=str(failed)[:500])]
                        status = 1
                    finally:
                        walk.leave()
                    table += cases
                    for walked in cases:
                        walked.seconds, walked.steps = clock.monotonic() - started, walk.steps
                        out(json.dumps(walked.as_json(), ensure_ascii=False) if quiet else _said(walked))
        if not quiet and len(table) > 1:
            out(_table(table))
        if status:
            sys.exit(status)


def _nothing(_: str) -> None:
    return None


def _table(cases: list[Walked]) -> str:
    """One line a case: type, what came of it, entry, paper, steps, seconds; and how many of each."""
    lines = [
        f"{c.type:4} {c.state:9} {c.entry_no or '—':13} {c.certificate_no or c.error or '不发证'}"
        f"  {c.steps}步 {c.seconds:.1f}秒"
        for c in cases
    ]
    failed = sum(c.state != "archived" for c in cases)
    return "\n".join([*lines, f"{len({c.type for c in cases})}类{len(cases)}件，{failed}件没有办结"])


def _said(walked: Walked) -> str:
    if walked.error:
        return f"  ✕ {walked.error}"
    number = walked.certificate_no or "不发证"
    return f"  ✓ {walked.case_no} 登簿{walked.entry_no} {number}，{walked.steps}步，{walked.seconds:.1f}秒\n"
