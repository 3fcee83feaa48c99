"""P11 分割、合并: units end, units with new codes begin; rights go on, mortgages keep their rank."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client
from dengbu.register.effects import Close, Effect, End, Grant, Lift, Open
from dengbu.register.rules import Judgement, RightFact, UnitBook

from .asking import Ask, Choice, Kind, survey_ask
from .base import Role
from .changes import TitleChange, holder_applies
from .facts import regranted, restricted_anew
from .first import BUILDING_CODE, PARCEL_CODE, no_survey, on_land

Likeness = tuple[Any, ...]


class SplitMerge(TitleChange):
    """分割、合并变更登记: one unit becomes several, or several one; the holders stay the same. 细则 26.

    Old units close and keep their codes, new units are opened from the survey. What burdens the old goes on burdening
    each of the new: mortgagees and others have consented (CHANGE table). Units can only be merged where the same
    mortgages, in the same rank, stand on all of them.
    """

    code, name = "P11", "分割、合并变更登记"
    client = Client.PERSON
    roles = (Role("holder", "权利人", "taker", "register"),)
    produces = CertificateKind.CERTIFICATE
    form = (
        Ask(
            "way",
            "分割还是合并",
            Kind.CHOICE,
            choices=(Choice("split", "分割：一处变成几处"), Choice("merge", "合并：几处变成一处")),
            basis="实施细则26",
        ),
        Ask(
            "units",
            "与哪些单元合并",
            Kind.UNITS,
            "每行一个不动产单元号，看各本证书。",
            only_if=("way", ("merge",)),
            basis="实施细则26",
        ),
        Ask(
            "new_units",
            "新的不动产单元号",
            Kind.UNITS,
            "看测绘报告，每行一个。旧的单元号不再使用。",
            basis="不动产单元设定与代码编制规则",
        ),
        survey_ask(),
    )
    survey_kinds = ("house", "building")
    legal_basis = "不动产登记暂行条例14；实施细则26"

    @property
    def old(self) -> tuple[str, ...]:
        return self.filed.unit_codes

    @property
    def opened(self) -> tuple[str, ...]:
        return tuple(self.filed.terms.get("new_units") or ())

    @property
    def unit_codes(self) -> tuple[str, ...]:
        """The units that end and those that begin: a new code that is in the book already must be seen."""
        return tuple(dict.fromkeys((*self.old, *self.opened)))

    def judge(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Judgement:
        # A new code that is taken is one refusal, not all that stands on the unit that has it.
        judged = super().judge({c: b for c, b in books.items() if c in self.old}, at)
        taken = tuple(c for c in self.opened if c in books)
        if not taken:
            return judged
        more = Refusal(
            "B_CODE_TAKEN",
            f"不动产单元号{taken[0]}已经在登记簿上使用过。",
            "单元号不重复使用；请核对测绘报告上的新单元号。",
            "不动产单元设定与代码编制规则",
            "new_units",
        )
        return Judgement((*judged.refusals, more), judged.answers, judged.warnings)

    @classmethod
    def weigh(cls, terms: Mapping[str, Any]) -> Iterable[Refusal]:
        yield from super().weigh(terms)
        new, way = terms.get("new_units") or (), terms.get("way")
        if (way == "split" and len(new) == 1) or (way == "merge" and len(new) > 1):
            yield Refusal(
                "F_NEW_UNITS",
                "分割后应有两处以上，合并后应只有一处。",
                "请核对新的不动产单元号。",
                "实施细则26",
                "new_units",
            )

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        there = [books[c] for c in self.old if c in books]
        for one in there:
            yield from holder_applies(self.filed, one.title, "holder", "权利人", all_=True)
        yield from self.weigh(self.filed.terms)
        if self.filed.terms.get("way") == "merge":
            yield from self._one_owner_one_burden(there)
        yield from no_survey(c for c in self.opened if c not in self.filed.surveyed)
        yield from self._same_place()

    def _one_owner_one_burden(self, there: list[UnitBook]) -> Iterable[Refusal]:
        if len(there) < 2:
            yield Refusal(
                "F_MERGE_ONE", "合并至少要有两处不动产。", "请填写与哪些单元合并。", "实施细则26", "units"
            )
        if len({_ownership(b.title) for b in there if b.title}) > 1:
            yield Refusal(
                "P_OTHER_HOLDERS",
                "几处不动产的权利人、权利种类或共有情况不一样，不能合并。",
                "请先办理转移登记，使权利人和份额一致。",
                "实施细则26",
                "units",
            )
        if len({tuple(sorted(map(_burden, _carried(b)), key=repr)) for b in there}) > 1:
            yield Refusal(
                "B_MERGE_BURDENS",
                "几处不动产上的抵押权或其他权利不一样，合并后无法确定它们的范围。",
                "请先与抵押权人等办理注销或变更，使各处一致，再申请合并。",
                "民法典395；实施细则26",
                "units",
            )

    def _same_place(self) -> Iterable[Refusal]:
        """Houses stay in their building; land is cut into parcels, houses are not."""
        of_land = {on_land(c) for c in (*self.old, *self.opened)}
        houses = {c[:BUILDING_CODE] for c in (*self.old, *self.opened) if not on_land(c)}
        if len(of_land) > 1 or len(houses) > 1:
            yield Refusal(
                "F_OTHER_PLACE",
                "新旧单元不在同一幢房屋内。",
                "请核对不动产单元号；不同幢的房屋不能合并成一个单元。",
                "实施细则5",
                "new_units",
            )
        if of_land == {True}:
            yield Refusal(
                "B_LAND_PARTS",
                "土地的分割、合并须先重新划定宗地。",
                "请到窗口办理，登记中心会同测绘人员为您办理。",
                "实施细则26",
                "unit",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        old = [books[c] for c in self.old]
        first = old[0]
        for unit in self.opened:
            yield Open(
                unit, unit[:PARCEL_CODE], unit[:BUILDING_CODE], dict(self.filed.surveyed[unit]), self.old
            )
        for book in old:
            for right in book.rights:
                yield End(book.code, right.public_id, "carried_over")
            for restriction in book.restrictions:
                yield Lift(book.code, restriction.public_id, "carried_over")
        for unit in self.opened:
            yield from self._carried_over(first, unit)
            for book in old:
                # Told and carried on: an objection, a freeze, a limit of sale. A unit with a live one cannot close.
                yield from (restricted_anew(r, self.filed, unit) for r in book.restrictions if r.in_force(at))
        for book in old:
            yield Close(book.code, str(self.filed.terms["way"]), self.opened)

    def _carried_over(self, book: UnitBook, unit: str) -> Iterator[Grant]:
        """The rights of the old unit on a new one, in their order, those that name each other by their new ids."""
        title = book.title
        assert title is not None  # R_NOFIRST has refused
        again: dict[uuid.UUID, Grant] = {}
        for right in (title, *_carried(book)):
            grant = regranted(right, self.filed, unit)
            again[right.public_id] = grant
        named = {str(old): str(grant.right) for old, grant in again.items()}
        for grant in again.values():
            linked = grant.terms.get("linked")
            if linked in named:
                grant.terms["linked"] = named[linked]
            of = again.get(grant.share_of) if grant.share_of else None
            yield replace(grant, share_of=of.right) if of else grant


def _carried(book: UnitBook) -> tuple[RightFact, ...]:
    """What burdens a unit: every live right but its title."""
    return tuple(r for r in book.rights if r is not book.title)


def _ownership(title: RightFact) -> Likeness:
    shares = sorted((h.number_index, h.share_numerator or 0) for h in title.holders)
    return title.kind, title.coownership, title.share_denominator, tuple(shares)


def _burden(right: RightFact) -> Likeness:
    return right.kind, right.rank or 0, right.instrument, tuple(sorted(right.holder_indexes))
