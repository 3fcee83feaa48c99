"""Objections, limits of other organs and internal locks: who may, how long, what ends them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from dengbu.catalog.registrations import RegistrationType
from dengbu.catalog.registrations.periods import end_of_day
from dengbu.catalog.registrations.restrictions.objections import last_day_to_sue
from dengbu.register.effects import Lift, Restrict
from dengbu.register.rules import RestrictionFact
from tests.catalog.made_up import (
    LI,
    NOW,
    OTHER,
    UNIT,
    WANG,
    book,
    made,
    of,
    party,
    refused,
    registration,
    restriction,
)

SERVED = "2026-11-23T09:58+08:00"
NEW = {"stage": "new", "matter": "holder", "grounds": "房屋是我出资买的，登记在他名下", "refused": True}


def objection(who: str = OTHER, officer: dict[str, str] | None = None, **terms: Any) -> RegistrationType:
    return registration("P13", UNIT, party("objector", who), terms=NEW | terms, officer=officer or {})


def objected(
    who: str = OTHER, until: dt.datetime | None = NOW + dt.timedelta(days=5), matter: str = "权利人"
) -> RestrictionFact:
    return restriction(
        "objection", until, party_index=who, note=f"{matter}：房屋是我的", party_name=who.upper(),
        party_document_kind="resident_id", authority=who.upper(),
    )  # fmt: skip


def test_an_objection_names_who_objects_and_falls_after_fifteen_days() -> None:
    (one,) = made(objection(), book())
    assert isinstance(one, Restrict) and one.kind == "objection"
    assert one.party is not None and one.party.name == "OTHER"
    assert one.until_at == end_of_day(dt.date(2026, 12, 8)) and one.note.startswith("权利人：")


@pytest.mark.parametrize(
    ("entered", "last"),
    [
        (dt.date(2026, 11, 23), dt.date(2026, 12, 8)),
        (
            dt.date(2026, 9, 18),
            dt.date(2026, 10, 8),
        ),  # 3 October is in the holidays: the first working day after
        (dt.date(2026, 11, 27), dt.date(2026, 12, 14)),  # 12 December is a Saturday
    ],
)
def test_corrections_23_the_first_day_is_not_counted_and_a_last_day_off_moves_on(
    entered: dt.date, last: dt.date
) -> None:
    assert last_day_to_sue(entered) == last


def test_an_objection_stops_nothing_and_is_stopped_by_nothing() -> None:
    for kind in ("seizure", "preseizure", "freeze", "objection", "dispute"):
        assert refused(objection(), book(restrictions=(restriction(kind),))) == set()
    assert refused(objection(), book(closed=True)) == {"R_INVALID"}


def test_the_holder_asks_for_a_correction_instead() -> None:
    assert refused(objection(LI), book()) == {"P_OBJECTS_TO_SELF"}
    assert refused(objection(refused=False), book()) == {"B_HOLDER_AGREES"}


def test_no_second_objection_while_one_stands() -> None:
    assert refused(objection(), book(restrictions=(objected(),))) == {"B_OBJECTION_STANDS"}
    assert refused(objection(), book(restrictions=(objected(WANG),))) == set(), (
        "another's stands in nobody's way"
    )


def test_no_second_objection_to_the_same_matter_unless_the_officer_finds_a_new_ground() -> None:
    fallen = book(restrictions=(objected(until=NOW - dt.timedelta(days=1)),))
    gone = book(objected=((OTHER, "权利人：房屋是我的"),))
    for before in (fallen, gone):
        assert refused(objection(), before) == {"B_OBJECTION_AGAIN"}
        assert refused(objection(matter="mortgage"), before) == set()
        assert refused(objection(WANG), before) == set()
        assert refused(objection(officer={"objection": "新证据：付款凭证"}), before) == set()
    effects = made(objection(matter="mortgage"), fallen)
    assert [e.reason for e in of(effects, Lift)] == ["lapsed"], (
        "the fallen one leaves the book with the new entry"
    )


def test_who_sued_in_time_keeps_his_objection_until_it_is_judged() -> None:
    mine = objected()
    sued = objection(stage="sued", suit_no="（2026）豫0106民初1号")
    lift, anew = made(sued, book(restrictions=(mine,)))
    assert lift == Lift(UNIT, mine.public_id, "sued")
    assert (
        isinstance(anew, Restrict) and anew.until_at is None and anew.document_no == "（2026）豫0106民初1号"
    )
    fallen = book(restrictions=(objected(until=NOW - dt.timedelta(minutes=1)),))
    assert refused(sued, fallen) == {"B_NO_OBJECTION"}
    assert refused(sued, book()) == {"B_NO_OBJECTION"}


@pytest.mark.parametrize(("minutes", "stops"), [(-1, set()), (0, {"B_NO_OBJECTION"})])
def test_a_suit_shown_on_the_last_evening_is_in_time_although_it_is_entered_the_next_morning(
    minutes: int, stops: set[str]
) -> None:
    over = NOW - dt.timedelta(hours=10)
    sued = objection(stage="sued", suit_no="（2026）豫0106民初1号")
    sued.filed = replace(sued.filed, submitted_at=over + dt.timedelta(minutes=minutes))
    assert refused(sued, book(restrictions=(objected(until=over),))) == stops


def cancelling(target: RestrictionFact, who: str, reason: str) -> RegistrationType:
    return registration(
        "P14", UNIT, party("applicant", who), terms={"reason": reason, "right": str(target.public_id)}
    )


def test_an_objection_is_not_taken_off_as_fallen_while_a_suit_that_was_shown_waits() -> None:
    """Both claim the same thing: the second to be filed waits for the first."""
    suit = objection(stage="sued", suit_no="（2026）豫0106民初1号")
    fallen, given_up = (cancelling(objected(), LI, reason) for reason in ("lapsed", "withdrawn"))
    assert fallen.claim_class() == suit.claim_class() != given_up.claim_class()


@pytest.mark.parametrize(
    ("who", "reason", "stands", "stops"),
    [
        (OTHER, "withdrawn", True, set()),
        (LI, "withdrawn", True, {"P_NOT_OBJECTOR"}),
        (OTHER, "lapsed", True, {"O_NOT_LAPSED"}),
        (LI, "lapsed", True, {"O_NOT_LAPSED"}),
        (LI, "lapsed", False, set()),
        (OTHER, "lapsed", False, set()),
        (LI, "judged", True, set()),
        (WANG, "judged", True, {"P_NOT_OBJECTOR"}),
    ],
)
def test_who_may_have_an_objection_taken_off(who: str, reason: str, stands: bool, stops: set[str]) -> None:
    target = objected(until=NOW + dt.timedelta(days=5 if stands else -5))
    the_book = book(restrictions=(target,))
    assert refused(cancelling(target, who, reason), the_book) == stops
    if not stops:
        assert made(cancelling(target, who, reason), the_book) == [Lift(UNIT, target.public_id, reason)]


# --- S06, S07, S08


def freeze(by: str = "郑州市公安局", **terms: Any) -> RegistrationType:
    said = {
        "limit": "freeze", "authority_kind": "police", "document_no": "郑公查封〔2026〕1号", "served_at": SERVED,
        "bearers": "甲 01，乙 02", "reason": "涉案财产，不得转移、抵押", **terms,
    }  # fmt: skip
    return registration("S06", UNIT, party("requester", "organ", name=by), terms=said)


@pytest.mark.parametrize("limit", ["freeze", "sale_limit", "illegal_building", "dispute"])
def test_corrections_10_other_organs_limit_what_may_be_done(limit: str) -> None:
    (one,) = made(freeze(limit=limit, until="2027-11-22"), book(restrictions=(restriction("seizure"),)))
    assert isinstance(one, Restrict) and (one.kind, one.authority) == (limit, "郑州市公安局")
    assert one.until_at == end_of_day(dt.date(2027, 11, 22)) and "不得转移" in one.note


def test_a_limit_without_an_end_stands_until_it_is_lifted_and_one_that_is_over_is_a_mistake() -> None:
    (one,) = made(freeze(), book())
    assert one.until_at is None  # type: ignore[union-attr]
    assert refused(freeze(until="2026-11-22"), book()) == {"F_UNTIL_PAST"}


def lift(target: RestrictionFact, by: str = "郑州市公安局", **terms: Any) -> RegistrationType:
    people = (party("requester", "organ", name=by),) if by else ()
    return registration(
        "S07", UNIT, *people, terms={"document_no": "解1号", "right": str(target.public_id), **terms}
    )


def test_who_limited_lifts() -> None:
    target = restriction("freeze", authority="郑州市公安局")
    the_book = book(restrictions=(target,))
    assert made(lift(target), the_book) == [Lift(UNIT, target.public_id, "解1号")]
    assert refused(lift(target, by="上街区税务局"), the_book) == {"O_OTHER_AUTHORITY"}
    assert refused(lift(restriction("seizure")), book(restrictions=(restriction("seizure"),))) == {
        "B_NO_RESTRICTION"
    }


def test_the_office_lifts_its_own_lock() -> None:
    target = restriction("internal_lock", authority="本登记机构")
    assert made(lift(target, by=""), book(restrictions=(target,))) == [Lift(UNIT, target.public_id, "解1号")]


def lock(**terms: Any) -> RegistrationType:
    said = {"why": "forged", "reason": "身份证与公安数据不一致，正在核查", "until": "2026-12-23", **terms}
    return registration("S08", UNIT, terms=said)


def test_corrections_10_an_internal_lock_has_a_reason_and_an_end() -> None:
    (one,) = made(lock(), book())
    assert isinstance(one, Restrict) and one.kind == "internal_lock" and "公安数据" in one.note
    assert one.until_at == end_of_day(dt.date(2026, 12, 23))
    assert refused(lock(until="2027-02-22"), book()) == {"O_LOCK_TOO_LONG"}
    assert refused(lock(reason="可疑"), book()) == {"F_LOCK_REASON"}
    assert refused(lock(until="2026-11-22"), book()) == {"F_UNTIL_PAST"}
