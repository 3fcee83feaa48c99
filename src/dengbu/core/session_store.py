"""Sessions in the database, as Django keeps them; the one statement of every request is prepared once.

Not `sessions.py`: the module is named by `SESSION_ENGINE` and has to hold a class called `SessionStore`.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db

from . import rows


class SessionStore(db.SessionStore):
    """Reads its row by `core.rows`; writing, expiry and signing are Django's."""

    def _get_session_from_db(self) -> Any:
        # The machine's time, as Django's own: moving the clock of the demo ends nobody's session.
        found = rows.read(
            self.model,
            "WHERE t.session_key = %s AND t.expire_date > clock_timestamp()",
            [self.session_key],
        )
        if not found:
            self._session_key = None
            return None
        return found[0]
