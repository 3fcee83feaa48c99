"""After a correction the holder, account or not, gets a letter to exchange the old certificate (实施细则 80)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from dengbu.cases import renewals as law
from dengbu.cases.actions import desk
from dengbu.cases.actions.renewing import deliver_renewal
from dengbu.cases.documents import catalogue
from dengbu.cases.facts import facts
from dengbu.cases.models import Case
from dengbu.cases.queries import closing
from dengbu.cases.queries import desk as counts
from dengbu.certificates.models import Certificate
from dengbu.core import clock
from dengbu.core.refusals import Refused
from dengbu.core.vocabulary import RegistrationKind
from tests.support import matters as waiting
from tests.support import office

GIVEN: dict[str, Any] = {
    "how": "mail", "tracking": "EA123456785CN", "receiver": "", "number": "n1", "open_numbers": ["n1"], "printed": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"number": "n2"}, ["RENEW_NONE"]),
        ({"how": ""}, ["RENEW_HOW"]),
        ({"printed": False}, ["RENEW_NOT_PRINTED"]),
        ({"tracking": ""}, ["MAIL_TRACKING_EMPTY"]),
        ({"tracking": "EA123456784CN"}, ["MAIL_TRACKING_CHECK"]),
        ({"how": "hand"}, ["RENEW_RECEIVER"]),
        ({"how": "hand", "receiver": "李小明"}, []),
        ({"how": "old_here", "printed": False, "tracking": ""}, []),
    ],
)
def test_a_letter_goes_out_by_mail_with_its_number_or_into_somebodys_hand(
    change: dict[str, Any], expected: list[str]
) -> None:
    assert [r.code for r in law.deliver(**(GIVEN | change))] == expected


@pytest.mark.parametrize(
    ("kind", "state", "filed", "expected"),
    [
        (RegistrationKind.CORRECTION, "numbered", {}, ["n1"]),
        (RegistrationKind.CORRECTION, "printed", {}, ["n1"]),
        (RegistrationKind.CORRECTION, "issued", {}, []),
        (RegistrationKind.CORRECTION, "void", {}, []),
        (RegistrationKind.CORRECTION, "printed", {"renewal": [{"number": "n1"}]}, []),
        (RegistrationKind.TRANSFER, "printed", {}, []),
    ],
)
def test_only_a_correction_owes_letters_for_what_was_not_handed_out(
    kind: RegistrationKind, state: str, filed: dict[str, Any], expected: list[str]
) -> None:
    assert law.owed(kind, [("n1", state)], filed) == expected


@pytest.fixture
def corrected(db: None) -> uuid.UUID:
    """The buyer is concerned by a wrong room of the seller's home, who has no account; it is put right."""
    office.open_homes(2)
    docket_id = office.passed(
        "P12",
        office.buyer(),
        [office.party("applicant", office.BUYER)],
        {"applies_as": "concerned", "what": "room", "right_text": "801", "proof": "测绘报告"},
    )
    office.check_at_desk(docket_id)
    desk.accept(actor=office.clerk(), docket_id=docket_id)
    return docket_id


def test_the_letter_names_the_holder_lies_in_the_volume_and_leaves_the_list_once_delivered(
    corrected: uuid.UUID,
) -> None:
    number = Certificate.objects.get(docket_id=corrected).number
    assert [(c.pk, n) for c, n in closing.renewals_page()[0]] == [(corrected, [number])]
    assert counts.counts(office.certifier(), clock.now())["renewals"] == 1
    how = {"actor": office.certifier(), "docket_id": corrected, "number": number, "how": "mail"}
    with pytest.raises(Refused) as early:
        deliver_renewal(**how, tracking="EA123456785CN")
    assert early.value.codes == ("RENEW_NOT_PRINTED",)
    text = waiting.printed(corrected, "renewal", by=office.certifier())
    assert office.SELLER[0] in text and "室号" in text and "第八十条" in text and number in text
    deliver_renewal(**how, tracking="ea 123456785 cn")
    assert (
        closing.renewals_page()[0] == [] and counts.counts(office.certifier(), clock.now())["renewals"] == 0
    )
    case = Case.objects.get(pk=corrected)
    assert law.delivered(case.filed)[0]["tracking"] == "EA123456785CN"
    assert "换发通知书" in {line["title"] for line in catalogue(facts(case))}
    with pytest.raises(Refused) as twice:
        deliver_renewal(**how, tracking="EA123456785CN")
    assert twice.value.codes == ("RENEW_NONE",)


def test_a_sale_has_no_letter(db: None) -> None:
    office.open_homes(2)
    docket_id = office.registered_sale()
    with pytest.raises(Refused) as refused:
        waiting.printed(docket_id, "renewal", by=office.certifier())
    assert refused.value.codes == ("PRINT_NO_RENEWAL",) and closing.renewals_page()[0] == []


def test_the_count_of_the_navigation_knows_every_type_that_corrects() -> None:
    """It is plain SQL and names them."""
    assert set(closing.CORRECTIONS) == {"P12", "S03"}
