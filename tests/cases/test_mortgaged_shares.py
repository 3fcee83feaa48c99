"""A bank's mortgage on one co-owner's share, from the filing through entry to the proof, and its release (corrections 7)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from dengbu.cases.actions import desk, filing
from dengbu.cases.documents import proofs
from dengbu.cases.documents.papers import application_form
from dengbu.cases.facts import facts
from dengbu.cases.models import Case
from dengbu.core.refusals import Refused
from dengbu.register.models import EntryAnswer
from dengbu.register.queries import unit_book
from dengbu.register.rules import UnitBook
from dengbu.register.verify import verify
from tests.prints.test_papers import pages
from tests.register import homes
from tests.support import office

pytestmark = pytest.mark.django_db

LOAN: dict[str, Any] = {
    "contract_no": "DY1", "amount_fen": 50_000_000, "debt_from": "2026-11-23", "debt_until": "2046-11-23",
    "debtor": office.SELLER[0], "scope": "主债权及利息", "transfer_limited": True,
}  # fmt: skip
BANK = filing.PartyIn(
    role="mortgagee", name=homes.BANK[0], document_kind="uscc", number=office.BANK_USCC,
    organisation_id=office.BANK_ID,
)  # fmt: skip


@pytest.fixture(autouse=True)
def home_in_halves() -> None:
    """A home of the seller and the buyer, a half each; the buyer's half is seized."""
    office.open_homes(2, 2)
    office.make_bank(actor=office.SYSTEM)
    unit = homes.home(1)
    halves = (homes.holder(office.SELLER, 1), homes.holder(office.BUYER, 1))
    homes.put(
        homes.granting(homes.title(unit, holders=halves, coownership="by_share", share_denominator=2)),
        homes.seizure(unit, share_of=office.BUYER[0]),
    )


def book() -> UnitBook:
    found = unit_book(homes.home(1))
    assert found is not None
    return found


def asked(parties: list[filing.PartyIn], **said: Any) -> uuid.UUID:
    by = office.bank_operator()
    docket_id = uuid.UUID(filing.start(actor=by, type_code="B01"))
    filing.save_property(actor=by, docket_id=docket_id, unit_code=homes.home(1))
    filing.save_parties(actor=by, docket_id=docket_id, parties=parties, **said)
    filing.save_reason(actor=by, docket_id=docket_id, terms=LOAN)
    filing.save_delivery(actor=by, docket_id=docket_id, delivery={"way": "window"})
    office.give_papers(docket_id)
    filing.submit(actor=by, docket_id=docket_id, declared=True)
    return docket_id


def test_the_owner_of_the_share_alone_confirms_and_the_book_and_the_papers_say_whose_it_is() -> None:
    mortgagor = office.party("mortgagor", office.SELLER, share=1)
    docket_id = asked([mortgagor, BANK], covers="share", share_denominator=2)
    assert office.state_of(docket_id) == "awaiting_parties"
    filing.confirm(actor=office.seller(), docket_id=docket_id, declared=True)
    assert office.state_of(docket_id) == "submitted"
    office.passed_on(docket_id)
    office.check_at_desk(docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    (mortgage,) = book().mortgages
    assert book().title is not None and mortgage.share_of == book().title.public_id  # type: ignore[union-attr]
    words = f"{office.SELLER[0]}的1/2份额"
    assert mortgage.share_words == words and mortgage.rank == 1
    assert f"抵押范围：{words}" in proofs.lines(mortgage)
    assert EntryAnswer.objects.get(code="R_SEAL").how == "inform"
    found = facts(Case.objects.get(docket_id=docket_id))
    assert f"抵押范围：{words}" in "".join(pages(application_form(found, office.clerk(), 0)))
    assert verify(deep=True).ok
    released(mortgage.public_id)
    assert book().mortgages == () and verify(deep=True).ok


def released(right: uuid.UUID) -> None:
    """B06: a mortgage on a share ends as any other."""
    by = office.bank_operator()
    docket_id = uuid.UUID(filing.start(actor=by, type_code="B06"))
    filing.save_property(actor=by, docket_id=docket_id, unit_code=homes.home(1), right=str(right))
    filing.save_parties(actor=by, docket_id=docket_id, parties=[BANK])
    filing.save_reason(actor=by, docket_id=docket_id, terms={"reason": "paid"})
    filing.save_delivery(actor=by, docket_id=docket_id, delivery={"way": "electronic"})
    office.give_papers(docket_id)
    filing.submit(actor=by, docket_id=docket_id, declared=True)
    office.passed_on(docket_id)
    office.check_at_desk(docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)


def test_the_seized_share_and_the_whole_home_are_not_mortgaged() -> None:
    seized = office.party("mortgagor", office.BUYER, share=1)
    with pytest.raises(Refused) as refused:
        asked([seized, BANK], covers="share", share_denominator=2)
    assert refused.value.codes == ("R_SEAL",)


def test_saving_the_whole_again_leaves_no_share_behind() -> None:
    by = office.bank_operator()
    docket_id = uuid.UUID(filing.start(actor=by, type_code="B01"))
    filing.save_property(actor=by, docket_id=docket_id, unit_code=homes.home(1))
    one, both = [office.party("mortgagor", office.SELLER, share=1), BANK], [
        office.party("mortgagor", office.SELLER), office.party("mortgagor", office.BUYER), BANK,
    ]  # fmt: skip
    filing.save_parties(actor=by, docket_id=docket_id, parties=one, covers="share", share_denominator=2)
    filing.save_parties(actor=by, docket_id=docket_id, parties=both, covers="whole")
    terms = Case.objects.get(docket_id=docket_id).filed["terms"]
    assert (terms["covers"], terms["share_denominator"]) == ("whole", None)
