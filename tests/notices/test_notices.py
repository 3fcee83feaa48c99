"""Sentences, and what becomes of a message on its way."""

import json
import string
from typing import Any

import pytest

from dengbu.core import clock, crypto, ports
from dengbu.core.acts import system
from dengbu.core.refusals import Refusal
from dengbu.notices import actions, queries, rules, tasks
from dengbu.notices.models import Message
from dengbu.notices.ports import SmsMessage, SmsReceipt
from tests.parties.people import waiting_jobs

OFFICE = system("test")
PHONE = "13800002134"
LONG = {"no": "410106-2026-0001234", "d": "2026年12月26日", "n": "12", "place": "不动产登记大厅12号窗口"}


@pytest.mark.parametrize("code", sorted(rules.TEMPLATES))
def test_every_sentence_fits_one_short_message(code: str) -> None:
    template = rules.TEMPLATES[code]
    text, values = rules.render(code, {place: LONG.get(place, "一二三四五六") for place in template.places})
    assert len(values) == len(template.places)
    assert "{" not in text
    assert len(text) <= rules.SMS_LENGTH


def test_a_sentence_refuses_what_it_has_no_place_for() -> None:
    with pytest.raises(KeyError):
        rules.render("accepted", {"no": "1", "r": "2"})
    with pytest.raises(ValueError, match="no place for name"):
        rules.render("registered", {"name": "王海涛"})
    with pytest.raises(ValueError, match="short message"):
        rules.render("submitted", {"no": "9" * 60, "d": "明天"})


def test_places_are_told_in_the_order_of_the_text() -> None:
    assert rules.TEMPLATES["booked"].places == ("d", "t", "place")
    assert all(
        spec == ""
        for t in rules.TEMPLATES.values()
        for _, n, spec, _ in string.Formatter().parse(t.text)
        if n
    )


class Carrier:
    """A carrier that answers as it is told."""

    def __init__(self) -> None:
        self.sent: list[SmsMessage] = []
        self.answer: SmsReceipt | Exception = SmsReceipt(accepted=True, serial_no="S-1")

    def send(self, message: SmsMessage) -> SmsReceipt:
        if isinstance(self.answer, Exception):
            raise self.answer
        self.sent.append(message)
        return self.answer


@pytest.fixture
def carrier(settings: Any) -> Carrier:
    made = Carrier()
    ports.register("sms", "fake-carrier", lambda config: made)
    settings.EXCHANGE = {"sms": {"adapter": "fake-carrier", "of": id(made)}}
    return made


def _told(phone: str = PHONE) -> str:
    return actions.tell(
        actor=OFFICE,
        template="accepted",
        user_id=7,
        phone=phone,
        parameters={"no": "A1", "r": "R1", "d": "3月9日"},
    )


@pytest.mark.django_db
def test_a_message_is_kept_sealed_and_sent_once(carrier: Carrier) -> None:
    message_id = _told()
    message = Message.objects.get()
    assert PHONE not in message.phone_cipher
    assert waiting_jobs("notices.send") == [{"message_id": message_id}]
    tasks.send(message_id=message_id)
    tasks.send(message_id=message_id)
    message.refresh_from_db()
    assert (message.state, message.gateway_ref, len(carrier.sent)) == ("sent", "S-1", 1)
    assert (carrier.sent[0].phone, carrier.sent[0].params) == (PHONE, ("A1", "R1", "3月9日"))


@pytest.mark.django_db
def test_an_absent_carrier_is_asked_again_and_then_given_up(carrier: Carrier) -> None:
    carrier.answer = ports.PartnerUnavailable(Refusal("SMS_UNAVAILABLE", "发不出去。"))
    message_id = _told()
    for _ in range(rules.ATTEMPTS - 1):
        with pytest.raises(tasks.NotSentYet):
            tasks.send(message_id=message_id)
    tasks.send(message_id=message_id)
    assert Message.objects.get().state == "failed"
    assert [str(m.pk) for m in queries.failed_messages()] == [message_id]


@pytest.mark.django_db
def test_a_phone_the_carrier_refuses_fails_at_once(carrier: Carrier) -> None:
    carrier.answer = SmsReceipt(accepted=False, serial_no="", code="IncorrectPhoneNumber")
    tasks.send(message_id=_told())
    assert Message.objects.get().state == "failed"


@pytest.mark.django_db
def test_without_a_phone_a_message_stands_on_the_page_only() -> None:
    _told(phone="")
    assert Message.objects.get().state == "in_site"
    assert waiting_jobs("notices.send") == []


@pytest.mark.django_db
def test_messages_are_listed_newest_first_page_by_page_and_read_by_their_owner_only(
    django_assert_num_queries: Any,
) -> None:
    ids = [_told(phone="") for _ in range(queries.PAGE_SIZE + 2)]
    with django_assert_num_queries(1):
        first, onward = queries.messages_of(7)
    rest, end = queries.messages_of(7, after=onward)
    assert [str(m.pk) for m in first + rest] == sorted(ids, reverse=True)
    assert end == ""
    from dengbu.core.acts import Actor

    assert actions.mark_read(actor=Actor(key="user:8", name="别人", user_id=8)) == 0
    assert actions.mark_read(actor=Actor(key="user:7", name="本人", user_id=7)) == len(ids)
    assert queries.unread_count(7) == 0


@pytest.mark.django_db
def test_a_code_that_comes_too_late_is_dropped(carrier: Carrier) -> None:
    sealed = {
        "template": "login_code",
        "phone_cipher": crypto.encrypt(PHONE, rules.JOB_PURPOSE),
        "params_cipher": crypto.encrypt(json.dumps(["123456", "5"]), rules.JOB_PURPOSE),
        "reference": "code-1",
    }
    tasks.send_now(**sealed, not_after=clock.epoch_seconds() - 1)
    assert carrier.sent == []
    tasks.send_now(**sealed, not_after=clock.epoch_seconds() + 60)
    assert carrier.sent[0].params == ("123456", "5")


@pytest.mark.django_db
def test_another_room_has_a_person_told_by_a_job() -> None:
    tasks.tell(template="logged_in", user_id=7, parameters={"at": "3月5日 10:00", "how": "密码"})
    assert Message.objects.get().text == "您的账号于3月5日 10:00用密码登录。不是本人操作的，请致电登记中心。"
