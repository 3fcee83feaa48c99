"""Who opens the example pages, with what in their hands."""

from __future__ import annotations

import functools
import io
import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dengbu.cases.actions.materials import add_material
from dengbu.cases.facts import facts
from dengbu.cases.models import Case, CaseParty
from dengbu.core import clock, crypto
from dengbu.core.acts import ANONYMOUS, Actor
from dengbu.core.models import User
from dengbu.materials.intake import intake
from dengbu.parties.models import Operator, Organisation, Person
from dengbu.parties.queries import actor_of
from dengbu.project.demo.people import ORGANISATIONS
from dengbu.register.queries import unit_book
from dengbu.web.pages import Page
from dengbu.web.public.login import PENDING
from dengbu.web.public.registration import IDENTITY

from ..filers import (
    BACKEND,
    picture,
)

USCC = {o.key: o.number for o in ORGANISATIONS}


def staff(login: str) -> User:
    return User.objects.get(login=login)


def acting(user: User) -> Actor:
    return actor_of(user.pk) or ANONYMOUS


def person(number: str) -> User:
    return Person.objects.get(id_index=crypto.index(number)).user


def operator(uscc: str) -> User:
    found = Operator.objects.filter(organisation__uscc=uscc, may_submit=True, active=True).first()
    assert found is not None
    return found.user


def speaker_of(party: CaseParty) -> User:
    """Who confirms for a party: oneself, or an operator of the organisation."""
    if party.organisation_id is not None:
        return operator(Organisation.objects.get(pk=party.organisation_id).uscc)
    return Person.objects.get(id_index=party.number_index).user


def browser(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user, backend=BACKEND)
    return client


@functools.cache
def page_of_paper() -> bytes:
    return picture("材料")


def saved(response: Any) -> None:
    assert response.status_code == 303, response.content.decode()[-4000:]


def give_papers(case: Case, by: Actor) -> None:
    """A page for every item that has to be uploaded."""
    for line in facts(case).checklist(unit_book(case.unit_code), clock.now()):
        if line.to_upload:
            file = SimpleUploadedFile(f"{line.key}.jpg", page_of_paper())
            add_material(
                actor=by, docket_id=case.pk, item=line.key,
                intake=intake(io.BytesIO(file.read()), declared_name=file.name), original_name=file.name,
            )  # fmt: skip


MIDWAY = frozenset(
    ("public.login_code", "public.register_code", "public.register_identity", "public.register_consent")
)


def midway(client: Client, page: Page) -> None:
    """What the session of somebody logging in or registering holds when this page is reached."""
    phone = crypto.encrypt("13800009999", PENDING)
    if page.name not in MIDWAY:
        return
    session = client.session
    if page.name == "public.login_code":
        session["login"] = {"phone": phone, "sent": clock.epoch_seconds()}
    else:
        typed = {"name": "王海涛", "document_kind": "resident_id", "id_number": "41999919850307213X"}
        sealed = crypto.encrypt(json.dumps(typed, ensure_ascii=False), IDENTITY)
        session["register"] = {"phone": phone, "sent": clock.epoch_seconds(), "code": 1, "identity": sealed}
    session.save()
