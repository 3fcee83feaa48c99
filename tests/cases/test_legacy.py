"""历史遗留问题: a buyer whose developer is gone files alone, is published, reviewed twice, signed off by the leader, and entered."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from dengbu.cases.actions import desk, filing, matters, papers, review
from dengbu.cases.models import Case, PendingMatter, PublicNotice, Transition
from dengbu.core import clock
from dengbu.core.refusals import NotPermitted, Refused
from dengbu.register.models import Entry
from dengbu.register.queries import book_of
from tests.support import estates, office
from tests.support import matters as waiting
from tests.web.windows import at_work, text_of

pytestmark = pytest.mark.django_db
ALONE = {"legacy": True, "legacy_basis": "上街区政府会议纪要〔2026〕3号"}


def buyer() -> Any:
    return office.person(estates.buyer_of(1), 9301)


def drafted(terms: dict[str, Any]) -> uuid.UUID:
    """The buyer's draft on a home that he bought of a developer who is in no list of ours any more."""
    (code,) = estates.estate(1)
    docket_id = uuid.UUID(filing.start(actor=buyer(), type_code="D09", front="person"))
    return fill(docket_id, code, buyer(), terms)


def fill(docket_id: uuid.UUID, code: str, by: Any, terms: dict[str, Any]) -> uuid.UUID:
    filing.save_property(actor=by, docket_id=docket_id, unit_code=code)
    filing.save_reason(actor=by, docket_id=docket_id, terms=terms, filing_no="YS-2026-000001")
    seller = filing.PartyIn(
        role="seller", name=estates.WUYUN[0], document_kind="uscc", number=estates.WUYUN[1], source="register"
    )
    filing.save_parties(
        actor=by, docket_id=docket_id, parties=[seller, office.party("buyer", estates.buyer_of(1))]
    )
    filing.save_delivery(actor=by, docket_id=docket_id, delivery={"how": "window"})
    office.give_papers(docket_id)
    return docket_id


def accepted(docket_id: uuid.UUID) -> uuid.UUID:
    """Passed by the reviewer, complete at the desk, accepted."""
    review.claim(actor=office.reviewer(), docket_id=docket_id)
    office.judge_all(docket_id)
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    review.pass_case(actor=office.reviewer(), docket_id=docket_id)
    office.check_at_desk(docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    return docket_id


def filed() -> uuid.UUID:
    docket_id = drafted(ALONE)
    assert filing.submit(actor=buyer(), docket_id=docket_id, declared=True) == "submitted"
    return docket_id


def leader(user_id: int = 9041) -> Any:
    return office.staff("lead", user_id, "程方正")


def to_be_signed(monkeypatch: pytest.MonkeyPatch) -> uuid.UUID:
    """The second reviewer agreed and the notice is over: only the leader's word is wanted."""
    docket_id = accepted(filed())
    matters.agree(actor=waiting.second(), docket_id=docket_id)
    waiting.after_its_grace(monkeypatch, docket_id)
    matters.end_notice(actor=office.SYSTEM, docket_id=docket_id)
    return docket_id


def test_the_buyer_alone_is_entered_after_notice_second_review_and_the_leaders_signature(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id = accepted(filed())
    assert waiting.open_kinds(docket_id) == {"notice", "second_review"}
    assert "历史遗留" in PublicNotice.objects.get(docket_id=docket_id).content["why"]
    papers.print_paper(actor=office.clerk(), docket_id=docket_id, kind="public_notice")
    matters.agree(actor=waiting.second(), docket_id=docket_id)
    with pytest.raises(Refused) as refused:
        desk.enter_accepted(actor=office.clerk(), docket_id=docket_id)
    assert refused.value.codes == ("MATTER_OPEN",)
    waiting.after_its_grace(monkeypatch, docket_id)
    matters.end_notice(actor=office.SYSTEM, docket_id=docket_id)
    assert waiting.open_kinds(docket_id) == {"sign_off"}  # opened last, with its own day
    assert matters.sign_off(actor=leader(), docket_id=docket_id, opinion="在会议纪要范围内") == "registered"
    case = Case.objects.get(pk=docket_id)
    assert Entry.objects.filter(docket_id=docket_id).count() == 1
    title = book_of([case.unit_code])[case.unit_code].ownership
    assert title is not None and ALONE["legacy_basis"] in title.terms["reason"]
    signed = PendingMatter.objects.get(docket_id=docket_id, kind="sign_off")
    assert (signed.settled_by_id, signed.evidence) == (9041, "在会议纪要范围内") and signed.settled_at
    line = Transition.objects.get(docket_id=docket_id, event="enter").note
    assert "复审人：周复审" in line and "签批人：程方正" in line
    sheet = waiting.printed(docket_id, "approval")
    assert "初审、复审、领导签批" in sheet and "在会议纪要范围内" in sheet and "签批人：程方正" in sheet
    assert f"{clock.local(signed.settled_at):%Y年%-m月%-d日}" in sheet


def test_nothing_is_entered_without_the_leader_whoever_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = to_be_signed(monkeypatch)
    with pytest.raises(Refused) as refused:
        desk.enter_accepted(actor=office.clerk(), docket_id=docket_id)
    assert refused.value.codes == ("MATTER_OPEN",)
    for nobody in (office.clerk(), waiting.second(13), office.reviewer()):
        with pytest.raises(NotPermitted):
            matters.sign_off(actor=nobody, docket_id=docket_id)
    assert not Entry.objects.filter(docket_id=docket_id).exists()


@pytest.mark.parametrize("level", ["reviewer", "clerk", "second"])
def test_a_leader_who_had_a_hand_in_the_case_does_not_sign_it_off(
    level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    docket_id = to_be_signed(monkeypatch)
    had = {"reviewer": 9011, "clerk": 9021, "second": 12}[level]
    with pytest.raises(NotPermitted) as refused:
        matters.sign_off(actor=leader(had), docket_id=docket_id)
    assert refused.value.codes == ("CASE_SAME_LEVELS" if level == "second" else "CASE_SAME_HANDS",)


def test_what_the_leader_sends_back_the_reviewer_answers_and_the_leader_signs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id = to_be_signed(monkeypatch)
    with pytest.raises(Refused) as refused:
        matters.leader_send_back(actor=leader(), docket_id=docket_id, reasons="不清楚")
    assert refused.value.codes == ("SECOND_REASONS",)
    matters.leader_send_back(
        actor=leader(), docket_id=docket_id, reasons="名单里的房号与合同不一致，请核实。"
    )
    assert waiting.open_kinds(docket_id) == {"answer"}
    matters.answer(actor=office.reviewer(), docket_id=docket_id, explanation="已向专班核实，名单笔误已更正。")
    assert waiting.open_kinds(docket_id) == {"sign_off"}
    assert matters.sign_off(actor=leader(), docket_id=docket_id) == "registered"


def test_nobody_signs_off_while_something_else_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id = to_be_signed(monkeypatch)
    matters.pause(actor=office.clerk(), docket_id=docket_id, reason="court", evidence="法院来函〔2026〕1号")
    with pytest.raises(Refused) as refused:
        matters.sign_off(actor=leader(), docket_id=docket_id)
    assert refused.value.codes == ("MATTER_SIGN_OFF_LAST",)
    matters.resume(actor=office.clerk(), docket_id=docket_id, result="法院已函复不影响登记")
    assert matters.sign_off(actor=leader(), docket_id=docket_id) == "registered"


def test_the_page_offers_the_signature_to_the_leader_and_shows_the_levels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id = to_be_signed(monkeypatch)
    page = f"/desk/matters/{docket_id}/"
    others = text_of(at_work("accept").get(page))
    assert "初审 → 复审 → 领导签批" in others and 'value="sign_off"' not in others
    assert "由科室负责人签批" in others and "打印审批表" in others
    boss = at_work("lead")
    assert docket_id.hex in text_of(boss.get("/desk/matters/?tab=sign_off")).replace("-", "")
    assert 'value="sign_off"' in text_of(boss.get(page))
    wrong = boss.post(page, {"do": "leader_send_back", "reasons": "再看", "key": "a"})
    assert wrong.status_code == 422 and 'value="再看"' in text_of(wrong)  # what was typed stays
    done = boss.post(page, {"do": "sign_off", "opinion": "同意", "key": "b"})
    assert done.status_code == 303 and Case.objects.get(pk=docket_id).state == "registered"
    assert "领导签批" in text_of(boss.get(page))


def test_at_the_window_the_buyer_alone_shows_an_identity_and_signs() -> None:
    (code,) = estates.estate(1)
    by = office.clerk(9022)
    docket_id = uuid.UUID(filing.start_walk_in(actor=by, type_code="D09"))
    fill(docket_id, code, by, ALONE)
    assert filing.submit(actor=by, docket_id=docket_id, declared=True) == "submitted"
    accepted(docket_id)
    shown = Case.objects.get(pk=docket_id).parties.filter(present_at__isnull=False)
    assert [p.role for p in shown] == ["buyer"]
    assert waiting.open_kinds(docket_id) == {"notice", "second_review"}


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
