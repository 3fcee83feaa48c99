"""What it costs, as `catalog.fees` works it out for one home, one shop and one parking place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from dengbu.catalog.fees import (
    CERTIFICATE_ITEM,
    PAYERS,
    FeeAssessment,
    FeeFacts,
    FeeUnit,
    assess,
    standard_on,
)
from dengbu.catalog.policy import TypePolicy, fee_standards
from dengbu.catalog.policy.schema import Exemption
from dengbu.catalog.registrations import RegistrationType
from dengbu.core.money import format_yuan
from dengbu.core.vocabulary import HouseUse

MORE = "每多领一本证书"
HOMES = (
    ("住宅", HouseUse.DWELLING),
    ("非住宅", HouseUse.OFFICE),
    ("单独办证的车位、储藏室", HouseUse.PARKING),
)


@dataclass(frozen=True, slots=True)
class FeeRow:
    """One line of the table: for what, who pays, how much (分) for each what."""

    what: str
    payer: str
    fen: int
    each: str

    @property
    def amount(self) -> str:
        return f"{yuan(self.fen)}／{self.each}"


@dataclass(frozen=True, slots=True)
class FeeTable:
    """The whole table. `free_reason` says why no registration fee is charged, where none is."""

    rows: tuple[FeeRow, ...]
    free_reason: str
    exemptions: tuple[Exemption, ...]
    basis: str

    @property
    def free(self) -> bool:
        """Whether the registration itself costs nothing; certificates may."""
        return not any(row.each == "件" for row in self.rows)

    @property
    def shown(self) -> str:
        charged = [row for row in self.rows if row.what != MORE]
        return charged[0].amount if charged else "不收费"


def yuan(fen: int) -> str:
    return f"{format_yuan(fen).removesuffix('.00')} 元"


def fee_table(kind: type[RegistrationType], policy: TypePolicy, today: dt.date) -> FeeTable:
    """The fees of a type on a day. Raises Refused when no standard is in force."""
    standard = standard_on(fee_standards(), today)
    rows: list[FeeRow] = []
    reasons: list[str] = []
    exempt: dict[str, Exemption] = {}
    for use in policy.fees:
        found = tuple(_rows(kind, use.rule, today, several=len(policy.fees) > 1))
        rows += found
        reason = _asked(kind, use.rule, today)[0][1].exemption_name
        if reason:
            reasons.append(reason)
        for row in found:
            exempt |= {
                e.code: e
                for e in standard.exemptions
                if e.holds_for(use.rule) and (row.what != CERTIFICATE_ITEM or e.waives == "all")
            }
    return FeeTable(
        tuple(rows),
        "；".join(dict.fromkeys(reasons)),
        tuple(exempt.values()),
        f"{standard.basis}，{standard.valid_from:%Y年%-m月%-d日}起执行",
    )


def _assess(rule: str, today: dt.date, use: HouseUse | None, certificates: int) -> FeeAssessment:
    facts = FeeFacts(rule=rule, accepted_on=today, units=(FeeUnit("", use),), certificates=certificates)
    return assess(facts, fee_standards())


def _asked(kind: type[RegistrationType], rule: str, today: dt.date) -> list[tuple[str, FeeAssessment]]:
    """One bill for each kind of thing; for land there is only one."""
    things = (("", None),) if kind.subject == "land" else HOMES
    return [(word, _assess(rule, today, use, 1)) for word, use in things]


def _rows(kind: type[RegistrationType], rule: str, today: dt.date, several: bool) -> Iterator[FeeRow]:
    bills = _asked(kind, rule, today)
    payer = _payer(kind, bills[0][1].payer)
    by_price: dict[tuple[int, bool], list[str]] = {}
    for word, bill in bills:
        paper = all(line.item == CERTIFICATE_ITEM for line in bill.lines)
        by_price.setdefault((bill.total_fen, paper), []).append(word)
    for (fen, paper), words in by_price.items():
        if fen:
            what = CERTIFICATE_ITEM if paper else "登记费"
            if len(by_price) > 1:
                what += f"，{'、'.join(words)}"
            if several and rule.startswith("FEE_MTG"):
                what = f"抵押{what}"
            yield FeeRow(what, payer, fen, "本" if paper else "件")
    if any(paper for _, paper in by_price):
        return  # every certificate is charged alike
    more = (
        _assess(rule, today, HouseUse.DWELLING, 2).total_fen
        - _assess(rule, today, HouseUse.DWELLING, 1).total_fen
    )
    if more > 0:
        yield FeeRow(MORE, payer, more, "本")


def _payer(kind: type[RegistrationType], payer: str) -> str:
    """Who pays, as the type calls him."""
    takers = [r for r in kind.roles if r.side == "taker"]
    if payer == "mortgagee":
        takers = [r for r in takers if r.key == "mortgagee"]
    elif len(takers) > 1:
        takers = [r for r in takers if r.key != "mortgagee"]
    return "、".join(r.word for r in takers) or PAYERS[payer]
