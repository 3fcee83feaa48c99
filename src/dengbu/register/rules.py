"""The book as facts, and what stands in an entry's way. Pure: no ORM, no clock.

Restrictions are judged at filing, at pre-review and inside the entry transaction by `obstacles` on fresh facts.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Protocol

from dengbu.core.refusals import Refusal
from dengbu.core.workdays import LIBRARY_ONLY, Calendar, CalendarUnknown, is_workday, next_workday

from .effects import Effect

# Mortgages entered before the Civil Code took effect follow the old rule: consent (自然资发〔2021〕54号).
CIVIL_CODE = dt.date(2021, 1, 1)
# Calendar days after registration became possible in which it must be applied for (民法典 221; corrections 23).
NOTICE_DAYS = 90
LONGEST_HOLIDAY = 10  # days: past it a period is over whatever the calendar of the year
SHANGHAI = dt.timezone(dt.timedelta(hours=8))  # days of the law are days in Shanghai


@dataclass(frozen=True, slots=True)
class HolderFact:
    name: str
    document_kind: str
    number_index: str
    number_cipher: str
    share_numerator: int | None


@dataclass(frozen=True, slots=True)
class RightFact:
    public_id: uuid.UUID
    kind: str
    terms: Mapping[str, Any]
    rank: int | None
    coownership: str
    share_denominator: int | None
    holders: tuple[HolderFact, ...]
    entered_on: dt.date
    entry_number: str
    instrument: str = ""
    share_of: uuid.UUID | None = None

    @property
    def registered_on(self) -> dt.date:
        """The legal date of its registration: the entry's, or the earlier one that a book imported with it says."""
        written = self.terms.get("registered_on")
        return min(self.entered_on, dt.date.fromisoformat(str(written))) if written else self.entered_on

    @property
    def share_words(self) -> str:
        """抵押范围 of a mortgage on one holder's share (corrections 7): 张某的1/2份额; empty where it is on the whole."""
        if self.share_of is None:
            return ""
        whose = "、".join(self.terms.get("mortgagors") or ())
        return f"{whose}的{self.terms.get('share') or ''}份额"

    def held_by(self, number_index: str) -> bool:
        return any(h.number_index == number_index for h in self.holders)

    @property
    def holder_indexes(self) -> frozenset[str]:
        return frozenset(h.number_index for h in self.holders)


@dataclass(frozen=True, slots=True)
class RestrictionFact:
    public_id: uuid.UUID
    kind: str
    authority: str
    document_no: str
    from_at: dt.datetime | None
    until_at: dt.datetime | None
    position: int
    share_of: str
    note: str = ""
    party_index: str = ""  # whom it names: the debtor of a pre-seizure, who objected
    party_name: str = ""
    party_document_kind: str = ""
    party_cipher: str = ""
    term_months: int | None = None  # of one that waits: the term that begins when its turn comes

    def in_force(self, at: dt.datetime) -> bool:
        """Not ended and inside its term; a waiting seizure counts although its term has not begun (corrections 8)."""
        return self.until_at is None or self.until_at > at


@dataclass(frozen=True, slots=True)
class UnitBook:
    """What the book says of one unit: ①自然状况 ②权利人 ③限制与其他权利 ④抵押. Areas in ㎡."""

    code: str
    parcel_code: str
    building_code: str
    closed: bool
    location: str
    use: str
    area_m2: Decimal
    facts: Mapping[str, Any]
    parcel: Mapping[str, Any]
    rights: tuple[RightFact, ...]
    restrictions: tuple[RestrictionFact, ...]
    land: tuple[RestrictionFact, ...] = ()
    land_rights: tuple[RightFact, ...] = ()
    objected: tuple[
        tuple[str, str], ...
    ] = ()  # objections that are over: whose (by index), and what they said
    housed: bool = False  # of bare land: whether a house on its parcel has its title

    @property
    def ownership(self) -> RightFact | None:
        return next((r for r in self.rights if r.kind == "house_ownership"), None)

    @property
    def land_use(self) -> RightFact | None:
        """The land use right entered on the unit itself (bare land)."""
        return next((r for r in self.rights if r.kind == "land_use"), None)

    @property
    def title(self) -> RightFact | None:
        """The unit's title: ownership of the house, or the land use right on bare land."""
        return self.ownership or self.land_use

    @property
    def owner_has_land(self) -> bool:
        """Whether who owns the house also stands in the book for the land under it; without anybody there, yes."""
        of_land = {i for r in self.land_rights if r.kind == "land_use" for i in r.holder_indexes}
        owned = self.ownership
        return not of_land or owned is None or bool(of_land & owned.holder_indexes)

    @property
    def mortgages(self) -> tuple[RightFact, ...]:
        return tuple(sorted((r for r in self.rights if r.kind == "mortgage"), key=lambda r: r.rank or 0))

    @property
    def notices(self) -> tuple[RightFact, ...]:
        return tuple(r for r in self.rights if r.kind == "advance_notice")

    def right(self, public_id: uuid.UUID) -> RightFact | None:
        return next((r for r in self.rights if r.public_id == public_id), None)

    @property
    def next_rank(self) -> int:
        """The rank after the last live mortgage, or notice of one: a notice keeps its mortgage's place in the line
        (民法典 414; 细则 67; 担保解释 52; corrections 24).
        """
        ranked = (r.rank or 0 for r in self.rights if r.kind in ("mortgage", "advance_notice"))
        return max(ranked, default=0) + 1


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something in the book that a registration must answer: its code (R_SEAL …), what it is, in words."""

    code: str
    public_id: uuid.UUID | None
    text: str
    holders: frozenset[str] = frozenset()
    lapsed: bool = (
        False  # an advance notice past its 90 days: shown until an act removes it, no longer blocks
    )
    share_of: frozenset[str] = (
        frozenset()
    )  # names of the holders to whose shares it is confined (corrections 7)


@dataclass(frozen=True, slots=True)
class Answer:
    """How an obstacle was answered: the act it rests on, and the evidence (a material code, a document number)."""

    obstacle: uuid.UUID
    code: str
    how: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Judgement:
    refusals: tuple[Refusal, ...] = ()
    answers: tuple[Answer, ...] = ()
    warnings: tuple[Refusal, ...] = ()


class Registration(Protocol):
    """What the book needs to know of an application in order to enter it. The catalog's types satisfy it."""

    @property
    def registration_type(self) -> str: ...
    @property
    def docket_id(self) -> uuid.UUID | None: ...
    @property
    def unit_codes(self) -> tuple[str, ...]: ...
    def judge(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Judgement: ...
    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]: ...


RESTRICTION_CODES = {
    "seizure": ("R_SEAL", "查封"),
    "waiting_seizure": ("R_SEAL_WAIT", "轮候查封"),
    "preseizure": ("R_PRESEAL", "预查封"),
    "waiting_preseizure": ("R_PRESEAL", "轮候预查封"),
    "objection": ("R_OBJ", "异议登记"),
    "freeze": ("R_FREEZE", "行政限制（冻结）"),
    "internal_lock": ("R_FREEZE", "登记机构内部锁定"),
    "sale_limit": ("R_POLICY", "限售"),
    "dispute": ("R_DISPUTE", "权属争议"),
    "illegal_building": ("R_ILLEGAL", "违法建筑认定"),
}


def obstacles(
    book: UnitBook | None, at: dt.datetime, calendar: Calendar = LIBRARY_ONLY
) -> tuple[Obstacle, ...]:
    """Everything in the book that may stand in the way of an act on the unit at an instant.

    A unit not in the book, closed, or without a first registration is an obstacle too. What each means for a
    registration type is the type's own table (`answers_to`).
    """
    if book is None or book.closed:
        return (Obstacle("R_INVALID", None, "这处不动产单元不在登记簿上，或者已经注销。"),)
    found: list[Obstacle] = []
    for r in book.restrictions:
        if r.in_force(at):
            code, label = RESTRICTION_CODES[r.kind]
            found.append(
                Obstacle(
                    code,
                    r.public_id,
                    f"{label}：{r.authority}，{r.document_no}{_term(r)}",
                    frozenset({r.party_index} - {""}),
                    share_of=frozenset({r.share_of} - {""}),
                )
            )
    for r in book.land:
        if r.in_force(at) and r.kind in ("seizure", "waiting_seizure", "preseizure"):
            found.append(
                Obstacle("R_LANDSEAL", r.public_id, f"土地查封：{r.authority}，{r.document_no}{_term(r)}")
            )
    if book.title is None:
        found.append(Obstacle("R_NOFIRST", None, "这处不动产还没有办理首次登记。"))
    for right in book.rights:
        lapsed = right.kind == "advance_notice" and notice_lapsed(right, book, at, calendar)
        found.extend(_from_right(right, lapsed=lapsed))
    for right in book.land_rights:
        if right.kind == "mortgage":
            found.append(
                Obstacle("R_LANDMTG", right.public_id, f"土地抵押：{names(right)}", right.holder_indexes)
            )
    # A single owner's renewed term stands on his title; the parcel's own goes on for the others.
    until = (book.title.terms.get("term_until") if book.title else "") or book.parcel.get("term_until")
    if until and dt.date.fromisoformat(str(until)) < at.astimezone(SHANGHAI).date():
        found.append(Obstacle("R_EXPIRED", None, f"土地使用期限已于{until}届满。"))
    return tuple(found)


def _from_right(right: RightFact, *, lapsed: bool = False) -> Iterable[Obstacle]:
    for obstacle in _of_right(right, lapsed=lapsed):
        # A right on a share alone says which right it is a share of, and its mortgagors whose share (corrections 7).
        whose = frozenset(right.terms.get("mortgagors", ())) if right.share_of else frozenset()
        yield replace(obstacle, share_of=whose) if whose else obstacle


def _of_right(right: RightFact, *, lapsed: bool) -> Iterable[Obstacle]:
    if right.kind == "mortgage":
        text = f"抵押权（第{right.rank}顺位）：{names(right)}"
        if right.terms.get("thing") == "works_in_progress":
            yield Obstacle("R_CIP", right.public_id, f"在建建筑物{text}", right.holder_indexes)
        elif right.terms.get("transfer_limited") is True:
            yield Obstacle("R_MTG_LIMIT", right.public_id, f"{text}，约定限制转让", right.holder_indexes)
        elif right.terms.get("transfer_limited") is None and right.registered_on >= CIVIL_CODE:
            # An empty field is not "no" (corrections 16).
            yield Obstacle(
                "R_MTG_UNCLEAR", right.public_id, f"{text}，是否限制转让未记载", right.holder_indexes
            )
        elif right.registered_on < CIVIL_CODE:
            yield Obstacle(
                "R_MTG_PRE2021", right.public_id, f"{text}，民法典施行前登记", right.holder_indexes
            )
        else:
            yield Obstacle("R_MTG", right.public_id, text, right.holder_indexes)
    elif right.kind == "advance_notice":
        kind = right.terms.get("notice_kind")
        code = "R_NOTICE_MTG" if kind in ("presale_mortgage", "mortgage") else "R_NOTICE"
        label = "抵押预告登记" if code == "R_NOTICE_MTG" else "预告登记"
        state = "（已失效，待注销）" if lapsed else ""
        yield Obstacle(code, right.public_id, f"{label}：{names(right)}{state}", right.holder_indexes, lapsed)
    elif right.kind == "residence":
        yield Obstacle("R_RES", right.public_id, f"居住权：{names(right)}", right.holder_indexes)
    elif right.kind == "easement":
        yield Obstacle("R_EASE", right.public_id, f"地役权：{names(right)}", right.holder_indexes)


def notice_possible_from(notice: RightFact, book: UnitBook) -> dt.date | None:
    """The day from which the final registration could be applied for: when the 90 days of a notice begin, or None.

    The day an officer set with a reason, or the contract names, stands in the notice (`possible_from`). Otherwise, on
    a presold home, the first registration of the house, not before the notice itself (corrections 23). The house of a
    notice on an existing home was registered long before: without a day of its own nobody can say when its
    registration became possible, and it does not lapse by counting.
    """
    said = notice.terms.get("possible_from")
    if said:
        return dt.date.fromisoformat(str(said))
    owned = book.ownership
    if owned is None or notice.terms.get("notice_kind") not in ("presale", "presale_mortgage"):
        return None
    first = owned.terms.get("first_registered_on")
    # By the legal dates: a book that was imported says them, and the import itself starts no new 90 days.
    return max(dt.date.fromisoformat(str(first)) if first else owned.registered_on, notice.registered_on)


def notice_lapsed(
    notice: RightFact, book: UnitBook, at: dt.datetime, calendar: Calendar = LIBRARY_ONLY
) -> bool:
    """Whether an advance notice has run out: 90 calendar days, the first not counted, a last day off moves on
    (民法典 201, 203, 221). It stays in the book until an act removes it. A calendar not known yet counts as days off:
    what blocks is not given up on a guess.
    """
    start = notice_possible_from(notice, book)
    if start is None:
        return False
    last, today = start + dt.timedelta(days=NOTICE_DAYS), at.astimezone(SHANGHAI).date()
    if today <= last:
        return False
    if (today - last).days > LONGEST_HOLIDAY:
        return True
    try:
        return any(is_workday(last + dt.timedelta(days=n), calendar) for n in range((today - last).days))
    except CalendarUnknown:
        return False


def notice_last_day(
    notice: RightFact, book: UnitBook, days: int = NOTICE_DAYS, calendar: Calendar = LIBRARY_ONLY
) -> dt.date | None:
    """The last day of a notice: a last day off moves on to the next working day, as far as the calendar is known; None
    where nobody can say when its registration became possible. What `notice_lapsed` judges, as a day to be told."""
    start = notice_possible_from(notice, book)
    if start is None:
        return None
    last = start + dt.timedelta(days=days)
    try:
        return last if is_workday(last, calendar) else next_workday(last, calendar)
    except CalendarUnknown:
        return last


def names(right: RightFact) -> str:
    return "、".join(h.name for h in right.holders)


def _term(r: RestrictionFact) -> str:
    until = f"，至{r.until_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if r.until_at else ""
    return until + (f"，限于{r.share_of}的份额" if r.share_of else "")
