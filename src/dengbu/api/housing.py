"""What the housing department pushes: contract filings and transaction reviews (docs/exchange/housing.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router

from dengbu.contracts import actions, reading
from dengbu.contracts.rules import PartyKey, RegisterFacts
from dengbu.contracts.wire import Answer, Context, FilingPush, ReviewPush
from dengbu.core import acts, clock
from dengbu.core.refusals import Refused
from dengbu.register import queries as register
from dengbu.register.rules import RightFact, UnitBook

from .auth import PUSH, Signed
from .errors import raw

router = Router(auth=Signed(PUSH), tags=["housing"])
P = TypeVar("P", FilingPush, ReviewPush)

_ANSWERS: dict[Any, Any] = dict.fromkeys((200, 202, 401, 409, 413, 422, 503), Answer)
_STATUS = {"taken": 200, "already_taken": 200, "superseded": 200, "kept_with_problems": 202}


def _body(model: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{model}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post(
    "contract-filings",
    response=_ANSWERS,
    summary="推送合同备案",
    openapi_extra=_body("FilingPush"),
    url_name="filings",
)
def take_filing(request: HttpRequest) -> HttpResponse:
    """One contract filing, one message a request. 200 taken, 202 kept with problems, 409 or 422 refused."""
    push, facts = _read(
        request, actions.FILING, reading.read_filing, lambda message: message.filing.unit_code
    )
    return _say(actions.take_filing(actor=request.actor, push=push, facts=facts))  # type: ignore[attr-defined]


@router.post(
    "transaction-reviews",
    response=_ANSWERS,
    summary="推送交易审核",
    openapi_extra=_body("ReviewPush"),
    url_name="reviews",
)
def take_review(request: HttpRequest) -> HttpResponse:
    """One transaction review; answers as for filings."""
    push, facts = _read(
        request, actions.REVIEW, reading.read_review, lambda message: message.review.unit_code
    )
    return _say(actions.take_review(actor=request.actor, push=push, facts=facts))  # type: ignore[attr-defined]


def _read(
    request: HttpRequest, kind: str, read: Callable[[bytes, Context], P], unit_code: Callable[[P], str]
) -> tuple[P, RegisterFacts]:
    """The message, and what the book says of its unit. In a reading transaction, which also sets legal time.

    One that cannot be read is kept for staff, masked; its sender gets every fault all the same.
    """
    try:
        with transaction.atomic():
            acts.open_act("", "api.housing", read_only=True)
            push = read(request.body, Context(clock.now(), settings.AUTHORITY))
            return push, facts_of(register.unit_book(unit_code(push)))
    except Refused as refused:
        actor: acts.Actor = request.actor  # type: ignore[attr-defined]
        actions.keep_unreadable(
            actor=actor,
            source=actor.key.removeprefix("partner:"),
            kind=kind,
            body=request.body,
            problems=refused.refusals,
        )
        raise


def facts_of(book: UnitBook | None) -> RegisterFacts:
    """The book in the words of `contracts.rules`. Where no house is registered yet, the holder of the land sells."""
    if book is None:
        return RegisterFacts(exists=False)
    house = book.ownership
    land = next((right for right in book.land_rights if right.kind == "land_use"), None)
    return RegisterFacts(
        exists=True,
        live=not book.closed,
        location=book.location,
        area_m2=book.area_m2 or None,
        surveyed=bool(book.facts.get("surveyed", True)),
        house_registered=house is not None,
        owners=_owners(house or land),
    )


def _owners(right: RightFact | None) -> tuple[PartyKey, ...]:
    if right is None:
        return ()
    return tuple(PartyKey(h.name, h.document_kind, h.number_index) for h in right.holders)


def _say(said: Answer) -> HttpResponse:
    status = _STATUS.get(said.outcome)
    if status is None:
        status = 409 if any(item.code == "VERSION_REUSED" for item in said.problems) else 422
    return raw(said.model_dump_json(), status)
