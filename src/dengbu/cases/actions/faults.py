"""差错报告: written by an officer while a correction is under way or after its entry, fixed once it is archived."""

from __future__ import annotations

import uuid

from dengbu.catalog.registrations import TYPES
from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.core.vocabulary import RegistrationKind
from dengbu.register.queries import entered_as

from ..documents import make
from ..facts import facts
from ..faults import Said, against
from ..lifecycle import State
from ..models import CaseDocument, ErrorReport
from .keeping import keep_document
from .moving import authority, locked


@act("cases.report_error", permission="case.settle")
def report_error(*, actor: Actor, docket_id: uuid.UUID, said: Said) -> None:
    """差错报告 of a correction (P12, S03): class of the fault, the wrong entry and who entered it, how it was found, what
    was done about it. Written again it replaces what stood there, until the case is archived. Its paper lies in the volume.

    Raises Refused with every field at fault; Conflict where the case corrects nothing or is archived; NotPermitted for
    one's own case. corrections §2.12.
    """
    case = locked(docket_id)
    if actor.identity_index and case.parties.filter(number_index=actor.identity_index).exists():
        raise NotPermitted(
            "case.reassign",
            Refusal("CASE_OWN", "您是这件申请的当事人，不能办理。", "请由其他同事办理。", "domain §9.1"),
        )
    if TYPES[case.type_code].kind is not RegistrationKind.CORRECTION or case.state == State.DRAFT:
        raise Conflict(
            Refusal(
                "FAULT_NO_CORRECTION",
                "这件业务不是更正登记，不写差错报告。",
                "登记簿记错的，办更正登记；只是证书打印错误的，在缮证页面重新缮证，不用更正登记簿。",
                "corrections §2.12",
            )
        )
    if case.state == State.ARCHIVED:
        raise Conflict(Refusal("FAULT_ARCHIVED", "这件业务已经归档，差错报告不能再改。", "请刷新页面查看。"))
    entry = entered_as(authority(), said.wrong_entry)
    refusals = against(said, entered_on=entry[0] if entry else None, today=clock.today())
    if refusals or entry is None or said.found_on is None:
        raise Refused(refusals)
    entered_on, entered_by = entry
    ErrorReport.objects.update_or_create(
        docket_id=docket_id,
        defaults={
            "fault": said.fault,
            "found_how": said.found_how,
            "found_on": said.found_on,
            "wrong_entry": said.wrong_entry,
            "entered_on": entered_on,
            "entered_by": entered_by,
            "description": said.description.strip(),
            "harm": said.harm.strip(),
            "measure": said.measure.strip(),
            "reported_by": actor.name[:80],
            "reported_at": clock.now(),
        },
    )
    before = CaseDocument.objects.filter(docket_id=docket_id, kind="error_report").count()
    keep_document(docket_id, "error_report", make("error_report", facts(case), actor, before), actor)
    current().note(fault=said.fault, wrong_entry=said.wrong_entry)
