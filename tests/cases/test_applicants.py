"""Who may apply for whose home, and from when on an application holds it (条例 14; 实施细则 12; decision 12)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from dengbu.cases.actions import filing, leading, papers, review
from dengbu.cases.models import Case, CaseParty, Claim
from dengbu.cases.queries.portal import of_actor
from dengbu.core.acts import Actor
from dengbu.core.identifiers import make_resident_id
from dengbu.core.refusals import NotPermitted, Refused
from dengbu.materials.models import MaterialPage
from tests.register import homes
from tests.support import office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(1)


CHILD = ("王小宝", make_resident_id("419999", dt.date(2018, 6, 1), 4))
RENEWAL = {"reason": "damaged", "old_certificate": "豫（2024）测试市不动产权第0000001号"}


def acted_for(party: filing.PartyIn, by: tuple[str, str], authority: str) -> filing.PartyIn:
    return replace(party, agent_name=by[0], agent_number=by[1], agent_authority=authority)


def draft(
    type_code: str, by: Actor, parties: Sequence[filing.PartyIn], terms: dict[str, Any], **more: Any
) -> uuid.UUID:
    docket_id = uuid.UUID(filing.start(actor=by, type_code=type_code))
    filing.save_property(actor=by, docket_id=docket_id, unit_code=homes.home(1))
    filing.save_parties(actor=by, docket_id=docket_id, parties=parties)
    filing.save_reason(actor=by, docket_id=docket_id, terms=terms, **more)
    filing.save_delivery(actor=by, docket_id=docket_id, delivery={"how": "window"})
    office.give_papers(docket_id)
    return docket_id


def renewal(by: Actor, agent: tuple[str, str] | None = None, authority: str = "notarised") -> uuid.UUID:
    """A draft of a new certificate for the seller's home."""
    holder = office.party("holder", office.SELLER)
    return draft("P15", by, [acted_for(holder, agent, authority) if agent else holder], RENEWAL)


def sale(by: Actor, parties: Sequence[filing.PartyIn] = ()) -> uuid.UUID:
    both = parties or [office.party("seller", office.SELLER), office.party("buyer", office.BUYER)]
    number = office.file_contract(actor=office.SYSTEM, number=1)
    return draft("P01", by, both, {"price_fen": 86_000_000}, filing_no=number)


def submit(by: Actor, docket_id: uuid.UUID) -> str:
    return filing.submit(actor=by, docket_id=docket_id, declared=True)


def confirm(by: Actor, docket_id: uuid.UUID) -> str:
    return filing.confirm(actor=by, docket_id=docket_id, declared=True)


def held_by() -> set[uuid.UUID]:
    return set(Claim.objects.filter(released_at=None).values_list("docket_id", flat=True))


def test_a_stranger_cannot_apply_for_the_certificate_of_somebody_elses_home() -> None:
    docket_id = renewal(office.stranger())
    with pytest.raises(Refused) as refused:
        submit(office.stranger(), docket_id)
    assert "F_NOT_APPLICANT" in refused.value.codes and not held_by()
    own = renewal(office.seller())
    assert submit(office.seller(), own) == "submitted" and held_by() == {own}


@pytest.mark.parametrize("authority", ["notarised", "on_site"])
def test_what_an_agent_files_keeps_the_owner_from_nothing_before_it_is_looked_at(authority: str) -> None:
    by_agent = renewal(office.stranger(), office.THIRD, authority)
    assert submit(office.stranger(), by_agent) == "submitted" and not held_by()
    sold = sale(office.seller())
    submit(office.seller(), sold)
    assert held_by() == {sold}
    with pytest.raises(Refused) as refused:
        _pass(by_agent)
    assert "R_PENDING" in refused.value.codes
    assert Case.objects.get(pk=by_agent).state == "under_review"


def test_what_an_agent_files_holds_the_home_once_its_papers_were_looked_at() -> None:
    by_agent = renewal(office.stranger(), office.THIRD)
    submit(office.stranger(), by_agent)
    _pass(by_agent)
    assert held_by() == {by_agent}
    sold = sale(office.seller())
    with pytest.raises(Refused) as refused:
        submit(office.seller(), sold)
    assert "R_PENDING" in refused.value.codes


def _pass(docket_id: uuid.UUID) -> None:
    review.claim(actor=office.reviewer(), docket_id=docket_id)
    office.judge_all(docket_id)
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    review.pass_case(actor=office.reviewer(), docket_id=docket_id)


@pytest.mark.parametrize("begun_by", ["buyer", "stranger"])
def test_a_sale_that_another_filed_holds_the_home_from_the_sellers_own_word_on(begun_by: str) -> None:
    by = getattr(office, begun_by)()
    sold = sale(by)
    assert submit(by, sold) == "awaiting_parties" and not held_by()
    if begun_by == "stranger":
        confirm(office.buyer(), sold)
    assert not held_by()
    assert confirm(office.seller(), sold) == "submitted" and held_by() == {sold}


def test_the_seller_who_applied_otherwise_meanwhile_is_told_and_nothing_is_confirmed() -> None:
    sold = sale(office.buyer())
    submit(office.buyer(), sold)
    submit(office.seller(), renewal(office.seller()))
    with pytest.raises(Refused) as refused:
        confirm(office.seller(), sold)
    assert refused.value.codes == ("R_PENDING",)
    assert CaseParty.objects.get(case_id=sold, role="seller").confirmed_at is None


def test_a_guardian_finds_and_confirms_what_a_child_buys() -> None:
    child = acted_for(office.party("buyer", CHILD), office.THIRD, "guardian")
    sold = sale_to_a_child(child)
    assert submit(office.seller(), sold) == "awaiting_parties"
    assert of_actor(office.stranger()).filter(pk=sold).exists()
    assert confirm(office.stranger(), sold) == "submitted"
    bought = CaseParty.objects.get(case_id=sold, role="buyer")
    assert bought.confirmed_by == office.stranger().user_id and bought.person_id is None


def sale_to_a_child(child: filing.PartyIn) -> uuid.UUID:
    number = office.file_contract(actor=office.SYSTEM, number=1, buyers=[CHILD])
    parties = [office.party("seller", office.SELLER), child]
    return draft("P01", office.seller(), parties, {"price_fen": 86_000_000}, filing_no=number)


def test_an_agent_whose_authority_is_still_to_be_signed_does_not_confirm() -> None:
    seller = acted_for(office.party("seller", office.SELLER), office.THIRD, "on_site")
    sold = sale(office.buyer(), [seller, office.party("buyer", office.BUYER)])
    submit(office.buyer(), sold)
    with pytest.raises(NotPermitted):
        confirm(office.stranger(), sold)
    confirm(office.seller(), sold)
    assert held_by() == {sold}


def test_an_agent_confirms_by_notarised_authority_but_holds_nothing_yet() -> None:
    seller = acted_for(office.party("seller", office.SELLER), office.THIRD, "notarised")
    sold = sale(office.buyer(), [seller, office.party("buyer", office.BUYER)])
    submit(office.buyer(), sold)
    assert confirm(office.stranger(), sold) == "submitted" and not held_by()
    _pass(sold)
    assert held_by() == {sold}


def test_an_officer_who_is_the_agent_of_a_party_does_not_handle_the_case() -> None:
    by_agent = renewal(office.stranger(), office.THIRD)
    submit(office.stranger(), by_agent)
    with pytest.raises(NotPermitted):
        review.claim(actor=office.staff("review", 9011, identity=office.THIRD[1]), docket_id=by_agent)


def test_a_guardian_who_files_for_a_child_brings_the_childs_papers_too() -> None:
    child = acted_for(office.party("buyer", CHILD), office.THIRD, "guardian")
    number = office.file_contract(actor=office.SYSTEM, number=1, buyers=[CHILD])
    parties = [office.party("seller", office.SELLER), child]
    by = office.stranger()
    sold = draft("P01", by, parties, {"price_fen": 86_000_000}, filing_no=number)
    MaterialPage.objects.filter(docket_id=sold, item="ID-buyer").delete()
    with pytest.raises(Refused) as refused:
        submit(by, sold)
    assert "M01" in refused.value.codes


def test_an_officer_who_is_an_agent_is_handed_no_such_case_and_prints_none_of_its_papers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_agent = renewal(office.stranger(), office.THIRD)
    submit(office.stranger(), by_agent)
    monkeypatch.setattr(leading, "actor_of", lambda pk: office.staff("review", pk, identity=office.THIRD[1]))
    with pytest.raises(Refused) as refused:
        leading.reassign(actor=office.lead(), docket_id=by_agent, reviewer_id=9011)
    assert refused.value.codes == ("LEAD_OWN_CASE",)
    agent = office.staff("accept", 9021, identity=office.THIRD[1])
    with pytest.raises(NotPermitted) as forbidden:
        papers.print_paper(actor=agent, docket_id=by_agent, kind="application")
    assert forbidden.value.codes == ("CASE_OWN",)
