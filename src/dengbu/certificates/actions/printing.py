"""Blanks in stock, and what is printed on them."""

from __future__ import annotations

import uuid

from django.db import connection

from dengbu.core import clock, documents
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Conflict, Refusal, Refused
from dengbu.core.vocabulary import CertificateKind

from .. import prints, rules
from ..models import Blank, Certificate
from ..prints import CertificatePage, ProofPage
from ..queries import blank_fact, stock_range

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
    certificate = locked(certificate_id)
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
    certificate = locked(certificate_id)
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


def locked(certificate_id: uuid.UUID | str) -> Certificate:
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
