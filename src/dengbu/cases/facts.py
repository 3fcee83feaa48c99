"""From a stored case to facts: what was filed, the checklist that applies, who is on it. Reads only."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dengbu.catalog.policy.policy import policy_version
from dengbu.catalog.policy.schema import ChecklistItem, TypePolicy
from dengbu.catalog.registrations import TYPES, ContractFact, Filed, PartyFact, RegistrationType
from dengbu.contracts.queries import Filing, filings
from dengbu.core import clock, crypto, rows
from dengbu.core.acts import Actor
from dengbu.core.identifiers import is_minor
from dengbu.register.rules import UnitBook

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
        items = self.policy.checklist_for(conditions)
        codes = [i.code for i in items]
        lines = []
        for item in items:
            key = item.code if codes.count(item.code) == 1 else f"{item.code}-{item.provided_by}"
            lines.append(Line(key, item, self._exempt(item, book)))
        return tuple(lines)

    def _exempt(self, item: ChecklistItem, book: UnitBook | None) -> str:
        if (
            item.code in ("SALE", "PRESALE")
            and self.filing is not None
            and self.filing.status in ("filed", "used")
        ):
            return "已从房管部门获取"
        if item.code == "PGCERT" and book is not None and book.notices:
            return "已从登记簿获取"
        return ""


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
    claims = _other_claims(cases)
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
            officer=case.filed.get("officer", {}),
            other_case=False,
        )
        registration = TYPES[case.type_code](filed)
        held = claims.get(case.docket_id, set())
        if held and not held.isdisjoint((u, registration.claim_class()) for u in registration.unit_codes):
            registration.filed = _pending(filed)
        found[case.docket_id] = CaseFacts(
            case=case,
            registration=registration,
            parties=tuple(parties[case.docket_id]),
            policy=policy_version(case.type_code, case.policy_version),
            filing=filing,
            pages=pages[case.docket_id],
        )
    return found


def facts(case: Case) -> CaseFacts:
    """Facts of one case."""
    return facts_of([case])[case.docket_id]


def _pending(filed: Filed) -> Filed:
    return replace(filed, other_case=True)


def _filings(cases: Sequence[Case]) -> tuple[dict[str, Filing], dict[str, Filing]]:
    numbers = {c.filed.get("contract", {}).get("filing_no", "") for c in cases} - {""}
    units = {c.unit_code for c in cases if TYPES[c.type_code].stopped_by_filing and c.unit_code}
    if not numbers and not units:
        return {}, {}
    found = filings(filing_nos=numbers, unit_codes=units)
    return {f.filing_no: f for f in found}, {f.unit_code: f for f in found if f.status == "filed"}


def _other_claims(cases: Sequence[Case]) -> dict[uuid.UUID, set[tuple[str, str]]]:
    """For each case the live claims of other cases on its unit."""
    units = {u for c in cases for u in units_of(c)}
    with rows.cursor() as cursor:
        cursor.execute(
            "SELECT docket_id, unit_code, conflict_class FROM cases_claim WHERE unit_code = ANY(%s) AND released_at IS NULL",
            [list(units)],
        )
        held = cursor.fetchall()
    return {c.docket_id: {(u, k) for d, u, k in held if d != c.docket_id} for c in cases}


def units_of(case: Case) -> tuple[str, ...]:
    """The units a case is about: the one it was filed for, and those named with it."""
    return tuple(
        u for u in dict.fromkeys((case.unit_code, *(case.filed.get("terms", {}).get("units") or ()))) if u
    )


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
    return any(
        (p.person_id and p.person_id == actor.person_id)
        or (p.organisation_id and p.organisation_id == actor.organisation_id)
        or (actor.identity_index and p.number_index == actor.identity_index)
        for p in parties
    )
