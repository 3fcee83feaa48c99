"""减免登记费 in a batch: claimed unit by unit in one form, decided at the desk on many at once, billed as decided."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dengbu.cases import exemptions
from dengbu.cases.actions import batch_claims as acts
from dengbu.cases.actions import batches, desk, filing, papers
from dengbu.cases.models import Case
from dengbu.cases.queries.batches import batch_for
from dengbu.catalog.registrations import TYPES
from dengbu.core import clock
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.payments.models import FeeBill
from tests.support import estates, office
from tests.web.windows import at_work, budget, statements, text_of

pytestmark = pytest.mark.django_db
SMALL = "EX_SMALL:right_holder"
SIGNED = "承诺书已签字"
CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


@pytest.fixture
def operator() -> Any:
    return estates.operator(estates.make_organisation(actor=office.SYSTEM, who=estates.WUYUN))


def counted(do: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as seen:
        do()
    return sum(not q["sql"].startswith(CONTROL) for q in seen.captured_queries)


def claim(operator: Any, batch: uuid.UUID, *dockets: uuid.UUID, code: str = SMALL) -> int:
    made: int = acts.claim_for_batch(actor=operator, batch_id=batch, claims={str(d): code for d in dockets})
    return made


def claimed(docket: uuid.UUID) -> str:
    found = exemptions.claimed(Case.objects.get(pk=docket).filed, TYPES["D09"], clock.today())
    return found.key if found else ""


def decide(*dockets: uuid.UUID, granted: bool | None = True, reason: str = SIGNED, code: str = SMALL) -> int:
    made: int = acts.decide_for_batch(
        actor=office.clerk(), docket_ids=dockets, claim=code, granted=granted, reason=reason
    )
    return made


def ready(operator: Any, count: int) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """A batch at the desk whose units all claim it; all is done but the decision."""
    batch, dockets = estates.started(operator, estates.estate(count))
    claim(operator, batch, *dockets)
    for docket in dockets:
        estates.papers_for(docket)
    result = batches.submit_batch(actor=operator, batch_id=batch, docket_ids=dockets, declared=True)
    assert result["refused"] == {}
    for docket in dockets:
        estates.passed(docket)
        office.check_at_desk(docket)
    return batch, dockets


def test_a_claim_stands_on_its_row_and_on_the_checklist_and_may_be_taken_back(operator: Any) -> None:
    batch, (one, two) = estates.started(operator, estates.estate(2))
    before = Case.objects.get(pk=one).version
    assert claim(operator, batch, one) == 1
    assert (claimed(one), claimed(two)) == (SMALL, "")
    row = batch_for(batch, operator).row(str(one))
    assert row is not None and Case.objects.get(pk=one).version == before + 1
    assert any(x.key == exemptions.ITEM for x in row.found.checklist(row.book, clock.now()))
    assert claim(operator, batch, one) == 0  # the same again changes nothing
    assert claim(operator, batch, one, code="") == 1 and claimed(one) == ""


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("EX_NONE:right_holder", "BATCH_CLAIM_UNKNOWN"),
        ("EX_SMALL:mortgagee", "BATCH_CLAIM_UNKNOWN"),  # nobody lends here
        ("EX_ADDR:right_holder", "BATCH_CLAIM_UNKNOWN"),  # not of this type
        ("EX_COLLECTIVE:right_holder", "BATCH_CLAIM_BY_OFFICE"),
    ],
)
def test_a_code_that_is_unknown_or_of_another_type_is_named_at_its_row(
    operator: Any, code: str, refused: str
) -> None:
    batch, (one, two) = estates.started(operator, estates.estate(2))
    with pytest.raises(Refused) as found:
        acts.claim_for_batch(actor=operator, batch_id=batch, claims={str(one): SMALL, str(two): code})
    assert [(r.code, r.field) for r in found.value.refusals] == [(refused, f"claim-{two}")]
    assert Case.objects.get(pk=two).location in found.value.refusals[0].message
    assert claimed(one) == ""  # nothing is written


def test_what_was_submitted_and_what_is_anothers_is_not_claimed_for(operator: Any) -> None:
    batch, dockets = estates.submitted(operator, estates.estate(1))
    with pytest.raises(Refused) as found:
        claim(operator, batch, *dockets)
    assert found.value.codes == ("BATCH_CLAIM_SUBMITTED",)
    with pytest.raises(Refused) as found:
        claim(operator, batch, office_docket())
    assert found.value.codes == ("BATCH_OTHER_UNIT",)
    other = estates.operator(estates.make_organisation(actor=office.SYSTEM, who=estates.SISHUI), "dev-2")
    with pytest.raises(NotPermitted):
        claim(other, batch, *dockets)


def office_docket() -> uuid.UUID:
    return uuid.UUID(filing.start(actor=office.seller(), type_code="P01"))


def test_the_desk_decides_on_many_and_each_bill_says_what_was_decided(operator: Any) -> None:
    batch, dockets = ready(operator, 3)
    with pytest.raises(Refused) as refused:
        decide(*dockets, granted=None, reason="")
    assert refused.value.codes == ("EXEMPTION_DECISION", "EXEMPTION_REASON")
    with pytest.raises(Refused) as refused:
        decide(*dockets, code="EX_SOCIAL:right_holder")
    assert set(refused.value.codes) == {"EXEMPTION_NOT_CLAIMED"} and len(refused.value.codes) == 3
    left = desk.accept_batch(actor=office.clerk(), batch_id=batch, docket_ids=dockets)
    assert {r[0] for rs in left["refused"].values() for r in rs} == {"DESK_EXEMPTION"}
    papers.print_paper(actor=office.clerk(), docket_id=dockets[0], kind="fee_undertaking")
    assert decide(*dockets[:2]) == 2
    assert decide(dockets[2], granted=False, reason="名录中查无此企业") == 1
    made = desk.accept_batch(actor=office.clerk(), batch_id=batch, docket_ids=dockets)
    assert made["refused"] == {}
    bills = dict(FeeBill.objects.values_list("docket_id", "total_fen"))
    assert [bills[d] for d in dockets] == [0, 0, 8000]
    with pytest.raises(Conflict):
        decide(*dockets)


def test_claims_and_decisions_take_as_many_statements_for_five_units_as_for_one(operator: Any) -> None:
    batch, dockets = estates.started(operator, estates.estate(6))
    alone = counted(lambda: claim(operator, batch, dockets[0]))
    assert counted(lambda: claim(operator, batch, *dockets[1:])) == alone
    for docket in dockets:
        estates.papers_for(docket)
    batches.submit_batch(actor=operator, batch_id=batch, docket_ids=dockets, declared=True)
    for docket in dockets:
        estates.passed(docket)
    alone = counted(lambda: decide(dockets[0]))
    assert counted(lambda: decide(*dockets[1:])) == alone


def test_the_pages_claim_and_decide(operator: Any) -> None:
    batch, (one, two) = estates.started(operator, estates.estate(2))
    client, address = estates.browser(), f"/dev/batches/{batch}/"
    assert statements(client, address) <= budget("dev.batch")
    wrong = client.post(address, {"do": "claims", f"claim-{one}": SMALL, f"claim-{two}": "EX_NONE:x"})
    assert wrong.status_code == 422
    page = text_of(wrong)
    assert f'href="#id_claim-{two}"' in page and "没有这种减免情形" in page
    assert f'<option value="{SMALL}" selected>' in page  # what was typed stays
    assert (
        client.post(address, {"do": "claims", f"claim-{one}": SMALL, f"claim-{two}": ""}).status_code == 303
    )
    assert (claimed(one), claimed(two)) == (SMALL, "")
    for docket in (one, two):
        estates.papers_for(docket)
    sent = client.post(
        address,
        {
            "do": "submit",
            "dockets": [one, two],
            "declared": "on",
            f"claim-{one}": SMALL,
            f"claim-{two}": SMALL,
        },
    )
    assert sent.status_code == 303 and claimed(two) == SMALL  # saved with the submission
    for docket in (one, two):
        estates.passed(docket)
    assert "窗口受理时决定" in text_of(client.get(address))
    desk_, bulk = at_work("accept"), f"/desk/accept/bulk/{batch}/"
    assert statements(desk_, bulk) <= budget("desk.accept_bulk")
    assert "减免登记费：小微企业" in text_of(desk_.get(bulk))
    said = {"do": "exemptions", "claim": SMALL, "docket": [one, two], "exemption_reason": SIGNED}
    wrong = desk_.post(bulk, said)
    assert wrong.status_code == 422 and f'value="{SIGNED}"' in text_of(wrong)
    assert desk_.post(bulk, {"do": "exemptions", "claim": SMALL, "granted": "yes"}).status_code == 422
    assert desk_.post(bulk, said | {"granted": "yes"}).status_code == 303
    assert text_of(desk_.get(bulk)).count("给予减免</span>") == 2
    assert "给予减免" in text_of(client.get(address))
