"""Names and mistakes put right, mortgages that pass, and what the office begins by itself: filed without scripts."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from dengbu.cases.actions import closing, court, desk, papers, review
from dengbu.cases.actions.telling import tell_parties
from dengbu.cases.models import Case, CaseParty, PendingMatter
from dengbu.cases.queries.closing import queue_page
from dengbu.core import crypto
from dengbu.core.acts import Actor, act
from dengbu.core.models import User
from dengbu.core.money import format_yuan
from dengbu.core.refusals import Refused
from dengbu.notices.models import Message
from dengbu.parties.models import Operator, Person
from dengbu.payments.queries import bill_of
from dengbu.project.demo.candidates import Candidate
from dengbu.register.queries import unit_book
from tests.support import office
from tests.support.court import received, receiver
from tests.web.filers import (
    Filer,
    as_user,
    begin,
    candidate,
    errors_of,
    hidden_value,
    party_fields,
    person,
    proof_number,
    taken_over,
    text_of,
    upload_everything,
)

pytestmark = pytest.mark.usefixtures("module_demo_database")


def typed(filer: Filer, **card: str) -> Any:
    """Save the parties page with the first card filled in."""
    fields = party_fields(filer.get("parties/"))
    card = {"document_kind": "resident_id", **card}
    fields |= {f"buyer-0-{name}": value for name, value in card.items()}
    return filer.post("parties/", **fields, do="save")


def at_desk(code: str) -> Filer:
    """A draft begun at the desk for the office itself or on another organ's paper."""
    clerk = as_user(User.objects.get(login="accept2"))
    begun = clerk.post("/desk/walkin/", {"type": code, "key": uuid.uuid4().hex})
    assert begun.status_code == 303, text_of(begun)
    return Filer(clerk, "desk", uuid.UUID(begun["Location"].rstrip("/").rpartition("/")[2]))


def submitted(filer: Filer, way: str = "electronic") -> Case:
    """Papers, delivery, declaration."""
    upload_everything(filer)
    assert filer.post("delivery/", way=way, phone="13800002134", do="save").status_code == 303
    assert "由我录入" in text_of(filer.get("check/"))  # a clerk does not declare somebody's true will
    answer = filer.post("check/", declared="on")
    assert answer.status_code == 303, errors_of(answer)
    return filer.case


def passed_and_checked(docket_id: uuid.UUID) -> None:
    """Reviewed, and everything done at the desk but the acceptance."""
    review.claim(actor=office.reviewer(), docket_id=docket_id)
    office.judge_all(docket_id)
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    review.pass_case(actor=office.reviewer(), docket_id=docket_id)
    office.check_at_desk(docket_id)


COURT = {
    "name": "演示区人民法院",
    "document_kind": "uscc",
    "number": "11410106MB0000001Y",
    "phone": "13800000000",
}

# --- P09, P12 -----------------------------------------------------------------------------------------------------


def test_the_owner_who_files_a_new_name_finds_his_old_one_in_the_form() -> None:
    home = candidate("B01", 20)
    filer = begin(person(home.owner.number), "my", "p09")
    assert filer.post("property/", unit_code=home.unit_code).status_code == 303
    assert typed(filer, name="新名字", number=home.owner.number, phone="13800000000").status_code == 303
    assert hidden_value(filer.get("reason/"), "old_name") == home.owner.name


def test_a_stranger_is_not_told_whose_home_it_is_by_the_question_for_the_old_name() -> None:
    home, other = candidate("B01", 21), candidate("B01", 22)
    filer = begin(person(other.owner.number), "my", "p09")
    filer.post("property/", unit_code=home.unit_code)
    typed(filer, name="新名字", number=other.owner.number, phone="13800000000")
    assert home.owner.name not in text_of(filer.get("reason/"))


def test_the_owner_who_asks_for_a_correction_need_not_type_himself() -> None:
    home = candidate("B01", 21)
    filer = begin(person(home.owner.number), "my", "p12")
    filer.post("property/", unit_code=home.unit_code)
    drawn = text_of(filer.get("parties/"))
    assert home.owner.name in drawn and "来自您的实名账户" in drawn


# --- P15 ----------------------------------------------------------------------------------------------------------


def renewal(home: Candidate, by: Candidate, **agent: str) -> Filer:
    """A new certificate for a home, filled in by somebody up to the check page."""
    filer = begin(person(by.owner.number), "my", "p15")
    agent = {f"owner-0-agent_{k}": v for k, v in agent.items()}
    saved = [
        filer.post("property/", unit_code=home.unit_code),
        filer.post("parties/", **party_fields(filer.get("parties/")), **agent, do="save"),
        filer.post(
            "reason/", reason="damaged", old_certificate="豫（2024）郑州市不动产权第0012345号", do="save"
        ),
    ]
    upload_everything(filer)
    saved.append(filer.post("delivery/", way="window", phone="13800002134", do="save"))
    for response in saved:
        assert response.status_code == 303, errors_of(response)
    return filer


def test_a_neighbour_is_told_that_only_the_owner_or_an_agent_applies() -> None:
    home, neighbour = candidate("B01", 23), candidate("B01", 24)
    filer = renewal(home, neighbour)
    assert "您不在申请人之列" in text_of(filer.get("check/"))
    assert filer.post("check/", declared="on").status_code == 422
    assert home.owner.name not in text_of(filer.get("parties/"))


def test_whoever_is_named_as_agent_brings_the_authority_and_files() -> None:
    home, agent = candidate("B01", 25), candidate("B01", 26)
    named = {"authority": "on_site", "name": agent.owner.name, "number": agent.owner.number}
    wrong = begin(person(agent.owner.number), "my", "p15")
    wrong.post("property/", unit_code=home.unit_code)
    answer = wrong.post("parties/", **{"owner-0-agent_authority": "on_site"}, do="save")
    assert ("#id_owner-0-agent_name", "请输入姓名") in errors_of(answer)
    filer = renewal(home, agent, **named)
    assert agent.owner.name in text_of(filer.get("check/"))
    answer = filer.post("check/", declared="on")
    assert answer.status_code == 303, errors_of(answer)
    assert filer.case.state == "submitted" and not filer.case.docket.claims.exists()


# --- S05 ----------------------------------------------------------------------------------------------------------

ORDER = {
    "order_kind": "judgment",
    "order_no": "（2026）豫0106执12号",
    "authority": COURT["name"],
    "effective_on": "2026-03-01",
    "assistance_no": "（2026）豫0106执12号之一",
    "bearers": "演示甲 01，演示乙 02",
    "ends_mortgages": "no",
    "ends_waiting": "no",
    "ends_notices": "no",
}


def test_a_court_has_a_mortgage_cancelled_which_the_desk_picks_from_the_book() -> None:
    home = candidate("B06", 3)
    served = court.begin(
        actor=receiver(), service_id=received(), unit_code=home.unit_code, type_code="S05", debtor=None
    )
    filer = Filer(as_user(User.objects.get(login="accept2")), "desk", uuid.UUID(served))
    assert typed(filer, **COURT, role="requester").status_code == 422  # what is the owner's part in it?
    parts = {"owner-0-role": "former", "buyer-0-role": "requester"}
    fields = {f"buyer-0-{k}": v for k, v in COURT.items()} | {"buyer-0-origin": "typed", "buyers": "1"}
    saved = filer.post("parties/", **fields, **parts, do="save")  # nobody gets it: nobody says how it is held
    assert saved.status_code == 303, errors_of(saved)
    nothing = filer.post("reason/", **ORDER, does="cancel_right", do="save")
    assert errors_of(nothing) == [("#id_right", "请选择文书要注销的权利")]
    book = unit_book(home.unit_code)
    assert book is not None
    offered = re.findall(r'name="right" value="([^"]+)"', text_of(nothing))
    assert offered == [str(r.public_id) for r in book.rights if r != book.title]
    saved = filer.post("reason/", **ORDER, does="cancel_right", right=offered[0], do="save")
    assert saved.status_code == 303, errors_of(saved)
    assert "第 1 顺位抵押权" in text_of(filer.get("check/"))
    case = submitted(filer, "window")
    passed_and_checked(case.pk)
    desk.accept(actor=office.clerk(), docket_id=case.pk)
    bill, after = bill_of(case.pk), unit_book(home.unit_code)
    assert bill is not None and bill.total_fen == 0
    assert after is not None and not after.mortgages and after.title is not None
    # It made no certificate: it waits for the archive, not for a printer.
    assert case.pk in {w.case.pk for w in queue_page("archive")[0]}
    assert case.pk not in {w.case.pk for w in queue_page("print")[0]}
    papers.print_paper(actor=office.clerk(), docket_id=case.pk, kind="fee_voucher")  # free: the proof of it
    assert closing.archive(actor=office.certifier(), docket_id=case.pk, paper_pages=5) == "archived"


# --- S03, S04: nobody applies -------------------------------------------------------------------------------------


def test_the_office_begins_a_correction_by_itself_with_the_title_in_the_form_and_nobody_to_ask() -> None:
    home = candidate("B01", 23)
    filer = at_desk("S03")
    assert filer.post("property/", unit_code=home.unit_code).status_code == 303
    assert filer.post("parties/", **{"buyer-0-origin": "typed", "buyers": "1"}, do="save").status_code == 303
    reason, book = filer.get("reason/"), unit_book(home.unit_code)
    assert book is not None and book.title is not None
    assert hidden_value(reason, "wrong_entry") == book.title.entry_number
    answers = {"what": "room", "right_text": "801", "proof": "原登记档案第3页", "notified_on": "2026-08-03"}
    shown = {name: hidden_value(reason, name) for name in ("wrong_entry", "wrong_on")}
    saved = filer.post("reason/", **answers, **shown, do="save")
    assert saved.status_code == 303, errors_of(saved)
    case = submitted(filer, "window")
    passed_and_checked(case.pk)
    desk.accept(actor=office.clerk(), docket_id=case.pk)
    assert set(PendingMatter.objects.filter(docket_id=case.pk).values_list("kind", flat=True)) == {
        "notice", "second_review",
    }  # fmt: skip
    clerk = as_user(User.objects.get(login="accept1"))
    page = text_of(clerk.get(f"/desk/accept/{case.pk}/print/"))
    assert "受理凭证" in page and "申请书" not in page and "询问笔录" not in page
    for kind in ("application", "inquiry"):
        with pytest.raises(Refused) as refused:
            papers.print_paper(actor=office.clerk(), docket_id=case.pk, kind=kind)
        assert refused.value.codes == ("PRINT_NOT_OF_TYPE",)


def test_a_house_that_is_gone_is_cancelled_by_the_office_without_a_page_for_people() -> None:
    home = candidate("B01", 24)
    filer = at_desk("S04")
    assert filer.post("property/", unit_code=home.unit_code).status_code == 303
    assert "parties/" not in text_of(filer.get())
    assert filer.post("reason/", reason="expropriated", document_no="征收决定", do="save").status_code == 303
    case = submitted(filer)
    passed_and_checked(case.pk)
    desk.accept(actor=office.clerk(), docket_id=case.pk)
    assert PendingMatter.objects.filter(docket_id=case.pk, kind="notice").exists()
    assert case.parties.count() == 0


# --- B05 ----------------------------------------------------------------------------------------------------------


def two_banks(n: int) -> tuple[Any, User, User]:
    """A mortgaged home, an operator of the bank that has the mortgage, and one of another bank."""
    home = candidate("B06", n)
    others = {"bank1": "bank2-1", "bank2": "bank1-1"}
    return (
        home,
        User.objects.get(login=f"{home.organisation.key}-1"),
        User.objects.get(login=others[home.organisation.key]),
    )


def test_a_bank_finds_the_mortgage_of_another_by_its_proof_number_alone_and_sees_no_more_than_that() -> None:
    home, _, new = two_banks(5)
    filer = begin(as_user(new), "bank", "b05")
    by_unit = text_of(filer.client.get(filer.url("property/"), {"q": home.unit_code}))
    assert "请用对方的不动产登记证明号查找" in by_unit and 'name="right"' not in by_unit
    number, book = proof_number(home), unit_book(home.unit_code)
    assert book is not None
    amount = format_yuan(book.mortgages[0].terms["amount_fen"])
    assert number not in by_unit and amount not in by_unit
    by_proof = text_of(filer.client.get(filer.url("property/"), {"q": number}))
    (right,) = re.findall(r'name="right" id="[^"]+" value="([^"]+)"', by_proof)
    assert right == str(book.mortgages[0].public_id) and amount not in by_proof
    unproved = filer.post("property/", unit_code=home.unit_code, right=right)
    assert unproved.status_code == 422 and filer.case.unit_code == ""
    other = proof_number(candidate("B06", 6))
    assert filer.post("property/", unit_code=home.unit_code, right=right, q=other).status_code == 422
    assert filer.post("property/", unit_code=home.unit_code, right=right, q=number).status_code == 303


def test_a_home_found_by_its_number_is_confirmed_at_the_same_address() -> None:
    """The form is posted where it was drawn, with the question still in the address."""
    home = candidate("B01", 25)
    filer = begin(person(home.owner.number), "my", "p09")
    address = f"property/?q={home.unit_code}"
    assert filer.post(address, unit_code=home.unit_code).status_code == 303
    assert filer.case.unit_code == home.unit_code
    again = text_of(filer.get("property/?again=1"))  # 不是，重新查找: an empty field and no reproach
    assert 'id="id_q"' in again and "errline" not in again


def test_a_discharge_cannot_be_begun_on_the_mortgage_of_another_by_its_proof_number() -> None:
    home, _, new = two_banks(5)
    filer = begin(as_user(new), "bank", "b06")
    found = text_of(filer.client.get(filer.url("property/"), {"q": proof_number(home)}))
    assert 'name="right"' not in found
    book = unit_book(home.unit_code)
    assert book is not None
    right = str(book.mortgages[0].public_id)
    assert filer.post("property/", unit_code=home.unit_code, right=right).status_code == 422


def test_the_bank_that_has_the_mortgage_confirms_and_nobody_else_can() -> None:
    home, old, new = two_banks(7)
    filer = taken_over(home, new)
    book = unit_book(home.unit_code)
    assert book is not None
    amount = f"债权数额 {format_yuan(book.mortgages[0].terms['amount_fen'])} 元"
    check = text_of(filer.get("check/"))
    assert "第 1 顺位抵押权" in check and amount not in check and "我（们）的真实意思" in check
    assert "本人登录核对并确认后" in text_of(filer.get("parties/"))
    answer = filer.post("check/", declared="on")
    assert answer.status_code == 303, errors_of(answer)
    assert filer.case.state == "awaiting_parties"
    party = CaseParty.objects.get(case_id=filer.docket, role="old_bank")
    address = f"/bank/confirm/{party.invite_token}/"
    tell_parties(actor=office.SYSTEM, docket_ids=[filer.docket], template="invited")
    told = set(
        Message.objects.filter(docket_id=filer.docket, template="invited").values_list("user_id", flat=True)
    )
    assert old.pk in told and new.pk not in told
    assert as_user(new).get(address).status_code == 403
    assert address not in text_of(as_user(new).get("/bank/"))
    assert as_user(person_user(home.owner.number)).get(address).status_code == 403
    bank = as_user(old)
    assert address in text_of(bank.get("/bank/"))
    drawn = bank.get(address)
    assert "本机构的真实意思" in text_of(drawn)
    assert amount in text_of(drawn)  # the bank that has the mortgage reads which one it is
    form = {name: hidden_value(drawn, name) for name in ("key", "docket", "version")} | {"do": "agree"}
    looks_only(actor=office.SYSTEM, user=old, may_submit=False)
    assert as_user(old).post(address, form | {"declared": "on"}).status_code == 403
    looks_only(actor=office.SYSTEM, user=old, may_submit=True)
    agreed = bank.post(address, form | {"declared": "on"})
    assert (agreed.status_code, agreed["Location"]) == (303, f"/bank/cases/{filer.docket}/")
    assert filer.case.state == "submitted"
    assert bank.get(agreed["Location"]).status_code == 200
    assert bank.get(address).status_code == 410


@act("test.looks_only")
def looks_only(*, actor: Actor, user: User, may_submit: bool) -> None:
    Operator.objects.filter(user=user).update(may_submit=may_submit)


def person_user(number: str) -> User:
    found: User = Person.objects.get(id_index=crypto.index(number)).user
    return found
