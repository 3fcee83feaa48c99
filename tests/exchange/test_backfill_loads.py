"""单件补录: the mortgage and the seizure of the old page come in with their house; a draft that waited gets its home."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from dengbu.cases.actions import filing
from dengbu.cases.models import Case
from dengbu.certificates.models import Certificate
from dengbu.core import clock
from dengbu.core.identifiers import make_uscc
from dengbu.core.refusals import Refused
from dengbu.exchange.actions import backfill
from dengbu.exchange.standard import single
from dengbu.register.queries import unit_book
from dengbu.register.verify import verify
from tests.support import office
from tests.web.windows import at_work, text_of

from .test_backfill import UNIT, checked, said, typed

BANK = make_uscc("419999", 71)
MORTGAGE = {
    "DYAQ1-BDCDJZMH": "郑房他证上字第0300456号", "DYAQ1-DJSJ": "2015-03-02", "DYAQ1-DYFS": "1", "DYAQ1-DYBDCLX": "2",
    "DYAQ1-BDBZZQSE": "30.00", "DYAQ1-ZWLXQSSJ": "2015-03-01", "DYAQ1-ZWLXJSSJ": "2035-02-28", "DYAQ1-DYSW": "1",
    "DYQR1-QLRMC": "演示银行上街支行", "DYQR1-ZJZL": "7", "DYQR1-ZJH": BANK,
}  # fmt: skip
SEIZURE = {
    "CFDJ1-CFJG": "上街区人民法院", "CFDJ1-CFWH": "（2025）豫0106执12号", "CFDJ1-CFLX": "1", "CFDJ1-DJSJ": "2025-03-02",
    "CFDJ1-CFQSSJ": "2025-03-02", "CFDJ1-CFJSSJ": "2028-03-01",
}  # fmt: skip
AGAIN = {
    "DYAQ1-BDBZZQSE": "30", "DYAQ1-BDCDJZMH": "郑房他证上字第0300456号", "CFDJ1-CFWH": "(2025)豫0106执12号",
    "CFDJ1-CFJSSJ": "2028-03-01",
}  # fmt: skip
ELSEWHERE = {"H-BDCDYH": "410106009002GB00001F00010001"}  # not in the building of `office.open_homes`
NOTHING = single.Known(parcel=False, buildings=(), units=(), numbers=())


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({}, None, ""),
        ({"DYAQ1-BDBZZQSE": ""}, "OLD_NO_AMOUNT", "DYAQ1-BDBZZQSE"),
        ({"DYAQ1-DYFS": "2"}, "OLD_NO_AMOUNT", "DYAQ1-ZGZQE"),
        ({"DYAQ1-BDBZZQSE": "三十万"}, "NUMBER_FORM", "DYAQ1-BDBZZQSE"),
        ({"DYAQ1-DYSW": ""}, "FIELD_EMPTY", "DYAQ1-DYSW"),
        ({"DYAQ1-BDCDJZMH": ""}, "FIELD_EMPTY", "DYAQ1-BDCDJZMH"),
        ({"DYQR1-QLRMC": ""}, "OLD_NO_BANK", "DYQR1-QLRMC"),
        ({"DYQR1-ZJH": BANK[:-1] + ("0" if BANK[-1] != "0" else "1")}, "USCC_CHECK", "DYQR1-ZJH"),
        ({"DYAQ1-DJSJ": "2999-01-01"}, "DATE_FUTURE", "DYAQ1-DJSJ"),
        ({k.replace("1-", "2-"): v for k, v in MORTGAGE.items()}, "RANK_DOUBLE", "DYAQ1-DYSW"),
        ({"CFDJ1-CFWH": ""}, "FIELD_EMPTY", "CFDJ1-CFWH"),
        ({"CFDJ1-CFJSSJ": ""}, "FIELD_EMPTY", "CFDJ1-CFJSSJ"),
        ({"CFDJ1-CFJSSJ": "2024-01-01"}, "TERM_REVERSED", "CFDJ1-CFJSSJ"),
        ({k.replace("1-", "2-"): v for k, v in SEIZURE.items()}, "TWO_SEIZURES", "CFDJ1-CFLX"),
        ({"clear": ""}, "OLD_NOT_CLEAR", "clear"),
    ],
)
def test_mortgage_and_seizure_are_judged_by_the_rules_of_the_import(
    change: dict[str, str], code: str | None, field: str
) -> None:
    given = said(**MORTGAGE, **SEIZURE) | change
    found = single.judge(given, NOTHING, clock.now(), "410106").refusals
    assert ((code, field) in {(r.code, r.field) for r in found}) if code else found == ()


@pytest.mark.django_db
def test_the_house_comes_in_with_its_mortgage_and_its_seizure_after_two_pairs_of_hands() -> None:
    docket = typed(**MORTGAGE, **SEIZURE)
    with pytest.raises(Refused) as refused:
        checked(docket)
    assert set(refused.value.codes) == {"OLD_LOAD_DIFFERS"} and len(refused.value.refusals) == len(AGAIN)
    with pytest.raises(Refused):
        checked(docket, again=AGAIN | {"DYAQ1-BDBZZQSE": "300"})
    assert unit_book(UNIT) is None
    checked(docket, again=AGAIN)
    book = unit_book(UNIT)
    assert book is not None
    (mortgage,), (seizure,) = book.mortgages, book.restrictions
    assert (mortgage.rank, mortgage.terms["amount_fen"]) == (1, 30_000_000)
    assert [h.name for h in mortgage.holders] == ["演示银行上街支行"]
    assert (seizure.authority, seizure.document_no) == ("上街区人民法院", "（2025）豫0106执12号")
    proof = Certificate.objects.get(number="郑房他证上字第0300456号")
    assert (proof.kind, proof.state, proof.right_id) == ("proof", "issued", mortgage.public_id)
    assert verify().ok


@pytest.mark.django_db
def test_whoever_checks_reads_amount_and_document_off_the_paper_and_not_off_the_page() -> None:
    docket = typed(**MORTGAGE, **SEIZURE)
    body = text_of(at_work("accept").get(f"/desk/backfill/{docket}/"))
    assert "30.00" not in body and "执12号" not in body and "0300456" not in body
    assert "演示银行上街支行" in body and "档案上的债权数额" in body


@pytest.mark.django_db
def test_a_draft_at_the_desk_that_waited_has_its_home_once_the_second_person_has_checked_it() -> None:
    by = office.clerk(21)
    waiting = uuid.UUID(filing.start_walk_in(actor=by, type_code="P01"))
    docket = _typed_for(waiting)
    assert Case.objects.get(pk=waiting).unit_code == ""
    checked(docket)
    case = Case.objects.get(pk=waiting)
    assert (case.unit_code, case.location) == (UNIT, said()["H-ZL"])
    assert case.filed["done"]["property"] and 22 not in case.filed.get("typed_by", ())


@pytest.mark.django_db
def test_only_a_draft_of_the_desk_without_a_home_waits() -> None:
    with pytest.raises(Refused) as refused:
        _typed_for(uuid.uuid4())
    assert refused.value.codes == ("OLD_CASE",)


@pytest.mark.django_db
def test_neither_a_draft_filed_online_nor_one_that_has_its_home_waits() -> None:
    office.open_homes(1)
    online = uuid.UUID(filing.start(actor=office.seller(), type_code="P01"))
    for waiting in (online, _draft_with_a_home()):
        with pytest.raises(Refused) as refused:
            _typed_for(waiting, **ELSEWHERE)
        assert refused.value.codes == ("OLD_CASE",)


@pytest.mark.django_db
def test_a_draft_that_chose_another_home_meanwhile_keeps_it() -> None:
    office.open_homes(1)
    waiting = uuid.UUID(filing.start_walk_in(actor=office.clerk(21), type_code="P01"))
    docket = _typed_for(waiting, **ELSEWHERE)
    _draft_with_a_home(waiting)
    checked(docket)
    assert Case.objects.get(pk=waiting).unit_code == office.homes.home(1)
    assert unit_book(ELSEWHERE["H-BDCDYH"]) is not None


def _draft_with_a_home(draft: uuid.UUID | None = None) -> uuid.UUID:
    by = office.clerk(21)
    draft = draft or uuid.UUID(filing.start_walk_in(actor=by, type_code="P01"))
    filing.save_property(actor=by, docket_id=draft, unit_code=office.homes.home(1))
    return draft


def _typed_for(waiting: uuid.UUID, **more: Any) -> uuid.UUID:
    from .test_backfill import scan

    return backfill.type_old_certificate(
        actor=office.clerk(21),
        said=said(**more),
        archive_no="2003-0123",
        scans=[scan()],
        waiting_case=waiting,
    )
