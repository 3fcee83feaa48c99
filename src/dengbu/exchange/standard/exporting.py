"""Our register as a folder of the standard's tables: what is live, and the rights and restrictions of the past.

What came in with an import goes out as it was, field by field, unless the book says otherwise since; what our own
entries made is written from the book.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from dengbu.certificates.queries import live_for_rights
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor
from dengbu.core.vocabulary import RestrictionKind
from dengbu.register.effects import NUMBER_PURPOSE
from dengbu.register.models import (
    Building,
    BuildingFacts,
    Holder,
    Parcel,
    ParcelFacts,
    RealEstateUnit,
    Restriction,
    Right,
    UnitFacts,
)

from ..actions import KEPT_PURPOSE, export_register
from ..models import KeptRow
from . import values
from .building import share_words
from .tables import LAND_TAIL, LISTS, RIGHTS, TABLES, number_field, unit_field

UNITS = 1000
TABLE_OF = {kind: table for table, kind in RIGHTS.items()}
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of the standard and where the facts hold it: how it is read, how it is written."""

    name: str
    key: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]


def code_of(list_name: str, word: Any) -> str:
    """The standard's code of our word, '' where nothing stands."""
    return LISTS[list_name](word).code if word else ""


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(values.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _coded(name: str, key: str, list_name: str) -> _Field:
    return _Field(name, key, lambda t: values.word(list_name, t), lambda v: code_of(list_name, v))


def _plain(name: str, key: str, read: Callable[[str], Any] = str) -> _Field:
    return _Field(name, key, read, _text)


PARCEL = (_plain("ZL", "location"), _plain("ZDMJ", "area_m2", values.area), _coded("YT", "land_use", "YT"),
          _coded("QLXZ", "right_nature", "QLXZ"))  # fmt: skip
BUILDING = (_plain("XMMC", "project_name"), _plain("JZWMC", "name"), _coded("FWJG", "structure", "FWJG"),
            _plain("ZCS", "floors", values.whole), _plain("JGRQ", "completed_on", values.day))  # fmt: skip


def _unit_fields(surveyed: bool) -> tuple[_Field, ...]:
    mark = "SC" if surveyed else "YC"
    return (
        _plain("ZL", "location"), _coded("FWYT1", "use", "FWYT"), _plain(f"{mark}JZMJ", "area_m2", values.area),
        _plain(f"{mark}TNJZMJ", "inner_area_m2", values.area), _plain(f"{mark}FTJZMJ", "shared_area_m2", values.area),
        _plain("SJCS", "floor"), _plain("SHBW", "room"), _coded("FWXZ", "house_nature", "FWXZ"),
    )  # fmt: skip


def _with_facts(row: dict[str, str], facts: Any, fields: Iterable[_Field]) -> dict[str, str]:
    """A kept row with what the book says now; a value that means the same keeps its spelling."""
    row = dict(row)
    for f in fields:
        value = getattr(facts, f.key)
        if f.read(row.get(f.name, "")) != value:
            row[f.name] = f.write(value)
    return row


def export(folder: Path, *, actor: Actor, say: Say = lambda _: None) -> dict[str, int]:
    """Write the register into an empty folder (UTF-8). Gives how many rows each table has. One snapshot of the book."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    with transaction.atomic():
        if (
            len(connection.atomic_blocks) == 1
        ):  # inside somebody's transaction that one's view is all there is
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        counted: dict[str, int] = export_register(actor=actor, write=lambda: _write(folder, say))
    return counted


def _write(folder: Path, say: Say) -> Iterator[tuple[str, int]]:
    counted: Counter[str] = Counter()
    with ExitStack() as stack:
        files: dict[str, Any] = {}
        for table, row in _rows(say):
            if table not in files:
                file = stack.enter_context((folder / f"{table}.csv").open("w", encoding="utf-8", newline=""))
                files[table] = csv.writer(file)
                files[table].writerow(f.name for f in TABLES[table])
            files[table].writerow(row.get(f.name, "") for f in TABLES[table])
            counted[table] += 1
    yield from counted.items()


def _rows(say: Say) -> Iterator[tuple[str, dict[str, str]]]:
    yield from _things(
        Parcel, ParcelFacts, "parcel", "ZDJBXX", PARCEL, lambda p: {"ZDDM": p.code, "MJDW": "1"}
    )
    yield from _things(Building, BuildingFacts, "building", "ZRZ", BUILDING,
                       lambda b: {"ZRZH": b.code, "ZDDM": b.code[:19]})  # fmt: skip
    after, count, began = "", 0, clock.monotonic()
    open_units = RealEstateUnit.objects.filter(ended_by__isnull=True).order_by("code")
    while units := list(open_units.filter(code__gt=after)[:UNITS]):
        yield from _units(units)
        after, count = units[-1].code, count + len(units)
        say(f"写出 {count} 个单元，每秒 {count / max(clock.monotonic() - began, 0.001):.0f} 个")


def _things(
    model: Any,
    facts_model: Any,
    word: str,
    table: str,
    fields: tuple[_Field, ...],
    fresh: Callable[[Any], dict[str, str]],
) -> Iterator[tuple[str, dict[str, str]]]:
    after = ""
    while things := list(model.objects.filter(code__gt=after).order_by("code")[:UNITS]):
        facts = {getattr(f, f"{word}_id"): f for f in
                 facts_model.objects.filter(**{f"{word}__in": things, "ended_by__isnull": True})}  # fmt: skip
        kept = _kept(f"{word}:{t.code}" for t in things)
        for thing in things:
            row = kept.get(f"{word}:{thing.code}", {}).get("row") or fresh(thing)
            yield table, _with_facts(row, facts[thing.pk], fields)
        after = things[-1].code


def _kept(things: Iterable[str]) -> dict[str, dict[str, Any]]:
    rows = KeptRow.objects.filter(thing__in=list(things)).values_list("thing", "cipher")
    return {thing: json.loads(crypto.decrypt(cipher, KEPT_PURPOSE)) for thing, cipher in rows}


def _units(units: list[RealEstateUnit]) -> Iterator[tuple[str, dict[str, str]]]:
    facts = {f.unit_id: f for f in UnitFacts.objects.filter(unit__in=units, ended_by__isnull=True)}
    rights: dict[int, list[Right]] = defaultdict(list)
    for right in Right.objects.filter(unit__in=units).select_related("made_by", "ended_by").order_by("pk"):
        rights[right.unit_id].append(right)
    limits: dict[int, list[Restriction]] = defaultdict(list)
    for one in (
        Restriction.objects.filter(unit__in=units).select_related("made_by", "ended_by").order_by("pk")
    ):
        limits[one.unit_id].append(one)
    everything = [r for some in rights.values() for r in some]
    holders: dict[int, list[Holder]] = defaultdict(list)
    for holder in Holder.objects.filter(right__in=everything).order_by("right", "ordinal"):
        holders[holder.right_id].append(holder)
    numbers = live_for_rights([r.public_id for r in everything])
    kept = _kept(
        [f"unit:{u.code}" for u in units]
        + [f"right:{r.public_id}" for r in everything]
        + [f"restriction:{r.public_id}" for some in limits.values() for r in some]
    )
    for unit in units:
        if not unit.code.endswith(LAND_TAIL):
            about = facts[unit.pk]
            row = kept.get(f"unit:{unit.code}", {}).get("row") or {
                "BDCDYH": unit.code,
                "ZRZH": unit.code[:24],
                "MJDW": "1",
            }
            yield "H", _with_facts(row, about, _unit_fields(about.surveyed))
        cases = _Cases()
        for right in rights[unit.pk]:
            was = kept.get(f"right:{right.public_id}")
            table = TABLE_OF[right.kind]
            if was is None:
                case = cases.name(right)
                was = {"row": _right_row(table, unit.code, right, facts[unit.pk], case, numbers),
                       "parties": [_party_row(unit.code, case, right, h) for h in holders[right.pk]]}  # fmt: skip
            yield from _said(table, was, right.ended_by_id is not None)
        for one in limits[unit.pk]:
            was = kept.get(f"restriction:{one.public_id}")
            seizure = RestrictionKind(one.kind).is_seizure
            table = "YYDJ" if one.kind == "objection" else "CFDJ" if seizure else "XZDJ"
            if was is None:
                case = cases.name(one)
                was = {"row": _restriction_row(unit.code, one, case), "parties": _named(unit.code, case, one)}
            yield from _said(table, was, one.ended_by_id is not None)


def _said(table: str, was: dict[str, Any], ended: bool) -> Iterator[tuple[str, dict[str, str]]]:
    row = dict(was["row"])
    if ended and row.get("QSZT") not in ("2", "3"):
        row["QSZT"] = "2"
    yield table, row
    for party in was["parties"]:
        yield "QLR", party


class _Cases:
    """Business numbers for what our own entries made: the entry's number, with a place where it made several."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()

    def name(self, made: Any) -> str:
        number = str(made.made_by)
        self._used[number] += 1
        return number if self._used[number] == 1 else f"{number}-{self._used[number]}"


def _entered(made: Any) -> dict[str, str]:
    entry = made.made_by
    at = _text(entry.instant)
    return {"DJJG": entry.authority, "QXDM": entry.authority, "DBR": entry.registrar_of_record, "DJSJ": at,
            "QSZT": "2" if made.ended_by_id else "1"}  # fmt: skip


def wan(fen: Any) -> str:
    """分 as 万元, without zeros at the end."""
    if fen is None:
        return ""
    return format((Decimal(int(fen)) / 1_000_000).normalize(), "f")


def _right_row(
    table: str, unit: str, right: Right, facts: UnitFacts, case: str, numbers: dict[uuid.UUID, str]
) -> dict[str, str]:
    t = right.terms
    row = {unit_field(table): unit, "YWH": case, "DJYY": _text(t.get("reason")), **_entered(right)}
    row[number_field(table)] = numbers.get(right.public_id, "")
    limited = {True: "1", False: "0"}.get(t.get("transfer_limited"), "")
    debt = {"DBFW": _text(t.get("scope")), "SFCZJZHXZ": limited}
    match table:
        case "JSYDSYQ":
            row |= {
                "ZDDM": unit[:19],
                "SYQQSSJ": _text(t.get("term_from")),
                "SYQJSSJ": _text(t.get("term_until")),
            }
            row |= {"QDJG": wan(t.get("price_fen"))}
        case "FDCQ2":
            row |= {"FDCJYJG": wan(t.get("price_fen")), "FDZL": facts.location, "JZMJ": _text(facts.area_m2)}
            row |= {"TDSYQSSJ": _text(t.get("term_from")), "TDSYJSSJ": _text(t.get("term_until"))}
            row |= {"ZCS": _text(facts.floors), "FWJG": code_of("FWJG", facts.structure), "SZC": facts.floor}
            row |= {"FWXZ": code_of("FWXZ", t.get("house_nature") or facts.house_nature)}
        case "DYAQ":
            most = t.get("mortgage_kind") == "maximum"
            row |= {
                "ZGZQE" if most else "BDBZZQSE": wan(t.get("amount_fen")),
                "DYFS": "2" if most else "1",
                "DYBDCLX": code_of("DYBDCLX", t.get("thing")),
                **debt,
            }
            row |= {"ZWLXQSSJ": _text(t.get("debt_from")), "ZWLXJSSJ": _text(t.get("debt_until"))}
            row |= {"DYR": "、".join(t.get("mortgagors") or ()), "DYSW": _text(right.rank)}
            if right.share_of:  # the standard has no field for it: 附记 says it as CFFW does for a seizure
                row |= {"FJ": share_words("、".join(t.get("mortgagors") or ()), "")}
        case "YGDJ":
            kind = t.get("notice_kind", "")
            row |= {"YGDJZL": code_of("YGDJZL", kind), "YWR": _text(t.get("obligor")), **debt}
            row |= {"QDJG": wan(t.get("amount_fen" if "mortgage" in kind else "price_fen"))}
            row |= {"JYHTH": _text(t.get("contract_no")), "BDCZL": facts.location}
            row |= {"ZWLXKSQX": _text(t.get("debt_from")), "ZWLXJSQX": _text(t.get("debt_until"))}
        case "JZQ":
            row |= {"JZFW": _text(t.get("part")), "JZTJHYQ": _text(t.get("conditions"))}
            row |= {"JZQKSSJ": _text(t.get("term_from")), "JZQJSSJ": _text(t.get("until"))}
            row |= {
                "ZSJZ": "1" if t.get("term") == "life" else "",
                "FWSYQR": "、".join(t.get("owners") or ()),
            }
            row |= {"SFYC": {True: "1", False: "0"}.get(t.get("paid"), "")}
        case "DYIQ":
            row |= {"DYQNR": _text(t.get("content")), "GYDQLR": _text(t.get("obligor"))}
            row |= {"XYDBDCDYH": _text(t.get("dominant_unit")), "XYDZL": _text(t.get("dominant_location"))}
            row |= {"QLQSSJ": _text(t.get("term_from")), "QLJSSJ": _text(t.get("term_until"))}
    return row


def _party_row(unit: str, case: str, right: Right, holder: Holder) -> dict[str, str]:
    share = f"{holder.share_numerator}/{right.share_denominator}" if holder.share_numerator else ""
    return {
        "BDCDYH": unit, "YWH": case, "SXH": str(holder.ordinal), "QLRMC": holder.name,
        "ZJZL": code_of("ZJZL", holder.document_kind), "ZJH": crypto.decrypt(holder.number_cipher, NUMBER_PURPOSE),
        "QLBL": share, "GYFS": code_of("GYFS", right.coownership),
    }  # fmt: skip


def _restriction_row(unit: str, one: Restriction, case: str) -> dict[str, str]:
    row = {"BDCDYH": unit, "YWH": case, **_entered(one)}
    if one.kind == "objection":
        return row | {"YYSX": one.note, "YYJSSJ": _text(one.until_at)}
    covers = share_words(one.share_of, one.note)
    if not RestrictionKind(one.kind).is_seizure:
        return row | {"XZLX": one.kind, "XZJG": one.authority, "XZWH": one.document_no, "XZFW": covers,
                      "XZQSSJ": _text(one.from_at), "XZJSSJ": _text(one.until_at)}  # fmt: skip
    return row | {
        "CFJG": one.authority, "CFLX": code_of("CFLX", one.kind), "CFWH": one.document_no, "CFFW": covers,
        "CFQSSJ": _text(one.from_at), "CFJSSJ": _text(one.until_at), "CFSX": _text(one.position or None),
    }  # fmt: skip


def _named(unit: str, case: str, one: Restriction) -> list[dict[str, str]]:
    if not one.party_name:
        return []
    return [{
        "BDCDYH": unit, "YWH": case, "SXH": "1", "QLRMC": one.party_name,
        "ZJZL": code_of("ZJZL", one.party_document_kind), "ZJH": crypto.decrypt(one.party_cipher, NUMBER_PURPOSE),
    }]  # fmt: skip
