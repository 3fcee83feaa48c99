"""发证: to whom a certificate may be handed."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import pytest

from dengbu.cases.actions import closing, desk, receivers
from dengbu.cases.actions.receivers import addressed, entitled
from dengbu.cases.actions.telling import tell_parties
from dengbu.cases.facts import facts
from dengbu.cases.models import NUMBER_PURPOSE, Case, CaseParty
from dengbu.cases.queries.desk import counts
from dengbu.certificates.actions import receive_blanks, void
from dengbu.certificates.models import Certificate
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act
from dengbu.core.models import User
from dengbu.core.refusals import Refused
from dengbu.core.vocabulary import CertificateKind
from dengbu.notices.models import Message
from dengbu.parties.models import PHONE_PURPOSE, Operator, Person
from dengbu.payments.actions import collect_at_window
from dengbu.payments.queries import bill_of
from dengbu.register.actions import enter
from tests.register import homes
from tests.support import office
from tests.web.windows import at_work, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def docket() -> uuid.UUID:
    """A certificate printed and paid for, waiting for the buyer."""
    office.open_homes(2)
    docket_id = office.registered_sale()
    receive_blanks(actor=office.lead(), kind=CertificateKind.CERTIFICATE, first_serial="41010600001", count=3)
    closing.print_certificate(
        actor=office.certifier(),
        docket_id=docket_id,
        certificate_id=Certificate.objects.get().pk,
        blank_serial="41010600001",
    )
    bill = bill_of(docket_id)
    assert bill is not None
    collect_at_window(actor=office.clerk(), bill_id=bill.pk, channel="cash", amount_fen=bill.total_fen)
    return docket_id


def hand_to(
    docket_id: uuid.UUID, who: tuple[str, str], certificate_id: uuid.UUID | None = None, **more: Any
) -> str:
    return closing.issue(
        actor=office.certifier(),
        docket_id=docket_id,
        certificate_id=certificate_id or Certificate.objects.get().pk,
        receiver_name=who[0],
        receiver_document_kind="resident_id",
        receiver_number=who[1],
        receipt_shown=True,
        voucher_shown=True,
        identity_checked=True,
        **more,
    )


def test_a_certificate_of_another_case_is_neither_printed_nor_handed_out_here(docket: uuid.UUID) -> None:
    """The fee of this case is paid, that of the other is not."""
    other = Certificate.objects.get(docket_id=office.registered_sale(2))
    of_other: dict[str, Any] = {"docket_id": docket, "certificate_id": other.pk}
    with pytest.raises(Refused) as refused:
        closing.print_certificate(actor=office.certifier(), blank_serial="41010600002", **of_other)
    assert refused.value.codes == ("CERT_NOT_OF_CASE",)
    with pytest.raises(Refused) as refused:
        hand_to(docket, office.BUYER, certificate_id=other.pk)
    assert refused.value.codes == ("CERT_NOT_OF_CASE",)


@act("test.name_agent")
def name_agent(
    *, actor: Actor, who: tuple[str, str], with_number: bool = True, of: str = "buyer", known: bool = True
) -> None:
    if not known:
        CaseParty.objects.filter(role=of).update(number_index="")
    number = crypto.encrypt(who[1], NUMBER_PURPOSE) if with_number else ""
    CaseParty.objects.filter(role=of).update(
        agent_name=who[0], agent_number_cipher=number, agent_authority="notarised"
    )


@act("test.belong_to_bank")
def belong_to_bank(*, actor: Actor, active: bool, of: str = "buyer") -> None:
    CaseParty.objects.filter(role=of).update(organisation_id=office.BANK_ID)
    Operator.objects.all().delete()
    user = User.objects.create(login=f"bank{active}", display_name="银行经办")
    Operator.objects.create(
        user=user,
        organisation_id=office.BANK_ID,
        name=office.THIRD[0],
        id_index=crypto.index(office.THIRD[1]),
        active=active,
    )


@act("test.make_account")
def make_account(*, actor: Actor, who: tuple[str, str]) -> int:
    user = User.objects.create(login=who[0], display_name=who[0])
    phone = crypto.encrypt("13900000002", PHONE_PURPOSE)
    Person.objects.create(
        user=user, name=who[0], id_index=crypto.index(who[1]), phone_cipher=phone, phone_index="2"
    )
    return user.pk


@pytest.mark.parametrize(
    "who",
    [office.THIRD, office.SELLER, (office.SELLER[0], office.BUYER[1]), (office.BUYER[0], office.SELLER[1])],
    ids=["stranger", "seller", "another name", "another number"],
)
def test_nobody_but_the_right_holder_takes_the_certificate(docket: uuid.UUID, who: tuple[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        hand_to(docket, who)
    assert refused.value.codes == ("CERT_RECEIVER_NOT_ENTITLED",)
    assert Certificate.objects.get().state == "printed"


def test_the_right_holder_takes_the_certificate(docket: uuid.UUID) -> None:
    assert hand_to(docket, office.BUYER) == "issued"
    assert Certificate.objects.get().receiver_mandate == ""


def test_the_agent_named_in_the_application_takes_it(docket: uuid.UUID) -> None:
    name_agent(actor=office.SYSTEM, who=office.THIRD)
    with pytest.raises(Refused):
        hand_to(docket, (office.THIRD[0], office.SELLER[1]))
    assert hand_to(docket, office.THIRD) == "issued"


def test_the_agent_of_the_seller_takes_nothing(docket: uuid.UUID) -> None:
    name_agent(actor=office.SYSTEM, who=office.THIRD, of="seller")
    with pytest.raises(Refused):
        hand_to(docket, office.THIRD)
    assert not addressed(facts(Case.objects.get()), Certificate.objects.get(), office.THIRD[0])


def test_by_post_it_goes_to_the_same_people_by_their_name_alone(docket: uuid.UUID) -> None:
    certificate = Certificate.objects.get()

    def sent_to() -> set[str]:
        names = {*(who[0] for who in (office.SELLER, office.BUYER, office.THIRD)), "", " "}
        return {n for n in names if addressed(facts(Case.objects.get()), certificate, n)}

    assert sent_to() == {office.BUYER[0]}
    name_agent(actor=office.SYSTEM, who=office.THIRD)
    assert sent_to() == {office.BUYER[0], office.THIRD[0]}


def test_an_agent_known_by_name_only_takes_it(docket: uuid.UUID) -> None:
    name_agent(actor=office.SYSTEM, who=office.THIRD, with_number=False)
    assert hand_to(docket, office.THIRD) == "issued"


def test_somebody_sent_with_a_mandate_takes_it_and_the_proof_is_kept(docket: uuid.UUID) -> None:
    assert hand_to(docket, office.THIRD, mandate="（2026）豫郑证字第12号公证书") == "issued"
    made = Certificate.objects.get()
    assert (made.receiver_name, made.receiver_mandate) == (office.THIRD[0], "（2026）豫郑证字第12号公证书")


def test_an_active_operator_receives_for_an_organisation(docket: uuid.UUID) -> None:
    office.make_bank(actor=office.SYSTEM)
    belong_to_bank(actor=office.SYSTEM, active=False)
    certificate = Certificate.objects.get()
    assert not entitled(facts(Case.objects.get()), certificate, *office.THIRD)
    assert not addressed(facts(Case.objects.get()), certificate, office.THIRD[0])
    belong_to_bank(actor=office.SYSTEM, active=True)
    found = facts(Case.objects.get())
    assert entitled(found, certificate, *office.THIRD) and addressed(found, certificate, office.THIRD[0])
    for other in (
        (office.THIRD[0], office.SELLER[1]),
        (office.SELLER[0], office.THIRD[1]),
        (office.THIRD[0], ""),
    ):
        assert not entitled(found, certificate, *other)


def test_the_operator_of_another_party_receives_nothing(docket: uuid.UUID) -> None:
    office.make_bank(actor=office.SYSTEM)
    belong_to_bank(actor=office.SYSTEM, active=True, of="seller")
    found, certificate = facts(Case.objects.get()), Certificate.objects.get()
    assert not entitled(found, certificate, *office.THIRD)
    assert not addressed(found, certificate, office.THIRD[0])


def test_a_holder_whose_number_nobody_knows_has_no_agent_in_the_application(
    docket: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old registers know some owners by name only: whoever else has no number is not that owner."""
    monkeypatch.setattr(receivers, "holders_of", lambda _: [(office.BUYER[0], "")])
    name_agent(actor=office.SYSTEM, who=office.THIRD, of="seller", known=False)
    assert not entitled(facts(Case.objects.get()), Certificate.objects.get(), *office.THIRD)


# --- it is the right holder's, whatever part he had in the application --------------------------------------------


def receive(docket_id: uuid.UUID) -> list[Certificate]:
    """All certificates of a case, printed and paid for, in the order of their homes."""
    receive_blanks(actor=office.lead(), kind=CertificateKind.CERTIFICATE, first_serial="41010600001", count=3)
    made = list(Certificate.objects.filter(docket_id=docket_id).order_by("unit_code"))
    for n, one in enumerate(made, start=1):
        closing.print_certificate(
            actor=office.certifier(),
            docket_id=docket_id,
            certificate_id=one.pk,
            blank_serial=f"4101060000{n}",
        )
    return made


def may_take(docket_id: uuid.UUID, certificate: Certificate) -> set[tuple[str, str]]:
    found = facts(Case.objects.get(docket_id=docket_id))
    return {who for who in (office.SELLER, office.BUYER, office.THIRD) if entitled(found, certificate, *who)}


def corrected_for_somebody_concerned() -> uuid.UUID:
    """The buyer is concerned by a wrong room number of the seller's home; it is put right."""
    docket_id = office.passed(
        "P12",
        office.buyer(),
        [office.party("applicant", office.BUYER, phone="13900000001")],
        {"applies_as": "concerned", "what": "room", "right_text": "801", "proof": "测绘报告"},
    )
    office.check_at_desk(docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    return docket_id


def test_a_corrected_certificate_is_the_owners_not_that_of_who_applied() -> None:
    office.open_homes(2)
    docket_id = corrected_for_somebody_concerned()
    (made,) = receive(docket_id)
    assert may_take(docket_id, made) == {office.SELLER}


def test_of_a_correction_the_owner_is_told_to_renew_and_who_applied_that_it_is_done() -> None:
    office.open_homes(2)
    docket_id = corrected_for_somebody_concerned()
    receive(docket_id)
    owner = make_account(actor=office.SYSTEM, who=office.SELLER)
    for template in ("renew", "corrected"):
        tell_parties(actor=office.SYSTEM, docket_ids=[docket_id], template=template)
    told = {(m.template, m.user_id) for m in Message.objects.filter(template__in=("renew", "corrected"))}
    assert ("renew", owner) in told
    assert "corrected" in {t for t, _ in told} and ("corrected", owner) not in told
    assert len([t for t, _ in told if t == "renew"]) == 1


def exchanged() -> uuid.UUID:
    """A case whose two certificates go to two people."""
    office.open_homes(2, 1)
    give = homes.granting(homes.title(homes.home(2), office.BUYER))
    enter(actor=office.SYSTEM, registrations=[give], authority="410106", of_record=office.OF_RECORD)
    docket_id = office.passed(
        "P07",
        office.seller(),
        [office.party("transferor", office.SELLER), office.party("transferee", office.BUYER)],
        {"how": "exchange", "units": [homes.home(2)], "state_assets": False},
        confirmed_by=office.buyer(),
    )
    office.check_at_desk(docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    return docket_id


def test_each_home_of_an_exchange_is_handed_to_whoever_got_it() -> None:
    docket_id = exchanged()
    first, second = receive(docket_id)
    assert may_take(docket_id, first) == {office.BUYER}
    assert may_take(docket_id, second) == {office.SELLER}
    by_post = partial(
        closing.mail, actor=office.certifier(), docket_id=docket_id, receiver_name=office.SELLER[0],
        address="上街区中心路1号院2号楼301室", phone="13800000000", tracking="EA123456785CN",
    )  # fmt: skip
    bill = bill_of(docket_id)
    assert bill is not None
    collect_at_window(actor=office.clerk(), bill_id=bill.pk, channel="cash", amount_fen=bill.total_fen)
    wants_post(actor=office.SYSTEM, docket_id=docket_id)
    with pytest.raises(Refused) as refused:
        by_post(certificate_ids=[first.pk, second.pk])
    assert refused.value.codes == ("MAIL_RECEIVER_NOT_ENTITLED",)
    mailing = uuid.UUID(by_post(certificate_ids=[second.pk]))
    assert hand_to(docket_id, office.BUYER, first.pk) == "certified", "the other one is still under way"
    over = closing.mail_delivered(
        actor=office.certifier(), docket_id=docket_id, mailing_id=mailing, signed_by=office.SELLER[0]
    )
    assert over == "issued"


def test_what_is_printed_is_handed_out_when_the_rest_became_void_before_its_print() -> None:
    docket_id = exchanged()
    receive_blanks(actor=office.lead(), kind=CertificateKind.CERTIFICATE, first_serial="41010600001", count=3)
    first, second = Certificate.objects.filter(docket_id=docket_id).order_by("unit_code")
    page, clerk = f"/desk/cert/{docket_id}/", at_work("certify")
    finish = partial(closing.finish_printing, actor=office.certifier(), docket_id=docket_id)
    with pytest.raises(Refused) as refused:
        finish()
    assert refused.value.codes == ("CERT_TO_PRINT",)
    closing.print_certificate(
        actor=office.certifier(), docket_id=docket_id, certificate_id=first.pk, blank_serial="41010600001"
    )
    assert "转待发证" not in text_of(clerk.get(page))
    assert (
        clerk.post(page, {"do": "finish"}).status_code == 422 and office.state_of(docket_id) == "registered"
    )
    void(actor=office.SYSTEM, rights=[(second.right_id, second.entry_id)], reason="权利已转移")
    shown = text_of(clerk.get(page))
    assert "转待发证" in shown and f"{first.pk}/1.png" in shown
    assert counts(office.certifier(), clock.now())["to_print"] == 1
    assert clerk.post(page, {"do": "finish"}).status_code == 303 and office.state_of(docket_id) == "certified"
    found = counts(office.certifier(), clock.now())
    assert (found["to_print"], found["to_issue"], found["to_archive"]) == (0, 1, 0)
    void(actor=office.SYSTEM, rights=[(first.right_id, first.entry_id)], reason="权利已转移")
    found = counts(office.certifier(), clock.now())
    assert (found["to_print"], found["to_issue"], found["to_archive"]) == (0, 0, 1)


@act("test.wants_post")
def wants_post(*, actor: Actor, docket_id: uuid.UUID) -> None:
    case = Case.objects.get(docket_id=docket_id)
    case.filed = {**case.filed, "delivery": {"way": "mail"}}
    case.save()
