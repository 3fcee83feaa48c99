"""CSV files of a folder, row by row: UTF-8 (with or without a mark) or GB18030, found out by reading the whole file."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from .findings import REFUSE, WARN, Finding
from .tables import LEFT_OUT, TABLES

csv.field_size_limit(1 << 20)
BLOCK = 1 << 20
# Tables whose absence frees homes of what stands on them, or leaves them without an owner.
EXPECTED = {
    "FDCQ2": "房屋所有权", "JSYDSYQ": "土地使用权", "DYAQ": "抵押权", "CFDJ": "查封", "YGDJ": "预告登记", "YYDJ": "异议登记",
}  # fmt: skip


def folder_digest(folder: Path) -> str:
    """SHA-256 over names and bytes of the CSV files: the same folder is known again, an altered one is another."""
    sha = hashlib.sha256()
    for path in csv_files(folder):
        sha.update(path.name.upper().encode() + b"\0")
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                sha.update(block)
        sha.update(b"\0")
    return sha.hexdigest()


def csv_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix.lower() == ".csv" and p.is_file())


def table_of(path: Path) -> str:
    return path.stem.upper()


def encoding_of(path: Path) -> str | None:
    """utf-8-sig or gb18030, whichever reads the whole file; None where neither does, or where lines of both stand in it:
    GB18030 reads many lines of UTF-8 as other characters, and wrong names would come in."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding, newline="") as file:
                while file.read(BLOCK):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding if encoding != "gb18030" or not _line_where(path, _reads_as_chinese) else None
    return None


def _line_where(path: Path, test: Callable[[bytes], bool]) -> int:
    """The first line, from 1, whose bytes pass the test; 0 where none does."""
    with path.open("rb") as file:
        return next((n for n, line in enumerate(file, start=1) if not line.isascii() and test(line)), 0)


def _reads_as_chinese(line: bytes) -> bool:
    """UTF-8 with Chinese characters: by accident GB18030 never looks like that over a whole line."""
    try:
        return sum("一" <= c <= "鿿" for c in line.decode("utf-8")) > 1
    except UnicodeDecodeError:
        return False


def _unreadable(line: bytes) -> bool:
    for encoding in ("utf-8", "gb18030"):
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            continue
        return False
    return True


def rows_of(path: Path, found: list[Finding]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, filled fields) of a table's rows, without outer blanks. Faults of the file itself go to `found`."""
    table, name = table_of(path), path.name

    def say(grade: str, code: str, line: int, field: str, why: str, mend: str) -> None:
        found.append(Finding(grade, code, name, line, field, "", why, mend))

    encoding = encoding_of(path)
    if encoding is None:
        why = "文件既不是 UTF-8，也不是 GB18030；或者两种混在一起，或者没有写完"
        mend = "从原系统重新导出，或另存为 UTF-8 编码的 CSV"
        say(REFUSE, "FILE_ENCODING", _line_where(path, _unreadable), "", why, mend)
        return
    if path.stat().st_size == 0:
        why = "文件是空的，连表头也没有"
        say(REFUSE, "FILE_EMPTY", 0, "", why, "从原系统重新导出；确实没有数据的，只留一行表头")
        return
    with path.open(encoding=encoding, newline="") as file:
        lines = csv.reader(file, strict=True)
        try:
            head = [h.strip().upper() for h in next(lines, [])]
            fields = {f.name: f for f in TABLES[table]}
            lost = [f.name for f in TABLES[table] if f.required and f.name not in head]
            for column in lost:
                say(
                    REFUSE,
                    "COLUMN_MISSING",
                    1,
                    column,
                    f"缺少必填的列 {column}",
                    "从原系统重新导出，带上这一列",
                )
            for column in sorted({h for h in head if head.count(h) > 1}):
                say(REFUSE, "COLUMN_DOUBLE", 1, column, f"列 {column} 出现两次", "删去多余的一列")
            if lost or len(set(head)) != len(head):
                return
            for column in (h for h in head if h not in fields):
                say(
                    WARN,
                    "COLUMN_UNKNOWN",
                    1,
                    column,
                    f"列 {column} 不在标准里，不导入",
                    "需要的内容写入 BZ 或 FJ",
                )
            for cells in lines:
                if not any(cells):
                    continue
                if len(cells) != len(head):
                    why = f"这一行有 {len(cells)} 格，表头有 {len(head)} 格"
                    say(REFUSE, "ROW_CELLS", lines.line_num, "", why, "含逗号或换行的内容加英文双引号")
                    continue
                row = {h: c.strip() for h, c in zip(head, cells, strict=True) if h in fields and c.strip()}
                yield lines.line_num, row
        except csv.Error as wrong:
            say(REFUSE, "FILE_CSV", lines.line_num, "", f"CSV 格式有误：{wrong}", "用表格软件打开后重新另存")


def _not_csv(folder: Path) -> list[str]:
    """Files of the folder that no import reads, as spreadsheets; what begins with a dot is not meant."""
    return sorted(
        p.name
        for p in folder.iterdir()
        if p.is_file() and p.suffix.lower() != ".csv" and not p.name.startswith(".")
    )


def judge_files(folder: Path) -> list[Finding]:
    """Which files are there: a folder without the things themselves, with a table we cannot take in or in a form we do
    not read is refused; a table of rights or restrictions that is not there is told, for nothing else would."""
    there: dict[str, str] = {}
    found = []
    for path in csv_files(folder):
        if (first := there.setdefault(table_of(path), path.name)) != path.name:
            why, mend = f"和 {first} 是同一张表", "查明哪一个是对的，移走另一个；分开导出的合成一个文件"
            found.append(Finding(REFUSE, "FILE_DOUBLE", path.name, 0, "", "", why, mend))
    for name in _not_csv(folder):
        why, mend = (
            "不是 CSV 文件，没有读；里面可能有权利，不能丢下",
            "另存为 CSV（文件名用表名），或者移出文件夹",
        )
        found.append(Finding(REFUSE, "FILE_NOT_CSV", name, 0, "", "", why, mend))
    for table in ("ZDJBXX", "QLR"):
        if table not in there:
            why, mend = f"文件夹里没有 {table}.csv", "从原系统导出这张表，放在同一个文件夹里"
            found.append(Finding(REFUSE, "FILE_MISSING", f"{table}.csv", 0, "", "", why, mend))
    for table, what in EXPECTED.items():
        if table not in there:
            why = f"没有 {table}.csv：这批数据导入后都没有{what}"
            mend = f"原登记簿有{what}的，先补上这张表再导入；确实没有的不用管"
            found.append(Finding(WARN, "TABLE_ABSENT", f"{table}.csv", 0, "", "", why, mend))
    for table, name in there.items():
        if table in LEFT_OUT:
            why = f"表 {table} 不导入，内容不进登记簿"
            found.append(Finding(WARN, "TABLE_LEFT_OUT", name, 0, "", "", why, "原件留存备查"))
        elif table not in TABLES:
            why = f"不认识表 {table}，里面可能有权利，不能丢下"
            mend = "确认不需要后移出文件夹；项目内多幢（FDCQ1）等权利先拆成套再导入"
            found.append(Finding(REFUSE, "TABLE_UNKNOWN", name, 0, "", "", why, mend))
    return found
