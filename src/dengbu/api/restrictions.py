"""限制查询 by unit code, house and land in one answer, for partner systems. Who asked what and why is kept."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema

from dengbu.catalog.policy.policy import time_limit
from dengbu.contracts.wire import Answer
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.identifiers import check_unit_code, normalise_number
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import DocumentKind
from dengbu.register import queries as register
from dengbu.register.rules import Obstacle, RightFact, UnitBook, names, obstacles

from .auth import ASK, Signed
from .errors import document

router = Router(auth=Signed(ASK), tags=["restrictions"])

PURPOSES = {
    "transaction_review": "交易审核",
    "contract_filing": "合同备案",
    "loan_review": "贷款审查",
    "tax": "税务核验",
    "court": "司法协助",
    "other": "其他",
}
_REFERENCE = re.compile(r"[A-Za-z0-9_./-]{0,40}")
# Facts a caller should know that restrict nothing by themselves.
_REMARKS = {"R_NOFIRST", "R_EXPIRED"}
_LAND = {"R_LANDSEAL", "R_LANDMTG"}
_MISSING = Refusal(
    "UNIT_NOT_IN_BOOK",
    "登记簿中没有这个不动产单元，或者已经注销",
    "请核对不动产单元号。",
    field="unit_code",
)
_ORGANISATIONS = {DocumentKind.USCC.value, DocumentKind.ORGANISATION_CODE.value}


class Found(Schema):
    """One restriction, or another's right, in force. `place`: house or land."""

    code: str
    place: Literal["house", "land"]
    text: str


class Restrictions(Schema):
    """`none` or `some`; `failed` comes with status 503. Not to be relied on after `valid_until`."""

    answer: Literal["none", "some", "failed"]
    unit_code: str
    found: list[Found]
    remarks: list[Found]
    asked_at: dt.datetime
    valid_until: dt.datetime


@router.get(
    "{unit_code}",
    response={200: Restrictions, 401: Answer, 403: Answer, 404: Answer, 422: Answer, 503: Answer},
    summary="查询限制信息",
    url_name="restrictions",
)
def ask(
    request: HttpRequest,
    unit_code: Annotated[str, Path(description="不动产单元号，28 位")],
    purpose: Annotated[str, Query(description="查询目的", enum=list(PURPOSES))] = "",
    reference: Annotated[str, Query(description="贵单位的业务编号，字母、数字和 _ . / -，最多 40 位")] = "",
) -> HttpResponse:
    """Restrictions and others' rights in force on a unit, on the house and on the land below it.

    Names of persons are left out; names of courts, offices and banks are told.
    """
    return document(told(request.actor, unit_code, purpose, reference))  # type: ignore[attr-defined]


class NotInBook(Refused):
    """The unit is not in the book, or closed: never to be read as "none"."""

    status = 404


def told(actor: Actor, unit_code: str, purpose: str, reference: str) -> dict[str, Any]:
    """The answer to one question, which is kept in the log by the statement that reads the book.

    Raises Refused (422, nothing kept) and NotInBook (404, kept). For the view above and for `api.door`.
    """
    code = normalise_number(unit_code)
    _check(code, purpose, reference)
    why = f"{PURPOSES[purpose]} {reference}".strip()
    at, book = register.unit_book_for(code, actor=actor, kind="restriction", purpose=why)
    if book is None or book.closed:
        raise NotInBook(_MISSING)
    listed = [(item.code in _REMARKS, _found(book, item)) for item in obstacles(book, at)]
    found = [item for remark, item in listed if not remark]
    return {
        "answer": "some" if found else "none",
        "unit_code": code,
        "found": found,
        "remarks": [item for remark, item in listed if remark],
        "asked_at": _instant(at),
        "valid_until": _instant(
            at + dt.timedelta(minutes=time_limit("restriction_query_fresh", clock.local(at).date()).amount)
        ),
    }


def _check(code: str, purpose: str, reference: str) -> None:
    problems = []
    if (wrong := check_unit_code(code, area=settings.AUTHORITY, field="unit_code")) is not None:
        problems.append(wrong)
    if purpose not in PURPOSES:
        problems.append(
            Refusal(
                "PURPOSE_MISSING",
                "没有写明查询目的",
                f"purpose 应为 {'、'.join(PURPOSES)} 之一。",
                field="purpose",
            )
        )
    if not _REFERENCE.fullmatch(reference):
        problems.append(
            Refusal(
                "REFERENCE_FORM",
                "业务编号只能用字母、数字和 _ . / -，最多 40 位",
                "请勿填写姓名或证件号码。",
                field="reference",
            )
        )
    if problems:
        raise Refused(problems)


def _found(book: UnitBook, item: Obstacle) -> dict[str, Any]:
    place = "land" if item.code in _LAND else "house"
    return {"code": item.code, "place": place, "text": _without_persons(book, item)}


def _without_persons(book: UnitBook, item: Obstacle) -> str:
    for restriction in (*book.restrictions, *book.land):
        if restriction.public_id == item.public_id and restriction.share_of:
            return item.text.replace(f"限于{restriction.share_of}的份额", "限于部分份额")
    for right in _rights(book):
        if right.public_id == item.public_id and any(
            h.document_kind not in _ORGANISATIONS for h in right.holders
        ):
            return item.text.replace(f"：{names(right)}", "")
    return item.text


def _rights(book: UnitBook) -> Iterable[RightFact]:
    yield from book.rights
    yield from book.land_rights


def _instant(at: dt.datetime) -> str:
    return clock.local(at).isoformat(timespec="seconds")
