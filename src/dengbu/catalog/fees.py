"""What a registration costs, and who pays: a pure calculation from facts and the dated standards of `fees.toml`.

One 件 is one unit, one right, one registration type; for mortgages several units of one loan on one parcel are one 件.
The standard of the day of acceptance (受理日) holds. Amounts in 分. 财税〔2016〕79号, 发改价格规〔2016〕2559号,
财税〔2019〕45号.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from dengbu.catalog.policy.schema import Exemption, FeeRule, FeeStandard
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import HouseNature, HouseUse

CERTIFICATE_ITEM: Final = "不动产权属证书工本费"
SMALL: Final = "EX_SMALL"
MORTGAGOR: Final = "mortgagor"  # pays nothing itself; local policy may let the bank off for its sake
PAYERS: Final = {
    "right_holder": "权利人",
    "mortgagee": "抵押权人",
    "applicant": "申请人",
    "developer": "开发企业",
    "objector": "异议申请人",
    "nobody": "无需缴费",
}


@dataclass(frozen=True, slots=True)
class FeeUnit:
    """A unit as the fee sees it. `use` None is bare land; `own_certificate` False is a parking place or storage room
    registered together with its flat on the flat's certificate."""

    parcel: str
    use: HouseUse | None
    nature: HouseNature = HouseNature.MARKET
    own_certificate: bool = True


@dataclass(frozen=True, slots=True)
class FeeFacts:
    """One registration on the day of acceptance. A combined case (买卖 + 抵押) is several, each with its own payer.

    `certificates` is how many 证书 are made (proofs cost nothing); `detail` names a kind of change that has its own
    percent (name, split); `claimed` are exemption codes the officer has found proven; `small_mortgagor` says the
    mortgagor is a small enterprise (local policy decides whether that counts).
    """

    rule: str
    accepted_on: dt.date
    units: tuple[FeeUnit, ...]
    certificates: int = 1
    detail: str = ""
    claimed: frozenset[str] = frozenset()
    small_mortgagor: bool = False


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One line of the bill: item, number of 件 or 本, price each, sum, and why it is less than the price."""

    item: str
    quantity: int
    each_fen: int
    amount_fen: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class FeeAssessment:
    """The bill. `payer` is a role (see PAYERS); `exemption` the code of the reason when something was waived."""

    lines: tuple[FeeLine, ...]
    total_fen: int
    payer: str
    exemption: str = ""
    exemption_name: str = ""
    exemption_basis: str = ""
    exemption_proof: str = ""
    standard: str = ""
    basis: str = ""  # the documents that set the standard
    rule: str = field(default="")

    @property
    def payer_label(self) -> str:
        return PAYERS[self.payer]

    @property
    def is_free(self) -> bool:
        return self.total_fen == 0


def standard_on(standards: Iterable[FeeStandard], day: dt.date) -> FeeStandard:
    """The standard in force on a day. Raises Refused when none is."""
    for standard in standards:
        if standard.covers(day):
            return standard
    raise Refused(
        Refusal(
            "FEE_STANDARD_UNKNOWN",
            f"没有 {day} 适用的收费标准，暂不能计算费用。",
            "请管理员在收费标准中补充这一天适用的版本。",
        )
    )


def assess(facts: FeeFacts, standards: Sequence[FeeStandard]) -> FeeAssessment:
    """Work out the bill of one registration.

    Raises Refused when no standard covers the day, when the rule or a claimed exemption is not in it, or when a
    charged registration names no unit.
    """
    standard = standard_on(standards, facts.accepted_on)
    rule = standard.rules.get(facts.rule)
    if rule is None:
        raise Refused(
            Refusal(
                "FEE_RULE_UNKNOWN",
                f"收费标准 {standard.version} 中没有规则 {facts.rule}。",
                "请管理员在 fees.toml 中补充。",
            )
        )
    if rule.amount not in ("none", "certificates_only") and not facts.units:
        raise Refused(Refusal("FEE_NO_UNIT", "没有不动产单元，无法计算费用。", "请先选择不动产。"))
    exemption = _exemption(facts, standard, rule)
    lines = [
        *_registration(facts, standard, rule, exemption),
        *_certificates(facts, standard, rule, exemption),
    ]
    shown = exemption if exemption and any(line.note == exemption.name for line in lines) else None
    free_by_rule = rule.free_reason if not shown else ""
    return FeeAssessment(
        lines=tuple(lines),
        total_fen=sum(line.amount_fen for line in lines),
        payer=rule.payer,
        exemption=shown.code if shown else ("NOT_CHARGED" if free_by_rule else ""),
        exemption_name=shown.name if shown else free_by_rule,
        exemption_basis=shown.basis if shown else (standard.basis if free_by_rule else ""),
        exemption_proof=shown.proof if shown else "",
        standard=standard.version,
        basis=standard.basis,
        rule=facts.rule,
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """An exemption of the standard and the payer whose bill it would lower (a role, see PAYERS; or `mortgagor`)."""

    exemption: Exemption
    payer: str

    @property
    def key(self) -> str:
        return f"{self.exemption.code}:{self.payer}"


def claims(rules: Iterable[str], standard: FeeStandard, by: Iterable[str]) -> tuple[Claim, ...]:
    """The exemptions that could lower a bill of these rules, and for whom. `by`: who brings them up (`claimed_by`).

    That a mortgagor is a small enterprise counts only where the office says so (corrections 20).
    """
    found: dict[str, Claim] = {}
    for name in dict.fromkeys(rules):
        rule = standard.rules.get(name)
        if rule is None:
            continue
        for exemption in standard.exemptions:
            if exemption.claimed_by not in by or not exemption.holds_for(name):
                continue
            if _charges(rule) or (exemption.waives == "all" and rule.certificates != "free"):
                claim = Claim(exemption, rule.payer)
                found.setdefault(claim.key, claim)
                if exemption.code == SMALL and rule.payer == "mortgagee" and standard.small_mortgagor_exempts:
                    claim = Claim(exemption, MORTGAGOR)
                    found.setdefault(claim.key, claim)
    return tuple(found.values())


def _charges(rule: FeeRule) -> bool:
    return rule.amount not in ("none", "certificates_only") and any((rule.percent, *rule.percents.values()))


def _exemption(facts: FeeFacts, standard: FeeStandard, rule: FeeRule) -> Exemption | None:
    """The best reason not to pay: those claimed and those the register itself shows."""
    known = {exemption.code: exemption for exemption in standard.exemptions}
    for code in sorted(facts.claimed):
        if code not in known:
            raise Refused(
                Refusal(
                    "FEE_EXEMPTION_UNKNOWN",
                    f"收费标准 {standard.version} 中没有减免项 {code}。",
                    "请从列表中重新选择减免原因。",
                )
            )
    codes = set(facts.claimed)
    if facts.small_mortgagor and rule.payer == "mortgagee" and standard.small_mortgagor_exempts:
        codes.add(SMALL)
    if facts.units and all(unit.nature.is_fee_exempt for unit in facts.units):
        codes.add("EX_SOCIAL")
    if facts.units and all(_attached(unit) for unit in facts.units):
        codes.add("EX_ATTACHED")
    order = ("all", "fee", "fee_keep_each_certificate")
    usable = [known[code] for code in codes if code in known and known[code].holds_for(facts.rule)]
    found = sorted(usable, key=lambda exemption: (order.index(exemption.waives), exemption.code))
    return found[0] if found else None


def _attached(unit: FeeUnit) -> bool:
    return unit.use is not None and unit.use.is_attached_space and not unit.own_certificate


def _price(unit: FeeUnit, standard: FeeStandard, rule: FeeRule) -> int:
    if rule.amount == "residential":
        return standard.residential_fen
    if rule.amount == "non_residential" or unit.use is None:
        return standard.non_residential_fen
    if unit.use.is_residential:
        return standard.residential_fen
    return standard.attached_space_fen if unit.use.is_attached_space else standard.non_residential_fen


def _items(facts: FeeFacts, standard: FeeStandard, rule: FeeRule) -> list[int]:
    """The full price of every 件."""
    counted = [unit for unit in facts.units if not _attached(unit)] or list(facts.units[:1])
    if rule.counted_by == "unit":
        return [_price(unit, standard, rule) for unit in counted]
    groups: dict[str, set[int]] = {}
    for unit in counted:
        groups.setdefault(unit.parcel if rule.counted_by == "parcel" else "", set()).add(
            _price(unit, standard, rule)
        )
    if standard.mixed_parcel == "highest":
        return [max(prices) for prices in groups.values()]
    return [price for prices in groups.values() for price in sorted(prices)]


def _registration(
    facts: FeeFacts, standard: FeeStandard, rule: FeeRule, exemption: Exemption | None
) -> list[FeeLine]:
    if rule.amount == "certificates_only":
        return []
    if rule.amount == "none":
        return [FeeLine(rule.item, 1, 0, 0, rule.free_reason)]
    percent = rule.percents.get(facts.detail, rule.percent)
    items = _items(facts, standard, rule)
    lines = []
    for price in sorted(set(items)):
        count, each = items.count(price), price * percent // 100
        if percent == 0:
            lines.append(FeeLine(rule.item, count, 0, 0, rule.free_reason))
        elif exemption is not None:
            lines.append(FeeLine(rule.item, count, each, 0, exemption.name))
        else:
            note = "减半收取" if percent == 50 else ""
            lines.append(FeeLine(rule.item, count, each, count * each, note))
    return lines


def _certificates(
    facts: FeeFacts, standard: FeeStandard, rule: FeeRule, exemption: Exemption | None
) -> list[FeeLine]:
    """Certificates that cost: beyond the first of the registration, or each where only they are charged."""
    each_pays = rule.certificates == "each" or (
        exemption is not None and exemption.waives == "fee_keep_each_certificate"
    )
    if rule.certificates == "free":
        return []
    included = 0 if each_pays else _included(facts)
    count = max(facts.certificates - included, 0)
    if count == 0:
        return []
    if exemption is not None and exemption.waives == "all":
        return [FeeLine(CERTIFICATE_ITEM, count, standard.certificate_fen, 0, exemption.name)]
    return [FeeLine(CERTIFICATE_ITEM, count, standard.certificate_fen, count * standard.certificate_fen)]


def _included(facts: FeeFacts) -> int:
    """The first certificate of every 件 is in the registration fee."""
    return max(sum(1 for unit in facts.units if not _attached(unit)), 1)
