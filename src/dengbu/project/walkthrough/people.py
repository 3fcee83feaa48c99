"""Logging in as the demo's people: persons by SMS code (read from the SMS simulator over HTTP), others by password."""

from __future__ import annotations

import time

import httpx

from .visitor import Page, StepFailed, Visitor


def newest_code(simulator_url: str, phone: str) -> tuple[str, str]:
    """(serial number, code) of the newest login code in the SMS simulator's outbox; empty when there is none."""
    with httpx.Client(timeout=10, trust_env=False) as client:
        answer = client.get(f"{simulator_url}/sms/outbox", params={"phone": phone}).json()
    for message in answer["messages"]:
        if message["template"] == "login_code":
            return str(message["serial_no"]), str(message["params"][0])
    return "", ""


def sms_code(simulator_url: str, phone: str, before: str) -> str:
    """The login code that came after message `before`."""
    for _ in range(60):
        serial, code = newest_code(simulator_url, phone)
        if serial != before:
            return code
        _wait()
    raise StepFailed(f"no login code came for the phone ending in {phone[-4:]}")


def _wait(seconds: float = 0.25) -> None:
    time.sleep(seconds)


def log_in_person(base_url: str, simulator_url: str, name: str, phone: str) -> Visitor:
    """A person logs in with phone and code."""
    visitor = Visitor(base_url, name)
    before, _ = newest_code(simulator_url, phone)
    page = _ask_for_code(visitor, phone)
    code = sms_code(simulator_url, phone, before)
    page = visitor.submit(page, page.form("code"), {"code": code}, expect=None)
    _inside(visitor, page)
    return visitor


def _ask_for_code(visitor: Visitor, phone: str) -> Page:
    """Ask for a code. Who asked less than a minute ago (an earlier walk) waits, as a person would."""
    for _ in range(15):
        page = visitor.get("/login/")
        page = visitor.submit(page, page.form("phone"), {"phone": phone}, expect=None)
        if page.status == 200:
            return page
        if "已经发过" not in page.said():
            break
        _wait(5)
    raise StepFailed(f"{visitor.who} {page.path}: {page.said()}")


def log_in_by_password(base_url: str, name: str, login: str, password: str) -> Visitor:
    """Staff and operators of organisations log in with account and password."""
    visitor = Visitor(base_url, name)
    page = visitor.get(visitor.get("/login/").link(r"/login/work/"))
    page = visitor.submit(page, page.form("password"), {"username": login, "password": password})
    _inside(visitor, page)
    return visitor


def _inside(visitor: Visitor, page: Page) -> None:
    if page.path.startswith("/login"):
        raise StepFailed(f"{visitor.who} could not log in: {page.said()}")
