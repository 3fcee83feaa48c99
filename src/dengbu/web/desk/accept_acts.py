"""What the forms of the acceptance page do, by `do`: each writes through one act and leads back to its step."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse

from dengbu.cases.actions import desk, papers
from dengbu.cases.actions import undertakings as promises
from dengbu.core.refusals import Refusal, Refused

from .accept_manner import do_manner
from .undertakings import scans_of
from .window import actor_of, count_of, form_key, see_other


def _do_identity(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    try:
        party = uuid.UUID(request.POST.get("party", ""))
    except ValueError:
        raise Refused(Refusal("DESK_PARTY", "这位当事人不在这件申请里。", "请刷新页面。")) from None
    desk.check_in(
        actor=actor_of(request),
        docket_id=docket,
        party_id=party,
        how=request.POST.get("how", ""),
        key=form_key(request),
    )
    return see_other("desk.accept_case", docket, done="identity", anchor="s1")


def _do_query(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    desk.query_batch(actor=actor_of(request), docket_ids=[docket])
    return see_other("desk.accept_case", docket, done="asked", anchor="s2")


def _do_paper(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    """Four checks, each answered: one left open is no verdict."""
    left = [w for k, w in desk.CHECKS.items() if request.POST.get(f"check-{k}") not in ("yes", "no")]
    if left:
        raise Refused(
            Refusal(
                "DESK_LEFT_OPEN",
                f"请给出结论：{'、'.join(left)}",
                "四项都要选。",
                "工作方案四（四）2",
                "check-form",
            )
        )
    desk.desk_verdict(
        actor=actor_of(request),
        docket_id=docket,
        item=request.POST.get("item", "")[:20],
        checks={k: request.POST.get(f"check-{k}") == "yes" for k in desk.CHECKS},
        originals=count_of(request.POST.get("originals", "")),
        copies=count_of(request.POST.get("copies", "")),
        note=request.POST.get("note", ""),
        key=form_key(request),
    )
    return see_other("desk.accept_case", docket, done="paper", anchor="s3")


def _do_matter(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    evidence = request.POST.get("evidence", "")
    if len(evidence.strip()) < 2:
        raise Refused(Refusal("DESK_EVIDENCE", "请写明办结的依据，例如笔录编号。", "", "", "evidence"))
    desk.settle_matter(
        actor=actor_of(request), docket_id=docket, kind=request.POST.get("kind", ""), evidence=evidence
    )
    return see_other("desk.accept_case", docket, done="matter", anchor="s4")


def _do_answers(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    answers = {k.removeprefix("answer-"): v for k, v in request.POST.items() if k.startswith("answer-")}
    papers.take_answers(
        actor=actor_of(request), docket_id=docket, answers={k: str(v) for k, v in answers.items()}
    )
    return see_other("desk.accept_case", docket, done="answers", anchor="s5")


def _do_exemption(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    desk.decide_exemption(
        actor=actor_of(request),
        docket_id=docket,
        claim=request.POST.get("claim", ""),
        granted={"yes": True, "no": False}.get(request.POST.get("granted", "")),
        reason=request.POST.get("exemption_reason", ""),
        key=form_key(request),
    )
    return see_other("desk.accept_case", docket, done="exemption", anchor="s6")


def _do_undertake(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    promises.undertake(
        actor=actor_of(request),
        docket_id=docket,
        item=request.POST.get("undertaking_item", "")[:20],
        promisor=request.POST.get("promisor", ""),
        why=request.POST.get("undertaking_why", ""),
        key=form_key(request),
    )
    return see_other("desk.accept_case", docket, done="undertaken", anchor="undertakings")


def _do_signed(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    promises.keep_signed(
        actor=actor_of(request),
        docket_id=docket,
        scans=scans_of(request, "signed_files"),
        key=form_key(request),
    )
    return see_other("desk.accept_case", docket, done="signed", anchor="undertakings")


def _do_take_back(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    try:
        wanted = uuid.UUID(request.POST.get("undertaking", ""))
    except ValueError:
        raise Refused(promises.NONE) from None
    promises.take_back(
        actor=actor_of(request), docket_id=docket, undertaking_id=wanted, key=form_key(request)
    )
    return see_other("desk.accept_case", docket, done="taken_back", anchor="undertakings")


def _do_send_back(request: HttpRequest, docket: uuid.UUID) -> HttpResponse:
    desk.send_back(
        actor=actor_of(request),
        docket_id=docket,
        reason=request.POST.get("reason", ""),
        key=form_key(request),
    )
    return see_other("desk.accept", done="sent")


ACTS = {
    "identity": _do_identity,
    "query": _do_query,
    "paper": _do_paper,
    "matter": _do_matter,
    "answers": _do_answers,
    "exemption": _do_exemption,
    "undertake": _do_undertake,
    "signed": _do_signed,
    "take_back": _do_take_back,
    "manner": do_manner,
    "send_back": _do_send_back,
}
