"""面签 at somebody's home: identified, asked, signed on the screen or by fingerprint, photographed; the second officer
confirms, and the case counts these persons as present."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from dengbu.core import clock
from dengbu.core.acts import Actor, act, current
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.materials import actions as room
from dengbu.materials.intake import Intake
from dengbu.materials.models import MaterialPage
from dengbu.register.queries import unit_book

from ... import exemptions, home_visits, rules
from ...documents import belongs, make
from ...facts import CaseFacts, facts
from ...models import Case, CaseDocument, CaseParty, HomeVisit, Signer
from ..desk import settle, unanswered
from ..keeping import keep_document
from ..moving import locked, not_own
from ..papers import write_answers
from ..signatures import names_around, signs_for, write_manner
from .home_visits import open_visit, still_open

PERMISSION = "case.face_sign"
RECORD = "signing"  # the kind of the record among the case's documents


def _there(docket_id: uuid.UUID, actor: Actor) -> tuple[Case, HomeVisit]:
    """The case, locked, with its visit, for one of the two who were sent; nothing is written down yet."""
    case = locked(docket_id)
    not_own(case, list(case.parties.all()), actor)
    visit = open_visit(docket_id)
    still_open(case)
    if (no := home_visits.may_write(actor.user_id, first=visit.first_id, second=visit.second_id)) is not None:
        raise NotPermitted(PERMISSION, no)
    if visit.written_at is not None:
        raise Conflict(
            Refusal("SIGN_WRITTEN", "面签记录已经填写。", "请由另一名同事确认；内容不对的，请退回重写。")
        )
    return case, visit


def _signer(visit: HomeVisit, signer_id: int) -> Signer:
    found = visit.signers.select_for_update().filter(pk=signer_id).first()
    if found is None:
        raise Refused(Refusal("SIGN_WHO", "这个人不在这次上门之列。", "请刷新页面。"))
    return found


def party_of(signer: Signer, parties: Sequence[CaseParty]) -> CaseParty:
    """The party a signer signs for. Raises Refused where the list of parties has changed."""
    for party in parties:
        if (party.role, party.number_index) == (signer.role, signer.number_index):
            return party
    raise Refused(Refusal("SIGN_WHO", "当事人已经变更。", "请撤销后重新申请上门服务。"))


@act("cases.identify_signer", permission=PERMISSION)
def identify_signer(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    signer_id: int,
    document_kind: str,
    number: str,
    manner: home_visits.Manner,
) -> None:
    """The document was seen and its number, read off it, is that of the person on the case; and how they will sign.

    A signature given before is given again. Raises Refused with every fault.
    """
    case, visit = _there(docket_id, actor)
    signer = _signer(visit, signer_id)
    parties = list(case.parties.all())
    name, kind, expected = signs_for(party_of(signer, parties))
    wrong = home_visits.identified(
        kind=document_kind, number=number, expected_kind=kind, expected=expected, name=name
    )
    others = names_around(parties, visit.first_name, visit.second_name) - {name}
    wrong += home_visits.manner(manner, name=name, others=others, today=clock.today())
    if wrong:
        raise Refused(wrong)
    signer.document_kind, signer.identified_at = document_kind, clock.now()
    write_manner(signer, manner)
    signer.papers, signer.signed_at = [], None
    signer.save()
    current().note(signer=signer.ordinal, how=manner.how, interpreted=manner.interpreted)


@act("cases.take_answers_visited", permission=PERMISSION)
def take_answers_visited(*, actor: Actor, docket_id: uuid.UUID, answers: dict[str, str]) -> None:
    """询问 at the place: what was answered, as at the window."""
    case, _ = _there(docket_id, actor)
    write_answers(case, answers)


def to_sign(found: CaseFacts) -> tuple[str, ...]:
    """Kinds of the papers that are signed in this case: application, record of questions, an undertaking."""
    claim = exemptions.claimed(found.case.filed, type(found.registration), clock.today())
    undertaking = claim is not None and claim.exemption.given == "undertaking"
    return tuple(
        k
        for k in ("application", "inquiry", "fee_undertaking")
        if (undertaking if k == "fee_undertaking" else belongs(k, found))
    )


@act("cases.make_papers_to_sign", permission=PERMISSION)
def make_papers(*, actor: Actor, docket_id: uuid.UUID) -> int:
    """The papers to be read and signed, as the case says now, kept with their digests. Gives how many."""
    case, visit = _there(docket_id, actor)
    found = facts(case)
    if left := len(unanswered(found, unit_book(case.unit_code))):
        raise Refused(
            Refusal(
                "SIGN_UNANSWERED",
                f"询问笔录还有{left}问没有回答。",
                "请先当面询问并记录。",
                "实施细则15",
                "answers",
            )
        )
    kinds = to_sign(found)
    for kind in kinds:
        before = CaseDocument.objects.filter(docket_id=docket_id, kind=kind).count()
        keep_document(docket_id, kind, make(kind, found, actor, before), actor)
    visit.papers = newest(docket_id, kinds)
    visit.save()
    current().note(papers=[p["digest"] for p in visit.papers])
    return len(kinds)


def newest(docket_id: uuid.UUID, kinds: Sequence[str]) -> list[dict[str, object]]:
    """The last print of each kind. One statement."""
    rows = CaseDocument.objects.filter(docket_id=docket_id, kind__in=kinds)
    return [
        {"kind": d.kind, "print_no": d.print_no, "digest": d.digest}
        for d in rows.order_by("kind", "-print_no").distinct("kind")
    ]


def sign(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    signer_id: int,
    images: Sequence[tuple[Intake, str]],
    interpreter: Sequence[tuple[Intake, str]] = (),
    key: str | None = None,
) -> None:
    """The signature from the pad, or a photograph of the signed or fingerprinted paper; the interpreter's beside it.

    What was given before is taken out (it stays, marked). Raises Refused with every fault.
    """
    _sign(
        actor=actor,
        docket_id=docket_id,
        signer_id=signer_id,
        kept=[(room.keep(i), name) for i, name in images],
        other=[(room.keep(i), name) for i, name in interpreter],
        key=key,
    )


@act("cases.sign_visited", permission=PERMISSION)
def _sign(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    signer_id: int,
    kept: Sequence[tuple[room.Kept, str]],
    other: Sequence[tuple[room.Kept, str]],
) -> None:
    case, visit = _there(docket_id, actor)
    signer, found = _signer(visit, signer_id), facts(case)
    round = visit.matter.round
    mine = home_visits.images(round, signer.ordinal), home_visits.interpreters(round, signer.ordinal)
    wrong = home_visits.may_sign(
        _as_signed(signer, {}, round),
        papers=[p["digest"] for p in visit.papers],
        asked=len(unanswered(found, unit_book(case.unit_code))),
    )
    if not kept:
        wrong.append(Refusal("SIGN_EMPTY", "还没有签字。", "请在框内签名，或拍下签好的纸件上传。", "实施细则15", f"files-{signer.pk}"))  # fmt: skip
    if signer.interpreter_name and not other:
        wrong.append(
            Refusal(
                "SIGN_INTERPRETER",
                "翻译还没有签字。",
                "请翻译签名，或拍下签好的纸件上传。",
                "实施细则15",
                f"other-{signer.pk}",
            )
        )
    if wrong:
        raise Refused(wrong)
    for item, pages in zip(mine, (kept, other), strict=True):
        before = MaterialPage.objects.filter(docket_id=docket_id, item=item, removed_at__isnull=True)
        before.update(removed_at=clock.now())
        for page, name in pages:
            room.add_page(
                actor=actor,
                docket_id=docket_id,
                item=item,
                kept=page,
                original_name=name,
                max_pages=home_visits.MAX_SIGNED,
                round=case.round,
            )
    signer.papers, signer.signed_at = [p["digest"] for p in visit.papers], clock.now()
    signer.save()
    current().note(signer=signer.ordinal, how=signer.how, papers=signer.papers)


def add_scene(
    *, actor: Actor, docket_id: uuid.UUID, intake: Intake, original_name: str, key: str | None = None
) -> None:
    """A photograph of the scene: the signer with both officers. Bytes are kept first."""
    _add_scene(actor=actor, docket_id=docket_id, kept=room.keep(intake), original_name=original_name, key=key)


@act("cases.add_scene_photo", permission=PERMISSION)
def _add_scene(*, actor: Actor, docket_id: uuid.UUID, kept: room.Kept, original_name: str) -> None:
    case, visit = _there(docket_id, actor)
    room.add_page(
        actor=actor,
        docket_id=docket_id,
        item=home_visits.images(visit.matter.round),
        kept=kept,
        original_name=original_name,
        max_pages=home_visits.MAX_PHOTOS,
        round=case.round,
    )


@act("cases.remove_scene_photo", permission=PERMISSION)
def remove_scene(*, actor: Actor, docket_id: uuid.UUID, page_id: uuid.UUID) -> None:
    """Take a photograph of the scene out before the record is written. It stays, marked."""
    _, visit = _there(docket_id, actor)
    room.remove_page(
        actor=actor, docket_id=docket_id, item=home_visits.images(visit.matter.round), page_id=page_id
    )


def _as_signed(signer: Signer, pages: dict[str, int], round: int) -> home_visits.Signed:
    return home_visits.Signed(
        name=signer.name,
        identified=signer.identified_at is not None,
        interpreted=bool(signer.interpreter_name),
        images=pages.get(home_visits.images(round, signer.ordinal), 0) if signer.signed_at else 0,
        interpreter_images=pages.get(home_visits.interpreters(round, signer.ordinal), 0),
        papers=tuple(signer.papers),
    )


@act("cases.record_signing", permission=PERMISSION)
def record_signing(
    *,
    actor: Actor,
    docket_id: uuid.UUID,
    visited_at: dt.datetime | None,
    place: str,
    position: str = "",
    scene: str = "",
) -> str:
    """面签记录 by one of the two: where, when to the minute, what happened. Where the policy sends one officer alone it
    is settled at once. Gives "written" or "confirmed". Raises Refused with everything that is missing."""
    case, visit = _there(docket_id, actor)
    found = facts(case)
    wrong = home_visits.record(
        [_as_signed(s, dict(found.pages), visit.matter.round) for s in visit.signers.order_by("ordinal")],
        papers=[str(p["digest"]) for p in newest(docket_id, to_sign(found))],
        photos=found.pages.get(home_visits.images(visit.matter.round), 0),
        place=place,
        visited_at=visited_at,
        since=visit.asked_at,
        now=clock.now(),
    )
    if wrong:
        raise Refused(wrong)
    visit.visited_at, visit.place = visited_at, place.strip()[:200]
    visit.position, visit.scene = position.strip()[:60], scene.strip()[:500]
    visit.written_by_id, visit.written_at = actor.user_id, clock.now()
    visit.save()
    if visit.second_id is None:
        _settle(case, visit, actor)
        return "confirmed"
    return "written"


@act("cases.confirm_signing", permission=PERMISSION)
def confirm_signing(*, actor: Actor, docket_id: uuid.UUID, agrees: bool = True) -> str:
    """The other officer, who was there, confirms: the persons count as identified and signed, the record is printed
    into the volume. `agrees` False gives it back to be written anew. Gives "confirmed" or "returned"."""
    case = locked(docket_id)
    not_own(case, list(case.parties.all()), actor)
    visit = open_visit(docket_id)
    still_open(case)
    for no in (
        home_visits.may_write(actor.user_id, first=visit.first_id, second=visit.second_id),
        home_visits.may_confirm(actor.user_id, written_by=visit.written_by_id),
    ):
        if no is not None:
            raise NotPermitted(PERMISSION, no)
    if not agrees:
        visit.written_by_id, visit.written_at = None, None
        visit.save()
        return "returned"
    _settle(case, visit, actor)
    return "confirmed"


def _settle(case: Case, visit: HomeVisit, actor: Actor) -> None:
    visit.confirmed_at = clock.now()
    visit.save()
    parties = list(case.parties.all())
    signers = list(visit.signers.order_by("ordinal"))
    for signer in signers:
        party = party_of(signer, parties)
        party.present_at, party.present_how = visit.visited_at, "visit"
        party.save()
    number = keep_document(case.docket_id, RECORD, make(RECORD, facts(case), actor, 0), actor)
    names = "、".join(n for n in (visit.first_name, visit.second_name) if n)
    settle(visit.matter, actor, rules.DONE, f"{names}上门面签{len(signers)}人，面签记录第{number}份")
