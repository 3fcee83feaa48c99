"""What each registration type answers to: the law as a table, tried on made-up books."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengbu.catalog.registrations import TYPES, ContractFact, Filed, PartyFact, RegistrationType
from dengbu.register.effects import End, Grant
from dengbu.register.rules import HolderFact, RestrictionFact, RightFact, UnitBook

UNIT = "410106009001GB00001F00010001"
NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
LI, WANG, BANK, OTHER = "li", "wang", "bank", "other"


def holder(index: str, share: int | None = None) -> HolderFact:
    return HolderFact(index.upper(), "resident_id", index, "", share)


def right(kind: str, *holders: str, entered: dt.date = dt.date(2023, 5, 1), **terms: Any) -> RightFact:
    return RightFact(
        public_id=uuid.uuid4(),
        kind=kind,
        terms=terms,
        rank=1 if kind == "mortgage" else None,
        coownership="sole" if len(holders) == 1 else "joint",
        share_denominator=None,
        holders=tuple(holder(h) for h in holders),
        entered_on=entered,
        entry_number="2023-0000001",
    )


def restriction(kind: str, until: dt.datetime | None = None) -> RestrictionFact:
    return RestrictionFact(
        uuid.uuid4(), kind, "上街区人民法院", "(2026)1号", NOW - dt.timedelta(days=9), until, 0, ""
    )


def book(*rights: RightFact, restrictions: tuple[RestrictionFact, ...] = (), **more: Any) -> UnitBook:
    owned = (
        ()
        if any(r.kind == "house_ownership" for r in rights)
        else (right("house_ownership", LI, term="2080"),)
    )
    given: dict[str, Any] = {
        "code": UNIT,
        "parcel_code": UNIT[:19],
        "building_code": UNIT[:24],
        "closed": False,
        "location": "试验路1号101室",
        "use": "dwelling",
        "area_m2": Decimal("90.50"),
        "facts": {},
        "parcel": {"term_until": "2080-01-01"},
        "rights": (*owned, *rights),
        "restrictions": restrictions,
    }
    return UnitBook(**(given | more))


def party(role: str, index: str, **more: Any) -> PartyFact:
    return PartyFact(
        role, index.upper(), "uscc" if index == BANK else "resident_id", f"n-{index}", index, **more
    )


SALE = ContractFact("SJ1", UNIT, "filed", 86_000_000, "90.50", frozenset({LI}), frozenset({WANG}))
MORTGAGE_TERMS = {
    "contract_no": "DY-1",
    "debtor": "LI",
    "amount_fen": 50_000_000,
    "debt_from": "2026-11-23",
    "debt_until": "2046-11-23",
    "scope": "主债权",
    "transfer_limited": False,
}


def filed(code: str, **more: Any) -> Filed:
    parties = {
        "P01": (party("seller", LI), party("buyer", WANG)),
        "D09": (party("seller", LI), party("buyer", WANG)),
        "B01": (party("mortgagor", LI), party("mortgagee", BANK)),
        "B06": (party("mortgagee", BANK),),
    }[code]
    terms: dict[str, Any] = {"B01": MORTGAGE_TERMS, "B06": {"reason": "paid"}}.get(
        code, {"coownership": "sole"}
    )
    basis: dict[str, Any] = {
        "docket_id": uuid.uuid4(),
        "unit_code": UNIT,
        "parties": parties,
        "terms": terms,
        "contract": SALE if code in ("P01", "D09") else None,
    }
    return Filed(**(basis | more))


def asked(code: str, the_book: UnitBook | None, **more: Any) -> set[str]:
    """Codes of what stands against a registration."""
    registration = TYPES[code](filed(code, **more))
    books = {UNIT: the_book} if the_book is not None else {}
    return {r.code for r in registration.judge(books, NOW).refusals}


def mortgaged(**terms: Any) -> RightFact:
    return right("mortgage", BANK, **terms)


BOOKS: dict[str, UnitBook] = {
    "clean": book(),
    "seized": book(restrictions=(restriction("seizure"),)),
    "seizure over": book(restrictions=(restriction("seizure", NOW - dt.timedelta(minutes=1)),)),
    "waiting seizure": book(restrictions=(restriction("waiting_seizure"),)),
    "pre-seized": book(restrictions=(restriction("preseizure"),)),
    "objection": book(restrictions=(restriction("objection"),)),
    "frozen": book(restrictions=(restriction("freeze"),)),
    "land seized": book(land=(restriction("seizure"),)),
    "land mortgaged": book(land_rights=(mortgaged(),)),
    "free mortgage": book(mortgaged(transfer_limited=False)),
    "limited mortgage": book(mortgaged(transfer_limited=True)),
    "unclear mortgage": book(mortgaged()),
    "old mortgage": book(right("mortgage", BANK, entered=dt.date(2020, 12, 31))),
    "notice of another": book(right("advance_notice", OTHER, notice_kind="sale")),
    "notice of the buyer": book(right("advance_notice", WANG, notice_kind="presale")),
    "mortgage notice": book(right("advance_notice", OTHER, notice_kind="mortgage")),
    "residence right": book(right("residence", OTHER)),
    "land term over": book(parcel={"term_until": "2026-01-01"}),
    "no first registration": replace(book(), rights=()),
    "closed": book(closed=True),
}
SEIZED = {
    "seized": "R_SEAL",
    "waiting seizure": "R_SEAL_WAIT",
    "pre-seized": "R_PRESEAL",
    "frozen": "R_FREEZE",
    "land seized": "R_LANDSEAL",
    "objection": "R_OBJ",
    "no first registration": "R_NOFIRST",
    "closed": "R_INVALID",
}
# What stops each type on each book, without any answer given. What is not named here does not stop it.
STOPS: dict[str, dict[str, str]] = {
    "P01": {
        **SEIZED,
        "limited mortgage": "R_MTG_LIMIT",
        "unclear mortgage": "R_MTG_UNCLEAR",
        "old mortgage": "R_MTG_PRE2021",
        "notice of another": "R_NOTICE",
        "mortgage notice": "R_NOTICE_MTG",
    },
    "D09": {
        **SEIZED,
        "limited mortgage": "R_MTG_LIMIT",
        "unclear mortgage": "R_MTG_UNCLEAR",
        "old mortgage": "R_MTG_PRE2021",
        "notice of another": "R_NOTICE",
        "land mortgaged": "R_LANDMTG",
    },
    "B01": {**SEIZED, "notice of another": "R_NOTICE", "notice of the buyer": "R_NOTICE"},
    "B06": {"closed": "R_INVALID"},
}


@pytest.mark.parametrize("code", sorted(STOPS))
@pytest.mark.parametrize("state", list(BOOKS))
def test_what_stops_a_registration(code: str, state: str) -> None:
    the_book = BOOKS[state]
    more: dict[str, Any] = {}
    if code == "B06":
        the_book = replace(the_book, rights=(*the_book.rights, target := mortgaged(transfer_limited=True)))
        more["terms"] = {"reason": "paid", "right": str(target.public_id)}
    expected = {STOPS[code][state]} if state in STOPS[code] else set()
    assert asked(code, the_book, **more) == expected


@pytest.mark.parametrize(
    ("state", "paper"),
    [
        ("limited mortgage", "JOINTAPP"),
        ("old mortgage", "MTGEECONS"),
        ("notice of another", "HOLDCONS"),
        ("objection", "COMMIT_OBJ"),
    ],
)
def test_a_sale_passes_an_obstacle_with_the_paper_that_answers_it(state: str, paper: str) -> None:
    registration = TYPES["P01"](filed("P01", evidence=frozenset({paper})))
    judgement = registration.judge({UNIT: BOOKS[state]}, NOW)
    assert not judgement.refusals
    assert [a.evidence for a in judgement.answers] == [paper]


def test_an_unclear_limit_needs_the_officers_recorded_reason() -> None:
    """corrections 16: empty is not "no"."""
    the_book = BOOKS["unclear mortgage"]
    obstacle = str(the_book.mortgages[0].public_id)
    assert asked("P01", the_book) == {"R_MTG_UNCLEAR"}
    assert asked("P01", the_book, officer={obstacle: "电话核实，抵押合同没有限制"}) == set()


def test_no_paper_answers_a_seizure() -> None:
    assert asked("P01", BOOKS["seized"], evidence=frozenset({"MTGEECONS", "JOINTAPP", "COMMIT_OBJ"})) == {
        "R_SEAL"
    }


def test_a_unit_not_in_the_book_is_refused() -> None:
    assert asked("P01", None) == {"R_INVALID"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"parties": (party("buyer", WANG),)}, "P_OWNER_MISSING"),
        ({"parties": (party("seller", OTHER), party("buyer", WANG))}, "P_NOT_OWNER"),
        ({"parties": (party("seller", LI),)}, "F_NO_TAKER"),
        ({"parties": (party("seller", LI), party("buyer", LI))}, "F_BUYS_FROM_SELF"),
        ({"parties": (party("seller", LI, agent="周代"), party("buyer", WANG))}, "P_AGENT_AUTHORITY"),
        ({"contract": None}, "B_NO_CONTRACT"),
        ({"contract": replace(SALE, status="withdrawn")}, "B_CONTRACT_ENDED"),
        ({"contract": replace(SALE, unit_code="x")}, "B_CONTRACT_OTHER_UNIT"),
        ({"contract": replace(SALE, buyers=frozenset({OTHER}))}, "F_CONTRACT_PARTIES"),
        ({"terms": {"coownership": "sole", "price_fen": 1}}, "F_CONTRACT_PRICE"),
        ({"terms": {"coownership": "joint"}}, "F_SHARED_BY_ONE"),
        ({"other_filing": replace(SALE, filing_no="SJ2")}, "R_FILED"),
        ({"other_case": True}, "R_PENDING"),
    ],
)
def test_what_a_sale_needs_besides(change: dict[str, Any], code: str) -> None:
    assert code in asked("P01", BOOKS["clean"], **change)


def test_an_agent_with_a_notarised_authority_may_sell() -> None:
    parties = (party("seller", LI, agent="周代", authority="notarised"), party("buyer", WANG))
    assert asked("P01", BOOKS["clean"], parties=parties) == set()


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"amount_fen": 0}, "F_AMOUNT"),
        ({"debt_until": "2026-11-23"}, "F_DEBT_TERM"),
        ({"debt_from": ""}, "F_DEBT_TERM"),
        ({"transfer_limited": None}, "F_TRANSFER_LIMIT"),
        ({"scope": " "}, "F_SCOPE"),
    ],
)
def test_what_a_mortgage_must_say(terms: dict[str, Any], code: str) -> None:
    assert asked("B01", BOOKS["clean"], terms=MORTGAGE_TERMS | terms) == {code}


def test_a_home_sold_on_file_to_somebody_cannot_be_mortgaged() -> None:
    assert asked("B01", BOOKS["clean"], other_filing=SALE) == {"R_FILED"}


def test_a_sale_without_a_contract_is_not_told_that_somebody_else_bought() -> None:
    assert asked("P01", BOOKS["clean"], contract=None, other_filing=SALE) == {"B_NO_CONTRACT"}


def test_a_mortgage_takes_the_rank_after_the_last() -> None:
    registration = TYPES["B01"](filed("B01"))
    (grant,) = registration.effects({UNIT: BOOKS["free mortgage"]}, NOW)
    assert isinstance(grant, Grant) and grant.rank == 2


def test_a_bank_discharges_only_its_own_mortgage() -> None:
    of_another = right("mortgage", OTHER, transfer_limited=False)
    terms = {"reason": "paid", "right": str(of_another.public_id)}
    assert asked("B06", book(of_another), terms=terms) == {"P_NOT_MORTGAGEE"}
    assert asked("B06", book(), terms=terms) == {"B_NO_MORTGAGE"}


def test_a_sale_leaves_the_mortgage_on_the_home_and_converts_the_buyers_notice() -> None:
    the_book = book(
        mortgaged(transfer_limited=False), notice := right("advance_notice", WANG, notice_kind="presale")
    )
    effects = list(TYPES["P01"](filed("P01")).effects({UNIT: the_book}, NOW))
    owned = the_book.ownership
    assert owned is not None
    assert [e.right for e in effects if isinstance(e, End)] == [owned.public_id, notice.public_id]
    (grant,) = [e for e in effects if isinstance(e, Grant)]
    assert [h.name for h in grant.holders] == ["WANG"] and grant.replaces == owned.public_id
    assert grant.terms["price_fen"] == SALE.price_fen and grant.terms["term"] == "2080"


@given(st.lists(st.integers(1, 20), min_size=2, max_size=5), st.integers(-3, 3))
def test_shares_are_accepted_exactly_when_they_add_up_to_one(shares: list[int], off: int) -> None:
    buyers = tuple(party("buyer", f"b{i}", share_numerator=s) for i, s in enumerate(shares))
    contract = replace(SALE, buyers=frozenset(p.number_index for p in buyers))
    terms = {"coownership": "by_share", "share_denominator": sum(shares) + off}
    found = asked(
        "P01", BOOKS["clean"], parties=(party("seller", LI), *buyers), contract=contract, terms=terms
    )
    assert ("F04" in found) == (off != 0)


@pytest.mark.parametrize("shares", [(3, -1), (2, 0)])
def test_nobody_takes_a_share_of_nothing_or_less(shares: tuple[int, ...]) -> None:
    buyers = tuple(party("buyer", f"b{i}", share_numerator=s) for i, s in enumerate(shares))
    contract = replace(SALE, buyers=frozenset(p.number_index for p in buyers))
    terms = {"coownership": "by_share", "share_denominator": 2}
    parties = (party("seller", LI), *buyers)
    assert "F04" in asked("P01", BOOKS["clean"], parties=parties, contract=contract, terms=terms)


def test_every_type_says_its_law_and_its_line() -> None:
    for kind in TYPES.values():
        assert issubclass(kind, RegistrationType)
        assert kind.legal_basis and kind.line and kind.__doc__
