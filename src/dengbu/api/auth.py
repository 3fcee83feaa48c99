"""Who calls: a partner system, known by the signature over exactly what it sent (`contracts.auth`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path
from ninja.security.base import AuthBase

from dengbu.contracts import auth
from dengbu.contracts.reading import MAX_BODY_BYTES
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.refusals import NotPermitted, Refusal, Refused

PUSH, ASK = "contract.push", "restriction.ask"
HEADERS = (auth.CLIENT_ID, auth.TIMESTAMP, auth.NONCE, auth.SIGNATURE)


class Signed(AuthBase):
    """Let in the partners that may do `right`, and make the partner the request's actor (it is whom the log names)."""

    openapi_type = "apiKey"
    openapi_in = "header"
    openapi_name = auth.SIGNATURE
    openapi_description = "HMAC-SHA256 over method, target, X-Timestamp, X-Nonce and body digest"

    def __init__(self, right: str):
        super().__init__()
        self._right = right

    def __call__(self, request: HttpRequest) -> Any:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
            raise Refused(
                Refusal(
                    "BODY_TOO_LARGE",
                    f"消息超过 {MAX_BODY_BYTES // 1024} KB",
                    "请每条消息只推送一份。",
                    field="$",
                )
            )
        actor = let_in(
            self._right,
            method=request.method or "",
            target=target_of(request),
            headers={name: request.headers.get(name, "") for name in HEADERS},
            body=request.body,
        )
        request.actor = actor  # type: ignore[attr-defined]
        return actor


def let_in(right: str, *, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Actor:
    """The partner who signed exactly this. Raises NotAuthenticated (401), or NotPermitted (403) without the right."""
    caller = auth.verify(
        method=method,
        target=target,
        headers=headers,
        body=body,
        secrets_of=_secrets,
        now_epoch=clock.epoch_seconds(),
    )
    actor = actor_of(caller.client_id)
    if not actor.may(right):
        raise NotPermitted(
            right,
            Refusal(
                "PARTNER_NOT_PERMITTED",
                "贵单位没有使用这个接口的权限",
                "请与登记中心联系开通。",
                field="$",
            ),
        )
    return actor


def target_of(request: HttpRequest) -> str:
    """Path and query as they were sent."""
    query = request.META.get("QUERY_STRING", "")
    return escape_uri_path(request.path) + (f"?{query}" if query else "")


def actor_of(client_id: str) -> Actor:
    """A partner system as an actor: housing pushes and asks, other partners ask."""
    rights = frozenset({PUSH, ASK}) if client_id in settings.HOUSING_CLIENTS else frozenset({ASK})
    return Actor(key=f"partner:{client_id}"[:80], name=f"接入单位 {client_id}"[:100], permissions=rights)


def _secrets(client_id: str) -> Sequence[bytes]:
    known = settings.HOUSING_CLIENTS.get(client_id) or settings.PARTNER_CLIENTS.get(client_id) or ()
    return [secret.encode() for secret in known]
