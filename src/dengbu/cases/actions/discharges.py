"""申请注销 from a bank's list of its own mortgages: one click makes a draft that names home, mortgage and applicant."""

from __future__ import annotations

import uuid

from dengbu.catalog.registrations import TYPES
from dengbu.core import crypto
from dengbu.core.acts import Actor, act
from dengbu.core.refusals import NotPermitted, Refusal, Refused
from dengbu.register.queries import unit_book

from ..lifecycle import FINAL, State
from ..models import Case
from .filing import PartyIn, organisation_for, save_parties, save_property, start

TYPE = "B06"
NOT_OURS = Refusal(
    "P_NOT_MORTGAGEE",
    "登记簿上没有本机构的这一抵押权，或者已经注销。",
    "请在“抵押注销”里重新选择。",
    "实施细则70",
    "right",
)


@act("cases.start_discharge", permission="application.file")
def start_discharge(*, actor: Actor, unit_code: str, right: uuid.UUID) -> str:
    """Begin the discharge of one's own mortgage. Gives the docket's id; a draft for the same mortgage is gone on with.

    Raises Refused where the mortgage is not in the book under this organisation, where another application for it is
    under way, or without an agreement in force.
    """
    organisation = organisation_for(actor, TYPES[TYPE].client.value, TYPES[TYPE])
    if organisation is None:
        raise NotPermitted("portal.organisation")
    book = unit_book(unit_code)
    mortgage = book.right(right) if book is not None else None
    if (
        mortgage is None
        or mortgage.kind != "mortgage"
        or not mortgage.held_by(crypto.index(organisation.uscc))
    ):
        raise Refused(NOT_OURS)
    running = (
        Case.objects.select_related("docket")
        .filter(
            organisation_id=organisation.pk,
            type_code=TYPE,
            unit_code=unit_code,
            filed__terms__right=str(right),
        )
        .exclude(state__in=[s.value for s in FINAL])
        .first()
    )
    if running is not None and running.state == State.DRAFT:
        return str(running.pk)
    if running is not None:
        raise Refused(
            Refusal(
                "DISCHARGE_RUNNING",
                f"这一抵押权已有一件注销申请：{running.docket.number}。",
                "请到那件申请里查看进度。",
            )
        )
    docket = uuid.UUID(start(actor=actor, type_code=TYPE, channel="web"))
    save_property(actor=actor, docket_id=docket, unit_code=unit_code, right=str(right))
    save_parties(
        actor=actor,
        docket_id=docket,
        parties=[
            PartyIn(
                role="mortgagee",
                name=organisation.name,
                document_kind="uscc",
                number=organisation.uscc,
                address=organisation.address,
                organisation_id=organisation.pk,
                source="account",
            )
        ],
    )
    return str(docket)
