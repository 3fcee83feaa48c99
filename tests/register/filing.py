"""Registrations of the office's own types on the small book of `homes`: parties with their real numbers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dengbu.catalog.registrations import TYPES, Filed, PartyFact, RegistrationType
from dengbu.core import crypto
from dengbu.register.queries import unit_book
from dengbu.register.rules import UnitBook
from tests.register.homes import BUILDING, LAND, PARCEL

COMPANY = ("试验置业有限公司", "91419999MA000002X8")
SURVEY_OF_BUILDING = {"name": "1号楼", "structure": "mixed", "floors": 6}
SURVEY_OF_PARCEL = {"location": "试验路1号", "area_m2": Decimal("1000")}


def surveyed(*codes: str) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {BUILDING: SURVEY_OF_BUILDING, PARCEL: SURVEY_OF_PARCEL}
    for code in codes:
        found[code] = {"location": f"试验路1号{code[-4:]}", "use": "dwelling", "area_m2": Decimal("88.80")}
    return found


def by(role: str, person: tuple[str, str], name: str = "", **more: Any) -> PartyFact:
    kind = "uscc" if person[1].startswith("91") else "resident_id"
    return PartyFact(role, name or person[0], kind, person[1], crypto.index(person[1]), **more)


def asking(
    code: str, unit: str, *parties: PartyFact, papers: tuple[str, ...] = (), **terms: Any
) -> RegistrationType:
    survey, in_book = terms.pop("surveyed", {}), frozenset(terms.pop("in_book", ()))
    filed = Filed(
        uuid.uuid4(), unit, parties, terms=terms, surveyed=survey, in_book=in_book, evidence=frozenset(papers)
    )
    return Undocketed(TYPES[code](filed))  # type: ignore[return-value]


class Undocketed:
    """A registration entered outside any case: the book's tests have no dockets."""

    def __init__(self, inner: RegistrationType):
        self.inner = inner

    docket_id = None

    @property
    def registration_type(self) -> str:
        return self.inner.registration_type

    @property
    def unit_codes(self) -> tuple[str, ...]:
        return self.inner.unit_codes

    def judge(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Any:
        return self.inner.judge(books, at)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Any:
        return self.inner.effects(books, at)


def land_of(person: tuple[str, str]) -> RegistrationType:
    """D01 on the parcel of the small book."""
    return asking(
        "D01", LAND, by("land_user", person), nature="granted", source_no="合1", land_use="urban_residential",
        term_from="2020-01-01", term_until="2090-01-01", price_fen=100, price_paid=True, coownership="sole",
    )  # fmt: skip


def project(*units: str, developer: tuple[str, str] = COMPANY, **more: Any) -> RegistrationType:
    return asking(
        "D05", units[0], by("developer", developer), units=list(units), project_name="试验花园",
        completed_on="2026-10-01", common_parts="道路，小区，120", certificate="each", presold=True, surveyed=surveyed(*units), **more,
    )  # fmt: skip


def the_book(unit: str) -> UnitBook:
    found = unit_book(unit)
    assert found is not None
    return found
