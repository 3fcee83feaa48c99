import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dengbu.certificates import actions, queries, rules
from dengbu.certificates.models import Blank, Certificate
from dengbu.certificates.prints import CertificatePage, ProofPage
from dengbu.core import acts, clock
from dengbu.core.models import AuditRecord
from dengbu.core.printing import PrintHead
from dengbu.core.refusals import NotPermitted, Refused
from dengbu.core.vocabulary import CertificateKind
from tests.support.dockets import SYSTEM, open_docket, staff

CERTIFICATE, PROOF = CertificateKind.CERTIFICATE, CertificateKind.PROOF
CLERK = staff("case.certify", "case.issue", "stock.use")
LEAD = staff("stock.manage", name="冯科长")
UNIT = "410106002007GB00009F00060802"
DAY = dt.date(2026, 12, 1)
RECEIVER = "410106198001010013"


def request(kind=CERTIFICATE, **changes):
    given = {
        "docket_id": open_docket().pk,
        "entry_id": 1,
        "right_id": uuid.uuid4(),
        "unit_code": UNIT,
        "holder_names": "王示范",
        "kind": kind,
    }
    return rules.NumberRequest(**given | changes)


def numbered(*kinds, **changes):
    asked = [request(kind, **changes) for kind in kinds or (CERTIFICATE,)]
    return actions.number(actor=SYSTEM, requests=asked, authority="410106", on=DAY)


def stock(kind=CERTIFICATE, first="豫41000001", count=5):
    actions.receive_blanks(actor=LEAD, kind=kind, first_serial=first, count=count)


def page(certificate, serial, **changes):
    head = PrintHead(
        office="上街区不动产登记中心",
        number=certificate.number,
        printed_at=clock.now(),
        printed_by="孙倩",
        qr=f"https://bdc.example.gov.cn/v/{certificate.token}",
        short_code="7Q4M-K2HD",
    )
    shared = {
        "head": head,
        "blank_serial": serial,
        "holders": ("王示范",),
        "location": "上街区淮阳路21号院6号楼1单元802",
        "unit_code": UNIT,
        "other_facts": (),
        "notes": (),
        "registered_on": DAY,
    }
    if certificate.kind == "proof":
        return ProofPage(
            **{
                **shared,
                "proof_number": certificate.number,
                "right_or_matter": "抵押权",
                "obligors": ("李示范",),
                **changes,
            }
        )
    return CertificatePage(
        **{
            **shared,
            "certificate_number": certificate.number,
            "co_ownership": "单独所有",
            "right_kind": "国有建设用地使用权/房屋所有权",
            "right_nature": "出让/市场化商品房",
            "use": "城镇住宅用地/住宅",
            "area": "89.50㎡",
            "term": "2070年1月1日止",
            **changes,
        }
    )


def printed(certificate=None, serial="豫41000001", **more):
    certificate = certificate or numbered()[0]
    return actions.print_certificate(
        actor=CLERK,
        certificate_id=certificate.pk,
        blank_serial=serial,
        page=page(certificate, serial),
        **more,
    )


def issue(certificate, **changes):
    given = {
        "receiver_name": "王示范",
        "receiver_document_kind": "resident_id",
        "receiver_number": RECEIVER,
        "receipt_shown": True,
        "voucher_shown": True,
        "identity_checked": True,
        "fee_settled": True,
        "receiver_entitled": True,
    }
    return actions.issue(actor=CLERK, certificate_id=certificate.pk, **given | changes)


# --- rules ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "count", "said"),
    [
        ("豫41000001", 3, ["豫41000001", "豫41000002", "豫41000003"]),
        (" 豫 4100 0009 ", 2, ["豫41000009", "豫41000010"]),
        ("d0099", 2, ["D0099", "D0100"]),
        ("０００１", 1, ["0001"]),
        ("D9999", 2, "BLANK_COUNT_RANGE"),
        ("豫41", 1, "BLANK_SERIAL_FORM"),
        ("", 1, "BLANK_SERIAL_FORM"),
        ("豫41000001", 0, "BLANK_COUNT"),
        ("豫41000001", 10_001, "BLANK_COUNT"),
        ("A" * 20 + "12345678901", 1, "BLANK_SERIAL_FORM"),
    ],
)
def test_blanks_come_in_runs_of_serial_numbers(first, count, said):
    run = rules.serial_run(first, count)
    assert (run if isinstance(run, list) else run.code) == said


@pytest.mark.parametrize(
    ("blank", "code", "words"),
    [
        (None, "BLANK_UNKNOWN", "该序列号不在本批领用范围 豫41000001—豫41000100"),
        (("certificate", "stock", "", ""), None, ""),
        (
            ("certificate", "used", "豫(2026)…第0000001号", ""),
            "BLANK_USED",
            "该序列号已使用于 豫(2026)…第0000001号",
        ),
        (("certificate", "spoiled", "", "撕破"), "BLANK_SPOILED", "该序列号已登记作废（撕破）"),
        (
            ("proof", "stock", "", ""),
            "BLANK_KIND",
            "该序列号是不动产登记证明的空白证书，现在要打印的是不动产权证书",
        ),
    ],
)
def test_a_scanned_blank_is_judged_in_plain_words(blank, code, words):
    fact = blank and rules.BlankFact(
        serial="豫41000007", kind=blank[0], state=blank[1], used_for=blank[2], reason=blank[3]
    )
    said = rules.may_use("豫41000007", fact, CERTIFICATE, ("豫41000001", "豫41000100"))
    assert (said and said.code) == code
    assert said is None or said.message == words


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"state": "numbered"}, ["CERT_NOT_PRINTED"]),
        ({"state": "issued"}, ["CERT_NOT_PRINTED"]),
        ({"state": "void"}, ["CERT_NOT_PRINTED"]),
        ({"fee_settled": False}, ["CERT_FEE_UNPAID"]),
        ({"receipt_shown": False}, ["CERT_RECEIPT_MISSING"]),
        ({"voucher_shown": False}, ["CERT_VOUCHER_MISSING"]),
        ({"identity_checked": False}, ["CERT_IDENTITY_UNCHECKED"]),
        ({"receiver_name": ""}, ["NAME_EMPTY"]),
        ({"receiver_document_kind": ""}, ["DOCUMENT_KIND_EMPTY"]),
        ({"receiver_number": RECEIVER[:-1] + "4"}, ["ID_NUMBER_CHECK"]),
        ({"receiver_entitled": False}, ["CERT_RECEIVER_NOT_ENTITLED"]),
        ({"receiver_entitled": False, "mandate": "授权委托书1份"}, []),
        ({"receiver_entitled": False, "mandate": "委托1份"}, []),
        ({"receiver_entitled": False, "mandate": "书" * 100}, []),
        ({"receiver_entitled": False, "mandate": "委托书"}, ["CERT_MANDATE_LENGTH"]),
        ({"receiver_entitled": False, "mandate": "书" * 101}, ["CERT_MANDATE_LENGTH"]),
        (
            {"fee_settled": False, "receipt_shown": False, "receiver_name": ""},
            ["CERT_FEE_UNPAID", "CERT_RECEIPT_MISSING", "NAME_EMPTY"],
        ),
    ],
)
def test_a_certificate_is_handed_out_against_receipt_voucher_and_identity(changes, codes):
    given = {
        "state": "printed",
        "fee_settled": True,
        "receipt_shown": True,
        "voucher_shown": True,
        "identity_checked": True,
        "receiver_name": "王示范",
        "receiver_document_kind": "resident_id",
        "receiver_number": RECEIVER,
        "receiver_entitled": True,
        "mandate": "",
        "today": DAY,
    }
    assert [r.code for r in rules.may_issue(**given | changes)] == codes


# --- numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestNumbers:
    def test_certificates_and_proofs_have_their_own_numbers(self):
        first, proof, second = numbered(CERTIFICATE, PROOF, CERTIFICATE)
        assert first.number == "豫（2026）郑州市上街区不动产权第0000001号"
        assert second.number == "豫（2026）郑州市上街区不动产权第0000002号"
        assert proof.number == "豫（2026）郑州市上街区不动产证明第0000001号"
        assert queries.certificates_of(first.docket_id) == [first]

    def test_each_year_and_each_authority_begins_anew(self):
        numbered()
        (next_year,) = actions.number(
            actor=SYSTEM, requests=[request()], authority="410106", on=dt.date(2027, 1, 4)
        )
        assert next_year.serial == 1
        assert numbered()[0].serial == 2

    def test_a_rollback_leaves_no_gap(self):
        numbered()

        @acts.act("test.fails")
        def fails(*, actor):
            assert numbered()[0].serial == 2
            raise Refused(rules.CERT_UNKNOWN)

        with pytest.raises(Refused):
            fails(actor=SYSTEM)
        assert numbered()[0].serial == 2
        assert sorted(Certificate.objects.values_list("serial", flat=True)) == [1, 2]

    def test_a_thousand_are_numbered_in_as_many_statements_as_one(self):
        def statements(count):
            asked = [request(docket_id=None) for _ in range(count)]
            with CaptureQueriesContext(connection) as seen:
                actions.number(actor=SYSTEM, requests=asked, authority="410106", on=DAY)
            return len(seen)

        assert statements(1) == statements(40)

    def test_a_number_is_found_however_it_was_typed(self):
        (made,) = numbered()
        assert queries.by_number("豫（2026）郑州市上街区不动产权第 0000001 号") == made
        assert queries.by_token(made.token) == made
        assert queries.by_number("豫(2026)郑州市上街区不动产权第0000009号") is None

    def test_ended_rights_take_their_certificates_with_them(self):
        kept, first, second = numbered(CERTIFICATE, CERTIFICATE, CERTIFICATE)
        ended = [(first.right_id, 71), (second.right_id, 72), (uuid.uuid4(), 73)]
        with CaptureQueriesContext(connection) as seen:
            actions.void(actor=SYSTEM, rights=ended, reason="权利已转移")
        assert AuditRecord.objects.latest("pk").detail == {"voided_certificates": 2}
        assert sum("SET state = 'void'" in q["sql"] for q in seen) == 1
        first.refresh_from_db()
        assert (first.state, first.voided_by_entry, first.void_reason) == ("void", 71, "权利已转移")
        assert queries.live_for_rights([kept.right_id, first.right_id]) == {kept.right_id: kept.number}
        actions.void(actor=SYSTEM, rights=[(first.right_id, 99)], reason="再次")
        first.refresh_from_db()
        assert first.voided_by_entry == 71  # what ended it first stays

    def test_co_owners_who_each_hold_one_are_all_found(self):
        right = uuid.uuid4()
        made = numbered(CERTIFICATE, CERTIFICATE, right_id=right)
        assert queries.live_for_rights([right]) == {right: f"{made[0].number}、{made[1].number}"}


# --- blanks -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestStock:
    def test_blanks_are_counted_by_kind(self):
        stock(CERTIFICATE, "豫41000001", 5)
        stock(PROOF, "豫Z0000001", 3)
        assert queries.stock_count() == {CERTIFICATE: 5, PROOF: 3}
        assert queries.stock_range(CERTIFICATE) == ("豫41000001", "豫41000005")
        assert queries.next_blank(PROOF) == "豫Z0000001"

    def test_a_run_that_meets_known_serials_is_not_taken_at_all(self):
        stock(count=3)
        with pytest.raises(Refused) as refused:
            stock(first="豫41000003", count=3)
        assert refused.value.codes == ("BLANK_KNOWN",)
        assert "豫41000003" in refused.value.refusals[0].message
        assert Blank.objects.count() == 3

    def test_only_who_manages_the_stock_receives_blanks(self):
        with pytest.raises(NotPermitted):
            actions.receive_blanks(actor=CLERK, kind=CERTIFICATE, first_serial="豫41000001", count=1)

    def test_a_spoiled_blank_leaves_the_stock_with_its_reason(self):
        stock(count=2)
        actions.spoil_blank(actor=CLERK, serial=" 豫41000001", reason="封面污损")
        assert queries.stock_count()[CERTIFICATE] == 1
        with pytest.raises(Refused) as refused:
            printed(serial="豫41000001")
        assert "封面污损" in refused.value.refusals[0].message
        for serial, reason, codes in (
            ("豫41000001", "又一次", ("BLANK_SPOILED",)),
            ("豫41000002", " ", ("BLANK_REASON_EMPTY",)),
            ("豫41009999", "没有", ("BLANK_UNKNOWN",)),
            ("", "", ("BLANK_SERIAL_EMPTY", "BLANK_REASON_EMPTY")),
        ):
            with pytest.raises(Refused) as refused:
                actions.spoil_blank(actor=CLERK, serial=serial, reason=reason)
            assert refused.value.codes == codes
