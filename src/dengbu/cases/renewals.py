"""换发通知: after a correction the holders are told in writing to exchange the old certificate (实施细则 80). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from dengbu.certificates.rules import normalise_tracking, tracking_refusal
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import RegistrationKind

BASIS: Final = "实施细则80"
HOWS: Final = {"mail": "邮寄", "hand": "当面交付", "old_here": "旧证已收回，不用通知"}


def owed(
    kind: RegistrationKind, certificates: Iterable[tuple[str, str]], filed: Mapping[str, Any]
) -> list[str]:
    """Numbers of the new certificates of a correction whose holders were not told in writing yet. `certificates`:
    number and state; one that was handed out needs no letter."""
    if kind is not RegistrationKind.CORRECTION:
        return []
    told = {d["number"] for d in delivered(filed)}
    return [n for n, state in certificates if state not in ("issued", "void") and n not in told]


def delivered(filed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was delivered: {number, how, tracking, receiver, by, at}."""
    return list(filed.get("renewal", ()))


def deliver(
    *, how: str, tracking: str, receiver: str, number: str, open_numbers: Collection[str], printed: bool
) -> list[Refusal]:
    """Whether a delivery may be written down: of a printed letter, by mail with its number or by hand to somebody."""
    if number not in open_numbers:
        return [Refusal("RENEW_NONE", "这本证书的换发通知已经送达，或不需要通知。", "请刷新页面。", BASIS)]
    if how not in HOWS:
        return [Refusal("RENEW_HOW", "请选择送达方式。", "", BASIS, "how")]
    wrong = []
    if not printed and how != "old_here":
        wrong.append(Refusal("RENEW_NOT_PRINTED", "还没有打印换发通知书。", "请先打印。", BASIS, "print"))
    if how == "mail" and (bad := tracking_refusal(normalise_tracking(tracking))) is not None:
        wrong.append(bad)
    if how == "hand" and len(receiver.strip()) < 2:
        wrong.append(Refusal("RENEW_RECEIVER", "请填写签收人姓名。", "", BASIS, "receiver"))
    return wrong
