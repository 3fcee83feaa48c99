"""Cases for the measurements, written in bulk: drafts ready to submit, cases ready to accept, and a full office for
the queue. For benches only. Nothing here is a shortcut for the measured acts: every prepared case has to pass their
rules, and an answer that is not the expected one ends the measurement."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from dengbu.cases.actions.desk import CHECKS, papers
from dengbu.cases.facts import facts
from dengbu.cases.models import (
    NUMBER_PURPOSE,
    PHONE_PURPOSE,
    Case,
    CaseParty,
    Claim,
    RestrictionCheck,
    Transition,
    Verdict,
)
from dengbu.catalog.policy.policy import policy_for, time_limit
from dengbu.certificates.models import Certificate
from dengbu.contracts import models as contracts
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act, system
from dengbu.core.identifiers import make_resident_id
from dengbu.core.ids import token, uuid7
from dengbu.core.models import Docket, User
from dengbu.materials.models import MaterialPage
from dengbu.parties.models import ID_PURPOSE, Person, Staff
from dengbu.parties.models import PHONE_PURPOSE as ACCOUNT_PHONE
from dengbu.register.queries import unit_book

from . import district

BENCH = system("bench")
PRICE_FEN = 86_000_000
BUYERS, CLERKS, REVIEWERS = 8, 4, 10


@dataclass(frozen=True, slots=True)
class People:
    """Who works and applies: user ids, and the identity of each buyer."""

    buyers: tuple[tuple[int, uuid.UUID, str, str], ...]  # user, person, name, number
    clerks: tuple[int, ...]
    reviewers: tuple[int, ...]

    def reviewer_name(self, user_id: int) -> str:
        return f"审核{self.reviewers.index(user_id)}"


@act("bench.people")
def people(*, actor: Actor) -> People:
    """Buyers with checked identities, desk clerks, reviewers."""
    now = clock.now()

    def account(login: str, name: str) -> User:
        return User.objects.create(login=login, display_name=name, password="!")

    buyers = []
    for n in range(BUYERS):
        name, number = f"买方{n}", make_resident_id("419997", dt.date(1990, 1, 1), n + 1)
        phone = f"1380000{n:04d}"
        one = Person.objects.create(
            user=account(f"buyer{n}", name),
            name=name,
            id_cipher=crypto.encrypt(number, ID_PURPOSE),
            id_index=crypto.index(number),
            phone_cipher=crypto.encrypt(phone, ACCOUNT_PHONE),
            phone_index=crypto.index(phone),
            verified_at=now,
        )
        buyers.append((one.user_id, one.pk, name, number))
    staff = {
        post: [
            Staff.objects.create(
                user=account(f"{word}{n}", f"{title}{n}"),
                number=f"{start + n}",
                name=f"{title}{n}",
                posts=[post],
            ).user_id
            for n in range(count)
        ]
        for post, word, title, start, count in (
            ("accept", "clerk", "受理", 200, CLERKS),
            ("review", "reviewer", "审核", 300, REVIEWERS),
        )
    }
    return People(tuple(buyers), tuple(staff["accept"]), tuple(staff["review"]))


def people_again() -> People | None:
    """Those that a run before made in this database, or None."""
    buyers = [
        (p.user_id, p.pk, p.name, crypto.decrypt(p.id_cipher, ID_PURPOSE))
        for p in Person.objects.filter(user__login__startswith="buyer").order_by("pk")
    ]
    if len(buyers) != BUYERS:
        return None
    clerks, reviewers = (
        tuple(Staff.objects.filter(number__in=numbers).order_by("number").values_list("user_id", flat=True))
        for numbers in (
            [str(200 + n) for n in range(CLERKS)],
            [str(300 + n) for n in range(REVIEWERS)],
        )
    )
    return People(tuple(buyers), clerks, reviewers)


def office_cases() -> int:
    """How many cases `full_office` wrote."""
    return Docket.objects.filter(number__startswith="WS20260601Q").count()


def homes_used() -> set[int]:
    """The homes that `sales` has made a case of."""
    numbers = contracts.ContractFiling.objects.filter(filing_no__startswith="BENCH")
    return {int(n.removeprefix("BENCH")) for n in numbers.values_list("filing_no", flat=True)}


@act("bench.session")
def session_cookie(*, actor: Actor, user_id: int) -> str:
    """A logged-in session of an account; its key."""
    user = User.objects.get(pk=user_id)
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    store["_auth_user_hash"] = user.get_session_auth_hash()
    store["seen"] = clock.epoch_seconds() + 3600  # not written again during the measurement
    store.create()
    return str(store.session_key)


@dataclass(frozen=True, slots=True)
class Ready:
    """A prepared case: its docket, and for whom (user id)."""

    docket: uuid.UUID
    user: int


@act("bench.sales")
def sales(*, actor: Actor, homes: Sequence[int], who: People, accepted: bool) -> list[Ready]:
    """P01 cases of these homes: drafts of their buyers, or (`accepted`) pre-approved with everything done at the desk
    but the acceptance itself."""
    now = clock.now()
    lines = _lines(homes[0], who)
    rows: dict[type[Any], list[Any]] = {m: [] for m in _ORDER}
    ready = []
    for place, n in enumerate(homes):
        made = _sale(n, who, now, accepted, place)
        case = made[Case][0]
        keys = lines["papers"] if accepted else lines["uploads"]
        made[MaterialPage] = [_page(case.docket_id, key, now) for key in keys]
        if accepted:
            made[Verdict] = [_verdict(case, key, now) for key in lines["papers"]]
            made[RestrictionCheck] = [_check(case, moment, now) for moment in ("filing", "review", "desk")]
            made[Claim] = [
                Claim(
                    docket_id=case.docket_id, unit_code=case.unit_code, conflict_class="disposal", made_at=now
                )
            ]
        for model, some in made.items():
            rows[model] += some
        ready.append(Ready(case.docket_id, case.filed_by if not accepted else who.clerks[place % CLERKS]))
    for model in _ORDER:
        model.objects.bulk_create(rows[model], batch_size=5000)
    _old_certificates([district.unit_code(n) for n in homes], now)
    return ready


_ORDER: tuple[type[Any], ...] = (
    Docket, Case, CaseParty, Transition, contracts.ContractFiling, contracts.ContractParty,
    MaterialPage, Verdict, RestrictionCheck, Claim,
)  # fmt: skip


def _lines(n: int, who: People) -> dict[str, list[str]]:
    """What has to be uploaded and compared for such a sale, asked of the real checklist."""
    from django.db import transaction

    with transaction.atomic():
        made = _sale(n, who, clock.now(), False, 0)
        for model in _ORDER[:6]:
            model.objects.bulk_create(made.get(model, []))
        found, book = facts(made[Case][0]), unit_book(district.unit_code(n))
        keys = {
            "uploads": [line.key for line in found.checklist(book, clock.now()) if line.to_upload],
            "papers": [line.key for line in papers(found, book)],
        }
        transaction.set_rollback(True)
    return keys


def _sale(n: int, who: People, now: dt.datetime, accepted: bool, place: int) -> dict[type[Any], list[Any]]:
    user, person, buyer, buyer_number = who.buyers[n % BUYERS]
    seller, seller_number = district.owner(n)
    code, filing_no = district.unit_code(n), f"BENCH{n:09d}"
    docket = Docket(number=f"WS20260101B{n:06d}", authority=district.AUTHORITY, created_at=now)
    reviewer = who.reviewers[place % REVIEWERS]
    filed = {
        "terms": {"price_fen": PRICE_FEN, "coownership": "sole", "share_denominator": None},
        "contract": {"filing_no": filing_no},
        "delivery": {"way": "window", "receiver": "", "address": "", "phone_cipher": ""},
        "done": dict.fromkeys(("property", "parties", "reason", "delivery"), True),
    }
    if accepted:  # the record of the questions asked at the desk
        filed["answers"] = {q.key: q.expected or "如实" for q in policy_for("P01", clock.today()).questions}
    case = Case(
        docket=docket,
        type_code="P01",
        line="transfer",
        client="person",
        policy_version=policy_for("P01", clock.today()).version,
        state="preapproved" if accepted else "draft",
        state_since=now,
        unit_code=code,
        location=f"郑州市上街区测试路{n // district.PER_BUILDING}号{n % district.PER_BUILDING + 1}室",
        filed=filed,
        filed_by=user,
        person_id=person,
        applicant_names=f"{seller}、{buyer}",
        created_at=now,
        draft_until=now + dt.timedelta(days=90),
    )
    if accepted:
        case.submitted_at = case.claimed_at = case.passed_at = now
        case.reviewer_id, case.reviewer_name = reviewer, who.reviewer_name(reviewer)
        case.prereview_no, case.token, case.short_code = f"YS{n:08d}", token(), f"B{n:07d}"
        case.valid_until = case.due_at = now + dt.timedelta(days=20)
    parties = [
        CaseParty(
            case=case,
            role=role,
            ordinal=1,
            name=name,
            document_kind="resident_id",
            number_cipher=crypto.encrypt(number, NUMBER_PURPOSE),
            number_index=crypto.index(number),
            phone_cipher=crypto.encrypt("13800000000", PHONE_PURPOSE),
            phone_index=crypto.index("13800000000"),
            person_id=person if role == "buyer" else None,
            confirmed_at=now if accepted else None,
            present_at=now if accepted else None,
            present_how="card" if accepted else "",
        )
        for role, name, number in (("seller", seller, seller_number), ("buyer", buyer, buyer_number))
    ]
    filing = contracts.ContractFiling(
        source="bench", filing_no=filing_no, contract_no=f"HT{n}", kind="existing_sale", status="filed",
        unit_code=code, price_fen=PRICE_FEN, filed_at=now, received_at=now,
    )  # fmt: skip
    signed = [
        contracts.ContractParty(
            filing=filing, role=p.role, ordinal=1, name=p.name, document_kind="resident_id",
            number_cipher=crypto.encrypt(number, contracts.NUMBER_PURPOSE), number_index=p.number_index,
        )
        for p, number in zip(parties, (seller_number, buyer_number), strict=True)
    ]  # fmt: skip
    road = ("submit", "claim", "pass") if accepted else ()
    states = ("draft", "submitted", "under_review", "preapproved")
    steps = [
        Transition(
            docket=docket, event=e, from_state=a, to_state=b, actor="system:bench", actor_name="", at=now
        )
        for e, a, b in zip(road, states, states[1:], strict=False)
    ]
    return {Docket: [docket], Case: [case], CaseParty: parties, Transition: steps,
            contracts.ContractFiling: [filing], contracts.ContractParty: signed}  # fmt: skip


def _page(docket_id: uuid.UUID, item: str, now: dt.datetime) -> MaterialPage:
    digest = uuid7().hex * 2
    return MaterialPage(
        docket_id=docket_id, item=item, position=1, original_name="a.jpg", received_digest=digest,
        stored_digest=digest, mime="image/jpeg", size=100_000, width=1200, height=1600, storage_key="x",
        thumb_key="x", uploaded_by="system:bench", uploaded_at=now,
    )  # fmt: skip


def _verdict(case: Case, item: str, now: dt.datetime) -> Verdict:
    return Verdict(
        docket_id=case.docket_id, stage="desk", item=item, verdict="ok", checks=dict.fromkeys(CHECKS, True),
        originals=1, by="system:bench", at=now,
    )  # fmt: skip


def _check(case: Case, moment: str, now: dt.datetime) -> RestrictionCheck:
    return RestrictionCheck(
        docket_id=case.docket_id, moment=moment, unit_code=case.unit_code, house="none", land="none",
        answered=True, asked_by="system:bench", asked_at=now,
        valid_until=now + dt.timedelta(minutes=time_limit("restriction_query_fresh", clock.local(now).date()).amount),
    )  # fmt: skip


def _old_certificates(codes: list[str], now: dt.datetime) -> None:
    """The sellers' certificates, which an acceptance makes void."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.code, r.public_id, r.made_by_id FROM register_realestateunit u"
            " JOIN register_right r ON r.unit_id = u.id AND r.ended_by_id IS NULL AND r.kind = 'house_ownership'"
            " WHERE u.code = ANY(%s)",
            [codes],
        )
        found = cursor.fetchall()
    Certificate.objects.bulk_create(
        [
            Certificate(kind="certificate", number=f"旧证{code}", year=2020, serial=place, entry_id=entry, right_id=right,
                        unit_code=code, holder_names="户主", state="issued", created_at=now)
            for place, (code, right, entry) in enumerate(found)
        ],
        batch_size=5000,
    )  # fmt: skip


# State, how many in a hundred, whether it is still on a desk, how many steps lie behind it.
_OFFICE = (
    ("submitted", 40, True, 1),
    ("under_review", 2, True, 2),
    ("correction_requested", 5, True, 3),
    ("preapproved", 13, True, 3),
    ("certified", 2, True, 5),
    ("archived", 36, False, 7),
    ("withdrawn", 2, False, 2),
)
_EVENTS = ("submit", "claim", "pass", "accept", "enter", "print", "archive")


@act("bench.office")
def full_office(*, actor: Actor, cases: int, homes: int, who: People) -> None:
    """A year's cases in all states, 40 in a hundred waiting for a reviewer; each on one of the first `homes`.

    Written by a handful of INSERT … SELECT; call it before `sales`.
    """
    shares = [name for name, share, _, _ in _OFFICE for _ in range(share)]
    steps = {name: count for name, _, _, count in _OFFICE}
    live = [name for name, _, on_desk, _ in _OFFICE if on_desk]
    policy = {code: policy_for(code, clock.today()).version for code in ("P01", "B01", "B06")}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core_docket (id, number, authority, created_at)
            SELECT gen_random_uuid(), 'WS20260601Q' || lpad(g::text, 6, '0'), %s, %s - (g %% 90000) * interval '4 minutes'
            FROM generate_series(0, %s) g
            """,
            [district.AUTHORITY, clock.now(), cases - 1],
        )
        cursor.execute(
            """
            INSERT INTO cases_case (docket_id, type_code, line, client, policy_version, state, state_since, unit_code,
              location, filed, version, round, filed_by, filed_for_by_staff, applicant_names, created_at, submitted_at,
              due_at, reviewer_id, reviewer_name, desk_name, entry_no, closed_at)
            SELECT d.id, t.code, t.line, t.client, %(policy)s::jsonb ->> t.code, s.state, d.created_at + interval '1 hour',
              '410106900001GB' || lpad((q.h / 10000 + 1)::text, 5, '0') || 'F' || lpad((q.h %% 10000 / 1000 + 1)::text, 4, '0')
                || lpad((q.h %% 1000 + 1)::text, 4, '0'),
              '郑州市上街区测试路' || q.h / 1000 || '号' || q.h %% 1000 + 1 || '室', '{}',
              4, CASE WHEN q.g %% 17 = 0 THEN 2 ELSE 1 END, 0, false, '户主' || q.g || '、买方' || q.g %% 8,
              d.created_at, d.created_at, d.created_at + interval '70 days',
              CASE WHEN s.state NOT IN ('submitted', 'withdrawn') OR q.g %% 17 = 0
                   THEN (%(reviewers)s::bigint[])[1 + q.g / 100 %% %(n)s] END,
              '', '', '', CASE WHEN s.state = ANY(%(live)s) THEN NULL ELSE d.created_at + interval '2 days' END
            FROM (SELECT id, created_at, right(number, 6)::int AS g FROM core_docket WHERE number LIKE 'WS20260601Q%%') AS d(id, created_at, g)
            CROSS JOIN LATERAL (SELECT d.g, d.g %% %(homes)s) q(g, h)
            CROSS JOIN LATERAL (SELECT (%(states)s::text[])[1 + q.g * 37 %% 100]) s(state)
            JOIN (VALUES (0, 'P01', 'transfer', 'person'), (1, 'P01', 'transfer', 'person'), (2, 'B01', 'mortgage', 'bank'),
                         (3, 'B06', 'mortgage', 'bank')) t(n, code, line, client) ON t.n = q.g %% 4
            """,
            {
                "policy": json.dumps(policy), "reviewers": list(who.reviewers), "n": len(who.reviewers),
                "live": live, "states": shares, "homes": homes,
            },
        )  # fmt: skip
        cursor.execute(
            """
            INSERT INTO cases_transition (docket_id, event, from_state, to_state, actor, actor_name, note, at)
            SELECT c.docket_id, e.event, 'draft', c.state, 'system:bench', '', '', c.created_at + e.n * interval '1 hour'
            FROM cases_case c, unnest(%s::text[]) WITH ORDINALITY AS e(event, n)
            WHERE e.n <= (%s::jsonb ->> c.state)::int
            """,
            [list(_EVENTS), json.dumps(steps)],
        )
        cursor.execute(
            """
            INSERT INTO cases_restrictioncheck (docket_id, moment, unit_code, house, land, found, refusals, answered,
              asked_by, asked_at, valid_until)
            SELECT c.docket_id, 'filing', c.unit_code, 'none', 'none', '[]', '[]', true, 'system:bench', c.created_at,
              c.created_at
            FROM cases_case c
            """
        )
        cursor.execute(
            """
            INSERT INTO cases_claim (docket_id, unit_code, conflict_class, made_at)
            SELECT c.docket_id, c.unit_code, 'disposal', c.created_at FROM cases_case c WHERE c.closed_at IS NULL
            ON CONFLICT DO NOTHING
            """
        )
