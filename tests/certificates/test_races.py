"""One blank at two printers, one certificate at two windows, one number for two: with the lock off, then on."""

import itertools

import pytest
from django.db import IntegrityError

from dengbu.certificates import actions, rules
from dengbu.certificates.actions import mailing, numbers, printing
from dengbu.certificates.models import Blank, Certificate, Mailing
from dengbu.core import acts, counters
from dengbu.core.refusals import Conflict, Refused
from dengbu.core.vocabulary import CertificateKind
from tests.certificates.test_certificates import (
    CERTIFICATE,
    CLERK,
    PROOF,
    issue,
    numbered,
    page,
    printed,
    stock,
)
from tests.certificates.test_lists import listed
from tests.support.dockets import SYSTEM
from tests.support.races import at_once, in_between, take_away

BLANK_NET = "DROP INDEX one_certificate_per_blank"
PRINTED = Certificate.objects.filter(state="printed")


@pytest.fixture
def blanks_unlocked(monkeypatch):
    monkeypatch.setattr(printing, "_locked_blank", lambda serial: Blank.objects.filter(serial=serial).first())


@pytest.fixture
def certificates_unlocked(monkeypatch):
    monkeypatch.setattr(printing, "locked", lambda certificate_id: Certificate.objects.get(pk=certificate_id))


# --- one blank at two printers ----------------------------------------------------------------------------------


def two_printers():
    stock()
    first, second = numbered(CERTIFICATE, CERTIFICATE)
    return in_between(lambda: printed(first), lambda: printed(second), after=(printing, "blank_fact"))


def test_without_lock_and_nets_one_blank_carries_two_certificates(own_database, blanks_unlocked):
    take_away(own_database, BLANK_NET)
    said = two_printers()
    assert not said.waited and not said.failures
    assert {c.blank_serial for c in PRINTED.all()} == {"豫41000001"} and PRINTED.count() == 2


def test_without_the_lock_one_blank_at_two_printers_is_stopped_by_postgresql_alone(
    own_database, blanks_unlocked
):
    said = two_printers()
    assert not said.waited
    assert isinstance(said.first, IntegrityError) and "one_certificate_per_blank" in str(said.first)


def test_one_blank_at_two_printers_carries_one_certificate(own_database):
    said = two_printers()
    assert said.waited and isinstance(said.second, Refused) and said.second.codes == ("BLANK_USED",)
    assert PRINTED.count() == 1


# --- two units of one list at once ------------------------------------------------------------------------------


def test_two_who_release_units_of_one_list_wait_for_each_other_and_leave_no_paper_without_a_unit(
    own_database,
):
    paper, rights = listed(2)

    def released(right):
        return actions.void(actor=SYSTEM, rights=[(right, 2)], reason="解押")

    said = in_between(
        lambda: released(rights[0]), lambda: released(rights[1]), after=(numbers, "_leave_lists")
    )
    assert said.waited and not said.failures
    paper.refresh_from_db()
    assert paper.state == "void"


# --- one certificate at two windows -----------------------------------------------------------------------------


def two_prints_of_one():
    stock()
    (one,) = numbered()
    papers = [actions.prepare(page(one, serial)) for serial in ("豫41000001", "豫41000002")]
    said = in_between(
        *(
            lambda paper=paper: actions.print_certificate(
                actor=CLERK, certificate_id=one.pk, blank_serial=paper.page.blank_serial, page=paper
            )
            for paper in papers
        ),
        after=(printing, "locked"),
    )
    return said, Blank.objects.filter(state="used").count()


def test_without_the_lock_one_certificate_exists_on_two_blanks(own_database, certificates_unlocked):
    said, used = two_prints_of_one()
    assert not said.waited and not said.failures and used == 2


def test_one_certificate_at_two_printers_is_printed_once(own_database):
    said, used = two_prints_of_one()
    assert said.waited and isinstance(said.second, Conflict) and said.second.codes == ("CERT_NOT_TO_PRINT",)
    assert used == 1


def two_windows():
    stock()
    made = printed()
    said = in_between(
        lambda: issue(made, receiver_name="王示范"),
        lambda: issue(made, receiver_name="李示范"),
        after=(printing, "locked"),
    )
    return said, Certificate.objects.get(pk=made.pk).receiver_name


def test_without_the_lock_one_certificate_is_handed_to_two_and_one_is_forgotten(
    own_database, certificates_unlocked
):
    said, receiver = two_windows()
    assert not said.waited and not said.failures and receiver == "王示范"


def test_one_certificate_is_handed_to_one(own_database):
    said, receiver = two_windows()
    assert said.waited and isinstance(said.second, Refused) and said.second.codes == ("CERT_NOT_PRINTED",)
    assert receiver == "王示范"


# --- one certificate in two mailings ----------------------------------------------------------------------------


def two_mailings():
    stock()
    made = printed()

    def send(tracking):
        return actions.mail(
            actor=CLERK, docket_id=made.docket_id, certificate_ids=[made.pk], receiver_name="王示范",
            address="上街区中心路1号院2号楼301室", phone="13800000000", tracking=tracking, fee_settled=True,
            asked_for=True, receiver_entitled=True,
        )  # fmt: skip

    return in_between(
        lambda: send("1234567890123"),
        lambda: send("1234567890124"),
        after=(mailing, "_locked_certificates"),
    )


def test_without_the_lock_one_certificate_is_in_two_mailings(own_database, monkeypatch):
    monkeypatch.setattr(
        mailing, "_locked_certificates", lambda docket, ids: list(Certificate.objects.filter(pk__in=ids))
    )
    said = two_mailings()
    assert not said.waited and not said.failures and Mailing.objects.count() == 2


def test_one_certificate_is_in_one_mailing(own_database):
    said = two_mailings()
    assert said.waited and isinstance(said.second, Refused)
    assert said.second.codes == ("MAIL_NOTHING_PRINTED",) and Mailing.objects.count() == 1


# --- numbers ----------------------------------------------------------------------------------------------------


@acts.act("test.thinks_better_of_it")
def thinks_better_of_it(*, actor):
    numbered()
    raise Refused(rules.CERT_UNKNOWN)


def a_number_beside_one_that_is_not_used():
    said = in_between(lambda: thinks_better_of_it(actor=SYSTEM), lambda: numbered(), after=(counters, "take"))
    return said, [c.serial for c in said.second]


def test_numbers_that_nobody_waits_for_have_gaps(own_database, monkeypatch):
    on = itertools.count(1)
    monkeypatch.setattr(counters, "take", lambda *_: range(n := next(on), n + 1))
    said, serials = a_number_beside_one_that_is_not_used()
    assert not said.waited and serials == [2]


def test_the_number_that_is_not_used_goes_to_the_one_that_waited(own_database):
    said, serials = a_number_beside_one_that_is_not_used()
    assert said.waited and serials == [1]


def test_numbers_taken_at_once_are_gapless(own_database):
    said = at_once(*[lambda: numbered(PROOF, CERTIFICATE)] * 4)
    assert all(isinstance(s, list) for s in said)
    for kind in CertificateKind:
        serials = Certificate.objects.filter(kind=kind.value).values_list("serial", flat=True)
        assert sorted(serials) == [1, 2, 3, 4]
