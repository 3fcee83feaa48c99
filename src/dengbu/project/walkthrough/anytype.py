"""One road for every registration type: filed, confirmed, reviewed, accepted, entered, handed out, archived.

What a page asks is read from the page; a `Play` says what differs by type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote

from dengbu.core import clock
from dengbu.core.vocabulary import HouseUse
from dengbu.project.demo.candidates import Candidate
from dengbu.project.demo.district import ORGANISATION, plan
from dengbu.project.demo.people import DemoOrganisation, DemoPerson, operators

from . import filing, matters, roads
from .plays import PLAYS, SERVED, Play, day, person_beside
from .roads import CASE_NO, DESKS, NothingLeft, Walk, Walked
from .visitor import Form, Page, StepFailed, Visitor

PORTALS = {
    "owner": "my",
    "taker": "my",
    "bank": "bank",
    "new_bank": "bank",
    "developer": "dev",
    "desk": "desk",
}


def walk_type(walk: Walk, code: str) -> Walked:
    """Take one case of a type through. Raises NothingLeft, StepFailed."""
    play = PLAYS[code]
    if play.after and play.after not in walk.used:
        walk_type(walk, play.after)
    for candidate in [walk.used.pop(play.after)] if play.after else roads.free(walk, play.stock):
        other = None if play.beside else candidate.buyer
        other = other or person_beside(candidate, [p for p in plan().people if p.phone])
        if play.renamed and isinstance(candidate.owner, DemoPerson):
            other = replace(candidate.owner, name=f"{candidate.owner.name[0]}改{candidate.owner.name[1:]}")
        old_bank, proof_no = candidate.organisation, ""
        if play.filer == "new_bank":
            if not (proof_no := _proof_number(walk, candidate)):
                continue
            candidate = replace(candidate, organisation=ORGANISATION[_ANOTHER_BANK[str(_key(old_bank))]])
        filer_at, portal = _filer(walk, play, candidate, other)
        at_desk = play.filer == "desk"
        service = ""
        if play.organ:
            walk.step(filer_at.who, "收文，记录送达时间")
            tasks, service = filing.begin_served(filer_at, code, SERVED, candidate)
        elif at_desk:
            tasks = filing.begin_at_desk(filer_at, code)
        else:
            tasks = filing.begin(filer_at, portal, code)
        walk.step(filer_at.who, f"开始{code}")
        try:
            _property(filer_at, tasks, candidate, proof_no)
            for section in _sections(filer_at, tasks):
                if section == "reason":
                    _reason(filer_at, tasks, candidate, play)
                elif not play.organ or "winner" in play.typed:  # whom the paper names stands there already
                    _parties(filer_at, tasks, candidate, other, play)
            walk.step(filer_at.who, "确认不动产、当事人和登记原因")
            walk.step(filer_at.who, f"上传材料{filing.upload_all(filer_at, tasks)}项")
            filing.choose_delivery(filer_at, tasks, _phone(candidate.owner) or other.phone)
            done = filing.check_and_submit(filer_at, tasks)
        except filing.NotFree:
            continue
        walked = Walked(code, case_no=roads.found(CASE_NO, done, "case number"))
        walk.step(filer_at.who, f"提交，编号{walked.case_no}")
        docket_id = roads.docket_of(tasks)
        if old_bank is not None and play.filer == "new_bank":
            filing.confirm_invitation(walk.account(f"{old_bank.key}-1"), docket_id, "bank")
            walk.step(old_bank.name, "查看并确认")
        elif not at_desk:
            people = [candidate.owner, candidate.buyer, *([other] if play.typed else [])]
            _confirm_all(walk, docket_id, dict.fromkeys(people), filer_at)
            for key in play.confirming:
                at = walk.account(f"{key}-1")
                filing.confirm_invitation(at, docket_id, "dev" if key.startswith("dev") else "bank")
                walk.step(ORGANISATION[key].name, "查看并确认")
        _at_the_office(walk, docket_id, filer_at, portal)
        roads.collect(walk, docket_id)
        taker = other if play.receiver == "taker" or play.renamed else candidate.owner
        who = ("", "", "") if not play.proof else (taker.name, "resident_id", taker.number)
        if play.receiver in ("bank", "developer"):
            who = roads.bank_operator(candidate)
        roads.close(walk, walked, docket_id, *who, certificate=play.proof)
        roads.look(walk, filer_at, portal, walked, docket_id)
        if service:
            filing.print_receipt(filer_at, service)
            walk.step(filer_at.who, "打印协助执行回执")
        walk.used[code] = candidate
        return walked
    raise NothingLeft(f"{code}: no free unit or mortgage is left")


_ANOTHER_BANK = {"bank1": "bank2", "bank2": "bank1"}  # who may file today and is not this bank


def _key(organisation: DemoOrganisation | None) -> str:
    return organisation.key if organisation is not None else ""


def _proof_number(walk: Walk, candidate: Candidate) -> str:
    """The bank that has the mortgage reads the number of its proof to the bank that takes it over; empty when it has
    none on this home any more."""
    page = walk.account(f"{_key(candidate.organisation)}-1").get(f"/bank/discharge/?q={candidate.unit_code}")
    found = roads.PROOF_NO.search(page.text)
    return found.group() if found else ""


def _filer(walk: Walk, play: Play, candidate: Candidate, other: DemoPerson) -> tuple[Visitor, str]:
    portal = PORTALS[play.filer]
    if play.filer in ("bank", "new_bank", "developer"):
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


def _property(visitor: Visitor, tasks: Page, candidate: Candidate, proof_no: str) -> None:
    """Look the home up by its code, or by the number of the proof of what it is about, and choose it."""
    if not candidate.in_book:
        _survey(visitor, tasks, candidate)
        return
    page = visitor.get(f"{tasks.path}property/?q={quote(proof_no or candidate.unit_code)}")
    if not page.has_form("unit_code") or "可以办理的这种登记，请换一处查" in page.text:
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
    if "buyer-0-phone" in form.names and play.typed and not play.organ:
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
    if play.organ:  # the organ stands there from its paper
        values |= {"buyer-0-role": play.typed[0], "buyer-0-phone": other.phone}
        page = visitor.submit(page, form, values | {"do": "add"})
        form = page.form("version")
        second = {"role": play.typed[-1], "name": other.name, "document_kind": "resident_id",
                  "number": other.number, "phone": other.phone}  # fmt: skip
        values |= {f"buyer-1-{k}": v for k, v in second.items() if f"buyer-1-{k}" in form.names}
    for name, offered in form.words.items():
        if play.lender and name.endswith("-organisation"):
            values[name] = offered[ORGANISATION[play.lender].name]
    if "covers" in form.names:  # a home held by shares is mortgaged whole
        values["covers"] = "whole"
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
    matters.settle(walk, docket_id, typed_by=DESKS[1] if portal == "desk" else "")


__all__ = ["PLAYS", "walk_type"]
