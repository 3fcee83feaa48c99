"""历史遗留问题: a buyer whose developer is gone files alone, is published, signed off by a second officer, and entered."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from dengbu.cases.actions import desk, filing, matters, papers, review
from dengbu.cases.models import Case, PublicNotice
from dengbu.core.refusals import Refused
from dengbu.register.models import Entry
from dengbu.register.queries import book_of
from tests.support import estates, office
from tests.support import matters as waiting

pytestmark = pytest.mark.django_db
ALONE = {"legacy": True, "legacy_basis": "上街区政府会议纪要〔2026〕3号"}


def buyer() -> Any:
    return office.person(estates.buyer_of(1), 9301)


def drafted(terms: dict[str, Any]) -> uuid.UUID:
    """The buyer's draft on a home that he bought of a developer who is in no list of ours any more."""
    (code,) = estates.estate(1)
    docket_id = uuid.UUID(filing.start(actor=buyer(), type_code="D09", front="person"))
    filing.save_property(actor=buyer(), docket_id=docket_id, unit_code=code)
    filing.save_reason(actor=buyer(), docket_id=docket_id, terms=terms, filing_no="YS-2026-000001")
    seller = filing.PartyIn(
        role="seller", name=estates.WUYUN[0], document_kind="uscc", number=estates.WUYUN[1], source="register"
    )
    filing.save_parties(
        actor=buyer(), docket_id=docket_id, parties=[seller, office.party("buyer", estates.buyer_of(1))]
    )
    filing.save_delivery(actor=buyer(), docket_id=docket_id, delivery={"how": "window"})
    office.give_papers(docket_id)
    return docket_id


def test_the_buyer_alone_is_entered_after_notice_and_second_review(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = drafted(ALONE)
    assert filing.submit(actor=buyer(), docket_id=docket_id, declared=True) == "submitted"
    review.claim(actor=office.reviewer(), docket_id=docket_id)
    office.judge_all(docket_id)
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    review.pass_case(actor=office.reviewer(), docket_id=docket_id)
    office.check_at_desk(docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert waiting.open_kinds(docket_id) == {"notice", "second_review"}
    assert "历史遗留" in PublicNotice.objects.get(docket_id=docket_id).content["why"]
    papers.print_paper(actor=office.clerk(), docket_id=docket_id, kind="public_notice")
    matters.agree(actor=waiting.second(), docket_id=docket_id)
    with pytest.raises(Refused) as refused:
        desk.enter_accepted(actor=office.clerk(), docket_id=docket_id)
    assert refused.value.codes == ("MATTER_OPEN",)
    waiting.after_its_grace(monkeypatch, docket_id)
    matters.end_notice(actor=office.SYSTEM, docket_id=docket_id)
    case = Case.objects.get(pk=docket_id)
    assert case.state == "registered"
    assert Entry.objects.filter(docket_id=docket_id).count() == 1
    title = book_of([case.unit_code])[case.unit_code].ownership
    assert title is not None and ALONE["legacy_basis"] in title.terms["reason"]


def test_without_the_scheme_the_developer_must_confirm_and_without_an_account_cannot() -> None:
    docket_id = drafted({"legacy": False})
    with pytest.raises(Refused) as refused:
        filing.submit(actor=buyer(), docket_id=docket_id, declared=True)
    assert refused.value.codes == ("CONFIRM_NO_ACCOUNT",)


def test_the_schemes_papers_must_be_there() -> None:
    docket_id = drafted({"legacy": False})
    filing.save_reason(actor=buyer(), docket_id=docket_id, terms=ALONE, filing_no="YS-2026-000001")
    with pytest.raises(Refused) as refused:
        filing.submit(actor=buyer(), docket_id=docket_id, declared=True)
    assert {r.field for r in refused.value.refusals} >= {"material:LEGACY", "material:GONE"}
