"""机关答复: letters that the law has the office write, open until they are sent and answered (corrections 1.2)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from dengbu.cases.actions import court
from dengbu.cases.actions.court.answering import REPLY
from dengbu.cases.documents.court import letter_kind
from dengbu.cases.queries import court as prints
from dengbu.catalog.policy.policy import office_calendar
from dengbu.core import clock, sights
from dengbu.core.identifiers import parse_date
from dengbu.core.refusals import Refusal, Refused
from dengbu.materials.intake import intake
from dengbu.materials.queries import pages_of_item
from dengbu.orders import queries
from dengbu.orders.models import Letter
from dengbu.orders.rules import LETTERS, colour

from ..desk.window import actor_of, form_key, see_other, show
from ..pages import page
from .desk import files_field

LIST = "desk.letters"
COLOURS = {"red": "已超期", "amber": "即将到期", "green": "期限内"}
DONE = {
    "sent": "已登记发出，等待机关答复。",
    "kept": "影像已保存。",
    "answered": "机关的答复已登记，这一项办结。",
}


@page("desk/court/letters/", name=LIST, surface="staff", needs="case.settle", sql=5, example="accept")
def waiting(request: HttpRequest) -> HttpResponse:
    """Letters that wait, the nearest day first; or those that were answered."""
    answered = request.GET.get("tab") == "answered"
    found = queries.letters_page(answered, _after(request.GET.get("after", "")))
    shown = found[: queries.PAGE_SIZE]
    last = shown[-1] if len(found) > len(shown) else None
    return show(
        request,
        "court/letters.html",
        at=LIST,
        tabs=[
            {"text": "等待办理", "url": "?", "current": not answered},
            {"text": "已答复", "url": "?tab=answered", "current": answered},
        ],
        columns=[
            "文号",
            "事由",
            "机关、文书文号",
            "坐落",
            *(["答复日期", "答复"] if answered else ["等什么", "期限"]),
        ],
        rows=[_cells(x, answered) for x in shown],
        empty="还没有登记过机关的答复。" if answered else "没有等待发出或答复的告知函。",
        next_url=f"?after={last.due_on}_{last.pk}" if last else "",
        first_url="?" if request.GET.get("after") else "",
    )


def _after(text: str) -> tuple[dt.date, uuid.UUID] | None:
    day, _, key = text.partition("_")
    try:
        return dt.date.fromisoformat(day), uuid.UUID(key)
    except ValueError:
        return None


def _cells(letter: Letter, answered: bool) -> list[Any]:
    row = _row(letter)
    named: list[Any] = [
        {"text": letter.number, "url": reverse("web:desk.letter", args=[letter.pk])},
        row["matter"],
        f"{letter.authority}　{letter.document_no}",
        row["places"],
    ]
    if answered:
        return [*named, str(letter.answered_on), letter.answer]
    tone = {"red": "fix", "amber": "warn"}.get(row["colour"])
    due: Any = {"text": f"{letter.due_on} {row['word']}", "tone": tone} if tone else str(letter.due_on)
    return [*named, row["waits"], due]


def _row(letter: Letter) -> dict[str, Any]:
    shade = colour(clock.today(), letter.due_on, office_calendar())
    return {
        "letter": letter,
        "matter": LETTERS[letter.kind],
        "waits": "等待答复" if letter.sent_on else "还没有发出",
        "colour": shade,
        "word": COLOURS[shade],
        "places": "；".join(place for _, place in letter.said.get("units", ())),
    }


@page(
    "desk/court/letters/<uuid:letter>/",
    name="desk.letter",
    surface="staff",
    needs="case.settle",
    sql=8,
    example="letter",
    methods=("GET", "POST"),
)
def one(request: HttpRequest, letter: uuid.UUID) -> HttpResponse:
    """One letter: its print, when it was sent, what came back with its paper. Forms post here with `do`."""
    found = Letter.objects.select_related("docket").filter(pk=letter).first()
    if found is None:
        raise Http404
    sights.saw("letter", found.number, docket_id=found.docket_id, purpose="机关答复")
    if request.method == "GET":
        return _page(request, found)
    try:
        done = _act(request, found)
    except Refused as refused:
        if refused.status != 422:
            raise
        return _page(request, found, refused.refusals)
    return see_other("desk.letter", letter, done=done)


def _act(request: HttpRequest, letter: Letter) -> str:
    do, post = request.POST.get("do", ""), request.POST
    if do == "sent":
        court.note_sent(
            actor=actor_of(request),
            letter_id=letter.pk,
            how=post.get("how", ""),
            on=_day(post.get("sent_on", "")),
            key=form_key(request),
        )
        return "sent"
    if do == "keep":
        files = request.FILES.getlist("files")[:20]
        if not files:
            raise Refused(Refusal("SERVICE_NO_FILE", "请选择要上传的影像。", "", "", "files"))
        for file in files:
            taken = intake(file, declared_name=str(file.name or ""))
            court.keep_answer(
                actor=actor_of(request),
                letter_id=letter.pk,
                intake=taken,
                name=str(file.name or ""),
                key=f"{form_key(request)}:{taken.received_digest[:24]}",
            )
        return "kept"
    if do == "answered":
        court.note_answer(
            actor=actor_of(request),
            letter_id=letter.pk,
            answer=post.get("answer", ""),
            on=_day(post.get("answered_on", "")),
            key=form_key(request),
        )
        return "answered"
    raise Refused(Refusal("DESK_UNKNOWN", "没有这一步。", "请刷新页面后重新选择。"))


def _day(text: str) -> dt.date | None:
    """A day as typed; what is no day counts as none, which the act refuses in its own words."""
    try:
        return parse_date(text)
    except Refused:
        return None


def _page(request: HttpRequest, letter: Letter, refusals: tuple[Refusal, ...] = ()) -> HttpResponse:
    made = prints.prints_of([letter.docket_id]).get(letter.docket_id, [])
    wrong = {r.field: f"{r.message}{r.remedy}" for r in refusals if r.field}

    def field(name: str, label: str, **more: Any) -> dict[str, Any]:
        return {
            "name": name,
            "label": label,
            "value": request.POST.get(name, more.pop("first", "")),
            "error": wrong.get(name, ""),
            **more,
        }

    today = clock.today().isoformat()
    return show(
        request,
        "court/letter.html",
        at=LIST,
        refusals=refusals,
        letter=letter,
        row=_row(letter),
        printed=next((p for p in made if p.kind == letter_kind(letter)), None),
        pages=pages_of_item(letter.docket_id, REPLY),
        files=files_field("答复的影像（可以多选）", wrong),
        may_print=actor_of(request).may("print.case"),
        sent_fields=[
            field("sent_on", "发出日期", hint="例如 2026-03-05", first=today, width="s"),
            field("how", "怎样发出", hint="例如：机要、EMS单号、当面送达", maxlength=100),
        ],
        answer_fields=[
            field("answered_on", "收到答复的日期", hint="例如 2026-03-05", first=today, width="s"),
            field("answer", "答复的文号和内容", kind="textarea", maxlength=300),
        ],
        done=DONE.get(request.GET.get("done", "")),
    )
