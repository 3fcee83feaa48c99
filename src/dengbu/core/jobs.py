"""Background work: deferred in the same transaction as the act that caused it, worked by `dengbu.project` worker."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app
from psycopg.types.json import Jsonb

from . import rows

# As the queue itself does, but prepared once and on the act's own connection.
_DEFER = "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(%s, %s, %s, %s, NULL, %s, NULL)::procrastinate_job_to_defer_v1])"


def enqueue(
    task: str, *, lock: str | None = None, queueing_lock: str | None = None, **arguments: Any
) -> bool:
    """Queue a task by name with plain ids as arguments. False when an equal one is already waiting.

    With a queueing lock the insert stands in a savepoint: a duplicate must not abort an acceptance. Without one there
    are no duplicates.
    """
    if queueing_lock is None:
        job = app.configure_task(task, lock=lock).job
        rows.run(_DEFER, [job.queue, task, job.priority, lock, Jsonb(arguments)])
        return True
    try:
        with transaction.atomic():
            app.configure_task(task, lock=lock, queueing_lock=queueing_lock).defer(**arguments)
    except exceptions.AlreadyEnqueued:
        return False
    return True
