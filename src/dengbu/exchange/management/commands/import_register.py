"""`dengbu import-register DIR`: take an existing register in from the standard's tables."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dengbu.core.acts import system
from dengbu.core.refusals import Refused
from dengbu.exchange.standard.findings import GRADES
from dengbu.exchange.standard.importing import import_register
from dengbu.exchange.standard.reading import folder_digest


class Command(BaseCommand):
    help = (
        "Import an existing register: a folder of CSV files named after the tables of TD/T 1066. "
        "Judged whole first; broken off, the same command goes on. See docs/import.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="judge and report, write nothing to the database"
        )
        parser.add_argument(
            "--report", type=Path, help="folder of the report (default: DATA/imports/<digest>)"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"文件夹不存在：{folder}")
        report = options["report"]
        dry_run: bool = options["dry_run"]
        try:
            report = report or Path(settings.DATA) / "imports" / folder_digest(folder)[:12]
            done = import_register(
                folder, actor=system("import"), report=report, dry_run=dry_run, say=self.stdout.write
            )
        except Refused as refused:
            raise CommandError("；".join(str(r) for r in refused.refusals)) from None
        except OSError as wrong:
            raise CommandError(
                f"文件读不出或写不进：{wrong.filename or report}（{wrong.strerror}）。检查磁盘空间和权限后，重新运行同一命令会接着导入。"
            ) from None
        if done.done_before:
            self.stdout.write("这个文件夹已经导入完成，没有再导入。")
            return
        for f in done.first:
            self.stdout.write(f"  {f.file}:{f.line} {f.field} {f.value} {f.why}。{f.mend}。[{f.code}]")
        if (more := done.counted.total() - len(done.first)) > 0:
            self.stdout.write(f"  …… 另有 {more} 条，见问题清单")
        for (grade, code), count in sorted(done.counted.items()):
            self.stdout.write(f"{GRADES[grade]}  {code}: {count}")
        self.stdout.write(f"问题清单：{done.report / 'findings.csv'}")
        if done.quarantined:
            self.stdout.write(f"隔离的行：{done.report / 'quarantine'}（改正后再导入）")
        if done.refused:
            raise CommandError("整批拒绝，什么都没有导入。改正后重新运行。")
        if dry_run:
            self.stdout.write(
                f"试运行：读了 {done.rows} 行，将隔离 {done.quarantined} 处，数据库没有改动。{done.seconds:.0f} 秒"
            )
            return
        if done.resumed_after:
            self.stdout.write(f"从 {done.resumed_after} 之后接着导入。")
        self.stdout.write(
            f"导入完成：{done.places} 个单元（宗地），{done.entries} 条登簿，隔离 {done.quarantined} 处，{done.seconds:.0f} 秒"
        )
