"""发证: to whom a certificate may be handed."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from dengbu.cases.actions import closing
from dengbu.cases.actions.receivers import entitled
from dengbu.cases.facts import facts
from dengbu.cases.models import NUMBER_PURPOSE, Case, CaseParty
from dengbu.certificates.actions import receive_blanks
from dengbu.certificates.models import Certificate
from dengbu.core import crypto
from dengbu.core.acts import Actor, act
from dengbu.core.models import User
from dengbu.core.refusals import Refused
from dengbu.core.vocabulary import CertificateKind
from dengbu.parties.models import Operator
from dengbu.payments.actions import collect_at_window
from dengbu.payments.queries import bill_of
from tests.support import office

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


def hand_to(docket_id: uuid.UUID, who: tuple[str, str], **more: Any) -> str:
    return closing.issue(
        actor=office.certifier(),
        docket_id=docket_id,
        certificate_id=Certificate.objects.get().pk,
        receiver_name=who[0],
        receiver_document_kind="resident_id",
        receiver_number=who[1],
        receipt_shown=True,
        voucher_shown=True,
        identity_checked=True,
        **more,
    )


@act("test.name_agent")
def name_agent(*, actor: Actor, who: tuple[str, str], with_number: bool = True) -> None:
    number = crypto.encrypt(who[1], NUMBER_PURPOSE) if with_number else ""
    CaseParty.objects.filter(role="buyer").update(
        agent_name=who[0], agent_number_cipher=number, agent_authority="notarised"
    )


@act("test.belong_to_bank")
def belong_to_bank(*, actor: Actor, active: bool) -> None:
    CaseParty.objects.filter(role="buyer").update(organisation_id=office.BANK_ID, number_index="body")
    Operator.objects.all().delete()
    user = User.objects.create(login=f"bank{active}", display_name="银行经办")
    Operator.objects.create(
        user=user,
        organisation_id=office.BANK_ID,
        name=office.THIRD[0],
        id_index=crypto.index(office.THIRD[1]),
        active=active,
    )


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
    assert not entitled(facts(Case.objects.get()), *office.THIRD)
    belong_to_bank(actor=office.SYSTEM, active=True)
    assert entitled(facts(Case.objects.get()), *office.THIRD)
