"""What comes out of a case, in words: the label, the steps, the timeline and the messages say the same."""

from __future__ import annotations

import pytest

from dengbu.cases.actions.telling import tell_parties
from dengbu.cases.labels import label, paper_words, road_words
from dengbu.cases.lifecycle import State
from dengbu.cases.models import Transition
from dengbu.catalog.registrations import TYPES
from dengbu.certificates.models import Certificate
from dengbu.core import clock
from dengbu.core.acts import Actor, system
from dengbu.notices.models import Message
from dengbu.web.my.words import event_words
from tests.support import office

MADE = {
    "P01": "证书", "B01": "登记证明", "B06": "", "D06": "登记证明", "D09": "证书", "S01": "", "S02": "",
    "P13": "登记证明", "C01": "证书和登记证明", "C03": "登记证明", "C04": "证书和登记证明", "C05": "登记证明",
}  # fmt: skip


@pytest.mark.parametrize(("code", "word"), MADE.items())
def test_each_type_says_what_comes_out_of_it(code: str, word: str) -> None:
    assert paper_words(k for k in TYPES[code].makes({})) == word


def test_a_whole_project_may_come_without_a_paper() -> None:
    assert [paper_words(TYPES["D05"].makes({"certificate": c})) for c in ("whole", "none", "each")] == [
        "证书",
        "",
        "证书",
    ]


@pytest.mark.parametrize(
    ("paper", "making", "ready", "last"),
    [
        ("证书", "制证中", "可领证", "领证"),
        ("证书和登记证明", "制证中", "可领证", "领证"),
        ("登记证明", "正在制作证明", "可领取证明", "领取证明"),
        ("", "已登簿", "", "归档"),
    ],
)
def test_label_and_steps_name_the_paper(paper: str, making: str, ready: str, last: str) -> None:
    assert label(State.REGISTERED, paper=paper).word == making
    if ready:
        assert label(State.CERTIFIED, paper=paper).word == ready
    assert road_words(paper)[-1] == last
    assert label(State.ARCHIVED, paper=paper).step > len(road_words(paper)), "all done"


def step(event: str, organisation: str = "") -> Transition:
    return Transition(event=event, actor_name="王示范", organisation=organisation, at=clock.now())


def test_outside_the_bank_is_named_inside_its_clerk_as_well() -> None:
    bank = "示范银行上街支行"
    seen = [
        event_words(step("submit", bank), "登记证明", viewer)
        for viewer in (
            Actor(key="user:1", name="许文静"),
            Actor(key="user:2", name="王示范", organisation=bank),
            Actor(key="user:3", name="李受理", staff_number="021"),
        )
    ]
    both = f"{bank}（经办人王示范）提交了申请"
    assert [s["title"] for s in seen if s] == [f"{bank}提交了申请", both, both]
    own = event_words(step("submit"), "证书", Actor(key="user:1", name="许文静"))
    assert own is not None and own["title"] == "王示范提交了申请"


def test_the_timeline_names_the_paper_that_was_made() -> None:
    said = [event_words(step(e), "登记证明", system("test")) for e in ("print", "issue")]
    assert [s["title"] for s in said if s] == ["登记证明已制好", "登记证明已领取"]


@pytest.mark.django_db
def test_messages_name_the_paper_that_was_made() -> None:
    office.open_homes(1)
    docket = office.registered_sale()

    def told(template: str) -> str:
        tell_parties(actor=system("test"), docket_ids=[docket], template=template)
        return Message.objects.filter(template=template).latest("pk").text

    assert "的证书已制好" in told("ready") and "缴清后领取证书" in told("fee_due")
    Certificate.objects.filter(docket_id=docket).update(kind="proof")
    assert "的登记证明已制好" in told("ready_to_mail") and "正在制作登记证明" in told("registered_in_book")
