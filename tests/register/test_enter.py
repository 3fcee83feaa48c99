"""Entering in the book: what comes of it, and at what cost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dengbu.core import clock, crypto
from dengbu.core.acts import Actor
from dengbu.core.refusals import NotPermitted, Refused
from dengbu.register import actions
from dengbu.register import effects as fx
from dengbu.register.actions import entry_digest
from dengbu.register.models import Entry, EntryAnswer, Holder, Right
from dengbu.register.queries import book_of, unit_book
from dengbu.register.verify import verify
from tests.register.homes import (
    LI,
    WANG,
    ZHAO,
    Given,
    Town,
    answering,
    facts,
    granting,
    holder,
    home,
    mortgage,
    put,
    sale,
    seizure,
    title,
)


def owner(unit: str) -> str | None:
    book = unit_book(unit)
    return book.ownership.holders[0].name if book and book.ownership else None


@pytest.mark.django_db
def test_a_sale_ends_the_sellers_title_and_makes_the_buyers() -> None:
    town = Town().build()
    outcome = put(sale(home(1), LI, WANG))
    assert owner(home(1)) == WANG[0]
    assert outcome.entries[0].ended == (town.titles[home(1)],)
    ended = Right.objects.get(public_id=town.titles[home(1)])
    assert ended.ended_by_id == outcome.entries[0].entry_id
    assert owner(home(2)) == LI[0]
    assert verify(deep=True).ok


@pytest.mark.django_db
def test_an_entry_bears_todays_date_the_actor_and_a_digest_of_all_it_says() -> None:
    """corrections 11: never back-dated."""
    Town().build()
    made = put(sale(home(1), LI, WANG)).entries[0]
    entry = Entry.objects.get(pk=made.entry_id)
    assert entry.legal_date == clock.today()
    assert (entry.acted_by, entry.reviewer_of_record) == ("system:test", "审核员")
    assert entry.digest == entry_digest(entry)
    assert made.number == f"{entry.year}-{entry.number:07d}"


@pytest.mark.django_db
def test_no_identity_number_stands_in_an_entry() -> None:
    Town().build()
    entry = Entry.objects.get(pk=put(sale(home(1), LI, WANG)).entries[0].entry_id)
    assert WANG[1] not in entry.effects
    kept = Holder.objects.get(right__made_by=entry)
    assert WANG[1] not in kept.number_cipher
    assert crypto.decrypt(kept.number_cipher, fx.NUMBER_PURPOSE) == WANG[1]
    assert kept.number_index not in entry.effects and kept.salt not in entry.effects


@pytest.mark.django_db
def test_entry_numbers_follow_each_other_without_gap() -> None:
    Town(homes=5, owned=5).build()
    numbers = [e.number for e in put(*(sale(home(n), LI, WANG) for n in range(1, 6))).entries]
    serials = [int(n.split("-")[1]) for n in numbers]
    assert serials == list(range(serials[0], serials[0] + 5))
    put(sale(home(1), WANG, ZHAO))
    assert Entry.objects.order_by("-number").values_list("number", flat=True)[0] == serials[-1] + 1


@pytest.mark.django_db
def test_one_refusal_refuses_all_and_uses_up_no_number() -> None:
    Town().build()
    before = Entry.objects.count()
    with pytest.raises(Refused) as refused:
        put(sale(home(1), LI, WANG), sale(home(2), WANG, ZHAO))
    assert refused.value.codes == ("NOT_THE_OWNER",)
    assert Entry.objects.count() == before and owner(home(1)) == LI[0]
    put(sale(home(1), LI, WANG))
    assert verify().ok


@pytest.mark.django_db
def test_in_part_the_refused_home_stays_out_with_every_reason() -> None:
    Town().build()
    put(seizure(home(3)))
    from dengbu.core.models import Docket

    dockets = [Docket(number=f"T{n}", authority="410106", created_at=clock.now()) for n in range(2)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dengbu.actor', 'system:test', true)")
    Docket.objects.bulk_create(dockets)
    good = sale(home(1), LI, WANG, docket_id=dockets[0].pk)
    bad = sale(home(3), LI, WANG, docket_id=dockets[1].pk)
    outcome = put(good, bad, partial=True)
    assert [e.docket_id for e in outcome.entries] == [dockets[0].pk]
    assert {r.code for r in outcome.refusals[dockets[1].pk]} == {"NOT_THE_OWNER", "RESTRICTED"}


@pytest.mark.django_db
def test_three_heirs_hold_a_third_each() -> None:
    Town().build()
    thirds = tuple(holder(p, 1) for p in (LI, WANG, ZHAO))
    put(granting(title(home(3), holders=thirds, coownership="by_share", share_denominator=3)))
    book = unit_book(home(3))
    assert book and book.ownership
    assert [h.share_numerator for h in book.ownership.holders] == [1, 1, 1]


@pytest.mark.django_db
def test_a_mortgage_takes_the_next_rank() -> None:
    Town().build()
    put(mortgage(home(1)))
    put(mortgage(home(1)))
    book = unit_book(home(1))
    assert book and [m.rank for m in book.mortgages] == [1, 2]


@pytest.mark.django_db
def test_facts_are_replaced_by_a_new_version_and_the_old_one_stays() -> None:
    Town().build()
    put(Given((home(1),), lambda _: [fx.Amend(home(1), facts(home(1), use="office"))]))
    book = unit_book(home(1))
    assert book and book.use == "office"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM register_unitfacts f JOIN register_realestateunit u ON u.id = f.unit_id"
            " WHERE u.code = %s",
            [home(1)],
        )
        assert cursor.fetchone()[0] == 2
    assert verify().ok


@pytest.mark.django_db
def test_a_consented_sale_past_a_seizure_keeps_how_it_was_answered_in_the_entry() -> None:
    Town().build()
    put(seizure(home(1)))
    restriction = book_of([home(1)])[home(1)].restrictions[0].public_id
    made = put(answering(sale(home(1), LI, WANG), restriction)).entries[0]
    answer = EntryAnswer.objects.get(entry_id=made.entry_id)
    assert (answer.obstacle, answer.how) == (restriction, "consent")
    assert "court-letter-1" in Entry.objects.get(pk=made.entry_id).effects
    assert verify().ok


@pytest.mark.django_db
def test_ending_a_right_twice_is_refused_in_words() -> None:
    town = Town().build()
    ending = Given((home(1),), lambda _: [fx.End(home(1), town.titles[home(1)], "waived")])
    put(ending)
    with pytest.raises(Refused) as refused:
        put(ending)
    assert refused.value.codes == ("REG_ALREADY_ENDED",)


@pytest.mark.django_db
def test_somebody_without_the_permission_enters_nothing() -> None:
    with pytest.raises(NotPermitted):
        actions.enter(
            actor=Actor(key="user:1", name="某人"),
            registrations=[],
            authority="410106",
            of_record=actions.OfRecord("a", "a"),
        )


@pytest.mark.django_db
def test_fifty_homes_cost_as_many_statements_as_one() -> None:
    Town(homes=51, owned=51).build()
    with CaptureQueriesContext(
        connection,
    ) as one:
        put(sale(home(51), LI, WANG))
    with CaptureQueriesContext(connection) as fifty:
        put(*(sale(home(n), LI, WANG) for n in range(1, 51)))
    assert len(fifty) == len(one)
    assert len(one) <= 18, "\n".join(q["sql"][:120] for q in one.captured_queries)
