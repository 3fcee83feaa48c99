"""The front-end floor: what components say, how they are wired, and that a browser finds nothing to complain of."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from django.test import RequestFactory, override_settings

import dengbu.web
from dengbu.core import clock
from dengbu.core.refusals import Refusal
from dengbu.web.gallery import GalleryForm, gallery
from dengbu.web.templatetags import _assets, _text

WEB = Path(dengbu.web.__file__).parent
COMPONENTS = sorted((WEB / "templates/components").glob("*.html"))
NOON = dt.datetime(2026, 3, 5, 4, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def plain_static_names() -> Iterator[None]:
    """Components ask for static files by their plain names here, without a manifest of hashed ones."""
    storage = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=storage):
        yield


def draw(source: str, **context: Any) -> str:
    template = engines["django"].from_string("{% load dengbu_ui %}" + source)
    return template.render(context, RequestFactory().get("/here/"))


def gallery_html(surface: str = "web", **cookies: str) -> str:
    request = RequestFactory().get("/gallery/", {"surface": surface})
    request.COOKIES.update(cookies)
    return gallery(request).content.decode()


def test_every_error_of_a_form_is_linked_once_with_its_own_words() -> None:
    form = GalleryForm({})
    html = draw("{% error_summary form=form %}{% for f in form %}{% field f %}{% endfor %}", form=form)
    links = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', html)
    inline = re.findall(r'<span class="vh">错误：</span>([^<]+)</span>', html)
    assert [words for _, words in links] == inline
    assert len(inline) == len(form.errors) > 0
    ids = set(re.findall(r'\bid="([^"]+)"', html))
    assert {target for target, _ in links} <= ids


def test_a_form_without_errors_shows_no_summary() -> None:
    assert "errsum" not in draw("{% error_summary form=form %}", form=GalleryForm())


def test_refusals_stand_in_the_summary_with_their_remedy() -> None:
    refusals = [
        Refusal("A", "份额合计为 90%", "请核对份额。", field="share"),
        Refusal("B", "有查封登记", "请先解除。"),
    ]
    html = draw("{% error_summary refusals=refusals %}", refusals=refusals)
    assert '<a href="#id_share">份额合计为 90%</a>' in html
    assert "<strong>有查封登记</strong>" in html
    assert "请先解除。" in html
    assert "有 2 处需要修改" in html


def test_a_field_points_at_its_hint_and_its_error() -> None:
    html = draw(
        "{% field f %}", f={"label": "姓名", "name": "name", "hint": "按身份证", "error": "请输入姓名"}
    )
    assert '<label for="id_name">姓名' in html
    assert 'aria-describedby="id_name-hint id_name-error"' in html
    assert 'aria-invalid="true"' in html


def test_what_a_person_typed_is_escaped() -> None:
    html = draw(
        "{% field f %}{% diff a b %}", f={"label": "x", "name": "n", "value": '"><script>'}, a="<b>", b="c"
    )
    assert "<script>" not in html
    assert "<b>" not in html


def test_an_amount_is_read_back_in_capitals() -> None:
    html = draw('{% field f kind="money" %}', f={"label": "价格", "name": "price", "value": "120万"})
    assert "壹佰贰拾万元整" in html


def test_a_chosen_answer_stays_chosen() -> None:
    html = draw("{% field form.share %}", form=GalleryForm({"share": "by_share"}))
    assert re.findall(r'value="([^"]+)" checked', html) == ["by_share"]


def test_passwords_are_never_written_back() -> None:
    assert "hunter2" not in draw(
        "{% field f %}", f={"label": "密码", "name": "p", "kind": "password", "value": "hunter2"}
    )


@pytest.mark.parametrize("tone", ["plain", "info", "ok", "fix", "warn", "alt"])
def test_a_coloured_tag_always_has_an_icon_and_a_word(tone: str) -> None:
    html = draw("{% tag '已受理' tone %}", tone=tone)
    assert "<use" in html
    assert "已受理" in html


@pytest.mark.parametrize(
    ("answer", "valid", "words"),
    [
        ("none", HOUR, "无限制"),
        ("none", -HOUR, "结果已过期"),
        ("some", HOUR, "有限制"),
        ("answered", HOUR, "有限制，规则允许继续"),
        ("failed", HOUR, "查询失败"),
        ("stale", -HOUR, "结果已过期"),
    ],
)
def test_only_a_fresh_clear_answer_is_green(answer: str, valid: dt.timedelta, words: str) -> None:
    now = clock.now()
    html = draw(
        "{% restriction_result answer asked until %}", answer=answer, asked=now - HOUR, until=now + valid
    )
    assert f"<b>{words}</b>" in html
    assert ("resline--ok" in html) == (words == "无限制")


def test_rows_that_differ_come_first_and_only_their_characters_are_marked() -> None:
    rows = [
        {"label": "面积", "values": ["98.52", "98.52"]},
        {"label": "姓名", "values": ["王海滔", "王海涛"]},
        {"label": "用途", "values": ["住宅", None]},
    ]
    html = draw("{% compare_table rows columns %}", rows=rows, columns=["填报", "登记簿"])
    assert re.findall(r'<th scope="row">([^<]+)</th>', html) == ["姓名", "面积", "用途"]
    assert re.findall(r"<mark>([^<]+)</mark>", html) == ["滔"]
    assert html.count("不一致") == 1
    assert "无从比对" in html


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (dt.timedelta(hours=3, minutes=20), "剩 3 小时"),
        (dt.timedelta(minutes=48), "剩 48 分钟"),
        (dt.timedelta(seconds=20), "剩 不到 1 分钟"),
        (dt.timedelta(days=2, hours=1), "剩 2 天"),
        (dt.timedelta(), "已超时 不到 1 分钟"),
        (dt.timedelta(hours=-26), "已超时 1 天"),
    ],
)
def test_the_time_left_is_said_in_whole_units(left: dt.timedelta, words: str) -> None:
    assert _text.remaining(NOON + left, NOON) == words


def test_dates_are_written_as_the_office_reads_them() -> None:
    assert _text.cn_datetime(NOON) == "2026年3月5日 12:00"
    assert _text.cn_date(dt.datetime(2026, 3, 5, 23, 0, tzinfo=dt.UTC)) == "2026年3月6日"
    assert _text.cn_date(dt.date(2026, 3, 5)) == "2026年3月5日"
    assert _text.cn_date(None) == ""


def test_filters_write_money_masks_and_unit_numbers() -> None:
    source = (
        "{{ fen|money }}|{{ fen|capital }}|{{ name|mask_name }}|{{ phone|mask_phone }}|{{ unit|group_unit }}"
    )
    context = {
        "fen": 120_000_000,
        "name": "王敏",
        "phone": "13800002134",
        "unit": "410106001001GB00012F00030015",
    }
    assert draw(source, **context).split("|") == [
        "1,200,000.00",
        "壹佰贰拾万元整",
        "王*",
        "138****2134",
        "410106 001001 GB00012 F00030015",
    ]


@pytest.mark.parametrize("surface", ["web", "staff"])
def test_no_page_frame_carries_inline_style_or_script(surface: str) -> None:
    html = gallery_html(surface)
    assert not re.search(r"\sstyle=", html)
    assert "<style" not in html
    assert not re.search(r"\son\w+=", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))


def test_preferences_switch_the_page_and_are_plain_forms() -> None:
    html = gallery_html(mode="elder", contrast="high")
    assert '<html lang="zh-CN" data-surface="web" data-mode="elder" data-contrast="high">' in html
    assert re.search(r'name="mode" value="standard" aria-pressed="true"', html)
    odd = gallery_html(mode='"><script>')
    assert '<html lang="zh-CN" data-surface="web">' in odd


def test_every_icon_on_the_page_is_drawn() -> None:
    sprite = (WEB / "static/dengbu/icons.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    for surface in ("web", "staff"):
        used = set(re.findall(r"icons\.svg#(i-[\w]+)", gallery_html(surface)))
        assert used
        assert used <= drawn
    in_templates = set()
    for path in (WEB / "templates").rglob("*.html"):
        in_templates |= {f"i-{n}" for n in re.findall(r'{% icon "([\w]+)"', path.read_text())}
    assert in_templates <= drawn


def test_every_listed_stylesheet_and_module_exists_and_none_is_forgotten() -> None:
    listed = {
        p for s in ("citizen", "kiosk", "staff", "paper") for p in _assets.stylesheets(s) + _assets.scripts(s)
    }
    pages = "".join(p.read_text() for p in (WEB / "templates").rglob("*.html"))
    listed |= set(
        re.findall(r"""static ['"](dengbu/(?:css|js)/[^'"]+)['"]""", pages)
    )  # what single pages add
    static = WEB / "static"
    present = {
        str(p.relative_to(static))
        for kind in ("css", "js")
        for p in (static / "dengbu" / kind).rglob(f"*.{kind}")
    }
    assert listed == present


def test_all_scripts_together_stay_small() -> None:
    assert sum(p.stat().st_size for p in (WEB / "static/dengbu/js").glob("*.js")) <= 60_000


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda p: p.stem)
def test_every_component_says_how_it_is_used(path: Path) -> None:
    assert "{#" in path.read_text()[:300]


@pytest.mark.parametrize("name", ["400", "403", "404", "409", "422", "500", "503"])
def test_an_error_page_gives_its_number_and_the_phone(name: str) -> None:
    context = {
        "error_number": "E-7K3M",
        "needed_posts": ["缮证转卷岗"],
        "refusals": [Refusal("X", "这处房屋有查封登记", "请先到查封机关解除。")],
        "viewer": {"is_authenticated": False},
        "office": {"name": "登记中心", "phone": "0371-0000 0000", "hours": "工作日", "address": "二楼"},
    }
    page = engines["django"].get_template(f"errors/{name}.html").render(context, RequestFactory().get("/"))
    body = unescape(page)
    assert body.count("<h1>") == 1
    assert "E-7K3M" in body
    assert "0371-0000 0000" in body
    assert "请先到查封机关解除。" in body
    assert ("缮证转卷岗" in body) == (name == "403")
