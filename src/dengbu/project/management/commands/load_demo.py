"""`dengbu demo`: load the demo district into the running database, once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dengbu.core import clock
from dengbu.core.refusals import Refused
from dengbu.project.demo.actions import load_district
from dengbu.project.demo.district import plan


class Command(BaseCommand):
    help = "Load the demo district once: people, land, rights, contracts, stock. Refused in production."

    def handle(self, *_: Any, **__: Any) -> None:
        began = clock.monotonic()
        try:
            loaded = load_district()
        except Refused as refused:
            raise CommandError("；".join(str(r) for r in refused.refusals)) from None
        if not loaded:
            self.stdout.write("the demo district is there already")
            return
        district = plan()
        seconds = round(clock.monotonic() - began, 1)
        self.stdout.write(
            f"demo district loaded: {len(district.parcels)} parcels, {len(district.units)} units,"
            f" {len(district.people)} people, {seconds} s"
        )
