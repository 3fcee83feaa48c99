"""The housing department's own client against a running office: what it sends, what it hears, what stays."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from dengbu.contracts import queries
from dengbu.contracts.models import ContractFiling, InboundMessage
from dengbu.contracts.wire import Filing
from dengbu.core import clock
from dengbu.exchange.housing.client import FILINGS, REVIEWS, HousingDepartment, ended
from tests.contracts import messages

from .conftest import FREE, MISSING, NOBODYS, Office


def at(hours: float = 24) -> str:
    return (clock.now() - dt.timedelta(hours=hours)).isoformat()


def filing(number: str, **changes):
    fitting = {"unit_code": FREE, "area_m2": "90.50", "housing_code": "", "filed_at": at()}
    return messages.filing(filing_no=number, **{**fitting, **changes})


def test_a_pushed_filing_is_on_file(office: Office, department: HousingDepartment):
    reply = department.push_filing(filing("SJ-1"))
    assert (reply.status, reply.answer.outcome, reply.answer.problems) == (200, "taken", ())
    found = queries.filing_by_no("SJ-1")
    assert found is not None and (found.unit_code, found.status) == (FREE, "filed")
    assert InboundMessage.objects.get(message_id=reply.message_id).outcome == "taken"
    department.push_filing(ended(read(filing("SJ-1")), status="cancelled", reason="测试", at=clock.now()))


def read(content) -> Filing:
    from dengbu.contracts.wire import Context

    return Filing.model_validate(content, context=Context(clock.now()))


def test_a_message_sent_again_gets_its_answer_again_and_another_content_is_a_conflict(office, department):
    content = filing("SJ-2", area_m2="80.00")
    first = department.push_filing(content, message_id="again-0001")
    second = department.push_filing(content, message_id="again-0001")
    assert first == second and first.answer.problems[0].code == "FILING_AREA_DIFFERS"
    assert InboundMessage.objects.filter(message_id="again-0001").count() == 1
    other = department.push_filing(filing("SJ-2", price_yuan="1"), message_id="again-0001")
    assert (other.status, other.answer.problems[0].code) == (409, "MESSAGE_ID_REUSED")


def test_a_filing_is_replaced_and_withdrawn(office, department):
    first = read(filing("SJ-3"))
    department.push_filing(first)
    gone = ended(first, status="replaced", reason="买受人变更", at=clock.now(), replaced_by="SJ-4")
    assert department.push_filing(gone).status == 200
    second = read(filing("SJ-4"))
    department.push_filing(second)
    assert department.push_filing(
        ended(second, status="withdrawn", reason="协商解除", at=clock.now())
    ).accepted
    states = dict(
        ContractFiling.objects.filter(filing_no__in=["SJ-3", "SJ-4"]).values_list("filing_no", "status")
    )
    assert states == {"SJ-3": "replaced", "SJ-4": "withdrawn"}
    late = department.push_filing(filing("SJ-4", version=3))
    assert (late.status, late.answer.problems[0].code) == (422, "FILING_ENDED")
    assert department.push_filing(first).answer.outcome == "superseded"


def test_an_unknown_unit_is_told_by_path_and_kept_for_staff(office, department):
    reply = department.push_filing(filing("SJ-5", unit_code=MISSING))
    assert (reply.status, reply.answer.outcome) == (202, "kept_with_problems")
    assert [(p.code, p.field) for p in reply.answer.problems] == [
        ("FILING_UNIT_UNKNOWN", "$.filing.unit_code")
    ]
    assert [m.subject for m in queries.problems_page()[0] if m.unit_code == MISSING] == ["SJ-5"]


def test_a_seller_who_is_not_the_owner_is_told(office, department):
    reply = department.push_filing(filing("SJ-6", unit_code=NOBODYS))
    assert [p.code for p in reply.answer.problems] == ["FILING_NO_FIRST_REGISTRATION"]
    stranger = [{"name": "李晓雨", "document_kind": "resident_id", "number": messages.BUYER}]
    buyer = [{"name": "陈建国", "document_kind": "resident_id", "number": messages.SELLER}]
    reply = department.push_filing(filing("SJ-7", sellers=stranger, buyers=buyer))
    assert "FILING_SELLER_NOT_OWNER" in [p.code for p in reply.answer.problems]


def test_a_review_is_taken(office, department):
    reply = department.push_review(messages.review(unit_code=FREE, reviewed_at=at(), filing_no="SJ-1"))
    assert (reply.status, reply.answer.outcome) == (200, "taken")
    found = queries.review_of_unit(FREE)
    assert found is not None and found.result == "passed"


def test_every_fault_is_told_at_once_and_the_message_is_kept_for_staff_alone(office, department):
    reply = department.push_filing(filing("SJ-8", price_yuan="很多", kind="gift"))
    assert reply.status == 422
    assert {p.field for p in reply.answer.problems} == {"$.filing.price_yuan", "$.filing.kind"}
    assert all(p.message and p.remedy for p in reply.answer.problems)
    assert queries.filing_by_no("SJ-8") is None
    kept = InboundMessage.objects.get(subject="SJ-8")
    assert (kept.outcome, len(kept.problems)) == ("refused", 2)
    assert messages.SELLER not in kept.excerpt and "SJ-8" in kept.excerpt
    corrected = department.push_filing(filing("SJ-8"), message_id=reply.message_id)
    assert corrected.status == 200
    kept.refresh_from_db()
    assert kept.handled_at is not None


def test_what_was_changed_on_the_way_is_answered_401(office):
    body = json.dumps({"wire": "v1"}).encode()
    for changes in ({"X-Signature": "0" * 64}, {"X-Client-Id": "somebody"}, {"X-Timestamp": "1700000000"}):
        answer = office.send("POST", FILINGS, body, **changes)
        assert (answer.status_code, answer.json()["problems"][0]["code"]) == (401, "AUTH_SIGNATURE")
    # Signed for one address, sent to another.
    assert office.send("POST", REVIEWS, body).status_code == 422
    assert office.send("GET", FILINGS).status_code == 405


def test_a_message_too_large_is_not_read(office):
    answer = office.send("POST", FILINGS, b" " * (256 * 1024 + 1))
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize(
    ("method", "target", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "ADDRESS_UNKNOWN"),
        ("POST", "/api/nothing", 404, "ADDRESS_UNKNOWN"),
        ("GET", "/api/v1/docs", 404, "ADDRESS_UNKNOWN"),
        ("PUT", FILINGS, 405, "METHOD_NOT_ALLOWED"),
    ],
)
def test_an_address_or_method_that_is_not_there_is_answered_in_the_same_envelope(
    office, method, target, status, code
):
    answer = office.send(method, target)
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (status, code)


def test_the_interface_describes_itself(office):
    schema = office.send("GET", "/api/v1/openapi.json").json()
    pushed = schema["paths"]["/api/v1/housing/contract-filings"]["post"]["requestBody"]["content"]
    name = pushed["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    assert schema["components"]["schemas"][name]["properties"]["filing"]
    missing = [ref for ref in refs(schema) if ref.rsplit("/", 1)[1] not in schema["components"]["schemas"]]
    assert missing == []


def refs(part):
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from refs(value)
    elif isinstance(part, list):
        for value in part:
            yield from refs(value)
