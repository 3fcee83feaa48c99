"""A small book to try things on: one parcel, one building, homes, and registrations with plain rules."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dengbu.core import crypto
from dengbu.core.acts import system
from dengbu.core.refusals import Refusal
from dengbu.register import effects as fx
from dengbu.register.actions import OfRecord, Outcome, enter
from dengbu.register.rules import Answer, Judgement, Registration, UnitBook

CLERK = system("test")
AUTHORITY = "410106"
PARCEL = "410106009001GB00001"
BUILDING = f"{PARCEL}F0001"
LAND = f"{PARCEL}W00000000"
LI, WANG, ZHAO = (
    ("李小明", "41999919800101001X"),
    ("王丽", "419999199001010022"),
    ("赵强", "419999197001010033"),
)
BANK = ("演示银行", "91419999MA000001X0")

Books = Mapping[str, UnitBook]


def home(number: int) -> str:
    return f"{BUILDING}{number:04d}"


@dataclass
class Given:
    """A registration whose rule and effects are given. It counts how often it was judged."""

    units: tuple[str, ...]
    make: Callable[[Books], Iterable[fx.Effect]]
    rule: Callable[[Books, dt.datetime], Judgement] = lambda _books, _at: Judgement()
    registration_type: str = "TEST"
    docket_id: uuid.UUID | None = None
    judged: int = 0

    @property
    def unit_codes(self) -> tuple[str, ...]:
        return self.units

    def judge(self, books: Books, at: dt.datetime) -> Judgement:
        self.judged += 1
        return self.rule(books, at)

    def effects(self, books: Books, at: dt.datetime) -> Iterable[fx.Effect]:
        return list(self.make(books))


def holder(person: tuple[str, str], share: int | None = None) -> fx.HolderIn:
    return fx.HolderIn(person[0], "resident_id", person[1], share)


def title(unit: str, *people: tuple[str, str], **more: object) -> fx.Grant:
    holders = more.pop("holders", None) or tuple(holder(p) for p in people)
    return fx.Grant("house_ownership", unit, holders, {"price_fen": 100}, **more)  # type: ignore[arg-type]


def facts(unit: str, **more: object) -> dict[str, object]:
    return {"location": f"试验路1号{int(unit[-4:])}室", "use": "dwelling", "area_m2": Decimal("90.5"), **more}


def opening(homes: int) -> Given:
    """The parcel, its land unit, a building and its homes, nobody's yet."""
    units = tuple(home(n) for n in range(1, homes + 1))

    def make(_: Books) -> Iterable[fx.Effect]:
        yield fx.OpenParcel(PARCEL, {"location": "试验路1号", "area_m2": Decimal("1000"), "land_use": "urban_residential",
                                     "right_nature": "granted", "term_until": dt.date(2090, 1, 1)})  # fmt: skip
        yield fx.Open(LAND, PARCEL, None, facts(LAND))
        yield fx.OpenBuilding(BUILDING, PARCEL, {"name": "1号楼", "structure": "mixed", "floors": 6})
        for unit in units:
            yield fx.Open(unit, PARCEL, BUILDING, facts(unit))

    return Given(units, make)


def granting(*grants: fx.Grant) -> Given:
    return Given(tuple({g.unit: None for g in grants}), lambda _: grants)


def sale(unit: str, seller: tuple[str, str], buyer: tuple[str, str], **more: object) -> Given:
    """Ownership passes; refused where the seller is not the owner or a restriction stands."""

    def rule(books: Books, at: dt.datetime) -> Judgement:
        book = books[unit]
        found = []
        if book.ownership is None or not book.ownership.held_by(crypto.index(seller[1])):
            found.append(Refusal("NOT_THE_OWNER", "出卖人不是登记的所有权人。"))
        if any(r.in_force(at) for r in book.restrictions):
            found.append(Refusal("RESTRICTED", "房屋有限制。"))
        return Judgement(tuple(found))

    def make(books: Books) -> Iterable[fx.Effect]:
        owned = books[unit].ownership
        assert owned is not None
        yield fx.End(unit, owned.public_id, "transferred")
        yield title(unit, buyer, replaces=owned.public_id)

    return Given((unit,), make, rule, **more)  # type: ignore[arg-type]


def mortgage(unit: str, rank: int | None = None) -> Given:
    def make(books: Books) -> Iterable[fx.Effect]:
        terms = {"amount_fen": 1, "transfer_limited": False}
        yield fx.Grant("mortgage", unit, (holder(BANK),), terms, rank=rank or books[unit].next_rank)

    return Given((unit,), make)


def seizure(unit: str, debtor: tuple[str, str] | None = None, **more: object) -> Given:
    """A court's paper; with `debtor` it is refused where the home is no longer the debtor's (查封规定 23)."""

    def rule(books: Books, _: dt.datetime) -> Judgement:
        owned = books[unit].ownership
        if debtor and (owned is None or not owned.held_by(crypto.index(debtor[1]))):
            return Judgement((Refusal("NOT_THE_DEBTORS", "房屋已经不在被执行人名下。"),))
        return Judgement()

    terms = {"kind": "seizure", "authority": "某法院", "document_no": "（2026）1号", **more}
    return Given((unit,), lambda _: [fx.Restrict(unit=unit, **terms)], rule)  # type: ignore[arg-type]


def answering(given: Given, obstacle: uuid.UUID, how: str = "consent") -> Given:
    answer = Answer(obstacle, "R_SEAL", how, "court-letter-1")
    return Given(given.units, given.make, lambda _b, _a: Judgement(answers=(answer,)))


def put(*registrations: Registration, partial: bool = False) -> Outcome:
    return enter(
        actor=CLERK,
        registrations=list(registrations),
        authority=AUTHORITY,
        of_record=OfRecord("审核员", "审核员"),
        partial=partial,
    )


@dataclass
class Town:
    """A book with `homes` homes, the first `owned` of them Li's."""

    homes: int = 3
    owned: int = 2
    titles: dict[str, uuid.UUID] = field(default_factory=dict)

    def build(self) -> Town:
        put(opening(self.homes))
        grants = [title(home(n), LI) for n in range(1, self.owned + 1)]
        if grants:
            put(*(granting(g) for g in grants))
        self.titles = {g.unit: g.right for g in grants}
        return self
