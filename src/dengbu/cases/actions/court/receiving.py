"""收文: the stamp, the copies, and the case that is begun on each unit. The case itself goes the road of all others."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from dengbu.catalog.registrations import TYPES, RegistrationType
from dengbu.catalog.registrations.restrictions.orders import BY_NETWORK
from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Refusal, Refused
from dengbu.materials import actions as materials
from dengbu.materials.intake import Intake
from dengbu.orders import actions as orders
from dengbu.orders.models import Order, Service
from dengbu.orders.rules import Officer, officers_line
from dengbu.register.actions import hold
from dengbu.register.rules import UnitBook

from ...documents import court as papers
from ...lifecycle import FINAL
from ...models import Case
from ..filing.drafting import PartyIn, save_parties, save_property
from ..filing.starting import new_case
from ..keeping import keep_document
from ..moving import authority as office

# What is handed in with a paper, and the checklist items of a case they become.
PAPERS = {
    "ASSIST": "协助执行通知书（查封、解封决定书等）",
    "JUDG": "裁定书、决定书",
    "CREDS": "送达人员工作证、执行公务证",
}
UNKNOWN = Refusal("SERVICE_UNKNOWN", "没有找到这份收文。", "请从协执窗口的列表里重新打开。")


@act("cases.receive_order", permission="case.file_for")
def receive(
    *,
    actor: Actor,
    channel: str,
    authority_kind: str,
    authority: str,
    document_no: str,
    officers: Sequence[Officer] = (),
    authority_number: str = "",
    request_no: str = "",
    served_at: dt.datetime | None = None,
    late_reason: str = "",
    units: Sequence[str] = (),
    type_code: str = "",
) -> str:
    """Stamp a served paper with the minute of service and make the slip that says so. Gives the service's docket.

    `units`: those that the paper names; it holds them from the stamp on. They are locked before: what was entered there
    first bears an earlier instant and stands, what comes later finds the paper. `type_code`: what it asks for there.
    Raises Refused with everything that is missing of the paper.
    """
    places = _named(units, type_code) if units else {}
    docket_id: str = orders.receive(
        actor=actor,
        office=office(),
        channel=channel,
        authority_kind=authority_kind,
        authority=authority,
        document_no=document_no,
        officers=officers,
        authority_number=authority_number,
        request_no=request_no,
        served_at=served_at,
        late_reason=late_reason,
    )
    service = Service.objects.select_related("docket").get(pk=uuid.UUID(docket_id))
    if places:
        orders.name(
            actor=actor,
            service_id=service.pk,
            units=places,
            type_code=type_code,
            holds=TYPES[type_code].holds,
        )
    keep_document(service.pk, papers.SLIP, papers.slip(service, actor), actor)
    return docket_id


@act("cases.name_units", permission="case.file_for")
def name_units(*, actor: Actor, service_id: uuid.UUID, units: Sequence[str], type_code: str) -> int:
    """The units that an officer found for a paper which names a person only: from now on it holds them, all at once,
    before their cases are typed. Gives how many are new. Raises Refused: none, or one that is not in the book."""
    if not units:
        raise Refused(Refusal("ORDER_NO_UNIT", "请选择不动产。", "至少选一处。", "", "units"))
    if not Service.objects.filter(pk=service_id).exists():
        raise Refused(UNKNOWN)
    places = _named(units, type_code)
    named: int = orders.name(
        actor=actor,
        service_id=service_id,
        units=places,
        type_code=type_code,
        holds=TYPES[type_code].holds,
    )
    return named


def _named(units: Sequence[str], type_code: str) -> dict[str, str]:
    """These units locked, with the houses where one is land; their places by code. Raises Refused for each fault."""
    kind = _served_kind(type_code)
    books = hold(units, houses=kind.holds).books
    wrong = [u for u in dict.fromkeys(units) if u not in books or books[u].closed]
    if wrong:
        raise Refused(
            Refusal(
                "F_UNIT_UNKNOWN",
                f"登记簿上没有{'、'.join(wrong)}，或者已经注销。",
                "请核对不动产单元号；查不到的先不填，收文后再查。",
                "",
                "units",
            )
        )
    return {code: book.location for code, book in books.items()}


def _served_kind(type_code: str) -> type[RegistrationType]:
    kind = TYPES.get(type_code)
    if kind is None or not kind.served:
        raise Refused(Refusal("ORDER_TYPE", "请选择文书要求办理什么。", "", "实施细则90", "type"))
    return kind


def keep_paper(
    *, actor: Actor, service_id: uuid.UUID, item: str, intake: Intake, name: str, key: str | None = None
) -> None:
    """A page of what was served, or of the credentials: kept with the service, and in every case begun on it."""
    kept = materials.keep(intake)
    _keep_paper(actor=actor, service_id=service_id, item=item, kept=kept, name=name, key=key)


@act("cases.keep_served_paper", permission="case.file_for")
def _keep_paper(*, actor: Actor, service_id: uuid.UUID, item: str, kept: materials.Kept, name: str) -> None:
    if item not in PAPERS or not Service.objects.filter(pk=service_id).exists():
        raise Refused(Refusal("SERVICE_PAPER", "请选择是哪一份文书。", "", "", "item"))
    current().about(service_id)
    materials.add_page(
        actor=actor, docket_id=service_id, item=item, kept=kept, original_name=name, max_pages=60
    )


@act("cases.begin_order", permission="case.file_for")
def begin(
    *, actor: Actor, service_id: uuid.UUID, unit_code: str, type_code: str, debtor: PartyIn | None = None
) -> str:
    """Begin the case of a served paper on one unit. Gives the case's docket.

    From here at the latest nothing is entered on the unit, or on the houses where it is land, that the order forbids.
    The organ, its paper and the minute of service
    stand in the case and cannot be typed over; `debtor`: whom the register names, if the clerk found them by name.
    Raises Refused: no scan of the paper yet, the unit is not in the book, begun already.
    """
    service = Service.objects.select_related("docket").filter(pk=service_id).first()
    if service is None:
        raise Refused(UNKNOWN)
    kind = _served_kind(type_code)
    book = hold([unit_code], houses=kind.holds).books.get(unit_code)
    if book is None or book.closed:
        raise Refused(
            Refusal(
                "F_UNIT_UNKNOWN", "登记簿上没有这处不动产，或者已经注销。", "请核对不动产单元号。", "", "q"
            )
        )
    # A case that ended without an entry gives its order back: the place in the line stays.
    before = Order.objects.filter(service_id=service_id, unit_code=unit_code, type_code=type_code)
    ended = before.filter(settled_at__isnull=True, docket__case__state__in=[s.value for s in FINAL]).exists()
    case = new_case(actor, type_code, "desk", by_staff=True)
    orders.open_order(
        actor=actor,
        service_id=service_id,
        unit_code=unit_code,
        location=book.location,
        type_code=type_code,
        holds=kind.holds,
        docket_id=case.docket_id,
        over=ended,
    )
    _fill(case, service, book, debtor, actor)
    return str(case.docket_id)


def _fill(case: Case, service: Service, book: UnitBook, debtor: PartyIn | None, actor: Actor) -> None:
    kind = TYPES[case.type_code]
    docket_id = case.docket_id
    if kind.subject == "home":
        save_property(actor=actor, docket_id=docket_id, unit_code=book.code)
    else:  # which restriction is chosen on its page; the unit is known
        keep_unit(docket_id, book)
    parties = []
    if service.authority_number:
        parties.append(
            PartyIn(
                role="requester",
                name=service.authority,
                document_kind="uscc",
                number=service.authority_number,
            )
        )
    if debtor is not None and kind.role("debtor") is not None:
        parties.append(debtor)
    if parties:
        save_parties(actor=actor, docket_id=docket_id, parties=parties)
    terms = served_terms(service, kind.form)
    remember_service(docket_id, service, terms)
    materials.copy_pages(actor=actor, source=service.pk, target=docket_id, items=tuple(PAPERS))


def served_terms(service: Service, form: Sequence[Any]) -> dict[str, Any]:
    """What the service says in answer to the type's questions."""
    officers = officers_line(service.officers)
    said = {
        "authority_kind": service.authority_kind,
        "document_no": service.document_no,
        "assistance_no": service.document_no,
        "served_at": clock.local(service.served_at).isoformat(timespec="minutes"),
        "bearers": officers or f"{BY_NETWORK}，请求单号{service.request_no}",
    }
    asked = {ask.key for ask in form}
    return {key: value for key, value in said.items() if key in asked}


def keep_unit(docket_id: uuid.UUID, book: UnitBook) -> None:
    Case.objects.filter(pk=docket_id).update(unit_code=book.code, location=book.location)


def remember_service(docket_id: uuid.UUID, service: Service, terms: dict[str, Any]) -> None:
    """The case remembers the paper it rests on; what the paper says cannot be answered otherwise."""
    case = Case.objects.get(pk=docket_id)
    case.filed = {
        **case.filed,
        "terms": {**case.filed.get("terms", {}), **terms},
        "service": {"id": str(service.pk), "number": service.number, "terms": terms},
    }
    case.save(update_fields=["filed"])
