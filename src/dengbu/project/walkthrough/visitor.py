"""A visitor: a browser without a screen. It reads pages, fills in the forms it finds there and sends them.

It knows no URL that a page does not show and no field that a form does not have; a refusal is what the page says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

Files = dict[str, tuple[str, bytes, str]]


class StepFailed(Exception):
    """A step of the walk did not come to its end: what the page said."""


@dataclass
class Form:
    """A form of a page: where it goes, what it holds, what it offers."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    choices: dict[str, list[str]] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)  # of a list: value by what is read there
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Page:
    """A page as received: status, address, text, forms, links."""

    status: int
    url: str
    html: str
    forms: list[Form]
    links: list[tuple[str, str]]
    text: str
    title: str

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def form(self, *names: str, action: str = "") -> Form:
        """The first form that has all these fields (and whose action contains `action`). Raises StepFailed."""
        for found in self.forms:
            if all(n in found.names for n in names) and action in found.action:
                return found
        raise StepFailed(f"{self.path}: no form with {', '.join(names) or action} ({self.said()})")

    def has_form(self, *names: str, action: str = "") -> bool:
        return any(all(n in f.names for n in names) and action in f.action for f in self.forms)

    def link(self, pattern: str) -> str:
        """The address of the first link whose address matches. Raises StepFailed."""
        for href, _ in self.links:
            if re.search(pattern, href):
                return href
        raise StepFailed(f"{self.path}: no link to {pattern} ({self.said()})")

    def has_link(self, pattern: str) -> bool:
        return any(re.search(pattern, href) for href, _ in self.links)

    def said(self) -> str:
        """What the page says went wrong, or its title."""
        found = re.search(r'role="alert"[^>]*>(.*?)</(?:div|section)>', self.html, re.S)
        words = re.sub(r"<[^>]+>", " ", found.group(1)) if found else self.title
        return f"{self.status} {' '.join(words.split())[:300]}"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.title = ""
        self._form: Form | None = None
        self._select = ""
        self._option = ""
        self._textarea = ""
        self._tag = ""
        self._button: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {k: v or "" for k, v in attrs}
        self._tag = tag
        if tag == "form":
            self._form = Form(a.get("action", ""), a.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "a" and "href" in a:
            self.links.append((a["href"], ""))
        form = self._form
        if form is None or "disabled" in a:
            return
        name = a.get("name", "")
        if tag == "input" and name:
            self._input(form, name, a)
        elif tag == "select" and name:
            self._select = name
            form.names.add(name)
        elif tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(a.get("value", ""))
            self._option = a.get("value", "")
            if "selected" in a or self._select not in form.values:
                form.values[self._select] = a.get("value", "")
        elif tag == "textarea" and name:
            self._textarea = name
            form.names.add(name)
            form.values[name] = ""
        elif tag == "button" and a.get("type", "submit") == "submit":
            self._button = (name, a.get("value", ""))
            form.names.add(name)
            form.buttons.append((name, a.get("value", ""), ""))

    def _input(self, form: Form, name: str, a: dict[str, str]) -> None:
        kind = a.get("type", "text")
        form.names.add(name)
        if kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(a.get("value", "on"))
            if "checked" in a:
                form.values[name] = a.get("value", "on")
        elif kind == "submit":
            form.buttons.append((name, a.get("value", ""), a.get("value", "")))
        elif kind != "file":
            form.values[name] = a.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""
        elif tag == "button":
            self._button = None
        self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag == "option" and self._select and self._form is not None:
            self._form.words.setdefault(self._select, {})[data.strip()] = self._option
        if self._tag == "title":
            self.title += data
        if self._textarea and self._form is not None:
            self._form.values[self._textarea] += data.removeprefix("\n")
        if self._button and self._form is not None and self._form.buttons:
            name, value, text = self._form.buttons[-1]
            self._form.buttons[-1] = (name, value, (text + data).strip())
        if self._tag not in ("script", "style"):
            self.texts.append(data)


class Visitor:
    """One person at one browser."""

    def __init__(self, base_url: str, who: str):
        self.who = who
        self.client = httpx.Client(
            base_url=base_url,
            follow_redirects=True,
            timeout=60,
            trust_env=False,
            headers={"Accept-Language": "zh-CN"},
        )

    def close(self) -> None:
        self.client.close()

    def get(self, path: str, *, expect: int | None = 200) -> Page:
        """Open a page. Raises StepFailed where it answers otherwise than expected."""
        return self._page(self.client.get(path), expect)

    def submit(
        self,
        page: Page,
        form: Form,
        values: dict[str, Any] | None = None,
        *,
        files: list[tuple[str, tuple[str, bytes, str]]] | None = None,
        expect: int | None = 200,
    ) -> Page:
        """Send a form as the page shows it, with some values changed. A refusal raises StepFailed with its words."""
        body = {**form.values, **(values or {})}
        unknown = set(values or {}) - form.names
        if unknown:
            raise StepFailed(f"{page.path}: the form has no field {', '.join(sorted(unknown))}")
        target = urljoin(page.url, form.action or page.url)
        headers = {"Referer": page.url}
        if form.method == "get":
            return self._page(self.client.get(target, params=body, headers=headers), expect)
        return self._page(self.client.post(target, data=body, files=files, headers=headers), expect)

    def _page(self, response: httpx.Response, expect: int | None) -> Page:
        reader = _Reader()
        kind = response.headers.get("content-type", "")
        if kind.startswith("text/html"):
            reader.feed(response.text)
        page = Page(
            status=response.status_code,
            url=str(response.url),
            html=response.text if kind.startswith(("text/", "application/json")) else "",
            forms=reader.forms,
            links=[(urljoin(str(response.url), href), text) for href, text in reader.links],
            text=" ".join(" ".join(reader.texts).split()),
            title=" ".join(reader.title.split()),
        )
        if expect is not None and page.status != expect:
            raise StepFailed(f"{self.who} {page.path}: {page.said()}")
        return page
