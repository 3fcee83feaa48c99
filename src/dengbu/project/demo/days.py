"""The clock of a demo office: read it, and move it on where a rehearsal has to let days pass (公告期满).

Only the owner of the tables may move legal time, and nobody in production (`core.acts.take_over_offset`).
"""

from __future__ import annotations

import os

import psycopg
from django.conf import settings

from dengbu.core import clock

from ..launcher.environment import data_folder, embedded_urls
from ..launcher.problems import LauncherProblem

_ADD = (
    "INSERT INTO core_clockoffset (id, seconds) VALUES (1, %s)"
    " ON CONFLICT (id) DO UPDATE SET seconds = core_clockoffset.seconds + EXCLUDED.seconds RETURNING seconds"
)


def pass_days(days: int) -> None:
    """Move the office's clock on by whole days; this process goes by it from here on.

    Raises LauncherProblem in production, or where the office's database is not to be found from here.
    """
    if settings.ENV == "production":
        raise LauncherProblem("Legal time is never moved in production.")
    url = os.environ.get("MIGRATE_DATABASE_URL") or embedded_urls(data_folder()).owner
    with psycopg.connect(url, autocommit=True) as owner:
        found = owner.execute(_ADD, [days * 86400]).fetchone()
    clock.set_offset(found[0] if found else 0)
