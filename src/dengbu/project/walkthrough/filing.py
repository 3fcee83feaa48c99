"""Filing over the portal's pages: property, parties, reason, materials, delivery, check, submit, confirm."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Mapping

from PIL import Image, ImageDraw

from dengbu.project.demo.candidates import Candidate

from .visitor import Form, Page, StepFailed, Visitor

Say = Callable[[str], None]


class NotFree(Exception):
    """This unit or mortgage is used up or busy: take the next one."""


def picture(text: str) -> bytes:
    """A made-up page of paper as JPEG."""
    image = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(image)
    for line in range(24):
        draw.line([(120, 200 + line * 60), (1120, 200 + line * 60)], fill=(160, 160, 170), width=2)
    draw.rectangle([100, 80, 1140, 160], outline=(30, 40, 60), width=4)
    draw.text((130, 105), text.encode("ascii", "replace").decode(), fill=(20, 30, 50))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def begin(visitor: Visitor, portal: str, type_code: str) -> Page:
    """Open the start page and begin a new draft; gives the task list."""
    page = visitor.get(f"/{portal}/apply/{type_code.lower()}/start")
    form = page.form("do")
    return visitor.submit(page, form, {"do": "new"})


def begin_at_desk(visitor: Visitor, type_code: str) -> Page:
    """代为录入: the desk begins the draft for somebody who walked in."""
    page = visitor.get("/desk/walkin/")
    return visitor.submit(page, page.form("type"), {"type": type_code})


def begin_served(
    visitor: Visitor, type_code: str, paper: Mapping[str, str], candidate: Candidate
) -> tuple[Page, str]:
    """协执窗口: the paper is stamped and scanned, the property found by name and number, the case begun on it. Gives
    the task list and the address of the service."""
    page = visitor.get("/desk/court/")
    page = visitor.submit(page, page.form("document_no"), dict(paper))
    service = page.path.partition("?")[0]
    for item in ("ASSIST", "CREDS"):
        page = visitor.submit(
            page,
            page.form("item"),
            {"item": item, "do": "keep"},
            files=[("files", (f"{item}.jpg", picture(item), "image/jpeg"))],
        )
    found = visitor.submit(
        page,
        page.form("number"),
        {"name": candidate.owner.name, "number": candidate.owner.number, "q": "", "do": "find"},
    )
    for form in found.forms:
        if form.values.get("unit_code") == candidate.unit_code:
            return visitor.submit(found, form, {"type": type_code, "do": "begin"}), service
    raise NotFree(found.said())


def print_receipt(visitor: Visitor, service: str) -> None:
    """Open the receipt of a served paper, which the queue makes after the entry. Raises StepFailed when it does not."""
    for _ in range(40):
        page = visitor.get(service)
        if page.has_link(r"order_receipt/\d+\.pdf"):
            visitor.get(page.link(r"order_receipt/\d+\.pdf"))
            return
        time.sleep(0.5)
    raise StepFailed(f"{service}: no receipt was made")


def choose_property(visitor: Visitor, tasks: Page, unit_code: str) -> Page:
    """Find the property by its unit code and confirm it."""
    page = visitor.get(f"{tasks.path}property/?q={unit_code}")
    if not page.has_form("unit_code"):
        raise NotFree(page.said())
    return visitor.submit(page, page.form("unit_code"), {"unit_code": unit_code})


def name_parties(visitor: Visitor, tasks: Page, candidate: Candidate) -> None:
    """Owners come from the register and buyers from the contract; what is missing is typed."""
    page = visitor.get(f"{tasks.path}parties/")
    form = page.form("version")
    values: dict[str, str] = {}
    for name in sorted(form.names):
        if re.fullmatch(r"owner-\d+-phone", name) and not form.values.get(name):
            values[name] = getattr(candidate.owner, "phone", "")
    buyer = candidate.buyer
    if buyer is not None and "buyer-0-phone" in form.names:
        typed = {
            "name": buyer.name,
            "document_kind": "resident_id",
            "number": buyer.number,
            "phone": buyer.phone,
        }
        values |= {
            f"buyer-0-{name}": value
            for name, value in typed.items()
            if f"buyer-0-{name}" in form.names and not form.values.get(f"buyer-0-{name}")
        }
        values["coownership"] = "sole"
    if "covers" in form.names:  # a home held by shares is mortgaged whole
        values["covers"] = "whole"
    if "do" in form.names:
        values["do"] = "save"
    visitor.submit(page, form, values)


def name_contract(visitor: Visitor, tasks: Page, filing_no: str) -> None:
    """The contract's filing number; parties and price come from the housing department."""
    page = visitor.get(f"{tasks.path}reason/")
    visitor.submit(page, page.form("filing_no"), {"filing_no": filing_no, "do": "save"})


def name_terms(visitor: Visitor, tasks: Page, terms: dict[str, str]) -> None:
    """Terms of a mortgage, or the reason of a discharge."""
    page = visitor.get(f"{tasks.path}reason/")
    form = page.form(*terms)
    visitor.submit(page, form, {**terms, **({"do": "save"} if "do" in form.names else {})})


def choose_mortgage(visitor: Visitor, tasks: Page, unit_code: str) -> None:
    """Find the bank's own mortgage on a unit and choose it."""
    page = visitor.get(f"{tasks.path}property/?q={unit_code}")
    form = next((f for f in page.forms if "right" in f.names), None)
    if form is None:
        raise NotFree(page.said())
    values = {} if form.values.get("right") else {"right": form.choices["right"][0]}
    visitor.submit(page, form, values)


def upload_all(visitor: Visitor, tasks: Page) -> int:
    """Upload a page for every item of the checklist that asks for one. Gives how many."""
    page = visitor.get(f"{tasks.path}materials/")
    items = sorted({href for href, _ in page.links if re.search(r"/materials/[^/]+/$", href)})
    for href in items:
        item = visitor.get(href)
        name = href.rstrip("/").rsplit("/", 1)[-1]
        upload = [("files", (f"{name}.jpg", picture(name), "image/jpeg"))]
        visitor.submit(item, _upload_form(item), {"do": "upload"}, files=upload)
    return len(items)


def upload_missing(visitor: Visitor, tasks_path: str) -> int:
    """Upload a page for every item that has none yet. Gives how many."""
    page = visitor.get(f"{tasks_path}materials/")
    count = 0
    for href in sorted({href for href, _ in page.links if re.search(r"/materials/[^/]+/$", href)}):
        item = visitor.get(href)
        if "已上传" in item.text:
            continue
        name = href.rstrip("/").rsplit("/", 1)[-1]
        picked = [("files", (f"{name}.jpg", picture(f"{tasks_path[-9:]} {name}"), "image/jpeg"))]
        visitor.submit(item, _upload_form(item), {"do": "upload"}, files=picked)
        count += 1
    return count


def _upload_form(page: Page) -> Form:
    for form in page.forms:
        if form.values.get("do") == "upload":
            return form
    raise StepFailed(f"{page.path}: no form for an upload ({page.said()})")


def choose_delivery(visitor: Visitor, tasks: Page, phone: str) -> None:
    """Collect at the window; what gives no certificate offers its own way."""
    page = visitor.get(f"{tasks.path}delivery/")
    form = page.form("way")
    offered = form.choices.get("way", ["window"])
    values = {"way": "window" if "window" in offered else offered[0]}
    if "phone" in form.names and not form.values.get("phone"):
        values["phone"] = phone
    visitor.submit(page, form, values)


def check_and_submit(visitor: Visitor, tasks: Page) -> Page:
    """Read the check page, declare, submit; gives the confirmation page."""
    page = visitor.get(f"{tasks.path}check/")
    done = visitor.submit(page, page.form("declared"), {"declared": "on"}, expect=None)
    if done.status == 422 and ("在办理" in done.text or "已备案" in done.text):
        raise NotFree(done.said())
    if done.status != 200:
        raise StepFailed(f"{visitor.who} {done.path}: {done.said()}")
    return done


def confirm_invitation(visitor: Visitor, docket_id: str, portal: str = "my") -> None:
    """The other party finds the invitation under 需要您处理, reads and agrees."""
    page = visitor.get(f"/{portal}/")
    for href in sorted({href for href, _ in page.links if f"/{portal}/confirm/" in href}):
        asked = visitor.get(href, expect=None)
        if asked.status == 200 and docket_id in asked.html:
            visitor.submit(asked, asked.form("declared"), {"declared": "on", "do": "agree"})
            return
    raise StepFailed(f"{visitor.who}: no invitation to confirm")
