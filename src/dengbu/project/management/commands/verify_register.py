"""`dengbu verify`: rebuild the register from its entries and compare it with the tables."""

from __future__ import annotations

import dataclasses
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dengbu.core import clock
from dengbu.register.verify import verify


class Command(BaseCommand):
    help = (
        "Rebuild the register from its entries, compare it with the tables; exit status 1 where they differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--deep", action="store_true", help="also decrypt every holder's number and check it"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *_: Any, **options: Any) -> None:
        began = clock.monotonic()
        report = verify(deep=options["deep"])
        seconds = round(clock.monotonic() - began, 1)
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {"ok": report.ok, **dataclasses.asdict(report), "seconds": seconds}, ensure_ascii=False
                )
            )
        else:
            for d in report.differences:
                self.stdout.write(f"{d.code}  {d.place}: {d.detail}")
            self.stdout.write(
                f"register {'clean' if report.ok else 'DIFFERS'}: {report.entries} entries, {report.rows} rows,"
                f" {report.found} differences, {seconds} s"
            )
        if not report.ok:
            raise CommandError(f"{report.found} differences", returncode=1)
