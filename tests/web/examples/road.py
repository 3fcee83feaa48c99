"""Cases of the demo district at every stage of their road, made by the real acts on first use."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from dengbu.cases import documents
from dengbu.cases.actions import batches, closing, desk, filing, papers, review
from dengbu.cases.facts import facts
from dengbu.cases.models import NUMBER_PURPOSE, Batch, Case, CaseParty
from dengbu.certificates.models import Blank, Certificate
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor, act
from dengbu.core.models import User
from dengbu.payments import actions as payments
from dengbu.payments.models import FeeBill
from dengbu.project.demo.candidates import Candidate, demo_candidates
from dengbu.register.queries import unit_book

from ..filers import (
    Filer,
    begin,
    hidden_value,
    party_fields,
    upload_everything,
)
from .people import (
    USCC,
    acting,
    browser,
    give_papers,
    operator,
    person,
    saved,
    speaker_of,
    staff,
)

# Stages of a case in order; each is reached from the one before.
ROAD = (
    *("draft", "sent", "submitted", "under_review", "preapproved"),
    *("checked", "registered", "printed", "issued", "archived"),
)


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


class Road:
    """Cases of one demo database, each made once."""

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
