"""减免登记费: claimed by the applicant, decided at the desk with its reason, and named on the bill."""

from __future__ import annotations

import uuid

import pytest

from dengbu.cases import exemptions
from dengbu.cases.actions import desk, filing, papers, review
from dengbu.cases.facts import facts
from dengbu.cases.models import Case
from dengbu.catalog.fees import MORTGAGOR, claims
from dengbu.catalog.policy import fee_standards
from dengbu.core.models import AuditRecord
from dengbu.core.refusals import Refused
from dengbu.payments.models import FeeBill, Voucher
from dengbu.register.queries import book_of
from tests.support import office

pytestmark = pytest.mark.django_db
SMALL = "EX_SMALL:right_holder"


@pytest.fixture(autouse=True)
def town() -> None:
    office.open_homes(3)


def claimed_sale(claim: str = SMALL, *, separate: bool = False) -> uuid.UUID:
    """A sale at the desk whose buyer says they need not pay; all is done but the decision."""
    docket_id = office.draft_sale()
    filing.save_delivery(
        actor=office.seller(),
        docket_id=docket_id,
        delivery={"way": "window", "fee_claim": claim, "separate": separate},
    )
    filing.submit(actor=office.seller(), docket_id=docket_id, declared=True)
    filing.confirm(actor=office.buyer(), docket_id=docket_id, declared=True)
    review.claim(actor=office.reviewer(), docket_id=docket_id)
    office.judge_all(docket_id)
    review.query_restrictions(actor=office.reviewer(), docket_id=docket_id)
    review.pass_case(actor=office.reviewer(), docket_id=docket_id)
    office.check_at_desk(docket_id)
    return docket_id


def decide(
    docket_id: uuid.UUID, granted: bool | None = True, claim: str = SMALL, reason: str = "承诺书已签字"
):
    desk.decide_exemption(
        actor=office.clerk(), docket_id=docket_id, claim=claim, granted=granted, reason=reason
    )


def test_nothing_is_accepted_before_the_claim_is_decided() -> None:
    docket_id = claimed_sale()
    with pytest.raises(Refused) as refused:
        desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert refused.value.codes == ("DESK_EXEMPTION",)


def test_a_small_enterprise_pays_nothing_and_its_voucher_over_nothing_names_the_reason() -> None:
    docket_id = claimed_sale()
    papers.print_paper(actor=office.clerk(), docket_id=docket_id, kind="fee_undertaking")
    decide(docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    bill = FeeBill.objects.get(docket_id=docket_id)
    assert (bill.state, bill.total_fen) == ("free", 0)
    assert bill.exemption == "小微企业（含个体工商户）（EX_SMALL），凭申请人承诺或小微企业名录查询结果"
    assert bill.lines[0]["each_fen"] == 8000  # what would have been due stands beside it
    assert Voucher.objects.get(bill=bill).amount_fen == 0
    for kind in ("fee_notice", "fee_voucher"):
        papers.print_paper(actor=office.clerk(), docket_id=docket_id, kind=kind)
    said = AuditRecord.objects.filter(act="cases.decide_exemption").latest("pk").detail
    assert (said["exemption"], said["granted"], said["reason"]) == (SMALL, True, "承诺书已签字")


def test_a_claim_that_is_refused_is_paid_for_and_the_notice_says_why() -> None:
    docket_id = claimed_sale()
    decide(docket_id, False, reason="名录中查无此企业")
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    bill = FeeBill.objects.get(docket_id=docket_id)
    assert (bill.state, bill.total_fen, bill.exemption) == ("due", 8000, "")
    decided = Case.objects.get(pk=docket_id).filed["exemptions"][0]
    assert (decided["by"], decided["granted"]) == (office.clerk().name, False) and decided["at"]


def test_the_officer_grants_what_nobody_claimed() -> None:
    docket_id = office.checked_sale()
    decide(docket_id, claim="EX_SOCIAL:right_holder", reason="棚改安置协议原件")
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    assert FeeBill.objects.get(docket_id=docket_id).total_fen == 0


@pytest.mark.parametrize(
    ("claim", "granted", "reason", "codes"),
    [
        ("EX_SMALL:mortgagee", True, "承诺书已签字", ("EXEMPTION_UNKNOWN",)),  # nobody lends in a sale
        ("EX_NONE:right_holder", True, "承诺书已签字", ("EXEMPTION_UNKNOWN",)),
        (SMALL, None, "", ("EXEMPTION_DECISION", "EXEMPTION_REASON")),
    ],
)
def test_a_decision_that_says_too_little_is_refused(claim, granted, reason, codes) -> None:
    docket_id = claimed_sale()
    with pytest.raises(Refused) as refused:
        decide(docket_id, granted, claim, reason)
    assert refused.value.codes == codes


def test_a_decision_is_made_anew_until_acceptance_and_goes_when_the_claim_changes() -> None:
    docket_id = claimed_sale()
    decide(docket_id)
    decide(docket_id, False, reason="承诺书没有签字")
    assert [d["granted"] for d in Case.objects.get(pk=docket_id).filed["exemptions"]] == [False]
    draft = office.draft_sale(2)
    case = Case.objects.get(pk=draft)
    case.filed["exemptions"] = [{"code": "EX_SMALL", "payer": "right_holder", "granted": True}]
    case.save()
    filing.save_delivery(
        actor=office.seller(), docket_id=draft, delivery={"way": "window", "fee_claim": SMALL}
    )
    assert "exemptions" not in Case.objects.get(pk=draft).filed


def test_an_undertaking_is_printed_and_a_paper_is_uploaded() -> None:
    sale = facts(Case.objects.get(pk=claimed_sale()))
    (line,) = (x for x in sale.checklist(None, sale.case.created_at) if x.key == exemptions.ITEM)
    assert line.item.generated and line.item.name == "减免登记费承诺书"
    kind = type(sale.registration)
    address = {c.exemption.code: c for c in claims(["FEE_CHANGE"], fee_standards()[-1], ("applicant",))}
    assert set(address) == {"EX_ADDR"} and not exemptions.item(address["EX_ADDR"]).generated
    assert (
        exemptions.who(exemptions.claimable(kind, sale.case.created_at.date(), ("applicant",))[SMALL], kind)
        == "买方"
    )


def test_who_pays_nothing_anyway_is_not_asked() -> None:
    assert (
        claims(["FEE_ZERO", "FEE_RESIDENCE", "FEE_MTG_CHANGE"], fee_standards()[-1], ("applicant", "officer"))
        == ()
    )


def test_the_mortgagor_is_asked_only_where_the_office_lets_the_bank_off_for_its_sake(monkeypatch) -> None:
    """corrections 20."""
    of = fee_standards()[-1]
    milder = of.model_copy(update={"small_mortgagor_exempts": True})
    assert [c.payer for c in claims(["FEE_MTG"], of, ("applicant",))] == ["mortgagee"]
    assert [c.payer for c in claims(["FEE_MTG"], milder, ("applicant",))] == ["mortgagee", MORTGAGOR]
    found = facts(Case.objects.get(pk=office.checked_sale()))
    found.registration.fee_rule = "FEE_MTG"  # of this one only
    found.case.filed["exemptions"] = [{"code": "EX_SMALL", "payer": MORTGAGOR, "granted": True}]
    books = book_of(found.registration.unit_codes)
    assert desk.fee_of(found, books, 1).total_fen == 8000
    monkeypatch.setattr("dengbu.cases.actions.desk.fees.fee_standards", lambda: (milder,))
    assert desk.fee_of(found, books, 1).total_fen == 0
