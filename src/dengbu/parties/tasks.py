"""Background work of parties: expired one-time codes are removed every night."""

from __future__ import annotations

from procrastinate.contrib.django import app

from dengbu.core.acts import system

from .actions.codes import forget_codes


@app.periodic(cron="20 18 * * *")  # 02:20 in Shanghai
@app.task(name="parties.forget_codes", queueing_lock="parties.forget_codes")
def forget_old_codes(timestamp: int) -> int:
    """Remove codes of more than two days ago: they hold the index of a phone, and nobody needs them."""
    return forget_codes(actor=system("housekeeping"))
