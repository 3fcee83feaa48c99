"""When a visit may be asked for, planned, written down and confirmed, by table."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dengbu.cases import home_visits as law
from dengbu.cases.home_visits import Manner
from dengbu.core import clock
from tests.support.visits import FINGER, SIGN_LANGUAGE

NOW = dt.datetime(2026, 11, 27, 10, 0, tzinfo=clock.SHANGHAI)
ASKED: dict[str, Any] = {
    "state": "preapproved", "reason": "age", "remark": "九十岁，卧床", "place": "上街区中心路1号", "people": ["a"],
    "known": ["a", "b"], "present": [], "waiting": False,
}  # fmt: skip
PLANNED: dict[str, Any] = {
    "state": "preapproved", "gone": [],
    "planned_at": NOW + dt.timedelta(days=1), "now": NOW, "until": NOW + dt.timedelta(days=9), "first": 1, "second": 2,
    "officers": 2, "own": [],
}  # fmt: skip
SEEN: dict[str, Any] = {
    "kind": "resident_id", "number": "41 0106", "expected_kind": "resident_id", "expected": "410106", "name": "李小明",
}  # fmt: skip
ONE = law.Signed(
    name="李小明", identified=True, interpreted=False, images=1, interpreter_images=0, papers=("d1", "d2")
)
WRITTEN: dict[str, Any] = {
    "signers": [ONE], "papers": ["d1", "d2"], "photos": 1, "place": "上街区中心路1号", "visited_at": NOW,
    "since": NOW - dt.timedelta(days=1), "now": NOW,
}  # fmt: skip


def codes(found: list[Any]) -> list[str]:
    assert all(r.message and r.basis for r in found if r.code.startswith(("SIGN", "VISIT")))
    return [r.code for r in found]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        *(({"state": s}, []) for s in ("awaiting_parties", "submitted", "under_review", "correction_requested")),
        *(({"state": s}, ["VISIT_NOT_NOW"]) for s in ("draft", "accepted", "withdrawn")),
        ({"waiting": True}, ["VISIT_ASKED"]),
        ({"reason": "lazy"}, ["VISIT_REASON"]),
        ({"remark": "老"}, ["VISIT_REMARK"]),
        ({"place": "家"}, ["VISIT_PLACE"]),
        ({"people": []}, ["VISIT_PEOPLE"]),
        ({"people": ["a", "company"]}, ["VISIT_PEOPLE"]),
        ({"present": ["a"]}, ["VISIT_PRESENT"]),
        ({"present": ["b"]}, []),
        ({"reason": "", "remark": "", "place": "", "people": ""}, ["VISIT_REASON", "VISIT_REMARK", "VISIT_PLACE", "VISIT_PEOPLE"]),
    ],
)  # fmt: skip
def test_a_visit_is_asked_for_with_reason_place_and_people(
    change: dict[str, Any], expected: list[str]
) -> None:
    assert codes(law.ask(**(ASKED | change))) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"state": "submitted"}, ["VISIT_PLAN_EARLY"]),
        ({"gone": ["李小明"]}, ["VISIT_PEOPLE_GONE"]),
        ({"planned_at": None}, ["VISIT_WHEN"]),
        ({"planned_at": NOW}, ["VISIT_WHEN"]),
        ({"planned_at": NOW + dt.timedelta(days=10)}, ["VISIT_TOO_LATE"]),
        ({"planned_at": PLANNED["until"]}, []),
        ({"first": None}, ["VISIT_FIRST"]),
        ({"second": None}, ["VISIT_SECOND"]),
        ({"second": None, "officers": 1}, []),
        ({"second": 1}, ["VISIT_SAME"]),
        ({"own": [2]}, ["CASE_OWN"]),
    ],
)
def test_two_officers_who_have_no_part_in_the_case_go_while_the_review_holds(
    change: dict[str, Any], expected: list[str]
) -> None:
    assert codes(law.plan(**(PLANNED | change))) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"kind": "household"}, []),  # the household register bears the same number
        ({"kind": "passport"}, ["SIGN_NUMBER_DIFFERS"]),
        ({"kind": ""}, ["SIGN_DOCUMENT"]),
        ({"number": ""}, ["SIGN_NUMBER"]),
        ({"number": "410107"}, ["SIGN_NUMBER_DIFFERS"]),
    ],
)
def test_the_number_read_off_the_document_is_that_of_the_case(
    change: dict[str, Any], expected: list[str]
) -> None:
    assert codes(law.identified(**(SEEN | change))) == expected


@pytest.mark.parametrize(
    ("manner", "expected"),
    [
        (Manner(), []),
        (Manner(how="stamp"), ["SIGN_HOW"]),
        (FINGER, []),
        (Manner(how="fingerprint"), ["SIGN_FINGER_WHY", "SIGN_WITNESS", "SIGN_READ"]),
        (
            Manner(how="fingerprint", fingerprint_reason="ill", witness="李小明", read_aloud=True),
            ["SIGN_WITNESS"],
        ),
        (SIGN_LANGUAGE, []),
        (Manner(interpreter_name="周译"), ["SIGN_INTERPRETER_KIND", "SIGN_LANGUAGE", "SIGN_READ"]),
        (Manner(language="英语", read_aloud=True), ["NAME_EMPTY", "SIGN_INTERPRETER_KIND"]),
        *(
            (
                Manner(**{**{f: getattr(SIGN_LANGUAGE, f) for f in Manner.__dataclass_fields__}, **change}),
                [code],
            )
            for change, code in (
                ({"interpreter_name": "李小明"}, "SIGN_INTERPRETER_PARTY"),
                ({"interpreter_name": "王丽"}, "SIGN_INTERPRETER_PARTY"),
                ({"interpreter_number": "41999919750505031"}, "ID_NUMBER_LENGTH"),
                ({"language": ""}, "SIGN_LANGUAGE"),
                ({"read_aloud": False}, "SIGN_READ"),
                (
                    {"how": "fingerprint", "fingerprint_reason": "hand", "witness": "周译"},
                    "SIGN_WITNESS",
                ),
            )
        ),
    ],
)
def test_a_fingerprint_needs_reason_and_witness_and_an_interpreter_is_somebody_else(
    manner: Manner, expected: list[str]
) -> None:
    assert codes(law.manner(manner, name="李小明", others=["王丽"], today=NOW.date())) == expected


@pytest.mark.parametrize(
    ("one", "papers", "asked", "expected"),
    [
        (ONE, ["d1"], 0, []),
        (law.Signed(name="李", identified=False, interpreted=False, images=0, interpreter_images=0, papers=()), ["d1"], 0, ["SIGN_UNKNOWN"]),
        (ONE, ["d1"], 2, ["SIGN_UNANSWERED"]),
        (ONE, [], 0, ["SIGN_NO_PAPERS"]),
    ],
)  # fmt: skip
def test_nobody_signs_before_they_are_known_asked_and_have_the_papers(
    one: law.Signed, papers: list[str], asked: int, expected: list[str]
) -> None:
    assert codes(law.may_sign(one, papers=papers, asked=asked)) == expected


def signed(**change: Any) -> law.Signed:
    return law.Signed(**{**{f: getattr(ONE, f) for f in law.Signed.__dataclass_fields__}, **change})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"signers": [signed(identified=False)]}, ["SIGN_UNKNOWN"]),
        ({"signers": [signed(images=0)]}, ["SIGN_MISSING"]),
        ({"signers": [signed(papers=("d1",))]}, ["SIGN_PAPER_CHANGED"]),
        ({"papers": ["d1", "d3"]}, ["SIGN_PAPER_CHANGED"]),
        ({"papers": ["d1"]}, ["SIGN_PAPER_CHANGED"]),
        ({"signers": [signed(interpreted=True)]}, ["SIGN_INTERPRETER"]),
        ({"signers": [signed(interpreted=True, interpreter_images=1)]}, []),
        ({"photos": 0}, ["SIGN_NO_PHOTO"]),
        ({"place": ""}, ["SIGN_PLACE"]),
        ({"visited_at": None}, ["SIGN_WHEN"]),
        ({"visited_at": NOW + dt.timedelta(minutes=1)}, ["SIGN_WHEN"]),
        ({"visited_at": NOW - dt.timedelta(days=2)}, ["SIGN_WHEN"]),
        (
            {"since": NOW + dt.timedelta(seconds=30)},
            [],
        ),  # asked for in the same minute: the form has no seconds
    ],
)
def test_the_record_wants_everybodys_signature_under_the_newest_papers_a_photograph_place_and_minute(
    change: dict[str, Any], expected: list[str]
) -> None:
    given = WRITTEN | change
    assert codes(law.record(given.pop("signers"), **given)) == expected


def test_one_of_those_sent_writes_and_the_other_confirms() -> None:
    assert law.may_write(1, first=1, second=2) is None and law.may_write(2, first=1, second=2) is None
    for stranger in (3, None):
        assert codes([law.may_write(stranger, first=1, second=None)]) == ["SIGN_NOT_SENT"]
    assert law.may_confirm(2, written_by=1) is None
    assert codes([law.may_confirm(1, written_by=1)]) == ["SIGN_SAME_OFFICER"]
    assert codes([law.may_confirm(1, written_by=None)]) == ["SIGN_NO_RECORD"]
