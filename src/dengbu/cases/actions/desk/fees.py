"""What a case costs: its parts by the dated standards, its certificates, the exemptions that the desk granted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dengbu.catalog.fees import FeeAssessment, FeeFacts, FeeUnit, assess, standard_on
from dengbu.catalog.policy.policy import fee_standards
from dengbu.catalog.registrations import RegistrationType
from dengbu.catalog.registrations.base import PaperWay
from dengbu.core import clock
from dengbu.core.identifiers import parcel_code_of
from dengbu.core.vocabulary import CertificateKind, HouseNature, HouseUse, RightKind
from dengbu.register.effects import Grant, HolderIn
from dengbu.register.rules import HolderFact, UnitBook

from ... import exemptions
from ...facts import CaseFacts

OBJECTION = "objection"  # a restriction, and yet who objected gets a proof of it


def paper_of(right_kind: str) -> CertificateKind:
    """What is handed out for a right: a certificate for a title, a proof for all others and for an objection (细则 20)."""
    if right_kind == OBJECTION:
        return CertificateKind.PROOF
    return CertificateKind.CERTIFICATE if RightKind(right_kind).is_ownership else CertificateKind.PROOF


def certificates_of(found: CaseFacts, granted: Sequence[Grant] | None) -> int:
    """How many certificates a case makes: one a right or one with a list of units, or one per holder where they asked
    to hold separately. `granted` are the rights of its entries; None while it waits. Proofs do not count: they cost
    nothing."""
    way = paper_way(found)
    if way == "none":
        return 0
    if granted:
        titles = [g for g in granted if paper_of(g.kind) is CertificateKind.CERTIFICATE]
        if way == "listed":
            titles = list({parcel_code_of(g.unit): g for g in titles}.values())
        return sum(len(names_on(found, g.holders)) for g in titles)
    titled = next(
        (r for r in found.registration.registrations() if r.produces is CertificateKind.CERTIFICATE), None
    )
    if titled is None:
        return 0
    takers = titled.filed.role(*titled.taker_roles)
    separately = found.case.filed.get("delivery", {}).get("separate")
    return len(takers) if separately and takers else 1


def paper_way(found: CaseFacts) -> PaperWay:
    """What papers the rights of a case get: one each, one for all, or none."""
    return found.registration.paper_way(found.registration.filed.terms)


def names_on(found: CaseFacts, holders: Sequence[HolderIn | HolderFact]) -> list[str]:
    """Names on the papers of a right: one paper of all, or one each where they asked to hold separately."""
    names = [h.name for h in holders]
    if found.case.filed.get("delivery", {}).get("separate") and len(names) > 1:
        return names
    return ["、".join(names)]


@dataclass(frozen=True, slots=True)
class CaseFee:
    """What a case costs: the assessments of its parts, each with who pays it, and their sum."""

    parts: tuple[tuple[FeeAssessment, str], ...]

    @property
    def total_fen(self) -> int:
        return sum(a.total_fen for a, _ in self.parts)

    @property
    def is_free(self) -> bool:
        return self.total_fen == 0

    @property
    def exemption_name(self) -> str:
        return "、".join(dict.fromkeys(a.exemption_name for a, _ in self.parts if a.exemption_name))

    @property
    def exemption_said(self) -> str:
        """As the bill and the voucher of a free case name it: reason, code, on what it rests (corrections §2.14)."""
        return "；".join(
            dict.fromkeys(
                f"{a.exemption_name}（{a.exemption}），凭{a.exemption_proof}"
                if a.exemption_proof
                else a.exemption_name
                for a, _ in self.parts
                if a.exemption_name
            )
        )

    @property
    def basis(self) -> str:
        return "；".join(dict.fromkeys(a.exemption_basis or a.basis for a, _ in self.parts))

    @property
    def payer(self) -> str:
        """Who pays; where the parts have payers of their own, those who pay something."""
        paying = [who for a, who in self.parts if not a.is_free] or [who for _, who in self.parts]
        return "；".join(dict.fromkeys(paying))[:200]


def fee_of(found: CaseFacts, books: Mapping[str, UnitBook], certificates: int) -> CaseFee:
    """The fee by the dated standards, on today as the day of acceptance (财税〔2019〕45号). Each part of a combined case
    is charged by its own rule, to its own payer."""
    parts = []
    standard = standard_on(fee_standards(), clock.today())
    filed = found.case.filed
    for registration in found.registration.registrations():
        rule = standard.rules.get(registration.fee_rule)
        titled = registration.produces is CertificateKind.CERTIFICATE
        assessment = assess(
            FeeFacts(
                rule=registration.fee_rule,
                accepted_on=clock.today(),
                units=tuple(_fee_unit(code, books.get(code), registration) for code in registration.charged),
                certificates=max(certificates, 1) if titled else 0,
                claimed=exemptions.granted(filed, rule.payer if rule else ""),
                small_mortgagor=exemptions.small_mortgagor(filed),
            ),
            fee_standards(),
        )
        roles = registration.taker_roles or registration.owner_roles
        parts.append((assessment, "、".join(p.name for p in registration.filed.role(*roles))))
    return CaseFee(tuple(parts))


def _fee_unit(code: str, book: UnitBook | None, registration: RegistrationType) -> FeeUnit:
    """A unit as the book has it; what is registered from a survey, as the survey has it."""
    facts_: Mapping[str, Any] = book.facts if book else {}
    if code in registration.opened:
        facts_ = registration.filed.surveyed.get(code, facts_)
    nature = facts_.get("house_nature")
    return FeeUnit(
        parcel=book.parcel_code if book else parcel_code_of(code),
        use=HouseUse(facts_["use"]) if facts_.get("use") in HouseUse.values else None,
        nature=HouseNature(nature) if nature in HouseNature.values else HouseNature.MARKET,
    )


def bill_for(
    found: CaseFacts, books: Mapping[str, UnitBook], granted: Sequence[Grant] | None
) -> dict[str, object]:
    """The bill of a case for `raise_bills`. `granted` are the rights of its entries; None while it waits."""
    fee = fee_of(found, books, certificates_of(found, granted))
    several = len({who for _, who in fee.parts}) > 1
    return {
        "docket_id": found.case.docket_id,
        "lines": [
            {
                "item": x.item,
                "quantity": x.quantity,
                "each_fen": x.each_fen,
                "amount_fen": x.amount_fen,
                "note": "，".join(w for w in (x.note, f"由{who}缴纳") if w)
                if several and x.amount_fen
                else x.note,
            }
            for assessment, who in fee.parts
            for x in assessment.lines
        ],
        "total_fen": fee.total_fen,
        "payer": fee.payer,
        "exemption": fee.exemption_said or ("免收" if fee.is_free else ""),
        "basis": fee.basis,
    }
