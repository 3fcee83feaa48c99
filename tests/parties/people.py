"""People of the tests: numbers with right check digits in an unassigned region, and a police service to command."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from dengbu.core import clock, crypto, ports
from dengbu.core.acts import system
from dengbu.core.identifiers import make_resident_id
from dengbu.core.refusals import Refusal
from dengbu.notices.rules import JOB_PURPOSE
from dengbu.parties.actions import add_staff, register_person
from dengbu.parties.actions.persons import Registered
from dengbu.parties.ports import IdentityAnswer, IdentityOutcome, IdentityQuery

OFFICE = system("test")
PASSWORD = "correct horse battery"
_count = iter(range(1, 900))


def new_number() -> str:
    """A resident identity number nobody has."""
    return make_resident_id("419999", dt.date(1985, 3, 7), next(_count))


class FakePolice:
    def __init__(self) -> None:
        self.outcome = IdentityOutcome.MATCH
        self.away = False
        self.asked = 0

    def verify(self, query: IdentityQuery) -> IdentityAnswer:
        self.asked += 1
        if self.away:
            raise ports.PartnerUnavailable(Refusal("IDENTITY_UNAVAILABLE", "没有应答。"))
        return IdentityAnswer(self.outcome, "GA-TEST", clock.now())


@contextmanager
def at_the_office(settings: Any) -> Iterator[FakePolice]:
    fake = FakePolice()
    ports.register("identity", "fake-police", lambda config: fake)
    settings.EXCHANGE = {"identity": {"adapter": "fake-police", "of": id(fake)}}
    yield fake


def waiting_jobs(task: str) -> list[dict[str, Any]]:
    """Arguments of the jobs of a task that wait in the queue, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task])
        return [json.loads(args) if isinstance(args, str) else args for (args,) in cursor.fetchall()]


def sent_code() -> str:
    """The newest code, as the courier will read it."""
    sealed = waiting_jobs("notices.send_now")[-1]["params_cipher"]
    code: str = json.loads(crypto.decrypt(sealed, JOB_PURPOSE))[0]
    return code


def somebody(phone: str = "13800001111", number: str = "", name: str = "王海涛") -> Registered:
    """A registered person; whether checked is for the police to say."""
    return register_person(
        actor=OFFICE,
        phone=phone,
        code_id=None,
        name=name,
        document_kind="resident_id",
        id_number=number or new_number(),
    )


def clerk(login: str, *posts: str, number: str = "001") -> None:
    add_staff(actor=OFFICE, login=login, password=PASSWORD, number=number, name="李敏", posts=posts)
