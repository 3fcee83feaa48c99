"""Who is told what at each turn of the road, in the sentences of notices.rules. Run by the queue after commit."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from django.conf import settings

from dengbu.certificates.models import Certificate
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act
from dengbu.notices.actions import tell
from dengbu.notices.queries import deadline_of
from dengbu.parties.models import PHONE_PURPOSE as ACCOUNT_PHONE
from dengbu.parties.models import Operator, Person
from dengbu.payments.queries import bills_of
from dengbu.register.queries import holders_of

from ..facts import answered, makes
from ..labels import paper_words
from ..models import PHONE_PURPOSE, Case, CaseParty

RENEW, CORRECTED = "renew", "corrected"
# What is told of things that run out, and of which kind of deadline it speaks.
WATCHED = {
    "objection_ending": "objection",
    "notice_ending": "notice",
    "pass_ending": "pass",
    "visit_missed": "visit",
    "uncollected": "certificate",
    "undertaking_ending": "undertaking",
    "undertaking_over": "undertaken",
}
OF_PAPER = (
    "registered_in_book",
    "ready",
    "ready_to_mail",
    "mailed",
    "mail_returned",
    "fee_due",
    "uncollected",
)
# What only who filed is told: a draft is nobody else's business, and it is for him to send a corrected case back.
TO_FILER = ("draft_ending", "draft_ended", "papers_mended")


def day_words(value: dt.date | dt.datetime | None) -> str:
    """A day as messages say it: 3月5日; 近日 where there is none."""
    if value is None:
        return "近日"
    day = clock.local(value) if isinstance(value, dt.datetime) else value
    return f"{day:%-m月%-d日}"


def _parameters(case: Case, template: str, bill_fen: int) -> dict[str, str]:
    number = case.docket.number
    correction = case.docket.corrections.order_by("-round").first() if template == "correction" else None
    mailing = case.docket.mailings.order_by("-pk").first() if template == "mailed" else None
    asked = case.docket.supplements.order_by("-pk").first() if template == "supplement" else None
    broken = None
    if template == "undertaking_broken":
        broken = case.docket.undertakings.filter(outcome="breached").order_by("settled_at").last()
    returned = None
    if template == "undertaking_returned":
        sent_back = case.docket.undertakings.filter(hand_ins__outcome="returned")
        returned = sent_back.order_by("hand_ins__settled_at").last()
    visit = case.docket.home_visits.order_by("-pk").first() if template == "visit_planned" else None
    due = deadline_of(case.docket_id, WATCHED[template]) if template in WATCHED else None
    ending = day_words(due.due_on if due else None)
    paper = ""
    if template in OF_PAPER:
        made = Certificate.objects.filter(docket_id=case.docket_id).values_list("kind", flat=True)
        paper = paper_words(list(made) or makes(case))
    every: dict[str, dict[str, str]] = {
        "submitted": {"no": number, "d": day_words(case.due_at)},
        "invited": {
            "who": case.applicant_names.split("、")[0][:1] + "*",
            "no": number,
            "d": day_words(case.due_at),
        },
        "confirmation_declined": {"no": number},
        "draft_ending": {"no": number, "d": day_words(case.draft_until)},
        "draft_ended": {"no": number},
        "correction": {
            "no": number,
            "n": str(len(correction.reasons)) if correction else "",
            "d": day_words(correction.due_at if correction else None),
        },
        "papers_mended": {"no": number},
        "passed": {"no": number},
        "filing_changed": {"no": number},
        "expired": {"no": number},
        **{name: {"what": number, "d": ending} for name in WATCHED},
        "uncollected": {"what": number, "d": ending, "paper": paper},
        "stopped_by_order": {"no": number},
        "held_by_order": {"no": number},
        "withdrawn": {"no": number},
        "supplement": {
            "no": number,
            "n": str(len(asked.items)) if asked else "",
            "d": day_words(asked.due_on if asked else None),
        },
        "undertaking_broken": {
            "no": number,
            "d": f"{broken.barred_until:%Y年%-m月%-d日}" if broken and broken.barred_until else "",
        },
        "undertaking_returned": {"no": number, "d": day_words(returned.due_on if returned else None)},
        "visit_planned": {
            "no": number,
            "d": day_words(visit.planned_at if visit else None),
            "t": f"{clock.local(visit.planned_at):%-H时%M分}" if visit and visit.planned_at else "",
            "who": "、".join(f"{n}" for n in (visit.first_name, visit.second_name) if n) if visit else "",
        },
        "visit_declined": {"no": number},
        "backfill": {"no": number},
        "withdrawal_asked": {"no": number},
        "withdrawal_refused": {"no": number},
        "accepted": {"no": number, "r": case.acceptance_no or "", "d": day_words(case.promised_on)},
        "refused": {"no": number},
        "registered_in_book": {"no": number, "paper": paper},
        "registered_only": {"no": number},
        "ready": {"no": number, "paper": paper, "place": settings.OFFICE["address"]},
        "ready_to_mail": {"no": number, "paper": paper},
        "mailed": {"no": number, "paper": paper, "m": mailing.tracking if mailing else ""},
        "mail_returned": {"no": number, "paper": paper, "place": settings.OFFICE["address"]},
        "renew": {"no": number, "place": settings.OFFICE["address"]},
        "corrected": {"no": number},
        "archived": {"no": number},
        "fee_due": {"no": number, "yuan": f"{bill_fen // 100}", "paper": paper or "办理结果"},
        "fee_paid": {"no": number, "yuan": f"{bill_fen // 100}"},
    }
    return every[template]


@act("cases.tell_parties")
def tell_parties(*, actor: Actor, docket_ids: Sequence[uuid.UUID], template: str) -> int:
    """Tell who filed, and the parties concerned. Gives how many messages were made. One message per receiver."""
    cases = list(
        Case.objects.select_related("docket").filter(docket_id__in=list(docket_ids)).order_by("docket_id")
    )
    bills = (
        bills_of([c.docket_id for c in cases])
        if template.startswith("fee_") or template == "accepted"
        else {}
    )
    made = 0
    for case in cases:
        bill = bills.get(case.docket_id)
        values = _parameters(case, template, bill.total_fen if bill else 0)
        for user_id, phone in _receivers(case, template):
            tell(
                actor=actor,
                template=template,
                docket_id=case.docket_id,
                user_id=user_id,
                phone=phone,
                parameters=values,
            )
            made += 1
    return made


def _receivers(case: Case, template: str) -> list[tuple[int | None, str]]:
    """(account, phone) of each receiver: for an invitation those who have to confirm, what is his alone only who filed,
    else who filed and all others who apply (nobody writes to the dead). Of a correction the right holders are told to
    have their certificate renewed, whether they applied or not (细则 80), and the others that it is done."""
    absent = answered(case).absent_roles
    parties = list(CaseParty.objects.filter(case=case).exclude(role__in=absent).order_by("role", "ordinal"))
    holders = _right_holders(case) if template in (RENEW, CORRECTED) else frozenset()
    indexes = {i for p in parties for i in (p.number_index, p.agent_index) if i} | (
        holders if template == RENEW else set()
    )
    accounts = {p.id_index: p for p in Person.objects.filter(id_index__in=indexes)}
    passed_by = {accounts[i].user_id for i in holders & accounts.keys()} if template == CORRECTED else set()
    found: dict[str, tuple[int | None, str]] = {}
    operators = _operators(p.organisation_id for p in parties if p.organisation_id != case.organisation_id)
    if template not in ("invited", RENEW) and not case.filed_for_by_staff and case.filed_by not in passed_by:
        found[f"user:{case.filed_by}"] = (case.filed_by, _account_phone(case.filed_by))
    if template == RENEW:
        parties = [p for p in parties if p.number_index in holders]
        for person in accounts.values():
            if person.id_index in holders:
                phone = crypto.decrypt(person.phone_cipher, ACCOUNT_PHONE)
                found[f"user:{person.user_id}"] = (person.user_id, phone)
    for party in parties if template not in TO_FILER else ():
        if template == "invited" and party.invite_token is None:
            continue
        if template == CORRECTED and party.number_index in holders:
            continue
        for operator in operators.get(party.organisation_id, ()):
            phone = crypto.decrypt(operator.phone_cipher, ACCOUNT_PHONE)
            found.setdefault(f"user:{operator.user_id}", (operator.user_id, phone))
        account = accounts.get(party.number_index) or accounts.get(party.agent_index)
        phone = crypto.decrypt(party.phone_cipher, PHONE_PURPOSE)
        if account is not None:
            phone = crypto.decrypt(account.phone_cipher, ACCOUNT_PHONE)
            found.setdefault(f"user:{account.user_id}", (account.user_id, phone))
        elif phone:
            found.setdefault(f"phone:{party.phone_index}", (None, phone))
    return list(found.values())


def _operators(organisations: Iterable[uuid.UUID | None]) -> dict[uuid.UUID | None, list[Operator]]:
    """Those who may speak for organisations that take part, but did not file. One statement, none for nobody."""
    wanted = {o for o in organisations if o is not None}
    found: dict[uuid.UUID | None, list[Operator]] = {}
    if wanted:
        for one in Operator.objects.filter(organisation_id__in=wanted, may_submit=True, active=True):
            found.setdefault(one.organisation_id, []).append(one)
    return found


def _right_holders(case: Case) -> frozenset[str]:
    """Identity indexes of whoever holds what the case's papers prove."""
    rights = Certificate.objects.filter(docket_id=case.docket_id).values_list("right_id", flat=True)
    return frozenset(index for right in rights for _, index in holders_of(right)) - {""}


def _account_phone(user_id: int) -> str:
    person = Person.objects.filter(user_id=user_id).first()
    if person is not None:
        return crypto.decrypt(person.phone_cipher, ACCOUNT_PHONE)
    operator = Operator.objects.filter(user_id=user_id).first()
    return crypto.decrypt(operator.phone_cipher, ACCOUNT_PHONE) if operator else ""
