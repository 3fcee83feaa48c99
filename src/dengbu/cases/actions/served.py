"""Between the stamp and the entry of a served paper: what may not be filed, passed or entered meanwhile, whose turn it
is, and what the office has to say once it is entered. What decides an entry is asked with the units locked."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dengbu.catalog.policy.policy import office_calendar
from dengbu.catalog.registrations import Rule
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.identifiers import reaches
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Refusal
from dengbu.core.workdays import add_workdays
from dengbu.orders import actions as orders
from dengbu.orders.queries import open_orders
from dengbu.orders.rules import SEND_DAYS, OpenOrder, earlier
from dengbu.register.actions import Entered
from dengbu.register.rules import RestrictionFact, UnitBook, obstacles

from ..facts import CaseFacts
from ..models import Case

# Notes in the book that the law has the office tell the organ of, and letters that speak of them.
TOLD = {"term_capped": "term_capped", "renewals_over": "renewals_over"}
PRESEIZED = ("preseizure", "waiting_preseizure")


def against_served(
    cases: Sequence[Case], found: Mapping[uuid.UUID, CaseFacts], books: Mapping[str, UnitBook]
) -> dict[uuid.UUID, tuple[Refusal, ...]]:
    """What stands against the entry of each case because a paper was served on one of its units, or on the land under
    it, and is not entered yet. One statement, and no other work where nothing is open."""
    waiting = open_orders(u for case in cases for u in found[case.docket_id].registration.unit_codes)
    said: dict[uuid.UUID, tuple[Refusal, ...]] = {}
    for case in cases if waiting else ():
        mine = [o for o in waiting if o.case == case.docket_id]
        first = tuple(r for o in mine if (r := _first_come(waiting, o)))
        if refusals := first or tuple(held.refusal for held in _held(waiting, found[case.docket_id], books)):
            said[case.docket_id] = refusals
    return said


@dataclass(frozen=True, slots=True)
class Held:
    """A paper that lies at the office and what it says against a case; `officer`: the law leaves it to the officer,
    whose decision names the order."""

    order: OpenOrder
    refusal: Refusal
    officer: bool


def holding(
    found: Mapping[uuid.UUID, CaseFacts], books: Mapping[str, UnitBook]
) -> dict[uuid.UUID, tuple[Held, ...]]:
    """What papers say that lie there before an entry is at hand: at filing, at each look for restrictions and at
    pre-review. One paper does not wait there for another: only the entry has an order. One statement."""
    waiting = open_orders(u for one in found.values() for u in one.registration.unit_codes)
    return {d: held for d, one in found.items() if waiting and (held := _held(waiting, one, books))}


def _held(waiting: Iterable[OpenOrder], one: CaseFacts, books: Mapping[str, UnitBook]) -> tuple[Held, ...]:
    units = one.registration.unit_codes
    if _says_it_lapsed(one):  # a renewal may lie there that was served in time
        return tuple(Held(o, _served(o, units), False) for o in waiting if o.holds and o.unit_code in units)
    if one.registration.served:  # papers stand in a line; none forbids another
        return ()
    return tuple(
        Held(o, _served(o, units), _for_officer(one, books, o))
        for o in waiting
        if o.holds and any(reaches(o.unit_code, u) for u in units) and forbidden(one, books, o)
    )


def _says_it_lapsed(one: CaseFacts) -> bool:
    """S02 on no paper: the office itself finds that a seizure ran out."""
    return one.registration.code == "S02" and one.registration.filed.terms.get("reason") == "lapsed"


def _for_officer(one: CaseFacts, books: Mapping[str, UnitBook], order: OpenOrder) -> bool:
    sealed, now = [_sealed(book, order) for book in books.values()], clock.now()
    rules = {
        part.rule_now(o, book)
        for part in one.registration.registrations()
        for book in sealed
        for o in obstacles(book, now)
        if o.public_id == order.id
    }
    return Rule.MANUAL in rules and Rule.BLOCK not in rules


def forbidden(one: CaseFacts, books: Mapping[str, UnitBook], order: OpenOrder) -> bool:
    """Whether the entry that was ordered would forbid this one: judged on the book as it will stand, of the unit itself
    and, where the order is on land, of the houses on it. Where house and land have different owners the officer's
    decision on this order counts (corrections 6)."""
    now = clock.now()
    sealed = {code: _sealed(book, order) for code, book in books.items()}
    before = {(r.code, r.message) for r in one.registration.judge(books, now).refusals}
    return any((r.code, r.message) not in before for r in one.registration.judge(sealed, now).refusals)


def _sealed(book: UnitBook, order: OpenOrder) -> UnitBook:
    """The book of a unit as it stands once the order is entered."""
    if not reaches(order.unit_code, book.code):
        return book
    itself = order.unit_code == book.code
    kind = "preseizure" if itself and book.title is None else "seizure"
    if itself and order.type_code == "S06":
        kind = "freeze"  # an officer may weigh a seizure where a limit of another organ leaves him nothing to weigh
    ahead = RestrictionFact(
        order.id, kind, order.authority, order.document_no, order.served_at, None, 0, "", ""
    )
    if itself:
        return replace(book, restrictions=(*book.restrictions, ahead))
    return replace(book, land=(*book.land, ahead))


def _minute(order: OpenOrder) -> str:
    at = clock.local(order.served_at)
    return f"{at.year}年{at.month}月{at.day}日{at:%H:%M}"


def _served(order: OpenOrder, units: Sequence[str]) -> Refusal:
    land = order.unit_code not in units
    return Refusal(
        "ORDER_SERVED",
        f"{order.authority}{'查封房屋所占土地' if land else ''}的文书（{order.document_no}）"
        f"已于{_minute(order)}送达，还没有登簿，这件不能办理。",
        "请等送达的文书办结，再按登记簿的记载办理这件。"
        + ("房屋和土地不是同一权利人的，由审核人员判断。" if land else ""),
        "查封规定21、23" if land else "查封规定23",
        "unit",
    )


def _first_come(waiting: Sequence[OpenOrder], mine: OpenOrder) -> Refusal | None:
    first = earlier(waiting, mine)
    if first is None:
        return None
    return Refusal(
        "ORDER_EARLIER",
        f"{first.authority}的文书（{first.document_no}）于{_minute(first)}先送达，还没有登簿。",
        "查封的先后按送达时间，请先把先送达的登簿。",
        "实施细则91；查封规定26",
        "unit",
    )


def after_entry(
    entered: Mapping[uuid.UUID, Sequence[Entered]],
    found: Mapping[uuid.UUID, CaseFacts],
    books: Mapping[str, UnitBook],
    actor: Actor,
) -> None:
    """Orders that are in the book now are settled; what an organ is to be told stands as a letter that waits for its
    answer; receipt and letters are made by the queue. No statement where there is nothing of all this."""
    ours = [d for d in entered if found[d].case.filed.get("service")]
    letters = [x for d, entries in entered.items() for x in _letters(d, entries, books)]
    if ours:
        orders.entered(actor=actor, docket_ids=ours)
    if letters:
        today = clock.today()
        orders.write_letters(
            actor=actor,
            year=today.year,
            due_on=add_workdays(today, SEND_DAYS, office_calendar()),
            letters=letters,
        )
    for docket_id in dict.fromkeys([*ours, *(x["docket_id"] for x in letters)]):
        enqueue("cases.court_papers", docket_id=str(docket_id))


def _letters(
    docket_id: uuid.UUID, entries: Sequence[Entered], books: Mapping[str, UnitBook]
) -> list[dict[str, Any]]:
    """One letter for each organ, paper and matter, whatever the number of units."""
    made: dict[tuple[str, str, str], dict[str, Any]] = {}

    def tell(kind: str, authority: str, document_no: str, unit: str, said: Mapping[str, Any]) -> None:
        place = books[unit].location if unit in books else ""
        key = (kind, authority, document_no)
        letter = made.setdefault(
            key,
            {
                "docket_id": docket_id,
                "kind": kind,
                "authority": authority[:200],
                "document_no": document_no[:100],
                "said": {**said, "units": []},
            },
        )
        letter["said"]["units"].append([unit, place])

    for entry in entries:
        for note in entry.noted:
            if note.kind in TOLD:
                said = {k: v for k, v in note.said.items() if k not in ("authority", "document_no")}
                tell(
                    TOLD[note.kind],
                    str(note.said["authority"]),
                    str(note.said["document_no"]),
                    note.unit,
                    said,
                )
        for restricted in entry.restricted:
            if restricted.kind not in ("seizure", "waiting_seizure") or restricted.unit not in books:
                continue
            gone = {r.public_id: r for r in books[restricted.unit].restrictions if r.kind in PRESEIZED}
            was = next(
                (
                    gone[x]
                    for x in entry.lifted
                    if x in gone
                    and (gone[x].authority, gone[x].document_no)
                    == (restricted.authority, restricted.document_no)
                ),
                None,
            )
            if was is not None:
                until = clock.local(restricted.until_at) if restricted.until_at else None
                tell(
                    "converted",
                    restricted.authority,
                    restricted.document_no,
                    restricted.unit,
                    {
                        "entry": entry.number,
                        "waits": restricted.position,
                        "until": until.isoformat() if until else "",
                    },
                )
    return list(made.values())
