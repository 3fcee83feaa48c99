"""How a registration type is filled in: its tasks, its words, its parties, read from the type's own declaration."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from dengbu.catalog.registrations import TYPES, RegistrationType, Role
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import CertificateKind, Client

SECTIONS = ("property", "parties", "reason", "materials", "delivery")
CONTRACT_FIRST = ("property", "reason", "parties", "materials", "delivery")
FROM_BOOK = ("register", "right", "notice", "bound", "land")

_PROPERTY = {
    "home": "确认不动产",
    "land": "确认土地",
    "unit": "确认不动产",
    "right": "选择要办理的权利",
    "restriction": "选择要办理的登记",
    "project": "选择项目和楼栋",
    "survey": "选择测绘成果",
}
_SAID = {
    "home": "不动产",
    "land": "土地",
    "unit": "不动产",
    "right": "不动产和办理的权利",
    "restriction": "不动产和办理的登记",
    "project": "项目和楼栋",
    "survey": "测绘成果",
}
_DELIVERY = {
    CertificateKind.CERTIFICATE: "领证方式和联系方式",
    CertificateKind.PROOF: "领取方式和联系方式",
    None: "联系方式",
}


@dataclass(frozen=True)
class Journey:
    """One type as it is filled in."""

    kind: type[RegistrationType]
    window: bool = False  # the window files it

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """The roles as they are filled here: at the window nobody files for himself."""
        if self.window:
            return tuple(
                replace(r, source=r.at_window or r.source, required=r.required or r.source == "window")
                for r in self.kind.roles
            )
        return tuple(r for r in self.kind.roles if r.source != "window")

    @property
    def code(self) -> str:
        return self.kind.code

    @property
    def slug(self) -> str:
        return self.code.lower()

    @cached_property
    def from_book(self) -> tuple[tuple[Role, ...], ...]:
        """Roles whose people stand in the register, by where they stand: who they are is known. Where several roles
        share one place (who gives a share, whose share stays), it is asked who is which."""
        roles = [r for r in self.roles if r.source in FROM_BOOK]
        places = dict.fromkeys(r.source for r in roles)
        return tuple(tuple(r for r in roles if r.source == place) for place in places)

    @cached_property
    def asked(self) -> tuple[Role, ...]:
        """The roles whose people are typed, or taken over from the contract or the account."""
        return tuple(r for r in self.roles if r.source in ("typed", "contract"))

    @property
    def nobody_required(self) -> bool:
        """Whether the cards of those who are typed may all stay empty."""
        return not any(r.required for r in self.asked)

    @property
    def asked_word(self) -> str:
        return self.asked[0].word if len(self.asked) == 1 else "当事人"

    @property
    def many_asked(self) -> bool:
        return len(self.asked) > 1 or any(r.many for r in self.asked)

    @property
    def shares(self) -> bool:
        """Whether it is asked how those who get the right hold it: a house is held as the land under it."""
        return any(
            r.shares for r in self.roles if r.side == "taker" and r.source not in ("us", "land", "partner")
        )

    @cached_property
    def as_land(self) -> Role | None:
        """The role of those who get a house as they hold the land under it, with its shares."""
        return next((r for r in self.roles if r.side == "taker" and r.source == "land" and r.shares), None)

    @cached_property
    def partners(self) -> tuple[Role, ...]:
        """The roles of banks that are chosen."""
        return tuple(r for r in self.kind.roles if r.source == "partner")

    @cached_property
    def us(self) -> Role | None:
        """The role of the organisation that files."""
        return next((r for r in self.roles if r.source == "us"), None)

    @property
    def about_right(self) -> bool:
        """Whether a right or a restriction in the book is chosen, not only a property."""
        return self.kind.about_right()

    @property
    def confirming(self) -> bool:
        """Whether others confirm what one fills in. (Templates cannot ask the type: they would call its class.)"""
        return bool(self.kind.confirming)

    @property
    def by_staff(self) -> bool:
        """Whether the office fills it in for itself or on another organ's paper."""
        return self.kind.client is Client.STAFF

    @property
    def by_proof(self) -> bool:
        """Whether somebody may begin it on another's right by the number of its proof: its holder then confirms."""
        return self.kind.subject == "right" and any(
            r.source == "right" and r.confirms for r in self.kind.roles
        )

    @property
    def by_heirs(self) -> bool:
        """Whether an heir may begin it on the right of the deceased, by naming them beside the unit's number."""
        return self.kind.subject == "right" and self.kind.heirs_apply

    @property
    def on_survey(self) -> bool:
        """Whether it begins with a survey: what is registered is not in the book yet."""
        return self.kind.subject in ("survey", "project")

    @property
    def has_parties(self) -> bool:
        """Whether there is anybody to ask about: an organisation alone is known already."""
        return bool(self.from_book or self.asked or self.partners)

    @property
    def has_reason(self) -> bool:
        return bool(self.kind.needs_contract or self.kind.form)

    @property
    def sections(self) -> tuple[str, ...]:
        """The tasks before 核对并提交, in order."""
        absent = {"parties": not self.has_parties, "reason": not self.has_reason}
        # Where a bank or developer may begin, the contract on file comes first: it says who buys.
        first = (self.kind.filed_from and self.kind.needs_contract) or self.kind.reason_first
        first = first or (self.window and self.kind.walks_in())
        order = CONTRACT_FIRST if first else SECTIONS
        return tuple(s for s in order if not absent.get(s))

    @cached_property
    def titles(self) -> dict[str, str]:
        """The tasks in words."""
        return {
            "property": _PROPERTY[self.kind.subject],
            "parties": "、".join(dict.fromkeys(r.word for r in self.roles)) or "申请人",
            "reason": "登记原因和合同" if self.kind.needs_contract else "登记原因和内容",
            "materials": "上传材料",
            "delivery": _DELIVERY[self.kind.produces],
            "check": "核对并提交",
            **self.kind.titles,
        }

    @cached_property
    def cards(self) -> dict[str, str]:
        """What was answered, as headings of the cards that are checked: a task says what to do, a card what is said."""
        asked = self.kind.titles.get("reason_said", self.titles["reason"])
        return {"property": _SAID[self.kind.subject], "reason": asked, "delivery": self.titles["delivery"]}


# What can be filled in on line today; each has been walked from filing to archive.
ONLINE = (
    "P01", "P02", "P03", "P04", "P05", "P06", "P08", "P10", "P11", "P13", "P14", "P15", "P16", "P17", "P18", "P19",
    "P20", "P21", "D01", "D02", "D03", "D04", "D05", "D09",
    "B01", "B02", "B04", "B06", "B07", "B10", "B14",
    "S01", "S02", "S06", "S07", "S08",
    # Before it is built: presale notices, loans on them, works in progress; a lost proof.
    "D06", "D07", "D08", "B03", "B08", "B09", "B11", "B12", "B13",
    "C01", "C02", "C03", "C04", "C05",
    "P07", "P09", "P12", "S03", "S04", "S05",
    "B05",
)  # fmt: skip

JOURNEYS: dict[str, Journey] = {code: Journey(TYPES[code]) for code in ONLINE if code in TYPES}


def journey_of(slug: str, *, window: bool = False) -> Journey:
    """The journey of a type by its code in any case; `window`: as the window files it. Raises Refused when the type cannot be filed online here."""
    found = JOURNEYS.get(slug.upper())
    if found is None:
        raise Refused(
            Refusal("JOURNEY_UNKNOWN", "没有这个网上办理事项。", "请从“我要办”里重新选择，或到登记窗口办理。")
        )
    return Journey(found.kind, window=True) if window and found.kind.walks_in() else found
