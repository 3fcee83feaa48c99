"""Plays of titles: first registrations, transfers, changes, corrections, certificates, ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dengbu.catalog.registrations import Filed
from dengbu.core.identifiers import LAND_TAIL
from tests.register.filing import by, surveyed

from .scene import BANKS, FIRMS, LOAN, PEOPLE, Scene, again, all_of

ORDER = {
    "order_kind": "auction", "order_no": "（2026）执2号", "effective_on": "2026-11-01", "ends_mortgages": True,
    "ends_waiting": True, "ends_notices": True,
}  # fmt: skip


def there(s: Scene) -> bool:
    return s.unit in s.books and not s.book.closed


def of_land(s: Scene) -> bool:
    return s.unit.endswith(LAND_TAIL)


def owned(s: Scene) -> bool:
    return there(s) and s.book.ownership is not None


def planned(s: Scene) -> bool:
    return (
        not of_land(s) and s.land is not None and not (s.unit in s.books and (s.book.closed or s.book.title))
    )


def by_people(s: Scene) -> bool:
    return owned(s) and all(h.document_kind != "uscc" for h in s.title.holders)


def landed(s: Scene) -> bool:
    return of_land(s) and there(s) and s.book.land_use is not None


# --- first


def land_first(s: Scene) -> Filed:
    code, parcel = s.unit, s.unit[:19]
    survey = {
        parcel: {"location": "新路", "area_m2": "500"},
        code: {"location": "新路", "use": "other", "area_m2": "500"},
    }
    return s.filed(
        by("land_user", s.pick((*FIRMS, *PEOPLE))), nature="granted", source_no="合1", land_use="urban_residential",
        term_from="2020-01-01", term_until="2090-01-01", price_fen=100, price_paid=True, coownership="sole",
        surveyed=survey,
    )  # fmt: skip


def survey_of(s: Scene, *units: str) -> dict[str, Any]:
    building = {s.unit[:24]: {"name": "1号楼", "structure": "mixed", "floors": 6}}
    return building | {u: surveyed(u)[u] for u in units}


def project(s: Scene) -> Filed:
    bare = [
        c for c, b in s.books.items()
        if c[:24] == s.unit[:24] and not c.endswith(LAND_TAIL) and not b.title and not b.closed and c != s.unit
    ]  # fmt: skip
    units = [s.unit, *bare] if s.pick((True, False)) else [s.unit]
    return s.filed(
        *all_of("developer", s.land), units=units, project_name="试验花园", completed_on="2026-10-01",
        common_parts="道路，小区，120", certificate="each", presold=True, surveyed=survey_of(s, *units),
    )  # fmt: skip


def self_built(s: Scene) -> Filed:
    land = s.land
    assert land is not None
    builders = tuple(again("builder", h, share_numerator=h.share_numerator) for h in land.holders)
    return s.filed(
        *builders, completed_on="2026-10-01", coownership=land.coownership, share_denominator=land.share_denominator,
        surveyed=survey_of(s, s.unit),
    )  # fmt: skip


# --- transfers


def sale(s: Scene) -> Filed:
    sellers, (buyers, how) = all_of("seller", s.book.ownership), s.buying("buyer", "sale", "presale")
    return s.filed(*sellers, *buyers, contract=s.contract(sellers, buyers), **how)


def gift(s: Scene) -> Filed:
    donees, how = s.taking("donee")
    return s.filed(*all_of("donor", s.title), *donees, relation="other", gift_by="contract", **how)


def inheritance(s: Scene) -> Filed:
    parties, how = s.passing("deceased", s.pick(("heir", "legatee")))
    return s.filed(
        *parties, died_on="2026-01-01", proof="notarised", divided=False, administrator=False, **how
    )


def divorce(s: Scene) -> Filed:
    parties, how = s.passing("giver", "receiver")
    return s.filed(*parties, divided_by="agreement", divorced_on="2026-01-01", **how)


def spouse_added(s: Scene) -> Filed:
    mine, new = s.title.holders[0], s.pick(s.strangers())
    return s.filed(
        again("spouse_now", mine), again("spouse_after", mine), by("spouse_after", new), still_married=True,
        coownership="joint",
    )  # fmt: skip


def share_passes(s: Scene) -> Filed:
    if len(s.title.holders) > 1:
        parties, how = s.passing("transferor", "transferee")
    else:
        owner, new = s.title.holders[0], s.pick(s.strangers())
        parties = again("transferor", owner, share_numerator=1), by("transferee", new, share_numerator=1)
        how = {"coownership": "by_share", "share_denominator": 2}
    return s.filed(*parties, how="outside", paid=False, **how)


def other_transfer(s: Scene) -> Filed:
    others = [
        c
        for c, b in s.books.items()
        if b.ownership and not b.ownership.holder_indexes & s.title.holder_indexes
    ]
    if others and s.pick((True, False)):
        right = s.books[s.pick(others)].ownership
        assert right is not None
        takers = tuple(again("transferee", h, share_numerator=h.share_numerator) for h in right.holders)
        unit = next(c for c in others if s.books[c].ownership is right)
        return s.filed(
            *all_of("transferor", s.title), *takers, how="exchange", units=[unit], state_assets=False,
            coownership=right.coownership, share_denominator=right.share_denominator,
        )  # fmt: skip
    takers, how = s.taking("transferee")
    return s.filed(*all_of("transferor", s.title), *takers, how="contribution", state_assets=False, **how)


def authority(s: Scene) -> str:
    seized = s.limits("seizure")
    return seized[0].authority if seized else "某法院"


def judgment(s: Scene) -> Filed:
    parties, how = s.passing("former", "winner")
    return s.filed(
        *parties,
        assisted=True,
        old_certificate="not_returned",
        authority=authority(s),
        price_fen=1,
        **ORDER,
        **how,
    )


def land_passes(s: Scene) -> Filed:
    houses = [
        c for c, b in s.books.items()
        if b.parcel_code == s.book.parcel_code and b.ownership and b.ownership.holder_indexes == s.title.holder_indexes
    ]  # fmt: skip
    takers, how = s.taking("transferee")
    more = {"has_houses": True, "units": houses} if houses else {"has_houses": False}
    return s.filed(
        *all_of("transferor", s.title), *takers, how="sale", price_fen=9, stage="built",
        houses_of_owner=frozenset(houses), **more, **how,
    )  # fmt: skip


def sale_with_loan(s: Scene) -> Filed:
    return with_loan(s, sale(s))


def with_loan(s: Scene, sold: Filed, **terms: object) -> Filed:

    bank = by("mortgagee", s.pick(BANKS))
    return replace(sold, parties=(*sold.parties, bank), terms={**LOAN, **sold.terms, **terms})


# --- changes, corrections, certificates, ends


def renamed(s: Scene) -> Filed:
    holder = s.pick(s.title.holders)
    new = by("renamed", ("", again("", holder).number), holder.name[:1] + s.pick(("大明", "新名", "小二")))
    return s.filed(again("holder", holder), new, old_name=holder.name)


def thing_changes(s: Scene) -> Filed:
    change, holders = s.pick(("location", "use", "term", "area", "coownership")), all_of("holder", s.title)
    terms: dict[str, Any] = {"change": change}
    match change:
        case "location":
            terms["new_location"] = s.pick(("新路2号", "新路3号"))
        case "use":
            terms["new_use"] = s.pick(("office", "dwelling"))
        case "term":
            terms["new_term_until"] = s.pick(("2120-01-01", "2130-01-01"))
        case "area":
            terms |= {"survey_no": "CH1", "surveyed": {s.unit: {"area_m2": s.pick(("91.00", "92.00"))}}}
        case "coownership":
            shares = s.pick((True, False)) and len(holders) > 1
            terms |= (
                {"coownership": "by_share", "share_denominator": len(holders)}
                if shares
                else {"coownership": "joint"}
            )
            holders = tuple(
                again("holder", h, share_numerator=1 if shares else None) for h in s.title.holders
            )
    return s.filed(*holders, **terms)


def parts(s: Scene) -> Filed:
    twins = [c for c, b in s.books.items() if c != s.unit and b.ownership and c[:24] == s.unit[:24]
             and b.ownership.holder_indexes == s.title.holder_indexes]  # fmt: skip
    merge = twins and s.pick((False, True))
    new = s.fresh(1 if merge else 2)
    more = {"way": "merge", "units": [s.pick(twins)]} if merge else {"way": "split"}
    survey = {u: surveyed(u)[u] for u in new}
    return s.filed(*all_of("holder", s.title), survey_no="CH1", new_units=new, surveyed=survey, **more)


def wrong(s: Scene) -> dict[str, Any]:
    match s.pick(("area", "location", "holder_name", "price")):
        case "area":
            return {"what": "area", "right_area": s.pick(("95.00", "96.00")), "proof": "测绘报告9号"}
        case "location":
            return {"what": "location", "right_text": s.pick(("正路1号", "正路2号")), "proof": "档案"}
        case "holder_name":
            name = s.pick(s.title.holders).name
            return {"what": "holder_name", "whose": name, "right_text": f"{name[:1]}正名", "proof": "户口簿"}
    return {"what": "price", "right_fen": s.pick((77, 78)), "proof": "合同"}


def corrected(s: Scene) -> Filed:
    return s.filed(again("applicant", s.title.holders[0]), applies_as="holder", **wrong(s))


def corrected_ex_officio(s: Scene) -> Filed:
    title = s.title
    return s.filed(
        **wrong(s),
        wrong_on=title.entered_on.isoformat(),
        wrong_entry=title.entry_number,
        notified_on="2020-01-02",
    )


OLD = {"old_certificate": "证1号"}


def renewal(s: Scene) -> Filed:
    return s.filed(again("holder", s.title.holders[0]), reason="damaged", **OLD)


def reissue(s: Scene) -> Filed:
    return s.filed(again("holder", s.title.holders[0]), declared=True, **OLD)


def ends(s: Scene) -> Filed:
    return s.filed(*all_of("holder", s.title), reason=s.pick(("waived", "destroyed")))


def ended_ex_officio(s: Scene) -> Filed:
    return s.filed(reason=s.pick(("expropriated", "destroyed")), document_no="征1")


def land_changes(s: Scene) -> Filed:
    terms = s.pick((
        {"change": "location", "new_location": "新路9号"}, {"change": "term", "new_term_until": "2120-01-01"},
        {"change": "price", "new_price_fen": 200}, {"change": "use", "new_land_use": "retail"},
    ))  # fmt: skip
    return s.filed(*all_of("holder", s.title), **terms)


def ordered(s: Scene) -> Filed:
    does = s.pick(("transfer", "cancel_title"))
    parties, how = s.passing("former", "winner") if does == "transfer" else ((), {})
    office = by("requester", ("某法院", "91419999MA000004X2"))
    return s.filed(
        office,
        *parties,
        does=does,
        assistance_no="1号",
        bearers="张一 1、张二 2",
        authority=authority(s),
        **ORDER,
        **how,
    )


def with_notice(s: Scene) -> Filed:
    """D09 and B09 in one case."""
    lent = s.pick(s.notices("presale_mortgage", "mortgage"))
    sold = sale(s)

    return replace(
        sold, parties=(*sold.parties, *all_of("mortgagee", lent)),
        terms={**sold.terms, "changed": False, "right": str(lent.public_id)},
    )  # fmt: skip


def under_mortgage(s: Scene) -> Filed:
    """C02: the mortgage is paid, stays, or passes on."""

    old, mode = s.pick(s.rights("mortgage")), s.pick(("combined", "staged", "changed"))
    sold = with_loan(s, sale(s), mode=mode, right=str(old.public_id))
    return replace(sold, parties=(*sold.parties, *all_of("old_bank", old)))


def mortgaged(s: Scene) -> bool:
    return owned(s) and bool(s.book.mortgages)


PLAYS = {
    "D01": (
        lambda s: of_land(s) and not landed(s) and (s.unit not in s.books or not s.book.closed),
        land_first,
    ),
    "D02": (landed, land_changes),
    "D03": (landed, land_passes),
    "D04": (landed, ends),
    "D05": (planned, project),
    "D09": (owned, sale),
    "P01": (owned, sale),
    "P02": (owned, gift),
    "P03": (owned, inheritance),
    "P04": (by_people, divorce),
    "P05": (lambda s: by_people(s) and len(s.title.holders) == 1, spouse_added),
    "P06": (owned, share_passes),
    "P07": (owned, other_transfer),
    "P08": (owned, judgment),
    "P09": (owned, renamed),
    "P10": (owned, thing_changes),
    "P11": (owned, parts),
    "P12": (owned, corrected),
    "P15": (owned, renewal),
    "P16": (owned, reissue),
    "P17": (owned, ends),
    "P21": (planned, self_built),
    "S03": (owned, corrected_ex_officio),
    "S04": (owned, ended_ex_officio),
    "S05": (owned, ordered),
    "C01": (owned, sale_with_loan),
    "C02": (mortgaged, under_mortgage),
    "C04": (lambda s: owned(s) and bool(s.notices("presale_mortgage", "mortgage")), with_notice),
}
