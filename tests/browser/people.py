"""Somebody at a real browser: works by label and keyboard, and has every page looked at by axe and by the camera."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import httpx
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw

from tests.browser.keyboard import Keyboard

ARTIFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP, PHONE = (1280, 900), (390, 844)
START_PAGES = ("/", "/login/", "/login/work/")
MOUSE = "addEventListener('pointerdown', () => console.error('somebody used the mouse'), true)"
_axe = Axe()


def violations(page: Any) -> list[str]:
    """What axe finds on the page as it stands: rule, help, first element."""
    found = _axe.run(
        page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    )
    return [
        f"{v['id']} ({len(v['nodes'])}×): {v['nodes'][0]['html'][:200]}" for v in found.response["violations"]
    ]


def paper(words: str) -> dict[str, Any]:
    """A photographed page, as a file chooser takes it."""
    image = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(image)
    for line in range(24):
        draw.line([(120, 200 + line * 60), (1120, 200 + line * 60)], fill=(160, 160, 170), width=2)
    draw.text((130, 105), words.encode("ascii", "replace").decode(), fill=(20, 30, 50))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return {"name": f"{words}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


class Someone(Keyboard):
    """One person at one browser, whose mouse is never touched."""

    def __init__(
        self, browser: Any, office: Any, who: str, size: tuple[int, int] = DESKTOP, *, scripts: bool = True
    ):
        self.office, self.who = office, who
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            base_url=office.base_url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=scripts,
        )
        self.context.set_default_timeout(6_000)
        self.context.add_init_script(MOUSE)
        self.page = self.context.new_page()
        self.scripts = scripts
        self.problems: list[str] = []
        self.shots = 0
        self.before: set[str] = set()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda e: self.problems.append(f"{self.page.url}: {e}"))
        self.page.on("request", self._request)
        # Asked for once and for all: switched on and off around every upload, it sometimes comes late.
        self.page.on("filechooser", lambda _: None)

    def _console(self, message: Any) -> None:
        expected = "status of 422" in message.text or "status of 409" in message.text
        if message.type == "error" and not expected:
            self.problems.append(f"{self.page.url}: {message.text}")

    def _request(self, request: Any) -> None:
        here = (
            self.office.base_url,
            f"http://127.0.0.1:{self.office.simulator_port}/",
            "data:",
            "blob:",
            "about:",
        )
        if not request.url.startswith(here):
            self.problems.append(f"{self.page.url} asks {request.url}")

    # --- looking ---------------------------------------------------------------------------------------------

    def look(self, name: str) -> None:
        """Axe and the camera on the page as it stands; what is wrong is kept and said at the end."""
        self.shots += 1
        folder = ARTIFACTS / "road"
        folder.mkdir(parents=True, exist_ok=True)
        if self.scripts:
            self.problems += [f"{name}: {v}" for v in violations(self.page)]
            wide = self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if wide > 1:
                self.problems.append(f"{name}: the page is {wide} pixels wider than the window")
        self.page.screenshot(path=folder / f"{self.who}-{self.shots:02}-{name}.png", full_page=True)

    def text(self) -> str:
        return " ".join(str(self.page.inner_text("body")).split())

    # --- coming and going ------------------------------------------------------------------------------------

    def start(self, path: str = "/") -> None:
        """Typed into the address line: the only pages nobody has a link to."""
        assert path in START_PAGES, path
        self._open(path)

    def scan(self, address: str) -> None:
        """What a phone's camera does with a code: it opens the address in it."""
        self._open(address)

    def _open(self, path: str) -> None:
        answer = self.page.goto(path)
        assert answer.status < 400, f"{self.who} {path}: {answer.status}\n{self.text()[:600]}"

    def ask_for_code(self, phone: str) -> None:
        """Type the phone and ask; what came before is not taken for the answer."""
        self.before = {m["serial_no"] for m in self._outbox(phone)}
        self.write("手机号码", phone)
        self.press("获取验证码")

    def _outbox(self, phone: str) -> list[dict[str, Any]]:
        with httpx.Client(trust_env=False, timeout=10) as client:
            address = f"http://127.0.0.1:{self.office.simulator_port}/sms/outbox"
            messages: list[dict[str, Any]] = client.get(address, params={"phone": phone}).json()["messages"]
        return messages

    def code(self, phone: str) -> str:
        """The code that came to this phone, as the simulator's outbox shows it."""
        for _ in range(80):
            for message in self._outbox(phone):
                if message["template"] == "login_code" and message["serial_no"] not in self.before:
                    return str(message["params"][0])
            self.page.wait_for_timeout(250)
        raise AssertionError(f"{self.who}: no code came")

    def log_in_by_phone(self, phone: str, look: bool = False) -> None:
        """From whatever page asks for it."""
        if look:
            self.look("登录")
        self.ask_for_code(phone)
        if look:
            self.look("验证码")
        self.write("短信验证码", self.code(phone))
        self.press("登录")

    def log_in_by_password(self, login: str, password: str) -> None:
        self.follow("登录")
        self.follow("工作人员和单位")
        self.write("用户名", login)
        self.write("密码", password)
        self.press("登录", key="Space")

    def docket(self) -> str:
        """The id of the case in the address."""
        found = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", self.page.url)
        assert found, self.page.url
        return found.group()

    def close(self) -> None:
        self.context.close()
