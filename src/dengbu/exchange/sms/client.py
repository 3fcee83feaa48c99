"""The short-message port over Tencent Cloud SMS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog

from dengbu.core import clock
from dengbu.core.ports import Config, PartnerRejected, PortMisconfigured
from dengbu.core.refusals import Refusal
from dengbu.exchange.http import Caller, needed
from dengbu.exchange.keys import with_demo_keys
from dengbu.exchange.sms import wire
from dengbu.notices.ports import SmsMessage, SmsReceipt

log = structlog.get_logger(__name__)

UNAVAILABLE = Refusal(
    "SMS_UNAVAILABLE", "短信暂时发不出去。", "请过一分钟再点“重新发送”；您填写的内容都还在。"
)
REFUSED = Refusal("SMS_REFUSED", "短信平台没有受理这条短信。", "请稍后再试，或到登记窗口办理。")


class TencentSms:
    """`SmsGateway` by SendSms 2021-01-11. Config: base_url, secret_id, secret_key, sdk_app_id, sign_name, region,
    templates (our template name → the carrier's template id; None: our names are sent as they are), timeout."""

    def __init__(
        self,
        *,
        base_url: str,
        secret_id: str,
        secret_key: str,
        sdk_app_id: str,
        sign_name: str,
        region: str = "ap-guangzhou",
        templates: Mapping[str, str] | None = None,
        timeout: float = 5.0,
    ):
        self._caller = Caller("sms", base_url, timeout=timeout, retries=1, unavailable=UNAVAILABLE)
        self._host = urlsplit(base_url).netloc
        self._secret_id, self._secret_key = secret_id, secret_key
        self._sdk_app_id, self._sign_name, self._region = sdk_app_id, sign_name, region
        self._templates = templates

    @classmethod
    def from_config(cls, config: Config) -> TencentSms:
        full = with_demo_keys(config, "sms")
        names = ("base_url", "secret_id", "secret_key", "sdk_app_id", "sign_name")
        values = dict(zip(names, needed(full, "sms", *names), strict=True))
        optional = {
            name: full[name] for name in ("region", "templates", "timeout") if full.get(name) is not None
        }
        return cls(**values, **optional)

    def send(self, message: SmsMessage) -> SmsReceipt:
        """See `SmsGateway.send`."""
        body = json.dumps(
            {
                "PhoneNumberSet": [wire.to_e164(message.phone)],
                "SmsSdkAppId": self._sdk_app_id,
                "SignName": self._sign_name,
                "TemplateId": self._template_id(message.template),
                "TemplateParamSet": list(message.params),
                "SessionContext": message.reference,
            },
            ensure_ascii=False,
        ).encode()
        answer = self._caller.call("POST", "/", prepare=lambda: (body, self._headers(body)), idempotent=False)
        try:
            return self._read(answer.json()["Response"])
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise PartnerRejected(REFUSED, partner_code="UnreadableAnswer") from error

    def close_connections(self) -> None:
        self._caller.close()

    def _read(self, response: dict[str, Any]) -> SmsReceipt:
        if "Error" in response:
            code = str(response["Error"].get("Code", ""))
            log.warning("sms_refused", code=code, request_id=response.get("RequestId"))
            raise PartnerRejected(REFUSED, partner_code=code)
        status = response["SendStatusSet"][0]
        code = str(status["Code"])
        if code == "Ok":
            return SmsReceipt(accepted=True, serial_no=str(status["SerialNo"]))
        log.warning("sms_not_taken", code=code, request_id=response.get("RequestId"))
        later = code.startswith(("LimitExceeded", "InternalError"))
        return SmsReceipt(
            accepted=False, serial_no=str(status.get("SerialNo", "")), code=code, try_later=later
        )

    def _headers(self, body: bytes) -> dict[str, str]:
        timestamp = clock.epoch_seconds()
        return {
            "Content-Type": wire.CONTENT_TYPE,
            "Host": self._host,
            "X-TC-Action": wire.ACTION,
            "X-TC-Version": wire.VERSION,
            "X-TC-Timestamp": str(timestamp),
            "X-TC-Region": self._region,
            "Authorization": wire.authorization(
                secret_id=self._secret_id,
                secret_key=self._secret_key,
                service=wire.SERVICE,
                host=self._host,
                action=wire.ACTION,
                timestamp=timestamp,
                body=body,
            ),
        }

    def _template_id(self, template: str) -> str:
        if self._templates is None:
            return template
        if template not in self._templates:
            raise PortMisconfigured(f"EXCHANGE['sms']['templates'] has no {template!r}")
        return self._templates[template]
