"""Whole roads over HTTP, between real processes: the office, its worker, the simulators, and the people."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dengbu.project.launcher.environment import DatabaseUrls
from dengbu.project.management.commands.walkthrough import ROADS
from dengbu.project.walkthrough import roads
from dengbu.project.walkthrough.plays import PLAYS
from dengbu.register.verify import verify
from dengbu.web.filing.journeys import JOURNEYS
from tests.support.processes import LiveServer

COMMAND = Path(sys.executable).with_name("dengbu")


def walk(office: LiveServer, *arguments: str, owner: str = "") -> tuple[int, list[dict[str, Any]], str]:
    """Run `dengbu walkthrough --json` as somebody would. Gives exit status, cases, and what was said. `owner`: URL of
    the role that may move the office's clock."""
    environment = os.environ | {"DENGBU_SIM_PORT": str(office.simulator_port)}
    if owner:
        environment |= {"MIGRATE_DATABASE_URL": owner}
    done = subprocess.run(
        [COMMAND, "walkthrough", "--json", "--base-url", office.base_url,
         "--simulator-url", f"http://127.0.0.1:{office.simulator_port}", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=2400,
    )  # fmt: skip
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines() if line], done.stderr


# On each run one of every way in and out; `make test-all` walks all that is offered.
FAST = ("P01", "B06", "D09", "C01", "S02", "B03")


def test_every_type_goes_from_filing_to_the_archive_and_the_book_is_clean(
    live_demo_office: LiveServer, module_demo_database: DatabaseUrls
) -> None:
    everything = os.environ.get("DENGBU_WALK_ALL") == "1"
    chosen = ["--all", "--pass-days"] if everything else ["--type", *FAST]
    status, cases, said = walk(live_demo_office, *chosen, owner=module_demo_database.owner)
    assert status == 0, said or cases
    assert {c["type"] for c in cases} == (set(JOURNEYS) if everything else set(FAST))
    no_paper = {"B06"} | {code for code, play in PLAYS.items() if not play.proof}
    for case in cases:
        assert set(case) == {"type", "case_no", "entry_no", "certificate_no", "state", "seconds", "steps"}
        assert case["state"] == "archived" and case["case_no"].startswith("WS") and case["entry_no"]
        assert (case["certificate_no"] is None) == (case["type"] in no_paper)
    numbers = [c["certificate_no"] for c in cases if c["certificate_no"]]
    assert len(set(numbers)) == len(numbers)
    assert verify().ok


def test_what_is_offered_on_line_has_a_play() -> None:
    assert set(JOURNEYS) == set(ROADS)
    assert set(FAST) <= set(ROADS)


def test_a_walk_is_repeatable_on_the_same_data(live_demo_office: LiveServer) -> None:
    status, cases, said = walk(live_demo_office, "--type", "B06", "--count", "2")
    assert status == 0, said or cases
    assert len({c["case_no"] for c in cases}) == 2


def test_an_office_that_does_not_answer_is_a_failed_case_with_the_reason() -> None:
    done = subprocess.run(
        [COMMAND, "walkthrough", "--json", "--type", "P01", "--base-url", "http://127.0.0.1:9"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    (case,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert case["state"] == "failed" and case["error"]


def test_no_free_unit_left_says_so_and_exits_3(
    live_demo_office: LiveServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from django.core.management import call_command

    monkeypatch.setattr(roads, "planned", lambda _type: [])
    with pytest.raises(SystemExit) as left:
        call_command(
            "walkthrough",
            type=["B06"],
            base_url=live_demo_office.base_url,
            simulator_url=f"http://127.0.0.1:{live_demo_office.simulator_port}",
        )
    assert left.value.code == 3
    assert "no free unit or mortgage is left" in capsys.readouterr().err
