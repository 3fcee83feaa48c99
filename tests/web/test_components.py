"""The front-end floor: what components say, how they are wired, and that a browser finds nothing to complain of."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import RequestFactory, override_settings

import dengbu.web
from dengbu.core import clock, money
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


# --- in a browser -----------------------------------------------------------------------------------------------

CSP = "default-src 'self'"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@pytest.fixture
def browse(chromium: Any) -> Iterator[Any]:
    """Open HTML in Chromium under the content security policy; static files come from the finders."""
    contexts = []

    def open_page(html: str, width: int = 1280) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.problems = []
        page.on("console", lambda m: page.problems.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: page.problems.append(str(e)))

        def answer(route: Any) -> None:
            path = route.request.url.split("office.test", 1)[1].split("?")[0]
            found = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
            if found:
                route.fulfill(path=found, content_type=TYPES[Path(found).suffix])
            else:
                route.fulfill(
                    body=html,
                    content_type="text/html; charset=utf-8",
                    headers={"Content-Security-Policy": CSP},
                )

        page.route("**/*", answer)
        page.goto("http://office.test/page/")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("surface", "width", "cookies"),
    [
        ("web", 1280, {}),
        ("web", 320, {}),
        ("web", 360, {"mode": "elder"}),
        ("web", 1280, {"contrast": "high"}),
        ("staff", 1440, {}),
        ("staff", 1440, {"contrast": "high"}),
    ],
)
def test_the_gallery_is_accessible_and_fits(
    browse: Any, surface: str, width: int, cookies: dict[str, str]
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browse(gallery_html(surface, **cookies), width)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}}).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1")
    assert page.problems == []


@pytest.mark.browser
def test_the_error_summary_takes_the_focus_and_leads_to_the_field(browse: Any) -> None:
    page = browse(gallery_html())
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
    page.get_by_role("link", name="请输入姓名").click()
    assert page.evaluate("document.activeElement.name") == "wrong-name"


@pytest.mark.browser
def test_the_browser_reads_amounts_back_like_the_server(browse: Any) -> None:
    page = browse(gallery_html())
    amounts = [
        "1200000",
        "120万",
        "1005",
        "100000000",
        "20030.05",
        "0.5",
        "10.05",
        "100001000",
        "1200500000000",
        "1.2345万",
        "1,200,000",
    ]
    spoken = page.evaluate(
        "async (all) => { const m = await import('/static/dengbu/js/readback.js'); return all.map(m.capital) }",
        amounts,
    )
    assert spoken == [money.capital(money.yuan_to_fen(a)) for a in amounts]


@pytest.mark.browser
def test_a_scanner_fills_its_field_wherever_the_focus_is_and_a_person_does_not(browse: Any) -> None:
    form = '<form method="get" action="/page/"><input data-scan-target name="code"></form><input id="other">'
    page = browse(
        f'<!doctype html><body>{form}<script type="module" src="/static/dengbu/js/scanner.js"></script>'
    )
    page.locator("#other").focus()
    type_keys = """([codes, gap]) => {
      document.querySelector('form').requestSubmit = () => { document.body.dataset.sent = '1' };
      let at = 1000;
      for (const code of codes) {
        at += gap;
        const event = new KeyboardEvent('keydown', {code, key: 'Process', keyCode: 229, bubbles: true, cancelable: true});
        Object.defineProperty(event, 'timeStamp', {value: at});
        document.activeElement.dispatchEvent(event);
      }
      return [document.querySelector('[data-scan-target]').value, document.body.dataset.sent ?? ''];
    }"""
    codes = ["KeyY", "KeyS", "Minus", "Digit7", "KeyK", "Digit3", "KeyM", "Enter"]
    assert page.evaluate(type_keys, [codes, 200]) == ["", ""]
    assert page.evaluate(type_keys, [codes, 10]) == ["YS-7K3M", "1"]


@pytest.mark.browser
def test_a_second_click_sends_nothing(browse: Any) -> None:
    form = '<form method="post" action="/page/"><button>提交</button></form>'
    page = browse(
        f'<!doctype html><body>{form}<script type="module" src="/static/dengbu/js/submit.js"></script>'
    )
    outcome = page.evaluate("""() => {
      const form = document.querySelector('form');
      const stopped = [];
      addEventListener('submit', (e) => { stopped.push(e.defaultPrevented); e.preventDefault(); });
      form.requestSubmit(); form.requestSubmit();
      return stopped;
    }""")
    assert outcome == [False, True]


@pytest.mark.browser
def test_typing_is_saved_after_twenty_seconds_without_moving_the_focus(browse: Any) -> None:
    form = '<form method="post" data-autosave="/save"><input name="a" id="a"></form><p id="save-status" role="status"></p>'
    page = browse("<!doctype html><body></body>")
    saved: list[str] = []

    def answer(route: Any) -> None:
        saved.append(route.request.post_data or "")
        route.fulfill(body="{}", headers={"X-Saved-At": "14:32"})

    page.route("**/save", answer)
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # from here on the browser's time moves only when the test says so
    page.evaluate(
        "html => { document.body.innerHTML = html; const s = document.createElement('script');"
        " s.type = 'module'; s.src = '/static/dengbu/js/autosave.js'; document.body.append(s);"
        " return new Promise(done => { s.onload = done }) }",
        form,
    )
    page.locator("#a").press_sequentially("王海涛")
    page.clock.run_for(19_000)
    assert saved == []
    page.clock.run_for(2_000)
    page.get_by_text("已自动保存 14:32").wait_for()
    assert len(saved) == 1
    assert page.evaluate("document.activeElement.id") == "a"


@pytest.mark.browser
def test_before_the_session_ends_a_person_is_asked_and_may_go_on(browse: Any) -> None:
    page = browse(
        "<!doctype html><body data-idle='1620' data-idle-grace='180' data-logout='/logout/'><h1>x</h1></body>"
    )
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # from here on the browser's time moves only when the test says so
    page.evaluate(
        "() => { const s = document.createElement('script'); s.type = 'module'; s.src = '/static/dengbu/js/idle.js';"
        " document.body.append(s); return new Promise(done => { s.onload = done }) }"
    )
    page.clock.run_for(1_619_000)
    assert not page.get_by_role("dialog").is_visible()
    page.clock.run_for(2_000)
    assert page.get_by_role("dialog", name="您还在吗？").is_visible()
    page.get_by_role("button", name="继续办理").click()
    assert not page.get_by_role("dialog").is_visible()
    page.clock.run_for(1_621_000)
    assert page.get_by_role("dialog").is_visible()
    page.clock.run_for(181_000)
    page.wait_for_url("**/logout/")


@pytest.mark.browser
def test_an_upload_shows_the_row_the_server_answers_with(browse: Any) -> None:
    page = browse(
        '<!doctype html><body><form method="post" enctype="multipart/form-data" data-upload="/up">'
        '<input type="file" name="scan"><button data-no-js>上传</button><div data-upload-list></div></form>'
        '<script type="module" src="/static/dengbu/js/upload.js"></script>'
    )
    row = draw("{% upload_item 'scan.pdf' state='error' error='文件是空的，请重新选择' %}")
    page.route("**/up", lambda r: r.fulfill(status=422, body=row, content_type="text/html; charset=utf-8"))
    page.locator("input[type=file]").set_input_files(
        {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": b""}
    )
    page.get_by_text("文件是空的，请重新选择").wait_for()
    assert page.locator(".file").count() == 1
    assert not page.locator("[data-no-js]").is_visible()
    page.route("**/up", lambda r: r.abort())
    page.locator("input[type=file]").set_input_files(
        {"name": "b.pdf", "mimeType": "application/pdf", "buffer": b"x"}
    )
    page.get_by_role("button", name="重新上传").wait_for()
    assert page.get_by_text("上传中断").is_visible()


@pytest.mark.browser
def test_the_verdict_keys_choose_for_the_current_item(browse: Any) -> None:
    radios = "".join(f'<label><input type="radio" name="v" value="{n}">{n}</label>' for n in "abc")
    page = browse(
        f'<!doctype html><body><fieldset data-verdict-keys><div class="verdict">{radios}</div></fieldset>'
        '<script type="module" src="/static/dengbu/js/verdict.js"></script>'
    )
    page.keyboard.press("Alt+2")
    assert page.evaluate("document.querySelector('input:checked').value") == "b"
    assert page.locator("label.on").count() == 1


@pytest.mark.browser
def test_the_viewer_turns_pages_and_zooms(browse: Any) -> None:
    pages = "".join(f'<img data-page alt="合同 第 {n} 页" src="/static/dengbu/img/mark.svg">' for n in (1, 2))
    buttons = "".join(f'<button data-act="{a}">{a}</button>' for a in ("next", "zoom-in", "rotate-right"))
    page = browse(
        f"<!doctype html><body><div data-viewer>{pages}{buttons}<p data-viewer-note></p><p data-viewer-scale></p></div>"
        '<script type="module" src="/static/dengbu/js/viewer.js"></script>'
    )
    for name in ("next", "zoom-in", "rotate-right"):
        page.get_by_role("button", name=name).click()
    assert page.locator("[data-viewer-note]").text_content() == "第2页，共2页"
    assert page.locator("[data-viewer-scale]").text_content() == "110%"
    shown = page.locator("[data-page]:visible")
    assert shown.get_attribute("alt") == "合同 第 2 页"
    assert shown.evaluate("e => e.style.rotate") == "90deg"
    assert page.problems == []
