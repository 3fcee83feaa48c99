"""Midnight of 31 December: what an acceptance writes belongs to the year of its entry."""

from __future__ import annotations

import datetime as dt

import pytest

from dengbu.cases.actions.desk import accepting
from dengbu.certificates.models import Certificate
from dengbu.core import clock
from dengbu.register.models import Entry
from tests.support import office

pytestmark = pytest.mark.django_db


def test_a_certificate_bears_the_year_of_its_entry_though_the_clock_has_gone_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office.open_homes(2)
    docket_id = office.checked_sale()
    void = accepting.void

    def strikes(**given: object) -> object:
        """The clock strikes twelve between the entry and the number."""
        year = clock.today().year
        monkeypatch.setattr(clock, "today", lambda: dt.date(year + 1, 1, 1))
        return void(**given)

    monkeypatch.setattr(accepting, "void", strikes)
    office.desk.accept(actor=office.clerk(), docket_id=docket_id)
    made, entry = Certificate.objects.get(), Entry.objects.get(docket_id=docket_id)
    assert made.year == entry.year == entry.legal_date.year
    assert f"{entry.year}" in made.number
