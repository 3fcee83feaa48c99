"""D09: a developer's batch of several homes of one building, accepted together (大宗受理), one case per unit."""

from __future__ import annotations

import re

from dengbu.project.demo.candidates import Candidate

from . import filing, office
from .roads import DESKS, NothingLeft, Walk, Walked, close, collect, free, look, review
from .visitor import Form, Page, StepFailed, Visitor

UNITS = 3


def new_homes(walk: Walk) -> list[Walked]:
    """Choose homes in the building table, file them together, and take each to its archived volume."""
    chosen = _together(walk)
    developer = chosen[0].organisation
    assert developer is not None
    at = walk.account(f"{developer.key}-1")
    batch, dockets = _start(walk, at, chosen)
    _give_papers(walk, at, batch, dockets)
    page = at.get(batch)
    form = next(f for f in page.forms if "declared" in f.names)
    at.submit(page, form, {"dockets": list(dockets), "declared": "on", "do": "submit"})
    walk.step(developer.name, f"核对、承诺，整批提交{len(dockets)}套")
    walked = {d: Walked("D09", case_no=_case_no(at, d)) for d in dockets}
    for docket_id in dockets:
        walk.step(review(walk, docket_id), "认领、查询限制、逐项给出结论，预审通过")
    _accept(walk, batch, dockets)
    for docket_id, candidate in dockets.items():
        buyer = candidate.buyer
        assert buyer is not None
        collect(walk, docket_id)
        close(walk, walked[docket_id], docket_id, buyer.name, "resident_id", buyer.number)
        look(walk, at, "dev", walked[docket_id], docket_id)
    return list(walked.values())


def _together(walk: Walk) -> list[Candidate]:
    """The next free homes of one building."""
    found: list[Candidate] = []
    for candidate in free(walk, "D09"):
        if found and candidate.building != found[0].building:
            found = []
        found.append(candidate)
        if len(found) == UNITS:
            return found
    raise NothingLeft("D09")


def _start(walk: Walk, at: Visitor, chosen: list[Candidate]) -> tuple[str, dict[str, Candidate]]:
    """Tick the homes in the building table and begin the batch. Gives its address, and each unit's docket."""
    table = at.get(f"/dev/buildings/{chosen[0].building}/")
    codes = [c.unit_code for c in chosen]
    checked = at.submit(table, table.form("units"), {"units": codes, "do": "check"})
    begin = next(
        f
        for f in checked.forms
        if f.values.get("do") == "start" or ("do", "start") in [b[:2] for b in f.buttons]
    )
    page = at.submit(checked, begin, {"units": codes, "do": "start"})
    if not re.fullmatch(r"/dev/batches/[0-9a-f-]{36}/", page.path):
        raise StepFailed(f"{page.path}: no batch was begun ({page.said()})")
    dockets = list(dict.fromkeys(re.findall(r"/dev/(?:apply|cases)/([0-9a-f-]{36})/", page.html)))
    by_code: dict[str, Candidate] = {c.unit_code: c for c in chosen}
    named = {}
    for docket_id in dockets:
        tasks = at.get(f"/dev/apply/{docket_id}/property/")
        code = next((c for c in by_code if c in re.sub(r"\s", "", tasks.text)), None)
        if code is None:
            raise StepFailed(f"{tasks.path}: the unit is not to be seen ({tasks.said()})")
        named[docket_id] = by_code[code]
    walk.step(at.who, f"在楼盘表上选{len(named)}套，新建批次")
    return page.path, named


def _give_papers(walk: Walk, at: Visitor, batch: str, dockets: dict[str, Candidate]) -> None:
    """Shared papers once for the batch, the others unit by unit."""
    page = at.get(batch)
    items = dict.fromkeys(
        f.values["item"] for f in page.forms if f.values.get("do") == "upload" and "item" in f.values
    )
    for item in items:
        page = at.get(batch)
        form = next(f for f in page.forms if f.values.get("item") == item and f.values.get("do") == "upload")
        upload = [("files", (f"{item}.jpg", filing.picture(f"{batch[-13:]} {item}"), "image/jpeg"))]
        at.submit(page, form, files=upload)
    for docket_id in dockets:
        filing.upload_missing(at, f"/dev/apply/{docket_id}/")
    walk.step(at.who, f"上传本批共用材料{len(items)}项和每套的材料")


def _case_no(at: Visitor, docket_id: str) -> str:
    page = at.get(f"/dev/cases/{docket_id}/")
    found = re.search(r"\bWS\d{14}\b", page.text)
    if found is None:
        raise StepFailed(f"{page.path}: no case number to be seen ({page.said()})")
    return found.group()


def _accept(walk: Walk, batch: str, dockets: dict[str, Candidate]) -> None:
    """大宗受理: representative present, restrictions of all asked at once, papers, then all checked units together."""
    desk_at = walk.account(DESKS[0])
    path = f"/desk/accept/bulk/{batch.strip('/').split('/')[-1]}/"
    page = desk_at.get(path)
    for button in ("here", "query"):
        page = desk_at.submit(page, office.with_button(page, "do", button), {"do": button})
    shared = next((f for f in page.forms if ("do", "shared") in [b[:2] for b in f.buttons]), None)
    if shared is not None:
        page = desk_at.submit(page, shared, _four(shared) | {"do": "shared"})
    for docket_id in dockets:
        page = desk_at.get(f"{path}?row={docket_id}")
        unit = next((f for f in page.forms if ("do", "unit") in [b[:2] for b in f.buttons]), None)
        if unit is not None:
            page = desk_at.submit(page, unit, _four(unit) | {"do": "unit"})
    walk.step(DESKS[0], f"大宗受理：查询限制、核验共用材料和{len(dockets)}套的材料")
    page = desk_at.get(path)
    form = office.with_button(page, "do", "accept")
    confirm = desk_at.submit(page, form, {"docket": list(dockets), "do": "accept"})
    done = desk_at.submit(
        confirm, _confirming(confirm), {"docket": list(dockets), "do": "accept", "confirmed": "yes"}
    )
    if "没有受理" in done.said():
        raise StepFailed(done.said())
    walk.step(DESKS[0], f"受理并转正式{len(dockets)}套，当场登簿")


def _confirming(page: Page) -> Form:
    return next(f for f in page.forms if "confirmed" in f.names)


def _four(form: Form) -> dict[str, str]:
    """Yes to the four checks of every paper of the form; one original of each."""
    answers = {n: "yes" for n, options in form.choices.items() if set(options) == {"yes", "no"}}
    counts = {n: "1" for n in form.names if n.endswith("-originals")}
    return answers | counts
