"""The demo accounts as a table or as JSON."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dengbu.project.demo.accounts import demo_accounts


class Command(BaseCommand):
    help = "Print the demo accounts: name, role, login, password, note. There are none in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON list")

    def handle(self, *_: Any, **options: Any) -> None:
        if settings.ENV == "production":
            raise CommandError("a production office has no demo accounts")
        accounts = demo_accounts()
        if options["json"]:
            self.stdout.write(json.dumps(accounts, ensure_ascii=False))
            return
        for a in accounts:
            self.stdout.write("\t".join((a["name"], a["role"], a["login"], a["password"], a["note"])))
