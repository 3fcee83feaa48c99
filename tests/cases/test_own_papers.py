"""A party that takes part brings its own papers; what others brought it only looks at (条例 14, 16)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from dengbu.cases.actions import filing, review
from dengbu.cases.actions.materials import may_change, may_replace, remove_material
from dengbu.cases.facts import facts
from dengbu.cases.models import Case
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.materials.models import MaterialPage
from dengbu.register.queries import unit_book
from tests.register import homes
from tests.support import office

pytestmark = pytest.mark.django_db

VARS = {"material": "契税凭证", "place": "末页"}


def sale(*leave: str) -> uuid.UUID:
    """A draft of a sale by the seller in which these papers are not there."""
    office.open_homes(3)
    docket_id = office.draft_sale(1)
    take_out(docket_id, *leave)
    return docket_id


def sale_to_two(by: Actor) -> uuid.UUID:
    """A sale to two buyers, submitted by one who applies, with every paper there."""
    office.open_homes(3)
    filing_no = office.file_contract(actor=office.SYSTEM, buyers=(office.BUYER, office.THIRD))
    docket_id = uuid.UUID(filing.start(actor=by, type_code="P01"))
    filing.save_property(actor=by, docket_id=docket_id, unit_code=homes.home(1))
    people = [("seller", office.SELLER), ("buyer", office.BUYER), ("buyer", office.THIRD)]
    filing.save_parties(
        actor=by, docket_id=docket_id, parties=[office.party(*p) for p in people], coownership="joint"
    )
    filing.save_reason(actor=by, docket_id=docket_id, terms={"price_fen": 86_000_000}, filing_no=filing_no)
    filing.save_delivery(actor=by, docket_id=docket_id, delivery={"how": "window"})
    office.give_papers(docket_id)
    filing.submit(actor=by, docket_id=docket_id, declared=True)
    return docket_id


def take_out(docket_id: uuid.UUID, *items: str) -> None:
    for page in MaterialPage.objects.filter(docket_id=docket_id, item__in=items):
        remove_material(actor=office.seller(), docket_id=docket_id, item=page.item, page_id=page.pk)


def changeable(docket_id: uuid.UUID, actor: Actor) -> set[str]:
    """The items of the list to which somebody may add."""
    found = facts(Case.objects.get(docket_id=docket_id))
    lines = found.checklist(unit_book(found.case.unit_code), clock.now())
    return {line.key for line in lines if may_change(found, line, actor)}


def replaceable(docket_id: uuid.UUID, item: str, actor: Actor) -> list[bool]:
    found = facts(Case.objects.get(docket_id=docket_id))
    line = next(x for x in found.checklist(unit_book(homes.home(1)), clock.now()) if x.key == item)
    pages = MaterialPage.objects.filter(docket_id=docket_id, item=item, removed_at=None).order_by("pk")
    return [may_replace(found, line, page, actor) for page in pages]


def remove(docket_id: uuid.UUID, item: str, actor: Actor) -> None:
    page = MaterialPage.objects.filter(docket_id=docket_id, item=item, removed_at=None).latest("pk")
    remove_material(actor=actor, docket_id=docket_id, item=item, page_id=page.pk)


def asked(docket_id: uuid.UUID, *items: str) -> None:
    """A reviewer asks for these papers again."""
    review.claim(actor=office.reviewer(), docket_id=docket_id)
    office.judge_all(docket_id)
    reasons: list[dict[str, Any]] = [{"code": "M06", "target": f"material:{i}", "vars": VARS} for i in items]
    review.request_correction(actor=office.reviewer(), docket_id=docket_id, reasons=reasons)


def test_what_is_the_buyers_own_may_be_left_to_the_buyer_who_cannot_confirm_without_it() -> None:
    docket_id = sale("DEED", "ID-buyer")
    assert filing.submit(actor=office.seller(), docket_id=docket_id, declared=True) == "awaiting_parties"
    with pytest.raises(Refused) as refused:
        filing.confirm(actor=office.buyer(), docket_id=docket_id, declared=True)
    assert [r.field for r in refused.value.refusals] == ["material:ID-buyer", "material:DEED"]
    for item in ("DEED", "ID-buyer"):
        office.upload(actor=office.buyer(), docket_id=docket_id, item=item)
    assert filing.confirm(actor=office.buyer(), docket_id=docket_id, declared=True) == "submitted"


def test_what_is_the_filers_own_is_asked_of_the_filer() -> None:
    docket_id = sale("CERT")
    with pytest.raises(Refused) as refused:
        filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    assert [r.field for r in refused.value.refusals] == ["material:CERT"]


def test_a_party_changes_its_own_papers_from_the_invitation_until_it_confirms() -> None:
    docket_id = sale()
    assert changeable(docket_id, office.buyer()) >= {"DEED", "CERT"}  # two persons fill one application in
    filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    assert changeable(docket_id, office.buyer()) == {"ID-buyer", "DEED"}
    assert changeable(docket_id, office.seller()) == set()
    assert changeable(docket_id, office.stranger()) == set()
    remove(docket_id, "DEED", office.buyer())  # what the seller had put there for the buyer, too
    office.upload(actor=office.buyer(), docket_id=docket_id, item="DEED")
    for item, who in (("CERT", office.buyer()), ("DEED", office.seller()), ("DEED", office.stranger())):
        with pytest.raises((NotPermitted, Conflict)):
            remove(docket_id, item, who)
    filing.confirm(actor=office.buyer(), docket_id=docket_id, declared=True)
    assert changeable(docket_id, office.buyer()) == set()
    with pytest.raises(Conflict):
        remove(docket_id, "DEED", office.buyer())


def test_what_one_buyer_confirmed_the_other_does_not_change_any_more() -> None:
    docket_id = sale_to_two(office.seller())
    assert "DEED" in changeable(docket_id, office.stranger())
    assert filing.confirm(actor=office.buyer(), docket_id=docket_id, declared=True) == "awaiting_parties"
    for buyer in (office.buyer(), office.stranger()):
        assert changeable(docket_id, buyer) == set()
        with pytest.raises(NotPermitted) as refused:
            remove(docket_id, "DEED", buyer)
        assert refused.value.codes == ("MATERIAL_NOT_YOURS",)


def test_who_applies_beside_the_filer_adds_to_their_papers_and_takes_out_only_own_pages() -> None:
    docket_id = sale_to_two(office.buyer())
    other = office.stranger()
    assert changeable(docket_id, other) == {"ID-buyer", "DEED"}
    office.upload(actor=other, docket_id=docket_id, item="ID-buyer")
    assert replaceable(docket_id, "ID-buyer", other) == [False, True]
    remove(docket_id, "ID-buyer", other)
    with pytest.raises(NotPermitted) as refused:
        remove(docket_id, "ID-buyer", other)
    assert refused.value.codes == ("MATERIAL_PAGE_NOT_YOURS",)


def test_in_a_correction_a_party_mends_its_own_paper_and_its_word_still_holds() -> None:
    docket_id = sale()
    filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    filing.confirm(actor=office.buyer(), docket_id=docket_id, declared=True)
    asked(docket_id, "DEED")
    with pytest.raises(Refused) as refused:
        filing.papers_mended(actor=office.buyer(), docket_id=docket_id)
    assert [r.field for r in refused.value.refusals] == ["material:DEED"]
    remove(docket_id, "DEED", office.buyer())
    office.upload(actor=office.buyer(), docket_id=docket_id, item="DEED")
    assert filing.papers_mended(actor=office.buyer(), docket_id=docket_id) == 1
    assert filing.submit(actor=office.seller(), docket_id=docket_id, declared=True) == "submitted"


def test_in_a_correction_a_paper_changed_by_another_hand_is_confirmed_again_by_whose_it_is() -> None:
    docket_id = sale()
    filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    filing.confirm(actor=office.buyer(), docket_id=docket_id, declared=True)
    asked(docket_id, "DEED", "CERT")
    remove(docket_id, "CERT", office.seller())
    office.upload(actor=office.seller(), docket_id=docket_id, item="CERT")
    assert next(p for p in office.parties_of(docket_id) if p.role == "buyer").confirmed_at
    remove(docket_id, "DEED", office.seller())
    assert filing.submit(actor=office.seller(), docket_id=docket_id, declared=True) == "awaiting_parties"
    with pytest.raises(Refused):
        filing.confirm(actor=office.buyer(), docket_id=docket_id, declared=True)  # nobody brought it yet
    office.upload(actor=office.buyer(), docket_id=docket_id, item="DEED")
    assert filing.confirm(actor=office.buyer(), docket_id=docket_id, declared=True) == "submitted"


def test_only_what_the_correction_asks_for_is_open() -> None:
    docket_id = sale()
    filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    filing.confirm(actor=office.buyer(), docket_id=docket_id, declared=True)
    asked(docket_id, "DEED")
    assert changeable(docket_id, office.buyer()) == {"DEED"} == changeable(docket_id, office.seller())
    with pytest.raises(NotPermitted):
        remove(docket_id, "ID-buyer", office.buyer())
