"""The demo district: always the same, large enough for every walkthrough, clean, and never in production."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from dengbu.appointments.models import Slot
from dengbu.certificates.models import Blank, Certificate
from dengbu.contracts.models import ContractFiling, InboundMessage
from dengbu.core import clock, crypto, identifiers
from dengbu.core.refusals import Refused
from dengbu.parties.models import Organisation, Person, Staff
from dengbu.parties.queries import agreement_state
from dengbu.project.demo.actions import load_district
from dengbu.project.demo.candidates import TYPES, demo_candidates, planned
from dengbu.project.demo.district import _Builder, plan
from dengbu.project.demo.land import EACH
from dengbu.project.demo.people import ORGANISATIONS, PASSWORD, DemoPerson
from dengbu.register.models import Entry, Restriction
from dengbu.register.queries import book_of
from dengbu.register.rules import obstacles
from dengbu.register.verify import verify
from dengbu.surveys.models import Survey
from tests.register.homes import put, sale


def test_the_district_is_the_same_each_time() -> None:
    assert _Builder().build() == plan()


def test_the_district_is_as_large_as_it_must_be() -> None:
    district = plan()
    assert len(district.parcels) >= 3
    assert sum(len(p.buildings) for p in district.parcels) >= 6
    assert len(district.units) >= 600
    assert {u.use for u in district.units} == {"dwelling", "commercial", "parking"}
    assert len(district.people) + len(ORGANISATIONS) >= 250


def test_every_number_has_a_right_check_digit_in_a_region_where_nobody_lives() -> None:
    today = dt.date(2026, 1, 1)
    for person in plan().people:
        assert identifiers.check_resident_id(person.number, today=today) is None
        assert person.number.startswith("419999") and not identifiers.is_minor(person.number, today)
        assert identifiers.check_person_name(person.name) is None
        assert identifiers.check_phone(person.phone) is None
    for organisation in ORGANISATIONS:
        assert identifiers.check_uscc(organisation.number) is None
    for unit in plan().units:
        assert identifiers.check_unit_code(unit.code, area="410106") is None
    numbers = [p.number for p in plan().people] + [p.phone for p in plan().people]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("kind", TYPES)
def test_there_are_candidates_for_more_than_fifty_walkthroughs(kind: str) -> None:
    found = planned(kind)
    assert len(found) >= (180 if kind == "D09" else 60)
    assert len({c.unit_code for c in found}) == len(found)
    people = [c.owner for c in found if isinstance(c.owner, DemoPerson)]
    assert len({p.number for p in people}) == len(people), "each walkthrough has people of its own"


def test_the_book_of_the_district_is_clean(module_demo_database: Any) -> None:
    report = verify(deep=True)
    assert report.ok, report.differences[:5]
    assert report.entries == len(plan().units) + len(plan().parcels)


@pytest.mark.parametrize(
    ("kind", "codes"),
    [("P01", set()), ("B01", set()), ("B06", {"R_MTG"}), ("D09", {"R_NOTICE"})],
)
def test_nothing_else_stands_in_the_way_of_a_candidate(
    module_demo_database: Any, kind: str, codes: set[str]
) -> None:
    free = demo_candidates(kind)
    assert len(free) == len(planned(kind))
    books = book_of([c.unit_code for c in free])
    met = {o.code for book in books.values() for o in obstacles(book, clock.now())}
    assert met == codes


@pytest.mark.parametrize("kind", ["D01", "D02", "D03", "D04", "D05", "P11", "P21"])
def test_surveys_and_bare_land_wait_to_be_filed_on(module_demo_database: Any, kind: str) -> None:
    found = planned(kind)
    assert len(found) == len({c.unit_code for c in found}) == EACH
    books = book_of([c.unit_code for c in found])
    for c in found:
        assert c.in_book == (c.unit_code in books), c
        if c.in_book:
            title = books[c.unit_code].title
            assert title and title.held_by(crypto.index(c.owner.number))
        if c.survey:
            assert Survey.objects.get(number=c.survey).status == "checked"


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("D06", {"R_NOFIRST"}),
        ("D07", {"R_NOFIRST", "R_NOTICE"}),
        ("D08", {"R_NOFIRST", "R_NOTICE"}),
        ("B08", {"R_NOFIRST", "R_NOTICE"}),
        ("B03", {"R_NOFIRST"}),
        ("B12", {"R_NOFIRST", "R_CIP"}),
        ("B11", {"R_CIP"}),
        ("B09", {"R_NOTICE_MTG"}),
        ("B13", {"R_MTG"}),
    ],
)
def test_homes_sold_and_mortgaged_before_they_are_built_stand_as_their_types_need_them(
    module_demo_database: Any, kind: str, codes: set[str]
) -> None:
    found = planned(kind)
    assert len(found) >= EACH
    books = book_of([c.unit_code for c in found])
    for c in found:
        book = books[c.unit_code]
        assert {o.code for o in obstacles(book, clock.now())} == codes
        title = book.ownership or book.land_rights[0]
        assert title.held_by(crypto.index(c.owner.number)) and c.organisation
        lenders = [r for r in book.rights if r.kind == "mortgage" or r.terms.get("debtor")]
        assert all(r.held_by(crypto.index(c.organisation.number)) for r in lenders)
    on_file = ContractFiling.objects.filter(unit_code__in=books, status="filed", kind="presale").count()
    assert on_file == (len(found) if kind in ("D06", "D07", "D08", "B08") else 0)


def test_a_used_candidate_is_offered_no_more(own_demo_database: Any) -> None:
    first = demo_candidates("P01", 1)[0]
    assert first.buyer and isinstance(first.owner, DemoPerson)
    put(sale(first.unit_code, (first.owner.name, first.owner.number), (first.buyer.name, first.buyer.number)))
    assert first.unit_code not in {c.unit_code for c in demo_candidates("P01")}
    assert len(demo_candidates("P01")) == len(planned("P01")) - 1


def test_contracts_on_file_name_the_owner_of_the_book_as_seller(module_demo_database: Any) -> None:
    filings = ContractFiling.objects.prefetch_related("parties").filter(
        unit_code__in=[c.unit_code for c in planned("P01")]
    )
    books = book_of([f.unit_code for f in filings])
    assert len(filings) == len(planned("P01"))
    for filing in filings:
        owned = books[filing.unit_code].ownership
        sellers = {p.number_index for p in filing.parties.all() if p.role == "seller"}
        assert owned and owned.holder_indexes == sellers
        assert filing.filed_at < clock.now()


def test_a_filing_of_an_unknown_home_waits_for_staff(module_demo_database: Any) -> None:
    waiting = InboundMessage.objects.exclude(outcome="taken")
    assert [(m.outcome, m.handled_at) for m in waiting] == [("kept_with_problems", None)]
    assert {f.status for f in ContractFiling.objects.all()} == {"filed", "held", "withdrawn"}


def test_whoever_plays_has_an_account(module_demo_database: Any) -> None:
    for kind in TYPES:
        for c in planned(kind):
            for person in (c.owner, c.buyer):
                if isinstance(person, DemoPerson):
                    account = Person.objects.get(phone_index=crypto.index(person.phone))
                    assert account.id_index == crypto.index(person.number) and account.verified_at
            if kind in ("B01", "B06", "D09"):
                assert c.organisation and c.organisation.agreement == "in_force"


def test_restrictions_of_every_kind_are_shown(module_demo_database: Any) -> None:
    kinds = Counter(Restriction.objects.values_list("kind", flat=True))
    assert set(kinds) >= {"seizure", "waiting_seizure", "objection", "freeze"}
    books = book_of([u.code for u in plan().units])
    met = Counter(o.code for book in books.values() for o in obstacles(book, clock.now()))
    assert {"R_MTG", "R_MTG_LIMIT", "R_MTG_UNCLEAR", "R_SEAL", "R_SEAL_WAIT", "R_OBJ", "R_FREEZE", "R_NOTICE",
            "R_NOTICE_MTG", "R_NOFIRST"} <= set(met)  # fmt: skip


def test_homes_mortgaged_before_the_civil_code_need_the_mortgagees_consent(module_demo_database: Any) -> None:
    """The import carries the date of the old book; the entry itself bears the day of the import."""
    old = [
        u for p in plan().parcels for b in p.buildings for u in b.units if any(m.since for m in u.mortgages)
    ]
    assert len(old) == 3 and any(u.contract for u in old)
    books, now = book_of([u.code for u in old]), clock.now()
    for unit in old:
        book = books[unit.code]
        assert "R_MTG_PRE2021" in {o.code for o in obstacles(book, now)}
        (mortgage,) = book.mortgages
        assert mortgage.registered_on == unit.mortgages[0].since and mortgage.entered_on.year >= 2026


def test_agreements_stand_as_the_pages_need_them(module_demo_database: Any) -> None:
    told = {o.name: agreement_state(o, clock.today()) for o in Organisation.objects.all()}
    words = {o.key: told[o.name] for o in ORGANISATIONS if o.name in told}
    assert [k for k, s in words.items() if s.in_force] == ["dev1", "dev2", "bank1", "bank2"]
    assert "到期" in words["bank3"].words and "暂停" in words["bank4"].words


def test_every_post_has_two_people_and_there_is_a_lead_and_an_administrator(
    module_demo_database: Any,
) -> None:
    posts = Counter(post for staff in Staff.objects.all() for post in staff.posts)
    assert all(posts[p] >= 2 for p in ("review", "accept", "certify"))
    assert posts["lead"] == posts["admin"] == 1


def test_certificates_are_numbered_without_gap_and_prove_live_rights(module_demo_database: Any) -> None:
    for kind in ("certificate", "proof"):
        serials = sorted(Certificate.objects.filter(kind=kind).values_list("serial", flat=True))
        assert serials == list(range(1, len(serials) + 1))
    one = Certificate.objects.filter(kind="certificate").first()
    assert one and identifiers.parse_certificate_number(one.number).seq == one.serial


def test_there_are_slots_on_thirty_working_days_and_blanks_in_stock(module_demo_database: Any) -> None:
    days = {clock.local(s).date() for s in Slot.objects.values_list("starts_at", flat=True)}
    assert len(days) == 30 and min(days) >= clock.today()
    assert set(Slot.objects.values_list("kind", flat=True)) == {"window", "bulk"}
    assert Counter(Blank.objects.values_list("kind", "state")) == {
        ("certificate", "stock"): 2000,
        ("proof", "stock"): 2000,
    }


def test_loading_again_changes_nothing(own_demo_database: Any, tmp_path: Path) -> None:
    before = Entry.objects.count(), Person.objects.count()
    assert load_district(tmp_path) is False
    assert (Entry.objects.count(), Person.objects.count()) == before
    known = json.loads((tmp_path / "population.json").read_text())
    assert {"name": plan().people[0].name, "id_number": plan().people[0].number} in known


def test_production_takes_no_demo_data(own_database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ENV", "production")
    with pytest.raises(Refused) as refused:
        load_district()
    assert refused.value.codes == ("DEMO_IN_PRODUCTION",)
    for command in ("load_demo", "demo_accounts"):
        with pytest.raises(CommandError):
            call_command(command)
    assert not Entry.objects.exists()


def test_the_accounts_are_told_as_json() -> None:
    out = StringIO()
    call_command("demo_accounts", "--json", stdout=out)
    accounts = json.loads(out.getvalue())
    assert all(set(a) == {"name", "role", "login", "password", "note"} for a in accounts)
    people = [a for a in accounts if a["login"].startswith("199")]
    assert len(people) >= 10 and all("验证码" in a["password"] for a in people)
    assert {a["password"] for a in accounts} - {people[0]["password"]} == {PASSWORD}


def test_an_account_told_opens(module_demo_database: Any) -> None:
    from django.contrib.auth.hashers import check_password

    from dengbu.core.models import User

    for login in ("review1", "dev1-1", "bank2-1"):
        assert check_password(PASSWORD, User.objects.get(login=login).password)
