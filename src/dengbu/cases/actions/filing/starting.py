"""A draft begins: on a portal, or at the desk for whoever walks in."""

from __future__ import annotations

import datetime as dt
import uuid

from dengbu.catalog.licences import fronts_of, licence_of, not_with_it
from dengbu.catalog.policy.policy import policy_for
from dengbu.catalog.registrations import TYPES, RegistrationType
from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.counters import next_serial
from dengbu.core.models import Docket
from dengbu.core.refusals import NotPermitted, Refusal, Refused
from dengbu.core.vocabulary import Client
from dengbu.parties.models import Organisation
from dengbu.parties.queries import agreement_state, require_real_name

from ...lifecycle import State
from ...models import Case
from ..moving import authority, limit_days

AT_WINDOW = (Client.PERSON, Client.STAFF)  # who walks in, and what the office does by itself


def front_at_window(kind: type[RegistrationType]) -> str:
    """As whose application a type is filed at the window; empty where nobody walks in for it."""
    usual = next((c.value for c in kind.fronts() if c in AT_WINDOW), "")
    return usual or (kind.client.value if kind.walks_in() else "")


@act("cases.start", permission="application.file")
def start(
    *,
    actor: Actor,
    type_code: str,
    channel: str = "web",
    unit_code: str = "",
    batch_id: uuid.UUID | None = None,
    front: str = "",
) -> str:
    """Begin a draft of a registration type, from the portal of one of its clients (`front`; its own client's, where
    only that one files it). Gives the docket's id.

    Raises Refused where the type is not open on this channel yet, or the organisation's agreement is not in force.
    """
    case = new_case(actor, type_code, channel, unit_code=unit_code, batch_id=batch_id, front=front)
    return str(case.docket_id)


@act("cases.start_walk_in", permission="case.file_for")
def start_walk_in(*, actor: Actor, type_code: str) -> str:
    """A person walked in without an online application: the desk begins the same draft for them (corrections §2.1).

    Raises Refused for what rests on a served paper: it is stamped at the 协执窗口 first.
    """
    if type_code in TYPES and TYPES[type_code].served == "must":
        raise Refused(
            Refusal(
                "WALKIN_SERVED",
                f"{TYPES[type_code].name}凭机关送达的文书办理。",
                "请先在协执窗口登记收文，送达时间由系统记到分钟。",
                "实施细则91；法发〔2004〕5号",
                "type",
            )
        )
    front = front_at_window(TYPES[type_code]) if type_code in TYPES else ""
    return str(new_case(actor, type_code, "desk", by_staff=True, front=front).docket_id)


def new_case(
    actor: Actor,
    type_code: str,
    channel: str,
    *,
    unit_code: str = "",
    batch_id: uuid.UUID | None = None,
    by_staff: bool = False,
    front: str = "",
) -> Case:
    """A draft of a type that is open on a channel, with its number. `by_staff`: the desk files it."""
    if not by_staff:
        require_real_name(actor)
    today, now = clock.today(), clock.now()
    if type_code not in TYPES:
        raise Refused(Refusal("CASE_TYPE_UNKNOWN", "没有这个登记事项。", "请从“我要办”里重新选择。"))
    kind, policy = TYPES[type_code], policy_for(type_code, today)
    if not policy.is_open(channel, today):
        opens = policy.opens_on(channel)
        when = f"{opens:%Y年%-m月%-d日}起可以网上办理" if opens and opens > today else "目前不能网上办理"
        raise Refused(
            Refusal("CASE_NOT_OPEN", f"{kind.name}{when}。", "目前请到登记窗口办理。", "工作方案五")
        )
    client = next((c.value for c in kind.fronts() if c == front), kind.fronts()[0].value)
    organisation = organisation_for(actor, client, kind) if not by_staff else None
    docket = Docket.objects.create(
        number=f"WS{today:%Y%m%d}{next_serial('dengbu_application_no'):06d}",
        authority=authority(),
        created_at=now,
    )
    case = Case(
        docket=docket,
        type_code=type_code,
        line=kind.line,
        client=client,
        policy_version=policy.version,
        state=State.DRAFT.value,
        state_since=now,
        unit_code=unit_code,
        filed_by=actor.user_id or 0,
        filed_for_by_staff=by_staff,
        person_id=None if by_staff else actor.person_id,
        organisation_id=organisation.pk if organisation else None,
        batch_id=batch_id,
        created_at=now,
        draft_until=draft_term(),
    )
    case.save(force_insert=True)
    current().about(docket.pk)
    return case


def draft_term() -> dt.datetime:
    """Until when a draft is kept that begins now."""
    return clock.now() + dt.timedelta(days=limit_days("draft_kept"))


def organisation_for(actor: Actor, client: str, kind: type[RegistrationType]) -> Organisation | None:
    """The organisation an operator files a type for, as one of its clients: agreement in force today (F2), and a
    licence that files it. Raises Refused: ORG_NO_AGREEMENT, ORG_LICENCE."""
    if client == "person":
        return None
    if actor.organisation_id is None:
        raise NotPermitted("portal.organisation")
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    state = agreement_state(organisation, clock.today())
    if not state.in_force:
        raise Refused(Refusal("ORG_NO_AGREEMENT", state.words, "", "工作方案四（一）"))
    licence = licence_of(organisation.kind, organisation.licence_kind, clock.today())
    if client not in fronts_of(licence, kind):
        raise Refused(not_with_it(licence, kind, clock.today()))
    return organisation
