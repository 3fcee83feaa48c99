"""Rows of the standard's tables judged by themselves and together. Tables of cases; no database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengbu.core.identifiers import make_uscc
from dengbu.exchange.standard import values
from dengbu.exchange.standard.building import build, building_facts
from dengbu.exchange.standard.consistency import (
    Around,
    Group,
    Row,
    check_group,
    loose_loads,
    paper_numbers,
    share_of,
    shares,
)
from dengbu.exchange.standard.exporting import wan
from dengbu.exchange.standard.staging import place_of
from dengbu.exchange.standard.tables import LISTS, TABLES, unit_field
from dengbu.exchange.standard.values import Unreadable, check_row
from dengbu.register import effects as fx

TODAY = dt.date(2026, 11, 2)
NOW = dt.datetime(2026, 11, 2, 9, 0, tzinfo=values.SHANGHAI)
PARCEL = "410106800001GB00001"
BUILDING = PARCEL + "F0001"
UNIT = BUILDING + "0001"
LAND_ROW = {"ZDDM": PARCEL, "ZL": "金华路", "ZDMJ": "100.00", "YT": "0701", "QLXZ": "102"}
BUILDING_ROW = {"ZDDM": PARCEL, "ZRZH": BUILDING, "JZWMC": "1号楼", "ZCS": "6", "FWJG": "4"}
UNIT_ROW = {"BDCDYH": UNIT, "ZRZH": BUILDING, "ZL": "101室", "FWYT1": "11", "SCJZMJ": "90.5"}
ENTERED = {"BDCDYH": UNIT, "DJSJ": "2019-03-01", "QSZT": "1"}
OWNER = {"BDCDYH": UNIT, "YWH": "A1", "SXH": "1", "QLRMC": "张三", "ZJZL": "1", "ZJH": "11010519491231002X"}
TITLE = {**ENTERED, "YWH": "A1"}
LOAN = {**ENTERED, "YWH": "B1", "DYFS": "1", "BDBZZQSE": "10", "SFCZJZHXZ": "0"}
BANK = {**OWNER, "YWH": "B1", "ZJZL": "7", "ZJH": make_uscc("410106", 1)}
SEIZED = {**ENTERED, "YWH": "C1", "CFJG": "法院", "CFLX": "1", "CFWH": "（2026）1号", "CFJSSJ": "2028-01-01"}


@pytest.mark.parametrize(
    ("text", "date"),
    [("2019-3-1", dt.date(2019, 3, 1)), ("20190301", dt.date(2019, 3, 1)), ("2019年3月1日", dt.date(2019, 3, 1)),
     ("2019-03-01 09:30:00", dt.date(2019, 3, 1)), ("2019/3/1", dt.date(2019, 3, 1)), ("", None)],
)  # fmt: skip
def test_a_date_is_read_as_offices_write_it(text: str, date: dt.date | None) -> None:
    assert values.day(text) == date


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [(values.day, "2019-02-29", "DATE_UNREAL"), (values.day, "去年", "DATE_FORM"), (values.moment, "2019-01-01 25:00", "DATE_UNREAL"),
     (values.area, "90.555", "NUMBER_DECIMALS"), (values.area, "-1", "NUMBER_NEGATIVE"), (values.area, "90㎡", "NUMBER_FORM"),
     (values.area, "1e5", "NUMBER_FORM"), (values.whole, "1.5", "NUMBER_DECIMALS"), (values.fen, "1,200", "NUMBER_FORM"),
     (values.fen, "0.0000001", "NUMBER_DECIMALS"), (values.area, "9" * 14, "NUMBER_LARGE")],
)  # fmt: skip
def test_a_value_that_cannot_be_read_says_why_and_how_to_mend(read: Any, text: str, code: str) -> None:
    with pytest.raises(Unreadable) as wrong:
        read(text)
    assert wrong.value.code == code and wrong.value.why and wrong.value.mend


def test_a_time_is_kept_to_the_second_in_shanghai() -> None:
    assert values.moment("2026-01-05 09:30:01") == dt.datetime(2026, 1, 5, 1, 30, 1, tzinfo=dt.UTC)


@given(st.integers(0, 10**15))
def test_money_goes_to_fen_and_back_without_loss(fen: int) -> None:
    assert values.fen(wan(fen)) == fen


@pytest.mark.parametrize("name", sorted(LISTS))
def test_every_code_of_a_list_has_a_word_and_a_wrong_one_is_told(name: str) -> None:
    for code in values.known_codes(name):
        assert LISTS[name](values.word(name, code)).code == code
    with pytest.raises(Unreadable, match=name):
        values.word(name, "9999")


@pytest.mark.parametrize(
    ("table", "change", "field", "code"),
    [
        ("H", {"BDCDYH": UNIT[:-1]}, "BDCDYH", "UNIT_CODE_LENGTH"),
        ("H", {"BDCDYH": "5" + UNIT[1:]}, "BDCDYH", "UNIT_CODE_AREA"),
        ("H", {"BDCDYH": UNIT[:19] + "X" + UNIT[20:]}, "BDCDYH", "UNIT_CODE_CHARACTER"),
        ("H", {"ZL": ""}, "ZL", "FIELD_EMPTY"),
        ("H", {"SHBW": "一" * 21}, "SHBW", "TEXT_LONG"),
        ("H", {"ZL": "金华路\x001号"}, "ZL", "TEXT_CONTROL"),
        ("H", {"FWYT1": "999"}, "FWYT1", "CODE_UNKNOWN"),
        ("H", {"SCJZMJ": "九十"}, "SCJZMJ", "NUMBER_FORM"),
        ("QLR", {"ZJH": "110105194912310020"}, "ZJH", "ID_NUMBER_CHECK"),
        ("QLR", {"ZJH": "110105194902300020"}, "ZJH", "ID_NUMBER_BIRTH"),
        ("QLR", {"ZJZL": "7", "ZJH": "91410106MA0000001A"}, "ZJH", "USCC_CHECK"),
        ("QLR", {"ZJZL": "8"}, "ZJZL", "CODE_UNKNOWN"),
        ("FDCQ2", {"QSZT": "5"}, "QSZT", "CODE_UNKNOWN"),
        ("FDCQ2", {"DJSJ": "2019-13-01"}, "DJSJ", "DATE_UNREAL"),
    ],
)
def test_a_faulty_field_is_quarantined_by_its_name(
    table: str, change: dict[str, str], field: str, code: str
) -> None:
    sound = {"H": UNIT_ROW, "QLR": OWNER, "FDCQ2": TITLE}[table]
    assert not check_row(table, 2, sound, UNIT, "410106", TODAY)
    (found,) = check_row(table, 2, {k: v for k, v in {**sound, **change}.items() if v}, UNIT, "410106", TODAY)
    assert (found.grade, found.code, found.field, found.line, found.file) == (
        "quarantine",
        code,
        field,
        2,
        f"{table}.csv",
    )
    assert found.why and found.mend and "1101051949" not in found.value


@pytest.mark.parametrize(
    ("number", "code"), [("", "DOCUMENT_NUMBER_EMPTY"), ("110105491231002", "ID_NUMBER_15")]
)
def test_old_or_missing_identity_numbers_come_in_with_a_warning(number: str, code: str) -> None:
    row = {k: v for k, v in {**OWNER, "ZJH": number}.items() if v}
    assert [(f.grade, f.code) for f in check_row("QLR", 2, row, UNIT, "410106", TODAY)] == [("warn", code)]


def group(*rows: tuple[str, dict[str, str]], place: str = UNIT) -> Group:
    return Group(
        place, [Row(t, n, {k: v for k, v in r.items() if v}) for n, (t, r) in enumerate(rows, start=2)]
    )


def around(**more: Any) -> Around:
    said: dict[str, Any] = {"parcel": Row("ZDJBXX", 2, LAND_ROW), "buildings": {BUILDING}, "parcel_known": False,
                            "known_units": set(), "known_numbers": set(), "now": NOW}  # fmt: skip
    return Around(**{**said, **more})


OWNED = (("H", UNIT_ROW), ("FDCQ2", TITLE), ("QLR", OWNER))
SHARED = (*OWNED[:2], ("QLR", {**OWNER, "GYFS": "2", "QLBL": "1/3"}),
          ("QLR", {**OWNER, "SXH": "2", "QLRMC": "李四", "ZJH": "110105194912310046", "GYFS": "2", "QLBL": "2/3"}))  # fmt: skip
ON_SHARE = {**LOAN, "DYR": "李四", "FJ": "仅限李四的份额"}


@pytest.mark.parametrize(
    ("rows", "more", "wanted"),
    [
        (OWNED, {}, set()),
        ((*OWNED, ("DYAQ", LOAN), ("QLR", BANK), ("CFDJ", SEIZED)), {}, set()),
        ((*OWNED, ("FDCQ2", {**TITLE, "YWH": "A2"}), ("QLR", {**OWNER, "YWH": "A2"})), {}, {"quarantine TWO_LIVE_OWNERS"}),
        ((*OWNED, ("FDCQ2", {**TITLE, "YWH": "A2", "QSZT": "2"}), ("QLR", {**OWNER, "YWH": "A2"})), {}, set()),
        ((*OWNED, ("FDCQ2", {**TITLE, "QSZT": "2"})), {}, {"quarantine CASE_NUMBER_DOUBLE"}),
        ((("H", UNIT_ROW), ("DYAQ", LOAN), ("QLR", BANK)), {}, {"quarantine MORTGAGE_WITHOUT_OWNER"}),
        ((("H", UNIT_ROW), ("DYAQ", {**LOAN, "DYBDCLX": "4"}), ("QLR", BANK)), {}, set()),
        ((("H", UNIT_ROW), ("FDCQ2", TITLE)), {}, {"quarantine HOLDER_MISSING"}),
        ((("H", UNIT_ROW), ("QLR", OWNER)), {}, {"quarantine HOLDER_LOOSE"}),
        (OWNED[1:], {}, {"quarantine UNIT_UNKNOWN"}),
        (OWNED, {"buildings": set()}, {"quarantine UNIT_WITHOUT_BUILDING"}),
        (OWNED, {"parcel": None}, {"quarantine PARCEL_UNKNOWN"}),
        (OWNED, {"parcel": None, "parcel_known": True}, set()),
        (OWNED, {"known_units": {UNIT}}, {"quarantine UNIT_IN_BOOK"}),
        ((*OWNED, ("H", UNIT_ROW)), {}, {"quarantine THING_DOUBLE"}),
        ((("H", {**UNIT_ROW, "SCJZMJ": ""}), *OWNED[1:]), {}, {"quarantine AREA_EMPTY"}),
        ((("H", {**UNIT_ROW, "MJDW": "2"}), *OWNED[1:]), {}, {"quarantine AREA_UNIT"}),
        ((("H", UNIT_ROW), ("FDCQ2", {**TITLE, "BDCQZH": "上房权证1号"}), ("QLR", OWNER)), {"known_numbers": {"上房权证1号"}},
         {"quarantine CERTIFICATE_NUMBER_IN_BOOK"}),
        ((("H", UNIT_ROW), ("FDCQ2", {**TITLE, "DJSJ": "2027-01-01"}), ("QLR", OWNER)), {}, {"quarantine DATE_FUTURE"}),
        ((*OWNED, ("JSYDSYQ", {**TITLE, "YWH": "D"}), ("QLR", {**OWNER, "YWH": "D"})), {}, {"quarantine RIGHT_MISPLACED"}),
        ((*OWNED[:2], ("QLR", {**OWNER, "GYFS": "2", "QLBL": "1/2"})), {}, {"quarantine SHARES_WRONG"}),
        ((*OWNED, ("QLR", {**OWNER, "SXH": "2", "GYFS": "0"})), {}, {"quarantine COOWNERSHIP_MIXED"}),
        ((*OWNED, ("CFDJ", {**SEIZED, "CFJSSJ": "2025-01-01"})), {}, {"warn SEIZURE_PAST_END"}),
        ((*OWNED, ("CFDJ", {**SEIZED, "CFJSSJ": ""})), {}, {"warn SEIZURE_WITHOUT_END"}),
        ((*OWNED, ("CFDJ", {**SEIZED, "CFQSSJ": "2029-01-01"})), {}, {"quarantine TERM_REVERSED"}),
        ((*OWNED, ("CFDJ", SEIZED), ("CFDJ", {**SEIZED, "YWH": "C2"})), {}, {"quarantine TWO_SEIZURES"}),
        ((*OWNED, *(("CFDJ", {**SEIZED, "YWH": y, "CFLX": "2", "CFSX": "1"}) for y in ("C1", "C2"))), {},
         {"quarantine WAITING_DOUBLE"}),
        ((*OWNED, *((t, {**r, "YWH": y}) for y in ("B1", "B2") for t, r in (("DYAQ", {**LOAN, "DYSW": "1"}), ("QLR", BANK)))), {},
         {"quarantine RANK_DOUBLE"}),
        ((*OWNED, ("DYAQ", {**LOAN, "SFCZJZHXZ": "", "DJSJ": "2021-01-01"}), ("QLR", BANK)), {}, {"warn TRANSFER_LIMIT_UNKNOWN"}),
        ((*OWNED, ("DYAQ", {**LOAN, "SFCZJZHXZ": "", "DJSJ": "2020-12-31"}), ("QLR", BANK)), {}, set()),
        ((*OWNED, ("DYAQ", {**LOAN, "BDBZZQSE": ""}), ("QLR", BANK)), {}, {"warn AMOUNT_EMPTY"}),
        ((*SHARED, ("DYAQ", ON_SHARE), ("QLR", BANK)), {}, set()),
        ((*OWNED, ("DYAQ", {**ON_SHARE, "DYR": "张三", "FJ": "仅限张三的份额"}), ("QLR", BANK)), {}, {"quarantine MORTGAGE_SHARE_WHOSE"}),
        ((*SHARED, ("DYAQ", {**ON_SHARE, "FJ": "仅限王五的份额"}), ("QLR", BANK)), {}, {"quarantine MORTGAGE_SHARE_WHOSE"}),
        ((*SHARED, ("DYAQ", {**ON_SHARE, "DYR": "张三、李四"}), ("QLR", BANK)), {}, {"quarantine MORTGAGE_SHARE_WHOSE"}),
        ((*OWNED, ("FDCQ2", {**TITLE, "YWH": "A2", "QSZT": "0"}), ("QLR", {**OWNER, "YWH": "A2"})), {}, {"warn ROW_TEMPORARY"}),
    ],
)  # fmt: skip
def test_rows_that_do_not_fit_each_other_are_graded(
    rows: Any, more: dict[str, Any], wanted: set[str]
) -> None:
    assert {f"{f.grade} {f.code}" for f in check_group(group(*rows), around(**more))} == wanted


@pytest.mark.parametrize(
    ("rows", "more", "loose"),
    [
        ((("CFDJ", SEIZED),), {}, ["CFDJ"]),
        ((("DYAQ", LOAN), ("QLR", BANK), ("CFDJ", SEIZED)), {}, ["DYAQ", "CFDJ"]),
        ((("CFDJ", {**SEIZED, "QSZT": "3"}),), {}, []),
        ((("CFDJ", SEIZED),), {"known_units": {UNIT}}, []),
        ((*OWNED, ("CFDJ", SEIZED)), {}, []),
        (OWNED[1:], {}, []),
    ],
)  # fmt: skip
def test_a_seizure_or_mortgage_of_no_home_holds_the_whole_folder_up(
    rows: Any, more: dict[str, Any], loose: list[str]
) -> None:
    """Left aside, its home would come in free of it."""
    found = loose_loads(group(*rows), around(**more))
    assert [f.file.removesuffix(".csv") for f in found] == loose
    assert {f"{f.grade} {f.code}" for f in found} <= {"refuse LOAD_WITHOUT_UNIT"}


@pytest.mark.parametrize(
    ("text", "share"),
    [("1/3", Fraction(1, 3)), ("50%", Fraction(1, 2)), ("50", Fraction(1, 2)), ("0.25", Fraction(1, 4)), ("１／2", None),
     ("", None), ("1/0", None), ("2/1", None), ("一半", None), ("NaN", None)],
)  # fmt: skip
def test_shares_are_read_as_written(text: str, share: Fraction | None) -> None:
    assert share_of(text.replace("１", "?")) == share


def test_thirds_make_a_whole_and_rounded_thirds_do_not() -> None:
    def of(*said: str) -> Any:
        return shares([Row("QLR", 2, {"QLBL": s}) for s in said])

    assert of("1/3", "1/6", "1/2") == (6, [2, 1, 3])
    assert of("33.33%", "33.33%", "33.33%") is None


def test_the_numbers_of_several_papers_are_told_apart() -> None:
    row = Row("FDCQ2", 2, {"BDCQZH": "上房权证(2008)第1号、上房权证(2008)第2号"})
    assert paper_numbers(row, [Row("QLR", 2, {"BDCQZH": "上房权证（2008）第1号"})]) == [
        "上房权证（2008）第1号",
        "上房权证（2008）第2号",
    ]


@pytest.mark.parametrize(
    ("table", "row", "place"),
    [("H", UNIT_ROW, UNIT), ("FDCQ2", {"BDCDYH": UNIT.lower()}, UNIT), ("ZRZ", BUILDING_ROW, PARCEL),
     ("QLR", {"BDCDYH": PARCEL + "W00000000"}, PARCEL), ("QLR", {"BDCDYH": "坏"}, "?坏"), ("H", {"BDCDYH": "坏"}, "?坏"),
     ("H", {}, "?H:7")],
)  # fmt: skip
def test_every_row_has_its_place(table: str, row: dict[str, str], place: str) -> None:
    assert place_of(table, 7, row) == place


def test_the_past_comes_in_first_and_ends_in_the_entry_after() -> None:
    rows = group(*OWNED, ("FDCQ2", {**TITLE, "YWH": "A0", "QSZT": "2", "DJSJ": "2010-01-01"}), ("QLR", {**OWNER, "YWH": "A0"}),
                 ("CFDJ", {**SEIZED, "QSZT": "3", "DJSJ": "2011-01-01"}))  # fmt: skip
    made = build(
        rows,
        Row("ZDJBXX", 2, LAND_ROW),
        {BUILDING: building_facts(Row("ZRZ", 2, BUILDING_ROW))},
        parcel_known=True,
    )
    kinds = [[type(e).__name__ for e in one.given] for one in made.entries]
    assert kinds == [["Open", "Grant", "Note"], ["End", "Restrict"], ["Lift", "Grant", "Note"]]
    opened = made.entries[0].given[0]
    assert isinstance(opened, fx.Open)
    assert (opened.facts["area_m2"], opened.facts["floors"], opened.facts["structure"]) == (
        Decimal("90.50"),
        6,
        "mixed",
    )


EASEMENT = {
    "GYDBDCDYH": UNIT, "YWH": "DY1", "GYDQLR": "张三", "XYDBDCDYH": PARCEL[:14] + "00002W00000000", "XYDZL": "金华路9号",
    "XYDQLR": "上街区供电公司", "XYDQLRZJZL": "7", "XYDQLRZJH": "91410106MA3X000025", "DYQNR": "架设电缆，每年检修两次",
    "QLQSSJ": "2015-01-01", "QLJSSJ": "2035-01-01", "BDCDJZMH": "豫（2015）郑州市上街区不动产证明第0000009号",
    "DJSJ": "2015-01-04", "QSZT": "1",
}  # fmt: skip


def test_a_mortgage_on_a_share_comes_in_as_such() -> None:
    """corrections 7: 附记 says it as 查封范围 does for a seizure; the share is that of the title beside it"""
    made = build(group(*SHARED, ("DYAQ", ON_SHARE), ("QLR", BANK)), None, {BUILDING: {}}, parcel_known=True)
    title, loan = (e for e in made.entries[-1].given if isinstance(e, fx.Grant))
    assert (loan.share_of, loan.terms["mortgagors"], loan.terms["share"]) == (title.right, ["李四"], "2/3")
    whole = build(group(*SHARED, ("DYAQ", LOAN), ("QLR", BANK)), None, {BUILDING: {}}, parcel_known=True)
    assert [e.share_of for e in whole.entries[-1].given if isinstance(e, fx.Grant)] == [None, None]


@pytest.mark.parametrize("with_party", [False, True])
def test_an_easement_comes_in_on_the_unit_that_bears_it(with_party: bool) -> None:
    """Who has it stands on the easement's own row, or as a holder of its own."""
    assert place_of("DYIQ", 2, EASEMENT) == UNIT
    assert not check_row("DYIQ", 2, EASEMENT, UNIT, "410106", TODAY)
    party = {**OWNER, "YWH": "DY1", "QLRMC": "电网公司"}
    rows = group(*OWNED, ("DYIQ", EASEMENT), *([("QLR", party)] if with_party else []))
    made = build(rows, Row("ZDJBXX", 2, LAND_ROW), {}, parcel_known=True)
    (right,) = (
        e for one in made.entries for e in one.given if isinstance(e, fx.Grant) and e.kind == "easement"
    )
    assert [h.name for h in right.holders] == ["电网公司" if with_party else "上街区供电公司"]
    assert right.terms["content"] == EASEMENT["DYQNR"] and right.terms["dominant_location"] == "金华路9号"
    assert (right.terms["obligor"], right.terms["term_until"]) == ("张三", dt.date(2035, 1, 1))
    assert [p.number for p in made.papers if p.right == right.right] == [EASEMENT["BDCDJZMH"]]
    (kept,) = (k for k in made.kept if k.thing == f"right:{right.right}")
    assert len(kept.parties) == with_party, "what was no row of its own does not go out as one"


def test_an_easement_that_names_nobody_is_nobodys() -> None:
    rows = group(*OWNED, ("DYIQ", {**EASEMENT, "XYDQLR": ""}))
    assert rows.parties().get("DY1") is None


def test_every_table_names_the_fields_its_code_uses() -> None:
    for table in ("JSYDSYQ", "FDCQ2", "DYAQ", "YGDJ", "YYDJ", "CFDJ", "JZQ", "DYIQ"):
        assert {unit_field(table), "YWH", "DJSJ", "QSZT"} <= {f.name for f in TABLES[table] if f.required}
