"""减免登记费 in a case: what may be claimed and for whom, what the applicant claimed, what the desk decided. Pure reads.

The claim lies with the delivery (`filed["delivery"]["fee_claim"]`), the decisions in `filed["exemptions"]`, one per
exemption and payer: {code, payer, granted, reason, by, by_id, at}. 财税〔2016〕79号, 财税〔2019〕45号.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from dengbu.catalog.fees import MORTGAGOR, PAYERS, SMALL, Claim, claims, standard_on
from dengbu.catalog.policy.policy import fee_standards
from dengbu.catalog.policy.schema import ChecklistItem
from dengbu.catalog.registrations import RegistrationType
from dengbu.catalog.registrations.base import Combined

ITEM = "FEEEX"  # the line of the checklist
BY_APPLICANT = ("applicant",)
BY_OFFICER = ("applicant", "officer", "register")


def claimable(kind: type[RegistrationType], day: dt.date, by: Iterable[str]) -> dict[str, Claim]:
    """The exemptions that could lower what a case of this type costs, by key. Empty where nothing is charged anyway."""
    rules = [part.fee_rule for part in (kind.parts if issubclass(kind, Combined) else (kind,))]
    return {c.key: c for c in claims(rules, standard_on(fee_standards(), day), tuple(by))}


def claimed(filed: Mapping[str, Any], kind: type[RegistrationType], day: dt.date) -> Claim | None:
    """What the applicant claims; None where they claim nothing, or what the type does not know."""
    key = filed.get("delivery", {}).get("fee_claim", "")
    return claimable(kind, day, BY_APPLICANT).get(key) if key else None


def decisions(filed: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What the desk decided, by key."""
    return {f"{d['code']}:{d['payer']}": d for d in filed.get("exemptions", ())}


def granted(filed: Mapping[str, Any], payer: str) -> frozenset[str]:
    """Codes of the exemptions that the desk found proven for one payer."""
    return frozenset(d["code"] for d in filed.get("exemptions", ()) if d["granted"] and d["payer"] == payer)


def small_mortgagor(filed: Mapping[str, Any]) -> bool:
    """Whether the desk found the mortgagor to be a small enterprise."""
    return SMALL in granted(filed, MORTGAGOR)


def who(claim: Claim, kind: type[RegistrationType]) -> str:
    """The payer in the words of the type: 受让方, 抵押权人 …"""
    if claim.payer == MORTGAGOR:
        return "抵押人"
    words = [
        r.word
        for r in kind.roles
        if r.side == "taker" and (r.key == "mortgagee") == (claim.payer == "mortgagee")
    ]
    return "、".join(dict.fromkeys(words)) or PAYERS[claim.payer]


def item(claim: Claim) -> ChecklistItem:
    """The line that a claim puts on the list: the undertaking that we print, or the paper to upload."""
    printed = claim.exemption.given == "undertaking"
    return ChecklistItem(
        code=ITEM,
        name="减免登记费承诺书" if printed else f"减免登记费的证明：{claim.exemption.proof}",
        why=claim.exemption.hint,
        when="required",
        condition=None,
        condition_label="",
        provided_by="applicant",
        source="generated" if printed else "upload",
        shared_from="",
        where="",
        sample="",
        originals=1,
        copies=0,
        min_pages=1,
        max_pages=10,
    )
