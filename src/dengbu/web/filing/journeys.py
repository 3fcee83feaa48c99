"""How each registration type is filled in: its tasks, its words, its parties. One description per type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dengbu.core.refusals import Refusal, Refused

SECTIONS = ("property", "parties", "reason", "materials", "delivery")


@dataclass(frozen=True, slots=True)
class Journey:
    """One type as it is filled in. `owner` are those whose right is disposed of, taken over from the register;
    `taker` those who get the right, typed unless `taker_is_us` (the organisation that files)."""

    code: str
    titles: dict[str, str]
    owner: str
    owner_word: str
    taker: str
    taker_word: str
    reason: Literal["contract", "mortgage", "discharge"]
    choose: Literal["home", "mortgage"] = "home"
    taker_is_us: bool = False
    owner_phones: bool = True
    has_parties: bool = True

    @property
    def slug(self) -> str:
        return self.code.lower()

    @property
    def sections(self) -> tuple[str, ...]:
        """The tasks before 核对并提交, in order."""
        return tuple(s for s in SECTIONS if s != "parties" or self.has_parties)


_HOME = {
    "property": "确认不动产",
    "parties": "申请人和共有人",
    "reason": "登记原因和合同",
    "materials": "上传材料",
    "delivery": "领证方式和联系方式",
    "check": "核对并提交",
}

JOURNEYS: dict[str, Journey] = {
    j.code: j
    for j in (
        Journey("P01", _HOME, "seller", "卖方", "buyer", "买方", "contract"),
        Journey("D09", _HOME, "seller", "开发企业", "buyer", "买受人", "contract", owner_phones=False),
        Journey(
            "B01",
            {**_HOME, "property": "确认抵押物", "parties": "抵押权人和抵押人", "reason": "债权和抵押合同"},
            "mortgagor",
            "抵押人",
            "mortgagee",
            "抵押权人",
            "mortgage",
            taker_is_us=True,
        ),
        Journey(
            "B06",
            {**_HOME, "property": "选择要注销的抵押权", "reason": "注销原因", "delivery": "联系方式"},
            "mortgagor",
            "抵押人",
            "mortgagee",
            "抵押权人",
            "discharge",
            choose="mortgage",
            taker_is_us=True,
            has_parties=False,
        ),
    )
}


def journey_of(slug: str) -> Journey:
    """The journey of a type by its code in any case. Raises Refused when the type cannot be filed online here."""
    found = JOURNEYS.get(slug.upper())
    if found is None:
        raise Refused(
            Refusal("JOURNEY_UNKNOWN", "没有这个网上办理事项。", "请从“我要办”里重新选择，或到登记窗口办理。")
        )
    return found
