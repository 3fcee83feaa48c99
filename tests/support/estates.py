"""Two developers with homes, contracts on file and operators, for tests of batches."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.test import Client

from dengbu.cases.actions import batches, review
from dengbu.cases.facts import facts
from dengbu.cases.models import Case
from dengbu.contracts.models import NUMBER_PURPOSE, ContractFiling, ContractParty
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act
from dengbu.core.identifiers import make_resident_id, make_uscc
from dengbu.core.models import User
from dengbu.parties.actions import add_operator
from dengbu.parties.models import Organisation, ServiceAgreement
from dengbu.parties.queries import actor_of
from dengbu.register import effects as fx
from dengbu.register.actions import enter
from dengbu.register.queries import unit_book
from tests.register import homes
from tests.support.office import OF_RECORD, SYSTEM, judge_all, reviewer, upload

WUYUN = ("河南五云置业有限公司", make_uscc("419999", 7001))
SISHUI = ("郑州汜水房地产开发有限公司", make_uscc("419999", 7002))
PASSWORD = "a-long-password-1"


@act("test.make_organisation")
def make_organisation(
    *, actor: Actor, who: tuple[str, str], kind: str = "developer", days: int = 300, signed: bool = True
) -> Organisation:
    """An organisation with an agreement that ends in `days`."""
    made = Organisation.objects.create(kind=kind, name=who[0], uscc=who[1], uscc_index=crypto.index(who[1]))
    today = clock.today()
    if signed:
        ServiceAgreement.objects.create(
            organisation=made,
            version="2026-1",
            signed_on=today - dt.timedelta(days=60),
            valid_from=today - dt.timedelta(days=60),
            valid_until=today + dt.timedelta(days=days),
        )
    return made


def operator(of: Organisation, login: str = "dev-1", *, may_submit: bool = True) -> Actor:
    """The account of an operator."""
    add_operator(
        actor=SYSTEM,
        organisation_id=of.pk,
        login=login,
        password=PASSWORD,
        name="卫长风",
        may_submit=may_submit,
    )
    found = actor_of(User.objects.get(login=login).pk)
    assert found is not None
    return found


def browser(login: str = "dev-1") -> Client:
    client = Client()
    client.force_login(User.objects.get(login=login), backend="django.contrib.auth.backends.ModelBackend")
    return client


def body(who: tuple[str, str]) -> fx.HolderIn:
    return fx.HolderIn(who[0], "uscc", who[1], None)


def estate(count: int, owner: tuple[str, str] = WUYUN, *, sold: int | None = None) -> list[str]:
    """A building whose homes belong to the developer, the first `sold` of them sold on file. Gives their codes."""
    enter(actor=SYSTEM, registrations=[homes.opening(count)], authority="410106", of_record=OF_RECORD)
    codes = [homes.home(n) for n in range(1, count + 1)]
    titles = [homes.granting(homes.title(code, holders=(body(owner),))) for code in codes]
    enter(actor=SYSTEM, registrations=titles, authority="410106", of_record=OF_RECORD)
    for n in range(1, (count if sold is None else sold) + 1):
        sell(actor=SYSTEM, number=n, seller=owner)
    return codes


def buyer_of(number: int, place: int = 0) -> tuple[str, str]:
    return f"买方{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{place or ''}", make_resident_id(
        "419999", dt.date(1988, 1, 1), number * 10 + place
    )


@act("test.sell")
def sell(*, actor: Actor, number: int, seller: tuple[str, str] = WUYUN, buyers: int = 1) -> str:
    """The filing of a developer's sale of a home."""
    row = ContractFiling.objects.create(
        source="housing",
        filing_no=f"YS-2026-{number:06d}",
        contract_no=f"YS{number}",
        kind="presale",
        unit_code=homes.home(number),
        price_fen=90_000_000,
        filed_at=clock.now(),
        received_at=clock.now(),
        content_digest="0" * 64,
        status_at=clock.now(),
    )
    people = [("seller", 1, seller, "uscc")]
    people += [("buyer", n + 1, buyer_of(number, n), "resident_id") for n in range(buyers)]
    for role, place, (name, id_number), kind in people:
        ContractParty.objects.create(
            filing=row,
            role=role,
            ordinal=place,
            name=name,
            document_kind=kind,
            number_cipher=crypto.encrypt(id_number, NUMBER_PURPOSE),
            number_index=crypto.index(id_number),
        )
    return row.filing_no


def started(actor: Actor, codes: list[str]) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """A batch of drafts: its id and its dockets in the order of the units."""
    result: dict[str, Any] = batches.start_batch(actor=actor, unit_codes=codes)
    batch = uuid.UUID(result["batch_id"])
    return batch, list(
        Case.objects.filter(batch_id=batch).order_by("unit_code").values_list("docket_id", flat=True)
    )


def papers_for(docket: uuid.UUID) -> None:
    """Every paper of a draft, as if uploaded."""
    found = facts(Case.objects.get(docket_id=docket))
    for line in found.checklist(unit_book(found.case.unit_code), clock.now()):
        if line.to_upload and not found.pages.get(line.key):
            upload(actor=SYSTEM, docket_id=docket, item=line.key)


def submitted(actor: Actor, codes: list[str]) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """A batch whose units are all submitted."""
    batch, dockets = started(actor, codes)
    for docket in dockets:
        papers_for(docket)
    result = batches.submit_batch(actor=actor, batch_id=batch, docket_ids=dockets, declared=True)
    assert result["refused"] == {}, result
    return batch, dockets


def passed(docket: uuid.UUID) -> None:
    """A submitted unit through the pre-review."""
    review.claim(actor=reviewer(), docket_id=docket)
    judge_all(docket)
    review.query_restrictions(actor=reviewer(), docket_id=docket)
    review.pass_case(actor=reviewer(), docket_id=docket)
