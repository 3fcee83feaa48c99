"""What an accepted case waits for, settled on the way by those whose task it is: 实地查看, 复审, 公告."""

from __future__ import annotations

import re

from . import filing, office
from .roads import DESKS, REVIEWERS, Walk
from .visitor import StepFailed, Visitor

SECOND_REVIEWERS = ("lead1", *REVIEWERS[::-1])
DAYS_OF_A_NOTICE = 40  # calendar days in which fifteen working days are over, whatever the holidays


def settle(walk: Walk, docket_id: str, typed_by: str = "") -> None:
    """Take an accepted case as far as it goes: entered, where nothing needs days to pass or the walk may pass them.
    `typed_by`: the clerk who filed it at the desk, who has no other part in it.

    Raises StepFailed where a notice runs and nobody may move the office's clock.
    """
    _inspect(walk, docket_id, typed_by)
    path = f"/desk/matters/{docket_id}/"
    page = walk.account(DESKS[0]).get(path)
    if "已受理" not in page.text:  # entered at once: nothing waits
        return
    for login in SECOND_REVIEWERS:
        page = walk.account(login).get(path)
        if ("do", "agree") in [b[:2] for form in page.forms for b in form.buttons]:
            walk.account(login).submit(page, office.with_button(page, "do", "agree"), {"do": "agree"})
            walk.step(login, "复审同意登记")
            break
    if re.search(r"公告 待办", page.text) is None:
        return
    if walk.pass_days is None:
        raise StepFailed("公告还没有期满，这件办件要等到期满后才能登簿")
    walk.pass_days(DAYS_OF_A_NOTICE)
    clerk = walk.account(DESKS[0])
    page = clerk.get(path)
    clerk.submit(page, office.with_button(page, "do", "end_notice"), {"do": "end_notice"})
    walk.step(DESKS[0], "公告期满，登簿")


def _inspect(walk: Walk, docket_id: str, typed_by: str) -> None:
    """Two officers go: one photographs and writes, the other confirms."""
    path = f"/field/{docket_id}/"
    officers = [login for login in (*DESKS[1:], DESKS[0]) if login != typed_by]
    first, second = walk.account(officers[0]), walk.account(officers[1])
    page = first.get(path, expect=None)
    if page.status != 200 or not page.has_form("visited_at"):
        return
    photo = [("files", ("place.jpg", filing.picture(f"{docket_id[-6:]} 现场"), "image/jpeg"))]
    page = first.submit(page, office.with_button(page, "do", "photo"), {"do": "photo"}, files=photo)
    form = page.form("visited_at")
    seen = {name: "yes" for name in form.names if name.startswith("finding-")}
    first.submit(page, form, seen | {"passed": "yes", "do": "record"})
    walk.step(officers[0], "实地查看，拍照并记录")
    _confirm(second, path)
    walk.step(officers[1], "确认实地查看记录")


def _confirm(visitor: Visitor, path: str) -> None:
    page = visitor.get(path)
    visitor.submit(page, office.with_button(page, "do", "confirm"), {"do": "confirm"})
