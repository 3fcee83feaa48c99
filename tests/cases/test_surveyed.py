"""First registrations filed on a survey: from the developer's draft to the book, whatever the number of homes."""

from __future__ import annotations

import io
import uuid

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dengbu.cases import documents
from dengbu.cases.actions import desk, filing, review
from dengbu.cases.facts import facts, facts_of
from dengbu.cases.models import Case
from dengbu.certificates.actions import void
from dengbu.certificates.models import Certificate
from dengbu.certificates.prints import CertificatePage, certificate
from dengbu.certificates.queries import live_for_rights
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refused
from dengbu.parties.models import Organisation
from dengbu.payments.models import FeeBill
from dengbu.register import effects as fx
from dengbu.register.models import BuildingFacts, Entry, EntryNote, Right
from dengbu.register.queries import houses_in_the_same_hands, unit_book
from dengbu.register.verify import verify
from dengbu.surveys import actions as surveys
from tests.register.homes import LAND, PARCEL, Given, home, put
from tests.support import matters as waiting
from tests.support.estates import SISHUI, WUYUN, make_organisation, operator, papers_for
from tests.support.office import SYSTEM, check_at_desk, clerk, judge_all, reviewer
from tests.surveys.made_up import checked, checker, row, table, taken
from tests.surveys.made_up import operator as made_up_operator

pytestmark = pytest.mark.django_db
REVIEWER, CLERK = reviewer(7011), clerk(7021)  # no operator's account has these numbers
ANSWERS = {
    "completed_on": "2026-10-01",
    "common_parts": "道路，小区，120",
    "certificate": "each",
    "presold": True,
    "taxes_due": False,
}  # fmt: skip


def land_of(who: tuple[str, str]) -> None:
    """The parcel, surveyed and registered to somebody."""
    facts_of_land = {"location": "试验路1号", "use": "urban_residential", "area_m2": "1000.00"}
    put(
        Given(
            (LAND,),
            lambda _: [
                fx.OpenParcel(PARCEL, {"location": "试验路1号", "area_m2": "1000.00", "land_use": "urban_residential",
                                       "right_nature": "granted", "term_until": "2090-01-01"}),
                fx.Open(LAND, PARCEL, None, facts_of_land),
                fx.Grant("land_use", LAND, (fx.HolderIn(who[0], "uscc", who[1]),), {"nature": "granted"}),
            ],
        )
    )  # fmt: skip


def developer(who: tuple[str, str] = WUYUN, login: str = "dev-1") -> Actor:
    return operator(make_organisation(actor=SYSTEM, who=who), login)


def draft(by: Actor, number: str = "CH-2026-001", **answers: object) -> uuid.UUID:
    """A project as its developer fills it in, every paper there."""
    docket = uuid.UUID(filing.start(actor=by, type_code="D05"))
    filing.save_survey(actor=by, docket_id=docket, number=number)
    us = Organisation.objects.get(pk=by.organisation_id)
    filing.save_parties(
        actor=by,
        docket_id=docket,
        parties=[
            filing.PartyIn(
                role="developer", name=us.name, document_kind="uscc", number=us.uscc, organisation_id=us.pk
            )
        ],
    )
    filing.save_reason(actor=by, docket_id=docket, terms=ANSWERS | answers)
    filing.save_delivery(actor=by, docket_id=docket, delivery={"way": "window"})
    papers_for(docket)
    return docket


def ready(by: Actor, number: str = "CH-2026-001", **answers: object) -> uuid.UUID:
    """Submitted, passed, and everything at the desk done but the acceptance itself."""
    docket = draft(by, number, **answers)
    filing.submit(actor=by, docket_id=docket, declared=True)
    review.claim(actor=REVIEWER, docket_id=docket)
    judge_all(docket, REVIEWER)
    review.query_restrictions(actor=REVIEWER, docket_id=docket)
    review.pass_case(actor=REVIEWER, docket_id=docket)
    check_at_desk(docket, CLERK)
    return docket


def wait_for_the_last(docket: uuid.UUID) -> None:
    """Accepted and inspected: what is left is the second reviewer's agreement, whose act enters."""
    desk.accept(actor=CLERK, docket_id=docket)
    assert waiting.open_kinds(docket) == {"inspection", "second_review"}
    assert waiting.inspect(docket, waiting.officer(7024), waiting.officer(7025)) == "accepted"


def entered(docket: uuid.UUID) -> None:
    """From the desk into the book."""
    wait_for_the_last(docket)
    assert waiting.agree(docket, waiting.second(7012)) == "registered"


def refused_codes(docket: uuid.UUID, by: Actor) -> set[str]:
    with pytest.raises(Refused) as refused:
        filing.submit(actor=by, docket_id=docket, declared=True)
    return set(refused.value.codes)


def test_a_project_is_entered_from_its_building_table() -> None:
    land_of(WUYUN)
    common = row(4, building_area="300.00", common="是", area_m2="30.00", inner_area_m2="", shared_area_m2="",
                 use="物管用房")  # fmt: skip
    cells = [table()[0], *(row(n, building_area="300.00") for n in (1, 2, 3)), common]
    survey, by = checked(cells), developer()
    docket = ready(by)
    wait_for_the_last(docket)
    survey.refresh_from_db()
    assert survey.status == "checked" and unit_book(home(1)) is None, "nothing is entered while it waits"
    assert "3处，房屋建筑面积270.00㎡" in waiting.printed(docket, "application", CLERK)
    assert "试验花园" in waiting.printed(docket, "receipt", CLERK)
    assert waiting.agree(docket, waiting.second(7012)) == "registered"
    case = Case.objects.get(pk=docket)
    assert (case.state, case.location) == ("registered", "试验花园")
    for n in (1, 2, 3):
        book = unit_book(home(n))
        assert book is not None and book.ownership is not None
        assert book.ownership.holders[0].name == WUYUN[0] and book.ownership.terms["first_registered_on"]
        assert (str(book.area_m2), book.facts["inner_area_m2"], book.facts["surveyed"]) == (
            "90.00",
            "72.50",
            True,
        )
    assert unit_book(home(4)) is None, "a common part has no owner of its own"
    assert BuildingFacts.objects.get().project_name == "试验花园"
    assert EntryNote.objects.get().kind == "common_parts"
    survey.refresh_from_db()
    assert (survey.status, survey.docket_id) == ("used", docket)
    assert Certificate.objects.filter(docket_id=docket).count() == 3
    assert FeeBill.objects.get(docket_id=docket).total_fen == 3 * 8000
    assert facts(case).registration.filed.surveyed, "the file of the case still shows it"
    assert verify(deep=True).ok


@pytest.mark.parametrize(("way", "papers"), [("whole", 1), ("none", 0), ("each", 3)])
def test_a_developer_gets_one_certificate_for_the_whole_none_or_one_of_each_unit_for_the_same_fee(
    way: str, papers: int
) -> None:
    land_of(WUYUN)
    checked()
    docket = ready(developer(), certificate=way)
    entered(docket)
    made = list(Certificate.objects.filter(docket_id=docket))
    assert len(made) == papers and FeeBill.objects.get(docket_id=docket).total_fen == 3 * 8000
    titles = [b.ownership for n in (1, 2, 3) if (b := unit_book(home(n))) is not None]
    assert [bool(live_for_rights([t.public_id])) for t in titles if t] == [papers > 0] * 3
    assert verify(deep=True).ok


def test_the_certificate_of_the_whole_lists_its_units_and_loses_those_that_go() -> None:
    land_of(WUYUN)
    checked()
    docket = ready(developer(), certificate="whole")
    entered(docket)
    case, (paper,) = Case.objects.get(pk=docket), Certificate.objects.filter(docket_id=docket)
    page = documents.certificate_page(facts(case), paper, CLERK, "豫41000001")
    assert isinstance(page, CertificatePage)
    assert [u.unit_code for u in page.units] == [home(n) for n in (1, 2, 3)]
    assert page.unit_code == "见附页不动产单元清单，共3个" and "合计 270.00㎡" in page.area
    reader = pypdf.PdfReader(io.BytesIO(certificate(page)))
    text = "".join("".join(sheet.extract_text() for sheet in reader.pages).split())
    assert len(reader.pages) == 3 and "不动产单元清单（附页）" in text and home(3) in text
    book = unit_book(home(1))
    assert book is not None and book.title is not None
    void(actor=SYSTEM, rights=[(book.title.public_id, 999)], reason="权利已转移")
    paper.refresh_from_db()
    assert (paper.state, paper.unit_code) == ("numbered", home(2))
    again = documents.certificate_page(facts(case), paper, CLERK, "豫41000001")
    assert [u.unit_code for u in again.units] == [home(2), home(3)]


def test_a_thousand_homes_are_accepted_and_entered_with_as_many_statements_as_sixty() -> None:
    land_of(WUYUN)
    by = developer()
    checked(table(1), number="CH-1")
    entered(ready(by, "CH-1"))  # whatever is prepared once is prepared

    def statements(count: int, place: int) -> tuple[int, int]:
        """Of the acceptance, and of the act that enters."""
        checked(table(count, building=f"{PARCEL}F{place:04d}"), number=f"CH-{place}")
        docket = ready(by, f"CH-{place}")
        with CaptureQueriesContext(connection) as accepting:
            desk.accept(actor=CLERK, docket_id=docket)
        waiting.inspect(docket, waiting.officer(7024), waiting.officer(7025))
        with CaptureQueriesContext(connection) as entering:
            assert waiting.agree(docket, waiting.second(7012)) == "registered"
        return len(accepting), len(entering)

    few, many = statements(60, 2), statements(1000, 3)
    assert many == few
    assert Entry.objects.filter(registration_type="D05").count() == 3
    assert Right.objects.filter(kind="house_ownership").count() == 1061
    assert verify(deep=True).ok


def test_a_survey_serves_one_project() -> None:
    land_of(WUYUN)
    by, survey = developer(), checked()
    first, second = ready(by), draft(by)
    entered(first)
    assert "B_NO_SURVEY" in refused_codes(second, by)
    with pytest.raises(Refused) as refused:
        filing.save_survey(actor=by, docket_id=second, number=survey.number)
    assert refused.value.codes == ("SURVEY_UNUSABLE",)


def test_a_survey_that_is_void_meanwhile_stops_the_acceptance() -> None:
    land_of(WUYUN)
    survey = checked()
    docket = ready(developer())
    surveys.void(actor=checker(), survey_id=survey.pk, reason="重测")
    with pytest.raises(Refused) as refused:
        desk.accept(actor=CLERK, docket_id=docket)
    assert "B_NO_SURVEY" in refused.value.codes
    assert Case.objects.get(pk=docket).state == "preapproved" and not Right.objects.filter(
        kind="house_ownership"
    )


def test_a_survey_that_is_void_while_the_case_waits_stops_the_entry() -> None:
    land_of(WUYUN)
    survey = checked()
    docket = ready(developer())
    wait_for_the_last(docket)
    surveys.void(actor=checker(), survey_id=survey.pk, reason="重测")
    assert waiting.agree(docket, waiting.second(7012)) == "accepted"
    assert Case.objects.get(pk=docket).filed["entry_refused"][0][0] == "B_NO_SURVEY"
    assert not Right.objects.filter(kind="house_ownership") and verify(deep=True).ok


def test_who_does_not_hold_the_land_cannot_register_houses_on_it() -> None:
    land_of(SISHUI)
    checked()
    by = developer()
    assert "P_NOT_LAND_HOLDER" in refused_codes(draft(by), by)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("CH-404", "SURVEY_UNKNOWN"),
        ("ZD-1", "SURVEY_KIND_OTHER"),
        ("CH-3", "SURVEY_UNUSABLE"),
        ("CH-2", "SURVEY_UNKNOWN"),
    ],
)
def test_only_a_survey_of_ones_own_that_fits_and_is_checked_in_can_be_chosen(number: str, code: str) -> None:
    by = developer()
    checked(kind="land", number="ZD-1")
    checked(number="CH-2", cells=table(building=f"{PARCEL}F0002"), by=made_up_operator(uuid.UUID(int=0xBAD)))
    taken(number="CH-3", cells=table(building=f"{PARCEL}F0003"))
    docket = uuid.UUID(filing.start(actor=by, type_code="D05"))
    with pytest.raises(Refused) as refused:
        filing.save_survey(actor=by, docket_id=docket, number=number)
    assert refused.value.codes == (code,)


def test_facts_of_many_projects_are_read_with_as_many_statements_as_of_one() -> None:
    land_of(WUYUN)
    by = developer()
    dockets = []
    for place in (1, 2, 3):
        checked(table(building=f"{PARCEL}F{place:04d}"), number=f"CH-{place}")
        dockets.append(draft(by, f"CH-{place}"))
    cases = list(Case.objects.filter(pk__in=dockets))

    def statements(some: list[Case]) -> int:
        with CaptureQueriesContext(connection) as seen:
            found = facts_of(some)
        for one in found.values():
            filed = one.registration.filed
            assert PARCEL not in filed.in_book and set(one.registration.units) <= set(filed.surveyed)  # type: ignore[attr-defined]
        return len(seen)

    assert statements(cases[:1]) == statements(cases)


def test_the_houses_of_the_lands_own_holder_are_known() -> None:
    land_of(WUYUN)
    by = developer()
    checked()
    entered(ready(by))
    mine = {home(n) for n in (1, 2, 3)}
    assert houses_in_the_same_hands([LAND]) == {LAND: mine}
    put(Given((home(1),), lambda books: [
        fx.End(home(1), books[home(1)].ownership.public_id, "transferred"),  # type: ignore[union-attr]
        fx.Grant("house_ownership", home(1), (fx.HolderIn(SISHUI[0], "uscc", SISHUI[1]),), {}),
    ]))  # fmt: skip
    assert houses_in_the_same_hands([LAND]) == {LAND: mine - {home(1)}}
    transfer = uuid.UUID(filing.start(actor=by, type_code="D03"))
    filing.save_property(actor=by, docket_id=transfer, unit_code=LAND)
    found = facts(Case.objects.get(pk=transfer)).registration.filed
    assert found.houses_of_owner == mine - {home(1)}
