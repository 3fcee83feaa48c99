"""Files in and out: what was handed in (xlsx, csv) to cells of text, the template, a refused file with its faults.

A file is judged before it is opened: its size, and of an xlsx (a zip) what it would unpack to.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from dengbu.core.refusals import Refusal, Refused

from .rules import EXAMPLE, MOST_ROWS, Column, columns_of

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 80 * 1024 * 1024
MOST_COLUMNS = 40
MOST_TEXT = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEND = "请用下载的模板填写，另存为 xlsx 或 csv 后再上传。"
LISTS = "字典"


def read_file(name: str, content: bytes) -> list[list[str]]:
    """The cells of the first sheet as text, the headings first. Raises Refused: SURVEY_FILE_* naming the remedy."""
    if not content:
        raise _refused("EMPTY", "文件是空的")
    if len(content) > MOST_BYTES:
        raise _refused("SIZE", "文件超过 10 MB")
    if content[:4] == b"PK\x03\x04":
        return _trimmed(_xlsx(content))
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise _refused("OLD", "这是旧格式（xls）的表格")
    if not name.lower().endswith((".csv", ".txt")):
        raise _refused("KIND", "只能上传 xlsx 或 csv 表格")
    return _trimmed(_csv(content))


def _refused(code: str, why: str) -> Refused:
    return Refused(Refusal(f"SURVEY_FILE_{code}", why, MEND, "", "file"))


def _xlsx(content: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(i.file_size for i in packed.infolist()) > MOST_UNPACKED:
                raise _refused("SIZE", "表格解开后过大")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that the library passes over
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            try:
                rows = book.worksheets[0].iter_rows(
                    max_row=MOST_ROWS + 100, max_col=MOST_COLUMNS, values_only=True
                )
                return [[_text(value) for value in row] for row in rows]
            finally:
                book.close()
    except Refused:
        raise
    except Exception as error:  # whatever a damaged file makes the library say
        raise _refused("DAMAGED", "表格打不开，可能已经损坏或设了密码") from error


def _text(value: Any) -> str:
    """A cell as people read it. Numbers that a formula made lose the noise past six digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()[:10]
    return str(value)


def _csv(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _refused("ENCODING", "认不出文件的字符编码")
    if "\0" in text:
        raise _refused("KIND", "只能上传 xlsx 或 csv 表格")
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise _refused("DAMAGED", "csv 文件的格式有误") from error
    return [
        [re.sub(r'^="(.*)"$', r"\1", cell) for cell in row[:MOST_COLUMNS]] for row in rows[: MOST_ROWS + 100]
    ]


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Without the rows and columns that are empty at the end; no cell longer than anything a column takes."""
    cells = [[c.replace("\0", "").strip()[:MOST_TEXT] for c in row] for row in rows]
    while cells and not any(cells[-1]):
        cells.pop()
    if not cells:
        raise _refused("EMPTY", "表里没有内容")
    width = max(n for row in cells for n, c in enumerate(row, 1) if c)
    return [[*row[:width], *[""] * (width - len(row))] for row in cells]


# --- out ------------------------------------------------------------------------------------------------------------


def template(kind: str) -> bytes:
    """The template of a kind: headings, an example row, drop-down lists of the standard's words."""
    columns = columns_of(kind)
    book, sheet = _book(columns)
    sheet.append([f"{EXAMPLE}（导入时跳过这一行）" if n == 0 else c.example for n, c in enumerate(columns)])
    for cell in sheet[2]:
        cell.font = Font(italic=True, color="808080")
    sheet["A2"].comment = Comment(f"例如 {columns[0].example}。这一行可以删去。", "登记中心")
    _lists(book, sheet, columns)
    return _saved(book)


def faulty(kind: str, cells: Sequence[Sequence[str]], faults: Sequence[Mapping[str, Any]]) -> bytes:
    """A refused file as it was handed in, faulty cells marked and, in the last column, what is wrong and how to mend
    it; it can be mended and handed in again as it is."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "数据"
    headings = list(cells[0]) if cells else [c.heading for c in columns_of(kind)]
    at = len(headings)
    of_row: dict[int, list[Mapping[str, Any]]] = {}
    for fault in faults:
        of_row.setdefault(max(int(fault["row"]), 1), []).append(fault)
    mark = PatternFill("solid", fgColor="FFE0B2")
    for n, row in enumerate([headings, *cells[1:]], 1):
        mine = of_row.get(n, [])
        said = "；".join(f"{f['column'] or '文件'}：{f['why']}。{f['mend']}" for f in mine)
        padded = [*row, *[""] * (at - len(row))][:at]
        for column, value in enumerate([*padded, said or ("问题" if n == 1 else "")], 1):
            cell = sheet.cell(n, column, _plain(value))
            cell.number_format = "@"
            if any(column <= at and headings[column - 1].rstrip("*") == f["column"] for f in mine):
                cell.fill = mark
    for column in range(1, at + 2):
        sheet.column_dimensions[get_column_letter(column)].width = 60 if column == at + 1 else 18
    sheet.freeze_panes = "A2"
    _lists(book, sheet, columns_of(kind), headings)
    return _saved(book)


def _book(columns: Sequence[Column]) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "数据"
    sheet.append([f"{c.heading}{'*' if c.required else ''}" for c in columns])
    for n, column in enumerate(columns, 1):
        letter = get_column_letter(n)
        cell = sheet.cell(1, n)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        cell.comment = Comment(column.hint, "登记中心")
        sheet.column_dimensions[letter].width = 34 if column.key in ("code", "location") else 16
        # As text: a spreadsheet would round long codes and eat zeros.
        sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "A2"
    return book, sheet


def _lists(
    book: Workbook, sheet: Worksheet, columns: Sequence[Column], headings: Sequence[str] | None = None
) -> None:
    """Drop-down lists, their words on a sheet of their own (a formula holds 255 characters at most)."""
    words = book.create_sheet(LISTS)
    place = 0
    for column in columns:
        said = (
            [m.label for m in column.words]
            if column.words
            else ["是", "否"]
            if column.key == "common"
            else []
        )
        if not said:
            continue
        place += 1
        words.cell(1, place, column.heading)
        for n, word in enumerate(said, 2):
            words.cell(n, place, word)
        letter = get_column_letter(place)
        at = list(columns).index(column) + 1
        if headings is not None:
            plain = [h.rstrip("*") for h in headings]
            if column.heading not in plain:
                continue
            at = plain.index(column.heading) + 1
        listed = DataValidation(
            type="list", formula1=f"={LISTS}!${letter}$2:${letter}${len(said) + 1}", allow_blank=True
        )
        target = get_column_letter(at)
        listed.add(f"{target}2:{target}{MOST_ROWS + 1}")
        sheet.add_data_validation(listed)


def _plain(value: str) -> str:
    """Text that a spreadsheet must not read as a formula; a number may be negative."""
    return f"'{value}" if re.match(r"[=+@]|-\D", value) else value


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
