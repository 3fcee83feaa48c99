"""A generated district of N homes for measurements: entered through the register's own door, in big chunks.

    python -m benchmarks.district 100000          (DATABASE_URL and DATA as for any `dengbu` command)

Every row has its entry, so `dengbu verify` is clean afterwards. The homes lie in a cadastral zone of their own
(410106 900…), so that a demo district and a generated one can stand in one book.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dengbu.register.effects import Effect

AUTHORITY = "410106"
PER_BUILDING = 1000
PER_PARCEL = 10 * PER_BUILDING
CHUNK = 5000
BANK = ("测试银行股份有限公司", "uscc", "91419999MA009999XX")


def parcel_code(n: int) -> str:
    return f"410106900001GB{n // PER_PARCEL + 1:05d}"


def building_code(n: int) -> str:
    return f"{parcel_code(n)}F{n % PER_PARCEL // PER_BUILDING + 1:04d}"


def unit_code(n: int) -> str:
    """Code of the n-th generated home, n from 0."""
    return f"{building_code(n)}{n % PER_BUILDING + 1:04d}"


def owner(n: int) -> tuple[str, str]:
    """Name and identity number of the n-th home's owner. Check digits are right."""
    from dengbu.core.identifiers import make_resident_id

    birth = dt.date(1950, 1, 1) + dt.timedelta(days=n // 1000)
    return f"户主{n}", make_resident_id("419998", birth, n % 1000)


@dataclass(frozen=True, slots=True)
class Generated:
    """One import of the generated district."""

    given: tuple[Any, ...]
    unit_codes: tuple[str, ...]
    registration_type: str = "IMPORT"
    docket_id: None = None

    def judge(self, books: Mapping[str, Any], at: dt.datetime) -> Any:
        from dengbu.register.rules import Judgement

        return Judgement()

    def effects(self, books: Mapping[str, Any], at: dt.datetime) -> Iterable[Effect]:
        return self.given


def parcels(homes: int) -> Iterator[Generated]:
    """The parcels and buildings that the homes stand on."""
    from dengbu.register import effects as fx

    facts = {
        "location": "测试路",
        "area_m2": Decimal("100000.00"),
        "land_use": "urban_residential",
        "right_nature": "granted",
        "term_until": dt.date(2090, 12, 31),
    }
    for first in range(0, homes, PER_PARCEL):
        code = parcel_code(first)
        buildings = range(first, min(homes, first + PER_PARCEL), PER_BUILDING)
        given: list[Any] = [
            fx.OpenParcel(code, facts),
            fx.Open(f"{code}W00000000", code, None, {"location": "测试路", "use": "urban_residential",
                                                     "area_m2": Decimal("100000.00")}),
        ]  # fmt: skip
        given += [
            fx.OpenBuilding(building_code(n), code, {"name": f"{n}", "structure": "mixed", "floors": 25})
            for n in buildings
        ]
        yield Generated(tuple(given), ())


def home(n: int) -> Generated:
    """The n-th home, owned; every tenth mortgaged, every hundredth sealed."""
    from dengbu.core.clock import now
    from dengbu.register import effects as fx

    code = unit_code(n)
    name, number = owner(n)
    given: list[Any] = [
        fx.Open(
            code,
            parcel_code(n),
            building_code(n),
            {
                "location": f"郑州市上街区测试路{n // PER_BUILDING}号{n % PER_BUILDING + 1}室",
                "use": "dwelling",
                "area_m2": Decimal(80 + n % 60),
                "floors": 25,
                "room": str(n % PER_BUILDING + 1),
                "structure": "mixed",
                "house_nature": "market",
            },
        ),
        fx.Grant("house_ownership", code, (fx.HolderIn(name, "resident_id", number),),
                 {"price_fen": 80_000_000, "reason": "存量房买卖"}),
    ]  # fmt: skip
    if n % 10 == 9:
        terms = {"mortgage_kind": "ordinary", "amount_fen": 40_000_000, "transfer_limited": False}
        given.append(fx.Grant("mortgage", code, (fx.HolderIn(*BANK),), terms, rank=1))
    if n % 100 == 50:
        until = now() + dt.timedelta(days=900)
        given.append(fx.Restrict("seizure", code, "测试法院", f"（2026）{n}号", until_at=until))
    return Generated(tuple(given), (code,))


def load(homes: int, say: Any = None) -> None:
    """Enter the district: the land first, then the homes in chunks of 5000, one entry and one commit per chunk's home
    and chunk. Skips nothing: load it once per database."""
    from dengbu.core.acts import system
    from dengbu.register.actions import OfRecord, enter

    def put(registrations: list[Generated]) -> None:
        enter(
            actor=system("bench"),
            registrations=registrations,
            authority=AUTHORITY,
            of_record=OfRecord("导入", "导入"),
        )

    put(list(parcels(homes)))
    numbers = iter(range(homes))
    while chunk := list(islice(numbers, CHUNK)):
        put([home(n) for n in chunk])
        if say:
            say(chunk[-1] + 1)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dengbu.project.settings")
    import django

    django.setup()
    from django.db import connection

    from dengbu.core.clock import monotonic
    from dengbu.register.verify import verify

    homes = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    began = monotonic()
    load(homes, lambda n: print(f"{n} homes, {monotonic() - began:.0f} s", flush=True))
    print(f"loaded {homes} homes in {monotonic() - began:.1f} s")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    began = monotonic()
    report = verify()
    print(
        f"verified {report.entries} entries, {report.rows} rows: {report.found} differences, {monotonic() - began:.1f} s"
    )
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
