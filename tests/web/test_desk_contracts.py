"""房管推送问题: who sees it, what it shows, how it is settled."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dengbu.contracts import queries
from dengbu.core import crypto
from dengbu.core.acts import system
from dengbu.core.models import Sight, User
from dengbu.parties.actions import add_staff
from dengbu.web.pages import PAGES
from tests.contracts.messages import SELLER
from tests.contracts.test_actions import NO, book, take

pytestmark = pytest.mark.django_db
LIST = "/desk/contracts/"
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def logged_in(*posts: str) -> Client:
    add_staff(
        actor=system("test"),
        login="huangli",
        password="a-long-password-1",
        number="031",
        name="黄莉",
        posts=posts,
    )
    client = Client()
    client.force_login(User.objects.get(login="huangli"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def problem() -> str:
    take(facts=book(exists=False))
    return f"{LIST}{queries.problems_page()[0][0].pk}/"


def test_a_clerk_without_the_right_is_told_which_post_has_it():
    answer = logged_in("accept").get(LIST)
    assert answer.status_code == 403
    assert "科室负责人" in answer.content.decode()


def test_the_list_names_number_problem_and_unit():
    lead = logged_in("lead")
    assert "没有待处理的问题" in lead.get(LIST).content.decode()
    problem()
    page = lead.get(LIST).content.decode()
    assert NO in page and "登记簿中没有不动产单元号" in page and "410106 001001 GB00012 F00030015" in page


def test_the_detail_shows_names_leaves_a_log_and_no_numbers():
    lead, address = logged_in("lead"), problem()
    page = lead.get(address).content.decode()
    assert (
        "陈建国" in page
        and "1,200,000.00" in page
        and "请与登记机构核对" in page
        and "$.filing.unit_code" in page
    )
    assert SELLER not in page and crypto.index(SELLER) not in page and "13900001111" not in page
    assert Sight.objects.get().subject == NO


def test_a_problem_is_settled_with_a_note_and_moves_to_the_other_tab():
    lead, address = logged_in("lead"), problem()
    empty = lead.post(address, {"note": ""})
    assert empty.status_code == 422 and "请写明处理情况" in empty.content.decode()
    long = "核" * 201
    assert long in lead.post(address, {"note": long}).content.decode()  # what was typed is kept
    done = lead.post(address, {"note": "已电话告知房管部门"}, follow=True)
    assert done.status_code == 200 and "已记录处理情况" in done.content.decode()
    assert NO not in lead.get(LIST).content.decode()
    assert NO in lead.get(LIST + "?state=handled").content.decode()
    assert "已电话告知房管部门" in lead.get(address).content.decode()
    assert lead.post(address, {"note": "再来一次"}).status_code == 409
    assert lead.get(f"{LIST}0198aaaa-0000-7000-8000-000000000000/").status_code == 404


def test_the_pages_keep_to_their_statements():
    lead, address = logged_in("lead"), problem()
    for name, url in (("desk.contracts", LIST), ("desk.contract", address)):
        (page,) = [p for p in PAGES if p.name == name]
        with CaptureQueriesContext(connection) as seen:
            assert lead.get(url).status_code == 200
        sent = [q["sql"][:90] for q in seen.captured_queries if not q["sql"].startswith(CONTROL)]
        assert len(sent) == page.sql, sent
