"""Acts on certificates, proofs and their blanks: numbered at entry, printed, mended, handed out, void."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection

from dengbu.core import clock, counters, crypto, documents, rows
from dengbu.core.acts import Actor, act, current
from dengbu.core.identifiers import certificate_number, normalise_name, normalise_number
from dengbu.core.refusals import Conflict, Refusal, Refused
from dengbu.core.vocabulary import CertificateKind

from . import prints, rules
from .models import Blank, Certificate
from .prints import CertificatePage, ProofPage
from .queries import blank_fact, stock_range
from .rules import NumberRequest, TakenOver

__all__ = [
    "NumberRequest",
    "Paper",
    "issue",
    "number",
    "prepare",
    "print_certificate",
    "receive_blanks",
    "reprint",
    "spoil_blank",
    "take_over",
    "void",
]


# --- numbers ----------------------------------------------------------------------------------------------------


@act("certificates.number", permission="register.enter")
def number(
    *, actor: Actor, requests: Sequence[NumberRequest], authority: str, on: dt.date
) -> list[Certificate]:
    """Number certificates and proofs in the entry's own transaction, gapless per authority, kind and year.

    In the order of the requests. Takes the counters' locks: call it last. A rollback gives the numbers back.
    """
    serials: dict[CertificateKind, Any] = {}
    for kind in CertificateKind:  # always in the same order, so that two entries never wait for each other
        count = sum(request.kind is kind for request in requests)
        if count:
            serials[kind] = iter(counters.take(authority, kind.value, on.year, count))
    now = clock.now()
    made = []
    for request in requests:
        serial = next(serials[request.kind])
        made.append(
            Certificate(
                kind=request.kind.value,
                number=certificate_number(
                    request.kind, on.year, serial, province=settings.PROVINCE, area=settings.AREA_NAME
                ),
                year=on.year,
                serial=serial,
                docket_id=request.docket_id,
                entry_id=request.entry_id,
                right_id=request.right_id,
                unit_code=request.unit_code,
                holder_names=request.holder_names[:500],
                created_at=now,
            )
        )
    rows.insert(made)
    current().note(certificates=[c.number for c in made])
    return made


@act("certificates.take_over", permission="register.enter")
def take_over(*, actor: Actor, papers: Sequence[TakenOver], authority: str) -> int:
    """Certificates and proofs that an older register handed out, with their numbers as they are: found by number like
    our own, also the forms before 2015 (房产证, 土地证). Gives how many.

    A number of our own series moves the counter of its year on, so that it is never given again. Call it last.
    """
    now = clock.now()
    highest: dict[tuple[str, int], int] = {}
    for paper in papers:
        if paper.ours:
            series = (paper.kind.value, paper.year)
            highest[series] = max(highest.get(series, 0), paper.serial)
    rows.insert(
        [
            Certificate(
                kind=paper.kind.value,
                number=paper.number,
                year=paper.year,
                serial=paper.serial,
                entry_id=paper.entry_id,
                right_id=paper.right_id,
                unit_code=paper.unit_code,
                holder_names=paper.holder_names[:500],
                state="issued" if paper.live else "void",
                void_reason="" if paper.live else "原登记簿已注销",
                issued_at=paper.issued_at or now,
                issued_by=actor.key,
                receiver_name=paper.holder_names[:100],
                created_at=now,
            )
            for paper in papers
        ]
    )
    for (kind, year), serial in sorted(highest.items()):
        counters.raise_to(authority, kind, year, serial)
    return len(papers)


@act("certificates.void", permission="register.enter")
def void(*, actor: Actor, rights: Sequence[tuple[uuid.UUID, int]], reason: str) -> None:
    """注销: every certificate of these rights (public id, entry that ended it) is void. The audit says how many were.

    One statement whether one or a thousand. Number the successors after it, not before.
    """
    rows.run(
        "UPDATE certificates_certificate c SET state = 'void', void_reason = %s, voided_by_entry = v.entry_id"
        " FROM unnest(%s::uuid[], %s::bigint[]) AS v(right_id, entry_id)"
        " WHERE c.right_id = v.right_id AND c.state <> 'void'",
        [reason[:100], [right for right, _ in rights], [entry for _, entry in rights]],
        then=_note_voided,
    )


def _note_voided(count: int) -> None:
    if count:
        current().note(voided_certificates=count)


# --- blanks -----------------------------------------------------------------------------------------------------


@act("certificates.receive_blanks", permission="stock.manage")
def receive_blanks(*, actor: Actor, kind: CertificateKind, first_serial: str, count: int) -> int:
    """领用登记: `count` blanks with running serial numbers come into stock. Raises Refused where one is known."""
    run = rules.serial_run(first_serial, count)
    if isinstance(run, Refusal):
        raise Refused(run)
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO certificates_blank (serial, kind, state, received_at, changed_by, changed_at, reason)"
            " SELECT s, %s, 'stock', %s, %s, %s, '' FROM unnest(%s::text[]) AS s"
            " ON CONFLICT (serial) DO NOTHING RETURNING serial",
            [CertificateKind(kind).value, now, actor.name[:80], now, run],
        )
        taken = {row[0] for row in cursor.fetchall()}
    known = [serial for serial in run if serial not in taken]
    if known:
        raise Refused(
            Refusal(
                "BLANK_KNOWN",
                f"序列号 {known[0]}{' 等 ' + str(len(known)) + ' 个' if len(known) > 1 else ''}已经登记过",
                "请核对首本序列号和本数，整段没有登记。",
                field="first_serial",
            )
        )
    current().note(kind=CertificateKind(kind).value, first=run[0], last=run[-1], count=count)
    return count


@act("certificates.spoil_blank", permission="stock.use")
def spoil_blank(*, actor: Actor, serial: str, reason: str) -> None:
    """作废登记 of a blank that carries no certificate (torn, soiled). Raises Refused."""
    serial = rules.normalise_serial(serial)
    blank = _locked_blank(serial)
    against = rules.may_spoil(serial, blank_fact(serial), reason)
    if against or blank is None:
        raise Refused(against)
    _spoil(blank, reason, actor)


def _spoil(blank: Blank, reason: str, actor: Actor) -> None:
    blank.state, blank.reason = "spoiled", reason.strip()[:200]
    blank.changed_by, blank.changed_at = actor.name[:80], clock.now()
    blank.save()
    current().note(spoiled=blank.serial, reason=blank.reason)


def _locked_blank(serial: str) -> Blank | None:
    return Blank.objects.select_for_update(no_key=True).filter(serial=serial).first()


# --- printing ---------------------------------------------------------------------------------------------------


class Paper:
    """A page rendered and kept, before any row is locked. What is printed on it is checked when it is used."""

    def __init__(self, *, page: CertificatePage | ProofPage, key: str, digest: str):
        self.page, self.key, self.digest = page, key, digest

    def __repr__(self) -> str:
        # A page bears the instant of printing, so the same request sent twice renders two papers. The idempotency
        # key looks at what was asked (certificate and blank), not at the paper.
        return "Paper"


def prepare(page: CertificatePage | ProofPage) -> Paper:
    """Render a page and keep the PDF. Call it before the act; `print_certificate` and `reprint` take the result too.
    Raises Refused where a character cannot be printed."""
    if isinstance(page, ProofPage):
        content = prints.proof(page)
    else:
        content = prints.certificate(page)
    key, digest = documents.store(content)
    return Paper(page=page, key=key, digest=digest)


def print_certificate(
    *,
    actor: Actor,
    certificate_id: uuid.UUID,
    blank_serial: str,
    page: CertificatePage | ProofPage | Paper,
    key: str | None = None,
) -> Certificate:
    """缮证: print a numbered certificate or proof on the blank whose serial number was scanned.

    Raises Refused where the blank is unknown, used, spoiled or of the other kind, or the certificate is not to be
    printed. The PDF is rendered and stored before rows are locked.
    """
    done = _print(
        actor=actor,
        certificate_id=str(certificate_id),
        blank_serial=blank_serial,
        paper=page if isinstance(page, Paper) else prepare(page),
        key=key,
    )
    return Certificate.objects.get(pk=done)


@act("certificates.print", permission="case.certify")
def _print(*, actor: Actor, certificate_id: str, blank_serial: str, paper: Paper) -> str:
    certificate = _locked(certificate_id)
    against = rules.may_print(certificate.state)
    if against:
        raise Conflict(against)
    _put_on_blank(certificate, blank_serial, paper, actor)
    return certificate_id


def reprint(
    *,
    actor: Actor,
    certificate_id: uuid.UUID,
    new_blank_serial: str,
    reason: str,
    page: CertificatePage | ProofPage | Paper,
    key: str | None = None,
) -> Certificate:
    """重打: the print is faulty; the old blank is recorded as spoiled, the number stays, a new blank is used.

    Only between printing and hand-out. Raises Refused, also without a reason.
    """
    done = _reprint(
        actor=actor,
        certificate_id=str(certificate_id),
        new_blank_serial=new_blank_serial,
        reason=reason,
        paper=page if isinstance(page, Paper) else prepare(page),
        key=key,
    )
    return Certificate.objects.get(pk=done)


@act("certificates.reprint", permission="case.certify")
def _reprint(*, actor: Actor, certificate_id: str, new_blank_serial: str, reason: str, paper: Paper) -> str:
    certificate = _locked(certificate_id)
    against = rules.may_reprint(certificate.state)
    if against:
        raise Conflict(against)
    if not reason.strip():
        raise Refused(rules.REASON_EMPTY)
    old = _locked_blank(certificate.blank_serial)
    _put_on_blank(certificate, new_blank_serial, paper, actor)
    if old is not None:
        _spoil(old, reason, actor)
    return certificate_id


def _locked(certificate_id: uuid.UUID | str) -> Certificate:
    certificate = Certificate.objects.select_for_update(no_key=True).filter(pk=certificate_id).first()
    if certificate is None:
        raise Refused(rules.CERT_UNKNOWN)
    if certificate.docket_id:
        current().about(certificate.docket_id)
    return certificate


def _put_on_blank(certificate: Certificate, serial: str, paper: Paper, actor: Actor) -> None:
    serial = rules.normalise_serial(serial)
    kind = CertificateKind(certificate.kind)
    blank = _locked_blank(serial)
    against = rules.may_use(serial, blank_fact(serial), kind, stock_range(kind))
    if against or blank is None:
        raise Refused(against or rules.SERIAL_EMPTY)
    page = paper.page
    said = page.proof_number if isinstance(page, ProofPage) else page.certificate_number
    if (
        isinstance(page, ProofPage) != (kind is CertificateKind.PROOF)
        or said != certificate.number
        or rules.normalise_serial(page.blank_serial) != serial
    ):
        raise ValueError("the page bears another number or another blank than the certificate")
    now, name = clock.now(), actor.name[:80]
    blank.state, blank.certificate, blank.changed_by, blank.changed_at = "used", certificate, name, now
    blank.save()
    certificate.state, certificate.blank_serial = "printed", serial
    certificate.document_key, certificate.document_digest = paper.key, paper.digest
    certificate.printed_at, certificate.printed_by = now, name
    certificate.prints += 1
    certificate.save()
    current().note(
        certificate=certificate.number, blank=serial, digest=paper.digest, prints=certificate.prints
    )


# --- hand-out ---------------------------------------------------------------------------------------------------


@act("certificates.issue", permission="case.issue")
def issue(
    *,
    actor: Actor,
    certificate_id: uuid.UUID,
    receiver_name: str,
    receiver_document_kind: str,
    receiver_number: str,
    receipt_shown: bool,
    voucher_shown: bool,
    identity_checked: bool,
    fee_settled: bool,
    receiver_entitled: bool,
    mandate: str = "",
) -> None:
    """发证: hand a printed certificate out against 受理凭证, 缴费凭证 and identity.

    An unpaid fee stops the hand-out, never the entry. Raises Refused with every reason at once. The receiver's
    number is kept encrypted. `receiver_entitled`: who may receive is decided by `cases`; anybody else with a `mandate`
    (代领依据), which is kept.
    """
    certificate, mandate = _locked(certificate_id), mandate.strip()
    against = rules.may_issue(
        state=certificate.state,
        fee_settled=fee_settled,
        receipt_shown=receipt_shown,
        voucher_shown=voucher_shown,
        identity_checked=identity_checked,
        receiver_name=receiver_name,
        receiver_document_kind=receiver_document_kind,
        receiver_number=receiver_number,
        receiver_entitled=receiver_entitled,
        mandate=mandate,
        today=clock.today(),
    )
    if against:
        raise Refused(against)
    certificate.receiver_mandate = "" if receiver_entitled else mandate
    certificate.state, certificate.issued_at, certificate.issued_by = "issued", clock.now(), actor.name[:80]
    certificate.receiver_name = normalise_name(receiver_name)[:100]
    certificate.receiver_document_kind = receiver_document_kind
    certificate.receiver_number_cipher = crypto.encrypt(
        normalise_number(receiver_number), rules.RECEIVER_PURPOSE
    )
    certificate.save()
    current().note(
        certificate=certificate.number, blank=certificate.blank_serial, by_mandate=not receiver_entitled
    )
