"""What somebody who files looks at: the present books, a unit, and a way to choose. Parties come from the book itself."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dengbu.catalog.registrations import ContractFact, Filed, PartyFact
from dengbu.core import clock, crypto
from dengbu.core.identifiers import LAND_TAIL
from dengbu.register.effects import NUMBER_PURPOSE
from dengbu.register.rules import HolderFact, RestrictionFact, RightFact, UnitBook
from tests.register.filing import COMPANY, by
from tests.register.homes import BANK, LI, WANG, ZHAO

Person = tuple[str, str]
PEOPLE: tuple[Person, ...] = (LI, WANG, ZHAO, ("孙芳", "419999199301010048"), ("周伟", "419999198801010053"))
FIRMS: tuple[Person, ...] = (COMPANY, ("第二置业有限公司", "91419999MA000006XT"))
BANKS: tuple[Person, ...] = (BANK, ("第二银行", "91419999MA000003X5"))
COURTS: tuple[Person, ...] = (
    ("上街区人民法院", "91419999MA000004X2"),
    ("中原区人民法院", "91419999MA000005XX"),
)
# Whatever may be asked for lies there: what a play is refused for is the law, not a missing paper.
PAPERS = frozenset({"MTGEECONS", "COURTCONS", "JOINTAPP", "COMMIT_OBJ", "OTHMTG", "HOLDCONS", "AFFORD"})
LOAN: dict[str, Any] = {
    "contract_no": "DY1", "amount_fen": 5_000_000, "debt_from": "2026-01-01", "debt_until": "2046-01-01",
    "debtor": "借款人", "scope": "主债权", "transfer_limited": False,
}  # fmt: skip

Pick = Callable[[Sequence[Any]], Any]


def first(options: Sequence[Any]) -> Any:
    """The choice of a fixed sequence."""
    return options[0]


def again(role: str, holder: HolderFact, **more: Any) -> PartyFact:
    """A holder of the book as a party."""
    number = crypto.decrypt(holder.number_cipher, NUMBER_PURPOSE)
    return PartyFact(role, holder.name, holder.document_kind, number, holder.number_index, **more)


def all_of(role: str, right: RightFact | None) -> tuple[PartyFact, ...]:
    return tuple(again(role, h) for h in right.holders) if right else ()


def _place(right: RightFact) -> tuple[Any, ...]:
    """The same order of rights whatever their ids are."""
    return right.kind, right.rank or 0, sorted(right.holder_indexes), right.instrument


Taking = tuple[tuple[PartyFact, ...], dict[str, Any]]  # parties, and how they hold it


@dataclass(frozen=True)
class Scene:
    books: Mapping[str, UnitBook]
    unit: str
    pick: Pick

    @property
    def book(self) -> UnitBook:
        return self.books[self.unit]

    @property
    def title(self) -> RightFact:
        found = self.book.title
        assert found is not None
        return found

    @property
    def land(self) -> RightFact | None:
        """The land use right under the unit, or the unit's own."""
        found = self.books.get(self.unit[:19] + LAND_TAIL)
        return found.land_use if found else None

    @property
    def bound(self) -> RightFact | None:
        """Whose thing a notice binds: the owner's, or the holder's of the land."""
        return self.book.ownership or self.land

    def rights(self, *kinds: str) -> list[RightFact]:
        return sorted((r for r in self.book.rights if r.kind in kinds), key=_place)

    def notices(self, *kinds: str) -> list[RightFact]:
        return sorted((r for r in self.book.notices if r.terms["notice_kind"] in kinds), key=_place)

    def limits(self, *kinds: str) -> list[RestrictionFact]:
        return sorted(
            (r for r in self.book.restrictions if r.kind in kinds),
            key=lambda r: (r.kind, r.position, r.share_of, r.document_no),
        )

    def strangers(self) -> list[Person]:
        """People who do not hold the unit."""
        held = self.bound.holder_indexes if self.bound else frozenset()
        return [p for p in PEOPLE if crypto.index(p[1]) not in held]

    def taking(self, role: str, *ways: str) -> Taking:
        """Who takes, and how: alone, jointly or by shares."""
        people = self.strangers()
        one, other = self.pick(people[:-1]), people[-1]
        match self.pick(ways or ("sole", "by_share", "joint")):
            case "sole":
                return (by(role, one),), {"coownership": "sole"}
            case "joint":
                return (by(role, one), by(role, other)), {"coownership": "joint"}
        parties = (by(role, one, share_numerator=1), by(role, other, share_numerator=2))
        return parties, {"coownership": "by_share", "share_denominator": 3}

    def buying(self, role: str, *kinds: str) -> Taking:
        """The holder of a notice of purchase where there is one, else anybody."""
        noticed = self.notices(*kinds)
        if not noticed or not self.pick((True, True, False)):
            return self.taking(role)
        right = self.pick(noticed)
        said = {"coownership": right.coownership, "share_denominator": right.share_denominator}
        return tuple(again(role, h, share_numerator=h.share_numerator) for h in right.holders), said

    def passing(self, owner: str, taker: str) -> Taking:
        """What the first of the holders has passes to somebody; the others stay as they are."""
        title, new = self.title, self.pick(self.strangers())
        gone, *rest = title.holders
        parties = (
            again(owner, gone),
            by(taker, new, share_numerator=gone.share_numerator),
            *(again("coowner", h, share_numerator=h.share_numerator) for h in rest),
        )
        return parties, {"coownership": title.coownership, "share_denominator": title.share_denominator}

    def contract(self, sellers: tuple[PartyFact, ...], buyers: tuple[PartyFact, ...]) -> ContractFact:
        sides = (frozenset(p.number_index for p in side) for side in (sellers, buyers))
        return ContractFact("SJ1", self.unit, "filed", 86_000_000, "90.50", *sides)

    def fresh(self, count: int) -> list[str]:
        """Codes that no unit of the building ever had."""
        made = (f"{self.unit[:24]}{n:04d}" for n in range(501, 9999))
        return [next(c for c in made if c not in self.books) for _ in range(count)]

    def filed(self, *parties: PartyFact, contract: ContractFact | None = None, **terms: Any) -> Filed:
        """An application with all papers, and the officer's reason for whatever he may decide."""
        survey = terms.pop("surveyed", {})
        houses = terms.pop("houses_of_owner", frozenset())
        standing = (
            [*self.book.rights, *self.book.restrictions, *self.book.land] if self.unit in self.books else []
        )
        officer = {str(r.public_id): "核实" for r in standing} | {"R_FILED": "核实", "possible_from": "核实"}
        in_book = {c for b in self.books.values() for c in (b.parcel_code, b.building_code) if c}
        return Filed(
            uuid.uuid4(), self.unit, parties, terms=terms, evidence=PAPERS, contract=contract, officer=officer,
            surveyed=survey, houses_of_owner=houses,
            in_book=frozenset(in_book),
        )  # fmt: skip


def minute() -> str:
    return clock.local(clock.now() - dt.timedelta(minutes=3)).isoformat(timespec="minutes")


def day(days: int) -> str:
    return (clock.today() + dt.timedelta(days=days)).isoformat()
