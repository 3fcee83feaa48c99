"""The demo district as registrations that the book takes in: an import batch of one entry per parcel and per unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from dengbu.register import effects as fx
from dengbu.register.imported import Imported

from .district import ORGANISATION
from .model import DemoNotice, DemoParcel, DemoUnit, Party


def imported_parcel(parcel: DemoParcel) -> Imported:
    """Parcel, land unit with its land use right, and the buildings on it."""
    effects: list[fx.Effect] = [
        fx.OpenParcel(
            parcel.code,
            {
                "location": parcel.location,
                "area_m2": parcel.area,
                "land_use": parcel.use,
                "right_nature": "granted",
                "term_from": parcel.since,
                "term_until": parcel.until,
            },
        ),
        fx.Open(parcel.land_unit, parcel.code, None,
                {"location": parcel.location, "use": parcel.use, "area_m2": parcel.area}),
        fx.Grant(
            kind="land_use",
            unit=parcel.land_unit,
            holders=_holders(parcel.holders),
            terms={
                "right_nature": "granted",
                "term_from": parcel.since,
                "term_until": parcel.until,
                "reason": "出让",
                "registered_on": parcel.since,
            },
        ),
    ]  # fmt: skip
    effects += [
        fx.OpenBuilding(
            b.code,
            parcel.code,
            {
                "project_name": b.project,
                "name": b.name,
                "structure": "reinforced_concrete",
                "floors": b.floors,
                "completed_on": b.completed,
            },
        )
        for b in parcel.buildings
    ]
    return Imported(tuple(effects), (parcel.land_unit,))


def imported_unit(unit: DemoUnit, parcel: DemoParcel, building: str, today: dt.date) -> Imported:
    """One unit with its title, mortgages, notices and restrictions."""
    inner = (unit.area * 4 / 5).quantize(unit.area)
    effects: list[fx.Effect] = [
        fx.Open(
            unit.code,
            parcel.code,
            building,
            {
                "location": unit.location,
                "use": unit.use,
                "area_m2": unit.area,
                "inner_area_m2": inner,
                "shared_area_m2": unit.area - inner,
                "floor": unit.floor,
                "floors": unit.floors,
                "room": unit.room,
                "house_nature": "market",
                "structure": "reinforced_concrete",
                "surveyed": unit.surveyed,
            },
        )
    ]
    if unit.owners:
        effects.append(_title(unit, parcel))
    effects += [_mortgage(unit, i, parcel.holders) for i in range(len(unit.mortgages))]
    effects += [_notice(unit, n) for n in unit.notices]
    effects += [
        fx.Restrict(
            kind=r.kind,
            unit=unit.code,
            authority=r.authority,
            document_no=r.document_no,
            from_at=_instant(today, r.from_day, dt.time(9, 30)),
            until_at=_instant(today, r.until_day, dt.time(9, 30)),
            position=r.position,
            share_of=r.share_of,
            note=r.note,
        )
        for r in unit.restrictions
    ]
    return Imported(tuple(effects), (unit.code,))


def _title(unit: DemoUnit, parcel: DemoParcel) -> fx.Grant:
    by_share = bool(unit.shares)
    return fx.Grant(
        kind="house_ownership",
        unit=unit.code,
        holders=_holders(unit.owners, unit.shares),
        terms={
            "price_fen": unit.price_fen,
            "reason": unit.reason,
            "right_nature": "granted",
            "house_nature": "market",
            "term_from": parcel.since,
            "term_until": parcel.until,
            "registered_on": _registered_on(unit),
        },
        coownership="by_share" if by_share else "sole" if len(unit.owners) == 1 else "joint",
        share_denominator=sum(unit.shares) if by_share else None,
    )


def _registered_on(unit: DemoUnit) -> dt.date:
    """When the old book entered the title: a fixed working-age date made from the unit's code."""
    return dt.date(2019, 1, 2) + dt.timedelta(days=int(unit.code[-8:]) * 7 % 1500)


def _mortgage(unit: DemoUnit, at: int, land_holders: tuple[Party, ...]) -> fx.Grant:
    m = unit.mortgages[at]
    since = m.since or dt.date(2022, 3, 15) + dt.timedelta(days=int(unit.code[-4:]))
    mortgagors = unit.owners or land_holders
    terms = {
        "mortgage_kind": "ordinary",
        **_debt(m.amount_fen, since, m.contract_no, mortgagors[0]),
        "transfer_limited": m.transfer_limited,
        "mortgagors": [o.name for o in mortgagors],
        "registered_on": since,
    }
    if m.works:
        terms |= {"thing": "works_in_progress", "progress": "主体结构完工至6层"}
    return fx.Grant(
        kind="mortgage",
        unit=unit.code,
        holders=_holders((ORGANISATION[m.bank],)),
        terms=terms,
        rank=m.rank,
        instrument=m.contract_no,
    )


def _debt(amount_fen: int, since: dt.date, contract_no: str, debtor: Party) -> dict[str, object]:
    """What a loan of twenty years says, in the words of the register."""
    return {
        "amount_fen": amount_fen,
        "debt_from": since,
        "debt_until": since.replace(year=since.year + 20) if (since.month, since.day) != (2, 29) else since,
        "scope": "主债权及其利息、违约金、损害赔偿金和实现抵押权的费用",
        "contract_no": contract_no,
        "debtor": debtor.name,
    }


def _notice(unit: DemoUnit, notice: DemoNotice) -> fx.Grant:
    terms: dict[str, object] = {"notice_kind": notice.kind, "obligor": notice.obligor.name}
    if notice.kind == "presale":
        terms |= {"price_fen": notice.amount_fen, "contract_no": notice.contract_no}
    else:
        since = dt.date(2025, 3, 3) + dt.timedelta(days=int(unit.code[-4:]))
        terms |= _debt(notice.amount_fen, since, notice.contract_no, notice.obligor)
        terms["transfer_limited"] = False
    return fx.Grant(
        kind="advance_notice",
        unit=unit.code,
        holders=_holders((notice.holder,)),
        terms=terms,
        rank=notice.rank,
        instrument=notice.contract_no,
    )


def _holders(parties: Iterable[Party], shares: tuple[int, ...] = ()) -> tuple[fx.HolderIn, ...]:
    numerators: list[int | None] = list(shares) or [None] * len(tuple(parties))
    return tuple(
        fx.HolderIn(p.name, p.document_kind, p.number, n) for p, n in zip(parties, numerators, strict=True)
    )


def _instant(today: dt.date, days: int | None, at: dt.time) -> dt.datetime | None:
    if days is None:
        return None
    shanghai = dt.timezone(dt.timedelta(hours=8))
    return dt.datetime.combine(today + dt.timedelta(days=days), at, shanghai)
