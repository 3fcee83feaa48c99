"""What the housing department may send, and what it is told when it sends something else."""

from __future__ import annotations

import logging
from decimal import Decimal

import pytest

from dengbu.contracts.reading import MAX_BODY_BYTES, content_digest, read_filing, read_review
from dengbu.contracts.wire import Answer, Filing, Problem
from dengbu.core.refusals import Refused

from .messages import BUYER, COMPANY, CONTEXT, SELLER, UNIT, filing, push, review


def faults(body: bytes, read=read_filing) -> dict[str, str]:
    """Field → code of everything that is wrong."""
    with pytest.raises(Refused) as caught:
        read(body, CONTEXT)
    return {found.field: found.code for found in caught.value.refusals}


def only(body: bytes, read=read_filing):
    with pytest.raises(Refused) as caught:
        read(body, CONTEXT)
    (found,) = caught.value.refusals
    return found


def test_a_filing_is_read_with_money_in_fen_and_numbers_normalised():
    seller = {
        "name": "陈建国",
        "document_kind": "resident_id",
        "number": f" {SELLER[:6]} {SELLER[6:].lower()}",
    }
    got = read_filing(push("filing", filing(sellers=[seller], unit_code=UNIT.lower())), CONTEXT).filing
    assert got.price_fen == 120_000_000
    assert got.area_m2 == Decimal("89.21")
    assert got.sellers[0].number == SELLER
    assert got.unit_code == UNIT


def test_a_company_sells_under_its_credit_code():
    seller = {
        "name": "郑州某某置业有限公司",
        "document_kind": "uscc",
        "number": COMPANY,
        "phone": "0371-60000000",
    }
    got = read_filing(push("filing", filing(kind="new_sale", sellers=[seller])), CONTEXT).filing
    assert got.sellers[0].number == COMPANY


def test_every_fault_is_named_at_once_with_its_path():
    wrong = filing(
        version="1",
        kind="gift",
        price_yuan="120万",
        area_m2=0,
        unit_code=UNIT[:-1],
        filed_at="2026-11-23 09:30",
        buyers=[{"name": "李晓雨", "document_kind": "resident_id", "number": BUYER[:-1] + "A"}],
        colour="red",
    )
    assert faults(push("filing", wrong, message_id="x")) == {
        "$.message_id": "FIELD_FORM",
        "$.filing.version": "FIELD_FORM",
        "$.filing.kind": "FIELD_FORM",
        "$.filing.price_yuan": "DECIMAL_FORM",
        "$.filing.area_m2": "DECIMAL_ZERO",
        "$.filing.unit_code": "UNIT_CODE_LENGTH",
        "$.filing.filed_at": "TIME_FORM",
        "$.filing.buyers[0].number": "ID_NUMBER_CHARACTER",
        "$.filing.colour": "FIELD_UNKNOWN",
    }


def test_a_missing_field_is_called_by_its_chinese_name():
    short = filing()
    del short["price_yuan"]
    found = only(push("filing", short))
    assert (found.field, found.message) == ("$.filing.price_yuan", "缺少“合同金额”")


def test_a_sentence_says_what_the_field_should_be():
    found = only(push("filing", filing(kind="gift")))
    assert found.message == "“买卖类型”应为 presale、new_sale、existing_sale 之一"
    found = only(push("filing", filing(price_yuan="1,200,000")))
    assert found.message == "合同金额应为最多两位小数的数字，不带单位和千分号"


@pytest.mark.parametrize("amount", ["0", "-1", "1.005", "1e6", "NaN", True, None, [], "１２"])
def test_an_amount_that_is_not_plain_yuan_is_refused(amount):
    assert only(push("filing", filing(price_yuan=amount))).field == "$.filing.price_yuan"


def test_an_amount_written_as_a_json_number_is_exact():
    body = push("filing", filing(price_yuan="@")).replace(b'"@"', b"1234567.89")
    assert read_filing(body, CONTEXT).filing.price_fen == 123_456_789


def test_an_instant_without_a_zone_and_one_in_the_future_are_refused():
    assert only(push("filing", filing(filed_at="2026-11-23T09:30:00"))).code == "TIME_FORM"
    assert only(push("filing", filing(filed_at="2026-11-23T10:06:00+08:00"))).code == "TIME_FUTURE"
    assert read_filing(push("filing", filing(filed_at="2026-11-23T10:04:00+08:00")), CONTEXT)


def test_a_unit_of_another_district_or_bare_land_is_refused():
    assert only(push("filing", filing(unit_code="410105" + UNIT[6:]))).code == "UNIT_CODE_AREA"
    assert only(push("filing", filing(unit_code=UNIT[:19] + "W00000000"))).code == "UNIT_CODE_NOT_A_HOUSE"


@pytest.mark.parametrize("status", ["replaced", "withdrawn", "cancelled"])
def test_a_filing_that_ends_says_why_and_when(status):
    more = {"replaced_by": "SJ-2026-000124"} if status == "replaced" else {}
    assert only(push("filing", filing(status=status, **more))).field == "$.filing.status_reason"
    said = {"status_reason": "双方协商解除", **more}
    assert only(push("filing", filing(status=status, **said))).field == "$.filing.status_at"
    said["status_at"] = "2026-11-23T09:50:00+08:00"
    assert read_filing(push("filing", filing(status=status, **said)), CONTEXT).filing.status == status


@pytest.mark.parametrize("number", ["", "SJ-2026-000123"])
def test_a_replaced_filing_names_another_one(number):
    gone = filing(
        status="replaced", status_reason="变更", status_at="2026-11-23T09:50:00+08:00", replaced_by=number
    )
    assert only(push("filing", gone)).field == "$.filing.replaced_by"


def test_nobody_sells_to_himself_or_stands_twice_on_one_side():
    one = filing()["sellers"][0]
    assert only(push("filing", filing(buyers=[one]))).code == "PARTY_ON_BOTH_SIDES"
    assert only(push("filing", filing(sellers=[one, one]))).code == "PARTY_TWICE"


def test_a_filing_has_sellers_and_buyers():
    found = only(push("filing", filing(buyers=[])))
    assert (found.field, found.message) == ("$.filing.buyers", "“买受人”至少要有 1 位")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "BODY_NOT_JSON"),
        (b"[1,", "BODY_NOT_JSON"),
        (b"[" * 100_000, "BODY_NOT_JSON"),
        (b'{"wire": NaN}', "BODY_NOT_JSON"),
        (b'{"wire":"v1","wire":"v1"}', "BODY_NOT_JSON"),
        ("备案".encode("gb18030"), "BODY_NOT_UTF8"),
        (b"[]", "FIELD_FORM"),
        (b" " * (MAX_BODY_BYTES + 1), "BODY_TOO_LARGE"),
    ],
)
def test_bytes_that_are_no_message_are_refused_as_such(body, code):
    found = only(body)
    assert (found.field, found.code) == ("$", code)


def test_another_version_of_the_interface_is_refused():
    assert only(push("filing", filing(), wire="v2")).message == "“接口版本”应为 v1"


def test_numbers_never_get_into_sentences_or_representations(caplog):
    wrong = filing(buyers=[{"name": "李晓雨", "document_kind": "resident_id", "number": BUYER[:-1] + "A"}])
    with caplog.at_level(logging.DEBUG), pytest.raises(Refused) as caught:
        read_filing(push("filing", wrong), CONTEXT)
    assert BUYER[:-1] not in str(caught.value) + repr(caught.value.refusals) + caplog.text
    assert SELLER not in repr(read_filing(push("filing", filing()), CONTEXT))
    assert "13900001111" not in repr(read_filing(push("filing", filing()), CONTEXT))


def test_the_same_content_has_the_same_digest_however_it_is_written():
    one = read_filing(push("filing", filing()), CONTEXT)
    other = dict(reversed(filing(price_yuan="1200000", filed_at="2026-11-23T01:30:00Z").items()))
    assert content_digest(
        read_filing(push("filing", other, message_id="another-one"), CONTEXT)
    ) == content_digest(one)
    changed = read_filing(push("filing", filing(price_yuan="1200000.01")), CONTEXT)
    assert content_digest(changed) != content_digest(one)


def test_a_filing_written_out_is_read_again_as_the_same():
    one = read_filing(push("filing", filing()), CONTEXT)
    again = read_filing(push("filing", one.filing.model_dump(mode="json")), CONTEXT)
    assert again.filing == one.filing
    assert isinstance(again.filing, Filing)


def test_a_review_is_read_with_its_limits_as_one_line():
    limits = [{"kind": "sale_limit", "text": "限售五年", "until": "2028-06-30"}]
    got = read_review(push("review", review(result="limited", policy_limits=limits)), CONTEXT).review
    assert got.policy_limit == "限售五年（至 2028-06-30）"
    assert got.funds_supervision == "supervised"


def test_a_limited_review_names_the_limit():
    found = only(push("review", review(result="limited")), read_review)
    assert (found.code, found.field) == ("LIMIT_MISSING", "$.review.policy_limits")


def test_a_review_tells_its_faults_by_path():
    wrong = review(
        funds_supervision="maybe", policy_limits=[{"kind": "sale_limit", "text": "限售", "until": "soon"}]
    )
    assert faults(push("review", wrong), read_review) == {
        "$.review.funds_supervision": "FIELD_FORM",
        "$.review.policy_limits[0].until": "FIELD_FORM",
    }


def test_a_problem_goes_out_with_its_path_and_remedy():
    found = only(push("filing", filing(kind="gift")))
    answer = Answer(outcome="refused", problems=(Problem.of(found),))
    assert Answer.model_validate_json(answer.model_dump_json()) == answer
    assert answer.problems[0].field == "$.filing.kind"
