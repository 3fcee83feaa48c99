"""Papers about the fee: notice, undertaking of who claims an exemption, voucher."""

from __future__ import annotations

from django.conf import settings

from dengbu.catalog.fees import MORTGAGOR
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.money import format_yuan
from dengbu.core.refusals import Refusal, Refused
from dengbu.payments.queries import bill_of, voucher_of, vouchers_of

from .. import exemptions, prints
from ..facts import CaseFacts
from ..models import Case
from . import words


def fee_words(bill: object) -> str:
    """The fee in a sentence, as the receipt of acceptance says it."""
    total = getattr(bill, "total_fen", None)
    if total is None:
        return "—"
    if total == 0:
        return "本次登记免收登记费"
    return f"登记费{words.yuan(total)}，{'已缴清' if getattr(bill, 'state', '') == 'paid' else '领证前缴清'}"


def _lines(bill: object) -> tuple[prints.FeeLine, ...]:
    return tuple(
        prints.FeeLine(
            item=x["item"],
            count=x["quantity"],
            unit="本" if "工本" in x["item"] else "件",
            standard_fen=x["each_fen"],
            amount_fen=x["amount_fen"],
            basis=x.get("note") or getattr(bill, "basis", ""),
        )
        for x in getattr(bill, "lines", ())
    )


CHANNELS = {"wechat": "微信支付", "cash": "窗口现金", "pos": "窗口刷卡"}
PAY_WAYS = ("登录网上大厅，在办件页面缴费", "在登记窗口缴费")


def _not_granted(case: Case) -> tuple[str, ...]:
    """What was claimed and not granted, with the reason, stands on the notice: the payer may have it looked at again."""
    return tuple(
        f"申请减免“{d['name']}”，未予减免：{d['reason']}。"
        for d in case.filed.get("exemptions", ())
        if not d["granted"]
    )


def fee_notice(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """缴费通知书."""
    case, bill = found.case, bill_of(found.case.docket_id)
    if bill is None:
        raise Refused(Refusal("PRINT_NO_BILL", "这件申请还没有核定费用。", "受理后会自动核定。"))
    return prints.fee_notice(
        prints.FeeNotice(
            head=words.head(case, bill.number, actor, reprint=reprint),
            pay_code=bill.number,
            registration=words.registered(found),
            payer=bill.payer,
            location=case.location,
            unit_code=case.unit_code,
            lines=_lines(bill),
            total_fen=bill.total_fen,
            exemption=bill.exemption,
            issued_on=bill.assessed_on,
            due="领证前",
            ways=(*_not_granted(case), *(PAY_WAYS if bill.total_fen else ("本次登记不用缴费。",))),
            officer=actor.name,
            phone=settings.OFFICE["phone"],
        )
    )


def fee_undertaking(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """减免登记费承诺书, for the payer to sign at the window."""
    case, kind = found.case, type(found.registration)
    claim = exemptions.claimed(case.filed, kind, clock.today())
    if claim is None or claim.exemption.given != "undertaking":
        raise Refused(Refusal("PRINT_NO_CLAIM", "这件申请没有需要承诺的减免。", "请先登记减免的情形。"))
    lenders = claim.payer == "mortgagee"
    roles = [r.key for r in kind.roles if r.side == "taker" and (r.key == "mortgagee") == lenders]
    if claim.payer == MORTGAGOR:
        roles = list(kind.owner_roles)
    return prints.fee_undertaking(
        prints.FeeUndertaking(
            head=words.head(case, case.docket.number, actor, reprint=reprint),
            registration=words.registered(found),
            payers=tuple(
                prints.PartyLine(role=kind.word(p.role), name=p.name, identity=words.masked(words.number(p)))
                for p in found.parties
                if p.role in roles
            ),
            location=case.location,
            unit_code=case.unit_code,
            exemption=claim.exemption.name,
            basis=claim.exemption.basis,
        )
    )


def fee_voucher(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """缴费凭证: also for a fee of 0, with its reason."""
    case, bill = found.case, bill_of(found.case.docket_id)
    voucher = voucher_of(case.docket_id)
    if bill is None or voucher is None:
        raise Refused(
            Refusal(
                "PRINT_UNPAID",
                "还有费用未缴，不能打印缴费凭证。",
                "请先缴费，或打印缴费通知书。",
                "corrections 12",
            )
        )
    payment = voucher.payment
    return prints.fee_voucher(
        prints.FeeVoucher(
            head=words.head(case, voucher.number, actor, reprint=reprint),
            pay_code=bill.number,
            registration=words.registered(found),
            payer=voucher.payer or bill.payer,
            location=case.location,
            lines=_lines(bill),
            total_fen=bill.total_fen,
            exemption=bill.exemption,
            paid_at=voucher.issued_at,
            channel=CHANNELS.get(payment.channel, payment.channel) if payment else "免缴",
            transaction=payment.gateway_ref if payment else "",
            bill_number="",
            cashier=voucher.issued_by if not voucher.issued_by.startswith(("user:", "system:")) else "",
        )
    )


def fee_reversal(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """红字缴费凭证: the last one of the case that cancels another. Raises Refused where there is none."""
    case = found.case
    red = next((v for v in reversed(vouchers_of(case.docket_id)) if v.cancels), None)
    if red is None or red.cancels is None:
        raise Refused(Refusal("PRINT_NO_REVERSAL", "这件申请没有红冲的缴费凭证。", "请先换开凭证或者退费。"))
    payment = red.payment
    way = CHANNELS.get(payment.channel, payment.channel) if payment else "免缴"
    if part := getattr(red, "part_refund", None):
        back = f"原路退回{words.yuan(part.amount_fen)}（{way}），其余另开凭证"
    elif payment is not None and payment.state in ("refund_due", "refunded"):
        back = f"原路退回（{way}）"
    else:
        back = "款项不退，另开凭证"
    return prints.fee_reversal(
        prints.FeeReversal(
            head=words.head(case, red.number, actor, reprint=reprint),
            cancels=red.cancels.number,
            registration=words.registered(found),
            payer=red.payer or red.bill.payer,
            location=case.location,
            amount=format_yuan(red.amount_fen),
            channel=way,
            back=back,
            reason=red.cancel_reason,
            made_at=red.issued_at,
            cashier=red.issued_by if not red.issued_by.startswith(("user:", "system:")) else "",
        )
    )
