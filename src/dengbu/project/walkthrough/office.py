"""The office's side of the walk: review, desk, certificate, archive, over the staff pages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dengbu.core import clock

from .visitor import Form, Page, StepFailed, Visitor

CERTIFICATE_NO = re.compile(r"豫[(（]\d{4}[)）][^\s第]*第\d{7}号")
ENTRY_NO = re.compile(r"\b(20\d{2}-\d{7})\b")


def review(visitor: Visitor, docket_id: str) -> Page:
    """网上审核: claim, judge every item, ask for restrictions, pass. Gives the page after passing."""
    page = visitor.get(f"/desk/review/{docket_id}/")
    if page.has_form(action="/claim"):
        page = visitor.submit(page, page.form(action="/claim"))
    page = _judge_all(visitor, page)
    if page.has_form(action="/restrictions"):
        page = visitor.submit(page, page.form(action="/restrictions"))
    confirm = visitor.get(f"/desk/review/{docket_id}/pass/")
    return visitor.submit(confirm, confirm.form("key"))


def _judge_all(visitor: Visitor, page: Page) -> Page:
    judged: set[str] = set()
    for _ in range(40):
        judge = next((f for f in page.forms if "verdict" in f.names and "item" in f.names), None)
        if judge is None or judge.values["item"] in judged:  # the page stays at the last one
            return page
        judged.add(judge.values["item"])
        page = visitor.submit(page, judge, {"verdict": "ok"})
    raise StepFailed(f"{visitor.who}: the items never end")


def find_at_desk(visitor: Visitor, code: str) -> Page:
    """扫码: the code of the pass slip opens the case."""
    page = visitor.get("/desk/accept/")
    return visitor.submit(page, page.form("code", action="/desk/accept/"), {"code": code})


def check_at_desk(visitor: Visitor, docket_id: str) -> None:
    """Identity of everybody, restrictions again, four checks on every paper, the questions of the record."""
    path = f"/desk/accept/{docket_id}/"
    page = visitor.get(path)
    for party in _values(page, "party"):
        form = next((f for f in page.forms if f.values.get("party") == party and "how" in f.names), None)
        if form is not None:
            how = "card" if "card" in form.choices.get("how", ["card"]) else form.choices["how"][0]
            page = visitor.submit(page, form, {"how": how, "do": "identity"})
    page = visitor.submit(page, with_button(page, "do", "query"), {"do": "query"})
    for _ in range(40):
        papers = sorted({href for href, _ in page.links if re.search(r"[?&]item=", href)})
        done: set[str] = set()
        for href in papers:
            sheet = visitor.get(href)
            form = next((f for f in sheet.forms if "originals" in f.names), None)
            if form is None or form.values["item"] in done:
                continue
            done.add(form.values["item"])
            checks = {n: "yes" for n in form.names if n.startswith("check-")}
            page = visitor.submit(sheet, form, {**checks, "originals": "1", "copies": "0", "do": "paper"})
        break
    form_page = visitor.get(path)
    answers = next((f for f in form_page.forms if any(n.startswith("answer-") for n in f.names)), None)
    if answers is not None:
        visitor.submit(form_page, answers, _answers(answers) | {"do": "answers"})


def _answers(form: Form) -> dict[str, str]:
    given = {}
    for name in sorted(form.names):
        if name.startswith("answer-"):
            options = [o for o in form.choices.get(name, []) if o]
            given[name] = form.values.get(name) or (options[0] if options else "按申请表填写的内容登记")
    return given


def _values(page: Page, name: str) -> list[str]:
    return list(dict.fromkeys(f.values[name] for f in page.forms if f.values.get(name)))


def with_button(page: Page, name: str, value: str) -> Form:
    """The form that has this button."""
    for form in page.forms:
        if any(n == name and v == value for n, v, _ in form.buttons):
            return form
    raise StepFailed(f"{page.path}: no button {value} ({page.said()})")


def accept(visitor: Visitor, docket_id: str) -> Page:
    """受理并转正式, through the interruption page; gives the page of prints."""
    page = visitor.get(f"/desk/accept/{docket_id}/confirm/")
    return visitor.submit(page, page.form("key", action="confirm"))


def print_papers(visitor: Visitor, docket_id: str) -> None:
    """现场打印: 受理凭证, 缴费通知书或凭证, 传递表, 申请书, 询问笔录."""
    page = visitor.get(f"/desk/accept/{docket_id}/print/")
    form = next(
        f
        for f in page.forms
        if f.values.get("kind") == "all" or ("kind", "all") in [b[:2] for b in f.buttons]
    )
    visitor.submit(page, form, {"kind": "all"})


def collect_fee(visitor: Visitor, docket_id: str) -> bool:
    """Collect at the window, where something is due."""
    page = visitor.get(f"/desk/accept/{docket_id}/print/")
    if not page.has_form("channel", "amount"):
        return False
    due = re.search(r"应收([\d,.]+)元", page.text)
    if due is None:
        raise StepFailed(f"{page.path}: the amount due is not to be seen ({page.said()})")
    visitor.submit(page, page.form("channel", "amount"), {"channel": "cash", "amount": due.group(1)})
    return True


def make_certificates(visitor: Visitor, docket_id: str, next_blank: str = "") -> list[str]:
    """缮证: scan a blank and print, until the last certificate of the case is printed. Gives their numbers."""
    numbers: list[str] = []
    for _ in range(10):
        page = visitor.get(f"/desk/cert/{docket_id}/")
        numbers = list(dict.fromkeys([*numbers, *CERTIFICATE_NO.findall(page.text)]))
        form = next(
            (
                f
                for f in page.forms
                if ("do", "print") in [b[:2] for b in f.buttons] or f.values.get("do") == "print"
            ),
            None,
        )
        if form is None:
            return numbers
        serial = form.values.get("serial") or next_blank or _blank_on(page)
        visitor.submit(page, form, {"serial": serial, "do": "print"})
    raise StepFailed(f"{visitor.who}: the certificates never end")


def _blank_on(page: Page) -> str:
    found = re.search(r"豫证?\d{8,}", page.text)
    if found is None:
        raise StepFailed(f"{page.path}: no blank serial to be seen ({page.said()})")
    return found.group()


Receiver = tuple[str, str, str]  # name, document, number


def hand_out(visitor: Visitor, docket_id: str, who: Receiver, of: Mapping[str, Receiver]) -> None:
    """发证: against receipt, voucher and identity, one certificate after the other; to `who`, or to whom `of` names for
    its holder."""
    for _ in range(10):
        page = visitor.get(f"/desk/issue/{docket_id}/", expect=None)
        form = next((f for f in page.forms if "receiver_name" in f.names), None)
        if form is None:
            return
        ticks = {n: "on" for n, options in form.choices.items() if options == ["on"] or options == ["yes"]}
        ticks = {n: form.choices[n][0] for n in ticks}
        holder = re.search(r"权利人：(\S+)", page.text)
        name, kind, number = of.get(holder.group(1), who) if holder else who
        done = visitor.submit(
            page,
            form,
            {**ticks, "receiver_name": name, "receiver_document_kind": kind, "receiver_number": number},
        )
        if "receiver_name" not in {n for f in done.forms for n in f.names}:
            return
    raise StepFailed(f"{visitor.who}: the hand-out never ends")


def report_error(visitor: Visitor, docket_id: str) -> Page:
    """差错报告: found today; the wrong entry is what stands in the form, or was made by the title before."""
    page = visitor.get(f"/desk/faults/{docket_id}/")
    form = page.form("wrong_entry")
    if not form.values.get("wrong_entry"):
        raise StepFailed(f"{page.path}: the page does not know which entry was wrong ({page.said()})")
    return visitor.submit(
        page,
        form,
        {
            "fault": "typing",
            "found_how": "holder",
            "found_on": clock.today().isoformat(),
            "description": "录入时把登记内容写错，应当照材料更正",
            "measure": "已办理更正登记，逐条核对同批录入",
        },
    )


def archive(visitor: Visitor, docket_id: str) -> Page:
    """归档: the volume's pages as the catalogue counts them."""
    page = visitor.get(f"/desk/archive/{docket_id}/")
    total = re.search(r"共(\d+)页", page.text)
    if total is None:
        raise StepFailed(f"{page.path}: no catalogue to be seen ({page.said()})")
    return visitor.submit(page, page.form("paper_pages"), {"paper_pages": total.group(1)})


def entry_number(page: Page) -> str:
    """The entry's number as a staff page shows it."""
    found = ENTRY_NO.search(page.text)
    return found.group(1) if found else ""
