"""补正: what is wrong, how to put it right, only that; then back to the same reviewer."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dengbu.cases.actions.filing import own_lines, papers_mended, submit
from dengbu.cases.facts import writes
from dengbu.cases.lifecycle import State
from dengbu.cases.models import Correction
from dengbu.cases.queries.portal import correction_of
from dengbu.core import clock
from dengbu.core.refusals import Refusal, Refused
from dengbu.materials.models import MaterialPage
from dengbu.materials.queries import pages_of

from ..filing.drafts import Draft, open_draft
from ..filing.finish import located, undeclared
from ..filing.portals import Portal, everywhere, form_key, see_other
from .cases import CASE, open_case

SECTIONS = {"property", "parties", "reason", "delivery"}


@everywhere(
    f"{CASE}fix/", name="case.fix", sql=12, unlike={"bank": 11}, example="correction", methods=("GET", "POST")
)
def fix(request: HttpRequest, portal: Portal, docket_id: uuid.UUID) -> HttpResponse:
    """Cards of what to change, and the form that sends it back; for a party that did not file, its own papers and the
    word to who filed that they are put right."""
    draft = open_draft(request, portal, docket_id)
    writing = writes(draft.case, draft.actor)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            if not writing:
                papers_mended(actor=draft.actor, docket_id=docket_id, key=form_key(request))
                return see_other(portal.url("case", docket_id))
            submit(
                actor=draft.actor,
                docket_id=docket_id,
                declared=request.POST.get("declared") == "on",
                key=form_key(request),
            )
            return see_other(portal.url("apply.submitted", docket_id))
        except Refused as caught:
            if open_case(request, portal, docket_id).case.state != State.CORRECTION:
                return see_other(portal.url("case", docket_id))
            refused = caught
    correction = correction_of(draft.case)
    if correction is None:
        return see_other(portal.url("case", docket_id))
    pages = pages_of(docket_id)
    own = {} if writing else {x.key: x for x in own_lines(draft.facts, draft.actor)}
    cards = [card(draft, correction, r, pages) for r in correction.reasons]
    for one in cards if not writing else ():
        one["url"] = draft.url("case.paper", one["item"]) if one["item"] in own else ""
    context = {
        **portal.context("cases"),
        "draft": draft,
        "case": draft.case,
        "name": draft.own.registration.name,
        "correction": correction,
        "cards": cards,
        "writing": writing,
        "own": sum(bool(c["url"]) for c in cards),
        "left": sum(not c["changed"] for c in cards),
        "days": max((correction.due_at - clock.now()).days, 0),
        "late": correction.due_at < clock.now(),
        "next_card": next((n for n, c in enumerate(cards, 1) if c["url"] and not c["changed"]), 0),
        "errors": [located(draft, r) if writing else _own(draft, r) for r in refused.refusals]
        if refused
        else [],
        "undeclared": undeclared(refused.refusals) if refused else "",
        "has_errors": refused is not None,
        "key": uuid.uuid4().hex,
        "back_url": portal.url("case", docket_id),
    }
    return render(request, "my/fix.html", context, status=refused.status if refused else 200)


def _own(draft: Draft, refusal: Refusal) -> dict[str, str]:
    """A refusal about one's own paper, with the page of the paper."""
    key = refusal.field.removeprefix("material:")
    return {"text": refusal.message, "href": draft.url("case.paper", key), "remedy": refusal.remedy}


def card(
    draft: Draft, correction: Correction, reason: dict[str, Any], pages: dict[str, list[MaterialPage]]
) -> dict[str, Any]:
    """One thing to put right: where, what, how, the marked picture, the page that changes it, changed yet or not."""
    target = str(reason.get("target", ""))
    found: dict[str, Any] = {
        "reason": reason,
        "url": "",
        "place": "",
        "changed": False,
        "picture": None,
        "item": "",
    }
    if target.startswith("material:"):
        key = target.removeprefix("material:")
        item = draft.facts.policy.item(key.split("-")[0])
        found["place"], found["item"] = item.name if item else "材料", key
        found["url"] = draft.url("apply.material", key)
        found["changed"] = any(p.uploaded_at > correction.requested_at for p in pages.get(key, ()))
        found["picture"] = picture(reason, pages.get(key, []))
    elif target in SECTIONS:
        found["place"] = draft.journey.titles.get(target, "")
        found["url"] = draft.url(f"apply.{target}")
        found["changed"] = changed(draft, correction, target)
    else:
        found["place"] = "整件申请"
    return found


def changed(draft: Draft, correction: Correction, section: str) -> bool:
    """Whether a section now differs from what was filed when the correction was asked for."""
    before, now = correction.before.get("filed", {}), draft.case.filed
    if section == "parties":
        terms = ("coownership", "share_denominator")
        same = all(before.get("terms", {}).get(k) == now.get("terms", {}).get(k) for k in terms)
        return not same or correction.before.get("parties") != draft.case.applicant_names
    if section == "delivery":
        return bool(before.get("delivery") != now.get("delivery"))
    return bool(before.get("contract") != now.get("contract") or before.get("terms") != now.get("terms"))


def picture(reason: dict[str, Any], pages: list[MaterialPage]) -> dict[str, Any] | None:
    """The page with the reviewer's mark, when it is still there and is an image."""
    region, written = reason.get("region"), str(reason.get("page") or "")
    if not region or not written.isdigit():
        return None
    at = int(written)
    page = pages[at - 1] if 0 < at <= len(pages) else None
    if page is None or page.mime == "application/pdf" or not page.width:
        return None
    box = {
        k: round(float(region[k]) * side / 100)
        for k, side in (("x", page.width), ("y", page.height), ("w", page.width), ("h", page.height))
    }
    return {
        "page": page,
        "number": at,
        "box": box,
        "stroke": max(page.width // 120, 3),
        "words": region.get("words", ""),
    }
