"""A play for each type: when it can be filed on a unit, and a lawful application of it made from the present books."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dengbu.catalog.registrations import Filed

from . import burdens, orders, titles
from .scene import Scene


class Play(NamedTuple):
    can: Callable[[Scene], bool]
    make: Callable[[Scene], Filed]


PLAYS: dict[str, Play] = {
    code: Play(*play) for code, play in {**titles.PLAYS, **burdens.PLAYS, **orders.PLAYS}.items()
}
