"""Several people at once, each on a thread and a database connection of their own.

`in_between` forces the order in which a race does its harm; `at_once` leaves the order to chance and serves only where
every order must come out the same.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, NamedTuple
from unittest import mock

import psycopg

from dengbu.project.launcher.environment import DatabaseUrls

PATIENCE = 30  # seconds until a race that hangs is given up


class Overlap(NamedTuple):
    """What came of two acts: what each returned or raised, and whether the second had to wait for the first."""

    first: Any
    second: Any
    waited: bool

    @property
    def failures(self) -> list[Exception]:
        return [r for r in (self.first, self.second) if isinstance(r, Exception)]


def in_between(first: Callable[[], Any], second: Callable[[], Any], *, after: tuple[Any, str]) -> Overlap:
    """Run `second` while `first` stands between its reading and its writing: where it first comes back from `after`
    (a module and the name of a function in it).

    `first` goes on when `second` has ended, or waits in the database for a lock. So without the lock the second act
    falls whole into the first one, every time; with it the second begins to read when the first has committed.
    Use it with the `own_database` fixture: the acts really commit.
    """
    owner, name = after
    real = getattr(owner, name)
    stands, go_on = threading.Event(), threading.Event()
    backends: dict[int, int] = {}
    leader: list[int] = []

    def standing(*args: Any, **kwargs: Any) -> Any:
        answer = real(*args, **kwargs)
        if leader == [threading.get_ident()] and not stands.is_set():
            stands.set()
            go_on.wait(PATIENCE)
        return answer

    def lead() -> Any:
        leader.append(threading.get_ident())
        return first()

    with mock.patch.object(owner, name, standing), ThreadPoolExecutor(max_workers=2) as pool:
        try:
            one = pool.submit(_alone, lead, backends, 1)
            until(lambda: stands.is_set() or one.done())
            if not stands.is_set():
                raise AssertionError(f"the first act never came to {name}: {one.result()!r}")
            two = pool.submit(_alone, second, backends, 2)
            until(lambda: two.done() or _waits(backends.get(2)))
            waited = not two.done()
        finally:
            go_on.set()
        return Overlap(one.result(PATIENCE), two.result(PATIENCE), waited)


def until(condition: Callable[[], bool]) -> None:
    """Come back when the condition holds. Raises AssertionError where it never does."""
    never: Future[None] = Future()
    for _ in range(PATIENCE * 200):
        if condition():
            return
        wait([never], timeout=0.005)
    raise AssertionError("the race hangs")


def _alone(act: Callable[[], Any], backends: dict[int, int], number: int) -> Any:
    """Run an act on a connection of this thread; gives its exception back."""
    from django.db import connections

    try:
        database = connections["default"]
        database.ensure_connection()
        backends[number] = database.connection.info.backend_pid
        return act()
    except Exception as error:
        return error
    finally:
        connections.close_all()


def _waits(backend: int | None) -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s))", [backend])
        return bool(cursor.fetchone()[0])


def take_away(urls: DatabaseUrls, *nets: str) -> None:
    """As the owner of the tables, take away what PostgreSQL would catch besides the lock: shows what the harm is."""
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        for net in nets:
            connection.execute(net.encode())


def at_once(*acts: Callable[[], Any]) -> Sequence[Any]:
    """Run all acts at the same moment. Gives back what each returned, or the exception it raised, in order.

    Use it with the `own_database` fixture: the acts really commit.
    """
    gate = threading.Barrier(len(acts))

    def together(act: Callable[[], Any]) -> Any:
        def run() -> Any:
            gate.wait(timeout=PATIENCE)  # connecting takes different times; acting begins together
            return act()

        return _alone(run, {}, 0)

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return list(pool.map(together, acts))
