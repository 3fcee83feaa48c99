"""Seizures on the page: where a paper takes its place, what its term is, and what the office answers the court."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengbu.catalog.registrations import Filed, RegistrationType
from dengbu.catalog.registrations.periods import after_months, end_of_day
from dengbu.catalog.registrations.restrictions.line import settled
from dengbu.register.effects import Lift, Note, Restrict
from dengbu.register.rules import RestrictionFact, UnitBook
from dengbu.register.successive import after
from tests.catalog.made_up import (
    LI,
    NOW,
    UNIT,
    WANG,
    book,
    made,
    of,
    party,
    refused,
    registration,
    restriction,
    right,
)

COURT = "上街区人民法院"
OTHER_COURT = "中原区人民法院"
DAY = dt.timedelta(days=1)
SERVED = "2026-11-23T09:58+08:00"
NOW_MINUTE = dt.datetime.fromisoformat(SERVED)


def court(name: str = COURT) -> Any:
    return party("requester", "court", name=name, document_kind="uscc")


def seizure(*more: Any, by: str = COURT, debtor: str = LI, **terms: Any) -> RegistrationType:
    said = {
        "measure": "seizure", "authority_kind": "court", "document_no": "（2026）豫0106执12号", "ruling": True,
        "served_at": SERVED, "bearers": "甲 01，乙 02", **terms,
    }  # fmt: skip
    people = (court(by), party("debtor", debtor)) if debtor else (court(by),)
    return registration("S01", UNIT, *people, *more, terms={k: v for k, v in said.items() if v is not None})


def sealed(until: dt.datetime | None = NOW + 90 * DAY, **more: Any) -> RestrictionFact:
    return restriction("seizure", until, **more)


def waiting(position: int, months: int | None = 36, **more: Any) -> RestrictionFact:
    return restriction("waiting_seizure", None, position=position, term_months=months, from_at=None, **more)


def lifted(effects: list[Any]) -> list[tuple[Any, str]]:
    return [(e.restriction, e.reason) for e in of(effects, Lift)]


# --- where it stands


def test_a_seizure_is_entered_to_the_minute_at_which_it_was_served() -> None:
    (one,) = made(seizure(term_months=24), book())
    assert isinstance(one, Restrict) and (one.kind, one.position, one.term_months) == ("seizure", 0, None)
    assert one.from_at == NOW_MINUTE and one.until_at == end_of_day(dt.date(2028, 11, 23))
    assert one.authority == COURT and one.party is not None and one.party.name == "LI"


def test_a_paper_that_says_nothing_of_its_term_gets_the_longest_the_law_allows() -> None:
    (one,) = made(seizure(), book())
    assert one.until_at == end_of_day(dt.date(2029, 11, 23)), "three years for a court (民诉解释 485)"


@pytest.mark.parametrize(
    ("kind", "until"),
    [
        ("court", dt.date(2029, 11, 23)),
        ("police", dt.date(2028, 11, 23)),
        ("procuratorate", dt.date(2029, 11, 23)),
        ("supervision", dt.date(2029, 11, 23)),
        ("tax", dt.date(2027, 5, 23)),
        ("administration", dt.date(2026, 12, 23)),  # thirty days (行政强制法 25)
    ],
)
def test_corrections_9_the_longest_term_depends_on_the_organ_and_is_data(kind: str, until: dt.date) -> None:
    (one, note) = made(seizure(authority_kind=kind, term_months=60), book())
    assert one.until_at == end_of_day(until)
    assert isinstance(note, Note) and note.said["asked"] == "60个月" and note.said["entered"] == f"至{until}"


def test_an_organ_for_which_the_policy_has_no_limit_gets_what_its_paper_says() -> None:
    (one,) = made(seizure(authority_kind="another", term_months=60), book())
    assert one.until_at == end_of_day(dt.date(2031, 11, 23))
    (open_end,) = made(seizure(authority_kind="another"), book())
    assert open_end.until_at is None


def test_corrections_2_five_years_are_entered_at_once_as_three_and_the_court_is_told() -> None:
    one = seizure(until="2031-11-22")
    judged = one.judge({UNIT: book()}, NOW)
    assert judged.refusals == ()
    assert [w.code for w in judged.warnings] == ["O_TERM_CAPPED"]
    entered, note = one.effects({UNIT: book()}, NOW)
    assert isinstance(entered, Restrict) and entered.until_at == end_of_day(dt.date(2029, 11, 23))
    assert isinstance(note, Note) and (note.kind, note.said["asked"]) == ("term_capped", "至2031-11-22")


def test_thirty_days_count_as_a_month_while_an_administration_waits() -> None:
    (one,) = made(seizure(authority_kind="administration"), book(restrictions=(sealed(),)))
    assert (one.kind, one.term_months) == ("waiting_seizure", 1)


def test_a_second_seizure_waits_without_dates_and_keeps_its_own_term() -> None:
    (one,) = made(seizure(by=OTHER_COURT, term_months=24), book(restrictions=(sealed(), waiting(4))))
    assert (one.kind, one.position, one.term_months) == ("waiting_seizure", 5, 24)
    assert (one.from_at, one.until_at) == (None, None)


def test_corrections_7_the_shares_of_two_owners_are_seized_side_by_side_the_whole_waits() -> None:
    shared = right("house_ownership", LI, WANG, coownership="joint")
    one_share = book(title=shared, restrictions=(sealed(share_of="LI"),))
    (beside,) = made(seizure(debtor=WANG, share_of="WANG"), one_share)
    assert (beside.kind, beside.share_of) == ("seizure", "WANG")
    (whole,) = made(seizure(), one_share)
    assert (whole.kind, whole.share_of) == ("waiting_seizure", "")
    (same,) = made(seizure(share_of="LI"), one_share)
    assert same.kind == "waiting_seizure"
    assert refused(seizure(share_of="ZHAO"), one_share) == {"F_SHARE_OF"}


def test_what_is_not_registered_yet_is_preseized_in_the_name_of_its_debtor() -> None:
    presold = book(title=None)
    for measure in ("seizure", "preseizure"):
        (one,) = made(seizure(measure=measure, debtor=WANG), presold)
        assert (one.kind, one.party.name) == ("preseizure", "WANG")
    before = book(title=None, restrictions=(restriction("preseizure", None),))
    (later,) = made(seizure(debtor=WANG), before)
    assert (later.kind, later.position) == ("waiting_preseizure", 1)
    two = seizure(party("debtor", LI), debtor=WANG)
    assert refused(two, presold) == {"O_ONE_DEBTOR"}


def test_corrections_1_nothing_is_entered_after_the_home_has_passed_and_the_court_learns_to_whom() -> None:
    passed = book(title=right("house_ownership", WANG, entered=dt.date(2026, 10, 20), entry="2026-0000042"))
    one = seizure(debtor=LI)
    (refusal,) = one.judge({UNIT: passed}, NOW).refusals
    assert refusal.code == "O_HOME_PASSED" and refusal.basis.startswith("查封规定23")
    assert all(said in refusal.message for said in ("2026年10月20日", "WANG", "2026-0000042"))


def test_corrections_1_a_paper_that_names_the_buyers_home_is_entered() -> None:
    passed = book(title=right("house_ownership", WANG))
    assert refused(seizure(debtor=LI, holder_named=True), passed) == set()


def test_a_paper_cannot_be_served_later_than_now() -> None:
    assert refused(seizure(served_at="2026-11-24T09:00+08:00"), book()) == {"F_SERVED_LATER"}


def test_a_seizure_needs_a_debtor_and_does_not_wait_for_a_case_that_runs() -> None:
    assert refused(seizure(debtor=""), book()) == {"O_NO_DEBTOR"}
    running = seizure()
    running.filed = replace(running.filed, other_case=True)
    judged = running.judge({UNIT: book()}, NOW)
    assert judged.refusals == () and [w.code for w in judged.warnings] == ["R_PENDING"]


@pytest.mark.parametrize(
    "kind",
    [
        "seizure",
        "preseizure",
        "objection",
        "freeze",
        "internal_lock",
        "sale_limit",
        "dispute",
        "illegal_building",
    ],
)
def test_nothing_in_the_book_stops_a_court(kind: str) -> None:
    mortgaged = book(
        UNIT,
        right("mortgage", WANG, transfer_limited=True),
        right("advance_notice", WANG, notice_kind="sale"),
    )
    assert refused(seizure(), replace(mortgaged, restrictions=(restriction(kind),))) == set()
    assert refused(seizure(), book(closed=True)) == {"R_INVALID"}


# --- renewal


def renewal(**terms: Any) -> RegistrationType:
    return seizure(
        debtor="", measure="renewal", earlier_no="（2026）1号", document_no="（2026）续1号", **terms
    )


def test_a_renewal_in_time_keeps_the_place_and_counts_from_the_old_end() -> None:
    old = sealed(until=end_of_day(dt.date(2026, 12, 1)))
    effects = made(renewal(), book(restrictions=(old, waiting(1))))
    assert lifted(effects) == [(old.public_id, "renewed")]
    (one,) = of(effects, Restrict)
    assert (one.kind, one.from_at) == ("seizure", old.from_at)
    assert one.until_at == end_of_day(dt.date(2029, 12, 1)) and "（2026）1号" in one.note


def test_corrections_9_a_renewal_after_the_end_is_a_new_seizure_at_the_end_of_the_line() -> None:
    old, first, second = sealed(until=NOW - 5 * DAY), waiting(1), waiting(2)
    effects = made(renewal(), book(restrictions=(old, first, second)))
    assert lifted(effects) == [(old.public_id, "lapsed"), (first.public_id, "promoted")]
    promoted, anew = of(effects, Restrict)
    assert (promoted.kind, promoted.from_at) == ("seizure", old.until_at)
    assert (anew.kind, anew.position, anew.document_no) == ("waiting_seizure", 3, "（2026）续1号")


@pytest.mark.parametrize(("minutes", "reason"), [(-1, "renewed"), (0, "lapsed"), (1, "lapsed")])
def test_a_renewal_is_in_time_by_the_minute_at_which_it_was_served_not_by_that_of_the_entry(
    minutes: int, reason: str
) -> None:
    """Served on the last evening and entered the next morning it keeps its place before those who wait."""
    over = NOW - dt.timedelta(hours=10)
    old, behind = sealed(until=over), waiting(1)
    served = (over + dt.timedelta(minutes=minutes)).isoformat()
    effects = made(renewal(served_at=served), book(restrictions=(old, behind)))
    assert lifted(effects)[0] == (old.public_id, reason)
    assert [r.kind for r in of(effects, Restrict)][-1] == (
        "seizure" if reason == "renewed" else "waiting_seizure"
    )


def test_corrections_1_a_late_renewal_does_not_reach_who_bought_the_home_when_the_seizure_was_over() -> None:
    old = sealed(until=NOW - 5 * DAY, from_at=NOW - 900 * DAY, party_index=LI)
    sold = book(title=right("house_ownership", WANG, entered=(NOW - 2 * DAY).date()), restrictions=(old,))
    assert refused(renewal(), sold) == {"O_HOME_PASSED"}
    assert refused(renewal(holder_named=True), sold) == set(), (
        "a paper that names the buyer's home is entered"
    )
    assert refused(renewal(served_at=(NOW - 6 * DAY).isoformat()), sold) == set(), "served in time: it stands"
    assert refused(renewal(), book(restrictions=(old,))) == set(), "the debtor has it still"
    older = book(title=right("house_ownership", WANG, entered=dt.date(2010, 1, 1)), restrictions=(old,))
    assert refused(renewal(), older) == set(), "it never was the debtor's: the court had named it"


def test_corrections_3_a_late_renewal_of_a_preseizure_is_a_seizure_of_who_was_registered_meanwhile() -> None:
    old = restriction("preseizure", NOW - 5 * DAY, party_index=WANG)
    his, builders = (book(title=right("house_ownership", w), restrictions=(old,)) for w in (WANG, LI))
    assert [r.kind for r in of(made(renewal(), his), Restrict)] == ["seizure"]
    assert [r.kind for r in of(made(renewal(), builders), Restrict)] == ["preseizure"]


def test_corrections_3_what_is_registered_to_its_debtor_is_seized_whatever_the_paper_calls_it() -> None:
    """Two papers, one of which says 预查封, stand in one line: nobody is first twice."""
    first = made(seizure(measure="preseizure"), book())
    assert [r.kind for r in of(first, Restrict)] == ["seizure"]
    second = made(seizure(measure="preseizure", by=OTHER_COURT), book(restrictions=(sealed(),)))
    assert [r.kind for r in of(second, Restrict)] == ["waiting_seizure"]
    of_buyer = made(seizure(measure="preseizure", debtor=WANG), book())
    assert [r.kind for r in of(of_buyer, Restrict)] == ["preseizure"]


@pytest.mark.parametrize(
    ("kind", "before", "told"),
    [
        ("police", "", False),
        ("police", "续封（第1次），原文号：甲", True),
        ("administration", "续封，原文号：甲", True),  # as the book said it before it counted
        ("supervision", "续封（第2次），原文号：甲", True),
        ("court", "续封（第4次），原文号：甲", False),  # courts renew as often as they order it
        ("tax", "续封（第4次），原文号：甲", False),
    ],
)
def test_corrections_9_how_often_an_organ_renews_is_data_and_what_goes_beyond_is_entered_and_told(
    kind: str, before: str, told: bool
) -> None:
    old = sealed(note=before)
    one = renewal(authority_kind=kind, term_months=1)
    effects = made(one, book(restrictions=(old,)))
    (anew,) = of(effects, Restrict)
    times = {"": 1, "续封，原文号：甲": 2}.get(before) or int(before[4]) + 1
    assert anew.note.startswith(f"续封（第{times}次），原文号：{old.document_no}")
    assert [n.said["times"] for n in of(effects, Note) if n.kind == "renewals_over"] == [times] * told
    warned = {w.code for w in one.judge({UNIT: book(restrictions=(old,))}, NOW).warnings}
    assert ("O_RENEWALS_OVER" in warned) is told


def test_a_renewal_of_nothing_asks_for_the_number() -> None:
    assert refused(renewal(), book()) == {"O_NO_SEIZURE"}
    assert refused(renewal(), book(restrictions=(sealed(authority=OTHER_COURT),))) == {"O_NO_SEIZURE"}


def test_the_renewal_of_one_that_waits_keeps_it_waiting() -> None:
    mine = waiting(2, document_no="（2026）1号")
    effects = made(
        renewal(term_months=12),
        book(restrictions=(sealed(document_no="（2025）9号"), waiting(1, document_no="x"), mine)),
    )
    (one,) = of(effects, Restrict)
    assert (one.kind, one.position, one.term_months) == ("waiting_seizure", 2, 12)


# --- lifting and lapse


def unsealing(target: RestrictionFact, by: str = COURT, **terms: Any) -> RegistrationType:
    said = {
        "reason": "ordered",
        "document_no": "（2026）解1号",
        "served_at": SERVED,
        "bearers": "甲 01，乙 02",
        **terms,
    }
    return registration("S02", UNIT, court(by), terms={**said, "right": str(target.public_id)})


def test_when_the_first_is_lifted_the_next_takes_effect_with_its_own_term() -> None:
    held, first, second = sealed(), waiting(1, 24), waiting(2, 36)
    effects = made(unsealing(held), book(restrictions=(held, second, first)))
    assert lifted(effects) == [(held.public_id, "（2026）解1号"), (first.public_id, "promoted")]
    (one,) = of(effects, Restrict)
    assert (one.kind, one.from_at, one.position) == ("seizure", NOW, 0)
    assert one.until_at == end_of_day(after_months(dt.date(2026, 11, 23), 24))


def test_lifting_one_that_waits_moves_nobody() -> None:
    held, first, second = sealed(), waiting(1), waiting(2)
    effects = made(unsealing(first), book(restrictions=(held, first, second)))
    assert lifted(effects) == [(first.public_id, "（2026）解1号")] and not of(effects, Restrict)


def test_the_share_that_becomes_free_goes_to_who_waits_for_it() -> None:
    shared = right("house_ownership", LI, WANG, coownership="joint")
    li, wang = sealed(share_of="LI"), sealed(share_of="WANG")
    whole, for_li = waiting(1), waiting(2, share_of="LI")
    effects = made(unsealing(li), book(title=shared, restrictions=(li, wang, whole, for_li)))
    assert not of(effects, Restrict), (
        "the whole waits for Wang's share too, and stands before who waits for Li's"
    )
    both = made(unsealing(li), book(title=shared, restrictions=(li, for_li, wang)))
    assert [(e.kind, e.share_of) for e in of(both, Restrict)] == [("seizure", "LI")]


def test_another_organ_lifts_only_where_it_says_why() -> None:
    held = sealed()
    the_book = book(restrictions=(held,))
    assert refused(unsealing(held, by=OTHER_COURT), the_book) == {"O_OTHER_AUTHORITY"}
    assert refused(unsealing(held, by=OTHER_COURT, other_authority="移送执行函1号"), the_book) == set()


def test_corrections_8_what_ran_out_is_taken_off_without_a_paper_and_the_line_moves_to_the_day_it_ran_out() -> (
    None
):
    held, first = sealed(until=NOW - 40 * DAY), waiting(1, 36)
    the_book = book(restrictions=(held, first))
    one = registration("S02", UNIT, terms={"reason": "lapsed", "right": str(held.public_id)})
    effects = made(one, the_book)
    assert lifted(effects) == [(held.public_id, "lapsed"), (first.public_id, "promoted")]
    (promoted,) = of(effects, Restrict)
    assert promoted.from_at == held.until_at
    early = sealed()
    assert refused(
        registration("S02", UNIT, terms={"reason": "lapsed", "right": str(early.public_id)}),
        book(restrictions=(early,)),
    ) == {"O_NOT_LAPSED"}


def test_who_waited_so_long_that_his_own_term_passed_too_lapses_and_lets_the_next_in() -> None:
    held = sealed(until=NOW - 400 * DAY)
    short, long = waiting(1, 6), waiting(2, 36)
    line = settled(book(restrictions=(held, short, long)), Filed(None, UNIT, ()), NOW, 36)
    assert lifted(list(line.effects)) == [
        (held.public_id, "lapsed"), (short.public_id, "promoted"), (long.public_id, "promoted"),
    ]  # fmt: skip
    (one,) = of(list(line.effects), Restrict)
    assert one.term_months is None and one.until_at is not None and one.until_at > NOW
    assert one.from_at is not None and one.from_at > (held.until_at or NOW)


def test_the_seizure_must_stand_in_the_book() -> None:
    assert refused(unsealing(sealed()), book()) == {"B_NO_RESTRICTION"}


# --- always


@st.composite
def lines(draw: st.DrawFn) -> tuple[RestrictionFact, ...]:
    """Any seizures that can stand on a unit: those that hold do not overlap, those that wait have their places."""
    shares = draw(st.sampled_from([[""], ["LI"], ["LI", "WANG"], []]))
    ends = st.integers(-900, 900).filter(bool)
    held = [sealed(until=NOW + draw(ends) * DAY, share_of=share) for share in shares]
    line = [
        waiting(place, draw(st.integers(1, 36)), share_of=draw(st.sampled_from(["", "LI", "WANG"])))
        for place in range(1, draw(st.integers(0, 5)) + 1)
    ]
    return (*held, *line)


@given(lines(), st.booleans())
def test_however_the_line_stood_it_is_in_order_afterwards(
    standing: tuple[RestrictionFact, ...], lift: bool
) -> None:
    """Nobody is lost, those who hold do not overlap and are in force, and nobody waits whom nobody keeps waiting."""
    the_book = book(restrictions=standing)
    gone = {standing[0].public_id: "解"} if lift and standing else {}
    line = settled(the_book, Filed(None, UNIT, ()), NOW, 36, gone)
    left: UnitBook = after({UNIT: the_book}, line.effects, NOW)[UNIT]
    assert {(r.kind, r.share_of, r.until_at) for r in left.restrictions} == {
        (r.kind, r.share_of, r.until_at) for r in line.standing
    }
    holding = [r for r in left.restrictions if r.kind == "seizure"]
    assert all(r.in_force(NOW) for r in holding)
    for n, one in enumerate(holding):
        assert not any(not x.share_of or not one.share_of or x.share_of == one.share_of for x in holding[:n])
    line_left = sorted(
        (r for r in left.restrictions if r.kind == "waiting_seizure"), key=lambda r: r.position
    )
    for n, one in enumerate(line_left):
        before = holding + line_left[:n]
        assert any(not x.share_of or not one.share_of or x.share_of == one.share_of for x in before)
    again = settled(left, Filed(None, UNIT, ()), NOW, 36)
    assert again.effects == (), "done once, there is nothing left to do"
