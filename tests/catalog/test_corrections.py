"""P12, S03: the entry says what was wrong and what the book says now."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from dengbu.catalog.policy import policy_for
from dengbu.catalog.registrations import RegistrationType
from dengbu.catalog.registrations.corrections import ITEMS
from dengbu.register import effects as fx
from dengbu.register.rules import UnitBook
from tests.catalog.made_up import (
    BANK,
    LI,
    NOW,
    OTHER,
    SURVEYED,
    UNIT,
    WANG,
    book,
    holder,
    made,
    of,
    party,
    refused,
    registration,
    restriction,
    right,
)

TITLE = right("house_ownership", LI, WANG, term_until="2090-01-01", price_fen=80_000_00, entry="2023-0000007")
PROOF = {"proof": "测绘报告2026-9"}


def wrong(what: str, *more: Any, who: str = LI, as_: str = "holder", **terms: Any) -> RegistrationType:
    given = {"what": what, "applies_as": as_, **PROOF, **terms}
    return registration("P12", UNIT, party("applicant", who), *more, terms=given)


@pytest.mark.parametrize(
    ("what", "given", "facts", "terms", "note"),
    [
        ("location", {"right_text": "新路1号"}, {"location": "新路1号"}, {}, ("试验路1号101室", "新路1号")),
        ("floor", {"right_text": "2"}, {"floor": "2"}, {}, ("1", "2")),
        ("room", {"right_text": "201"}, {"room": "201"}, {}, ("（空）", "201")),
        ("use", {"right_use": "office"}, {"use": "office"}, {}, ("成套住宅", "办公")),
        ("area", {"right_area": "95.00"}, {"area_m2": "95.00"}, {}, ("90.50 ㎡", "95.00 ㎡")),
        ("inner_area", {"right_area": "80.00"}, {"inner_area_m2": "80.00"}, {}, ("（空）", "80.00 ㎡")),
        ("shared_area", {"right_area": "9.00"}, {"shared_area_m2": "9.00"}, {}, ("（空）", "9.00 ㎡")),
        ("term_from", {"right_date": "2020-01-01"}, {}, {"term_from": "2020-01-01"}, ("（空）", "2020-01-01")),
        ("term_until", {"right_date": "2080-01-01"}, {}, {"term_until": "2080-01-01"},
         ("2090-01-01", "2080-01-01")),
        ("price", {"right_fen": 90_000_00}, {}, {"price_fen": 90_000_00}, ("80,000.00 元", "90,000.00 元")),
    ],
)  # fmt: skip
def test_a_correction_says_what_was_wrong_and_what_the_book_says_now(
    what: str, given: dict[str, Any], facts: dict[str, Any], terms: dict[str, Any], note: tuple[str, str]
) -> None:
    effects = made(wrong(what, **given), book(title=TITLE))
    assert [e.facts for e in of(effects, fx.Amend)] == ([{**SURVEYED, **facts}] if facts else [])
    (end,), (grant,) = of(effects, fx.End), of(effects, fx.Grant)
    assert (end.right, end.reason, grant.replaces) == (TITLE.public_id, "corrected", TITLE.public_id)
    assert grant.terms == {**TITLE.terms, **terms}
    (said,) = of(effects, fx.Note)
    assert (said.kind, said.right) == ("corrected", grant.right)
    assert said.said == {
        "what": ITEMS[what].label, "was": note[0], "now": note[1], "entry": "2023-0000007", **PROOF,
    }  # fmt: skip


def test_a_misspelt_name_is_put_right_and_the_co_owner_stays() -> None:
    effects = made(wrong("holder_name", whose="LI", right_text="黎小明"), book(title=TITLE))
    (grant,), (note,) = of(effects, fx.Grant), of(effects, fx.Note)
    assert [(h.name, h.number) for h in grant.holders] == [("黎小明", "n-li"), ("WANG", "n-wang")]
    assert (note.said["was"], note.said["now"]) == ("LI", "黎小明")


def test_a_wrong_number_is_put_right_and_no_number_stands_in_the_note() -> None:
    # Li applies with his true number, which the book does not have.
    true = party("corrected", "li-true", name="LI")
    one = wrong("holder_number", true, who="li-true", whose="LI")
    one.filed = replace(one.filed, parties=(party("applicant", "li-true", name="LI"), true))
    effects = made(one, book(title=TITLE))
    (grant,), (note,) = of(effects, fx.Grant), of(effects, fx.Note)
    assert [(h.name, h.number) for h in grant.holders] == [("LI", "n-li-true"), ("WANG", "n-wang")]
    assert not any(n in str(note.canonical()) for n in ("n-li", "n-li-true", "'li'"))


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (wrong("floor", right_text="1"), "B_NOTHING_WRONG"),
        (wrong("area", right_area="90.50"), "B_NOTHING_WRONG"),
        (wrong("floor"), "F_RIGHT_TEXT"),
        (wrong("area"), "F_RIGHT_AREA"),
        (wrong("floor", right_text="2", proof=""), "F_PROOF"),
        (wrong("holder_name", whose="ZHAO", right_text="黎"), "B_NO_SUCH_HOLDER"),
        (wrong("holder_number", whose="LI"), "F_ONE_CORRECTED"),
        (wrong("floor", right_text="2", who=OTHER), "P_NOT_OWNER"),
        (registration("P12", UNIT, terms={"what": "floor", "right_text": "2", "applies_as": "holder", **PROOF}),
         "P_NO_APPLICANT"),
    ],
)  # fmt: skip
def test_what_a_correction_needs(one: RegistrationType, code: str) -> None:
    assert refused(one, book(title=TITLE)) == {code}


def test_of_two_with_one_name_the_window_tells_who() -> None:
    twins = right("house_ownership", holder(LI, name="张伟"), holder(WANG, name="张伟"))
    assert refused(wrong("holder_name", whose="张伟", right_text="章伟"), book(title=twins)) == {
        "B_NO_SUCH_HOLDER"
    }


def test_somebody_concerned_brings_proof_of_interest_and_the_holder_his_certificate() -> None:
    concerned = wrong("floor", right_text="2", who=OTHER, as_="concerned")
    assert refused(concerned, book(title=TITLE)) == set()
    asked = policy_for("P12", NOW.date())
    lists = {
        as_: {i.code for i in asked.checklist_for(wrong("floor", as_=as_).conditions(book(), NOW))}
        for as_ in ("holder", "concerned")
    }
    assert lists == {
        "holder": {"APP", "ID", "ERRDOC", "CERT"},
        "concerned": {"APP", "ID", "ERRDOC", "OBJDOC"},
    }


# --- S03 ----------------------------------------------------------------------------------------------------------

OURS = {
    "what": "floor", "right_text": "2", "wrong_on": "2023-05-01", "wrong_entry": "2023-0000007",
    "notified_on": "2026-09-01", **PROOF,
}  # fmt: skip


def ex_officio(**terms: Any) -> RegistrationType:
    return registration("S03", UNIT, terms=OURS | terms)


def test_the_registry_puts_its_own_mistake_right_without_an_applicant() -> None:
    (grant,) = of(made(ex_officio(), book(title=TITLE)), fx.Grant)
    assert [(h.name, h.number) for h in grant.holders] == [("LI", "n-li"), ("WANG", "n-wang")]


def test_a_mistaken_number_is_put_right_ex_officio_by_the_party_who_is_corrected() -> None:
    one = ex_officio(what="holder_number", whose="LI")
    one.filed = replace(one.filed, parties=(party("corrected", "li-true", name="LI"),))
    (grant,) = of(made(one, book(title=TITLE)), fx.Grant)
    assert [h.number for h in grant.holders] == ["n-li-true", "n-wang"]


LATER = {"entry": "2023-0000008", "entered": dt.date(2023, 5, 1)}
EARLIER = {"entry": "2022-0009999", "entered": dt.date(2022, 5, 1)}


@pytest.mark.parametrize(
    ("mine", "stops"),
    [
        (book(UNIT, right("mortgage", BANK, transfer_limited=False, **LATER), title=TITLE), True),
        (book(UNIT, right("advance_notice", OTHER, notice_kind="sale", **LATER), title=TITLE), True),
        (book(UNIT, title=replace(TITLE, entry_number="2024-0000001")), True),
        (book(UNIT, right("mortgage", BANK, transfer_limited=False, **EARLIER), title=TITLE), False),
        (book(UNIT, title=TITLE, restrictions=(restriction("seizure"),)), True),
        (book(UNIT, title=TITLE, restrictions=(restriction("waiting_seizure", from_at=None),)), True),
        (book(UNIT, title=TITLE,
              restrictions=(restriction("seizure", from_at=dt.datetime(2022, 1, 1, tzinfo=dt.UTC)),)), False),
        (book(UNIT, title=TITLE, restrictions=(restriction("seizure", NOW - dt.timedelta(hours=1)),)), False),
        (book(UNIT, title=TITLE, restrictions=(restriction("objection"),)), False),
    ],
)  # fmt: skip
def test_not_after_a_later_disposal_notice_or_seizure(mine: UnitBook, stops: bool) -> None:
    assert refused(ex_officio(), mine) == ({"S_LATER_ENTRY"} if stops else set())


@pytest.mark.parametrize("number", ["2023-7", "2023-123", "第7号", "2023-00000070", "9"])
def test_an_entry_number_that_cannot_be_compared_is_no_answer(number: str) -> None:
    later = book(UNIT, right("mortgage", BANK, transfer_limited=False, **LATER), title=TITLE)
    assert refused(ex_officio(wrong_entry=number), later) == {"F_WRONG_ENTRY"}


def test_the_holder_has_had_thirty_working_days_to_apply_himself() -> None:
    # From 2026-10-12 the 30th working day after is 2026-11-23: that whole day is still his.
    assert refused(ex_officio(notified_on="2026-10-12"), book(title=TITLE)) == {"S_NOTICE_RUNNING"}
    assert refused(ex_officio(notified_on="2026-10-09"), book(title=TITLE)) == set()


def test_an_ex_officio_correction_is_announced_and_reviewed_twice() -> None:
    policy = policy_for("S03", NOW.date())
    assert (policy.public_notice_days, policy.reviews) == (15, 2)
    assert [i.code for i in policy.checklist] == ["ERRDOC", "TOLD"]
