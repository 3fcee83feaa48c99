"""Call-backs of the payment provider. Nobody logs in here: the provider's signature is the proof."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from dengbu.core.ports import PartnerRejected
from dengbu.core.refusals import Refused
from dengbu.payments import actions

from .errors import document

router = Router(tags=["payments"])


@router.post("wechat/notify", response={204: None}, summary="微信支付结果通知", url_name="wechat-notify")
def wechat_notify(request: HttpRequest) -> HttpResponse:
    """204 once the call-back is stored, whatever it means for the bill; 401 when the signature does not hold."""
    try:
        actions.take_notification(headers=request.headers, body=request.body)
    except Refused as error:
        status = 400 if isinstance(error, PartnerRejected) else error.status
        # The provider's own form of a refusal.
        return document({"code": "FAIL", "message": str(error.refusals[0])}, status)
    return HttpResponse(status=204)
