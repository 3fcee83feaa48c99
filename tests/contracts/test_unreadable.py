"""A push that cannot be read is kept for staff: its faults and its shape, none of its names and numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dengbu.contracts import actions, masking, queries
from dengbu.contracts.models import InboundMessage
from dengbu.contracts.reading import read_filing
from dengbu.core.refusals import Refusal, Refused
from tests.contracts import messages
from tests.support import office

FAULT = Refusal("FIELD_AMOUNT", "金额写法不符", "请写到分。", field="$.filing.price_yuan")


def wrong(**changes: Any) -> bytes:
    return messages.push("filing", messages.filing(**{"price_yuan": "很多", **changes}))


def keep(body: bytes, source: str = "HOUSING-410106") -> str | None:
    return actions.keep_unreadable(
        actor=office.SYSTEM, source=source, kind=actions.FILING, body=body, problems=[FAULT]
    )


def test_names_numbers_and_phones_are_not_in_the_excerpt() -> None:
    text = masking.excerpt(wrong())
    for personal in ("陈建国", messages.SELLER, messages.BUYER, "13900001111", "洛宁路"):
        assert personal not in text
    for plain in ("SJ-2026-000123", messages.UNIT, "existing_sale", "2026-11-23T09:30:00+08:00"):
        assert plain in text


def test_an_identity_number_written_into_another_field_is_masked_too() -> None:
    body = wrong(filing_no=messages.SELLER, contract_no="13900001111", status=f"见{messages.BUYER}号")
    text = masking.excerpt(body)
    assert messages.SELLER not in text and messages.BUYER not in text and "13900001111" not in text
    assert masking.subject_of(body) == ""


def test_what_is_not_json_is_kept_as_its_punctuation() -> None:
    body = '{"filing": {"name": "陈建国", "number": "419999197005060011",'.encode()
    assert masking.excerpt(body) == '{"xxxxxx": {"xxxx": "xxx", "xxxxxx": "000000000000000000",'
    assert masking.subject_of(body) == ""


@pytest.mark.parametrize(
    "body",
    [wrong(buyers=[{"name": "陈" * 500}] * 5000), b"[" * 5000, b"\xff" * 99_000, b'"' + b"a" * 99_000 + b'"'],
    ids=["long", "deep", "not text", "one word"],
)
def test_an_excerpt_is_never_long(body: bytes) -> None:
    assert len(masking.excerpt(body)) <= masking.LONGEST


@pytest.mark.django_db
def test_an_unreadable_message_stands_among_the_problems_once_however_often_it_comes() -> None:
    body = wrong()
    with pytest.raises(Refused):
        read_filing(body, messages.CONTEXT)
    assert keep(body) is not None
    assert keep(body) is None
    (kept,) = queries.problems_page()[0]
    assert (kept.outcome, kept.subject, kept.version) == ("refused", "SJ-2026-000123", 0)
    assert kept.problems[0]["field"] == "$.filing.price_yuan"
    assert json.loads(kept.excerpt)["filing"]["price_yuan"] == "很多"


@pytest.mark.django_db
def test_one_sender_cannot_fill_the_list_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "OPEN_UNREADABLE", 2)
    assert [keep(wrong(version=n)) is not None for n in (1, 2, 3)] == [True, True, False]
    assert keep(wrong(version=3), source="ANOTHER") is not None
    first = InboundMessage.objects.order_by("pk").first()
    assert first is not None
    actions.handle_problem(actor=office.SYSTEM, inbound_id=first.pk, note="已电话告知更正")
    assert keep(wrong(version=3)) is not None
