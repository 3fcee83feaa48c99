"""Loading the demo district: one act, all or nothing, refused in production."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from dengbu.appointments import actions as appointments
from dengbu.catalog.policy import office_calendar
from dengbu.certificates import actions as certificates
from dengbu.certificates.models import Certificate
from dengbu.core import clock, counters, crypto, workdays
from dengbu.core.acts import Actor, act, system
from dengbu.core.identifiers import certificate_number
from dengbu.core.models import User
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import CertificateKind
from dengbu.exchange.config import POPULATION
from dengbu.exchange.identity.simulator import save_population
from dengbu.parties import actions as parties
from dengbu.parties.models import ID_PURPOSE, PHONE_PURPOSE, Person
from dengbu.parties.queries import actor_of
from dengbu.register.actions import Entered, OfRecord, enter
from dengbu.register.imported import IMPORT
from dengbu.register.models import Entry
from dengbu.surveys import actions as surveys
from dengbu.surveys.rules import Head

from .district import plan
from .housing import push_contracts
from .imports import imported_parcel, imported_unit
from .land import SURVEYED_ON, SURVEYOR
from .model import District
from .people import NEWCOMERS, ORGANISATIONS, PASSWORD, STAFF, DemoPerson, operators, staff_number_of

DEMO = system("demo")
CHUNK = 1000
SLOT_DAYS = 30
BLANKS = 2000
FIRST_BLANK = {CertificateKind.CERTIFICATE: "豫41000001", CertificateKind.PROOF: "豫证41000001"}
OF_RECORD = OfRecord(reviewer="历史数据导入", registrar="历史数据导入")


def load_district(data: Path | None = None) -> bool:
    """Load the demo district unless it is there. True when it was loaded now.

    Also writes `population.json` for the simulated police service into `data` (DATA), which the database cannot keep.
    Raises Refused in production (DEMO_IN_PRODUCTION).
    """
    if settings.ENV == "production":
        raise Refused(
            Refusal(
                "DEMO_IN_PRODUCTION",
                "正式环境不能载入演示数据。",
                "请在演示或培训环境（DENGBU_ENV=demo）中载入。",
            )
        )
    loaded: bool = _load(actor=DEMO)
    save_population((data or settings.DATA) / POPULATION, _population(plan()))
    return loaded


@act("demo.load", permission="demo.load")
def _load(*, actor: Actor) -> bool:
    if Entry.objects.filter(registration_type=IMPORT, acted_by=DEMO.key).exists():
        return False
    district = plan()
    _organisations(actor)
    _staff(actor)
    _accounts(district.people)
    _certificates(_book(actor, district))
    push_contracts(actor, district)
    _surveys(district)
    _slots(actor)
    _blanks(actor)
    return True


def _population(district: District) -> list[tuple[str, str]]:
    staff = [(m.name, staff_number_of(m)) for m in STAFF]
    people = [*district.people, *NEWCOMERS]
    return [(p.name, p.number) for p in people] + staff + [(o.name, o.number) for o in operators()]


# --- who ------------------------------------------------------------------------------------------------------------


def _organisations(actor: Actor) -> None:
    today = clock.today()
    ids: dict[str, uuid.UUID] = {}
    for o in ORGANISATIONS:
        if o.kind == "enterprise":
            continue  # owners of shops: in the book only
        ids[o.key] = uuid.UUID(
            parties.file_organisation(
                actor=actor,
                kind=o.kind,
                name=o.name,
                uscc=o.number,
                licence_kind=o.licence_kind,
                licence_no=o.licence_no,
                legal_representative=o.representative,
                address="郑州市上街区金华路",
            )
        )
        began = today - dt.timedelta(days=400 if o.agreement == "expired" else 100)
        ends = (
            today - dt.timedelta(days=35) if o.agreement == "expired" else began + dt.timedelta(days=3 * 365)
        )
        agreement = parties.sign_agreement(
            actor=actor,
            organisation_id=ids[o.key],
            version="2026-1",
            signed_on=began,
            valid_from=began,
            valid_until=ends,
        )
        if o.agreement == "suspended":
            parties.suspend_agreement(actor=actor, agreement_id=agreement, reason="经办人变更未及时报备")
    for one in operators():
        parties.add_operator(
            actor=actor,
            organisation_id=ids[one.organisation],
            login=one.login,
            password=PASSWORD,
            name=one.name,
            phone=one.phone,
            id_number=one.number,
        )


def _staff(actor: Actor) -> None:
    for member in STAFF:
        parties.add_staff(
            actor=actor,
            login=member.login,
            password=PASSWORD,
            number=member.number,
            name=member.name,
            posts=member.posts,
            lines=member.lines,
            id_number=staff_number_of(member),
            window=member.window,
        )


def _accounts(people: Sequence[DemoPerson]) -> None:
    """Real-name accounts of everybody with a phone, as if each had registered."""
    people = [p for p in people if p.phone]
    nobody = User()
    nobody.set_unusable_password()
    users = User.objects.bulk_create(
        User(login=f"p-{crypto.index(p.phone)[:32]}", display_name=p.name, password=nobody.password)
        for p in people
    )
    at = clock.now()
    Person.objects.bulk_create(
        Person(
            user=user,
            name=p.name,
            document_kind=p.document_kind,
            id_cipher=crypto.encrypt(p.number, ID_PURPOSE),
            id_index=crypto.index(p.number),
            phone_cipher=crypto.encrypt(p.phone, PHONE_PURPOSE),
            phone_index=crypto.index(p.phone),
            verified_at=at,
            verification_ref="demo",
            address="郑州市上街区",
        )
        for user, p in zip(users, people, strict=True)
    )


# --- the book -------------------------------------------------------------------------------------------------------


def _book(actor: Actor, district: District) -> list[Entered]:
    today = clock.today()
    imports = [imported_parcel(p) for p in district.parcels]
    imports += [
        imported_unit(u, p, b.code, today) for p in district.parcels for b in p.buildings for u in b.units
    ]
    entries: list[Entered] = []
    for start in range(0, len(imports), CHUNK):
        outcome = enter(
            actor=actor,
            registrations=imports[start : start + CHUNK],
            authority=settings.AUTHORITY,
            of_record=OF_RECORD,
        )
        entries += outcome.entries
    return entries


def _certificates(entries: Sequence[Entered]) -> None:
    """A certificate for each title, a proof for each mortgage and notice, all handed out before."""
    at = clock.now()
    year = clock.today().year
    for kind, rights in (
        (CertificateKind.CERTIFICATE, ("land_use", "house_ownership")),
        (CertificateKind.PROOF, ("mortgage", "advance_notice")),
    ):
        granted = [(e, g) for e in entries for g in e.granted if g.kind in rights]
        serials = counters.take(settings.AUTHORITY, kind.value, year, len(granted))
        Certificate.objects.bulk_create(
            Certificate(
                kind=kind.value,
                number=certificate_number(
                    kind, year, serial, province=settings.PROVINCE, area=settings.AREA_NAME
                ),
                year=year,
                serial=serial,
                entry_id=entry.entry_id,
                right_id=grant.right,
                unit_code=grant.unit,
                holder_names="、".join(h.name for h in grant.holders),
                state="issued",
                issued_at=at,
                issued_by=DEMO.key,
                receiver_name=grant.holders[0].name,
                created_at=at,
            )
            for serial, (entry, grant) in zip(serials, granted, strict=True)
        )


def _surveys(district: District) -> None:
    """Handed in by one member of staff, checked in by another."""
    clerk, checker = (actor_of(User.objects.get(login=login).pk) for login in ("accept1", "review1"))
    assert clerk is not None and checker is not None
    for one in district.surveys:
        head = Head(one.number, one.kind, SURVEYOR, SURVEYED_ON, project_name=one.project)
        taken = surveys.take(actor=clerk, head=head, cells=one.rows, file_name=f"{one.number}.xlsx")
        if taken["survey"] is None:
            raise ValueError(f"{one.number}: the survey has {taken['faults']} faults")
        surveys.check(actor=checker, survey_id=uuid.UUID(taken["survey"]))


# --- the hall -------------------------------------------------------------------------------------------------------


def _slots(actor: Actor) -> None:
    calendar, day = office_calendar(), clock.today()
    days: list[dt.date] = []
    while len(days) < SLOT_DAYS:
        day = workdays.next_workday(day, calendar)
        days.append(day)
        day += dt.timedelta(days=1)
    hours = [(dt.time(h), dt.time(h + 1)) for h in (9, 10, 11, 14, 15, 16)]
    appointments.open_slots(actor=actor, days=days, capacity=24, times=hours)
    halves = [(dt.time(9), dt.time(12)), (dt.time(14), dt.time(17))]
    appointments.open_slots(actor=actor, days=days, kind="bulk", capacity=200, times=halves)


def _blanks(actor: Actor) -> None:
    for kind, first in FIRST_BLANK.items():
        certificates.receive_blanks(actor=actor, kind=kind, first_serial=first, count=BLANKS)
