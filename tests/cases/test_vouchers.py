"""票据和退费 at the window: the case's own rules, the page, the proof of no charge in the volume."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from django.urls import reverse

from dengbu.cases.actions import closing, papers, vouchers
from dengbu.cases.models import Case, CaseDocument
from dengbu.certificates.models import Certificate
from dengbu.core.refusals import NotPermitted, Refused
from dengbu.payments.actions import collect_at_window
from dengbu.payments.models import FeeBill, PartRefund
from dengbu.payments.queries import bill_of, voucher_of
from tests.support import matters, office
from tests.web.windows import at_work, text_of

pytestmark = pytest.mark.django_db
WHY = "付款人是中介，应由买方缴纳"


def paid_sale() -> uuid.UUID:
    office.open_homes(1)
    docket = office.registered_sale()
    bill = bill_of(docket)
    assert bill is not None
    collect_at_window(actor=office.clerk(), bill_id=bill.pk, channel="cash", amount_fen=bill.total_fen)
    return docket


def test_the_voucher_names_the_right_payer_and_the_red_one_says_what_it_cancels() -> None:
    docket = paid_sale()
    first = voucher_of(docket)
    assert first is not None and office.BUYER[0] in matters.printed(docket, "fee_voucher", office.clerk())
    vouchers.reissue_voucher(actor=office.clerk(), docket_id=docket, payer="示范物业公司", reason=WHY)
    assert "示范物业公司" in matters.printed(docket, "fee_voucher", office.clerk())
    red = matters.printed(docket, "fee_reversal", office.clerk())
    assert first.number in red and "-80.00" in red and "款项不退，另开凭证" in red


def test_a_part_goes_back_also_after_the_hand_out_and_the_papers_say_so() -> None:
    docket = paid_sale()
    Certificate.objects.filter(docket_id=docket).update(state="issued")
    vouchers.return_part(actor=office.clerk(), docket_id=docket, amount_fen=4000, reason="缴费后核准减免")
    printed = matters.printed(docket, "fee_voucher", office.clerk())
    assert "肆拾元整" in printed and "退还已缴部分" in printed and "-40.00" in printed
    red = matters.printed(docket, "fee_reversal", office.clerk())
    assert "-80.00" in red and "原路退回40.00元（窗口现金），其余另开凭证" in red


def test_money_goes_back_before_the_hand_out_only() -> None:
    docket = paid_sale()
    Certificate.objects.filter(docket_id=docket).update(state="issued")
    with pytest.raises(Refused) as refused:
        vouchers.return_fee(actor=office.clerk(), docket_id=docket, reason=WHY)
    assert refused.value.codes == ("FEE_HANDED_OUT",)
    Certificate.objects.filter(docket_id=docket).update(state="printed")
    vouchers.return_fee(actor=office.clerk(), docket_id=docket, reason=WHY)
    assert FeeBill.objects.get(docket_id=docket).state == "due"
    assert "原路退回（窗口现金）" in matters.printed(docket, "fee_reversal", office.clerk())


def test_nobody_returns_his_own_fee() -> None:
    docket = paid_sale()
    own = replace(office.clerk(), identity_index=office.buyer().identity_index)
    with pytest.raises(NotPermitted):
        vouchers.return_fee(actor=own, docket_id=docket, reason=WHY)


def test_the_page_keeps_what_was_typed_and_shows_the_vouchers() -> None:
    docket = paid_sale()
    clerk, url = at_work("accept"), reverse("web:office.fee", args=[docket])
    wrong = clerk.post(url, {"do": "reissue", "payer": "示范物业公司", "reason": "错"})
    assert wrong.status_code == 422 and 'value="示范物业公司"' in text_of(wrong)
    assert clerk.post(url, {"do": "reissue", "payer": "示范物业公司", "reason": WHY}).status_code == 303
    shown = text_of(clerk.get(url))
    assert "-80.00元" in shown and "已作废" in shown and WHY in shown
    part = {"do": "return_part", "amount": "30.00", "reason": WHY}
    much = clerk.post(url, part | {"amount": "90"})
    assert (
        much.status_code == 422 and 'value="90"' in text_of(much) and "最多可以退 80.00 元" in text_of(much)
    )
    assert "看不懂" in text_of(clerk.post(url, part | {"amount": "三十"}))
    assert clerk.post(url, part).status_code == 303
    assert "退还30.00元（待退）" in text_of(clerk.get(url))
    due = clerk.get(reverse("web:office.payments"))
    (row,) = PartRefund.objects.all()
    hand = reverse("web:office.part_handed_back", args=[row.pk])
    assert hand in text_of(due) and "已把 30.00 元退给缴款人" in text_of(due)
    assert "还没有确认已经退给缴款人" in text_of(clerk.post(hand, {}))
    assert clerk.post(hand, {"confirmed": "1"}).status_code == 303
    assert "退还30.00元（已退回）" in text_of(clerk.get(url))
    assert clerk.post(url, {"do": "take_back", "reason": WHY}).status_code == 303
    assert "待退" in text_of(clerk.get(url)) and "待缴费" in text_of(clerk.get(url))


def test_a_case_without_a_fee_is_archived_with_its_printed_proof_of_no_charge() -> None:
    docket = paid_sale()
    FeeBill.objects.filter(docket_id=docket).update(state="free", total_fen=0, exemption="示范减免")
    Case.objects.filter(pk=docket).update(state="issued")
    given = {
        "actor": office.certifier(),
        "docket_id": docket,
        "paper_pages": 1,
        "difference_note": "附件另装",
    }
    with pytest.raises(Refused) as refused:
        closing.archive(**given)
    assert refused.value.codes == ("ARCHIVE_ZERO_UNPROVEN",)
    assert "免收不动产登记费证明" in matters.printed(docket, "fee_voucher", office.clerk())
    closing.archive(**given)
    assert CaseDocument.objects.filter(docket_id=docket, kind="fee_voucher").count() == 1
    papers.print_paper(actor=office.clerk(), docket_id=docket, kind="fee_voucher")
