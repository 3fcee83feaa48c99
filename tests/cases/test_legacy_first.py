"""历史遗留问题: nobody registered the houses and the developer is gone. The body that the government names files at the window;
the houses are entered on the land user, no certificate is made, and a buyer's D09 on one of them follows."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from dengbu.cases import withdrawal
from dengbu.cases.actions import filing, matters
from dengbu.cases.facts import facts
from dengbu.cases.models import Case, CaseParty, PublicNotice
from dengbu.certificates.models import Certificate
from dengbu.core.identifiers import make_uscc
from dengbu.core.refusals import Refused
from dengbu.payments.models import FeeBill
from dengbu.register.models import EntryNote
from dengbu.register.queries import unit_book
from dengbu.register.verify import verify
from tests.cases.test_legacy import ALONE, accepted, fill, leader
from tests.cases.test_surveyed import ANSWERS, land_of
from tests.register.homes import home
from tests.support import estates, office
from tests.support import matters as waiting
from tests.surveys.made_up import checked

pytestmark = pytest.mark.django_db
BODY = ("上街区住房保障服务中心", make_uscc("419999", 7301, department="1", category="2"))
INSTEAD = ALONE | {"stands_as": "named", "body_head": "郑主任", "certificate": None}
BY = office.clerk(9022)


def drafted(body: tuple[str, str] = BODY, **terms: Any) -> uuid.UUID:
    """What the window types for the body: a survey that the developer itself had handed in."""
    land_of(estates.WUYUN)
    checked()
    docket_id = uuid.UUID(filing.start_walk_in(actor=BY, type_code="D05"))
    filing.save_survey(actor=BY, docket_id=docket_id, number="CH-2026-001")
    filing.save_reason(actor=BY, docket_id=docket_id, terms=ANSWERS | INSTEAD | terms)
    land_user = filing.PartyIn(
        role="developer",
        name=estates.WUYUN[0],
        document_kind="uscc",
        number=estates.WUYUN[1],
        source="register",
    )
    stands_in = filing.PartyIn(role="designated", name=body[0], document_kind="uscc", number=body[1])
    filing.save_parties(actor=BY, docket_id=docket_id, parties=[land_user, stands_in])
    filing.save_delivery(actor=BY, docket_id=docket_id, delivery={"way": "window"})
    estates.papers_for(docket_id)
    return docket_id


def filed(docket_id: uuid.UUID) -> uuid.UUID:
    assert filing.submit(actor=BY, docket_id=docket_id, declared=True) == "submitted"
    return docket_id


def entered(monkeypatch: pytest.MonkeyPatch, docket_id: uuid.UUID) -> str:
    """Second reviewer, notice, leader."""
    matters.agree(actor=waiting.second(), docket_id=docket_id)
    waiting.after_its_grace(monkeypatch, docket_id)
    matters.end_notice(actor=office.SYSTEM, docket_id=docket_id)
    assert waiting.open_kinds(docket_id) == {"sign_off"}
    state: str = matters.sign_off(actor=leader(), docket_id=docket_id, opinion="在会议纪要范围内")
    return state


def test_the_houses_are_entered_on_the_land_user_and_a_buyer_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = accepted(filed(drafted()))
    assert waiting.open_kinds(docket_id) == {"notice", "inspection", "second_review"}
    published = PublicNotice.objects.get(docket_id=docket_id)
    assert "代为申请单位" in published.content["why"] and published.days == 15
    assert ["代为申请单位", BODY[0]] in published.content["rows"]
    assert unit_book(home(1)) is None, "nothing is entered while it waits"
    assert BODY[0] in waiting.printed(docket_id, "application")
    assert waiting.inspect(docket_id) == "accepted"
    assert entered(monkeypatch, docket_id) == "registered"

    book = unit_book(home(1))
    assert book is not None and book.ownership is not None
    assert [h.name for h in book.ownership.holders] == [estates.WUYUN[0]]
    assert (
        BODY[0] in book.ownership.terms["reason"] and ALONE["legacy_basis"] in book.ownership.terms["reason"]
    )
    said = EntryNote.objects.get(kind="holder_gone").said
    assert (said["holder"], said["applied_by"], said["stands_as"]) == (
        estates.WUYUN[0],
        BODY[0],
        "政府指定的单位",
    )
    assert not Certificate.objects.filter(docket_id=docket_id).exists()
    assert FeeBill.objects.get(docket_id=docket_id).total_fen == 3 * 8000
    assert "代为申请" in waiting.printed(docket_id, "approval")
    assert verify(deep=True).ok

    estates.sell(actor=office.SYSTEM, number=1)
    buyers = uuid.UUID(filing.start_walk_in(actor=BY, type_code="D09"))
    accepted(filed(fill(buyers, home(1), BY, ALONE)))
    assert entered(monkeypatch, buyers) == "registered"
    after = unit_book(home(1))
    assert after is not None and after.ownership is not None
    assert [h.name for h in after.ownership.holders] == [estates.buyer_of(1)[0]]
    assert after.ownership.terms["first_registered_on"] == book.ownership.terms["first_registered_on"]
    other = unit_book(home(2))
    assert other is not None and other.ownership is not None
    assert other.ownership.holders[0].name == estates.WUYUN[0]
    assert verify(deep=True).ok


def test_the_body_shows_who_it_is_and_is_the_one_who_may_withdraw() -> None:
    docket_id = accepted(filed(drafted()))
    shown = CaseParty.objects.filter(case_id=docket_id, present_at__isnull=False)
    assert [p.role for p in shown] == ["designated"]
    found = facts(Case.objects.get(pk=docket_id))
    those = withdrawal.applicants(found.registration, found.parties)
    assert [p.role for p in those.values()] == ["designated"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"legacy": False}, "B_LEGACY_DEVELOPER"),
        ({"legacy": None}, "B_LEGACY_DEVELOPER"),
        ({"body": estates.WUYUN}, "F_DESIGNATED_IS_HOLDER"),
    ],
)
def test_the_window_files_it_for_nobody_else(change: dict[str, Any], code: str) -> None:
    docket_id = drafted(**change)
    with pytest.raises(Refused) as refused:
        filing.submit(actor=BY, docket_id=docket_id, declared=True)
    assert code in refused.value.codes


def test_the_schemes_papers_must_be_there() -> None:
    docket_id = drafted(legacy=False)
    filing.save_reason(actor=BY, docket_id=docket_id, terms=INSTEAD)
    with pytest.raises(Refused) as refused:
        filing.submit(actor=BY, docket_id=docket_id, declared=True)
    assert {r.field for r in refused.value.refusals} >= {"material:LEGACY", "material:GONE"}
