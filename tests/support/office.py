"""A small office for tests of the road: homes with owners, a filed contract, staff, and cases driven by the real acts."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dengbu.cases.actions import desk, filing, papers, review
from dengbu.cases.facts import facts
from dengbu.cases.models import Case, CaseParty, Verdict
from dengbu.contracts.models import NUMBER_PURPOSE, ContractFiling, ContractParty
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act, system
from dengbu.core.identifiers import make_resident_id
from dengbu.materials.models import MaterialPage
from dengbu.parties.models import Organisation, ServiceAgreement
from dengbu.parties.permissions import OPERATOR, PERSON, permissions_of
from dengbu.register.actions import OfRecord, enter
from dengbu.register.queries import unit_book
from tests.register import homes

SYSTEM = system("test")
SELLER = ("李小明", make_resident_id("419999", dt.date(1980, 1, 1), 1))
BUYER = ("王丽", make_resident_id("419999", dt.date(1990, 1, 1), 2))
THIRD = ("赵强", make_resident_id("419999", dt.date(1970, 1, 1), 3))
OF_RECORD = OfRecord("导入", "导入")
_user_ids = {"seller": 9001, "buyer": 9002, "third": 9003, "bank": 9004, "developer": 9005}
BANK_USCC = "91419999MA3X000071"
BANK_ID, DEVELOPER_ID = uuid.UUID(int=0xBA), uuid.UUID(int=0xDE)


def person(who: tuple[str, str], user_id: int) -> Actor:
    """Somebody with a real-name account."""
    return Actor(
        key=f"user:{user_id}",
        name=who[0],
        user_id=user_id,
        permissions=PERSON,
        person_id=uuid.UUID(int=user_id),
        identity_index=crypto.index(who[1]),
    )


def seller() -> Actor:
    return person(SELLER, _user_ids["seller"])


def buyer() -> Actor:
    return person(BUYER, _user_ids["buyer"])


def stranger() -> Actor:
    return person(THIRD, _user_ids["third"])


def staff(
    post: str, user_id: int, name: str = "孙倩", *, lines: tuple[str, ...] = (), identity: str = ""
) -> Actor:
    """A member of staff with one post."""
    return Actor(
        key=f"user:{user_id}",
        name=name,
        user_id=user_id,
        permissions=permissions_of([post]),
        staff_number=f"{user_id % 1000:03d}",
        posts=frozenset({post}),
        lines=frozenset(lines),
        identity_index=crypto.index(identity),
    )


def reviewer(user_id: int = 9011) -> Actor:
    return staff("review", user_id, "王审核")


def clerk(user_id: int = 9021) -> Actor:
    return staff("accept", user_id, "李受理")


def certifier(user_id: int = 9031) -> Actor:
    return staff("certify", user_id, "赵缮证")


def lead() -> Actor:
    return staff("lead", 41, "钱科长")


def bank_operator() -> Actor:
    return Actor(
        key="user:9004", name="银行经办", user_id=9004, permissions=OPERATOR | PERSON, organisation_id=BANK_ID
    )


@act("test.make_bank")
def make_bank(*, actor: Actor) -> Organisation:
    """A bank with an agreement in force."""
    bank = Organisation.objects.create(
        id=BANK_ID, kind="bank", name=homes.BANK[0], uscc=BANK_USCC, uscc_index=crypto.index(BANK_USCC)
    )
    today = clock.today()
    ServiceAgreement.objects.create(
        organisation=bank,
        version="2026-1",
        signed_on=today,
        valid_from=today - dt.timedelta(days=30),
        valid_until=today + dt.timedelta(days=300),
    )
    return bank


def open_homes(count: int = 3, *owned: int) -> None:
    """A building with homes; those named belong to the seller."""
    enter(actor=SYSTEM, registrations=[homes.opening(count)], authority="410106", of_record=OF_RECORD)
    titles = [homes.granting(homes.title(homes.home(n), SELLER)) for n in owned or range(1, count + 1)]
    enter(actor=SYSTEM, registrations=titles, authority="410106", of_record=OF_RECORD)


@act("test.file_contract")
def file_contract(
    *,
    actor: Actor,
    number: int = 1,
    price_fen: int = 86_000_000,
    sellers: Any = (SELLER,),
    buyers: Any = (BUYER,),
) -> str:
    """The housing department's filing of the sale of a home."""
    filing_no = f"SJ-2026-{number:06d}"
    row = ContractFiling.objects.create(
        source="housing",
        filing_no=filing_no,
        contract_no=f"HT{number}",
        kind="existing_sale",
        unit_code=homes.home(number),
        area_m2=Decimal("90.50"),
        price_fen=price_fen,
        filed_at=clock.now(),
        received_at=clock.now(),
        content_digest="0" * 64,
        status_at=clock.now(),
    )
    for role, people in (("seller", sellers), ("buyer", buyers)):
        for place, (name, id_number) in enumerate(people, start=1):
            ContractParty.objects.create(
                filing=row,
                role=role,
                ordinal=place,
                name=name,
                document_kind="resident_id",
                number_cipher=crypto.encrypt(id_number, NUMBER_PURPOSE),
                number_index=crypto.index(id_number),
            )
    return filing_no


@act("test.upload")
def upload(*, actor: Actor, docket_id: uuid.UUID, item: str, digest: str = "") -> None:
    """A page of an item, as if it had been uploaded."""
    MaterialPage.objects.create(
        docket_id=docket_id,
        item=item,
        position=1,
        original_name="a.jpg",
        received_digest=digest or uuid.uuid4().hex * 2,
        stored_digest=uuid.uuid4().hex * 2,
        mime="image/jpeg",
        size=1,
        storage_key="x",
        thumb_key="x",
        uploaded_by=actor.key,
        uploaded_at=clock.now(),
    )


def party(role: str, who: tuple[str, str], phone: str = "", share: int | None = None) -> filing.PartyIn:
    return filing.PartyIn(
        role=role, name=who[0], document_kind="resident_id", number=who[1], phone=phone, share_numerator=share
    )


def draft_sale(number: int = 1, *, by: Actor | None = None) -> uuid.UUID:
    """A draft of a sale of home `number`, filled in by the seller, with every paper there."""
    by = by or seller()
    filing_no = file_contract(actor=SYSTEM, number=number)
    docket_id = uuid.UUID(filing.start(actor=by, type_code="P01"))
    filing.save_property(actor=by, docket_id=docket_id, unit_code=homes.home(number))
    filing.save_parties(
        actor=by, docket_id=docket_id, parties=[party("seller", SELLER), party("buyer", BUYER)]
    )
    filing.save_reason(actor=by, docket_id=docket_id, terms={"price_fen": 86_000_000}, filing_no=filing_no)
    filing.save_delivery(actor=by, docket_id=docket_id, delivery={"how": "window"})
    give_papers(docket_id)
    return docket_id


def give_papers(docket_id: uuid.UUID) -> None:
    """Upload one page for every item that has to be uploaded."""
    found = facts(Case.objects.get(docket_id=docket_id))
    for line in found.checklist(unit_book(found.case.unit_code), clock.now()):
        if line.to_upload and not found.pages.get(line.key):
            upload(actor=SYSTEM, docket_id=docket_id, item=line.key)


def submitted_sale(number: int = 1) -> uuid.UUID:
    """Filed by the seller, confirmed by the buyer: waiting for a reviewer."""
    docket_id = draft_sale(number)
    filing.submit(actor=seller(), docket_id=docket_id, declared=True)
    filing.confirm(actor=buyer(), docket_id=docket_id, declared=True)
    return docket_id


def claimed_sale(number: int = 1, by: Actor | None = None) -> uuid.UUID:
    docket_id = submitted_sale(number)
    review.claim(actor=by or reviewer(), docket_id=docket_id)
    return docket_id


def judge_all(docket_id: uuid.UUID, by: Actor | None = None, **verdicts: str) -> None:
    """A verdict on every item: ok, unless named otherwise."""
    found = facts(Case.objects.get(docket_id=docket_id))
    for line in found.checklist(unit_book(found.case.unit_code), clock.now()):
        if not line.item.generated and line.item.when != "optional":
            review.give_verdict(
                actor=by or reviewer(),
                docket_id=docket_id,
                item=line.key,
                verdict=verdicts.get(line.key, "ok"),
            )


def passed_sale(number: int = 1, by: Actor | None = None) -> uuid.UUID:
    docket_id = claimed_sale(number, by)
    judge_all(docket_id, by)
    review.query_restrictions(actor=by or reviewer(), docket_id=docket_id)
    review.pass_case(actor=by or reviewer(), docket_id=docket_id)
    return docket_id


def passed(
    type_code: str,
    by: Actor,
    parties: Sequence[filing.PartyIn],
    terms: Mapping[str, Any],
    *,
    number: int = 1,
    confirmed_by: Actor | None = None,
) -> uuid.UUID:
    """A case of any type about home `number`, filed with every paper and passed by a reviewer."""
    docket_id = uuid.UUID(filing.start(actor=by, type_code=type_code))
    filing.save_property(actor=by, docket_id=docket_id, unit_code=homes.home(number))
    filing.save_parties(actor=by, docket_id=docket_id, parties=parties)
    filing.save_reason(actor=by, docket_id=docket_id, terms=terms)
    filing.save_delivery(actor=by, docket_id=docket_id, delivery={"way": "window"})
    give_papers(docket_id)
    filing.submit(actor=by, docket_id=docket_id, declared=True)
    if confirmed_by is not None:
        filing.confirm(actor=confirmed_by, docket_id=docket_id, declared=True)
    return passed_on(docket_id)


def passed_on(docket_id: uuid.UUID) -> uuid.UUID:
    """A submitted case, passed by a reviewer."""
    review.claim(actor=reviewer(), docket_id=docket_id)
    judge_all(docket_id)
    review.query_restrictions(actor=reviewer(), docket_id=docket_id)
    review.pass_case(actor=reviewer(), docket_id=docket_id)
    return docket_id


def check_at_desk(docket_id: uuid.UUID, by: Actor | None = None) -> None:
    """Everybody present, every paper checked, restrictions asked again."""
    by = by or clerk()
    found = facts(Case.objects.get(docket_id=docket_id))
    for one in desk.desk_states([docket_id])[docket_id].absent(found):
        desk.check_in(actor=by, docket_id=docket_id, party_id=one.pk, how="card")
    for line in desk.papers(found, unit_book(found.case.unit_code)):
        desk.desk_verdict(
            actor=by,
            docket_id=docket_id,
            item=line.key,
            checks=dict.fromkeys(desk.CHECKS, True),
            originals=1,
            copies=0,
        )
    answer_questions(docket_id, by)
    review.query_restrictions(actor=by, docket_id=docket_id, moment="desk")


def answer_questions(docket_id: uuid.UUID, by: Actor | None = None) -> None:
    """The record of the questions asked at the desk: each with the answer that is hoped for."""
    found = facts(Case.objects.get(docket_id=docket_id))
    answers = {q.key: q.expected or (q.answers or ("如实",))[0] for q in found.policy.questions}
    papers.take_answers(actor=by or clerk(), docket_id=docket_id, answers=answers)


def checked_sale(number: int = 1) -> uuid.UUID:
    """Pre-approved, and everything at the desk done but the acceptance itself."""
    docket_id = passed_sale(number)
    check_at_desk(docket_id)
    return docket_id


def registered_sale(number: int = 1) -> uuid.UUID:
    docket_id = checked_sale(number)
    desk.accept(actor=clerk(), docket_id=docket_id)
    return docket_id


def seize(number: int, document_no: str = "(2026)豫0106执1号") -> None:
    """A court seizes a home."""
    from dengbu.register import effects as fx

    unit = homes.home(number)
    order = fx.Restrict("seizure", unit, "上街区人民法院", document_no, from_at=clock.now(),
                        until_at=clock.now() + dt.timedelta(days=1000))  # fmt: skip
    enter(
        actor=SYSTEM,
        registrations=[homes.Given((unit,), lambda _: [order])],
        authority="410106",
        of_record=OF_RECORD,
    )


def state_of(docket_id: uuid.UUID) -> str:
    return Case.objects.get(docket_id=docket_id).state


def parties_of(docket_id: uuid.UUID) -> list[CaseParty]:
    return list(CaseParty.objects.filter(case_id=docket_id).order_by("role", "ordinal"))


def verdicts_of(docket_id: uuid.UUID) -> dict[str, str]:
    return dict(Verdict.objects.filter(docket_id=docket_id).values_list("item", "verdict"))
