"""The act: the only way anything is written.

An act has a name, a permission, an actor, one transaction, an audit record, an optional idempotency key, and is
retried as a whole when PostgreSQL reports a deadlock or a serialization failure (at most three times). Acts called
inside an act join its transaction and its authority.
"""

from __future__ import annotations

import contextvars
import functools
import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import OperationalError, connection, transaction

from . import clock, rows
from .refusals import Conflict, NotPermitted, Refusal

R = TypeVar("R")
log = structlog.get_logger("dengbu.acts")

RETRIED = {"40001", "40P01"}
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account with the permissions it has now, or a named part of the system."""

    key: str
    name: str
    user_id: int | None = None
    permissions: frozenset[str] = frozenset()
    person_id: uuid.UUID | None = None
    organisation_id: uuid.UUID | None = None
    staff_number: str = ""
    posts: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    identity_index: str = ""
    organisation: str = ""  # the name of the bank or developer it speaks for

    def may(self, permission: str) -> bool:
        return self.key.startswith("system:") or permission in self.permissions

    @property
    def is_staff(self) -> bool:
        return bool(self.staff_number)


ANONYMOUS = Actor(key="", name="访客")


def system(name: str) -> Actor:
    """The system acting by itself: a job, a command, an import."""
    return Actor(key=f"system:{name}", name=f"系统（{name}）")


@dataclass
class ActContext:
    """The running act: collects what the audit record says."""

    name: str
    actor: Actor
    docket_ids: list[uuid.UUID | None] = field(default_factory=list)
    detail: dict[str, Any] = field(default_factory=dict)

    def about(self, *docket_ids: uuid.UUID) -> None:
        """Name the dockets this act is about; each gets an audit record."""
        self.docket_ids.extend(d for d in docket_ids if d not in self.docket_ids)

    def note(self, **detail: Any) -> None:
        """Add facts to the audit record. Never identity or phone numbers."""
        self.detail.update(detail)


_current: contextvars.ContextVar[ActContext | None] = contextvars.ContextVar("current_act", default=None)


def current() -> ActContext:
    """The running act. Raises RuntimeError outside of one: writes happen in acts only."""
    context = _current.get()
    if context is None:
        raise RuntimeError("a write outside an act")
    return context


def open_act(actor_key: str, act_name: str, *, read_only: bool = False) -> None:
    """First statement of every transaction: actor and act for the triggers, read-only for pages, the clock's offset."""
    with rows.cursor() as cursor:
        cursor.execute(
            _OPENING,
            [actor_key, act_name, "on" if read_only else "off"],
        )
        seconds = cursor.fetchone()[-1]
    take_over_offset(seconds)


def take_over_offset(seconds: int | None) -> None:
    """The clock's offset as the database holds it. Raises RuntimeError where production finds legal time moved."""
    if seconds and settings.ENV == "production":
        raise RuntimeError("legal time is moved: refused in production")
    clock.set_offset(seconds or 0)


def act(name: str, *, permission: str | None = None) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Make a function an act. It takes keyword arguments only, among them `actor`, and may be given `key`.

    `permission`: what the actor needs; without it any known actor may try and the rules decide.
    With `key` the function's result must be JSON (str, int, dict, list, None): a replay returns the stored result.
    """

    def decorate(function: Callable[..., R]) -> Callable[..., R]:
        @functools.wraps(function)
        def run(*args: Any, actor: Actor, key: str | None = None, **kwargs: Any) -> Any:
            if args:
                raise TypeError(f"{name} takes keyword arguments only")
            if _current.get() is not None:
                return function(actor=actor, **kwargs)
            if permission is not None and not actor.may(permission):
                raise NotPermitted(permission)
            if not actor.key:
                raise NotPermitted(permission or name)
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    return _run_once(name, function, actor, key, kwargs)
                except OperationalError as error:
                    state = getattr(error.__cause__, "sqlstate", None)
                    if state not in RETRIED or attempt == ATTEMPTS or connection.in_atomic_block:
                        raise
                    log.warning("act_retried", act=name, attempt=attempt, sqlstate=state)
            raise AssertionError("unreachable")

        run.act_name = name  # type: ignore[attr-defined]
        run.permission = permission  # type: ignore[attr-defined]
        return run

    return decorate


def _run_once(
    name: str, function: Callable[..., R], actor: Actor, key: str | None, kwargs: dict[str, Any]
) -> Any:
    context = ActContext(name=name, actor=actor)
    mark = _current.set(context)
    try:
        with transaction.atomic():
            if key is None:
                open_act(actor.key, name)
            else:
                replay, stored = _open_once(actor, name, key, kwargs)
                if replay:
                    return stored
            result = function(actor=actor, **kwargs)
            _close(context, key, result)
            return result
    finally:
        _current.reset(mark)


def body_digest(kwargs: dict[str, Any]) -> str:
    """Digest of what was asked, so that the same key with another body is noticed."""
    return hashlib.sha256(json.dumps(kwargs, sort_keys=True, default=repr).encode()).hexdigest()


def _open_once(actor: Actor, name: str, key: str, kwargs: dict[str, Any]) -> tuple[bool, Any]:
    """Like `open_act`, and claim the key in the same statement: whether the act was done before, and its result then."""
    digest = body_digest(kwargs)
    with rows.cursor() as cursor:
        # Waits for a running act with the same key, then sees its row.
        cursor.execute(_OPEN_ONCE, [actor.key, name, key, digest, clock.machine(), actor.key, name, "off"])
        *_, seconds, claimed = cursor.fetchone()
        take_over_offset(seconds)
        if claimed:
            return False, None
        cursor.execute(
            "SELECT digest, result FROM core_idempotency WHERE actor = %s AND act = %s AND key = %s",
            [actor.key, name, key],
        )
        found, result = cursor.fetchone()
    if found != digest:
        raise Conflict(
            Refusal("ACT_KEY_REUSED", "这个页面已经提交过，内容与上次不同。", "请返回上一页刷新后再提交。")
        )
    return True, json.loads(result) if isinstance(result, str) else result


def _close(context: ActContext, key: str | None, result: Any) -> None:
    """The last statement of an act: its audit records, and with a key the result that a replay gives back."""
    values: list[Any] = [
        context.name,
        context.actor.key,
        context.actor.name,
        json.dumps(context.detail, ensure_ascii=False, default=str),
        clock.now(),
        context.docket_ids or [None],
    ]
    if key is None:
        rows.run(_AUDIT, values)
    else:
        kept = [json.dumps(result, default=str), context.actor.key, context.name, key]
        rows.run(f"WITH kept AS ({_KEEP_RESULT}) {_AUDIT}", [*kept, *values])


_OPENING = (
    "SELECT set_config('dengbu.actor', %s, true), set_config('dengbu.act', %s, true),"
    " set_config('transaction_read_only', %s, true),"
    # Statements prepared by `core.rows` look up a few rows by index: planning them anew each time costs more
    # than running them.
    " set_config('plan_cache_mode', 'force_generic_plan', true),"
    " (SELECT seconds FROM core_clockoffset WHERE id = 1)"
)
_OPEN_ONCE = (
    "WITH claimed AS (INSERT INTO core_idempotency (actor, act, key, digest, done_at)"  # noqa: S608 - pieces are ours
    " SELECT %s, %s, %s, %s, %s::timestamptz + make_interval(secs =>"
    " coalesce((SELECT seconds FROM core_clockoffset WHERE id = 1), 0))"
    " ON CONFLICT (actor, act, key) DO NOTHING RETURNING 1) " + _OPENING + ", EXISTS (SELECT 1 FROM claimed)"
)
_KEEP_RESULT = "UPDATE core_idempotency SET result = %s WHERE actor = %s AND act = %s AND key = %s"
_AUDIT = (
    "INSERT INTO core_auditrecord (act, actor, actor_name, docket_id, detail, legal_at, real_at)"
    " SELECT %s, %s, %s, d, %s, %s, clock_timestamp() FROM unnest(%s::uuid[]) AS d"
)
