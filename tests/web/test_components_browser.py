"""The front-end floor in a real browser: accessibility, focus, saving, scanning, uploading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import RequestFactory, override_settings

from dengbu.core import money
from dengbu.web.gallery import gallery


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
