"""Hands on a keyboard: reach what is labelled with Tab, type, choose with arrows and the space bar, press Enter.

Nothing here puts focus anywhere or sets a value by script: where the keyboard does not get to, the road ends, and the
refusal lists what Tab went past. Every stop on the way must show where it is (a drawn outline) and be in sight.
"""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import TimeoutError

BOUND = 250  # presses; the longest page (the desk) has about a hundred stops
Name = str | re.Pattern[str]

# Where the keyboard is, seen from the target: one question to the page a press.
WHERE = """target => {
  const at = document.activeElement, boxes = e => e && e.matches('input[type=radio], input[type=checkbox]');
  const group = e => boxes(e) && e.type === 'radio' && e.name ? [...document.querySelectorAll('input[type=radio]')]
    .filter(r => r.name === e.name && r.form === e.form) : [e];
  const side = at.compareDocumentPosition(target);
  const stop = {here: at === target || group(target).includes(at), nowhere: at === document.body,
    before: !!(side & Node.DOCUMENT_POSITION_PRECEDING)};
  if (stop.nowhere) return stop;
  const words = at.getAttribute('aria-label') || at.labels?.[0]?.innerText || at.innerText || at.placeholder || at.id;
  stop.name = at.tagName.toLowerCase() + ' “' + words.trim().split('\\n')[0].slice(0, 40) + '”';
  if (at.matches('object, embed, iframe')) return stop;
  const ringed = e => { const s = e && getComputedStyle(e);
    return !!s && s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 && !/^rgba.*, 0\\)$/.test(s.outlineColor); };
  const drawn = boxes(at) ? [at, at.nextElementSibling, at.closest('label')] : [at];
  stop.ring = drawn.some(ringed);
  const seen = drawn.find(e => e && e.getBoundingClientRect().width > 4) || at, parts = [...seen.getClientRects()];
  stop.seen = parts.some(r => [[.5, .5], [.1, .2], [.9, .2], [.1, .8], [.9, .8]].some(([x, y]) => {
    const hit = document.elementFromPoint(r.left + r.width * x, r.top + r.height * y);
    return hit && (seen.contains(hit) || hit.contains(seen)); }));
  return stop;
}"""


class Keyboard:
    """One person's keyboard. `problems` collects what is wrong with stops: a missing ring, a stop out of sight."""

    who: str
    page: Any
    problems: list[str]

    # --- getting there ---------------------------------------------------------------------------------------

    def tab_to(self, target: Any, wanted: str = "") -> None:
        """Tab, or Shift+Tab where the target lies before, until it has focus; a radio button: until its group has."""
        try:
            target.wait_for()
        except TimeoutError:
            shown = " ".join(self.page.inner_text("body").split())[:900]
            raise AssertionError(f"{self.who}: no {wanted or target} on {self.page.url}: {shown}") from None
        handle = target.element_handle()
        passed: list[str] = []
        for _ in range(BOUND):
            stop = self.page.evaluate(WHERE, handle)
            if not stop["nowhere"]:
                passed.append(stop["name"])
                self._look_at(stop)
            if stop["here"]:
                return
            self.page.keyboard.press("Shift+Tab" if stop["before"] else "Tab")
        names = "、".join(list(dict.fromkeys(passed)))
        raise AssertionError(
            f"{self.who}: Tab does not get to {wanted or target} on {self.page.url}; it went past {names}"
        )

    def _look_at(self, stop: dict[str, Any]) -> None:
        path = re.sub(r"[0-9a-f-]{36}", "…", self.page.url.partition("?")[0])
        if not stop.get("ring", True):
            self.problems.append(f"{path}: no focus ring on {stop['name']}")
        if not stop.get("seen", True):
            self.problems.append(f"{path}: focus is out of sight on {stop['name']}")

    def skip_to_content(self) -> None:
        """The first Tab of a page shows the skip link; Enter goes past the heading of the site."""
        self.page.keyboard.press("Tab")
        link = self.page.locator(":focus")
        assert link.inner_text() == "跳到主要内容", f"{self.who}: the first stop is {link.inner_text()}"
        box = link.bounding_box()
        assert box["x"] >= 0 and box["y"] >= 0 and box["height"] > 20, (
            f"the skip link is not to be seen: {box}"
        )
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Tab")
        inside = "document.querySelector('#main').contains(document.activeElement)"
        assert self.page.evaluate(inside), f"{self.who}: the skip link does not skip on {self.page.url}"

    def focused(self, selector: str) -> bool:
        return bool(self.page.evaluate("s => document.activeElement.matches(s)", selector))

    # --- filling in ------------------------------------------------------------------------------------------

    def write(self, label: str, words: str, *, nth: int = 0) -> None:
        """Replace what stands in a field by these words; what a keyboard has no key for comes as from an input method."""
        field = self.page.get_by_label(label, exact=True).nth(nth)
        self.tab_to(field, label)
        self.type(words)

    def type(self, words: str) -> None:
        self.page.keyboard.press("Control+a")
        if words.isascii():
            self.page.keyboard.type(words)
        else:
            self.page.keyboard.insert_text(words)

    def choose(self, label: str, option: Name, *, nth: int = 0) -> None:
        """An option of a select, with the arrow keys."""
        self.choose_in(self.page.get_by_label(label, exact=True).nth(nth), option)

    def choose_in(self, select: Any, option: Name) -> None:
        self.tab_to(select, str(option))
        self.page.keyboard.press("Home")
        shown = "document.activeElement.selectedOptions[0].text.trim()"
        passed: list[str] = []
        for _ in range(BOUND):
            words = self.page.evaluate(shown)
            if re.fullmatch(option, words) if isinstance(option, re.Pattern) else words == option:
                return
            if passed and passed[-1] == words:
                break
            passed.append(words)
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{self.who}: {option} is not among {passed}")

    def tick(self, label: str, *, nth: int = 0) -> None:
        """A tick with the space bar; a radio button with the arrows once its group has focus."""
        self.tick_box(self.page.get_by_label(label, exact=True).nth(nth), label)

    def tick_box(self, box: Any, label: str = "") -> None:
        if box.is_checked():
            return
        self.tab_to(box, label)
        if box.get_attribute("type") == "checkbox" or box.evaluate("e => e === document.activeElement"):
            self.page.keyboard.press("Space")
        else:
            for _ in range(20):
                self.page.keyboard.press("ArrowDown")
                if box.is_checked():
                    break
        assert box.is_checked(), f"{self.who}: {label or box} is not to be ticked with the keyboard"

    def give_file(self, label: str, file: dict[str, Any]) -> None:
        """The chooser opens with the keyboard; which file is taken in it is the operating system's page."""
        self.tab_to(self.page.get_by_label(label), label)
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Enter")
        chooser.value.set_files(file)

    # --- going on --------------------------------------------------------------------------------------------

    def press(
        self, name: Name, *, exact: bool = True, role: str = "button", nth: int = 0, key: str = ""
    ) -> None:
        """A button with the space bar, a link with Enter; waits for the page it leads to."""
        found = self.page.get_by_role(role, name=name, exact=exact).nth(nth)
        self.enter(found, str(name), key=key or ("Space" if role == "button" else "Enter"))

    def follow(self, name: Name, *, exact: bool = True, nth: int = 0) -> None:
        self.press(name, exact=exact, role="link", nth=nth)

    def enter(self, target: Any, name: str = "", *, key: str = "Enter") -> None:
        """Reach it and press the key; waits for the page it leads to."""
        self.tab_to(target, name)
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press(key)

    def open_fold(self, words: str) -> None:
        """A closed part of the page, opened with Enter on its heading."""
        fold = self.page.locator("summary").filter(has_text=words)
        self.tab_to(fold, words)
        self.page.keyboard.press("Enter")
        assert self.page.evaluate("document.activeElement.parentElement.open"), f"{words} stays closed"
