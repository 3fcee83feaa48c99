"""The guide of every registration type says what its policy, its class and the fees say, and each of its parts is there."""

import datetime as dt
import html
import io
import re
import zipfile
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from dengbu.catalog.fees import FeeFacts, FeeUnit, assess
from dengbu.catalog.policy import fee_standards, guide_book, policy_for
from dengbu.catalog.policy.guides import Faq, GuideBook
from dengbu.catalog.policy.schema import PolicyError
from dengbu.catalog.registrations import TYPES
from dengbu.catalog.registrations.tables import REMEDIES
from dengbu.core import clock
from dengbu.core.vocabulary import HouseUse
from dengbu.web.public import guide
from dengbu.web.public.guide import check, obstacles, papers, who

pytestmark = pytest.mark.usefixtures("module_database")
ALL = sorted(TYPES)
APPLIED_FOR = [code for code in ALL if TYPES[code].client != "staff"]
PARTS = ("online", "who", "bring", "fee", "time", "flow", "result", "law", "faq")


def page_of(address: str) -> str:
    answer = Client().get(address)
    assert answer.status_code == 200
    assert len(answer.content) < 60_000
    return answer.content.decode()


def parts(page: str) -> dict[str, str]:
    """The sections of a guide by their anchor."""
    found = re.findall(r'<section class="sec" id="(\w+)">(.*?)</section>', page, re.S)
    return dict(found)


def words(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)))


def policy(code: str) -> Any:
    return policy_for(code, clock.today())


@pytest.mark.parametrize("code", ALL)
def test_each_part_is_there_and_says_what_policy_says(code: str) -> None:
    page, own = page_of(f"/services/{code}/"), policy(code)
    found = parts(page)
    assert tuple(found) == PARTS
    assert all(words(text) for text in found.values())
    assert own.texts.summary in unescape(page) and own.texts.result in words(found["result"])
    assert all(law in words(found["law"]) for law in own.legal_basis)
    assert all(o.kind.label in words(found["result"]) for o in own.outputs)
    said = words(found["time"])
    assert (f"受理后 {own.promised_days} 个工作日" if own.promised_days else "当场办结") in said
    assert f"法定时限{own.statutory_days} 个工作日" in said.replace("法定时限 ", "法定时限")
    assert (f"公告 {own.public_notice_days} 个工作日" in said) is bool(own.public_notice_days)
    assert ("现场查看" in said) is (own.site_visit != "none")
    assert "{" not in words(page) and "None" not in words(page)


@pytest.mark.parametrize("code", ALL)
def test_the_papers_of_the_page_are_the_checklist_each_with_its_example(code: str) -> None:
    bring = parts(page_of(f"/services/{code}/"))["bring"]
    printed = page_of(f"/services/{code}/materials/")
    checklist = policy(code).checklist
    named = sorted(unescape(name) for name in re.findall(r'<p class="t">(.*?)</p>', bring))
    assert named == sorted(item.name for item in checklist)
    assert (
        sorted(unescape(n) for n in re.findall(r"<b>(.*?)</b>", printed) if n in _names(checklist)) == named
    )
    whens = [unescape(when) for when in re.findall(r'<p class="when">(.*?)</p>', bring)]
    assert sorted(whens) == sorted(
        item.condition_label or "能提供的话" for item in checklist if item.when != "required"
    )
    for item in checklist:
        address = f"/services/{code}/materials/{item.code}"
        assert f'"{address}/sample.pdf"' in bring and f'"{address}/sample.pdf"' in printed
        assert (f'"{address}/blank.pdf"' in bring) is guide_book().papers[item.code].has_blank


def _names(checklist: Any) -> set[str]:
    return {item.name for item in checklist}


@pytest.mark.parametrize("code", ALL)
def test_the_fee_is_what_the_office_would_charge(code: str) -> None:
    said = words(parts(page_of(f"/services/{code}/"))["fee"])
    amounts = set(re.findall(r"([\d,.]+ 元)／([件本])", said))
    expected = set()
    for use in policy(code).fees:
        for thing in (None,) if TYPES[code].subject == "land" else (
            HouseUse.DWELLING, HouseUse.OFFICE, HouseUse.PARKING
        ):  # fmt: skip
            one, two = (
                assess(FeeFacts(use.rule, clock.today(), (FeeUnit("", thing),), n), fee_standards())
                for n in (1, 2)
            )
            each = "本" if one.lines and all("工本费" in line.item for line in one.lines) else "件"
            if one.total_fen:
                expected.add((f"{one.total_fen / 100:g} 元", each))
            if two.total_fen > one.total_fen:
                expected.add((f"{(two.total_fen - one.total_fen) / 100:g} 元", "本"))
    assert amounts == expected
    assert ("不收登记费" in said) is all(each == "本" for _, each in expected)


@pytest.mark.parametrize("code", ALL)
def test_it_says_who_applies_and_leads_there(code: str) -> None:
    page = page_of(f"/services/{code}/")
    said, service = words(parts(page)["who"]), guide.service(policy(code), clock.today())
    for mode in who.modes(TYPES[code]):
        assert mode.words in said and all(when in said for when in mode.when)
    for word, how in who.coming(TYPES[code]):
        assert word in said and how in said
    if service.online:
        assert f'href="{service.start_url}"' in page
        assert resolve(service.start_url).kwargs == {"slug": code.lower()}
    else:
        assert "开始办理" not in page and "上街区政务服务中心" in words(parts(page)["online"])
    assert f"{service.visits} 次" in page


@pytest.mark.parametrize("code", ALL)
def test_questions_that_are_asked_are_answered(code: str) -> None:
    asked = guide_book().faqs_for(code, everybody=code in APPLIED_FOR)
    assert len(asked) >= 3 and any(code in faq.types for faq in asked)
    assert len({faq.question for faq in asked}) == len(asked)
    said = words(parts(page_of(f"/services/{code}/"))["faq"])
    assert all(faq.question in said for faq in asked)


def test_the_front_page_asks_people_what_they_want_to_do_and_tells_six_promised_limits() -> None:
    said = page_of("/")
    asked = re.findall(r'href="(/services/\?who=person&amp;what=\w+)"', said)
    assert len(asked) >= 10
    for address in asked:
        assert '<p class="t"><a href="/services/P' in page_of(html.unescape(address))
    limits = re.findall(r'<th scope="row">([^<]+)</th><td class="m">([^<]+)</td>', said)
    promised = {
        policy(code).name_cn: f"{policy(code).promised_days} 个工作日" for code in guide_book().front.limits
    }
    assert dict(limits) == promised and len(promised) == 6
    assert '<a href="/services/?who=person">全部 21 项</a>' in said


def test_everything_stands_once_in_the_list_and_is_found_by_what_people_say() -> None:
    linked = re.findall(r'<p class="t"><a href="/services/(\w+)/">', page_of("/services/"))
    assert sorted(linked) == ALL
    for text, code in (
        ("加名", "P05"),
        ("证丢了", "P16"),
        ("解押", "B06"),
        ("法院 解封", "S02"),
        ("p01", "P01"),
    ):
        assert f'href="/services/{code}/"' in page_of(f"/services/?q={text}"), text
    assert "没有匹配的事项" in page_of("/services/?q=结婚登记")
    banks = re.findall(r'<p class="t"><a href="/services/(\w+)/">', page_of("/services/?who=bank"))
    assert banks and all(TYPES[code].client == "bank" for code in banks)
    family = re.findall(r'<p class="t"><a href="/services/(\w+)/">', page_of("/services/?what=family"))
    assert sorted(family) == ["P04", "P05", "P06"]
    assert len(re.findall('<p class="t"><a', page_of("/services/?who=nobody&what=nothing"))) == len(ALL)


# --- 能不能办 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", APPLIED_FOR)
def test_every_conditional_paper_can_be_found_out_before_beginning(code: str) -> None:
    kind, own = TYPES[code], policy(code)
    page = page_of(f"/services/{code}/check/")
    everything = {key for key, _ in check.others(kind, own)}
    stands = {group.key for group in obstacles.groups(kind, own)}
    assert all(f'value="{key}"' in page for key in everything | stands)
    found = {i.condition for i in check.judge(kind, own, stands, {}, everything).items}
    for ask in check.asks(kind):
        chain: dict[str, str] = {}
        parent = ask
        while parent.only_if:
            key, values = parent.only_if
            chain[key] = check.posted(values[0])
            parent = next(a for a in kind.form if a.key == key)
        for value, _ in ask.options():
            answers = {**chain, ask.key: value}
            found |= {i.condition for i in check.judge(kind, own, (), answers, ()).items}
    assert {i.condition for i in own.checklist if i.condition} <= found
    assert all(not i.condition for i in check.judge(kind, own, (), {}, ()).items)


def test_what_stops_is_said_with_what_to_do_first() -> None:
    page = page_of("/services/P01/check/?go=1&book=seized")
    assert "要先办好下面的事" in page and REMEDIES["R_SEAL"][0] in page and "/my/apply/p01/start" not in page
    page = page_of("/services/P01/check/?go=1&book=objected")
    assert "可以网上办理" in page and "知悉异议登记存在并自担风险的书面承诺" in page
    page = page_of("/services/P01/check/?go=1&book=mortgaged")
    assert "看登记簿怎样记载" in page and REMEDIES["R_MTG_LIMIT"][0] in page
    page = page_of("/services/P05/check/?go=1&still_married=no")
    assert "只在婚姻关系存续期间办理" in page and "要先办好下面的事" in page
    page = page_of("/services/P04/check/?go=1&divided_by=court")
    assert "分得房屋的一方单方申请" in page and "由法院判决或调解离婚" in words(page)
    assert "可以网上办理" in page_of("/services/P01/check/?go=1&book=nonsense&also=nonsense")


def test_nobody_is_asked_whether_he_can_order_a_seizure() -> None:
    assert Client().get("/services/S01/check/").status_code == 404
    assert "看看自己能不能办" not in page_of("/services/S01/")


# --- the papers -------------------------------------------------------------------------------------------------------


def test_every_paper_has_an_example_and_an_empty_form_where_somebody_writes_it() -> None:
    day = dt.date(2026, 3, 5)
    for item, paper in guide_book().papers.items():
        if paper.kind in papers.PER_TYPE:
            continue
        sample, blank = (
            papers.paper_pdf("P01", item, "sample", day),
            papers.paper_pdf("P01", item, "blank", day),
        )
        assert sample is not None and sample.startswith(b"%PDF")
        assert (blank is not None) is paper.has_blank
        assert blank != sample
        if paper.kind == "form":
            assert not any(value for _, value in paper.emptied().fields)
            shown = " ".join(value for _, value in paper.filled(guide_book().examples).fields)
            assert shown and "{" not in shown


@pytest.mark.parametrize("code", [c for c in ALL if policy_for(c, dt.date.max).item("APP")])
def test_the_application_form_can_be_had_empty_and_filled_for_every_type(code: str) -> None:
    day = dt.date(2026, 3, 5)
    for item in ("APP", "INQ"):
        if policy(code).item(item):
            made = {papers.paper_pdf(code, item, form, day) for form in papers.FORMS}
            assert len(made) == 2 and all(x is not None and x.startswith(b"%PDF") for x in made)


def test_all_papers_come_in_one_file() -> None:
    answer = Client().get("/services/P16/materials.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
    assert "空表/不动产权证书（登记证明）遗失声明.pdf" in names and "样例/身份证明.pdf" in names
    assert "空表/身份证明.pdf" not in names


@pytest.mark.parametrize(
    "address",
    ["P01/materials/ID/blank.pdf", "P01/materials/XX/sample.pdf", "P01/materials/POA/other.pdf", "Z9/"],
)
def test_what_there_is_not_is_not_found(address: str) -> None:
    assert Client().get(f"/services/{address}").status_code == 404


# --- the guide files --------------------------------------------------------------------------------------------------


def test_every_obstacle_of_the_tables_has_plain_words() -> None:
    known = {code for group in guide_book().obstacles for code in group.codes}
    assert known == set(REMEDIES) - {
        "R_INVALID"
    }  # whether it is in the book is asked where the home is chosen


def test_a_guide_file_that_names_what_there_is_not_is_refused() -> None:
    def book(**guide_file: Any) -> GuideBook:
        def rows(model: Any, data: Any, key: str, file: str) -> Any:
            return tuple(model(**row) for row in data[key])

        front = {"developer": ["P01"], "bank": ["P01"], "limits": ["P01"]}
        return GuideBook(
            {"front": front, **guide_file}, {}, lambda model, row, file, where: model(**row), rows
        )

    with pytest.raises(PolicyError, match="没有这个登记类型"):
        book(front={"developer": [], "bank": [], "limits": ["P99"]}).check({"P01"}, ())
    with pytest.raises(PolicyError, match="没有这个登记类型"):
        book(event=[{"key": "x", "name": "x", "types": ["P99"]}]).check({"P01"}, ())
    with pytest.raises(PolicyError, match=r"不认识 \{days\}"):
        book(faq=[{"question": "?", "answer": "{days}日"}]).check({"P01"}, ())
    with pytest.raises(PolicyError, match=r"与 materials\.toml 的材料不一致"):
        book().check({"P01"}, {"ID"})
    assert Faq(question="?", answer="{lock}日").answer_with({"lock": "90"}) == "90日"
