"""The housing department's side of the push: signs contract filings and transaction reviews and sends them
to us.

Used by the demo, the walkthrough and the tests, over the same HTTP interface that the department's own
system uses.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError

from dengbu.contracts import auth
from dengbu.contracts.wire import Answer, Filing, Review
from dengbu.core import clock
from dengbu.core.ids import uuid7
from dengbu.core.refusals import Refusal
from dengbu.exchange.http import Caller

FILINGS = "/api/v1/housing/contract-filings"
REVIEWS = "/api/v1/housing/transaction-reviews"

UNAVAILABLE = Refusal(
    "REGISTRY_UNAVAILABLE", "登记平台暂时没有应答", "请稍后用同一消息编号重新推送，不会重复入库。"
)


class UnreadableAnswer(RuntimeError):
    """The answer is not one of the interface; holds the HTTP status only."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the registry answered. `accepted`: nothing has to be sent again."""

    status: int
    message_id: str
    answer: Answer

    @property
    def accepted(self) -> bool:
        return self.status in (200, 202)


class HousingDepartment:
    """Pushes as the housing department. `base_url` is the platform's, without a path; `secret` the shared
    key.
    """

    def __init__(
        self,
        base_url: str,
        *,
        client_id: str,
        secret: bytes,
        source: str = "HOUSING-410106",
        timeout: float = 10.0,
        retries: int = 2,
    ):
        self._caller = Caller("registry", base_url, timeout=timeout, retries=retries, unavailable=UNAVAILABLE)
        self._client_id, self._secret, self._source = client_id, secret, source

    def push_filing(self, filing: Filing | dict[str, Any], *, message_id: str = "") -> Reply:
        """Push one filing. A dictionary is sent as it is, so that faulty messages can be sent too.

        Raises PartnerUnavailable when the platform does not answer; sending again with the same `message_id`
        does no harm. Faults are in the reply's answer, not raised.
        """
        return self._push(FILINGS, "filing", filing, message_id)

    def push_review(self, review: Review | dict[str, Any], *, message_id: str = "") -> Reply:
        """Push one transaction review; see `push_filing`."""
        return self._push(REVIEWS, "review", review, message_id)

    def send(self, target: str, body: bytes) -> httpx.Response:
        """Send exactly these bytes, signed."""

        def prepare() -> tuple[bytes, dict[str, str]]:
            headers = auth.signed_headers(
                self._client_id,
                self._secret,
                method="POST",
                target=target,
                timestamp=clock.epoch_seconds(),
                nonce=secrets.token_hex(16),
                body=body,
            )
            return body, {"Content-Type": "application/json; charset=utf-8", **headers}

        return self._caller.call("POST", target, prepare=prepare, idempotent=True)

    def close(self) -> None:
        self._caller.close()

    def _push(self, target: str, name: str, content: BaseModel | dict[str, Any], message_id: str) -> Reply:
        message_id = message_id or str(uuid7())
        plain = content.model_dump(mode="json") if isinstance(content, BaseModel) else content
        envelope = {
            "wire": "v1",
            "source": self._source,
            "message_id": message_id,
            "sent_at": clock.local(clock.now()).isoformat(timespec="seconds"),
            name: plain,
        }
        response = self.send(target, json.dumps(envelope, ensure_ascii=False).encode())
        try:
            answer = Answer.model_validate_json(response.content)
        except ValidationError:
            raise UnreadableAnswer(f"HTTP {response.status_code}") from None
        return Reply(response.status_code, message_id, answer)


def ended(
    filing: Filing, *, status: str, reason: str, at: dt.datetime, replaced_by: str = ""
) -> dict[str, Any]:
    """The next version of a filing: `replaced`, `withdrawn` or `cancelled` at an instant, with a reason."""
    return {
        **filing.model_dump(mode="json"),
        "version": filing.version + 1,
        "status": status,
        "status_reason": reason,
        "status_at": at.isoformat(),
        "replaced_by": replaced_by,
    }


def party(name: str, number: str, *, document_kind: str = "resident_id", phone: str = "") -> dict[str, str]:
    """A seller or buyer for a message."""
    return {"name": name, "document_kind": document_kind, "number": number, "phone": phone}
