"""What an older book knew already, as registrations: the demo district and the import of an existing register."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from . import effects as fx
from .rules import Judgement, UnitBook

IMPORT = "IMPORT"
BACKFILL = "BACKFILL"  # 单件补录: one old certificate, from the paper archive


@dataclass(frozen=True, slots=True)
class Imported:
    """An import of something the old books knew already: nothing is judged, the effects are given."""

    given: tuple[fx.Effect, ...]
    units: tuple[str, ...]
    registration_type: str = IMPORT
    docket_id: uuid.UUID | None = None

    @property
    def unit_codes(self) -> tuple[str, ...]:
        return self.units

    def judge(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Judgement:
        return Judgement()

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[fx.Effect]:
        return self.given
