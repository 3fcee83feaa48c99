"""Files in and out: what people save from a spreadsheet is read, what is no table is refused with the remedy."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from dengbu.core.refusals import Refused
from dengbu.core.vocabulary import SurveyKind
from dengbu.surveys import rules, sheets
from dengbu.surveys.reading import read
from dengbu.surveys.rules import columns_of

from .made_up import row, table


def xlsx(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    for one in rows:
        book.worksheets[0].append(one)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_of(rows: list[list[str]], delimiter: str = ",") -> str:
    return "\r\n".join(delimiter.join(r) for r in rows)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", xlsx(table())),
        ("a.csv", csv_of(table()).encode()),
        ("a.csv", b"\xef\xbb\xbf" + csv_of(table()).encode()),
        ("a.csv", csv_of(table()).encode("gb18030")),
        ("a.txt", csv_of(table(), "\t").encode("gb18030")),
    ],
)
def test_a_table_is_the_same_however_it_was_saved(name: str, content: bytes) -> None:
    assert sheets.read_file(name, content) == table()


def test_numbers_of_a_spreadsheet_are_read_as_they_are_seen() -> None:
    cells = sheets.read_file("a.xlsx", xlsx([["a"], [90], [0.1 + 0.2], [90.5], [True], [None], ["x"]]))
    assert [c[0] for c in cells] == ["a", "90", "0.3", "90.5", "是", "", "x"]


def packed_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (sheets.MOST_UNPACKED + 1))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"", "EMPTY"),
        ("a.xlsx", xlsx([]), "EMPTY"),
        ("a.xlsx", b"PK\x03\x04 not a zip", "DAMAGED"),
        ("a.xlsx", xlsx(table())[:900], "DAMAGED"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "OLD"),
        ("a.pdf", b"%PDF-1.7", "KIND"),
        ("a.csv", b"\0\0\0", "KIND"),
        ("a.csv", b"\xff\xff\xff", "ENCODING"),
        ("a.xlsx", packed_bomb(), "SIZE"),
        ("a.csv", b"a" * (sheets.MOST_BYTES + 1), "SIZE"),
    ],
)
def test_what_is_no_table_is_refused_with_the_remedy(name: str, content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        sheets.read_file(name, content)
    (refusal,) = refused.value.refusals
    assert (refusal.code, refusal.field) == (f"SURVEY_FILE_{code}", "file") and "模板" in refusal.remedy


@pytest.mark.parametrize("kind", SurveyKind.values)
def test_the_template_has_its_headings_lists_and_an_example_that_is_not_imported(kind: str) -> None:
    content = sheets.template(kind)
    cells = sheets.read_file("模板.xlsx", content)
    assert [h.rstrip("*") for h in cells[0]] == [c.heading for c in columns_of(kind)]
    found = read(kind, [*cells, row(kind=kind)], area="410106")
    assert (found.faults, found.rows_read) == ([], 1)
    book = load_workbook(io.BytesIO(content))
    listed = {str(v.sqref).split(":")[0] for v in book["数据"].data_validations.dataValidation}
    assert len(listed) == sum(bool(c.words) or c.key == "common" for c in columns_of(kind))


def test_the_example_of_the_template_is_right_itself() -> None:
    for kind in SurveyKind.values:
        said = {c.heading: c.example for c in columns_of(kind)}
        if kind != SurveyKind.LAND:
            said["幢建筑面积"] = said["建筑面积"]
        assert read(kind, [list(said), list(said.values())], area="410106").faults == []


def test_a_refused_file_comes_back_with_its_faults_and_can_be_handed_in_again() -> None:
    cells = [table()[0], row(1, area_m2="=1+1", use="某种用途"), row(2)]
    faults = [f.as_json() for f in read(SurveyKind.BUILDING, cells, area="410106").faults]
    back = sheets.read_file("错误.xlsx", sheets.faulty(SurveyKind.BUILDING, cells, faults))
    assert back[0][-1] == "问题" and "规划用途：不在标准列表里" in back[1][-1] and back[2][-1:] == [""]
    assert back[1][11] == "'=1+1", "a spreadsheet must not read it as a formula"
    mended = [back[0], *(row(n, building_area="180") for n in (1, 2))]
    assert read(SurveyKind.BUILDING, mended, area="410106").faults == []
    assert rules.MOST_ROWS >= 1000


def test_merged_cells_and_formulas_never_reckoned_are_told_apart_from_a_forgotten_cell() -> None:
    cells = table(3)
    at = [c.key for c in columns_of(SurveyKind.BUILDING)]
    book = load_workbook(io.BytesIO(xlsx(cells)))
    sheet = book.worksheets[0]
    name = at.index("building") + 1
    sheet.merge_cells(start_row=2, end_row=4, start_column=name, end_column=name)
    sheet.cell(2, at.index("area_m2") + 1, "=72.5+17.5")
    out = io.BytesIO()
    book.save(out)
    faults = read(SurveyKind.BUILDING, sheets.read_file("a.xlsx", out.getvalue()), area="410106").faults
    assert {(f.row, f.column) for f in faults} >= {(2, "建筑面积"), (3, "幢名称"), (4, "幢名称")}
    assert all("拆开合并的单元格" in f.mend and "公式" in f.mend for f in faults if f.code == "S_MISSING")
