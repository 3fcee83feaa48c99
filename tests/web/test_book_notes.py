"""附记 as an officer reads them on the page of the book."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from dengbu.register.effects import NOTES, Note
from dengbu.register.history import Noted
from dengbu.web.desk.book_notes import KINDS, shown

SAID: dict[str, tuple[dict[str, Any], list[str]]] = {
    "imported": ({"table": "FDCQ2", "YWH": "2009-17", "DJLX": "200", "FJ": "共有宗地"},
                 ["业务号：2009-17", "登记类型：转移登记", "附记：共有宗地"]),
    "corrected": ({"what": "建筑面积", "was": "90.50 ㎡", "now": "95.00 ㎡", "proof": "测绘报告9号", "entry": "9"},
                  ["建筑面积由“90.50 ㎡”更正为“95.00 ㎡”", "依据：测绘报告9号", "更正的登簿：9"]),
    "renamed": ({"what": "抵押人姓名（名称）", "was": "甲公司", "now": "乙公司"},
                ["抵押人姓名（名称）由“甲公司”变更为“乙公司”"]),
    "renewed": ({"certificate": "证1号", "reason": "damaged"}, ["原证书（证明）号：证1号", "原因：破损或填写页已满"]),
    "reissued": ({"certificate": "", "reason": "lost"}, ["原因：遗失"]),
    "common_parts": (
        {"project_name": "示范苑", "parts": [
            {"name": "物业服务用房", "place": "1号楼101", "area_m2": "85.20"},
            {"name": "门卫室", "place": "", "area_m2": "12.00"},
        ]},
        ["项目：示范苑", "物业服务用房，1号楼101，85.20㎡", "门卫室，位置没有记载，12.00㎡"],
    ),
    "holder_gone": (
        {"holder": "甲公司", "applied_by": "街道办事处", "stands_as": "政府指定的单位", "basis": "郑政〔2021〕1号"},
        ["甲公司已注销或下落不明", "由政府指定的单位街道办事处代为申请，依据：郑政〔2021〕1号"],
    ),
    "term_capped": (
        {"authority": "某法院", "document_no": "（2026）1号", "asked": "60个月", "entered": "至2029-11-27"},
        ["某法院，（2026）1号", "文书要求60个月，按法定最长期限登记至2029-11-27"],
    ),
    "renewals_over": (
        {"authority": "某法院", "document_no": "", "times": 3, "allowed": 2, "entered": "至2029-11-27"},
        ["某法院", "第3次续封，规定可以续封2次，登记至2029-11-27"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_note_is_read_in_plain_words(kind: str) -> None:
    said, lines = SAID[kind]
    note = Noted(kind, "unit", uuid.uuid4(), said, "2026-1", dt.date(2026, 11, 28), "P12")
    words = shown(note, land=False)
    assert words["lines"] == lines
    assert (words["kind"], words["as"]) == (KINDS[kind][0], "更正登记（依申请）")
    assert shown(note, land=True)["kind"] == f"{KINDS[kind][0]}（所在宗地）"


def test_every_kind_of_note_that_the_book_takes_has_words() -> None:
    assert set(KINDS) == set(NOTES)
    with pytest.raises(ValueError, match="no kind of note"):
        Note("unit", "remark", {})


def test_common_parts_without_any_are_said_to_be_none() -> None:
    note = Noted(
        "common_parts", "unit", None, {"project_name": "", "parts": []}, "1", dt.date(2026, 1, 2), ""
    )
    assert shown(note, land=True)["lines"] == ["没有业主共有部分"]
    assert shown(note, land=True)["as"] == "历史数据"
