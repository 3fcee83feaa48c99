"""From a stored case to facts: what was filed, the checklist that applies, who is on it. Reads only."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dengbu.catalog.policy.policy import policy_version
from dengbu.catalog.policy.schema import ChecklistItem, TypePolicy
from dengbu.catalog.registrations import TYPES, ContractFact, Filed, PartyFact, RegistrationType
from dengbu.contracts.queries import Filing, filings
from dengbu.core import clock, crypto, rows
from dengbu.core.acts import Actor
from dengbu.core.identifiers import is_minor
from dengbu.core.vocabulary import CertificateKind
from dengbu.register.queries import housed, houses_in_the_same_hands, known_land
from dengbu.register.rules import UnitBook
from dengbu.surveys.queries import Measured, measured
from dengbu.surveys.rules import serves

from . import exemptions
from .applicants import is_party
from .models import NUMBER_PURPOSE, Case, CaseParty


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a case's checklist: its key, the item, and where it need not be brought, why not."""

    key: str
    item: ChecklistItem
    exempt: str = ""

    @property
    def to_upload(self) -> bool:
        return not (self.item.generated or self.exempt or self.item.when == "optional")

    @property
    def needs_verdict(self) -> bool:
        """Whether the reviewer has to say something about it before any exit (一次性告知)."""
        return not self.item.generated and self.item.when != "optional"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case with everything its rules need."""

    case: Case
    registration: RegistrationType
    parties: tuple[CaseParty, ...]
    policy: TypePolicy
    filing: Filing | None
    pages: Mapping[str, int]  # item key -> pages uploaded
    survey: Measured | None = None  # the survey it was filed on, whatever became of it

    @property
    def applying(self) -> tuple[CaseParty, ...]:
        """The parties without those who do not apply: the dead, those a judgment speaks of."""
        return tuple(p for p in self.parties if p.role not in self.registration.absent_roles)

    def checklist(self, book: UnitBook | None, at: dt.datetime) -> tuple[Line, ...]:
        """The lines that stand on this case's list, with what is exempt because it was shared (条例 24)."""
        conditions = set(self.registration.conditions(book, at))
        if any(p.agent_name for p in self.parties):
            conditions.add("agent")
        numbers = {p.number_index: p for p in self.registration.filed.parties}
        today = clock.local(at).date()
        if any(
            p.document_kind == "resident_id" and is_minor(p.number, today)
            for p in numbers.values()
            if p.number
        ):
            conditions.add("minor")
        if any(m.startswith("MARR") for m in self.pages):
            conditions.add("couple")
        items = [i for i in self.policy.checklist_for(conditions) if not self._of_nobody(i)]
        codes = [i.code for i in items]
        lines = []
        for item in items:
            key = item.code if codes.count(item.code) == 1 else f"{item.code}-{item.provided_by}"
            lines.append(Line(key, item, self._exempt(item, book)))
        claim = exemptions.claimed(self.case.filed, type(self.registration), today)
        if claim is not None:
            lines.append(Line(exemptions.ITEM, exemptions.item(claim)))
        return tuple(lines)

    def brought_by(self, line: Line) -> tuple[CaseParty, ...]:
        """The parties whose own paper a line is (policy: `provided_by`), where none of them filed: they confirm, and
        may upload it themselves before they do. Nobody: it is the filer's to upload."""
        role = line.item.provided_by
        if self.case.filed_for_by_staff or role not in self.registration.confirming:
            return ()
        there = tuple(p for p in self.parties if p.role == role)
        return () if any(filed(self.case, p) for p in there) else there

    def owing(self, line: Line) -> bool:
        """Whether a line is not there that has to be, and is not left to parties who have yet to confirm."""
        if not line.to_upload or self.pages.get(line.key):
            return False
        return all(p.confirmed_at for p in self.brought_by(line))

    def _exempt(self, item: ChecklistItem, book: UnitBook | None) -> str:
        if (
            item.code in ("SALE", "PRESALE")
            and self.filing is not None
            and self.filing.status in ("filed", "used")
        ):
            return "已从房管部门获取"
        if item.code == "ID" and self._known_body(item.provided_by):
            return "机构备案时已交"
        if item.code == "PGCERT" and book is not None and book.notices:
            return "已从登记簿获取"
        return ""

    def _of_nobody(self, item: ChecklistItem) -> bool:
        """Whether it is the identity of a side that need not be there and is not."""
        role = self.registration.role(item.provided_by)
        absent = role is not None and not role.required and all(p.role != role.key for p in self.parties)
        return item.code == "ID" and absent

    def _known_body(self, role: str) -> bool:
        """Whether those in a role take part from accounts of their own: what they are was shown when they filed them."""
        there = [p for p in self.parties if p.role == role]
        asked = role in self.registration.confirming
        return (
            bool(there)
            and asked
            and all(p.organisation_id not in (None, self.case.organisation_id) for p in there)
        )


def facts_of(cases: Sequence[Case], *, with_numbers: bool = True) -> dict[uuid.UUID, CaseFacts]:
    """Facts of cases, in a fixed number of statements whether one or a thousand."""
    ids = [c.docket_id for c in cases]
    parties: dict[uuid.UUID, list[CaseParty]] = defaultdict(list)
    for party in rows.read(CaseParty, "WHERE t.case_id = ANY(%s) ORDER BY t.role, t.ordinal", [ids]):
        parties[party.case_id].append(party)
    pages: dict[uuid.UUID, dict[str, int]] = defaultdict(dict)
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT docket_id, item, sum(page_count) FROM materials_materialpage"
            " WHERE docket_id = ANY(%s) AND removed_at IS NULL GROUP BY docket_id, item",
            [ids],
        )
        for docket_id, item, count in cursor.fetchall():
            pages[docket_id][item] = int(count)
    by_no, by_unit = _filings(cases)
    surveys, in_book, houses = _surveys(cases)
    new_land = {c.unit_code for c in cases if c.type_code == "D01" and c.unit_code}
    under_houses = housed(new_land) if new_land else frozenset()
    found = {}
    for case in cases:
        filing = by_no.get(case.filed.get("contract", {}).get("filing_no", ""))
        filed = Filed(
            docket_id=case.docket_id,
            unit_code=case.unit_code,
            parties=tuple(_party(p, with_numbers) for p in parties[case.docket_id]),
            terms=case.filed.get("terms", {}),
            evidence=frozenset(key.split("-")[0] for key in pages[case.docket_id]),
            contract=_contract(filing) if filing else None,
            other_filing=_contract(by_unit[case.unit_code]) if case.unit_code in by_unit else None,
            filed_units=frozenset(u for u in units_of(case) if u in by_unit),
            officer=case.filed.get("officer", {}),
            surveyed=_served(surveys.get(survey_id(case)), case),
            in_book=in_book,
            houses_of_owner=houses.get(case.unit_code, frozenset()),
            housed=case.unit_code in under_houses,
            at_window=case.filed_for_by_staff,
            submitted_at=case.submitted_at,
        )
        found[case.docket_id] = CaseFacts(
            case=case,
            registration=TYPES[case.type_code](filed),
            parties=tuple(parties[case.docket_id]),
            policy=policy_version(case.type_code, case.policy_version),
            filing=filing,
            pages=pages[case.docket_id],
            survey=surveys.get(survey_id(case)),
        )
    for docket_id, held in _other_claims(found).items():
        registration = found[docket_id].registration
        if not held.isdisjoint((u, registration.claim_class()) for u in registration.unit_codes):
            registration.filed = replace(registration.filed, other_case=True)
    return found


def facts(case: Case) -> CaseFacts:
    """Facts of one case."""
    return facts_of([case])[case.docket_id]


def answered(case: Case) -> RegistrationType:
    """The type as the answers of a case make it: who confirms, who does not apply. Asks the database nothing."""
    terms = case.filed.get("terms", {})
    return TYPES[case.type_code](Filed(None, case.unit_code, (), terms=terms))


def makes(case: Case) -> tuple[CertificateKind, ...]:
    """Which kinds of paper are handed out for a case, as its answers say."""
    return TYPES[case.type_code].makes(case.filed.get("terms", {}))


def makes_paper(case: Case) -> bool:
    """Whether something is handed out for a case, as its answers say."""
    return bool(makes(case))


def units_of(case: Case) -> tuple[str, ...]:
    """The unit that was applied for, and those that the application names with it."""
    named = case.filed.get("terms", {}).get("units") or ()
    return tuple(u for u in dict.fromkeys((case.unit_code, *named)) if u)


def survey_id(case: Case) -> uuid.UUID | None:
    """The survey a case was filed on: this version of it, whatever comes after."""
    value = case.filed.get("survey", {}).get("id")
    return uuid.UUID(value) if value else None


def _surveys(
    cases: Sequence[Case],
) -> tuple[dict[uuid.UUID | None, Measured], frozenset[str], dict[str, frozenset[str]]]:
    """Surveys of the cases, which of their parcels and buildings the register has, and of applications on land the
    houses in the same hands. Five statements and one; none where there is nothing to ask."""
    ids = {i for c in cases if (i := survey_id(c)) is not None}
    surveys: dict[uuid.UUID | None, Measured] = dict(measured(ids).items())
    codes = {code for one in surveys.values() for code in one.facts if len(code) < 28}
    land = {c.unit_code for c in cases if TYPES[c.type_code].subject == "land" and c.unit_code}
    return (
        surveys,
        known_land(codes) if codes else frozenset(),
        houses_in_the_same_hands(land) if land else {},
    )


def _served(one: Measured | None, case: Case) -> Mapping[str, Mapping[str, Any]]:
    """What the survey says, where this case may stand on it. Void, or used by another, it says nothing: the case is
    refused with B_NO_SURVEY until another is chosen."""
    if one is None or not serves(one.survey.status, one.survey.docket_id, case.docket_id):
        return {}
    return one.facts


def _filings(cases: Sequence[Case]) -> tuple[dict[str, Filing], dict[str, Filing]]:
    numbers = {c.filed.get("contract", {}).get("filing_no", "") for c in cases} - {""}
    units = {u for c in cases if TYPES[c.type_code].stopped_by_filing for u in units_of(c)}
    if not numbers and not units:
        return {}, {}
    found = filings(filing_nos=numbers, unit_codes=units)
    return {f.filing_no: f for f in found}, {f.unit_code: f for f in found if f.status == "filed"}


def _other_claims(found: Mapping[uuid.UUID, CaseFacts]) -> dict[uuid.UUID, set[tuple[str, str]]]:
    """For each case the live claims of other cases on its units."""
    units = {u for one in found.values() for u in one.registration.unit_codes}
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT docket_id, unit_code, conflict_class FROM cases_claim WHERE unit_code = ANY(%s) AND released_at IS NULL",
            [list(units)],
        )
        held = cursor.fetchall()
    return {mine: {(u, k) for d, u, k in held if d != mine} for mine in found} if held else {}


def _party(p: CaseParty, with_numbers: bool) -> PartyFact:
    return PartyFact(
        role=p.role,
        name=p.name,
        document_kind=p.document_kind,
        number=crypto.decrypt(p.number_cipher, NUMBER_PURPOSE) if with_numbers else "",
        number_index=p.number_index,
        share_numerator=p.share_numerator,
        confirmed=p.confirmed_at is not None,
        agent=p.agent_name,
        authority=p.agent_authority,
    )


def _contract(filing: Filing) -> ContractFact:
    return ContractFact(
        filing_no=filing.filing_no,
        unit_code=filing.unit_code,
        status=filing.status,
        price_fen=filing.price_fen,
        area_m2=str(filing.area_m2 or ""),
        sellers=filing.indexes("seller"),
        buyers=filing.indexes("buyer"),
    )


def registration_of(case: Case, parties: Iterable[CaseParty]) -> RegistrationType:
    """The registration as the application itself says it, without contract, papers or book: asks nothing."""
    filed = Filed(
        case.docket_id,
        case.unit_code,
        tuple(_party(p, with_numbers=False) for p in parties),
        terms=case.filed.get("terms", {}),
        at_window=case.filed_for_by_staff,
    )
    return TYPES[case.type_code](filed)


def filed(case: Case, party: CaseParty) -> bool:
    """Whether a party is the one who filed, in person or as its agent, or the organisation that did."""
    if case.organisation_id is not None:
        return party.organisation_id == case.organisation_id
    return case.person_id is not None and case.person_id in (party.person_id, party.agent_person_id)


def writes(case: Case, actor: Actor) -> bool:
    """Whether one who applies also fills the application in: an operator of the organisation that filed; of what a
    person filed everybody who applies in person; at the desk those who file for others. The rest only bring and
    confirm what is their own."""
    if case.filed_for_by_staff:
        return actor.may("case.file_for")
    return actor.organisation_id == case.organisation_id


def is_applicant(case: Case, parties: Iterable[CaseParty], actor: Actor) -> bool:
    """Whether the actor is one of those who apply: who filed it, a party by account or identity, or its organisation."""
    if actor.organisation_id and actor.organisation_id == case.organisation_id:
        return True
    # What an operator filed belongs to the organisation: who left it has no part in it any more.
    if (
        actor.user_id
        and actor.user_id == case.filed_by
        and not case.filed_for_by_staff
        and not case.organisation_id
    ):
        return True
    return any((p.person_id and p.person_id == actor.person_id) or is_party(p, actor) for p in parties)
