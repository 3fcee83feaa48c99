"""HTTP to other departments: one client, honest time-outs, retries only where a second call does no harm.

Logged: the partner, how long it took, what came of it. Never a body, a query string, a name, number or phone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import structlog

from dengbu.core import clock
from dengbu.core.ports import PartnerUnavailable, PortMisconfigured
from dengbu.core.refusals import Refusal

log = structlog.get_logger(__name__)


class Caller:
    """Calls one partner. `timeout` is seconds for each phase (connect, send, wait, read); `retries` is how often
    an idempotent call is made again after the first."""

    def __init__(self, partner: str, base_url: str, *, timeout: float, retries: int, unavailable: Refusal):
        self.partner = partner
        self.base_url = base_url.rstrip("/")
        self._retries = retries
        self._unavailable = unavailable
        # trust_env=False: a proxy named in the environment must never see a citizen's data.
        self._client = httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False)

    def call(
        self,
        method: str,
        path: str,
        *,
        prepare: Callable[[], tuple[bytes, Mapping[str, str]]],
        idempotent: bool,
    ) -> httpx.Response:
        """One exchange. `prepare` gives body and headers anew for every attempt, so each is signed freshly.

        A call that is not idempotent is repeated only when no connection came about, because then the partner
        cannot have acted. Raises PartnerUnavailable after the last attempt, for no answer and for 5xx or 429.
        """
        url = self.base_url + path
        for attempt in range(self._retries + 1):
            last = attempt == self._retries
            body, headers = prepare()
            began = clock.monotonic()
            try:
                answer = self._client.request(method, url, content=body, headers=dict(headers))
            except httpx.ConnectError as error:
                self._note("no_connection", began, attempt, type(error).__name__)
                if last:
                    raise PartnerUnavailable(self._unavailable) from error
            except httpx.TransportError as error:
                self._note("no_answer", began, attempt, type(error).__name__)
                if last or not idempotent:
                    raise PartnerUnavailable(self._unavailable) from error
            else:
                self._note(str(answer.status_code), began, attempt, "")
                if answer.status_code < 500 and answer.status_code != 429:
                    return answer
                if last or not idempotent:
                    raise PartnerUnavailable(self._unavailable)
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        self._client.close()

    def _note(self, outcome: str, began: float, attempt: int, error: str) -> None:
        millis = round((clock.monotonic() - began) * 1000)
        log.info(
            "partner_call", partner=self.partner, outcome=outcome, ms=millis, attempt=attempt + 1, error=error
        )


def needed(config: Mapping[str, Any], port: str, *names: str) -> list[Any]:
    """The named values of a port's config. Raises PortMisconfigured naming those that are missing."""
    missing = [name for name in names if config.get(name) in (None, "")]
    if missing:
        raise PortMisconfigured(f"EXCHANGE[{port!r}] leaves out: {', '.join(missing)}")
    return [config[name] for name in names]


def _lead() -> dt.timedelta:
    """How far legal time is ahead of the real time that partners live in (moved in demo and training only)."""
    return clock.now() - dt.datetime.fromtimestamp(clock.epoch_seconds(), dt.UTC)


def to_partner_time(instant: dt.datetime) -> dt.datetime:
    """Our legal instant as a partner's clock will show it, whole seconds, Asia/Shanghai."""
    moved = instant - _lead() if abs(_lead()) >= dt.timedelta(seconds=2) else instant
    return clock.local(moved).replace(microsecond=0)


def from_partner_time(text: str) -> dt.datetime:
    """A partner's RFC 3339 instant as our legal instant, UTC. Raises ValueError when it has no zone."""
    instant = dt.datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone")
    moved = instant + _lead() if abs(_lead()) >= dt.timedelta(seconds=2) else instant
    return moved.astimezone(dt.UTC)
