"""登记簿查询: by unit code or certificate number, then the page of the book in its five blocks."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from dengbu.cases.documents.proofs import lines
from dengbu.cases.queries.desk import units_in_hand
from dengbu.catalog.registrations import TYPES
from dengbu.certificates.queries import by_id, by_number, list_counts, list_page, live_for_rights
from dengbu.core import clock, crypto, sights
from dengbu.core.identifiers import half_width, land_unit, mask_document_number
from dengbu.core.money import format_yuan
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import (
    CertificateKind,
    CoOwnership,
    DocumentKind,
    HouseUse,
    MortgagedThing,
    NoticeKind,
    RestrictionKind,
)
from dengbu.register.effects import NUMBER_PURPOSE
from dengbu.register.history import Ended, history_of, notes_of
from dengbu.register.queries import lines_of, unit_book
from dengbu.register.rules import RestrictionFact, RightFact, UnitBook

from ..pages import page
from ..templatetags._text import cn_datetime
from .book_notes import LAND_TELLS, shown
from .shell import desk, see_other, type_name

UNIT_CODE = re.compile(r"[0-9A-Z]{28}")
RIGHTS = {
    "house_ownership": "国有建设用地使用权/房屋所有权",
    "land_use": "国有建设用地使用权",
    "mortgage": "抵押权",
    "advance_notice": "预告登记",
    "residence": "居住权",
    "easement": "地役权",
}
MORTGAGES = {"ordinary": "一般抵押", "maximum": "最高额抵押"}
KIND_WORDS = {k.value: k.label for k in CertificateKind}
LIMITED: dict[Any, str] = {True: "有禁止或限制转让的约定", False: "没有禁止或限制转让的约定"}


@page(
    "desk/register/", name="desk.register", surface="staff", needs="register.query", sql=4, example="reviewer"
)
def lookup(request: HttpRequest) -> HttpResponse:
    """Find a unit by its code or by a certificate's number; found, it leads to the page of the book."""
    typed = request.GET.get("q", "").strip()
    refusal = None
    if typed:
        leads_to = found_at(typed)
        if leads_to:
            return see_other(*leads_to)
        refusal = Refusal(
            "REGISTER_NOT_FOUND",
            f"登记簿上没有找到“{typed[:40]}”。",
            "请核对28位不动产单元号，或完整的不动产权证号、不动产登记证明号。没有找到不等于没有登记。",
            "",
            "q",
        )
    return desk(
        request,
        "desk/register.html",
        {"q": typed, "refusals": [refusal] if refusal else []},
        current="desk.register",
        status=422 if refusal else 200,
    )


def found_at(typed: str) -> tuple[str, Any] | None:
    """The page that a unit's code or a certificate's number leads to: of the unit, or of the paper's list of units; None
    when the book has none. Two statements at most."""
    code = re.sub(r"\s+", "", half_width(typed)).upper()
    if UNIT_CODE.fullmatch(code):
        return ("desk.register_unit", code) if unit_book(code) else None
    paper = by_number(typed)
    if paper is None:
        return None
    return (
        ("desk.register_paper", paper.pk)
        if list_counts([paper.pk])
        else ("desk.register_unit", paper.unit_code)
    )


@page(
    "desk/register/paper/<uuid:certificate>/",
    name="desk.register_paper",
    surface="staff",
    needs="register.query",
    sql=9,
    example="listed_paper",
)
def paper_page(request: HttpRequest, certificate: uuid.UUID) -> HttpResponse:
    """A certificate or proof with a list of units: which it still covers, and which have left it."""
    paper = by_id(certificate)
    counts = list_counts([certificate])
    if paper is None or not counts:
        raise Http404
    typed = request.GET.get("after", "")
    rows, following = list_page(certificate, int(typed) if re.fullmatch(r"\d{1,6}", typed) else 0)
    said = lines_of(one.unit_code for one in rows)
    sights.saw("register", paper.number, purpose="登记簿查询")
    left, all_ = counts[certificate]
    return desk(
        request,
        "desk/register_paper.html",
        {
            "paper": paper,
            "kind": KIND_WORDS[paper.kind],
            "void": paper.state == "void",
            "left": left,
            "all": all_,
            "next": following,
            "rows": [
                {
                    "ordinal": one.ordinal,
                    "code": one.unit_code,
                    "place": said.get(one.unit_code, ("", "", ""))[0],
                    "covered": one.ended_by_entry is None and paper.state != "void",
                }
                for one in rows
            ],
        },
        current="desk.register",
    )


@page(
    "desk/register/<str:unit>/",
    name="desk.register_unit",
    surface="staff",
    needs="register.query",
    sql=9,
    example="unit",
)
def unit_page(request: HttpRequest, unit: str) -> HttpResponse:
    """The page of the book: 现势 or, with `show=history`, what has ended, with entry numbers."""
    book = unit_book(unit)
    if book is None:
        raise Http404
    history = request.GET.get("show") == "history"
    sights.saw("register", unit, purpose="登记簿查询")
    now = clock.now()
    certificates = live_for_rights([r.public_id for r in book.rights])
    ended = history_of(unit) if history else []
    return desk(
        request,
        "desk/register_unit.html",
        {
            "book": book,
            "history": history,
            "as_of": now,
            "here": reverse("web:desk.register_unit", args=[unit]),
            "tags": _tags(book),
            "parcel": _parcel(book),
            "house": _house(book),
            "owners": _owners(book, certificates),
            "others": [_restriction(r, "房屋") for r in book.restrictions]
            + [_restriction(r, "土地") for r in book.land]
            + [_other(r) for r in book.rights if r.kind not in ("house_ownership", "land_use", "mortgage")],
            "mortgages": [_mortgage(r, certificates, "") for r in book.mortgages]
            + [_mortgage(r, certificates, "土地") for r in book.land_rights if r.kind == "mortgage"],
            "past_owners": [_past(e) for e in ended if e.kind in ("house_ownership", "land_use")],
            "past_others": [
                _past(e) for e in ended if e.kind not in ("house_ownership", "land_use", "mortgage")
            ],
            "past_mortgages": [_past(e) for e in ended if e.kind == "mortgage"],
            "notes": [
                shown(n, land=n.unit_code != unit)
                for n in notes_of(unit, land_unit(unit))
                if n.unit_code == unit or n.kind in LAND_TELLS
            ],
            "cases": [
                {
                    "number": c.docket.number,
                    "type": type_name(c.type_code),
                    "url": reverse("web:desk.review_case", args=[c.pk]),
                }
                for c in units_in_hand(unit)
            ],
        },
        current="desk.register",
    )


#: limits that are no seizure: a home under one never carries a tick
LIMITS = {"internal_lock": "内部锁定", "freeze": "已限制"} | dict.fromkeys(
    ("sale_limit", "dispute", "illegal_building"), "已限制"
)


def _tags(book: UnitBook) -> list[tuple[str, str, str]]:
    tags = []
    if book.closed:
        tags.append(("已注销", "neutral", "no"))
    seized = any(r.kind in ("seizure", "preseizure") for r in (*book.restrictions, *book.land))
    held = [r.kind for r in (*book.restrictions, *book.land) if r.kind in LIMITS]
    if seized:
        tags.append(("已查封", "fix", "lock"))
    if held:
        tags.append((LIMITS[held[0]], "fix", "lock"))
    if not seized and not held:
        tags.append(("无查封", "neutral", "check"))
    if book.mortgages:
        tags.append(("已抵押", "warn", "lock"))
    if any(r.kind == "objection" for r in book.restrictions):
        tags.append(("有异议", "warn", "alert"))
    if book.notices:
        tags.append(("有预告", "warn", "alert"))
    return tags


def _facts(*rows: tuple[str, Any]) -> list[tuple[str, str]]:
    return [(key, str(value) if value not in (None, "") else "没有记载") for key, value in rows]


def _parcel(book: UnitBook) -> list[tuple[str, str]]:
    p = book.parcel
    term = (
        f"{p['term_from']}至{p['term_until']}"
        if p.get("term_from") and p.get("term_until")
        else p.get("term_until")
    )
    return _facts(
        ("坐落", p.get("location")),
        ("宗地面积", f"{p['area_m2']}㎡" if p.get("area_m2") else None),
        ("权利性质", LAND_NATURES.get(str(p.get("right_nature", "")), p.get("right_nature"))),
        ("用途", LAND_USES.get(str(p.get("land_use", "")), p.get("land_use"))),
        ("使用期限", term),
    )


def _labels(name: str) -> dict[str, str]:
    from dengbu.core import vocabulary

    found = getattr(vocabulary, name, None)
    return {m.value: m.label for m in found} if found else {}


LAND_NATURES, LAND_USES, NATURES, STRUCTURES = (
    _labels(n) for n in ("RightNature", "LandUse", "HouseNature", "Structure")
)


def _house(book: UnitBook) -> list[tuple[str, str]]:
    f = book.facts
    inner, shared = f.get("inner_area_m2"), f.get("shared_area_m2")
    area = f"{book.area_m2}㎡" + (f"（套内{inner}，分摊{shared}）" if inner and shared else "")
    floors = "，".join(
        x
        for x in (
            f"共{f['floors']}层" if f.get("floors") else "",
            f"在第{f['floor']}层" if f.get("floor") else "",
        )
        if x
    )
    return _facts(
        ("坐落", book.location),
        ("房号", f.get("room")),
        ("层数", floors),
        ("建筑面积", area),
        ("房屋结构", STRUCTURES.get(str(f.get("structure", "")), f.get("structure"))),
        ("房屋性质", NATURES.get(str(f.get("house_nature", "")), f.get("house_nature"))),
        ("规划用途", HouseUse(book.use).label if book.use in HouseUse.values else book.use),
    )


def _share(right: RightFact, numerator: int | None) -> str:
    word = CoOwnership(right.coownership).label
    return f"{word} {numerator}/{right.share_denominator}" if numerator and right.share_denominator else word


def _owners(book: UnitBook, certificates: dict[Any, str]) -> list[dict[str, Any]]:
    rows = []
    for right in book.rights:
        if right.kind not in ("house_ownership", "land_use"):
            continue
        for holder in right.holders:
            rows.append(
                {
                    "name": holder.name,
                    "kind": DocumentKind(holder.document_kind).label
                    if holder.document_kind in DocumentKind.values
                    else "证件",
                    "number": mask_document_number(crypto.decrypt(holder.number_cipher, NUMBER_PURPOSE)),
                    "share": _share(right, holder.share_numerator),
                    "certificate": certificates.get(right.public_id, "没有记载"),
                    "right": RIGHTS[right.kind],
                    "on": right.registered_on,
                    "entry": right.entry_number,
                }
            )
    return rows


def _span(since: Any, until: Any) -> str:
    if not since and not until:
        return "没有记载期限"
    return f"{cn_datetime(since) or '—'}至{cn_datetime(until) or '没有期限'}"


def _restriction(r: RestrictionFact, on: str) -> dict[str, Any]:
    label = RestrictionKind(r.kind).label
    return {
        "kind": f"{label}（{on}）"
        if on == "土地"
        else f"{label}，第{r.position}位"
        if r.kind.startswith("waiting")
        else label,
        "who": r.authority,
        "text": r.document_no
        + (f"，限于{r.share_of}的份额" if r.share_of else "")
        + (f"。{r.note}" if r.note else ""),
        "span": _span(r.from_at, r.until_at),
        "over": not r.in_force(clock.now()),
    }


def _other(r: RightFact) -> dict[str, Any]:
    kind = str(r.terms.get("notice_kind", ""))
    label = NoticeKind(kind).label if kind in NoticeKind.values else RIGHTS.get(r.kind, r.kind)
    named = any(r.instrument in line for line in lines(r))
    contract = () if not r.instrument or named else (f"合同编号：{r.instrument}",)
    return {
        "kind": label,
        "who": "、".join(h.name for h in r.holders),
        "text": "；".join((*lines(r), *contract)) or "—",
        "span": f"{r.registered_on}登簿",
        "over": False,
    }


def _mortgage(r: RightFact, certificates: dict[Any, str], on: str) -> dict[str, Any]:
    amount = r.terms.get("amount_fen")
    span = f"{r.terms.get('debt_from') or '—'}至{r.terms.get('debt_until') or '—'}"
    works = "（在建建筑物）" if r.terms.get("thing") == MortgagedThing.WORKS_IN_PROGRESS else ""
    return {
        "rank": r.rank or "",
        "who": "、".join(h.name for h in r.holders),
        "kind": on + MORTGAGES.get(str(r.terms.get("mortgage_kind", "")), "抵押") + works,
        "amount": format_yuan(amount) if isinstance(amount, int) else "没有记载",
        "span": span,
        "certificate": certificates.get(r.public_id, "没有记载"),
        "on": r.registered_on,
        "entry": r.entry_number,
        "limited": LIMITED.get(r.terms.get("transfer_limited"), "登记簿没有记载是否限制转让"),
        "covers": r.share_words,
    }


def _past(e: Ended) -> dict[str, Any]:
    amount = e.terms.get("amount_fen")
    names = "、".join(f"{n}（{s}/{e.share_denominator}）" if s else n for n, s in e.holders)
    if e.what == "restriction":
        kind = RestrictionKind(e.kind).label
    else:
        notice = str(e.terms.get("notice_kind", ""))
        kind = NoticeKind(notice).label if notice in NoticeKind.values else RIGHTS.get(e.kind, e.kind)
    return {
        "kind": kind,
        "who": e.authority or names,
        "text": format_yuan(amount) + "元" if isinstance(amount, int) else e.instrument or "—",
        "made": e.made_by,
        "made_on": e.made_on,
        "made_as": TYPES[e.made_as].name if e.made_as in TYPES else "历史数据",
        "ended": e.ended_by,
        "ended_on": e.ended_on,
        "ended_as": TYPES[e.ended_as].name if e.ended_as in TYPES else e.ended_as,
    }
