"""Printing on blanks, reprinting, handing out."""

import re

import pytest
from django.db import connection

from dengbu.certificates import actions, queries, rules
from dengbu.certificates.models import Blank, Certificate
from dengbu.core import crypto, documents
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from tests.certificates.test_certificates import (
    CERTIFICATE,
    CLERK,
    PROOF,
    RECEIVER,
    issue,
    numbered,
    page,
    printed,
    stock,
)
from tests.support.dockets import SYSTEM, citizen, staff


@pytest.mark.django_db
class TestPrinting:
    def test_a_certificate_is_printed_on_a_blank_and_its_bytes_are_kept(self):
        stock()
        made = printed()
        assert (made.state, made.blank_serial, made.prints, made.printed_by) == (
            "printed",
            "豫41000001",
            1,
            "孙倩",
        )
        content = documents.read_verified(made.document_key, made.document_digest)
        assert content.startswith(b"%PDF")
        assert queries.blank_fact("豫41000001").used_for == made.number
        assert queries.stock_count()[CERTIFICATE] == 4

    def test_a_proof_is_printed_on_its_own_kind_of_blank(self):
        stock(PROOF, "豫Z0000001")
        stock()
        (proof,) = numbered(PROOF)
        with pytest.raises(Refused) as refused:
            printed(proof, "豫41000001")
        assert refused.value.codes == ("BLANK_KIND",)
        assert printed(proof, "豫Z0000001").state == "printed"

    def test_a_double_click_prints_once(self):
        stock()
        (certificate,) = numbered()
        first = printed(certificate, key="k")
        assert printed(certificate, key="k").pk == first.pk  # the page bears another instant
        assert Certificate.objects.get(pk=certificate.pk).prints == 1

    def test_a_blank_is_used_once(self):
        stock()
        first = printed()
        with pytest.raises(Refused) as refused:
            printed()
        assert refused.value.refusals[0].message == f"该序列号已使用于 {first.number}"

    def test_a_printed_certificate_is_not_printed_again(self):
        stock()
        made = printed()
        with pytest.raises(Conflict) as refused:
            printed(made, "豫41000002")
        assert refused.value.codes == ("CERT_NOT_TO_PRINT",)
        assert queries.stock_count()[CERTIFICATE] == 4

    def test_a_void_certificate_is_neither_printed_nor_handed_out(self):
        stock()
        waiting, ready = numbered(CERTIFICATE, CERTIFICATE)
        printed(ready)
        gone = [(waiting.right_id, 9), (ready.right_id, 9)]
        actions.void(actor=SYSTEM, rights=gone, reason="权利已注销")
        with pytest.raises(Conflict):
            printed(waiting, "豫41000002")
        with pytest.raises(Refused) as refused:
            issue(ready)
        assert refused.value.codes == ("CERT_NOT_PRINTED",)

    def test_an_unknown_blank_names_the_range_in_stock(self):
        stock(count=3)
        with pytest.raises(Refused) as refused:
            printed(serial="豫41000099")
        assert refused.value.refusals[0].message == "该序列号不在本批领用范围 豫41000001—豫41000003"
        with pytest.raises(Refused) as refused:
            printed(serial="")
        assert refused.value.codes == ("BLANK_SERIAL_EMPTY",)

    def test_a_page_of_another_certificate_is_never_printed(self):
        stock()
        first, second = numbered(CERTIFICATE, CERTIFICATE)
        for wrong in (page(second, "豫41000001"), page(first, "豫41000002")):
            with pytest.raises(ValueError, match="another number or another blank"):
                actions.print_certificate(
                    actor=CLERK, certificate_id=first.pk, blank_serial="豫41000001", page=wrong
                )
        assert queries.stock_count()[CERTIFICATE] == 5

    def test_a_page_may_be_rendered_before_the_act(self):
        stock()
        (certificate,) = numbered()
        paper = actions.prepare(page(certificate, "豫41000001"))
        made = actions.print_certificate(
            actor=CLERK, certificate_id=certificate.pk, blank_serial="豫41000001", page=paper
        )
        assert made.document_digest == paper.digest

    def test_a_misprint_costs_a_blank_and_keeps_the_number(self):
        stock()
        made = printed()
        again = actions.reprint(
            actor=CLERK,
            certificate_id=made.pk,
            new_blank_serial="豫41000002",
            reason="打印偏移",
            page=page(made, "豫41000002"),
        )
        assert (again.number, again.blank_serial, again.prints, again.state) == (
            made.number,
            "豫41000002",
            2,
            "printed",
        )
        assert again.document_digest != made.document_digest
        old = Blank.objects.get(serial="豫41000001")
        assert (old.state, old.reason, old.certificate_id) == ("spoiled", "打印偏移", made.pk)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM core_history WHERE table_name = 'certificates_certificate'"
                " AND row_before->>'document_digest' = %s",
                [made.document_digest],
            )
            assert cursor.fetchone()[0] == 1  # what was printed first stays known

    def test_a_reprint_needs_a_reason_and_a_fresh_blank(self):
        stock()
        made = printed()
        for serial, reason, code in (
            ("豫41000002", " ", "BLANK_REASON_EMPTY"),
            ("豫41000001", "打印偏移", "BLANK_USED"),
        ):
            with pytest.raises(Refused) as refused:
                actions.reprint(
                    actor=CLERK,
                    certificate_id=made.pk,
                    new_blank_serial=serial,
                    reason=reason,
                    page=page(made, serial),
                )
            assert refused.value.codes == (code,)
        assert Certificate.objects.get(pk=made.pk).prints == 1

    def test_an_issued_certificate_is_not_reprinted(self):
        stock()
        made = printed()
        issue(made)
        with pytest.raises(Conflict) as refused:
            actions.reprint(
                actor=CLERK,
                certificate_id=made.pk,
                new_blank_serial="豫41000002",
                reason="打印偏移",
                page=page(made, "豫41000002"),
            )
        assert refused.value.codes == ("CERT_NOT_TO_REPRINT",)

    def test_only_the_certificate_post_prints_and_hands_out(self):
        stock()
        (certificate,) = numbered()
        for somebody in (citizen(), staff("case.accept")):
            with pytest.raises(NotPermitted):
                actions.print_certificate(
                    actor=somebody,
                    certificate_id=certificate.pk,
                    blank_serial="豫41000001",
                    page=page(certificate, "豫41000001"),
                )


@pytest.mark.django_db
class TestHandOut:
    def test_the_receiver_is_known_and_the_number_is_not_readable_in_the_table(self):
        stock()
        made = printed()
        issue(made, key="k")
        issue(made, key="k")
        made.refresh_from_db()
        assert (made.state, made.receiver_name, made.issued_by) == ("issued", "王示范", "孙倩")
        assert RECEIVER not in made.receiver_number_cipher
        assert crypto.decrypt(made.receiver_number_cipher, rules.RECEIVER_PURPOSE) == RECEIVER
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM core_auditrecord WHERE detail::text LIKE %s", [f"%{RECEIVER}%"]
            )
            assert cursor.fetchone()[0] == 0

    def test_an_unpaid_fee_stops_the_hand_out_and_nothing_is_written(self):
        """corrections 12."""
        stock()
        made = printed()
        with pytest.raises(Refused) as refused:
            issue(made, fee_settled=False)
        assert refused.value.codes == ("CERT_FEE_UNPAID",)
        assert "还有费用未缴" in str(refused.value.refusals[0])
        made.refresh_from_db()
        assert made.state == "printed" and made.receiver_name == ""

    def test_a_certificate_is_handed_out_once(self):
        stock()
        made = printed()
        issue(made)
        with pytest.raises(Refused) as refused:
            issue(made)
        assert refused.value.codes == ("CERT_NOT_PRINTED",)

    def test_numbers_have_their_statutory_form(self):
        (made,) = numbered()
        assert re.fullmatch(r"豫（\d{4}）[一-鿿]+不动产权第\d{7}号", made.number)
