"""网上补交: an undertaken paper is handed in on line, version by version; accepted, or returned with its day unchanged."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from dengbu.cases import hand_ins as law
from dengbu.cases.actions import hand_ins as acts
from dengbu.cases.actions import materials, withdrawing
from dengbu.cases.actions.telling import tell_parties
from dengbu.cases.actions.watching import keep_watch, tell_of_deadlines
from dengbu.cases.documents.closing import catalogue
from dengbu.cases.facts import CaseFacts, facts
from dengbu.cases.models import Case, CaseParty, HandIn, PendingMatter, Undertaking
from dengbu.cases.queries import undertakings as queries
from dengbu.catalog.policy.policy import policy_for, undertakings_for
from dengbu.catalog.policy.schema import SECONDARY
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.materials.models import MaterialPage
from dengbu.notices.models import Message
from dengbu.register.models import Entry
from tests.support import office
from tests.support.undertakings import accepted, breach, bring, hand_in, later, put

REASON = "结婚证缺照片页，请补拍"
CHECKED = "与民政部门数据核对一致"


# --- the law, by table --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "outcome", "due", "last", "codes"),
    [
        ("later", "", True, None, []),
        ("later", "", True, "returned", []),
        ("later", "", True, "taken_back", []),
        ("later", "", True, "", ["HAND_IN_UNDER_CHECK"]),
        ("later", "kept", True, None, ["UNDERTAKING_SETTLED"]),
        ("later", "", False, None, ["UNDERTAKING_EARLY"]),
        ("instead", "", True, None, ["HAND_IN_NOTHING"]),
    ],
)
def test_when_its_pages_may_be_changed(
    kind: str, outcome: str, due: bool, last: str | None, codes: list[str]
) -> None:
    one = Undertaking(kind=kind, outcome=outcome, due_on=clock.today() if due else None, name="结婚证")
    version = None if last is None else HandIn(version=1, outcome=last, pages={"a": "1"})
    assert [r.code for r in law.why_not_upload(one, version)] == codes


@pytest.mark.parametrize(
    ("pages", "last", "codes"),
    [
        ({}, None, ["HAND_IN_EMPTY"]),
        ({"a": "1"}, None, []),
        ({"a": "1"}, "returned", ["HAND_IN_SAME"]),
        ({"a": "2"}, "returned", []),  # turned round
        ({"a": "1", "b": "1"}, "returned", []),
        ({"a": "1"}, "taken_back", []),
    ],
)
def test_what_may_be_handed_in(pages: dict[str, str], last: str | None, codes: list[str]) -> None:
    one = Undertaking(kind="later", outcome="", due_on=clock.today(), name="结婚证")
    version = None if last is None else HandIn(version=1, outcome=last, pages={"a": "1"})
    assert [r.code for r in law.why_not_hand_in(one, version, pages)] == codes


@pytest.mark.parametrize(
    ("last", "version", "codes"),
    [
        ((1, ""), 1, []),
        ((2, ""), 1, ["HAND_IN_OTHER_VERSION"]),
        ((1, "returned"), 1, ["HAND_IN_OTHER_VERSION"]),
        (None, 1, ["HAND_IN_OTHER_VERSION"]),
    ],
)
def test_an_officer_decides_on_the_version_that_was_looked_at(
    last: tuple[int, str] | None, version: int, codes: list[str]
) -> None:
    there = None if last is None else HandIn(version=last[0], outcome=last[1])
    assert [r.code for r in law.why_not_decide(there, version)] == codes


def _actor(index: str = "", organisation: uuid.UUID | None = None, staff: bool = False) -> Actor:
    if staff:
        return office.clerk()
    return Actor("user:1", "某人", identity_index=index, organisation_id=organisation)


BANK, DEV = uuid.uuid4(), uuid.uuid4()


@pytest.mark.parametrize(
    ("organisation", "at_desk", "who", "may"),
    [
        (None, False, {"index": "seller"}, True),
        (None, False, {"index": "agent"}, True),  # by notarised authority
        (DEV, False, {"organisation": DEV}, True),  # the developer filed: its operators
        (DEV, False, {"index": "seller"}, True),
        (DEV, False, {"organisation": BANK}, False),
        (DEV, False, {"index": "other"}, False),
        (None, True, {"index": "seller"}, True),  # who walked in may hand in on line
        (None, True, {"staff": True}, False),  # staff receive it at the window
    ],
)
def test_who_may_hand_it_in(
    organisation: uuid.UUID | None, at_desk: bool, who: dict[str, Any], may: bool
) -> None:
    case = Case(organisation_id=organisation, filed_for_by_staff=at_desk)
    seller = CaseParty(role="seller", number_index="seller", agent_index="agent", agent_authority="notarised")
    found = CaseFacts(case, None, (seller,), None, None, {})  # type: ignore[arg-type]
    assert law.may_bring(found, Undertaking(number_index="seller"), _actor(**who)) is may


def test_every_paper_that_may_be_undertaken_has_a_key_that_fits() -> None:
    longest = max(
        len(f"{law.PREFIX}{item.code}-{item.provided_by}")
        for code in TYPES
        for item in policy_for(code, clock.today()).checklist
        if item.code in SECONDARY
    )
    assert longest <= 20
    assert any(undertakings_for(code, clock.today()) for code in TYPES)


# --- the road -----------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> None:
    office.open_homes(4)


def accept(docket_id: uuid.UUID, one: uuid.UUID, version: int = 1, said: str = CHECKED) -> str:
    done: str = acts.accept(
        actor=office.clerk(), docket_id=docket_id, undertaking_id=one, version=version, said=said
    )
    return done


def send_back(docket_id: uuid.UUID, one: uuid.UUID, version: int = 1, reason: str = REASON) -> None:
    acts.send_back(
        actor=office.clerk(), docket_id=docket_id, undertaking_id=one, version=version, reason=reason
    )


def live(docket_id: uuid.UUID, item: str) -> int:
    return MaterialPage.objects.filter(docket_id=docket_id, item=item, removed_at=None).count()


@pytest.mark.usefixtures("town")
def test_a_paper_handed_in_on_line_is_checked_and_then_the_case_is_entered() -> None:
    docket_id, one = accepted()
    assert hand_in(docket_id, one, pages=2) == 1
    assert [u.pk for u in queries.page("check")[0]] == [one]
    assert office.state_of(docket_id) == "accepted" and not Entry.objects.filter(docket_id=docket_id).exists()
    assert live(docket_id, "MARR") == 0  # nothing stands on the list before it is checked
    with pytest.raises(Refused) as refused:
        accept(docket_id, one, said="行")
    assert refused.value.codes == ("HAND_IN_HOW",)
    assert accept(docket_id, one) == "registered"
    assert Entry.objects.filter(docket_id=docket_id).count() == 1
    assert live(docket_id, "MARR") == 2 and live(docket_id, "U-MARR") == 0
    kept = Undertaking.objects.get(pk=one)
    assert kept.outcome == "kept" and kept.evidence == f"网上补交影像2页（第1版）：{CHECKED}"
    assert not queries.page("check")[0]
    titles = [x["title"] for x in catalogue(facts(Case.objects.get(pk=docket_id)))]
    assert any(t.startswith("婚姻关系证明") for t in titles) and not any("没有采用" in t for t in titles)


@pytest.mark.usefixtures("town")
def test_what_is_returned_is_told_and_may_be_handed_in_again_by_the_same_day() -> None:
    docket_id, one = accepted()
    due = Undertaking.objects.get(pk=one).due_on
    hand_in(docket_id, one)
    with pytest.raises(Refused) as refused:
        send_back(docket_id, one, reason="不行")
    assert refused.value.codes == ("HAND_IN_REASON",)
    send_back(docket_id, one)
    assert tell_parties(actor=office.SYSTEM, docket_ids=[docket_id], template="undertaking_returned")
    assert due is not None
    told = Message.objects.filter(docket_id=docket_id, template="undertaking_returned")
    assert f"{due:%-m月%-d日}" in told[0].text
    with pytest.raises(Refused) as refused:
        acts.hand_in(actor=office.seller(), docket_id=docket_id, undertaking_id=one)
    assert refused.value.codes == ("HAND_IN_SAME",)
    assert hand_in(docket_id, one) == 2
    with pytest.raises(Conflict):
        accept(docket_id, one, version=1)
    assert Undertaking.objects.get(pk=one).due_on == due
    assert accept(docket_id, one, version=2) == "registered"
    said = HandIn.objects.filter(undertaking_id=one).order_by("version")
    assert [(h.version, h.outcome) for h in said] == [(1, "returned"), (2, "accepted")]


@pytest.mark.usefixtures("town")
def test_what_is_being_checked_changes_only_after_it_was_taken_back() -> None:
    docket_id, one = accepted()
    hand_in(docket_id, one)
    page = MaterialPage.objects.get(docket_id=docket_id, item="U-MARR")
    for change in (
        lambda: put(docket_id),
        lambda: materials.remove_material(
            actor=office.seller(), docket_id=docket_id, item="U-MARR", page_id=page.pk
        ),
        lambda: acts.hand_in(actor=office.seller(), docket_id=docket_id, undertaking_id=one),
    ):
        with pytest.raises(Conflict):
            change()
    acts.take_back(actor=office.seller(), docket_id=docket_id, undertaking_id=one, version=1)
    with pytest.raises(Conflict):
        accept(docket_id, one)
    put(docket_id)
    assert hand_in(docket_id, one, pages=0) == 2
    with pytest.raises(Conflict):
        send_back(docket_id, one, version=1)
    assert accept(docket_id, one, version=2) == "registered"


@pytest.mark.usefixtures("town")
def test_what_is_handed_in_is_neither_called_overdue_nor_broken_before_it_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docket_id, one = accepted()
    hand_in(docket_id, one)
    later(monkeypatch, 20)

    def told() -> bool:
        keep_watch(actor=office.SYSTEM, kind="undertaken")
        tell_of_deadlines(actor=office.SYSTEM, kind="undertaken")
        return Message.objects.filter(docket_id=docket_id, template="undertaking_over").exists()

    assert not told()
    with pytest.raises(Refused) as refused:
        breach(docket_id, one)
    assert refused.value.codes == ("UNDERTAKING_UNDER_CHECK",)
    send_back(docket_id, one)
    assert told()
    assert hand_in(docket_id, one) == 2  # late, but nobody called it broken
    send_back(docket_id, one, version=2)
    breach(docket_id, one)
    with pytest.raises(Refused):
        put(docket_id)
    with pytest.raises(Conflict):
        acts.hand_in(actor=office.seller(), docket_id=docket_id, undertaking_id=one)
    titles = [x["title"] for x in catalogue(facts(Case.objects.get(pk=docket_id)))]
    assert any(t.endswith("（网上补交，没有采用）") for t in titles)


@pytest.mark.usefixtures("town")
def test_what_came_after_its_last_day_is_taken_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    docket_id, one = accepted()
    later(monkeypatch, 20)
    hand_in(docket_id, one)
    accept(docket_id, one)
    assert "（第1版，超过期限）" in Undertaking.objects.get(pk=one).evidence


@pytest.mark.usefixtures("town")
def test_the_original_at_the_window_and_the_end_of_the_case_end_what_waited() -> None:
    docket_id, one = accepted()
    hand_in(docket_id, one)
    assert bring(docket_id, one) == "registered"
    other, two = accepted(2)
    hand_in(other, two)
    for who in (office.seller(), office.buyer()):
        withdrawing.withdraw(actor=who, docket_id=other)
    assert set(HandIn.objects.values_list("outcome", flat=True)) == {"over"}
    assert PendingMatter.objects.filter(docket_id=other, settled_at__isnull=True).count() == 0


@pytest.mark.usefixtures("town")
def test_a_stranger_and_the_window_hand_nothing_in() -> None:
    docket_id, one = accepted()
    for who in (office.stranger(), office.clerk()):
        with pytest.raises(NotPermitted):
            put(docket_id, by=who)
        with pytest.raises(NotPermitted):
            acts.hand_in(actor=who, docket_id=docket_id, undertaking_id=one)
    with pytest.raises(Refused) as refused:
        acts.hand_in(actor=office.seller(), docket_id=docket_id, undertaking_id=one)
    assert refused.value.codes == ("HAND_IN_EMPTY",)
    hand_in(docket_id, one)
    with pytest.raises(NotPermitted):  # nobody checks the paper of their own case
        acts.accept(
            actor=office.staff("accept", 77, identity=office.SELLER[1]),
            docket_id=docket_id,
            undertaking_id=one,
            version=1,
            said=CHECKED,
        )
