"""Every page of the register, with an example of the demo district: who may open it, what it costs, what it says."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.staticfiles import finders
from django.db import connection
from django.db.utils import InternalError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, URLPattern, get_resolver, resolve

import dengbu.web.urls  # noqa: F401 - importing it registers the pages
from dengbu.cases.models import CaseParty
from dengbu.core.models import Sight, User
from dengbu.parties.permissions import OPERATOR, PERSON, POSTS
from dengbu.project.demo.candidates import planned
from dengbu.project.launcher.environment import DatabaseUrls
from dengbu.web.pages import LOGIN, PAGES, PUBLIC, Page
from dengbu.web.public import guide
from tests.web.examples import USCC, Example, Examples, browser, midway, operator, person, staff

CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")
READ = [p for p in PAGES if "GET" in p.methods]
NAMES = {"visitor": "没有登录的人", "person": "个人", "bank": "银行经办人", "developer": "开发企业经办人"}
STAFF = {"review": "review1", "accept": "accept1", "certify": "certify1", "lead": "lead1", "admin": "admin1"}
FORBIDDEN = re.compile("驳回|打回|非法|无效输入|系统异常|校验失败|undefined|None")
IDENTITY_NUMBER = re.compile(
    r"(?<![0-9A-Z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dX](?![0-9A-Z])"
)


def named(pages: list[Page]) -> Any:
    return pytest.mark.parametrize("page", pages, ids=lambda p: p.name)


@pytest.fixture(scope="module")
def examples(module_demo_database: DatabaseUrls) -> Examples:
    return Examples()


@pytest.fixture(scope="module")
def viewers(module_demo_database: DatabaseUrls) -> dict[str, Client]:
    """A browser of each kind of person, none of whom is on any example."""
    people: dict[str, User | None] = {
        "visitor": None,
        "person": stranger(),
        "bank": operator(USCC["bank2"]),
        "developer": operator(USCC["dev2"]),
        **{post: staff(login) for post, login in STAFF.items()},
    }
    return {name: browser(user) for name, user in people.items()}


def stranger() -> User:
    return person(planned("P01")[-1].owner.number)


# --- the register is whole ----------------------------------------------------------------------------------------


def test_every_address_of_the_site_is_in_the_register_and_has_an_example() -> None:
    def walk(patterns: Any, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
        for one in patterns:
            route = prefix + str(one.pattern)
            if isinstance(one, URLPattern):
                yield route, one
            else:
                yield from walk(one.url_patterns, route)

    registered = {p.route: p for p in PAGES}
    found = {route: one for route, one in walk(get_resolver().url_patterns) if not route.startswith("api/")}
    assert set(found) == set(registered)
    assert len(registered) == len(PAGES) == len({p.name for p in PAGES})
    without = [p.name for p in READ if found[p.route].pattern.converters and not p.example]
    assert without == []


def test_every_page_names_a_right_that_somebody_has() -> None:
    known = (
        frozenset({PUBLIC, LOGIN})
        | PERSON
        | OPERATOR
        | frozenset().union(*(p.permissions for p in POSTS.values()))
    )
    assert [p.name for p in PAGES if p.needs not in known] == []


# --- rights -------------------------------------------------------------------------------------------------------


def may(viewer: str, needs: str, surface: str) -> bool:
    """What the table of posts says, apart from the code that asks it."""
    if needs == PUBLIC:
        return True
    if viewer == "visitor":
        return False
    if needs == LOGIN:
        return viewer in STAFF or surface != "staff"
    rights = {"person": PERSON, "bank": OPERATOR, "developer": OPERATOR}
    return needs in (rights[viewer] if viewer in rights else POSTS[viewer].permissions)


def test_a_page_somebody_may_not_open_is_not_called_a_faulty_form(viewers: dict[str, Client]) -> None:
    page = viewers["review"].get("/desk/cert/").content.decode()
    assert "您不能打开这一页－" in page.split("</title>")[0] and "有错误" not in page.split("</title>")[0]
    assert page.count("缮证转卷岗") == 1 and "回工作台" in page and 'href="/desk/"' in page


def somewhere(page: Page) -> str:
    """The page's address with arguments that lead nowhere."""
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda m: _value(m[1] or "str"), page.route)


def _value(converter: str) -> str:
    return {"uuid": str(uuid.UUID(int=7)), "int": "7", "slug": "p01"}.get(converter, "x")


@named(PAGES)
def test_a_page_opens_to_those_its_right_is_for_and_to_nobody_else(
    page: Page, viewers: dict[str, Client]
) -> None:
    url = somewhere(page)
    for viewer, client in viewers.items():
        for method in page.methods:
            if may(viewer, page.needs, page.surface) and method == "POST":
                continue  # what the form does to whom is tried with the acts
            answer = client.get(url) if method == "GET" else client.post(url)
            where = f"{viewer} {method} {page.name}: {answer.status_code}"
            to_login = answer.status_code == 302 and answer["Location"].startswith("/login/?next=")
            if may(viewer, page.needs, page.surface):
                assert not to_login, where
                assert answer.status_code != 405, where
                assert not (answer.status_code == 403 and "这一页由" in answer.content.decode()), where
            elif viewer == "visitor":
                assert to_login, where
            else:
                assert answer.status_code == 403, where
                for post in (p.name for p in POSTS.values() if page.needs in p.permissions):
                    assert post in answer.content.decode(), f"{where} does not name {post}"


@named(
    [
        p
        for p in READ
        if p.name.split(".")[0] in ("my", "bank", "dev", "material") and p.example not in ("", "type_slug")
    ]
)
def test_what_is_somebodys_own_opens_to_nobody_elses_account(
    page: Page, examples: Examples, viewers: dict[str, Client]
) -> None:
    example = examples.of(page)
    url, owner = example.url, str(example.user.pk) if example.user else ""
    for viewer in ("person", "bank", "developer"):
        if viewers[viewer].session.get("_auth_user_id") == owner:
            continue  # the demo has two developers, and one of them is asked to confirm
        assert viewers[viewer].get(url).status_code in (302, 303, 403, 404), f"{viewer} {url}"


# --- reading ------------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """What the checks ask of a page's markup."""

    VOID = frozenset(
        {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
    )

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.lang = self.title = self.h1 = ""
        self.h1s = 0
        self.inline: list[str] = []
        self.outside: list[str] = []
        self.unsized: list[str] = []
        self.unguarded: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.ids: list[str] = []
        self._open: list[str] = []
        self._form: tuple[str, bool] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {k: v or "" for k, v in attrs}
        if tag not in self.VOID:
            self._open.append(tag)
        if "id" in a:
            self.ids.append(a["id"])
        if "style" in a or any(k.startswith("on") for k in a):
            self.inline.append(f"<{tag} {a}>")
        if tag == "html":
            self.lang = a.get("lang", "")
        elif tag == "h1":
            self.h1s += 1
        elif tag == "style" or (tag == "script" and not a.get("src") and a.get("type") != "application/json"):
            self.inline.append(f"<{tag}>")
        elif tag == "img" and not (a.get("width") and a.get("height")):
            self.unsized.append(a.get("src", ""))
        elif tag == "form" and a.get("method", "").lower() == "post":
            self._form = (a.get("action", ""), False)
        elif tag == "input" and a.get("name") == "csrfmiddlewaretoken" and self._form:
            self._form = (self._form[0], True)
        elif tag == "a" and a.get("href"):
            self.links.append(a["href"])
        for name in ("src", "href", "action", "data", "poster", "formaction"):
            if re.match(r"(?:[a-z]+:)?//", a.get(name, "")):
                self.outside.append(a[name])

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass
        if tag == "form" and self._form:
            if not self._form[1]:
                self.unguarded.append(self._form[0])
            self._form = None

    def handle_data(self, data: str) -> None:
        if "title" in self._open and "svg" not in self._open:
            self.title += data
        elif "script" not in self._open and "style" not in self._open:
            self.texts.append(data)
            if "h1" in self._open:
                self.h1 += data

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(scope="module")
def opened(examples: Examples) -> Callable[[Page], tuple[Any, list[str]]]:
    """A page with its example, opened once by somebody who may, with the statements it took."""
    answers: dict[str, tuple[Any, list[str]]] = {}

    def get(page: Page) -> tuple[Any, list[str]]:
        if page.name not in answers:
            example = examples.of(page)
            client = browser(example.user)
            if example.user is None:
                midway(client, page)
            with CaptureQueriesContext(connection) as seen:
                answer = client.get(example.url)
                if answer.streaming:
                    answer.content = b"".join(answer.streaming_content)
            said = [q["sql"] for q in seen.captured_queries if not q["sql"].startswith(CONTROL)]
            answers[page.name] = answer, said
        return answers[page.name]

    return get


@named(READ)
def test_a_page_asks_the_database_what_it_declares(
    page: Page, opened: Callable[[Page], tuple[Any, list[str]]]
) -> None:
    answer, said = opened(page)
    expected = LEADS_ON.get(page.name, 200)
    assert answer.status_code == expected, f"{answer.status_code} {answer.get('Location', '')}"
    if expected != 200:
        return  # leads on before it has asked for everything
    assert len(said) == page.sql, "\n".join(["", *(f"{n:3} {s[:150]}" for n, s in enumerate(said, 1))])


#: pages whose GET leads on
LEADS_ON = {
    "dev.batch_new": 303,
    "desk.case": 303,
    "desk.case.fix": 303,
    "public.register_verify": 302,
}


@named([p for p in READ if p.surface != "machine"])
def test_a_page_is_well_made(page: Page, opened: Callable[[Page], tuple[Any, list[str]]]) -> None:
    answer, _ = opened(page)
    if not answer["Content-Type"].startswith("text/html") or answer.status_code != 200:
        return
    html = answer.content.decode()
    read = Reader(html)
    assert read.lang == "zh-CN"
    assert read.h1s == 1, read.h1s
    own, service = squeezed(read.title).removeprefix("【培训】").rsplit("－", 1)
    assert own and service == "上街区不动产登记中心"
    heading = squeezed(read.h1)
    # The title says where one is: the heading, and after it what tells pages of one heading apart.
    assert own == heading or own.startswith(f"{heading}－"), f"{own} | {heading}"
    assert read.inline == []
    assert read.outside == []
    assert read.unsized == []
    assert read.unguarded == []
    twice = {i for i in read.ids if read.ids.count(i) > 1}
    assert not twice, f"ids given twice: {twice}"
    assert "{{" not in html and "{%" not in html
    if page.surface != "staff":
        assert FORBIDDEN.search(read.text) is None, FORBIDDEN.search(read.text)
    compared = {COMPARES_NUMBERS: NUMBERS_COMPARED, "desk.backfill": NUMBERS_RETYPED}.get(page.name)
    elsewhere = Reader(compared.sub("", html)) if compared else read
    numbers = IDENTITY_NUMBER.findall(elsewhere.text)
    assert not numbers, f"identity numbers in full: {len(numbers)}"


# One page, and on it the rows of one table: the reviewer of a case holds numbers against the book and the contract.
COMPARES_NUMBERS = "desk.review_case"
NUMBERS_RETYPED = re.compile(r"<dt>证件号码</dt><dd>.*?</dd>")  # by whoever checks an old certificate
NUMBERS_COMPARED = re.compile(r'<tr[^>]*><th scope="row">[^<]*证件号</th>.*?</tr>', re.S)


def test_whole_identity_numbers_are_compared_by_the_reviewer_of_the_case_alone(
    examples: Examples, viewers: dict[str, Client]
) -> None:
    example = examples.of(next(p for p in PAGES if p.name == COMPARES_NUMBERS))
    before = Sight.objects.count()

    def compared(client: Client) -> str:
        rows = NUMBERS_COMPARED.findall(client.get(example.url).content.decode())
        assert len(rows) == 2  # the seller's and the buyer's
        return " ".join(Reader(row).text for row in rows)

    assert len(IDENTITY_NUMBER.findall(compared(browser(example.user)))) >= 2
    for looking_on in (staff("review2"), staff("lead1")):
        text = compared(browser(looking_on))
        assert not IDENTITY_NUMBER.search(text) and "****" in text and "一致" in text
    assert Sight.objects.count() == before + 3  # each of them is noted


@named([p for p in READ if p.surface != "machine"])
def test_who_is_shown_names_in_full_is_noted_before_the_answer_leaves(
    page: Page, examples: Examples, opened: Callable[[Page], tuple[Any, list[str]]]
) -> None:
    answer, said = opened(page)
    if not answer["Content-Type"].startswith("text/html") or answer.status_code != 200:
        return
    user = examples.of(page).user
    people = CaseParty.objects.filter(document_kind="resident_id").exclude(
        name=user.display_name if user else ""
    )
    text = Reader(answer.content.decode()).text
    if any(name in text for name in people.values_list("name", flat=True).distinct()):
        assert any(s.startswith("INSERT INTO core_sight") for s in said)
        shown.add(page.name)


shown: set[str] = set()


def test_pages_that_show_names_in_full_have_been_looked_at(
    opened: Callable[[Page], tuple[Any, list[str]]],
) -> None:
    """Keeps the test above from passing over pages where it finds no name."""
    assert shown >= {"desk.review_case", "desk.accept_case", "desk.accept_confirm", "my.case", "my.pay"}


@named([p for p in READ if p.surface != "machine"])
def test_every_link_of_a_page_leads_somewhere(
    page: Page, opened: Callable[[Page], tuple[Any, list[str]]]
) -> None:
    answer, _ = opened(page)
    if not answer["Content-Type"].startswith("text/html"):
        return
    read, broken = Reader(answer.content.decode()), []
    for href in read.links:
        parts = urlsplit(href)
        if parts.scheme in ("tel", "mailto") or (not parts.path and not parts.query):
            if parts.fragment and parts.fragment not in read.ids:
                broken.append(href)
            continue
        target = urlsplit(urljoin(answer.request["PATH_INFO"], href)).path
        if target.startswith("/static/"):
            if not finders.find(target.removeprefix("/static/")):
                broken.append(href)
            continue
        try:
            resolve(target)
        except Resolver404:
            broken.append(href)
    assert broken == []


@named([p for p in READ if p.needs != PUBLIC])
def test_personal_pages_are_kept_by_no_cache(
    page: Page, opened: Callable[[Page], tuple[Any, list[str]]]
) -> None:
    answer, _ = opened(page)
    assert "no-store" in answer["Cache-Control"] or "private" in answer["Cache-Control"]


def test_pages_say_what_a_browser_may_load_and_tell_nobody_else_where_one_was(
    viewers: dict[str, Client],
) -> None:
    answer = viewers["visitor"].get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'self'" in policy
    assert answer["Referrer-Policy"] == "same-origin"


LISTS = frozenset(
    (
        "desk.review",
        "desk.accept",
        "desk.ledger",
        "desk.lead",
        "desk.cert",
        "my.home",
        "my.cases",
        "bank.cases",
        "dev.batches",
    )
)


def test_lists_ask_no_more_when_they_grow(examples: Examples) -> None:
    addresses = {p.name: examples.of(p) for p in PAGES if p.name in LISTS}
    assert set(addresses) == LISTS
    for stage in ("submitted", "under_review", "preapproved", "registered"):
        examples.case("my", stage)
    examples.case("bank", "submitted")
    examples.case("dev", "submitted")

    def asked(example: Example) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as seen:
            answer = browser(example.user).get(example.url)
        assert answer.status_code == 200
        return len(seen), len(answer.content)

    before = {name: asked(example) for name, example in addresses.items()}
    for stage in ("submitted", "submitted", "under_review", "preapproved", "registered"):
        examples.another("my", stage)
    for portal in ("bank", "dev"):
        examples.another(portal, "submitted")
    after = {name: asked(example) for name, example in addresses.items()}
    assert {n: a[0] for n, a in after.items()} == {n: b[0] for n, b in before.items()}
    assert sum(after[n][1] > before[n][1] for n in LISTS) >= 5  # they did grow


# --- reading changes nothing --------------------------------------------------------------------------------------


def test_a_page_that_writes_while_it_is_read_fails(
    viewers: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = User.objects.values_list("password", flat=True).get(login="review1")

    def writing(today: Any) -> list[Any]:
        User.objects.filter(login="review1").update(password=make_password("changed-by-a-read"))
        return []

    monkeypatch.setattr(guide, "services", writing)
    with pytest.raises(InternalError, match="read-only"):
        viewers["visitor"].get("/services/")
    assert User.objects.values_list("password", flat=True).get(login="review1") == before


def test_only_health_and_named_pages_read_outside_of_the_read_only_transaction() -> None:
    assert {p.name for p in READ if p.view.may_write_on_get} == {"healthz", "readyz"}  # type: ignore[attr-defined]
