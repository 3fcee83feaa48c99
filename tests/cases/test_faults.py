"""差错报告: what has to be said of a wrong entry, and where it stands in the way."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dengbu.cases.actions import closing, desk, papers
from dengbu.cases.actions.faults import report_error
from dengbu.cases.faults import FAULTS, FOUND, Said, against
from dengbu.cases.models import Case, CaseDocument, ErrorReport
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.parties.permissions import POSTS
from dengbu.register.models import Entry
from dengbu.register.queries import corrected_by
from tests.support import office
from tests.web.windows import at_work, text_of

TODAY, ENTERED = dt.date(2026, 11, 23), dt.date(2024, 3, 5)
GOOD = Said(fault="typing", found_how="holder", found_on=dt.date(2026, 11, 20), wrong_entry="2024-0000012",
            description="室号801录成802", measure="已更正，逐条核对同批录入")  # fmt: skip


@pytest.mark.parametrize(
    ("change", "entered", "code"),
    [
        ({}, ENTERED, None),
        ({"fault": ""}, ENTERED, "FAULT_CLASS"),
        ({"fault": "weather"}, ENTERED, "FAULT_CLASS"),
        ({"found_how": ""}, ENTERED, "FAULT_FOUND"),
        ({"wrong_entry": "12"}, ENTERED, "FAULT_ENTRY_FORM"),
        ({}, None, "FAULT_ENTRY_UNKNOWN"),
        ({"found_on": None}, ENTERED, "FAULT_DAY"),
        ({"found_on": dt.date(2026, 11, 24)}, ENTERED, "FAULT_DAY_ORDER"),
        ({"found_on": dt.date(2024, 3, 4)}, ENTERED, "FAULT_DAY_ORDER"),
        ({"found_on": ENTERED}, ENTERED, None),
        ({"description": "错了"}, ENTERED, "FAULT_WORDS"),
        ({"measure": ""}, ENTERED, "FAULT_WORDS"),
        ({"measure": "改" * 501}, ENTERED, "FAULT_LONG"),
        ({"harm": "损" * 301}, ENTERED, "FAULT_LONG"),
    ],
)
def test_a_report_says_which_fault_when_found_how_and_what_was_done(
    change: dict[str, Any], entered: dt.date | None, code: str | None
) -> None:
    found = against(replace(GOOD, **change), entered_on=entered, today=TODAY)
    assert [r.code for r in found] == ([code] if code else [])


def test_every_class_says_whether_the_office_answers_for_it() -> None:
    assert {ours for _, ours in FAULTS.values()} == {True, False} and "other" in FOUND


# --- the act and its pages ------------------------------------------------------------------------------------------


def corrected() -> uuid.UUID:
    """A wrong room number, put right on the buyer's application."""
    office.open_homes(2)
    docket_id = office.passed(
        "P12",
        office.buyer(),
        [office.party("applicant", office.BUYER, phone="13900000001")],
        {"applies_as": "concerned", "what": "room", "right_text": "801", "proof": "测绘报告"},
    )
    office.check_at_desk(docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    return docket_id


def said(docket_id: uuid.UUID, **change: Any) -> Said:
    on = Entry.objects.latest("pk").legal_date
    return replace(GOOD, wrong_entry=corrected_by(docket_id), found_on=on, **change)


def test_a_correction_is_archived_with_its_report_only_and_the_book_names_who_entered(db: None) -> None:
    docket_id = corrected()
    Case.objects.filter(pk=docket_id).update(state="issued")
    with pytest.raises(Refused) as refused:
        closing.archive(actor=office.certifier(), docket_id=docket_id, paper_pages=1)
    assert refused.value.codes == ("ERROR_REPORT_MISSING",)
    report_error(actor=office.clerk(), docket_id=docket_id, said=said(docket_id))
    one = ErrorReport.objects.get()
    wrong = Entry.objects.get(year=int(one.wrong_entry[:4]), number=int(one.wrong_entry[5:]))
    assert (one.entered_by, one.entered_on) == (wrong.registrar_of_record, wrong.legal_date)
    report_error(actor=office.clerk(), docket_id=docket_id, said=said(docket_id, fault="survey"))
    assert ErrorReport.objects.get().fault == "survey", "until it is archived it may be written better"
    assert CaseDocument.objects.filter(docket_id=docket_id, kind="error_report").count() == 2, "in the volume"
    papers.print_paper(actor=office.clerk(), docket_id=docket_id, kind="fee_voucher")
    closing.archive(actor=office.certifier(), docket_id=docket_id, paper_pages=1, difference_note="附件另装")
    with pytest.raises(Conflict) as shut:
        report_error(actor=office.clerk(), docket_id=docket_id, said=said(docket_id))
    assert shut.value.codes == ("FAULT_ARCHIVED",)


def test_what_corrects_nothing_has_no_report(db: None) -> None:
    office.open_homes(1)
    sale = office.registered_sale()
    with pytest.raises(Conflict) as refused:
        report_error(actor=office.clerk(), docket_id=sale, said=GOOD)
    assert refused.value.codes == ("FAULT_NO_CORRECTION",)


def test_an_applicant_who_works_here_does_not_report_on_his_own_case(db: None) -> None:
    docket_id = corrected()
    own = replace(office.clerk(), identity_index=office.buyer().identity_index)
    with pytest.raises(NotPermitted):
        report_error(actor=own, docket_id=docket_id, said=said(docket_id))


def test_the_form_keeps_what_was_typed_and_the_leader_finds_the_report(db: None) -> None:
    docket_id = corrected()
    clerk, url = at_work("accept"), reverse("web:desk.fault", args=[docket_id])
    assert corrected_by(docket_id) in text_of(clerk.get(url))
    typed = {"fault": "typing", "found_how": "check", "wrong_entry": "2020-0000999", "found_on": "昨天",
             "description": "室号801录成802", "measure": "已更正"}  # fmt: skip
    for day in ("昨天", "2026-01-01"):
        answer = clerk.post(url, typed | {"found_on": day})
        assert answer.status_code == 422 and "室号801录成802" in text_of(answer)
    good = said(docket_id)
    answer = clerk.post(
        url,
        typed | {"wrong_entry": good.wrong_entry, "found_on": str(good.found_on), "measure": "已更正并核对"},
    )
    assert answer.status_code == 303, text_of(answer)
    leader: Client = at_work("lead")
    listed = reverse("web:desk.faults")
    assert "录入差错" in text_of(leader.get(listed)) and "已更正并核对" in text_of(leader.get(listed))
    assert "没有差错报告" in text_of(leader.get(f"{listed}?fault=law"))
    assert clerk.get(listed).status_code == 403


def test_the_list_is_the_leaders() -> None:
    assert [p.code for p in POSTS.values() if "fault.see" in p.permissions] == ["lead"]
