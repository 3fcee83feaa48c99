"""One road for every registration type: filed, confirmed, reviewed, accepted, entered, handed out, archived.

What a page asks is read from the page; a `Play` says what differs by type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dengbu.core import clock
from dengbu.core.vocabulary import HouseUse
from dengbu.project.demo.candidates import Candidate
from dengbu.project.demo.district import ORGANISATION, plan
from dengbu.project.demo.people import DemoOrganisation, DemoPerson, operators

from . import filing, matters, roads
from .plays import ORGAN, PLAYS, Play, day, person_beside
from .roads import CASE_NO, DESKS, NothingLeft, Walk, Walked
from .visitor import Form, Page, StepFailed, Visitor

PORTALS = {"owner": "my", "taker": "my", "bank": "bank", "developer": "dev", "desk": "desk"}


def walk_type(walk: Walk, code: str) -> Walked:
    """Take one case of a type through. Raises NothingLeft, StepFailed."""
    play = PLAYS[code]
    if play.after and play.after not in walk.used:
        walk_type(walk, play.after)
    for candidate in [walk.used.pop(play.after)] if play.after else roads.free(walk, play.stock):
        other = None if play.beside else candidate.buyer
        other = other or person_beside(candidate, [p for p in plan().people if p.phone])
        filer_at, portal = _filer(walk, play, candidate, other)
        at_desk = play.filer == "desk"
        tasks = filing.begin_at_desk(filer_at, code) if at_desk else filing.begin(filer_at, portal, code)
        walk.step(filer_at.who, f"开始{code}")
        try:
            _property(filer_at, tasks, candidate, play)
            for section in _sections(filer_at, tasks):
                if section == "parties":
                    _parties(filer_at, tasks, candidate, other, play)
                else:
                    _reason(filer_at, tasks, candidate, play)
            walk.step(filer_at.who, "确认不动产、当事人和登记原因")
            walk.step(filer_at.who, f"上传材料{filing.upload_all(filer_at, tasks)}项")
            filing.choose_delivery(filer_at, tasks, _phone(candidate.owner) or other.phone)
            done = filing.check_and_submit(filer_at, tasks)
        except filing.NotFree:
            continue
        walked = Walked(code, case_no=roads.found(CASE_NO, done, "case number"))
        walk.step(filer_at.who, f"提交，编号{walked.case_no}")
        docket_id = roads.docket_of(tasks)
        if not at_desk:
            people = [candidate.owner, candidate.buyer, *([other] if play.typed else [])]
            _confirm_all(walk, docket_id, dict.fromkeys(people), filer_at)
            for key in play.confirming:
                at = walk.account(f"{key}-1")
                filing.confirm_invitation(at, docket_id, "dev" if key.startswith("dev") else "bank")
                walk.step(ORGANISATION[key].name, "查看并确认")
        _at_the_office(walk, docket_id, filer_at, portal)
        roads.collect(walk, docket_id)
        taker = other if play.receiver == "taker" else candidate.owner
        who = ("", "", "") if not play.proof else (taker.name, "resident_id", taker.number)
        if play.receiver in ("bank", "developer"):
            who = roads.bank_operator(candidate)
        roads.close(walk, walked, docket_id, *who, certificate=play.proof)
        roads.look(walk, filer_at, portal, walked, docket_id)
        walk.used[code] = candidate
        return walked
    raise NothingLeft(f"{code}: no free unit or mortgage is left")


def _filer(walk: Walk, play: Play, candidate: Candidate, other: DemoPerson) -> tuple[Visitor, str]:
    portal = PORTALS[play.filer]
    if play.filer == "bank" or play.filer == "developer":
        key = play.lender if play.filer == "bank" and play.lender else ""
        if not key:
            assert candidate.organisation is not None
            key = candidate.organisation.key
        return walk.account(f"{key}-1"), portal
    if play.filer == "desk":
        return walk.account(DESKS[1]), portal  # who types may not accept
    return walk.person(candidate.owner if play.filer == "owner" else other), portal


def _phone(who: object) -> str:
    """A person's own; an organisation's is its operator's."""
    if isinstance(who, DemoOrganisation):
        return next((o.phone for o in operators() if o.organisation == who.key), "")
    return str(getattr(who, "phone", ""))


def _sections(visitor: Visitor, tasks: Page) -> list[str]:
    """Parties and reason, in the order of the tasks, as far as they are asked."""
    found = (re.search(r"/(parties|reason)/(\?|$)", href) for href, _ in visitor.get(tasks.path).links)
    return list(dict.fromkeys(m.group(1) for m in found if m))


def _property(visitor: Visitor, tasks: Page, candidate: Candidate, play: Play) -> None:
    if not candidate.in_book:
        _survey(visitor, tasks, candidate)
        return
    page = visitor.get(f"{tasks.path}property/?q={candidate.unit_code}")
    if not page.has_form("unit_code"):
        raise filing.NotFree(page.said())
    form = page.form("unit_code")
    values = {"unit_code": candidate.unit_code}
    if "请换一处查" in page.text:
        raise filing.NotFree(page.said())
    if "right" in form.names and not form.values.get("right"):
        values["right"] = form.choices["right"][0]
    visitor.submit(page, form, values)


def _survey(visitor: Visitor, tasks: Page, candidate: Candidate) -> None:
    """Look the survey up, see what it measures, choose it."""
    page = visitor.get(f"{tasks.path}property/?q={candidate.survey}", expect=None)
    if not page.has_form("survey"):
        raise filing.NotFree(page.said())
    visitor.submit(page, page.form("survey"))


def _parties(visitor: Visitor, tasks: Page, candidate: Candidate, other: DemoPerson, play: Play) -> None:
    page = visitor.get(f"{tasks.path}parties/")
    form = page.form("version")
    values: dict[str, str] = {}
    for name in sorted(form.names):
        if (
            re.fullmatch(r"[a-z_]+-\d+-phone", name)
            and not name.startswith("buyer-")
            and not form.values.get(name)
        ):
            values[name] = _phone(candidate.owner)
        if (
            re.fullmatch(r"[a-z_]+-\d+-role", name)
            and not name.startswith("buyer-")
            and not form.values.get(name)
        ):
            values[name] = form.choices[name][0]
    if "buyer-0-phone" in form.names and play.typed:
        typed = {
            "name": other.name,
            "document_kind": "resident_id",
            "number": other.number,
            "phone": other.phone,
            "role": play.typed[0],
        }
        values |= {
            f"buyer-0-{name}": value
            for name, value in typed.items()
            if value and f"buyer-0-{name}" in form.names and not form.values.get(f"buyer-0-{name}")
        }
    if play.organ:
        values |= {f"buyer-0-{k}": v for k, v in ORGAN.items() if f"buyer-0-{k}" in form.names}
        if len(play.typed) > 1:
            page = visitor.submit(page, form, values | {"do": "add"})
            form = page.form("version")
            second = {"role": play.typed[1], "name": candidate.owner.name, "document_kind": "resident_id",
                      "number": candidate.owner.number, "phone": _phone(candidate.owner)}  # fmt: skip
            values = {f"buyer-1-{k}": v for k, v in second.items() if f"buyer-1-{k}" in form.names}
    for name, offered in form.words.items():
        if play.lender and name.endswith("-organisation"):
            values[name] = offered[ORGANISATION[play.lender].name]
    if "coownership" in form.names:
        values["coownership"] = play.coownership
        if play.coownership == "by_share":  # who gives keeps half
            values |= {name: "50%" for name in form.names if re.fullmatch(r"[a-z_]+-\d+-share", name)}
    visitor.submit(page, form, values | ({"do": "save"} if "do" in form.names else {}))


def _reason(visitor: Visitor, tasks: Page, candidate: Candidate, play: Play) -> None:
    """Answer what the page asks: the play's own answers, else what is offered first, else something of its kind."""
    page = visitor.get(f"{tasks.path}reason/")
    form = page.form("version")
    given = dict(play.answers) | dict(play.more(candidate) if play.more else {})
    values: dict[str, str] = {}
    for name in sorted(form.names - {"version", "do", "csrfmiddlewaretoken", "next", "key"}):
        if name == "filing_no":
            values[name] = candidate.filing_no
        elif name in given:
            values[name] = given[name]
        elif not form.values.get(name):
            values[name] = _answer(form, name, candidate)
    visitor.submit(page, form, values | ({"do": "save"} if "do" in form.names else {}))


def _answer(form: Form, name: str, candidate: Candidate) -> str:
    offered = [c for c in form.choices.get(name, []) if c]
    if offered:
        return offered[0]
    if name.endswith("_fen"):
        return "50万"
    if name.endswith(("_from", "_on")):
        return day()
    if name.endswith("_until"):
        return day(days=3650)
    if name.endswith(("_use", "use")):
        return HouseUse.DWELLING.value
    if name == "served_at":
        return f"{clock.local(clock.now()):%Y-%m-%d %H:%M}"
    if name.endswith("_months"):
        return "36"
    return f"演示{candidate.unit_code[-6:]}"


def _confirm_all(walk: Walk, docket_id: str, people: Iterable[object], filer_at: Visitor) -> None:
    """Whoever has an invitation to this case reads and agrees."""
    for who in people:
        if not isinstance(who, DemoPerson):
            continue
        visitor = walk.person(who)
        if visitor is filer_at:
            continue
        try:
            filing.confirm_invitation(visitor, docket_id)
            walk.step(who.name, "查看并确认")
        except StepFailed as failed:
            if "no invitation" not in str(failed):
                raise


def _at_the_office(walk: Walk, docket_id: str, applicant_at: Visitor, portal: str) -> None:
    """网上审核 → 预审二维码 → 窗口受理登簿 → 打印. What has to be waited for is settled on the way."""
    roads.review_and_accept(walk, docket_id, applicant_at, portal, slip=portal != "desk")
    matters.settle(walk, docket_id)


__all__ = ["PLAYS", "walk_type"]
