"""Gifts, exchange, succession, spouses, orders and land: who applies, what is refused, what is entered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dengbu.catalog.registrations import TYPES
from dengbu.register.effects import End, Grant, Lift, Restrict
from dengbu.register.rules import UnitBook
from tests.catalog.made_up import (
    BANK,
    LAND,
    LI,
    NOW,
    OTHER,
    PARCEL_FACTS,
    SECOND,
    UNIT,
    WANG,
    book,
    made,
    of,
    party,
    refused,
    restriction,
    right,
)
from tests.catalog.passing import filed, home, shared

JOINT = right("house_ownership", LI, WANG, coownership="joint")


# --- P02, P07


def test_a_gift_ends_the_donors_title_and_leaves_the_mortgage() -> None:
    mortgage = right("mortgage", BANK, transfer_limited=False)
    the_book = home("P02", mortgage)
    assert the_book.ownership is not None
    end, grant = made(filed("P02"), the_book)
    assert end == End(UNIT, the_book.ownership.public_id, "transferred")
    assert isinstance(grant, Grant) and [h.name for h in grant.holders] == ["WANG"]
    assert grant.terms == {"term_until": "2090-01-01", "price_fen": None, "reason": "存量房赠与转移登记"}


@pytest.mark.parametrize("code", ["P02", "P06", "P08", "D09"])
def test_the_day_on_which_the_former_owner_was_registered_does_not_pass_with_the_home(code: str) -> None:
    """An imported book says it of him; the new owner's day is that of his own entry (民法典 214; corrections 11)."""
    title = right("house_ownership", LI, registered_on="2009-03-01")
    (grant,) = of(made(filed(code), home(code, title=title)), Grant)
    assert "registered_on" not in grant.terms
    assert grant.terms.get("first_registered_on") == ("2009-03-01" if code == "D09" else None)


def exchange(**more: Any) -> Any:
    return filed("P07", terms={"how": "exchange", "units": [SECOND], **more.pop("terms", {})}, **more)


def test_homes_that_are_exchanged_pass_to_each_other_in_one_entry() -> None:
    mine, theirs = home("P07"), book(SECOND, title=right("house_ownership", WANG))
    grants = of(made(exchange(), mine, theirs), Grant)
    assert [(g.unit, [h.name for h in g.holders]) for g in grants] == [(UNIT, ["WANG"]), (SECOND, ["LI"])]


def test_what_is_got_is_held_as_what_was_given() -> None:
    mine = home("P07", title=shared((LI, 1), (OTHER, 2), of=3))
    theirs = book(SECOND, title=right("house_ownership", WANG))
    who = (party("transferor", LI), party("transferor", OTHER), party("transferee", WANG))
    one = filed("P07", *who, terms={"how": "exchange", "units": [SECOND]})
    second = of(made(one, mine, theirs), Grant)[1]
    assert (second.coownership, second.share_denominator) == ("by_share", 3)
    assert [(h.name, h.number, h.share_numerator) for h in second.holders] == [
        ("LI", f"n-{LI}", 1),
        ("OTHER", f"n-{OTHER}", 2),
    ]


def test_who_did_not_apply_gets_his_share_of_what_was_got() -> None:
    """Two thirds may dispose for all (细则 10): what comes for the home is everybody's."""
    mine = home("P07", title=shared((LI, 2), (OTHER, 1), of=3))
    second = of(made(exchange(), mine, book(SECOND, title=right("house_ownership", WANG))), Grant)[1]
    assert [(h.name, h.number, h.share_numerator) for h in second.holders] == [
        ("LI", f"n-{LI}", 2),
        ("OTHER", f"n-{OTHER}", 1),
    ]


def test_an_exchange_needs_the_owner_of_the_other_home() -> None:
    of_other = book(SECOND, title=right("house_ownership", OTHER))
    assert refused(exchange(), home("P07"), of_other) == {"P_OTHER_OWNER"}
    sealed = book(SECOND, title=right("house_ownership", WANG), restrictions=(restriction("seizure"),))
    assert refused(exchange(), home("P07"), sealed) == {"R_SEAL"}


def test_one_home_is_exchanged_for_one() -> None:
    three = exchange(terms={"units": [SECOND, SECOND[:-1] + "3"]})
    theirs = tuple(book(u, title=right("house_ownership", WANG)) for u in three.unit_codes[1:])
    assert refused(three, home("P07"), *theirs) == {"B_ONE_FOR_ONE"}
    assert refused(exchange(terms={"how": "merger"}), home("P07"), theirs[0]) == {"B_ONE_FOR_ONE"}


# --- P03


def test_three_heirs_hold_what_the_dead_owner_held() -> None:
    heirs = [party("heir", index, share_numerator=1) for index in (WANG, OTHER, BANK)]
    terms = {"coownership": "by_share", "share_denominator": 3}
    (grant,) = of(made(filed("P03", party("deceased", LI), *heirs, terms=terms), home("P03")), Grant)
    assert [(h.name, h.share_numerator) for h in grant.holders] == [("WANG", 1), ("OTHER", 1), ("BANK", 1)]


def test_the_dead_owner_does_not_apply_nor_need_authority() -> None:
    assert "deceased" not in TYPES["P03"].confirming
    dead = party("deceased", LI, agent="周代")
    assert refused(filed("P03", dead, party("heir", WANG)), home("P03")) == set()


def test_nobody_gives_an_inheritance_up_by_an_agent_without_authority() -> None:
    """corrections 13"""
    who = (party("deceased", LI), party("heir", WANG))
    agent = party("renouncer", OTHER, agent="周代")
    assert refused(filed("P03", *who, agent), home("P03")) == {"P_AGENT_AUTHORITY"}
    notarised = party("renouncer", OTHER, agent="周代", authority="notarised")
    assert refused(filed("P03", *who, notarised), home("P03")) == set()


def test_a_surviving_joint_owner_stands_beside_the_heirs() -> None:
    the_book = home("P03", title=JOINT)
    who = (party("deceased", LI), party("heir", OTHER))
    assert refused(filed("P03", *who), the_book) == {"P_OWNER_MISSING"}
    one = filed("P03", *who, party("coowner", WANG), terms={"coownership": "joint"})
    (grant,) = of(made(one, the_book), Grant)
    assert [h.name for h in grant.holders] == ["WANG", "OTHER"] and grant.coownership == "joint"


def test_a_widow_who_inherits_all_holds_it_alone() -> None:
    (grant,) = of(
        made(filed("P03", party("deceased", LI), party("heir", WANG)), home("P03", title=JOINT)), Grant
    )
    assert [h.name for h in grant.holders] == ["WANG"]


@pytest.mark.parametrize(
    ("parties", "terms", "code"),
    [
        ((party("deceased", LI), party("heir", WANG)), {"proof": "none", "will": False, "all_heirs": False}, "P_HEIRS_MISSING"),
        ((party("deceased", LI), party("heir", WANG), party("renouncer", WANG)), {}, "P_RENOUNCER_TAKES"),
        ((party("deceased", LI), party("heir", LI)), {}, "P_DECEASED_TAKES"),
        ((party("heir", LI),), {}, "P_DECEASED_MISSING"),
        ((party("deceased", OTHER), party("heir", WANG)), {}, "P_NOT_OWNER"),
        ((party("deceased", LI),), {}, "F_NO_TAKER"),
        ((party("deceased", LI), party("heir", WANG)), {"proof": "none", "will": None, "all_heirs": True}, "F_WILL"),
    ],
)  # fmt: skip
def test_what_stops_an_inheritance(parties: tuple[Any, ...], terms: dict[str, Any], code: str) -> None:
    assert code in refused(filed("P03", *parties, terms=terms), home("P03"))


def test_who_proved_the_inheritance_is_not_asked_for_all_heirs() -> None:
    one = filed("P03", terms={"proof": "notarised", "all_heirs": False})
    assert refused(one, home("P03")) == set()


# --- P04, P05


def test_after_divorce_the_joint_home_is_one_partys() -> None:
    who = (party("giver", LI), party("giver", WANG), party("receiver", WANG))
    (grant,) = of(made(filed("P04", *who), home("P04", title=JOINT)), Grant)
    assert [h.name for h in grant.holders] == ["WANG"]


def test_by_judgment_who_got_the_home_applies_alone() -> None:
    """条例 14; 民法典 229. By agreement both apply."""
    kind, court = TYPES["P04"], {"divided_by": "court"}
    assert kind.required_roles(court) == ("receiver",)
    assert kind.required_roles({"divided_by": "agreement"}) == ("giver", "receiver")
    the_book = home("P04", title=JOINT)
    alone = filed("P04", party("receiver", WANG), terms=court)
    (grant,) = of(made(alone, the_book), Grant)
    assert [h.name for h in grant.holders] == ["WANG"]
    assert refused(filed("P04", party("receiver", WANG)), the_book) == {"P_OWNER_MISSING"}


def test_a_judgment_between_two_does_not_take_the_share_of_a_third() -> None:
    three = home("P04", title=right("house_ownership", LI, WANG, OTHER, coownership="joint"))
    alone = filed("P04", party("receiver", WANG), terms={"divided_by": "court"})
    assert refused(alone, three) == {"P_OWNER_MISSING", "P_NOT_SPOUSES"}


@pytest.mark.parametrize(
    ("before", "after", "names", "how"),
    [
        ((LI,), (LI, WANG), ["LI", "WANG"], "joint"),  # 加名
        ((LI, WANG), (WANG,), ["WANG"], "sole"),  # 减名
        ((LI,), (WANG,), ["WANG"], "sole"),  # 更名
    ],
)
def test_spouses_add_remove_and_change_names(
    before: tuple[str, ...], after: tuple[str, ...], names: list[str], how: str
) -> None:
    who = [party("spouse_now", i) for i in before] + [party("spouse_after", i) for i in after]
    title = right("house_ownership", *before, coownership="joint" if len(before) > 1 else "sole")
    (grant,) = of(made(filed("P05", *who, terms={"coownership": how}), home("P05", title=title)), Grant)
    assert [h.name for h in grant.holders] == names and grant.coownership == how


@pytest.mark.parametrize("code", ["P04", "P05"])
def test_only_two_people_are_a_couple(code: str) -> None:
    owner, taker = (r.key for r in TYPES[code].roles[:2])
    to_two = (party(owner, LI), party(taker, WANG), party(taker, OTHER))
    assert refused(filed(code, *to_two, terms={"coownership": "joint"}), home(code)) == {"P_NOT_SPOUSES"}
    to_company = (party(owner, LI), party(taker, BANK, document_kind="uscc"))
    assert refused(filed(code, *to_company), home(code)) == {"P_NOT_SPOUSES"}


def test_who_only_change_how_they_hold_it_do_not_pass_it() -> None:
    """Joint to shares is a change of the right (P10)."""
    who = [party("spouse_now", i) for i in (LI, WANG)]
    who += [party("spouse_after", i, share_numerator=1) for i in (LI, WANG)]
    terms = {"coownership": "by_share", "share_denominator": 2}
    assert refused(filed("P05", *who, terms=terms), home("P05", title=JOINT)) == {"F_NO_CHANGE"}
    other_shares = home("P05", title=shared((LI, 9), (WANG, 1), of=10))
    assert refused(filed("P05", *who, terms=terms), other_shares) == set()


def test_names_are_changed_between_spouses_only_in_marriage() -> None:
    assert refused(filed("P05", terms={"still_married": False}), home("P05")) == {"B_NOT_MARRIED"}


def test_a_parents_share_stays_when_the_couple_divides() -> None:
    the_book = home("P04", title=shared((LI, 1), (WANG, 1), (OTHER, 2), of=4))
    who = (
        party("giver", LI),
        party("receiver", WANG, share_numerator=2),
        party("coowner", OTHER, share_numerator=2),
    )
    terms = {"coownership": "by_share", "share_denominator": 4}
    (grant,) = of(made(filed("P04", *who, terms=terms), the_book), Grant)
    assert [(h.name, h.share_numerator) for h in grant.holders] == [("WANG", 2), ("OTHER", 2)]


# --- P08, S05


def sealed(*rights: Any, waiting: bool = False, **more: Any) -> UnitBook:
    line: tuple[Any, ...] = (restriction("seizure"),)
    if waiting:
        line += (restriction("waiting_seizure", authority="中原区人民法院", position=1),)
    return home("P08", *rights, restrictions=line, **more)


@pytest.mark.parametrize("code", ["P08", "S05"])
def test_the_executing_courts_own_seizure_is_lifted_in_the_same_entry(code: str) -> None:
    """corrections 18"""
    the_book = sealed()
    own, title = the_book.restrictions[0], the_book.ownership
    assert title is not None
    judgement = filed(code).judge({UNIT: the_book}, NOW)
    assert judgement.refusals == () and {a.how for a in judgement.answers} == {"handled_within"}
    end, lift, grant = made(filed(code), the_book)
    assert end == End(UNIT, title.public_id, "transferred")
    assert lift == Lift(UNIT, own.public_id, "（2026）豫0106执12号")
    assert isinstance(grant, Grant) and [h.name for h in grant.holders] == ["WANG"]


def test_another_courts_seizure_is_for_the_officer_and_stays() -> None:
    others = home("P08", restrictions=(restriction("seizure", authority="中原区人民法院"),))
    assert refused(filed("P08"), others) == {"R_SEAL"}
    officer = {str(others.restrictions[0].public_id): "已有移送执行函"}
    assert of(made(filed("P08", officer=officer), others), Lift) == []


@pytest.mark.parametrize("code", ["P08", "S05"])
def test_waiting_seizures_end_as_the_order_says(code: str) -> None:
    """corrections 18: where it says nothing, one would move up on the new owner's home."""
    the_book = sealed(waiting=True)
    assert "B_WAITING_LEFT" in refused(filed(code), the_book)
    lifted = of(made(filed(code, terms={"ends_waiting": True}), the_book), Lift)
    assert {e.restriction for e in lifted} == {r.public_id for r in the_book.restrictions}


@pytest.mark.parametrize("code", ["P08", "S05"])
def test_a_waiting_seizure_that_the_order_keeps_moves_up_in_the_same_entry(code: str) -> None:
    """corrections 18: of two that wait one ends and one goes on; the office neither asks nor judges."""
    third = restriction(
        "waiting_seizure", authority="金水区人民法院", position=2, document_no="（2026）金3号"
    )
    two = sealed(waiting=True)
    the_book = replace(two, restrictions=(*two.restrictions, third))
    order = filed(code, terms={"ends_waiting": True, "keeps_waiting": "(2026)金3号\n"})
    effects = made(order, the_book)
    gone = {e.restriction: e.reason for e in of(effects, Lift)}
    assert set(gone) == {r.public_id for r in the_book.restrictions} and gone[third.public_id] == "promoted"
    (anew,) = of(effects, Restrict)
    assert (anew.kind, anew.authority, anew.position) == ("seizure", "金水区人民法院", 0)
    only = filed(code, terms={"keeps_waiting": "（2026）金3号"})
    assert refused(only, the_book) >= {"B_WAITING_LEFT"}, "of the other nothing is said"
    wrong = filed(code, terms={"ends_waiting": True, "keeps_waiting": "（2026）金4号"})
    assert refused(wrong, the_book) == {"F_KEEPS_WAITING"}


@pytest.mark.parametrize("code", ["P08", "S05"])
def test_a_mortgage_that_the_order_keeps_stays(code: str) -> None:
    one, two = right("mortgage", BANK, rank=1), right("mortgage", OTHER, rank=2)
    the_book = home(code, one, two)
    order = filed(code, terms={"ends_mortgages": True, "keeps_mortgages": "２"})
    gone = {e.right for e in of(made(order, the_book), End)}
    assert one.public_id in gone and two.public_id not in gone
    assert refused(filed(code, terms={"ends_mortgages": True, "keeps_mortgages": "3"}), the_book) == {
        "F_KEEPS_MORTGAGES"
    }


@pytest.mark.parametrize("code", ["P08", "S05"])
def test_mortgages_and_notices_end_as_the_order_says(code: str) -> None:
    """corrections 18"""
    mortgage = right("mortgage", BANK, transfer_limited=True)
    notice = right("advance_notice", OTHER, notice_kind="sale")
    the_book = home(code, mortgage, notice)
    assert refused(filed(code), the_book) == {"R_NOTICE"}
    both = filed(code, terms={"ends_mortgages": True, "ends_notices": True})
    gone = {e.right: e.reason for e in of(made(both, the_book), End)}
    assert (gone[mortgage.public_id], gone[notice.public_id]) == ("ended_by_order", "ended_by_order")
    only = filed(code, terms={"ends_notices": True})
    assert mortgage.public_id not in {e.right for e in of(made(only, the_book), End)}


def test_an_order_against_one_co_owner_leaves_the_other_his_share() -> None:
    the_book = home(
        "P08",
        title=shared((LI, 1), (OTHER, 1), of=2),
        restrictions=(restriction("seizure", share_of="LI"),),
    )
    who = (
        party("former", LI),
        party("winner", WANG, share_numerator=1),
        party("coowner", OTHER, share_numerator=1),
    )
    terms = {"coownership": "by_share", "share_denominator": 2}
    effects = made(filed("P08", *who, terms=terms), the_book)
    assert [e.restriction for e in of(effects, Lift)] == [the_book.restrictions[0].public_id]
    assert [h.name for h in of(effects, Grant)[0].holders] == ["OTHER", "WANG"]
    kept = home("P08", title=the_book.ownership, restrictions=(restriction("seizure", share_of="OTHER"),))
    assert of(made(filed("P08", *who, terms=terms), kept), Lift) == []


def test_an_order_that_names_somebody_else_is_not_entered() -> None:
    who = (party("former", OTHER), party("winner", WANG))
    assert refused(filed("P08", *who), home("P08")) == {"P_OWNER_MISSING", "P_NOT_OWNER"}


def test_the_winner_applies_alone_and_the_old_certificate_is_void() -> None:
    kind = TYPES["P08"]
    assert kind.confirming == ("winner",) and kind.voids_certificate
    assert (
        refused(filed("P08", party("former", LI, agent="周代"), party("winner", WANG)), home("P08")) == set()
    )


def test_a_title_is_cancelled_by_request_with_what_rests_on_it() -> None:
    mortgage = right("mortgage", BANK, transfer_limited=False)
    the_book = home("S05", mortgage)
    title = the_book.ownership
    assert title is not None
    left = filed("S05", party("requester", OTHER), terms={"does": "cancel_title"})
    assert refused(left, the_book) == {"B_BURDENS_LEFT"}
    whole = filed("S05", party("requester", OTHER), terms={"does": "cancel_title", "ends_mortgages": True})
    assert made(whole, the_book) == [
        End(UNIT, mortgage.public_id, "ended_by_order"),
        End(UNIT, title.public_id, "cancelled_by_order"),
    ]


def test_another_right_is_cancelled_by_request() -> None:
    notice = right("advance_notice", OTHER, notice_kind="sale")
    the_book = home("S05", notice)
    who = party("requester", OTHER)
    one = filed("S05", who, terms={"does": "cancel_right", "right": str(notice.public_id)})
    assert made(one, the_book) == [End(UNIT, notice.public_id, "cancelled_by_order")]
    assert the_book.ownership is not None
    title = filed("S05", who, terms={"does": "cancel_right", "right": str(the_book.ownership.public_id)})
    assert "B_NO_RIGHT" in refused(title, the_book)
    assert TYPES["S05"].required_roles({"does": "cancel_right"}) == ("requester",)


# --- D03


def test_a_land_use_right_passes_on_its_own_unit() -> None:
    land = home("D03")
    (grant,) = of(made(filed("D03"), land), Grant)
    assert (grant.kind, grant.unit, grant.terms["price_fen"]) == ("land_use", LAND, 100)
    assert grant.terms["term_until"] == "2090-01-01"


def test_buildings_follow_the_land() -> None:
    """民法典 356, 357"""
    land, house = home("D03"), book(UNIT)
    with_house = filed("D03", terms={"has_houses": True, "units": [UNIT], "stage": "built"})
    grants = of(made(with_house, land, house), Grant)
    assert [(g.kind, [h.name for h in g.holders]) for g in grants] == [
        ("land_use", ["WANG"]),
        ("house_ownership", ["WANG"]),
    ]
    stays = filed("D03", houses_of_owner=frozenset({UNIT}))
    assert refused(stays, land) == {"B_HOUSES_STAY"}


def test_only_houses_of_the_same_owner_on_the_same_land_go_with_it() -> None:
    with_house = filed("D03", terms={"has_houses": True, "units": [UNIT], "stage": "built"})
    assert refused(with_house, home("D03"), book(UNIT, title=right("house_ownership", OTHER))) == {
        "P_HOUSE_OF_OTHERS"
    }
    elsewhere = book(UNIT, parcel_code="410106009001GB00002")
    assert refused(with_house, home("D03"), elsewhere) == {"B_OTHER_PARCEL"}
    assert "R_SEAL" in refused(with_house, home("D03"), book(UNIT, restrictions=(restriction("seizure"),)))


def test_granted_land_passes_only_after_a_quarter_of_the_investment() -> None:
    """城市房地产管理法 39"""
    little = filed("D03", terms={"stage": "less"})
    assert refused(little, home("D03")) == {"B_LESS_THAN_QUARTER"}
    allocated = home("D03", parcel={**PARCEL_FACTS, "right_nature": "allocated"})
    assert refused(little, allocated) == set()
    by_court = filed("D03", party("transferee", WANG), terms={"how": "judgment", "stage": "less"})
    assert refused(by_court, home("D03")) == set()


def test_a_house_is_no_land() -> None:
    assert refused(filed("D03", unit=UNIT), book(UNIT)) == {"B_NOT_LAND"}
