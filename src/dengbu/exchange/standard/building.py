"""From rows of the standard to effects of the book: one group, its entries. Pure."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from dengbu.core.identifiers import normalise_name, normalise_number, parse_certificate_number
from dengbu.core.refusals import Refused
from dengbu.core.vocabulary import CertificateKind
from dengbu.register import effects as fx
from dengbu.register.imported import Imported

from . import values
from .consistency import Group, Row, paper_numbers, share_only, shares
from .tables import BUILDING, LAND, PARTY, RIGHTS, UNIT

TITLES = ("house_ownership", "land_use")
SPLIT = str.maketrans(dict.fromkeys(",，;； /|", "、"))


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate or proof that a row names."""

    right: uuid.UUID
    unit: str
    number: str
    kind: CertificateKind
    holders: str
    live: bool
    issued_at: dt.datetime | None

    def series(self) -> tuple[int, int, str, str] | None:
        """Year, serial, province and area of a number of the present form; None for older forms."""
        try:
            one = parse_certificate_number(self.number)
        except Refused:
            return None
        return (one.year, one.seq, one.province, one.area) if one.kind is self.kind else None


@dataclass(frozen=True, slots=True)
class Kept:
    """A row as the older register had it, for what the book has no place for."""

    thing: str
    table: str
    line: int
    row: dict[str, str]
    parties: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Built:
    """What a group becomes: its entries in order, its papers, its kept rows."""

    entries: list[Imported] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    limited: set[uuid.UUID] = field(default_factory=set)  # live mortgages on a co-owner's share alone


def parcel_facts(row: Row) -> dict[str, Any]:
    return {
        "location": row.get("ZL"),
        "area_m2": values.area(row.get("ZDMJ")),
        "land_use": values.word("YT", row.get("YT")),
        "right_nature": values.word("QLXZ", row.get("QLXZ")),
    }


def building_facts(row: Row) -> dict[str, Any]:
    return {
        "project_name": row.get("XMMC"),
        "name": row.get("JZWMC"),
        "structure": values.word("FWJG", row.get("FWJG")),
        "floors": values.whole(row.get("ZCS")),
        "completed_on": values.day(row.get("JGRQ")),
    }


def unit_facts(row: Row, building: dict[str, Any] | None, title: Row | None) -> dict[str, Any]:
    """Facts of a unit in a building; floors and structure stand on the title or on the building."""
    surveyed = bool(row.get("SCJZMJ"))
    mark = "SC" if surveyed else "YC"
    floors = values.whole(title.get("ZCS")) if title else None
    structure = values.word("FWJG", title.get("FWJG")) if title else ""
    return {
        "location": row.get("ZL"),
        "use": values.word("FWYT", row.get("FWYT1")),
        "area_m2": values.area(row.get(f"{mark}JZMJ")),
        "inner_area_m2": values.area(row.get(f"{mark}TNJZMJ")),
        "shared_area_m2": values.area(row.get(f"{mark}FTJZMJ")),
        "floor": row.get("SJCS"),
        "floors": floors or (building or {}).get("floors"),
        "room": row.get("SHBW"),
        "house_nature": values.word("FWXZ", row.get("FWXZ")),
        "structure": structure or (building or {}).get("structure", ""),
        "surveyed": surveyed,
    }


def build(
    group: Group,
    parcel: Row | None,
    buildings: dict[str, Any],
    *,
    parcel_known: bool,
    known: Collection[str] = (),
) -> Built:
    """The entries of a group without faults. Rights and restrictions of the past come in one by one and end in the
    entry after, so that the page of history tells them; what is live comes last, in one entry with all its parts.

    `buildings`: facts by code of the buildings that stand on the parcel; `known`: those the book has already.
    """
    made = Built()
    now = list(_opening(group, parcel, buildings, parcel_known, known, made))
    entered = group.entered
    ranks, places = _ranks(entered), _places(entered)
    past = [r for r in entered if not r.live]
    for row in past:
        effects, end = _make(group, row, None, 0, made, parcel)
        made.entries.append(Imported((*now, *effects), ()))
        now = [end]
    # A restriction binds what is entered after it: the rights come first.
    live = sorted((r for r in entered if r.live), key=lambda r: r.table not in RIGHTS)
    for row in live:
        effects, _ = _make(group, row, ranks.get(row.case), places.get(row.case, 0), made, parcel)
        now += effects
    if now:
        made.entries.append(Imported(tuple(_on_shares(now, made.limited)), ()))
    return made


def _on_shares(effects: list[fx.Effect], limited: Collection[uuid.UUID]) -> Iterator[fx.Effect]:
    """Mortgages whose row limits them to a share name the title it is a share of, and how much it is. (`consistency`
    has kept out those of whom the rows do not say whose.)"""
    title = next((e for e in effects if isinstance(e, fx.Grant) and e.kind in TITLES), None)
    for effect in effects:
        if isinstance(effect, fx.Grant) and title is not None and effect.right in limited:
            names = {normalise_name(n) for n in effect.terms["mortgagors"]}
            share = sum(h.share_numerator or 0 for h in title.holders if h.name in names)
            said = {"share": f"{share}/{title.share_denominator}"}
            yield replace(effect, share_of=title.right, terms=effect.terms | said)
        else:
            yield effect


def _opening(
    group: Group,
    parcel: Row | None,
    buildings: dict[str, Any],
    parcel_known: bool,
    known: Collection[str],
    made: Built,
) -> Iterator[fx.Effect]:
    if not group.is_parcel:
        if not group.of(UNIT):  # the unit is in the book: this comes onto it
            return
        row = group.of(UNIT)[0]
        code = normalise_number(row.get("ZRZH"))
        title = next((r for r in group.of("FDCQ2") if r.live), None)
        made.kept.append(Kept(f"unit:{group.unit}", UNIT, row.line, dict(row.data)))
        yield fx.Open(group.unit, group.place[:19], code, unit_facts(row, buildings.get(code), title))
        return
    if parcel is not None and not parcel_known:
        facts = parcel_facts(parcel)
        right = next((r for r in group.of("JSYDSYQ") if r.live), None)
        term = (
            {"term_from": values.day(right.get("SYQQSSJ")), "term_until": values.day(right.get("SYQJSSJ"))}
            if right
            else {}
        )
        made.kept.append(Kept(f"parcel:{group.place}", LAND, parcel.line, dict(parcel.data)))
        yield fx.OpenParcel(group.place, {**facts, **term})
        yield fx.Open(group.unit, group.place, None,
                      {"location": facts["location"], "use": facts["land_use"], "area_m2": facts["area_m2"]})  # fmt: skip
    for row in group.of(BUILDING):
        code = normalise_number(row.get("ZRZH"))
        if code not in known:
            made.kept.append(Kept(f"building:{code}", BUILDING, row.line, dict(row.data)))
            yield fx.OpenBuilding(code, group.place, buildings[code])


def _ranks(entered: list[Row]) -> dict[str, int]:
    """Ranks of live mortgages by business number: as written, else the next free one in the order of registration."""
    live = [r for r in entered if r.live and r.table == "DYAQ"]
    ranks = {r.case: values.whole(r.get("DYSW")) or 0 for r in live if r.get("DYSW")}
    free = iter(n for n in range(1, 2 * len(live) + 1) if n not in ranks.values())
    return ranks | {r.case: next(free) for r in live if r.case not in ranks}


def _places(entered: list[Row]) -> dict[str, int]:
    """Places in line of waiting seizures, in the same way."""
    found: dict[str, int] = {}
    for kind in ("2", "4"):
        line = [r for r in entered if r.live and r.table == "CFDJ" and r.get("CFLX") == kind]
        said = {r.case: values.whole(r.get("CFSX")) or 0 for r in line if r.get("CFSX")}
        free = iter(n for n in range(1, 2 * len(line) + 1) if n not in said.values())
        found |= said | {r.case: next(free) for r in line if r.case not in said}
    return found


def _make(
    group: Group, row: Row, rank: int | None, place: int, made: Built, parcel: Row | None
) -> tuple[list[fx.Effect], fx.Effect]:
    """What makes a right or restriction, and what would end it."""
    parties = group.parties().get(row.case, [])
    kept = [dict(p.data) for p in parties if p.table == PARTY]
    if row.table in RIGHTS:
        grant = _grant(group.unit, row, parties, rank, parcel)
        if row.table == "DYAQ" and row.live and share_only(row.get("FJ")):
            made.limited.add(grant.right)
        made.kept.append(Kept(f"right:{grant.right}", row.table, row.line, dict(row.data), kept))
        made.papers += _papers(grant, row, parties)
        note = fx.Note(group.unit, "imported", _origin(row), grant.right)
        return [grant, note], fx.End(group.unit, grant.right, "imported_as_past")
    restrict = _restrict(group.unit, row, parties, place)
    made.kept.append(Kept(f"restriction:{restrict.restriction}", row.table, row.line, dict(row.data), kept))
    return [restrict], fx.Lift(group.unit, restrict.restriction, row.get("JFWH") or "imported_as_past")


def _origin(row: Row) -> dict[str, str]:
    """How the older register entered it: business number, time, registrar, office, papers."""
    names = ("YWH", "DJLX", "DJYY", "DJSJ", "DBR", "DJJG", "BDCQZH", "BDCDJZMH", "FJ", "ZXDYYWH", "ZXDYYY", "ZXSJ",
             "ZXYGYWH", "ZXYGYY")  # fmt: skip
    return {"table": row.table, **{n: row.get(n) for n in names if row.get(n)}}


def holder_in(party: Row, share: int | None = None) -> fx.HolderIn:
    return fx.HolderIn(
        normalise_name(party.get("QLRMC")) or party.get("QLRMC"),
        values.word("ZJZL", party.get("ZJZL") or "99"),
        normalise_number(party.get("ZJH")),
        share,
    )


YES_NO = {"1": True, "0": False}


def _grant(unit: str, row: Row, parties: list[Row], rank: int | None, parcel: Row | None) -> fx.Grant:
    mode = values.word("GYFS", parties[0].get("GYFS")) or ("sole" if len(parties) == 1 else "joint")
    divided = shares(parties) if mode == "by_share" else None
    numerators: list[int | None] = list(divided[1]) if divided else [None] * len(parties)
    terms = {k: v for k, v in _terms(row, parcel).items() if v not in (None, "")}
    return fx.Grant(
        kind=RIGHTS[row.table],
        unit=unit,
        holders=tuple(holder_in(p, n) for p, n in zip(parties, numerators, strict=True)),
        terms=terms | {"registered_on": values.day(row.get("DJSJ"))},
        coownership=mode,
        share_denominator=divided[0] if divided else None,
        rank=rank,
        instrument=str(terms.get("contract_no", ""))[:60],
    )


def _terms(row: Row, parcel: Row | None) -> dict[str, Any]:
    def on(name: str) -> dt.date | None:
        return values.day(row.get(name))

    limited = YES_NO.get(row.get("SFCZJZHXZ"))
    nature = values.word("QLXZ", parcel.get("QLXZ")) if parcel else ""
    said: dict[str, Any] = {"reason": row.get("DJYY")}
    match row.table:
        case "JSYDSYQ":
            said |= {"right_nature": nature, "term_from": on("SYQQSSJ"), "term_until": on("SYQJSSJ")}
            said |= {"price_fen": values.fen(row.get("QDJG"))}
        case "FDCQ2":
            said |= {"price_fen": values.fen(row.get("FDCJYJG")), "right_nature": nature}
            said |= {"house_nature": values.word("FWXZ", row.get("FWXZ"))}
            said |= {"term_from": on("TDSYQSSJ"), "term_until": on("TDSYJSSJ")}
        case "DYAQ":
            kind = values.word("DYFS", row.get("DYFS"))
            most, plain = values.fen(row.get("ZGZQE")), values.fen(row.get("BDBZZQSE"))
            amount = most if kind == "maximum" and most is not None else plain if plain is not None else most
            said |= {"mortgage_kind": kind, "amount_fen": amount, "scope": row.get("DBFW")}
            said |= {"debt_from": on("ZWLXQSSJ"), "debt_until": on("ZWLXJSSJ"), "transfer_limited": limited}
            said |= {"mortgagors": [n for n in row.get("DYR").translate(SPLIT).split("、") if n]}
            said |= {"thing": values.word("DYBDCLX", row.get("DYBDCLX"))}
        case "YGDJ":
            kind = values.word("YGDJZL", row.get("YGDJZL"))
            money = "amount_fen" if "mortgage" in kind else "price_fen"
            said |= {"notice_kind": kind, "obligor": row.get("YWR"), "contract_no": row.get("JYHTH")}
            said |= {
                money: values.fen(row.get("QDJG")),
                "scope": row.get("DBFW"),
                "transfer_limited": limited,
            }
            said |= {"debt_from": on("ZWLXKSQX"), "debt_until": on("ZWLXJSQX")}
        case "JZQ":
            said |= {"part": row.get("JZFW"), "conditions": row.get("JZTJHYQ")}
            said |= {"owners": [n for n in row.get("FWSYQR").translate(SPLIT).split("、") if n] or None}
            said |= {"term_from": on("JZQKSSJ"), "until": on("JZQJSSJ"), "paid": YES_NO.get(row.get("SFYC"))}
            said |= {"term": "life" if row.get("ZSJZ") == "1" else None}
        case "DYIQ":
            said |= {"content": row.get("DYQNR"), "obligor": row.get("GYDQLR")}
            said |= {"dominant_unit": row.get("XYDBDCDYH"), "dominant_location": row.get("XYDZL")}
            said |= {"term_from": on("QLQSSJ"), "term_until": on("QLJSSJ")}
    return said


# Where a restriction stands: on its own table's fields. (authority, document, since, until, what it covers)
_SAID_IN = {
    "CFDJ": ("CFJG", "CFWH", "CFQSSJ", "CFJSSJ", "CFFW"),
    "XZDJ": ("XZJG", "XZWH", "XZQSSJ", "XZJSSJ", "XZFW"),
    "YYDJ": ("DJJG", "YWH", "DJSJ", "YYJSSJ", "YYSX"),
}


def share_words(holder: str, note: str) -> str:
    """查封范围 of a restriction on one holder's share, 附记 of a mortgage on one, so that it is read back as such."""
    return f"仅限{holder}的份额" + (f"；{note}" if note else "") if holder else note


def _restrict(unit: str, row: Row, parties: list[Row], place: int) -> fx.Restrict:
    authority, document, since, until, covers = _SAID_IN[row.table]
    kinds = {"YYDJ": "objection", "XZDJ": row.get("XZLX")}
    share = share_only(row.get(covers))
    return fx.Restrict(
        kind=kinds.get(row.table) or values.word("CFLX", row.get("CFLX")),
        unit=unit,
        authority=row.get(authority),
        document_no=row.get(document),
        from_at=values.moment(row.get(since)),
        until_at=values.moment(row.get(until)),
        position=place,
        share_of=share[1] if share else "",
        note=((share[2] or "") if share else row.get(covers))[:500],
        party=holder_in(parties[0]) if parties else None,
    )


def _papers(grant: fx.Grant, row: Row, parties: list[Row]) -> list[Paper]:
    title = grant.kind in ("land_use", "house_ownership")
    kind = CertificateKind.CERTIFICATE if title else CertificateKind.PROOF
    names = "、".join(h.name for h in grant.holders)
    at = values.moment(row.get("DJSJ"))
    return [Paper(grant.right, grant.unit, n, kind, names, row.live, at) for n in paper_numbers(row, parties)]
