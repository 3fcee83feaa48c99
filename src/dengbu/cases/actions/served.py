"""Between the stamp and the entry of a served paper: what may not be entered meanwhile, whose turn it is, and what the
office has to say once it is entered. Called with the units locked, by acceptance and by the entry of what waited."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dengbu.catalog.policy.policy import office_calendar
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.jobs import enqueue
from dengbu.core.refusals import Refusal
from dengbu.core.workdays import add_workdays
from dengbu.orders import actions as orders
from dengbu.orders.queries import open_orders
from dengbu.orders.rules import SEND_DAYS, OpenOrder, earlier
from dengbu.register.actions import Entered
from dengbu.register.rules import RestrictionFact, UnitBook

from ..facts import CaseFacts
from ..models import Case

# Notes in the book that the law has the office tell the organ of, and letters that speak of them.
TOLD = {"term_capped": "term_capped", "renewals_over": "renewals_over"}
PRESEIZED = ("preseizure", "waiting_preseizure")


def against_served(
    cases: Iterable[Case], found: Mapping[uuid.UUID, CaseFacts], books: Mapping[str, UnitBook]
) -> dict[uuid.UUID, tuple[Refusal, ...]]:
    """What stands against each case because a paper was served on one of its units and is not entered yet. One
    statement, and no other work where nothing is open."""
    waiting = open_orders(books)
    if not waiting:
        return {}
    said: dict[uuid.UUID, tuple[Refusal, ...]] = {}
    for case in cases:
        one = found[case.docket_id]
        mine = [o for o in waiting if o.case == case.docket_id]
        refusals = [r for o in mine if (r := _first_come(waiting, o))]
        if not mine and not one.registration.served:
            refusals = [
                _served(o)
                for o in waiting
                if o.holds and o.unit_code in one.registration.unit_codes and forbidden(one, books, o)
            ]
        if refusals:
            said[case.docket_id] = tuple(refusals)
    return said


def forbidden(one: CaseFacts, books: Mapping[str, UnitBook], order: OpenOrder) -> bool:
    """Whether the entry that was ordered would forbid this one: judged on the book as it will stand."""
    book, now = books.get(order.unit_code), clock.now()
    if book is None:
        return False
    kind = "seizure" if book.title is not None else "preseizure"
    ahead = RestrictionFact(
        uuid.uuid4(), kind, order.authority, order.document_no, order.served_at, None, 0, "", ""
    )
    sealed = {**books, book.code: replace(book, restrictions=(*book.restrictions, ahead))}
    before = {(r.code, r.message) for r in one.registration.judge(books, now).refusals}
    return any((r.code, r.message) not in before for r in one.registration.judge(sealed, now).refusals)


def _minute(order: OpenOrder) -> str:
    at = clock.local(order.served_at)
    return f"{at.year}年{at.month}月{at.day}日{at:%H:%M}"


def _served(order: OpenOrder) -> Refusal:
    return Refusal(
        "ORDER_SERVED",
        f"{order.authority}的文书（{order.document_no}）已于{_minute(order)}送达，还没有登簿，这件不能登簿。",
        "请先把送达的文书办结，再按登记簿的记载办理这件。",
        "查封规定23",
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
