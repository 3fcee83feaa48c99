"""An object of the demo district for every page of the register that takes one: made by the real acts on first use.

`Examples().of(page)` gives the address of a page and somebody who may read it.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dengbu.cases import documents
from dengbu.cases.actions import batches, closing, court, desk, filing, matters, papers, review, undertakings
from dengbu.cases.actions.materials import add_material
from dengbu.cases.facts import facts
from dengbu.cases.models import NUMBER_PURPOSE, Batch, Case, CaseParty, PendingMatter, PublicNotice
from dengbu.certificates.actions import number, void
from dengbu.certificates.models import Blank, Certificate, Mailing
from dengbu.certificates.rules import Listed, NumberRequest
from dengbu.contracts.models import InboundMessage
from dengbu.core import clock, crypto
from dengbu.core.acts import ANONYMOUS, Actor, act
from dengbu.core.identifiers import make_resident_id
from dengbu.core.ids import uuid7
from dengbu.core.models import User
from dengbu.core.vocabulary import CertificateKind
from dengbu.exchange.actions import backfill
from dengbu.materials.intake import Limits, intake
from dengbu.materials.models import MaterialPage
from dengbu.orders import actions as orders
from dengbu.orders.rules import Officer
from dengbu.parties.models import Operator, Organisation, Person, Staff
from dengbu.parties.queries import actor_of
from dengbu.payments import actions as payments
from dengbu.payments.models import FeeBill
from dengbu.project.demo.candidates import Candidate, demo_candidates
from dengbu.project.demo.district import plan
from dengbu.project.demo.people import ORGANISATIONS, DemoPerson
from dengbu.register.models import RealEstateUnit
from dengbu.register.queries import unit_book
from dengbu.web.pages import PUBLIC, Page
from dengbu.web.public.login import PENDING
from dengbu.web.public.registration import IDENTITY
from tests.surveys.made_up import row, table, taken

from .combined import home_for, submitted
from .filers import (
    BACKEND,
    Filer,
    begin,
    hidden_value,
    party_fields,
    picture,
    upload_everything,
)

# Stages of a case in order; each is reached from the one before.
ROAD = (
    *("draft", "sent", "submitted", "under_review", "preapproved"),
    *("checked", "registered", "printed", "issued", "archived"),
)
USCC = {o.key: o.number for o in ORGANISATIONS}


@dataclass(frozen=True, slots=True)
class Example:
    """Where a page is with its example, and who may read it there."""

    url: str
    user: User | None


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


@act("test.asks_for_post")
def asks_for_post(*, actor: Actor, case: Case) -> None:
    case.filed = {**case.filed, "delivery": {**case.filed.get("delivery", {}), "way": "mail"}}
    case.save()


def mailed(case: Case) -> str:
    """A printed case whose fee is paid, sent by post."""
    asks_for_post(actor=acting(staff("certify1")), case=case)
    for bill in FeeBill.objects.filter(docket_id=case.pk, total_fen__gt=0):
        payments.collect_at_window(
            actor=acting(staff("accept1")), bill_id=bill.pk, channel="cash", amount_fen=bill.total_fen
        )
    found = facts(case)
    made: str = closing.mail(
        actor=acting(staff("certify1")),
        docket_id=case.pk,
        certificate_ids=[c.pk for c in Certificate.objects.filter(docket_id=case.pk)],
        receiver_name=next(p.name for p in found.parties if p.role in found.registration.taker_roles),
        address="河南省郑州市上街区中心路1号院2号楼301室",
        phone="13800000000",
        tracking="EA123456785CN",
    )
    return made


class Examples:
    """Examples of one demo database, each made once."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}
        self._free: dict[str, list[Candidate]] = {}

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def candidate(self, type_code: str) -> Candidate:
        """The next home nobody has used yet."""
        if type_code not in self._free:
            self._free[type_code] = demo_candidates(type_code)
        return self._free[type_code].pop(0)

    # --- cases -----------------------------------------------------------------------------------------------

    def case(self, portal: str, stage: str) -> Case:
        """A case filed in a portal (my, bank, dev), at a stage of ROAD, or `correction`, kept as it is."""
        made: Case = self.once(f"{portal}.{stage}", lambda: self._case(portal, stage))
        return made

    def another(self, portal: str, stage: str) -> Case:
        """One more case at a stage."""
        return self._case(portal, stage)

    def applicant(self, case: Case) -> User:
        return User.objects.get(pk=case.filed_by)

    def _case(self, portal: str, stage: str) -> Case:
        docket = {
            "bank": self._mortgage,
            "dev": self._new_home,
            "desk": self._walk_in,
        }.get(portal, self._sale)()
        target = "under_review" if stage == "correction" else stage
        for step in ROAD[1 : ROAD.index(target) + 1]:
            getattr(self, f"_to_{step}")(Case.objects.get(pk=docket))
        if stage == "correction":
            self._correct(Case.objects.get(pk=docket))
        return Case.objects.get(pk=docket)

    def _sale(self) -> uuid.UUID:
        home = self.candidate("P01")
        filer = begin(browser(person(home.owner.number)), "my", "p01")
        saved(filer.post("property/", unit_code=home.unit_code))
        saved(filer.post("parties/", **party_fields(filer.get("parties/")), coownership="sole", do="save"))
        saved(filer.post("reason/", filing_no=hidden_value(filer.get("reason/"), "filing_no"), do="save"))
        upload_everything(filer)
        saved(filer.post("delivery/", way="window", phone="13800002134", do="save"))
        return filer.docket

    def _mortgage(self) -> uuid.UUID:
        home = self.candidate("B01")
        filer = begin(browser(operator(USCC["bank1"])), "bank", "b01")
        saved(filer.post("property/", unit_code=home.unit_code))
        saved(filer.post("parties/", **party_fields(filer.get("parties/")), do="save"))
        terms = {
            "contract_no": "DY-2026-0001",
            "amount_fen": "420000",
            "scope": "主债权及利息",
            "debtor": home.owner.name,
        }
        days = {"debt_from": "2026-03-01", "debt_until": "2046-02-28"}
        saved(filer.post("reason/", **terms, **days, transfer_limited="no", do="save"))
        upload_everything(filer)
        saved(filer.post("delivery/", way="window", phone="13800002134", do="save"))
        return filer.docket

    def _walk_in(self) -> uuid.UUID:
        """A sale the desk files for people who walked in."""
        home, by = self.candidate("P01"), staff("accept1")
        docket = uuid.UUID(filing.start_walk_in(actor=acting(by), type_code="P01"))
        filer, buyer = Filer(browser(by), "desk", docket), home.buyer
        assert buyer is not None
        saved(filer.post("property/", unit_code=home.unit_code))
        typed = {"origin": "new", "name": buyer.name, "document_kind": "resident_id", "number": buyer.number}
        taker = {f"buyer-0-{name}": value for name, value in typed.items()}
        drawn = party_fields(filer.get("parties/"))
        saved(filer.post("parties/", **{**drawn, **taker}, coownership="sole", do="save"))
        saved(filer.post("reason/", filing_no=home.filing_no, do="save"))
        upload_everything(filer)
        saved(filer.post("delivery/", way="window", phone="13800002134", do="save"))
        return docket

    def _new_home(self) -> uuid.UUID:
        waiting: list[uuid.UUID] = self.once("drafts", list)
        if not waiting:
            cases = Case.objects.filter(batch=self._batch()).order_by("unit_code")
            waiting.extend(cases.values_list("pk", flat=True))
        return waiting.pop(0)

    def _batch(self) -> Batch:
        first = self.candidate("D09")
        same = [
            c
            for c in self._free["D09"]
            if (c.building, c.organisation) == (first.building, first.organisation)
        ]
        homes = [first, *same[:5]]
        self._free["D09"] = [c for c in self._free["D09"] if c not in homes]
        assert first.organisation is not None
        by = acting(operator(first.organisation.number))
        begun = batches.start_batch(actor=by, unit_codes=[c.unit_code for c in homes])
        batch = Batch.objects.get(pk=begun["batch_id"])
        for case in Case.objects.filter(batch=batch):
            give_papers(case, by)
        return batch

    # --- the road --------------------------------------------------------------------------------------------

    def _to_sent(self, case: Case) -> None:
        by = acting(self.applicant(case))
        if case.batch_id:
            batches.submit_batch(
                actor=by,
                batch_id=case.batch_id,
                docket_ids=[case.pk],
                declared=True,
                key=f"example-{case.pk}",
            )
        else:
            filing.submit(actor=by, docket_id=case.pk, declared=True)

    def _to_submitted(self, case: Case) -> None:
        for party in CaseParty.objects.filter(case=case, confirmed_at=None, invite_token__isnull=False):
            filing.confirm(actor=acting(speaker_of(party)), docket_id=case.pk, declared=True)

    def _to_under_review(self, case: Case) -> None:
        review.claim(actor=acting(staff("review1")), docket_id=case.pk)

    def _judge(self, case: Case, **verdicts: str) -> None:
        found = facts(case)
        for line in found.checklist(unit_book(case.unit_code), clock.now()):
            if line.needs_verdict:
                review.give_verdict(
                    actor=acting(staff("review1")), docket_id=case.pk, item=line.key,
                    verdict=verdicts.get(line.key.replace("-", "_"), "ok"),
                )  # fmt: skip

    def _correct(self, case: Case) -> None:
        item = self.item(case)
        self._judge(case, **{item.replace("-", "_"): "fix"})
        reason = {
            "code": "M02",
            "target": f"material:{item}",
            "vars": {"material": "身份证明", "page": "1", "place": "有效期"},
            "note": "",
            "page": "",
            "region": None,
        }
        review.request_correction(actor=acting(staff("review1")), docket_id=case.pk, reasons=[reason])

    def _to_preapproved(self, case: Case) -> None:
        self._judge(case)
        by = acting(staff("review1"))
        review.query_restrictions(actor=by, docket_id=case.pk)
        review.pass_case(actor=by, docket_id=case.pk)

    def _to_registered(self, case: Case) -> None:
        desk.accept(actor=acting(staff("accept1")), docket_id=case.pk)

    def _to_checked(self, case: Case) -> None:
        by, found = acting(staff("accept1")), facts(case)
        for party in found.parties:
            desk.check_in(actor=by, docket_id=case.pk, party_id=party.pk, how="card")
        for line in desk.papers(found, unit_book(case.unit_code)):
            desk.desk_verdict(
                actor=by,
                docket_id=case.pk,
                item=line.key,
                checks=dict.fromkeys(desk.CHECKS, True),
                originals=1,
                copies=0,
            )
        answers = {q.key: q.expected or (q.answers or ("如实",))[0] for q in found.policy.questions}
        papers.take_answers(actor=by, docket_id=case.pk, answers=answers)
        review.query_restrictions(actor=by, docket_id=case.pk, moment="desk")

    def _to_printed(self, case: Case) -> None:
        by = acting(staff("certify1"))
        for certificate in Certificate.objects.filter(docket_id=case.pk, state="numbered"):
            blank = Blank.objects.filter(kind=certificate.kind, state="stock").order_by("serial").first()
            assert blank is not None
            closing.print_certificate(
                actor=by, docket_id=case.pk, certificate_id=certificate.pk, blank_serial=blank.serial
            )

    def _to_issued(self, case: Case) -> None:
        for bill in FeeBill.objects.filter(docket_id=case.pk, total_fen__gt=0):
            payments.collect_at_window(
                actor=acting(staff("accept1")), bill_id=bill.pk, channel="cash", amount_fen=bill.total_fen
            )
        found = facts(case)
        taker = next(p for p in found.parties if p.role in found.registration.taker_roles)
        number = crypto.decrypt(taker.number_cipher, NUMBER_PURPOSE)
        for certificate in Certificate.objects.filter(docket_id=case.pk, state="printed"):
            closing.issue(
                actor=acting(staff("certify1")), docket_id=case.pk, certificate_id=certificate.pk,
                receiver_name=taker.name, receiver_document_kind=taker.document_kind, receiver_number=number,
                receipt_shown=True, voucher_shown=True, identity_checked=True,
            )  # fmt: skip

    def _to_archived(self, case: Case) -> None:
        pages = sum(line["pages"] for line in documents.catalogue(facts(case)))
        closing.archive(actor=acting(staff("certify1")), docket_id=case.pk, paper_pages=pages)

    def item(self, case: Case) -> str:
        """A checklist item somebody has to upload."""
        found = facts(case)
        return next(x.key for x in found.checklist(unit_book(case.unit_code), clock.now()) if x.to_upload)

    # --- examples --------------------------------------------------------------------------------------------

    def of(self, page: Page) -> Example:
        """The address of a page and somebody who may read it."""
        portal = page.name.split(".")[0]
        args, user = self._arguments(page, portal)
        if "<" not in page.route:
            args = ()
        query = "?after=1" if page.name == "desk.review_count" else ""
        return Example(reverse(f"web:{page.name}", args=args) + query, user or self.reader(page))

    def reader(self, page: Page) -> User | None:
        """Somebody with the right a page needs, where the page is nobody's own."""
        if page.needs == PUBLIC:
            return None
        if page.needs == "portal.person":
            return self.applicant(self.case("my", "submitted"))
        if page.needs == "portal.organisation":
            return operator(USCC["dev1" if page.name.startswith("dev.") else "bank1"])
        for login in ("review1", "accept1", "certify1", "lead1", "admin1"):
            if acting(staff(login)).may(page.needs):
                return staff(login)
        return staff("review1")

    def _arguments(self, page: Page, portal: str) -> tuple[tuple[Any, ...], User | None]:
        if page.example in STAGES and "." in page.name:
            case = self.case(portal, STAGES[page.example])
            user = self.applicant(case)
            if page.example == "draft_item":
                return (case.pk, self.item(case)), user
            if page.example == "submitted_document":
                return (case.pk, self.receipt(case)), user
            return (case.pk,), user
        if page.example == "type_slug":
            return ({"bank": "b01", "dev": "d09"}.get(portal, "p01"),), None
        if page.example == "invitation":
            return self.invitation(portal)
        if page.example == "invited_item":
            return self.invited_item(portal)
        found: tuple[tuple[Any, ...], User | None] = getattr(
            self, f"_ex_{page.example}", lambda: ((), None)
        )()
        return found

    def waiting(self) -> Case:
        """An inheritance that was accepted and waits for its notice and its second reviewer."""
        made: Case = self.once("waiting", self._inheritance)
        return made

    def _inheritance(self) -> Case:
        home = self.candidate("B01")
        assert isinstance(home.owner, DemoPerson)
        heir = next(p for p in plan().people if p.phone and p.number != home.owner.number)
        by = acting(person(heir.number))
        docket = uuid.UUID(filing.start(actor=by, type_code="P03"))
        filing.save_property(actor=by, docket_id=docket, unit_code=home.unit_code)
        people = [("deceased", home.owner), ("heir", heir)]
        filing.save_parties(
            actor=by,
            docket_id=docket,
            parties=[
                filing.PartyIn(
                    role=role, name=p.name, document_kind="resident_id", number=p.number, phone=p.phone
                )
                for role, p in people
            ],
        )
        terms = {"died_on": "2026-01-10", "proof": "none", "will": False, "all_heirs": True, "divided": False}
        filing.save_reason(actor=by, docket_id=docket, terms={**terms, "administrator": False})
        filing.save_delivery(actor=by, docket_id=docket, delivery={"how": "window"})
        give_papers(Case.objects.get(pk=docket), by)
        for step in ("sent", "under_review", "preapproved", "checked", "registered"):
            getattr(self, f"_to_{step}")(Case.objects.get(pk=docket))
        return Case.objects.get(pk=docket)

    def _ex_waiting_case(self) -> Any:
        return (self.waiting().pk,), staff("review1")

    def _ex_undertaking(self) -> Any:
        return (self.once("undertaking", self._undertaken),), staff("accept2")

    def _undertaken(self) -> uuid.UUID:
        """A sale accepted although a paper was not there: signed, and due in some days."""
        case, by = self.another("my", "checked"), acting(staff("accept1"))
        who = CaseParty.objects.filter(case=case, role="seller").first()
        assert who is not None
        made = undertakings.undertake(
            actor=by, docket_id=case.pk, item="MARR", promisor=str(who.pk), why="结婚证原件在外地"
        )
        file = SimpleUploadedFile("signed.jpg", page_of_paper(), "image/jpeg")
        scan = intake(file, declared_name="signed.jpg", limits=Limits(max_pages=9, pages_left=9))
        undertakings.keep_signed(actor=by, docket_id=case.pk, scans=[(scan, "signed.jpg")])
        desk.accept(actor=by, docket_id=case.pk)
        return uuid.UUID(made)

    def corrected(self) -> Case:
        """A home whose room number was wrong in the book: put right, its holder to be told in writing."""

        def make() -> Case:
            home = self.candidate("B01")
            assert isinstance(home.owner, DemoPerson)
            by = acting(person(home.owner.number))
            docket = uuid.UUID(filing.start(actor=by, type_code="P12"))
            filing.save_property(actor=by, docket_id=docket, unit_code=home.unit_code)
            applicant = filing.PartyIn(
                role="applicant",
                name=home.owner.name,
                document_kind="resident_id",
                number=home.owner.number,
                phone=home.owner.phone,
            )
            filing.save_parties(actor=by, docket_id=docket, parties=[applicant])
            said = {
                "applies_as": "holder",
                "what": "room",
                "right_text": "9901",
                "proof": "测绘报告（2026）第8号",
            }
            filing.save_reason(actor=by, docket_id=docket, terms=said)
            filing.save_delivery(actor=by, docket_id=docket, delivery={"how": "window"})
            give_papers(Case.objects.get(pk=docket), by)
            for step in ("sent", "under_review", "preapproved", "checked", "registered"):
                getattr(self, f"_to_{step}")(Case.objects.get(pk=docket))
            return Case.objects.get(pk=docket)

        made: Case = self.once("corrected", make)
        return made

    def _ex_corrected_case(self) -> Any:
        return (self.corrected().pk,), staff("certify1")

    def _ex_correcting_case(self) -> Any:
        """A correction that somebody began."""
        one = next(iter(demo_candidates("B01")))

        def make() -> uuid.UUID:
            return uuid.UUID(filing.start(actor=acting(person(one.owner.number)), type_code="P12"))

        return (self.once("correcting_case", make),), staff("review1")

    def _ex_typed_certificate(self) -> Any:
        return (self.once("typed_certificate", self._typed_certificate),), staff("accept2")

    def _typed_certificate(self) -> uuid.UUID:
        """An old certificate of a house on a parcel of the district, typed and not checked yet."""
        file = SimpleUploadedFile("old.jpg", page_of_paper(), "image/jpeg")
        scan = intake(file, declared_name="old.jpg", limits=Limits(max_pages=9, pages_left=9))
        said = {
            "H-BDCDYH": "410106009001GB00001F00010001", "H-ZL": "上街区济源路12号院3号楼2单元5号", "H-FWYT1": "11",
            "H-FWXZ": "1", "H-SCJZMJ": "61.50", "H-SJCS": "3", "H-SHBW": "5",
            "FDCQ2-BDCQZH": "郑房权证上字第0300123号", "FDCQ2-DJSJ": "2003-05-12", "FDCQ2-DJYY": "房改购房",
            "ZDJBXX-ZL": "上街区济源路12号院", "ZDJBXX-ZDMJ": "5200.00", "ZDJBXX-YT": "0701", "ZDJBXX-QLXZ": "101",
            "ZRZ-JZWMC": "3号楼", "ZRZ-ZCS": "6", "ZRZ-FWJG": "3", "GYFS": "0", "clear": "yes",
            "QLR1-QLRMC": "赵建国", "QLR1-ZJZL": "1", "QLR1-ZJH": make_resident_id("419999", dt.date(1960, 1, 1), 17),
        }  # fmt: skip
        return backfill.type_old_certificate(
            actor=acting(staff("accept1")), said=said, archive_no="2003-0123", scans=[(scan, "old.jpg")]
        )

    def _ex_notice(self) -> Any:
        return (PublicNotice.objects.get(docket_id=self.waiting().pk).pk,), None

    def _ex_inspected_case(self) -> Any:
        case = self.case("my", "under_review")
        self.once("inspection", lambda: send_out(actor=acting(staff("review1")), docket_id=case.pk))
        return (case.pk,), staff("accept1")

    def visited(self) -> Case:
        """A case whose seller cannot come: two officers were sent, and the papers to be signed are made."""

        def make() -> Case:
            case = self.another("my", "preapproved")
            party = (
                CaseParty.objects.filter(case=case).exclude(document_kind="uscc").earliest("role", "ordinal")
            )
            by, first, second = (acting(staff(f"accept{n}")) for n in (1, 2, 3))
            matters.ask_visit_at_window(
                actor=by, docket_id=case.pk, party_ids=[str(party.pk)], reason="age", remark="九十岁，卧床不起",
                place="河南省郑州市上街区中心路1号院2号楼301室",
            )  # fmt: skip
            when = clock.now() + dt.timedelta(hours=3)
            matters.plan_visit(
                actor=by, docket_id=case.pk, planned_at=when, first=first.user_id, second=second.user_id
            )
            questions = facts(case).policy.questions
            answers = {q.key: q.expected or (q.answers or ("如实",))[0] for q in questions}
            matters.take_answers_visited(actor=first, docket_id=case.pk, answers=answers)
            matters.make_papers(actor=first, docket_id=case.pk)
            return case

        made: Case = self.once("visited", make)
        return made

    def _ex_visited_case(self) -> Any:
        return (self.visited().pk,), staff("accept2")

    def _ex_visited_paper(self) -> Any:
        return (self.visited().pk, "application", 1), staff("accept2")

    def _ex_P01(self) -> Any:
        return ("P01",), None

    def _ex_service_paper(self) -> Any:
        return ("P01", "POA", "blank"), None

    def _ex_agent(self) -> Any:
        return ("agent",), None

    def _ex_organisation(self) -> Any:
        return (Organisation.objects.get(uscc=USCC["bank1"]).pk,), None

    def _ex_staff(self) -> Any:
        return (Staff.objects.get(number="SJ0101").pk,), None

    def _ex_under_review(self) -> Any:
        return (self.case("my", "under_review").pk,), staff("review1")

    def _ex_preapproved(self) -> Any:
        return (self.case("my", "preapproved").pk,), staff("review1")

    def _ex_preapproved_case(self) -> Any:
        return (self.case("my", "preapproved").pk,), staff("accept1")

    def _ex_preapproved_batch(self) -> Any:
        return (self.case("dev", "preapproved").batch_id,), staff("accept1")

    def _ex_accepted_case(self) -> Any:
        return (self.case("my", "registered").pk,), staff("accept1")

    def _ex_checked_case(self) -> Any:
        return (self.case("my", "checked").pk,), staff("accept1")

    def receipt(self, case: Case) -> str:
        """The kind of a paper of the case that has been printed."""

        def make() -> int:
            made: int = papers.print_paper(actor=acting(staff("accept1")), docket_id=case.pk, kind="receipt")
            return made

        self.once(f"receipt.{case.pk}", make)
        return "receipt"

    def _ex_printed_paper(self) -> Any:
        case = self.case("my", "registered")
        return (case.pk, self.receipt(case), 1), staff("accept1")

    def _ex_registered_case(self) -> Any:
        return (self.case("my", "registered").pk,), staff("certify1")

    def _ex_registered_certificate(self) -> Any:
        case = self.case("my", "registered")
        return (case.pk, Certificate.objects.get(docket_id=case.pk).pk, 1), staff("certify1")

    def _ex_listed_paper(self) -> Any:
        """A proof of two units, one of which has left its list."""

        def make() -> uuid.UUID:
            codes = RealEstateUnit.objects.order_by("code").values_list("code", flat=True)[:2]
            lines = tuple(Listed(uuid7(), code) for code in codes)
            request = NumberRequest(
                docket_id=None, entry_id=1, right_id=lines[0].right_id, unit_code=lines[0].unit_code,
                holder_names="上街农村商业银行股份有限公司", kind=CertificateKind.PROOF, listed=lines,
            )  # fmt: skip
            (paper,) = number(actor=acting(staff("accept1")), requests=[request], authority=settings.AUTHORITY,
                              on=clock.today())  # fmt: skip
            void(actor=acting(staff("accept1")), rights=[(lines[1].right_id, 2)], reason="解押")
            return paper.pk

        return (self.once("listed_paper", make),), staff("accept1")

    def _ex_printed_certificate(self) -> Any:
        case = self.case("my", "printed")
        return (case.pk, Certificate.objects.get(docket_id=case.pk).pk), staff("certify1")

    def _ex_certified_case(self) -> Any:
        return (self.case("my", "printed").pk,), staff("certify1")

    def _ex_mailing(self) -> Any:
        made = self.once("mailing", lambda: uuid.UUID(mailed(self.another("my", "printed"))))
        return (Mailing.objects.get(pk=made).docket_id, made), staff("certify1")

    def _ex_issued_case(self) -> Any:
        return (self.case("my", "issued").pk,), staff("certify1")

    def _ex_archived_case(self) -> Any:
        return (self.case("my", "archived").pk,), staff("certify1")

    def _ex_hand_over(self) -> Any:
        self.case("my", "archived")
        return (
            self.once("hand_over", lambda: uuid.UUID(closing.hand_over(actor=acting(staff("certify1"))))),
        ), None

    def _ex_inbound(self) -> Any:
        return (InboundMessage.objects.filter(outcome__in=InboundMessage.PROBLEMS).earliest("pk").pk,), staff(
            "lead1"
        )

    def _ex_survey(self) -> Any:
        return (
            uuid.UUID(
                self.once("survey", lambda: taken(by=acting(staff("accept1")), number="CH-E-1")["survey"])
            ),
        ), None

    def _ex_survey_kind(self) -> Any:
        return ("building",), None

    def _ex_survey_import(self) -> Any:
        cells = [table()[0], row(1), row(2, use="某种用途")]
        found = self.once("import", lambda: taken(cells, number="CH-9", by=acting(staff("accept1"))))
        return (uuid.UUID(found["import"]),), None

    def service(self) -> uuid.UUID:
        """A court's paper, received, with the case that was begun on a home where an inheritance waits."""
        made: uuid.UUID = self.once("service", self._serve)
        return made

    def _serve(self) -> uuid.UUID:
        home, by = self.waiting(), acting(staff("accept1"))
        officers = [Officer(name=f"演示{x}", work_card=f"工{x}", duty_card=f"执{x}") for x in "甲乙"]
        given = {"channel": "window", "authority_kind": "court", "document_no": "（2026）演0106执9号"}
        docket = uuid.UUID(court.receive(actor=by, authority="演示区人民法院", officers=officers, **given))
        court.begin(actor=by, service_id=docket, unit_code=home.unit_code, type_code="S01")
        return docket

    def _ex_service(self) -> Any:
        return (self.service(),), staff("accept1")

    def _ex_letter(self) -> Any:
        case = self.case("my", "registered")
        matter = {"docket_id": case.pk, "kind": "term_capped", "authority": "演示区人民法院", "document_no": "演执8号",
                  "said": {"asked": "60个月", "entered": "至2029-11-28", "units": [[case.unit_code, case.location]]}}  # fmt: skip
        (made,) = self.once(
            "letter",
            lambda: orders.write_letters(
                actor=acting(staff("accept1")), year=2026, due_on=clock.today(), letters=[matter]
            ),
        )
        return (uuid.UUID(made),), staff("accept1")

    def _ex_batch(self) -> Any:
        batch = self.case("dev", "submitted").batch
        return (batch.pk,), User.objects.get(pk=batch.filed_by)

    def _ex_batch_result(self) -> Any:
        case = self.case("dev", "submitted")
        return (case.batch_id, f"example-{case.pk}"), self.applicant(case)

    def _ex_building_code(self) -> Any:
        batch = self.case("dev", "submitted").batch
        return (batch.building_code,), User.objects.get(pk=batch.filed_by)

    def _ex_material(self) -> Any:
        case = self.case("my", "submitted")
        page = MaterialPage.objects.filter(docket_id=case.pk).earliest("position")
        return (case.pk, page.pk, "thumb"), self.applicant(case)

    def invitation(self, portal: str) -> tuple[tuple[Any, ...], User | None]:
        """To a buyer; to a bank and to a developer that take part in what another filed."""
        if portal == "my":
            docket = self.case("my", "sent").pk
        else:
            code = {"bank": "C03", "dev": "C04"}[portal]
            docket = self.once(f"invitation.{portal}", lambda: submitted(code, home_for(code)))
        asked = {"my": "buyer", "bank": "mortgagee", "dev": "seller"}[portal]
        party = CaseParty.objects.get(case_id=docket, role=asked, invite_token__isnull=False)
        return (party.invite_token,), speaker_of(party)

    def invited_item(self, portal: str) -> tuple[tuple[Any, ...], User | None]:
        """A paper of its own, uploaded for it by who filed where one had to be."""
        if portal == "bank":  # not the case above: a developer filed that one, who may look at it too
            docket = self.once("invited_item", lambda: submitted("C01", home_for("C01", -2)))
            party = CaseParty.objects.get(case_id=docket, role="mortgagee")
        else:
            (token,), _ = self.invitation(portal)
            party = CaseParty.objects.get(invite_token=token)
        found, user = facts(party.case), speaker_of(party)
        own = filing.own_lines(found, acting(user))
        there = [x for x in own if x.key in found.pages]  # a developer's are known already
        return (party.case_id, (there or own)[0].key), user

    def _ex_own_unit(self) -> Any:
        case = self.case("my", "submitted")
        return (case.unit_code,), self.applicant(case)

    def _ex_unit(self) -> Any:
        return (self.case("my", "submitted").unit_code,), None

    def _ex_token(self) -> Any:
        return (self.case("my", "preapproved").token,), None


@act("test.send_out")
def send_out(*, actor: Actor, docket_id: uuid.UUID) -> int:
    """An inspection of a case whose type asks for none: only to look at its page."""
    matter = PendingMatter.objects.create(docket_id=docket_id, kind="inspection", opened_at=clock.now())
    return matter.pk


#: example -> stage of the case it stands for, in the portal of the page
STAGES = {
    "draft": "draft",
    "draft_item": "draft",
    "submitted": "submitted",
    "submitted_document": "registered",
    "correction": "correction",
    "passed": "preapproved",
    "billed": "registered",
}


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


__all__ = ["Example", "Examples", "Filer", "acting", "browser", "midway", "operator", "person", "staff"]
