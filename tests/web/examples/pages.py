"""Where each page of the register is with its example, and who may read it there."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dengbu.cases.actions import closing, court, desk, filing, hand_ins, matters, papers, undertakings
from dengbu.cases.actions.materials import add_material
from dengbu.cases.facts import facts
from dengbu.cases.models import Case, CaseParty, PendingMatter, PublicNotice
from dengbu.certificates.actions import number, void
from dengbu.certificates.models import Certificate, Mailing
from dengbu.certificates.rules import Listed, NumberRequest
from dengbu.contracts.models import InboundMessage
from dengbu.core import clock
from dengbu.core.acts import Actor, act
from dengbu.core.identifiers import make_resident_id
from dengbu.core.ids import uuid7
from dengbu.core.models import User
from dengbu.core.vocabulary import CertificateKind
from dengbu.exchange.actions import backfill
from dengbu.materials.intake import Limits, intake
from dengbu.materials.models import MaterialPage
from dengbu.orders import actions as orders
from dengbu.orders.rules import Officer
from dengbu.parties.models import Organisation, Staff
from dengbu.project.demo.candidates import demo_candidates
from dengbu.project.demo.district import plan
from dengbu.project.demo.people import DemoPerson
from dengbu.register.models import RealEstateUnit
from dengbu.web.pages import PUBLIC, Page
from tests.surveys.made_up import row, table, taken

from ..combined import home_for, submitted
from .people import (
    USCC,
    acting,
    give_papers,
    operator,
    page_of_paper,
    person,
    speaker_of,
    staff,
)
from .road import Road, mailed

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


@dataclass(frozen=True, slots=True)
class Example:
    """Where a page is with its example, and who may read it there."""

    url: str
    user: User | None


class Examples(Road):
    """Examples of one demo database, each made once."""

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
        """A sale accepted although a paper was not there: signed, due in some days, and handed in on line since."""
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
        seller = acting(speaker_of(who))
        paper = {"item": "U-MARR", "intake": scan, "original_name": "paper.jpg"}
        add_material(actor=seller, docket_id=case.pk, **paper)
        hand_ins.hand_in(actor=seller, docket_id=case.pk, undertaking_id=uuid.UUID(made))
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
