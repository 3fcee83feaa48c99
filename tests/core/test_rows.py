"""Statements sent in one go: order, counts and refusals are those of statements sent one by one."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from dengbu.core import counters, rows
from dengbu.core.acts import Actor, act, system
from dengbu.core.models import AuditRecord, Counter, Idempotency

pytestmark = pytest.mark.django_db

SYSTEM = system("test")
TAKE = "INSERT INTO core_counter (authority, kind, year, value) VALUES ('410106', %s, 2026, %s)"
ADD = "UPDATE core_counter SET value = value * 10 + %s WHERE kind = %s"


def value(kind: str) -> int:
    return Counter.objects.get(kind=kind).value


def test_statements_in_one_go_are_done_in_the_order_they_were_sent() -> None:
    counted: list[int] = []
    with rows.together():
        rows.run(TAKE, ["a", 1])
        rows.run(ADD, [2, "a"], then=counted.append)
        rows.run(ADD, [3, "a"], then=counted.append)
        rows.run(ADD, [9, "nobody"], then=counted.append)
        assert not counted  # no answer was waited for
    assert value("a") == 123 and counted == [1, 1, 0]


def test_a_read_in_between_sees_what_was_sent_before_it() -> None:
    with rows.together():
        rows.run(TAKE, ["a", 1])
        assert counters.take("410106", "a", 2026) == range(2, 3)
        rows.run(ADD, [5, "a"])
    assert value("a") == 25


def test_what_postgresql_refuses_in_one_go_is_the_error_of_the_statement_alone() -> None:
    with pytest.raises(IntegrityError) as alone, transaction.atomic():
        rows.run(TAKE, ["a", 1])
        rows.run(TAKE, ["a", 1])
    with pytest.raises(IntegrityError) as together, transaction.atomic(), rows.together():
        rows.run(TAKE, ["a", 1])
        rows.run(TAKE, ["a", 1])
        rows.run(TAKE, ["b", 1])
    assert str(alone.value) == str(together.value) and "one_counter" in str(together.value)
    assert not Counter.objects.filter(kind__in="ab").exists()
    rows.run(TAKE, ["a", 1])  # the connection goes on
    assert value("a") == 1


def test_what_an_earlier_statement_did_not_find_is_said_before_how_a_later_one_failed() -> None:
    class NotThere(Exception):
        pass

    def there(count: int) -> None:
        if not count:
            raise NotThere

    with pytest.raises(NotThere), transaction.atomic(), rows.together():
        rows.run(TAKE, ["a", 1])
        rows.run(ADD, [1, "nobody"], then=there)
        rows.run(TAKE, ["a", 1])


def test_a_go_inside_another_ends_with_it() -> None:
    counted: list[int] = []
    with rows.together():
        with rows.together():
            rows.run(TAKE, ["a", 1], then=counted.append)
        assert not counted
    assert counted == [1]


@act("test.counts")
def counts(*, actor: Actor, kind: str) -> int:
    return counters.take("410106", kind, 2026)[0]


def test_an_act_with_a_key_costs_two_statements_beside_its_own() -> None:
    with CaptureQueriesContext(connection) as seen:
        assert counts(actor=SYSTEM, kind="a", key="k") == 1
    assert len([q for q in seen if "SAVEPOINT" not in q["sql"]]) == 3
    assert counts(actor=SYSTEM, kind="a", key="k") == 1 and value("a") == 1  # told again, not done again
    assert Idempotency.objects.get(key="k").result == 1
    assert AuditRecord.objects.filter(act="test.counts").count() == 1


def test_keys_drawn_with_a_number_follow_it() -> None:
    numbers, (keys,) = counters.take_with_keys("410106", "a", 2026, 2, {AuditRecord: 3})
    more, (later,) = counters.take_with_keys("410106", "a", 2026, 1, {AuditRecord: 1})
    assert [*numbers, *more] == [1, 2, 3]
    assert len(keys) == 3 and [*keys, *later] == sorted({*keys, *later})
