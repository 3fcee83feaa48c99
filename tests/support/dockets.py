"""Dockets and actors for tests of the rooms below `cases`."""

import itertools
import uuid

from dengbu.core import clock
from dengbu.core.acts import Actor, act, system
from dengbu.core.models import Docket

SYSTEM = system("test")
_numbers = itertools.count(1)


@act("test.open_docket")
def _open_docket(*, actor: Actor) -> Docket:
    number = f"T{next(_numbers):06d}-{uuid.uuid4().hex[:8]}"
    return Docket.objects.create(number=number, authority="410106", created_at=clock.now())


def open_docket() -> Docket:
    """A docket that no case stands on."""
    return _open_docket(actor=SYSTEM)


def staff(*permissions: str, name: str = "孙倩") -> Actor:
    """Somebody of the office who may do just this."""
    return Actor(key="user:27", name=name, user_id=27, permissions=frozenset(permissions), staff_number="027")


def citizen(key: str = "user:901") -> Actor:
    """Somebody with an account and no post."""
    return Actor(key=key, name="王示范", user_id=901)
