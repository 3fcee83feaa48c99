"""Several people at once, each on a thread and a database connection of their own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def at_once(*acts: Callable[[], Any]) -> Sequence[Any]:
    """Run all acts at the same moment. Gives back what each returned, or the exception it raised, in order.

    Use it with the `own_database` fixture: the acts really commit.
    """
    from django.db import connections

    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            connections[
                "default"
            ].ensure_connection()  # connecting takes different times; acting begins together
            gate.wait(timeout=30)
            return act()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return list(pool.map(run, acts))
