"""Words shared by the papers: heads, shares, terms of the land, amounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings

from dengbu.catalog.registrations.base import Combined
from dengbu.catalog.registrations.shares import COVERS, WHOLE
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor
from dengbu.core.identifiers import mask_document_number
from dengbu.core.money import format_yuan
from dengbu.core.printing import PrintHead
from dengbu.core.vocabulary import (
    CoOwnership,
    DocumentKind,
    HouseNature,
    HouseUse,
    LandUse,
    RightNature,
    Structure,
    SurveyKind,
    Vocabulary,
)
from dengbu.register.rules import UnitBook
from dengbu.surveys.queries import Measured

from ..facts import CaseFacts
from ..models import NUMBER_PURPOSE, Case, CaseParty

CAUSES = {
    "P01": "买卖",
    "D09": "买卖",
    **dict.fromkeys(("C01", "C02", "C04"), "买卖"),
    "B01": "设立抵押权",
    "B06": "抵押权消灭",
}  # 登记原因, where nothing else was filed


def head(case: Case, number: str, actor: Actor, *, reprint: int = 0) -> PrintHead:
    """The head of a paper: office, number, who printed it when, the case's QR (no personal data in it)."""
    return PrintHead(
        office=settings.OFFICE["name"],
        number=number,
        printed_at=clock.now(),
        printed_by=f"{actor.name}（工号 {actor.staff_number}）" if actor.staff_number else actor.name,
        qr=f"{settings.BASE_URL}/q/{case.token}" if case.token else f"{settings.BASE_URL}/",
        short_code=_grouped(case.short_code or case.docket.number[-8:]),
        reprint=reprint,
        sample=settings.ENV in ("demo", "training"),
    )


def _grouped(code: str) -> str:
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def label(kind: type[Vocabulary], value: Any, otherwise: str = "—") -> str:
    return kind(value).label if value in kind.values else otherwise


def document_label(kind: str) -> str:
    return label(DocumentKind, kind, "其他证件")


def cause(case: Case, otherwise: str) -> str:
    """登记原因 of a case as forms and certificates name it."""
    return str(case.filed.get("terms", {}).get("reason_text") or CAUSES.get(case.type_code, otherwise))


def masked(number: str) -> str:
    return mask_document_number(number) if number else ""


def co_ownership(
    coownership: str, names: list[str], numerators: list[int | None], denominator: int | None
) -> str:
    """共有情况 as printed: 单独所有, 共同共有, or each holder's share."""
    if coownership != "by_share" or not denominator:
        return label(CoOwnership, coownership)
    shares = "，".join(f"{n} {s}/{denominator}" for n, s in zip(names, numerators, strict=True))
    return f"按份共有（{shares}）"


def cn(day: dt.date | str | None) -> str:
    if not day:
        return ""
    day = dt.date.fromisoformat(day) if isinstance(day, str) else day
    return f"{day.year}年{day.month}月{day.day}日"


def land_term(book: UnitBook) -> str:
    since, until = book.parcel.get("term_from"), book.parcel.get("term_until")
    if not until:
        return "—"
    return (
        f"国有建设用地使用权 {cn(since)}起 {cn(until)}止" if since else f"国有建设用地使用权 至{cn(until)}止"
    )


def use(book: UnitBook) -> str:
    return f"{label(LandUse, book.parcel.get('land_use'))}/{label(HouseUse, book.use)}"


def nature(book: UnitBook) -> str:
    return f"{label(RightNature, book.parcel.get('right_nature'))}/{label(HouseNature, book.facts.get('house_nature'))}"


def area(book: UnitBook) -> str:
    return f"共有宗地面积 {book.parcel.get('area_m2', '—')}㎡/房屋建筑面积 {book.area_m2}㎡"


def measured(survey: Measured, codes: Sequence[str]) -> tuple[str, str]:
    """Area and use of units that are not in the book yet, together, as their survey has them."""
    facts = [survey.facts[c] for c in codes if c in survey.facts]
    of_land = survey.survey.kind == SurveyKind.LAND
    many = f"{len(facts)}处，" if len(facts) > 1 else ""
    total = sum((f["area_m2"] for f in facts), Decimal())
    uses = dict.fromkeys(label(LandUse if of_land else HouseUse, f.get("use")) for f in facts)
    return f"{many}{'宗地面积' if of_land else '房屋建筑面积'} {total}㎡", "、".join(uses)


def structure(book: UnitBook) -> str:
    return label(Structure, book.facts.get("structure"))


def house_lines(book: UnitBook) -> tuple[str, ...]:
    facts = book.facts
    lines = [f"房屋结构：{structure(book)}"]
    if facts.get("inner_area_m2"):
        lines.append(
            f"专有建筑面积：{facts['inner_area_m2']}㎡，分摊建筑面积：{facts.get('shared_area_m2') or 0}㎡"
        )
    if facts.get("floors"):
        lines.append(f"房屋总层数：{facts['floors']}层，所在层：第{facts.get('floor') or '—'}层")
    return tuple(lines)


def yuan(fen: int) -> str:
    return f"{format_yuan(fen)}元"


def number(party: CaseParty) -> str:
    """A party's document number in full."""
    return crypto.decrypt(party.number_cipher, NUMBER_PURPOSE)


def registered(found: CaseFacts) -> str:
    """What is registered; where the answers decide which parts it has, with its parts."""
    one = found.registration
    if isinstance(one, Combined) and not one.part_roles:
        return f"{one.name}（{'、'.join(one.parts_named())}）"
    return one.name


def covered(case: Case, parties: Iterable[CaseParty], name: Callable[[CaseParty], str] | None = None) -> str:
    """抵押范围 as it was filed: the whole, or whose share; empty where it was not asked. `name`: how a name is shown."""
    terms = case.filed.get("terms", {})
    if COVERS not in terms:
        return ""
    if terms[COVERS] == WHOLE:
        return "整处不动产"
    whose = [p for p in parties if p.role == "mortgagor"]
    return "、".join(
        f"{name(p) if name else p.name}的{p.share_numerator}/{terms.get('share_denominator')}份额"
        for p in whose
    )
