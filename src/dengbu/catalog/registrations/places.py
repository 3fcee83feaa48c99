"""Where in the book the people of a role stand. Pure."""

from __future__ import annotations

import uuid

from dengbu.register.rules import HolderFact, RightFact, UnitBook

from .base import Role
from .notices import PURCHASES, bound_by, land_title, notice_kind
from .shares import whose_share


def right_of(role: Role, book: UnitBook, target: uuid.UUID | None) -> RightFact | None:
    """The right whose holders fill a role; None for those who are typed. `target`: what the registration is about."""
    about = book.right(target) if target else None
    if role.source == "register":
        return book.title
    if role.source == "land":
        return land_title(book) or book.land_use
    if role.source == "notice":
        return next((n for n in book.notices if notice_kind(n) in PURCHASES), None)
    if role.source == "bound":
        return bound_by(about, book) if about else None
    return about if role.source == "right" else None


def holders_in(role: Role, book: UnitBook, target: uuid.UUID | None) -> tuple[HolderFact, ...]:
    """Those who fill a role: the holders of its right; of a mortgage on one owner's share that owner alone."""
    right, about = right_of(role, book, target), book.right(target) if target else None
    if right is None:
        return ()
    whose = whose_share(about, right) if about and role.source == "register" else frozenset()
    return tuple(h for h in right.holders if not whose or h.number_index in whose)
