"""Opening a draft for one of its pages: whose it is, whether this page may be changed now, what was typed before."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from dengbu.cases.actions.filing import EDITABLE, correction_targets
from dengbu.cases.actions.materials import typed_of
from dengbu.cases.facts import CaseFacts, answered, facts
from dengbu.cases.lifecycle import State
from dengbu.cases.models import Case
from dengbu.cases.queries.portal import OwnCase, own_case
from dengbu.catalog.registrations import RegistrationType
from dengbu.catalog.registrations.asking import Ask
from dengbu.core.acts import Actor
from dengbu.core.identifiers import land_unit
from dengbu.core.middleware import bind_case
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.parties.models import Organisation
from dengbu.parties.queries import organisation_of
from dengbu.register.queries import unit_book
from dengbu.register.rules import UnitBook

from .journeys import Journey, journey_of
from .portals import Portal, actor_of, see_other

ONLY_TARGETS = Refusal(
    "CORRECTION_ONLY_TARGETS", "这一项不在需要修改的范围内。", "只修改列出的几处，其余内容已保留。", ""
)
SUBMITTED = Refusal(
    "CASE_NOT_EDITABLE", "申请已经提交，现在不能修改。", "需要修改请等待审核结果，或撤回后重新申请。"
)


@dataclass
class Draft:
    """An application while it is being filled in."""

    portal: Portal
    own: OwnCase
    actor: Actor
    journey: Journey

    @property
    def case(self) -> Case:
        return self.own.case

    @property
    def in_correction(self) -> bool:
        return self.case.state == State.CORRECTION

    @cached_property
    def targets(self) -> set[str]:
        """What may be touched in a correction."""
        return correction_targets(self.case) if self.in_correction else set()

    @cached_property
    def book(self) -> UnitBook | None:
        return unit_book(self.case.unit_code) if self.case.unit_code else None

    @cached_property
    def land(self) -> UnitBook | None:
        """The book of the land under it, for a house that is not in the book yet."""
        return unit_book(land_unit(self.case.unit_code)) if self.case.unit_code else None

    @property
    def people_book(self) -> UnitBook | None:
        """Where the people of the register stand: of a house that is registered for the first time, the land under it."""
        return self.land if self.journey.on_survey else self.book

    @cached_property
    def organisation(self) -> Organisation | None:
        """The bank or developer that files; None for a person."""
        return organisation_of(self.actor)

    @cached_property
    def facts(self) -> CaseFacts:
        return facts(self.case)

    @cached_property
    def answered(self) -> RegistrationType:
        """The type as the answers so far make it: who confirms, who does not apply. Asks the database nothing."""
        return answered(self.case)

    def editable(self, target: str) -> bool:
        if self.case.state not in EDITABLE:
            return False
        return not self.in_correction or target in self.targets

    def url(self, name: str, *args: object) -> str:
        return self.portal.url(name, self.case.pk, *args)

    @property
    def asks(self) -> tuple[Ask, ...]:
        """The type's questions, without those that the served paper answers, and those that only the window asks."""
        served = self.case.filed.get("service", {}).get("terms", {})
        asks = [ask for ask in self.journey.kind.form if ask.key not in served]
        if not self.journey.window:
            return tuple(ask for ask in asks if not ask.window)
        return tuple(replace(ask, required=True) if ask.window else ask for ask in asks)

    @property
    def tasks_url(self) -> str:
        """Where a page leads back to: the task list, or the list of corrections."""
        return self.url("case.fix") if self.in_correction else self.url("apply")

    def after(self, request: HttpRequest) -> str:
        """Where to go after a page is saved: back to check answers when it was opened from there."""
        if request.POST.get("next") == "check" and not self.in_correction:
            return self.url("apply.check")
        return self.tasks_url

    def typed(self, section: str) -> QueryDict | None:
        """What was typed on a page and never saved, as a form would post it."""
        kept = typed_of(self.case, section)
        if not kept:
            return None
        data = QueryDict(mutable=True)
        data.update({k: str(v) for k, v in kept.items()})
        return data


def open_draft(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> Draft:
    """The draft for one of its applicants. Raises Http404, NotPermitted."""
    actor = actor_of(request)
    own = own_case(docket_id, actor)
    if own is None:
        raise Http404
    bind_case(own.case.docket.number)
    window = own.case.filed_for_by_staff
    return Draft(portal, own, actor, journey_of(own.case.type_code, window=window))


def elsewhere(request: HttpRequest, draft: Draft, target: str) -> HttpResponse | None:
    """Away from a page that cannot be changed now: to the case or the corrections; None where it can.

    A POST is refused in so many words: Conflict once submitted, NotPermitted for what is not to be corrected.
    """
    if draft.editable(target):
        return None
    if request.method == "POST":
        if draft.in_correction:
            raise NotPermitted("application.file", ONLY_TARGETS)
        raise Conflict(SUBMITTED)
    return see_other(draft.url("case.fix" if draft.in_correction else "case"))


def version_of(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def show(
    request: HttpRequest,
    draft: Draft,
    template: str,
    section: str,
    context: Mapping[str, Any],
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page of the draft. With a refusal: 422 or 409, what was typed stays; a stale tab gets the new version."""
    refusals: list[Refusal] = list(refused.refusals) if refused else []
    return render(
        request,
        f"filing/{template}.html",
        {
            **draft.portal.context("apply"),
            "draft": draft,
            "case": draft.case,
            "journey": draft.journey,
            "section": section,
            "title": draft.journey.titles.get(section, ""),
            "version": draft.case.version,
            "back_url": draft.tasks_url,
            "next": (request.POST if request.method == "POST" else request.GET).get("next", ""),
            "autosave_url": draft.url("apply.autosave", section),
            "refusals": refusals,
            "stale": isinstance(refused, Conflict),
            **context,
        },
        status=refused.status if refused else status,
    )
