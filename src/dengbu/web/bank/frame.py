"""What every page of an organisation's portal begins with: who it is, whether it may file today, and in words why not."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.cases.lifecycle import STATE_NAMES, State
from dengbu.cases.queries.organisation import invitations_of, operators_of
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.refusals import NotPermitted, Refusal
from dengbu.parties.models import Organisation
from dengbu.parties.queries import AgreementState, agreement_state, organisation_of

from ..filing.portals import BANK, DEV, Portal, actor_of
from ..pages import page

VIEW_ONLY = "您的账号只能查看，不能提交。需要申请的，请由本机构有提交权限的经办人办理。"
# A bank has no homes to hand over; a developer does not lend (corrections 27: other enterprises may use either).
OTHER_PORTAL = {
    "bank": (
        "developer",
        Refusal("PORTAL_BANK", "这里是银行端，开发企业不能在这里办理。", "请从“开发企业网上申请”进入。"),
    ),
    "dev": (
        "bank",
        Refusal("PORTAL_DEV", "这里是开发企业端，银行不能在这里办理。", "请从“银行网上申请”进入。"),
    ),
}
NO_ORGANISATION = Refusal("ORG_UNKNOWN", "您的账号没有关联机构。", "请联系本机构管理员或登记中心。")

TONES = {
    State.DRAFT: "neutral",
    State.AWAITING: "alt",
    State.SUBMITTED: "info",
    State.REVIEW: "info",
    State.CORRECTION: "fix",
    State.PREAPPROVED: "ok",
    State.ACCEPTED: "info",
    State.REGISTERED: "ok",
    State.CERTIFIED: "ok",
    State.ISSUED: "ok",
    State.ARCHIVED: "plain",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Who looks, for which organisation, and whether they may file today."""

    actor: Actor
    portal: Portal
    organisation: Organisation
    agreement: AgreementState

    @property
    def may_submit(self) -> bool:
        return self.actor.may("application.file")

    @property
    def may_file(self) -> bool:
        return self.may_submit and self.agreement.in_force

    @property
    def why_not(self) -> str:
        """Why filing is closed to this account today; empty when it is open."""
        if not self.agreement.in_force:
            return self.agreement.words
        return "" if self.may_submit else VIEW_ONLY

    def insist(self) -> None:
        """Raises NotPermitted, in words, where this account may only look."""
        if not self.may_submit:
            raise NotPermitted("application.file", Refusal("OPERATOR_VIEW_ONLY", VIEW_ONLY, "", "服务协议"))


def standing(request: HttpRequest, portal: Portal) -> Standing:
    """The standing of who looks. Two statements. Raises NotPermitted on the wrong portal."""
    actor = actor_of(request)
    organisation = organisation_of(actor)
    if organisation is None:
        raise NotPermitted("portal.organisation", NO_ORGANISATION)
    other, refusal = OTHER_PORTAL[portal.key]
    if organisation.kind == other:
        raise NotPermitted("portal.organisation", refusal)
    return Standing(actor, portal, organisation, agreement_state(organisation, clock.today()))


def show(
    request: HttpRequest,
    who: Standing,
    template: str,
    nav: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of the portal, with the banner of the agreement."""
    shared = {**who.portal.context(nav), "who": who, "key": uuid.uuid4().hex}
    return render(request, template, {**shared, **context}, status=status)


def status_of(state: str) -> dict[str, str]:
    """Word and tone of a state, for the tag."""
    return {"word": STATE_NAMES[State(state)], "tone": TONES.get(State(state), "neutral")}


def to_confirm(who: Standing) -> list[dict[str, Any]]:
    """What others filed and this organisation has yet to read and confirm. One statement."""
    return [
        {
            "case": party.case,
            "name": TYPES[party.case.type_code].name,
            "role": TYPES[party.case.type_code].word(party.role),
            "url": who.portal.url("confirm", party.invite_token),
        }
        for party in invitations_of(who.actor)
    ]


def _account(request: HttpRequest, portal: Portal) -> HttpResponse:
    """Own organisation, its agreements, its operators and what each may do."""
    who = standing(request, portal)
    agreements = sorted(who.organisation.agreements.all(), key=lambda a: (a.valid_from, a.pk), reverse=True)
    context = {"agreements": agreements, "operators": operators_of(who.organisation)}
    return show(request, who, "bank/account.html", "account", context)


@page("bank/account/", name="bank.account", surface="web", needs="portal.organisation", sql=6)
def bank_account(request: HttpRequest) -> HttpResponse:
    """本机构 of a bank."""
    return _account(request, BANK)


@page("dev/account/", name="dev.account", surface="web", needs="portal.organisation", sql=6)
def dev_account(request: HttpRequest) -> HttpResponse:
    """本机构 of a developer."""
    return _account(request, DEV)
