"""Public pages and the administrator's pages, as a browser without scripts meets them."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from structlog.testing import capture_logs

from dengbu.catalog.policy import policy_for
from dengbu.catalog.policy.schema import Opening
from dengbu.core import clock
from dengbu.core.identifiers import make_uscc
from dengbu.core.models import User
from dengbu.parties import actions
from dengbu.parties.models import Operator, Organisation, Person, Staff
from dengbu.parties.ports import IdentityOutcome
from dengbu.parties.queries import actor_of
from dengbu.web.pages import PAGES
from dengbu.web.public import guides
from tests.parties.people import (
    OFFICE,
    PASSWORD,
    FakePolice,
    at_the_office,
    clerk,
    new_number,
    sent_code,
    somebody,
)

pytestmark = pytest.mark.usefixtures("own_database")
PHONE = "13800002134"
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@pytest.fixture
def police(settings: Any) -> Iterator[FakePolice]:
    with at_the_office(settings) as fake:
        yield fake


def logged_in(user_id: int) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user_id), backend="django.contrib.auth.backends.ModelBackend")
    return client


def administrator() -> Client:
    clerk("boss", "admin")
    return logged_in(Staff.objects.get(number="001").user_id)


def filed_bank() -> Organisation:
    made = actions.file_organisation(
        actor=OFFICE,
        kind="bank",
        name="上街农商银行",
        uscc=make_uscc("419999", 77),
        licence_no="B0000H141010001",
        legal_representative="赵建国",
    )
    return Organisation.objects.get(pk=made)


def statements(client: Client, url: str) -> tuple[int, list[str]]:
    with CaptureQueriesContext(connection) as seen:
        status = client.get(url).status_code
    return status, [q["sql"][:100] for q in seen.captured_queries if not q["sql"].startswith(CONTROL)]


def test_every_page_makes_the_statements_it_declares(police: FakePolice) -> None:
    police.away = True
    admin, bank, person = administrator(), filed_bank(), logged_in(somebody(PHONE).user_id)
    login = {"login": "bank.li", "password": PASSWORD, "name": "李强"}
    actions.add_operator(actor=OFFICE, organisation_id=bank.pk, **login)
    arguments = {
        "P01": "P01",
        "agent": "agent",
        "organisation": str(bank.pk),
        "staff": str(Staff.objects.get().pk),
    }
    midway = Client()
    midway.post("/register/person/", {"phone": "13800009999"})
    midway.post("/register/person/code/", {"code": sent_code()})
    midway.post(
        "/register/person/identity/",
        {"name": "王海涛", "document_kind": "resident_id", "id_number": new_number()},
    )
    waiting = Client()
    waiting.post("/login/", {"phone": "13800008888"})
    spent: dict[str, int] = {}
    for page in PAGES:
        if not page.name.startswith(("public.", "console.")) or "GET" not in page.methods:
            continue
        if page.name in ("public.notice", "public.service_paper"):  # counted in test_pages_register
            continue
        client = {"portal.person": person, "public": Client()}.get(page.needs, admin)
        if page.name.startswith("public.register_") and page.sql == 2:
            client = midway
        if page.name == "public.login_code":
            client = waiting
        url = "/" + re.sub(r"<[^>]+>", arguments.get(page.example, ""), page.route)
        status, seen = statements(client, url)
        assert status == 200, page.name
        spent[page.name] = len(seen)
    assert len(spent) >= 19
    assert spent == {p.name: p.sql for p in PAGES if p.name in spent}


def test_a_newcomer_registers_and_nothing_of_them_is_in_the_log(police: FakePolice) -> None:
    client, number = Client(), new_number()
    with capture_logs() as logs:
        client.get("/register/person/?next=/services/")
        client.post("/register/person/?next=/my/messages/", {"phone": PHONE})
        code = sent_code()
        client.post("/register/person/code/", {"code": code})
        client.post(
            "/register/person/identity/",
            {"name": "王海涛", "document_kind": "resident_id", "id_number": number},
        )
        shown = client.get("/register/person/consent/").content.decode()
        answer = client.post("/register/person/consent/", {"information": "on", "promise": "on"}, follow=True)
    assert number not in shown and number[-4:] in shown and "王海涛" in shown
    assert answer.redirect_chain == [("/register/person/done/", 303)]
    page = answer.content.decode()
    assert "您已通过实名核验" in page and 'href="/my/messages/"' in page
    assert answer["Cache-Control"] == "no-store"
    said = json.dumps(logs, ensure_ascii=False, default=str)
    assert all(secret not in said for secret in (PHONE, number, code, "王海涛"))
    assert {line["event"] for line in logs} >= {"request"}


def test_registration_says_every_fault_and_keeps_what_was_typed(police: FakePolice) -> None:
    client = Client()
    answer = client.post("/register/person/", {"phone": "1380000"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("手机号码应为 11 位，现在是 7 位") == 2 and 'value="1380000"' in page
    assert "<title>" in page and "有错误：" in page.split("</title>")[0]
    client.post("/register/person/", {"phone": PHONE})
    client.post("/register/person/code/", {"code": sent_code()})
    answer = client.post(
        "/register/person/identity/", {"name": "王5", "document_kind": "resident_id", "id_number": "41010619"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "姓名里有数字或符号“5”，请按身份证填写" in page
    assert "身份证号码应为 18 位，现在是 8 位" in page and 'value="41010619"' in page
    client.post(
        "/register/person/identity/",
        {"name": "王海涛", "document_kind": "resident_id", "id_number": new_number()},
    )
    page = client.post("/register/person/consent/", {}).content.decode()
    assert page.count("请阅读并勾选承诺书") == 2
    police.outcome = IdentityOutcome.MISMATCH
    answer = client.post("/register/person/consent/", {"information": "on", "promise": "on"})
    assert answer.status_code == 422
    assert "姓名与身份证号码不一致，请按身份证上的内容填写" in answer.content.decode()
    assert not Person.objects.exists()


def test_when_the_police_are_away_the_page_says_so_and_asks_again(police: FakePolice) -> None:
    police.away = True
    made = somebody(PHONE)
    client = logged_in(made.user_id)
    assert "实名核验暂时没有返回结果" in client.get("/register/person/done/").content.decode()
    form = client.get("/register/person/verify/")
    number = re.search(r'name="id_number" value="(\w+)"', form.content.decode())
    assert number is not None
    police.away = False
    answer = client.post(
        "/register/person/verify/",
        {"name": "王海涛", "document_kind": "resident_id", "id_number": number[1]},
        follow=True,
    )
    assert "您已通过实名核验" in answer.content.decode()


def test_a_person_logs_in_with_a_code_and_goes_on_where_they_were(police: FakePolice) -> None:
    somebody(PHONE)
    client = Client()
    client.get("/login/?next=/services/P01/")
    client.post("/login/", {"phone": PHONE, "next": "/services/P01/"})
    before = client.session.session_key
    answer = client.post("/login/code/", {"code": "12345"})
    assert answer.status_code == 422 and "验证码应为 6 位数字" in answer.content.decode()
    answer = client.post("/login/code/", {"code": sent_code()})
    assert (answer.status_code, answer["Location"]) == (303, "/services/P01/")
    assert client.session.session_key != before
    assert PHONE not in json.dumps(dict(client.session))


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com/x", "javascript:alert(1)"])
def test_logging_in_never_leads_elsewhere(police: FakePolice, target: str) -> None:
    somebody(PHONE)
    client = Client()
    client.post("/login/", {"phone": PHONE, "next": target})
    assert client.post("/login/code/", {"code": sent_code()})["Location"] == "/my/"


def test_a_proven_phone_without_an_account_goes_on_to_registration(police: FakePolice) -> None:
    client = Client()
    client.post("/login/", {"phone": PHONE})
    answer = client.post("/login/code/", {"code": sent_code()}, follow=True)
    assert answer.redirect_chain[-1][0] == "/register/person/identity/"
    assert "这个手机号还没有注册" in answer.content.decode()


def test_staff_and_operators_log_in_with_a_password_and_begin_at_their_own_desk() -> None:
    clerk("li.min", "review")
    bank = filed_bank()
    actions.add_operator(
        actor=OFFICE, organisation_id=bank.pk, login="bank.li", password=PASSWORD, name="李强"
    )
    for login, home in (("li.min", "/desk/"), ("bank.li", "/bank/")):
        answer = Client().post("/login/work/", {"username": login, "password": PASSWORD})
        assert (answer.status_code, answer["Location"]) == (303, home)


def test_wrong_passwords_are_counted_aloud_and_then_the_door_is_locked() -> None:
    clerk("li.min", "review")
    client = Client()
    said = [client.post("/login/work/", {"username": "li.min", "password": "wrong"}) for _ in range(5)]
    assert "用户名或密码不正确，还可以试 4 次" in said[0].content.decode()
    assert said[0].status_code == 422 and said[-1].status_code == 429
    right = client.post("/login/work/", {"username": "li.min", "password": PASSWORD})
    assert right.status_code == 429 and "锁定" in right.content.decode()


def test_reading_the_logout_page_does_not_log_out(police: FakePolice) -> None:
    client = logged_in(somebody(PHONE).user_id)
    assert "要退出登录吗" in client.get("/logout/").content.decode()
    assert client.post("/keepalive").status_code == 204
    assert "您已退出登录" in client.post("/logout/", follow=True).content.decode()
    assert client.post("/keepalive").status_code == 401


def test_half_an_hour_counts_from_the_last_thing_done(police: FakePolice) -> None:
    client = logged_in(somebody(PHONE).user_id)
    session = client.session
    session["seen"] -= 120
    session.save()
    stale = session["seen"]
    client.get("/")
    assert client.session["seen"] >= stale + 120
    assert client.session.get_expiry_age() <= 30 * 60


def test_elder_mode_and_contrast_are_switched_without_scripts() -> None:
    client = Client()
    answer = client.post("/preferences/", {"mode": "elder", "next": "/services/"})
    assert answer["Location"] == "/services/"
    client.post("/preferences/", {"contrast": "high", "next": "//example.com"})
    page = client.get("/").content.decode()
    assert 'data-mode="elder"' in page and 'data-contrast="high"' in page
    client.post("/preferences/", {"mode": "standard"})
    assert 'data-mode="elder"' not in client.get("/").content.decode()


def test_a_business_not_yet_on_line_says_from_when(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "开始办理" in Client().get("/services/P01/").content.decode()
    policy = policy_for("P01", clock.today())
    later = Opening(channel="web", opens=dt.date(2099, 7, 1), clients=("person",))
    closed = policy.model_copy(update={"openings": (later,)})
    monkeypatch.setattr(guides, "policy_for", lambda code, day: closed)
    page = Client().get("/services/P01/").content.decode()
    assert "2099年7月1日起可网上办理，目前请到窗口" in page
    assert "开始办理" not in page


def test_an_address_that_leads_nowhere_is_not_found() -> None:
    assert Client().get("/services/Z99/").status_code == 404
    assert Client().get("/help/nowhere/").status_code == 404


def test_the_administrator_files_a_bank_signs_and_opens_an_operator() -> None:
    client = administrator()
    wrong = client.post(
        "/console/organisations/new/", {"licence": "financial", "name": "上街农商银行", "uscc": "123"}
    )
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert page.count("统一社会信用代码应为 18 位，现在是 3 位") == 2 and "请输入金融许可证编号" in page
    assert 'value="上街农商银行"' in page
    filed = client.post(
        "/console/organisations/new/",
        {
            "licence": "financial",
            "name": "上街农商银行",
            "uscc": make_uscc("419999", 77),
            "licence_no": "B0000H141010001",
            "legal_representative": "赵建国",
        },
    )
    home = filed["Location"].split("?")[0]
    made = Organisation.objects.get(uscc=make_uscc("419999", 77))
    assert (made.kind, made.licence_kind) == ("bank", "金融许可证")  # corrections 27
    assert "尚未签订服务协议" in client.get(home).content.decode()
    bad = client.post(f"{home}agreements/", {"version": "2026版", "signed_on": "2026-02-30"})
    assert bad.status_code == 422
    assert (
        "日期“2026-02-30”不存在，请核对" in bad.content.decode() and "请输入到期日期" in bad.content.decode()
    )
    client.post(
        f"{home}agreements/",
        {
            "version": "2026版",
            "signed_on": "2020-1-2",
            "valid_from": "2020年1月2日",
            "valid_until": "2099/12/31",
        },
    )
    assert "服务协议有效期至2099年12月31日" in client.get(home).content.decode()
    short = client.post(
        f"{home}operators/", {"op-login": "bank.li", "op-name": "李强", "op-password": "short"}
    )
    assert short.status_code == 422 and "密码至少 12 位，现在是 5 位" in short.content.decode()
    client.post(
        f"{home}operators/",
        {"op-login": "bank.li", "op-name": "李强", "op-password": PASSWORD, "op-may_submit": "on"},
    )
    operator = Operator.objects.get()
    actor = actor_of(operator.user_id)
    assert actor is not None and actor.may("application.file")
    agreement = Organisation.objects.get().agreements.get()
    client.post(f"{home}agreements/{agreement.pk}/", {"reason": "提交虚假材料"})
    assert "服务协议已暂停：提交虚假材料" in client.get(home).content.decode()
    client.post(f"{home}agreements/{agreement.pk}/", {"resume": "1"})
    assert "服务协议有效期至" in client.get(home).content.decode()


def test_the_administrator_opens_staff_accounts_and_sees_conflicting_posts() -> None:
    client = administrator()
    made = client.post(
        "/console/staff/new/",
        {
            "number": "012",
            "name": "王敏",
            "login": "wang.m",
            "password": PASSWORD,
            "posts": ["review", "certify"],
        },
    )
    assert made.status_code == 303
    assert "岗位冲突 1 处" in client.get("/console/staff/").content.decode()
    member = Staff.objects.get(number="012")
    page = client.get(f"/console/staff/{member.pk}/").content.decode()
    assert "自己审核过的办件，不能再由本人打印证书" in page
    client.post(f"/console/staff/{member.pk}/", {"posts": ["review"], "lines": ["transfer"], "window": "3"})
    member.refresh_from_db()
    assert (member.posts, member.lines, member.window) == (["review"], ["transfer"], "3")
    own = Staff.objects.get(number="001")
    refused = client.post(f"/console/staff/{own.pk}/account/", {"active": "0"})
    assert refused.status_code == 422 and "不能停用自己的账号" in refused.content.decode()


def test_the_list_of_staff_is_paged_by_key() -> None:
    client = administrator()
    for n in range(2, 25):
        clerk(f"clerk{n}", "review", number=f"{n:03d}")
    first = client.get("/console/staff/").content.decode()
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward is not None
    second = client.get("/console/staff/" + onward[1]).content.decode()
    assert ">020<" in first and ">021<" not in first
    assert ">021<" in second and ">024<" in second and 'rel="next"' not in second


def test_a_reviewer_is_told_which_post_opens_the_console() -> None:
    clerk("li.min", "review")
    client = logged_in(Staff.objects.get().user_id)
    answer = client.get("/console/")
    assert answer.status_code == 403
    assert "系统管理员" in answer.content.decode()
    assert Client().get("/console/")["Location"] == "/login/?next=%2Fconsole%2F"
