"""面签 on a phone: identity, questions, papers, signatures on the screen, photographs, the record, the second word."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.cases import home_visits
from dengbu.cases.actions import desk, matters
from dengbu.cases.documents import KINDS
from dengbu.cases.facts import CaseFacts, facts
from dengbu.cases.lifecycle import State
from dengbu.cases.models import Case, CaseDocument, CaseParty, Signer
from dengbu.cases.queries import counter
from dengbu.cases.queries import visits as queries
from dengbu.core import clock, crypto, documents
from dengbu.core.identifiers import mask_document_number
from dengbu.core.refusals import Refusal, Refused
from dengbu.materials import rules
from dengbu.materials.intake import Intake, Limits, intake
from dengbu.register.queries import unit_book

from ..desk.papers import pdf
from ..desk.shell import type_name
from ..desk.window import actor_of, case_or_404, form_key, see_other
from ..manners import DOCUMENTS, about, manner_fields, manner_of
from ..pages import page
from .drawn import drawn

NUMBER = "cases.party.number"
DONE = {
    "identified": "身份已核验。",
    "answered": "询问笔录已保存。",
    "made": "文书已生成，请交本人阅看或向本人宣读，再签字。",
    "signed": "签字已保存。",
    "photo": "照片已上传。",
    "removed": "照片已取出。",
    "written": "面签记录已保存，请一同上门的同事登录后确认。",
    "confirmed": "已确认，面签办结，窗口不再要求本人到场。",
    "returned": "已退回重写。",
}


@page(
    "field/sign/<uuid:docket>/",
    name="field.signing",
    surface="field",
    needs="case.face_sign",
    sql=15,
    example="visited_case",
    methods=("GET", "POST"),
)
def signing(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """One face-signing from the document that is shown to the second officer's word."""
    case = case_or_404(docket, purpose="上门面签")
    if request.method == "GET":
        return _page(request, case)
    do, _, target = request.POST.get("do", "").partition(":")
    act = ACTS.get(do)
    if act is None:
        return _page(request, case, [Refusal("DESK_UNKNOWN", "没有这一步。", "请刷新页面后重新选择。")])
    try:
        done, anchor = act(request, docket, target)
    except Refused as refused:
        if refused.status != 422:
            raise
        return _page(request, case, refused.refusals)
    if done in ("written", "confirmed", "returned"):
        return see_other("field.home", done=done)
    return see_other("field.signing", docket, done=done, anchor=anchor)


def _page(request: HttpRequest, case: Case, refusals: Any = ()) -> HttpResponse:
    visit = queries.latest(case.pk)
    if visit is None or visit.planned_at is None:
        raise Http404
    actor, found, file = actor_of(request), facts(case), queries.signing_file(visit)
    book = unit_book(case.unit_code)
    open_now = visit.matter.settled_at is None and case.state == State.PREAPPROVED
    mine = actor.user_id in (visit.first_id, visit.second_id)
    post: Mapping[str, str] = request.POST if request.method == "POST" else {}
    wrong = {r.field: f"{r.message}{r.remedy}" for r in refusals if r.field}
    typed = request.POST.get("do", "").partition(":")[0]
    unanswered = desk.unanswered(found, book)
    return render(
        request,
        "field/signing.html",
        {
            "case": case,
            "visit": visit,
            "type": type_name(case.type_code),
            "reason": home_visits.REASONS[visit.reason],
            "writes": open_now and mine and visit.written_at is None,
            "confirms": open_now and mine and queries.mine(visit, actor) == "confirm",
            "waits": open_now and queries.mine(visit, actor) == "sent",
            "over": visit.matter.settled_at is not None,
            "not_mine": open_now and not mine,
            "signers": [_person(s, file, found, post, wrong, typed) for s in file.signers],
            "questions": _questions(found, book, post, wrong)
            if typed == "answers"
            else _questions(found, book, {}, {}),
            "unanswered": len(unanswered),
            "papers": [(KINDS[d.kind][0], d) for d in file.papers],
            "photos": file.photos,
            "left": max(home_visits.MAX_PHOTOS - len(file.photos), 0),
            "record": _record_fields(visit, post if typed == "record" else {}, wrong),
            "refusals": tuple(refusals),
            "key": uuid.uuid4().hex,
            "done": DONE.get(request.GET.get("done", "")),
            "nav_active": "field",
        },
        status=422 if refusals else 200,
    )


def _person(
    signer: Signer,
    file: queries.SigningFile,
    found: CaseFacts,
    post: Mapping[str, str],
    wrong: Mapping[str, str],
    typed: str,
) -> dict[str, Any]:
    """One signer: their document masked, the form about them as typed or stored, the images there are."""
    suffix = str(signer.pk)
    mine: Mapping[str, str] = post if typed == "identify" and f"how-{suffix}" in post else {}
    party = next(
        (p for p in found.parties if (p.role, p.number_index) == (signer.role, signer.number_index)), None
    )
    return {
        "signer": signer,
        "role": found.registration.word(signer.role),
        "masked": _masked(party, signer),
        "groups": manner_fields(suffix, mine, signer if signer.how else None, wrong),
        "document": {
            "name": f"document_kind-{suffix}",
            "label": "出示的证件",
            "kind": "select",
            "choices": DOCUMENTS,
            "value": mine.get(f"document_kind-{suffix}") or signer.document_kind,
            "error": wrong.get(f"document_kind-{suffix}", ""),
        },
        "number": {
            "name": f"number-{suffix}",
            "label": "证件上的号码",
            "hint": "照着证件输入，系统与申请比对",
            "value": mine.get(f"number-{suffix}", ""),
            "autocomplete": "off",
            "maxlength": 30,
            "error": wrong.get(f"number-{suffix}", ""),
        },
        "images": file.images(signer),
        "interpreters": file.interpreters(signer),
        "fresh": signer.signed_at is not None
        and set(signer.papers) == {d.digest for d in file.papers}
        and bool(file.papers),
        "document_word": dict(DOCUMENTS).get(signer.document_kind, ""),
        "how": home_visits.HOWS.get(signer.how, ""),
        "wrong": wrong.get(f"files-{suffix}", ""),
        "other_wrong": wrong.get(f"other-{suffix}", ""),
    }


def _masked(party: CaseParty | None, signer: Signer) -> str:
    if party is None:
        return ""
    cipher = party.agent_number_cipher if signer.name == party.agent_name else party.number_cipher
    return mask_document_number(crypto.decrypt(cipher, NUMBER)) if cipher else ""


def _questions(
    found: CaseFacts, book: Any, post: Mapping[str, str], wrong: Mapping[str, str]
) -> list[dict[str, Any]]:
    stored = found.case.filed.get("answers", {})
    fields = []
    for q in found.policy.questions_for(set(found.registration.conditions(book, clock.now()))):
        name = f"answer-{q.key}"
        choice: dict[str, Any] = {"kind": "radios", "choices": tuple((a, a) for a in q.answers), "row": True}
        fields.append(
            {
                "name": name,
                "label": q.text,
                "value": post.get(name) or stored.get(q.key, ""),
                "error": wrong.get(name, ""),
                **(choice if q.answers else {"maxlength": 200}),
            }
        )
    return fields


def _record_fields(visit: Any, post: Mapping[str, str], wrong: Mapping[str, str]) -> list[dict[str, Any]]:
    fields: list[dict[str, Any]] = [
        {"name": "place", "label": "面签地点", "hint": "写到门牌号、病房号", "maxlength": 200, "value": visit.place},
        {"name": "position", "label": "定位", "optional": True, "maxlength": 60, "value": visit.position, "attrs": {"data-locate": ""}},
        {
            "name": "scene",
            "label": "现场情况",
            "kind": "textarea",
            "optional": True,
            "hint": "在场的人、本人的状态和意思",
            "maxlength": 500,
            "value": visit.scene,
        },
    ]  # fmt: skip
    for f in fields:
        f["value"] = post.get(f["name"], f["value"])
        f["error"] = wrong.get(f["name"], "")
    return fields


# --- what the forms do --------------------------------------------------------------------------------------------


def _number(target: str) -> int:
    return int(target) if target.isdecimal() and len(target) < 18 else 0


def _identify(request: HttpRequest, docket: uuid.UUID, target: str) -> tuple[str, str]:
    try:
        matters.identify_signer(
            actor=actor_of(request),
            docket_id=docket,
            signer_id=_number(target),
            document_kind=request.POST.get(f"document_kind-{target}", ""),
            number=request.POST.get(f"number-{target}", "")[:40],
            manner=manner_of(request.POST, target),
            key=form_key(request),
        )
    except Refused as refused:
        if refused.status != 422:
            raise
        raise Refused(about(refused.refusals, target)) from None
    return "identified", "people"


def _answers(request: HttpRequest, docket: uuid.UUID, _: str) -> tuple[str, str]:
    answers = {k.removeprefix("answer-"): str(v) for k, v in request.POST.items() if k.startswith("answer-")}
    matters.take_answers_visited(actor=actor_of(request), docket_id=docket, answers=answers)
    return "answered", "answers"


def _make(request: HttpRequest, docket: uuid.UUID, _: str) -> tuple[str, str]:
    matters.make_papers(actor=actor_of(request), docket_id=docket, key=form_key(request))
    return "made", "papers"


def _images(request: HttpRequest, field: str, pad: str) -> list[tuple[Intake, str]]:
    """Files that were chosen come first; else what was drawn on the pad."""
    found = []
    for file in request.FILES.getlist(field)[: home_visits.MAX_SIGNED]:
        name = str(file.name or "")
        limits = Limits(max_pages=home_visits.MAX_SIGNED, pages_left=home_visits.MAX_SIGNED)
        found.append((intake(file, declared_name=name, limits=limits), name))
    if not found and (one := drawn(request.POST.get(pad, ""), "签名.png")) is not None:
        found.append((one, "屏幕签名.png"))
    return found


def _sign(request: HttpRequest, docket: uuid.UUID, target: str) -> tuple[str, str]:
    try:
        images = _images(request, f"files-{target}", f"drawn-{target}")
    except Refused as refused:
        raise Refused(about(refused.refusals, target)) from None
    matters.sign(
        actor=actor_of(request),
        docket_id=docket,
        signer_id=_number(target),
        images=images,
        interpreter=_images(request, f"other-{target}", f"other_drawn-{target}"),
    )
    return "signed", "signatures"


def _photo(request: HttpRequest, docket: uuid.UUID, _: str) -> tuple[str, str]:
    files = request.FILES.getlist("files")[: home_visits.MAX_PHOTOS]
    if not files:
        raise Refused(rules.nothing_chosen("现场照片"))
    for file in files:
        name = str(file.name or "")
        taken = intake(file, declared_name=name, limits=Limits(max_pages=home_visits.MAX_PHOTOS))
        key = f"{form_key(request)}:{taken.received_digest[:24]}"
        matters.add_scene(
            actor=actor_of(request), docket_id=docket, intake=taken, original_name=name, key=key
        )
    return "photo", "photos"


def _remove(request: HttpRequest, docket: uuid.UUID, target: str) -> tuple[str, str]:
    try:
        page_id = uuid.UUID(target)
    except ValueError:
        raise Refused(Refusal("MATERIAL_PAGE_GONE", "没有找到这一页。", "请刷新页面再看。")) from None
    matters.remove_scene(actor=actor_of(request), docket_id=docket, page_id=page_id)
    return "removed", "photos"


def _record(request: HttpRequest, docket: uuid.UUID, _: str) -> tuple[str, str]:
    try:
        at = dt.datetime.fromisoformat(request.POST.get("visited_at", "")).replace(tzinfo=clock.SHANGHAI)
    except ValueError:
        at = None
    done = matters.record_signing(
        actor=actor_of(request),
        docket_id=docket,
        visited_at=at,
        place=request.POST.get("place", ""),
        position=request.POST.get("position", ""),
        scene=request.POST.get("scene", ""),
        key=form_key(request),
    )
    return str(done), ""


def _confirm(request: HttpRequest, docket: uuid.UUID, _: str) -> tuple[str, str]:
    done = matters.confirm_signing(actor=actor_of(request), docket_id=docket, key=form_key(request))
    return str(done), ""


def _return(request: HttpRequest, docket: uuid.UUID, _: str) -> tuple[str, str]:
    done = matters.confirm_signing(
        actor=actor_of(request), docket_id=docket, agrees=False, key=form_key(request)
    )
    return str(done), ""


ACTS: dict[str, Callable[[HttpRequest, uuid.UUID, str], tuple[str, str]]] = {
    "identify": _identify,
    "answers": _answers,
    "make": _make,
    "sign": _sign,
    "photo": _photo,
    "remove": _remove,
    "record": _record,
    "confirm": _confirm,
    "return": _return,
}


@page(
    "field/sign/<uuid:docket>/paper/<slug:kind>/<int:number>.pdf",
    name="field.paper",
    surface="field",
    needs="case.face_sign",
    sql=7,
    example="visited_paper",
)
def paper(request: HttpRequest, docket: uuid.UUID, kind: str, number: int) -> HttpResponse:
    """A paper made for the visit, to be read before it is signed: by its digest."""
    visit = queries.latest(docket)
    found: CaseDocument | None = counter.paper(docket, kind, number)
    if found is None or visit is None or found.digest not in {p["digest"] for p in visit.papers}:
        raise Http404
    case_or_404(docket, purpose="上门面签")
    return pdf(documents.read_verified(found.storage_key, found.digest), f"{kind}-{number}")
