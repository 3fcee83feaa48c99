"""大宗受理 at action level: begun, papers shared, submitted in part, booked; once, and only by whose it is."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from dengbu.appointments.actions import open_slots
from dengbu.appointments.models import Booking, Slot
from dengbu.cases.actions import batches, desk, discharges, withdrawing
from dengbu.cases.actions.shared import share_material, unshare_material
from dengbu.cases.models import Batch, Case, CaseParty, Claim, RestrictionCheck, Transition
from dengbu.cases.queries.batches import batch_for, building_table, buildings_of
from dengbu.cases.queries.organisation import mortgages_of
from dengbu.core import clock, crypto
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.materials.intake import Intake, intake
from dengbu.materials.models import MaterialPage
from dengbu.parties.queries import organisation_of
from dengbu.register.actions import enter
from tests.register import homes
from tests.support import estates, office

pytestmark = pytest.mark.django_db
CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


@pytest.fixture
def wuyun() -> Any:
    return estates.make_organisation(actor=office.SYSTEM, who=estates.WUYUN)


@pytest.fixture
def operator(wuyun: Any) -> Any:
    return estates.operator(wuyun)


def counted(do: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as seen:
        do()
    return sum(not q["sql"].startswith(CONTROL) for q in seen.captured_queries)


def codes_of(result: dict[str, Any], key: str) -> list[str]:
    return [reason[0] for reason in result["refused"][key]]


def scan(text: str = "执照") -> Intake:
    out = io.BytesIO()
    Image.effect_noise((900, 1200), 64).convert("RGB").save(out, "JPEG")
    out.seek(0)
    return intake(out, declared_name=f"{text}.jpg")


# --- beginning ----------------------------------------------------------------------------------------------------


def test_a_batch_makes_a_case_per_unit_with_the_parties_of_its_filing(operator: Any) -> None:
    codes = estates.estate(3)
    batch, dockets = estates.started(operator, codes)
    assert len(dockets) == 3
    case = Case.objects.get(docket_id=dockets[1])
    assert (case.unit_code, case.type_code, case.state) == (codes[1], "D09", "draft")
    assert (
        case.filed["contract"]["filing_no"] == "YS-2026-000002" and case.filed["delivery"]["way"] == "window"
    )
    parties = {p.role: p for p in CaseParty.objects.filter(case=case)}
    assert parties["seller"].number_index == crypto.index(estates.WUYUN[1])
    assert parties["buyer"].name == estates.buyer_of(2)[0]
    made = Batch.objects.get(pk=batch)
    assert made.building_code == homes.BUILDING and len(made.token) == 32 and len(made.short_code) == 8


def test_several_buyers_are_taken_as_joint_owners(operator: Any) -> None:
    codes = estates.estate(1, sold=0)
    estates.sell(actor=office.SYSTEM, number=1, buyers=2)
    _, (docket,) = estates.started(operator, codes)
    assert Case.objects.get(docket_id=docket).filed["terms"]["coownership"] == "joint"


def test_units_that_cannot_begin_are_named_one_by_one_and_the_others_proceed(operator: Any) -> None:
    codes = estates.estate(4, sold=3)
    office.seize(2)
    result = batches.start_batch(actor=operator, unit_codes=[*codes, "4" * 28])
    assert len(result["started"]) == 2
    assert codes_of(result, codes[1]) == ["R_SEAL"]
    assert codes_of(result, codes[3]) == ["B_NO_CONTRACT"]
    assert codes_of(result, "4" * 28) == ["BATCH_UNIT_UNKNOWN"]


def test_a_unit_of_another_developer_is_refused(operator: Any) -> None:
    codes = estates.estate(2, estates.SISHUI)
    result = batches.start_batch(actor=operator, unit_codes=codes)
    assert result["batch_id"] is None and not Case.objects.exists()
    assert codes_of(result, codes[0]) == ["BATCH_UNIT_NOT_YOURS"]


def test_a_unit_is_in_one_running_batch_only(operator: Any) -> None:
    codes = estates.estate(2)
    estates.started(operator, codes[:1])
    result = batches.start_batch(actor=operator, unit_codes=codes)
    assert codes_of(result, codes[0]) == ["BATCH_UNIT_BUSY"] and len(result["started"]) == 1


def test_the_same_form_sent_twice_begins_one_batch(operator: Any) -> None:
    codes = estates.estate(2)
    first = batches.start_batch(actor=operator, unit_codes=codes, key="k")
    assert batches.start_batch(actor=operator, unit_codes=codes, key="k") == first
    assert Batch.objects.count() == 1 and Case.objects.count() == 2


@pytest.mark.parametrize("days", [-1, None])
def test_without_an_agreement_in_force_no_batch_begins(days: int | None) -> None:
    codes = estates.estate(1)
    organisation = estates.make_organisation(
        actor=office.SYSTEM, who=estates.WUYUN, days=days or 0, signed=days is not None
    )
    operator = estates.operator(organisation)
    with pytest.raises(Refused) as refused:
        batches.start_batch(actor=operator, unit_codes=codes)
    assert refused.value.codes == ("ORG_NO_AGREEMENT",)


def test_an_operator_who_may_only_look_begins_and_submits_nothing(wuyun: Any, operator: Any) -> None:
    codes = estates.estate(2)
    batch, dockets = estates.started(operator, codes[:1])
    viewer = estates.operator(wuyun, "dev-2", may_submit=False)
    with pytest.raises(NotPermitted):
        batches.start_batch(actor=viewer, unit_codes=codes[1:])
    with pytest.raises(NotPermitted):
        batches.submit_batch(actor=viewer, batch_id=batch, docket_ids=dockets, declared=True)


def test_no_units_and_too_many_are_refused(operator: Any) -> None:
    for units, code in (([], "BATCH_EMPTY"), ([f"{n:028d}" for n in range(101)], "BATCH_TOO_MANY")):
        with pytest.raises(Refused) as refused:
            batches.start_batch(actor=operator, unit_codes=units)
        assert refused.value.codes == (code,)


# --- papers -------------------------------------------------------------------------------------------------------


def test_a_shared_paper_is_stored_once_and_stands_in_every_unit(operator: Any) -> None:
    batch, dockets = estates.started(operator, estates.estate(3))
    assert (
        share_material(
            actor=operator, batch_id=batch, item="ID-developer", intake=scan(), original_name="a.jpg"
        )
        == 3
    )
    pages = MaterialPage.objects.filter(docket_id__in=dockets, item="ID-developer")
    assert pages.count() == 3 and len({p.storage_key for p in pages}) == 1


def test_the_same_file_shared_again_is_not_doubled(operator: Any) -> None:
    batch, dockets = estates.started(operator, estates.estate(2))
    file = scan()
    for _ in range(2):
        share_material(
            actor=operator, batch_id=batch, item="ID-developer", intake=file, original_name="a.jpg"
        )
    assert MaterialPage.objects.filter(docket_id__in=dockets).count() == 2


def test_a_buyers_paper_cannot_be_shared(operator: Any) -> None:
    batch, _ = estates.started(operator, estates.estate(2))
    with pytest.raises(Refused) as refused:
        share_material(actor=operator, batch_id=batch, item="ID-buyer", intake=scan(), original_name="a.jpg")
    assert refused.value.codes == ("MATERIAL_UNKNOWN_ITEM",)


def test_a_shared_paper_taken_out_leaves_every_draft_but_no_submitted_unit(operator: Any) -> None:
    batch, dockets = estates.started(operator, estates.estate(2))
    file = scan()
    share_material(actor=operator, batch_id=batch, item="ID-developer", intake=file, original_name="a.jpg")
    estates.papers_for(dockets[0])
    batches.submit_batch(actor=operator, batch_id=batch, docket_ids=dockets[:1], declared=True)
    digest = file.received_digest
    assert unshare_material(actor=operator, batch_id=batch, item="ID-developer", digest=digest) == 1
    left = MaterialPage.objects.filter(item="ID-developer", removed_at__isnull=True)
    assert [p.docket_id for p in left] == [dockets[0]]
    with pytest.raises(Conflict):
        unshare_material(actor=operator, batch_id=batch, item="ID-developer", digest=digest)


# --- submitting ---------------------------------------------------------------------------------------------------


def test_ready_units_go_in_and_the_others_stay_with_every_reason(operator: Any) -> None:
    batch, dockets = estates.started(operator, estates.estate(3))
    estates.papers_for(dockets[0])
    estates.papers_for(dockets[1])
    office.seize(2)
    result = batches.submit_batch(actor=operator, batch_id=batch, docket_ids=dockets, declared=True)
    assert result["submitted"] == [str(dockets[0])]
    assert codes_of(result, str(dockets[1])) == ["R_SEAL"]
    assert codes_of(result, str(dockets[2])) == ["M01", "M01", "M01"]
    states = dict(Case.objects.values_list("docket_id", "state"))
    assert [states[d] for d in dockets] == ["submitted", "draft", "draft"]
    assert list(Claim.objects.values_list("docket_id", flat=True)) == [dockets[0]]
    assert list(Transition.objects.values_list("docket_id", "event")) == [(dockets[0], "submit")]
    check = RestrictionCheck.objects.get()
    assert (check.docket_id, check.house, check.answered) == (dockets[0], "none", True)
    case = Case.objects.get(docket_id=dockets[0])
    assert case.submitted_at and case.due_at and case.filed["declared"]["by"] == operator.key


def test_a_unit_claimed_by_another_case_stays_out(operator: Any, wuyun: Any) -> None:
    codes = estates.estate(2)
    batch, dockets = estates.started(operator, codes)
    for docket in dockets:
        estates.papers_for(docket)
    _hold(dockets[0], codes[1])
    result = batches.submit_batch(actor=operator, batch_id=batch, docket_ids=dockets[1:], declared=True)
    assert result["submitted"] == [] and codes_of(result, str(dockets[1])) == ["R_PENDING"]


def test_a_claim_lost_at_the_last_moment_keeps_the_unit_out(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = estates.estate(2)
    batch, dockets = estates.started(operator, codes)
    for docket in dockets:
        estates.papers_for(docket)
    judge = batches.missing

    def claimed_meanwhile(found: Any, *rest: Any, **more: Any) -> Any:
        reasons = judge(found, *rest, **more)
        if found.case.docket_id == dockets[1]:
            Claim.objects.create(
                docket_id=_other(dockets), unit_code=codes[1], conflict_class="disposal", made_at=clock.now()
            )
        return reasons

    monkeypatch.setattr(batches, "missing", claimed_meanwhile)
    result = batches.submit_batch(actor=operator, batch_id=batch, docket_ids=dockets, declared=True)
    assert result["submitted"] == [str(dockets[0])] and codes_of(result, str(dockets[1])) == ["R_PENDING"]


def _other(dockets: list[uuid.UUID]) -> uuid.UUID:
    from tests.support.dockets import open_docket

    found: uuid.UUID = open_docket().pk
    return found


def _hold(docket: uuid.UUID, code: str) -> None:
    from dengbu.core.acts import act

    @act("test.hold")
    def hold(*, actor: Any) -> None:
        Claim.objects.create(docket_id=docket, unit_code=code, conflict_class="disposal", made_at=clock.now())

    hold(actor=office.SYSTEM)


def test_the_same_submission_sent_twice_is_done_once(operator: Any) -> None:
    batch, dockets = estates.started(operator, estates.estate(2))
    for docket in dockets:
        estates.papers_for(docket)
    asked = {"actor": operator, "batch_id": batch, "docket_ids": dockets, "declared": True}
    first = batches.submit_batch(**asked, key="k")
    assert batches.submit_batch(**asked, key="k") == first and len(first["submitted"]) == 2
    assert Transition.objects.count() == 2
    again = batches.submit_batch(**asked, key="another")
    assert again["submitted"] == [] and codes_of(again, str(dockets[0])) == ["CASE_MOVED_ON"]


def test_without_the_declaration_nothing_is_submitted(operator: Any) -> None:
    batch, dockets = estates.started(operator, estates.estate(1))
    estates.papers_for(dockets[0])
    with pytest.raises(Refused) as refused:
        batches.submit_batch(actor=operator, batch_id=batch, docket_ids=dockets, declared=False)
    assert refused.value.codes == ("F_DECLARATION",)


def test_another_developer_neither_sees_nor_submits_a_batch(operator: Any) -> None:
    batch, dockets = estates.started(operator, estates.estate(1))
    stranger = estates.operator(estates.make_organisation(actor=office.SYSTEM, who=estates.SISHUI), "dev-9")
    with pytest.raises(NotPermitted):
        batch_for(batch, stranger)
    with pytest.raises(NotPermitted):
        batches.submit_batch(actor=stranger, batch_id=batch, docket_ids=dockets, declared=True)
    with pytest.raises(NotPermitted):
        share_material(
            actor=stranger, batch_id=batch, item="ID-developer", intake=scan(), original_name="a.jpg"
        )


def test_a_unit_of_another_batch_stops_the_submission(operator: Any) -> None:
    codes = estates.estate(2)
    batch, _ = estates.started(operator, codes[:1])
    _, others = estates.started(operator, codes[1:])
    with pytest.raises(Refused) as refused:
        batches.submit_batch(actor=operator, batch_id=batch, docket_ids=others, declared=True)
    assert refused.value.codes == ("BATCH_OTHER_UNIT",)


def test_thirty_units_take_no_more_statements_than_two(operator: Any) -> None:
    codes = estates.estate(32)
    spent = []
    for chosen in (codes[:2], codes[2:]):
        made: dict[str, Any] = {}

        def begin(chosen: list[str] = chosen, made: dict[str, Any] = made) -> None:
            made |= batches.start_batch(actor=operator, unit_codes=chosen)

        begun = counted(begin)
        batch, dockets = uuid.UUID(made["batch_id"]), [uuid.UUID(d) for d in made["started"]]
        file = scan()
        shared = counted(
            lambda batch=batch, file=file: share_material(  # type: ignore[misc]
                actor=operator, batch_id=batch, item="ID-developer", intake=file, original_name="a.jpg"
            )
        )
        for docket in dockets:
            estates.papers_for(docket)
        looked = counted(lambda batch=batch: batch_for(batch, operator))  # type: ignore[misc]
        sent = counted(
            lambda batch=batch, dockets=dockets: batches.submit_batch(  # type: ignore[misc]
                actor=operator, batch_id=batch, docket_ids=dockets, declared=True
            )
        )
        spent.append((begun, shared, looked, sent))
    assert spent[0] == spent[1]


# --- what follows -------------------------------------------------------------------------------------------------


def test_a_batch_is_booked_once_with_a_place_for_each_unit_that_passed(operator: Any) -> None:
    batch, dockets = estates.submitted(operator, estates.estate(3))
    slot = _slot()
    with pytest.raises(Refused) as refused:
        batches.book_batch(actor=operator, batch_id=batch, slot_id=slot.pk)
    assert refused.value.codes == ("BATCH_NONE_PASSED",)
    for docket in dockets[:2]:
        estates.passed(docket)
    for _ in range(2):
        batches.book_batch(actor=operator, batch_id=batch, slot_id=slot.pk)
    assert Booking.objects.get().places == 2
    slot.refresh_from_db()
    assert slot.booked == 2
    batches.cancel_batch_visit(actor=operator, batch_id=batch)
    slot.refresh_from_db()
    assert slot.booked == 0


def test_the_bulk_visit_is_free_again_once_the_last_unit_of_the_batch_is_withdrawn(operator: Any) -> None:
    batch, dockets = estates.submitted(operator, estates.estate(2))
    for docket in dockets:
        estates.passed(docket)
    slot = _slot()
    batches.book_batch(actor=operator, batch_id=batch, slot_id=slot.pk)
    withdrawing.withdraw(actor=operator, docket_id=dockets[0], reason="不办了")
    slot.refresh_from_db()
    assert slot.booked == 2 and Booking.objects.get().cancelled_at is None
    withdrawing.withdraw(actor=operator, docket_id=dockets[1], reason="不办了")
    slot.refresh_from_db()
    assert slot.booked == 0 and Booking.objects.get().cancelled_at is not None


def _slot() -> Slot:
    day = clock.today() + dt.timedelta(days=3)
    open_slots(actor=office.SYSTEM, days=[day], kind="bulk", capacity=5, times=[(dt.time(9), dt.time(12))])
    return Slot.objects.get(kind="bulk")


def test_the_buyers_of_a_batch_become_owners_at_the_desk(operator: Any) -> None:
    codes = estates.estate(2)
    batch, dockets = estates.submitted(operator, codes)
    for docket in dockets:
        estates.passed(docket)
        office.check_at_desk(docket)
    result = desk.accept_batch(actor=office.clerk(), batch_id=batch, docket_ids=dockets)
    assert sorted(result["entered"]) == sorted(map(str, dockets)) and result["refused"] == {}  # type: ignore[call-overload]
    organisation = organisation_of(operator)
    assert organisation is not None
    assert [u.mark.letter for u in building_table(organisation, homes.BUILDING)] == ["登", "登"]
    (building,) = buildings_of(organisation)
    assert (building.owned, building.passed_on, building.percent) == (0, 2, 100)


def test_the_building_table_says_of_each_unit_how_it_stands(operator: Any, wuyun: Any) -> None:
    codes = estates.estate(6, sold=5)
    _, dockets = estates.submitted(operator, codes[1:3])
    estates.passed(dockets[1])
    estates.started(operator, codes[3:4])
    office.seize(5)
    table = building_table(wuyun, homes.BUILDING)
    assert "".join(u.mark.letter for u in table) == "未报过报未未"
    assert [u.why_not for u in table] == ["", "已填报", "预审通过", "已填报", "登记簿有限制", "合同未备案"]


# --- discharges ---------------------------------------------------------------------------------------------------


def _mortgaged(*numbers: int) -> Any:
    bank = office.make_bank(actor=office.SYSTEM)
    office.open_homes(max(numbers))
    for n in numbers:
        given = homes.Given(
            (homes.home(n),),
            lambda books, n=n: [
                homes.fx.Grant(
                    "mortgage", homes.home(n), (estates.body((bank.name, bank.uscc)),),
                    {"amount_fen": 1, "transfer_limited": False, "mortgagors": ["李小明"]}, rank=books[homes.home(n)].next_rank,
                )
            ],
        )  # fmt: skip
        enter(actor=office.SYSTEM, registrations=[given], authority="410106", of_record=office.OF_RECORD)
    return bank


def test_a_bank_begins_the_discharge_of_its_own_mortgage_with_everything_filled_in() -> None:
    bank = _mortgaged(1)
    (own,), _ = mortgages_of(bank)
    asked = {"actor": office.bank_operator(), "unit_code": own.unit_code, "right": own.right}
    docket = discharges.start_discharge(**asked)
    case = Case.objects.get(docket_id=docket)
    assert (case.type_code, case.unit_code, case.filed["terms"]["right"]) == (
        "B06",
        homes.home(1),
        str(own.right),
    )
    assert case.parties.get().number_index == crypto.index(bank.uscc)
    assert discharges.start_discharge(**asked) == docket, "a second click goes on with the draft"
    assert mortgages_of(bank)[0][0].case_state == "draft"


def test_a_bank_does_not_discharge_another_ones_mortgage() -> None:
    bank = _mortgaged(1)
    (own,), _ = mortgages_of(bank)
    other = estates.operator(
        estates.make_organisation(actor=office.SYSTEM, who=("铝城银行", estates.SISHUI[1]), kind="bank"),
        "bank-9",
    )
    with pytest.raises(Refused) as refused:
        discharges.start_discharge(actor=other, unit_code=own.unit_code, right=own.right)
    assert refused.value.codes == ("P_NOT_MORTGAGEE",)


def test_mortgages_are_paged_without_losing_one_and_found_by_unit_code() -> None:
    bank = _mortgaged(1, 1, 2, 3)
    first, key = mortgages_of(bank, limit=1)
    rest, end = mortgages_of(bank, after=key, limit=10)
    seen = [(m.unit_code, m.rank) for m in first + rest]
    assert (
        seen == [(homes.home(1), 1), (homes.home(1), 2), (homes.home(2), 1), (homes.home(3), 1)] and end == ""
    )
    assert [m.unit_code for m in mortgages_of(bank, q=homes.home(2))[0]] == [homes.home(2)]
    assert mortgages_of(bank, q="豫(2026)上街区不动产证明第0000001号")[0] == []
