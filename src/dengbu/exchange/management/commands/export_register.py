"""`dengbu export-register DIR`: write the register as the standard's tables."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dengbu.core.acts import system
from dengbu.exchange.standard.exporting import export


class Command(BaseCommand):
    help = "Export the register into an empty folder: CSV files named after the tables of TD/T 1066, identity numbers included."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            counted = export(options["folder"], actor=system("export"), say=self.stdout.write)
        except FileExistsError:
            raise CommandError(f"文件夹不是空的：{options['folder']}") from None
        for table, count in counted.items():
            self.stdout.write(f"{table}: {count} 行")
