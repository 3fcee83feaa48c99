"""Pretends to be Tencent Cloud SMS, and keeps an outbox that the walkthrough and the tests read codes from."""

from __future__ import annotations

import uuid
from typing import Any

from dengbu.core import clock
from dengbu.exchange.simulation import Breakable, SimRequest, SimResponse, json_response, read_object, same
from dengbu.exchange.sms import wire

KEPT = 500
# What a person would read on the phone. Other templates show their parameters one after the other.
TEXTS = {
    "login_code": "{1}是您的验证码，{2}分钟内有效。请不要告诉别人。",
}


class SmsSimulator(Breakable):
    """Mounted at /sms/. `POST /` SendSms · `GET /outbox?phone=` newest first · `POST /_control/mode`."""

    name = "sms"

    def __init__(self, *, secret_id: str, secret_key: str, sdk_app_id: str):
        super().__init__()
        self._secret_id, self._secret_key, self._sdk_app_id = secret_id, secret_key, sdk_app_id
        self._outbox: list[dict[str, Any]] = []

    def handle(self, request: SimRequest) -> SimResponse:
        if (request.method, request.path) == ("GET", "/outbox"):
            return self._show(request.first("phone"))
        if (request.method, request.path) == ("POST", "/_control/mode"):
            return self.set_mode(request)
        if (request.method, request.path) != ("POST", "/"):
            return json_response(404, {"error": "no such page"})
        return self.break_if_told() or self._send(request)

    def dump(self) -> dict[str, Any]:
        with self.lock:
            return {"outbox": list(self._outbox)}

    def load(self, state: dict[str, Any]) -> None:
        with self.lock:
            self._outbox = list(state.get("outbox", []))

    def _show(self, phone: str) -> SimResponse:
        wanted = wire.to_e164(phone.strip().replace(" ", "+") if phone.startswith(" ") else phone)
        with self.lock:
            found = [sms for sms in reversed(self._outbox) if not phone or sms["phone"] == wanted]
        return json_response(200, {"messages": found[:50]})

    def _send(self, request: SimRequest) -> SimResponse:
        fault = self._fault(request)
        if fault:
            return _error(*fault)
        asked = read_object(request.body)
        numbers, params = asked.get("PhoneNumberSet"), asked.get("TemplateParamSet", [])
        if not isinstance(numbers, list) or not numbers:
            return _error("MissingParameter", "PhoneNumberSet is required.")
        if str(asked.get("SmsSdkAppId", "")) != self._sdk_app_id:
            return _error(
                "UnauthorizedOperation.SmsSdkAppIdVerifyFail", "SmsSdkAppId does not belong to the account."
            )
        if not asked.get("TemplateId") or not asked.get("SignName"):
            return _error("MissingParameter", "TemplateId and SignName are required.")
        statuses = [self._deliver(str(number), asked, [str(param) for param in params]) for number in numbers]
        return json_response(200, {"Response": {"SendStatusSet": statuses, "RequestId": str(uuid.uuid4())}})

    def _fault(self, request: SimRequest) -> tuple[str, str] | None:
        headers = request.headers
        parts = wire.parse_authorization(headers.get("authorization", ""))
        stamp = headers.get("x-tc-timestamp", "")
        if headers.get("x-tc-action") != wire.ACTION or headers.get("x-tc-version") != wire.VERSION:
            return "InvalidAction", "The action or version is unknown."
        if parts is None or not stamp.isdigit():
            return "AuthFailure.InvalidAuthorization", "The Authorization header cannot be read."
        if not same(parts["id"], self._secret_id):
            return "AuthFailure.SecretIdNotFound", "The SecretId is unknown."
        if abs(clock.epoch_seconds() - int(stamp)) > wire.WINDOW_SECONDS:
            return "AuthFailure.SignatureExpire", "The timestamp is more than five minutes off."
        expected = wire.authorization(
            secret_id=self._secret_id,
            secret_key=self._secret_key,
            service=wire.SERVICE,
            host=headers.get("host", ""),
            action=headers["x-tc-action"],
            timestamp=int(stamp),
            body=request.body,
            content_type=headers.get("content-type", ""),
        )
        if not same(expected, headers["authorization"]):
            return "AuthFailure.SignatureFailure", "The signature does not fit the request."
        return None

    def _deliver(self, number: str, asked: dict[str, Any], params: list[str]) -> dict[str, Any]:
        status = {
            "SerialNo": "",
            "PhoneNumber": number,
            "Fee": 0,
            "SessionContext": str(asked.get("SessionContext", "")),
            "Code": "InvalidParameterValue.IncorrectPhoneNumber",
            "Message": "incorrect phone number",
            "IsoCode": "CN",
        }
        digits = number.removeprefix("+86")
        if not (number.startswith("+861") and digits.isdigit() and len(digits) == 11):
            return status
        serial = f"{clock.epoch_seconds()}:{uuid.uuid4().int % 10**12:012d}"
        text = TEXTS.get(str(asked["TemplateId"]), " ".join(f"{{{n}}}" for n in range(1, len(params) + 1)))
        for place, param in enumerate(params, 1):
            text = text.replace(f"{{{place}}}", param)
        with self.lock:
            self._outbox.append(
                {
                    "phone": number,
                    "template": str(asked["TemplateId"]),
                    "params": params,
                    "text": f"【{asked['SignName']}】{text}",
                    "reference": status["SessionContext"],
                    "serial_no": serial,
                    "sent_at": clock.now().isoformat(),
                }
            )
            del self._outbox[:-KEPT]
            self.changed = True
        return {**status, "SerialNo": serial, "Fee": 1, "Code": "Ok", "Message": "send success"}


def _error(code: str, message: str) -> SimResponse:
    answer = {"Error": {"Code": code, "Message": message}, "RequestId": str(uuid.uuid4())}
    return json_response(200, {"Response": answer})
