"""Rules about codes, agreements, accounts and posts."""

import datetime as dt

import pytest

from dengbu.notices import rules as notice_rules
from dengbu.parties import rules
from dengbu.parties.permissions import POSTS

NOW = dt.datetime(2026, 3, 5, 2, 0, tzinfo=dt.UTC)
DAY = dt.datetime(2026, 3, 4, 16, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("ages", "code"),
    [
        ([], None),
        ([59], "CODE_TOO_SOON"),
        ([60], None),
        ([100 * n for n in range(1, 10)], None),
        ([100 * n for n in range(1, 11)], "CODE_DAILY_LIMIT"),
        ([100 * n for n in range(1, 10)] + [11 * 3600], None),
    ],
)
def test_a_phone_gets_a_code_a_minute_and_ten_a_day(ages: list[int], code: str | None) -> None:
    refusal = rules.may_send_code([NOW - age * SECOND for age in ages], NOW, day_start=DAY)
    assert (refusal.code if refusal else None) == code


def test_the_waiting_time_is_told_in_seconds() -> None:
    refusal = rules.may_send_code([NOW - 18 * SECOND], NOW, day_start=DAY)
    assert refusal is not None
    assert "42 秒后" in refusal.remedy


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "请输入短信验证码"),
        ("12345", "验证码应为 6 位数字"),
        ("12345a", "验证码应为 6 位数字"),
        ("１２３４５６", "验证码应为 6 位数字"),
    ],
)
def test_a_code_that_cannot_be_one_is_told_apart(typed: str, words: str) -> None:
    refusal = rules.check_code_form(typed)
    assert refusal is not None
    assert refusal.message == words


def test_the_last_wrong_try_asks_for_a_new_code() -> None:
    assert rules.code_wrong(1).message == "验证码不正确，还可以试 1 次"
    assert rules.code_wrong(0).message == "验证码已过期，请重新获取"


@pytest.mark.parametrize(
    ("signed", "start", "end", "codes"),
    [
        ("2026-03-05", "2026-03-05", "2027-03-04", []),
        ("2026-03-06", "2026-03-06", "2027-03-04", ["AGREEMENT_SIGNED_LATER"]),
        ("2026-03-05", "2026-03-01", "2027-03-04", ["AGREEMENT_FROM_EARLY"]),
        ("2026-03-05", "2026-03-05", "2026-03-05", ["AGREEMENT_UNTIL_EARLY"]),
    ],
)
def test_the_dates_of_an_agreement_follow_each_other(
    signed: str, start: str, end: str, codes: list[str]
) -> None:
    found = rules.check_agreement(
        version="2026版",
        signed_on=dt.date.fromisoformat(signed),
        valid_from=dt.date.fromisoformat(start),
        valid_until=dt.date.fromisoformat(end),
        today=dt.date(2026, 3, 5),
    )
    assert [r.code for r in found] == codes


def test_every_fault_of_a_filing_is_told_at_once() -> None:
    found = rules.check_organisation(
        kind="", name="", uscc="123", licence_no=" ", legal_representative="", contact_phone="12"
    )
    assert [r.field for r in found] == [
        "licence",
        "name",
        "uscc",
        "licence_no",
        "legal_representative",
        "contact_phone",
    ]


@pytest.mark.parametrize(
    ("posts", "count"),
    [
        (["review"], 0),
        (["review", "certify"], 1),
        (["review", "accept", "certify"], 3),
        (["lead", "review"], 0),
        (["admin", "accept"], 1),
    ],
)
def test_posts_that_should_not_meet_are_flagged(posts: list[str], count: int) -> None:
    assert len(rules.post_conflicts(posts)) == count
    assert set(posts) <= set(POSTS)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "PASSWORD_EMPTY"),
        ("12345678901", "PASSWORD_SHORT"),
        ("wang.min-2026", "PASSWORD_HOLDS_LOGIN"),
        ("correct horse", None),
    ],
)
def test_a_password_is_judged_by_length_and_not_by_signs(password: str, code: str | None) -> None:
    found = rules.check_password(password, login="wang.min")
    assert [r.code for r in found] == ([code] if code else [])


def test_parties_and_notices_mean_the_same_sealed_job() -> None:
    assert rules.SMS_JOB_PURPOSE == notice_rules.JOB_PURPOSE
    assert "login_code" in notice_rules.TEMPLATES
