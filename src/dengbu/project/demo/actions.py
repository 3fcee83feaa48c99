"""Loading the demo district: one act, all or nothing, refused in production."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from dengbu.appointments.models import Slot
from dengbu.catalog.policy import office_calendar
from dengbu.certificates.models import Blank, Certificate
from dengbu.contracts.models import NUMBER_PURPOSE, ContractFiling, ContractParty, TransactionReview
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
from dengbu.register.actions import Entered, OfRecord, enter
from dengbu.register.models import Entry

from .district import District, Party, plan
from .imports import IMPORT, imported_parcel, imported_unit
from .people import ORGANISATIONS, PASSWORD, STAFF, DemoPerson, operators, staff_number_of

DEMO = system("demo")
HOUSING = "housing"  # the housing department's name as a source of filings
CHUNK = 1000
SLOT_DAYS = 30
BLANKS = 2000
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
    _contracts(district)
    _slots()
    _blanks()
    return True


def _population(district: District) -> list[tuple[str, str]]:
    staff = [(m.name, staff_number_of(m)) for m in STAFF]
    return [(p.name, p.number) for p in district.people] + staff + [(o.name, o.number) for o in operators()]


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


# --- housing --------------------------------------------------------------------------------------------------------


def _contracts(district: District) -> None:
    """Contracts on file and reviews, as the housing department pushed them some days ago."""
    at = clock.now()
    filings, parties_of, reviews = [], [], []
    for place, unit in enumerate(u for u in district.units if u.contract):
        contract = unit.contract
        assert contract is not None
        filed_at = at - dt.timedelta(days=20, minutes=place)
        filing = ContractFiling(
            source=HOUSING,
            filing_no=f"BA{contract.number}",
            contract_no=contract.number,
            kind=contract.kind,
            status=contract.status,
            status_reason="双方协商解除合同" if contract.status == "withdrawn" else "",
            unit_code=unit.code,
            housing_code=f"FW{unit.code[12:]}",
            address=unit.location,
            area_m2=unit.area,
            price_fen=contract.price_fen,
            payment_method="full",
            filed_at=filed_at,
            received_at=filed_at,
        )
        filings.append(filing)
        parties_of += [
            ContractParty(
                filing=filing,
                role=role,
                ordinal=ordinal,
                name=party.name,
                document_kind=party.document_kind,
                number_cipher=crypto.encrypt(party.number, NUMBER_PURPOSE),
                number_index=crypto.index(party.number),
            )
            for role, side in (
                ("seller", _sellers(unit.owners, contract.seller)),
                ("buyer", (contract.buyer,)),
            )
            for ordinal, party in enumerate(side, start=1)
        ]
        reviews.append(
            TransactionReview(
                source=HOUSING,
                review_no=f"SH{contract.number}",
                filing_no=filing.filing_no,
                unit_code=unit.code,
                result=contract.review,
                policy_limit="限售期未满，住房保障部门提示核实" if contract.review == "limited" else "",
                status="in_force" if contract.status == "filed" else "withdrawn",
                reviewed_at=filed_at + dt.timedelta(hours=3),
                received_at=filed_at + dt.timedelta(hours=3),
            )
        )
    ContractFiling.objects.bulk_create(filings)
    ContractParty.objects.bulk_create(parties_of)
    TransactionReview.objects.bulk_create(reviews)


def _sellers(owners: Sequence[Party], seller: Party) -> Sequence[Party]:
    """All owners sell; where nobody is entered yet (presale) the developer does."""
    return owners if seller in owners else (seller,)


# --- the hall -------------------------------------------------------------------------------------------------------


def _slots() -> None:
    calendar = office_calendar()
    day = clock.today()
    slots = []
    for _ in range(SLOT_DAYS):
        day = workdays.next_workday(day, calendar)
        for hour in (9, 10, 11, 14, 15, 16):
            begins = dt.datetime.combine(day, dt.time(hour), clock.SHANGHAI)
            slots.append(Slot(starts_at=begins, ends_at=begins + dt.timedelta(hours=1), capacity=24))
        for hour in (9, 14):
            begins = dt.datetime.combine(day, dt.time(hour), clock.SHANGHAI)
            ends = begins + dt.timedelta(hours=3)
            slots.append(Slot(kind="bulk", starts_at=begins, ends_at=ends, capacity=200))
        day += dt.timedelta(days=1)
    Slot.objects.bulk_create(slots)


def _blanks() -> None:
    at = clock.now()
    Blank.objects.bulk_create(
        Blank(serial=f"41{series}{n:08d}", kind=kind, received_at=at, changed_by=DEMO.key)
        for kind, series in (("certificate", 0), ("proof", 9))
        for n in range(1, BLANKS + 1)
    )
