"""网上补交 at the browsers: the seller uploads and hands in, the desk returns it and then takes it, others find no page."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from dengbu.cases.models import Case, CaseParty, HandIn, Undertaking
from dengbu.materials.models import MaterialPage
from tests.web.examples import Examples, speaker_of, staff
from tests.web.filers import as_user, candidate, hidden, person, text_of, upload
from tests.web.windows import budget, statements

pytestmark = pytest.mark.usefixtures("module_demo_database")


def put(client: Client, address: str, **more: Any) -> Any:
    data = more or {"do": "upload", "files": [upload("marr.jpg")]}
    return client.post(address, {"key": hidden(client.get(address), "key"), **data})


def test_the_seller_hands_in_the_desk_returns_it_and_takes_the_next_version() -> None:
    one = Undertaking.objects.get(pk=Examples()._undertaken())
    docket = one.docket_id
    seller = as_user(speaker_of(CaseParty.objects.get(case_id=docket, role="seller")))
    desk = as_user(staff("accept2"))
    case, paper, file = (
        f"/my/cases/{docket}/",
        f"/my/cases/{docket}/papers/U-MARR/",
        f"/desk/undertakings/{one.pk}/",
    )
    waiting = text_of(seller.get(case))
    assert "待核验" in waiting and "正在核验" in waiting
    closed = text_of(seller.get(paper))
    assert "待核验" in closed and 'name="files"' not in closed
    assert put(seller, paper, do="upload", files=[upload("late.jpg")]).status_code == 422
    assert "待核验" in text_of(desk.get("/desk/undertakings/?tab=check"))
    assert statements(desk, file) <= budget("desk.undertaking")
    wrong = desk.post(file, {"do": "return", "version": "1", "reason": "不行"})
    assert wrong.status_code == 422 and 'value="不行"' in text_of(wrong)
    assert desk.post(file, {"do": "return", "version": "1", "reason": "缺照片页，请补拍"}).status_code == 303

    page = text_of(seller.get(case))
    assert "退回的原因：缺照片页，请补拍" in page and f'href="{paper}"' in page and "重新上传" in page
    # Three more than the example: what it waits for, what was undertaken, what was handed in.
    assert statements(seller, case) <= budget("my.case") + 3
    assert statements(seller, paper) <= budget("my.case.paper") + 1  # the versions handed in before
    same = put(seller, paper, do="hand_in")
    assert same.status_code == 422 and "和退回的那一版一样" in text_of(same)
    assert put(seller, paper).status_code == 303
    assert put(seller, paper, do="hand_in").status_code == 303
    assert put(seller, paper, do="take_back").status_code == 303
    assert put(seller, paper, do="hand_in").status_code == 303
    assert HandIn.objects.filter(undertaking=one).count() == 3
    stale = desk.post(file, {"do": "accept", "version": "2", "said": "与民政数据核对一致"})
    assert stale.status_code == 409 and "请刷新页面" in text_of(stale)
    done = desk.post(file, {"do": "accept", "version": "3", "said": "与民政数据核对一致"})
    assert done.status_code == 303 and Case.objects.get(pk=docket).state == "registered"
    assert "核验通过" in text_of(desk.get(file)) and "已兑现" in text_of(seller.get(case))
    assert MaterialPage.objects.filter(docket_id=docket, item="MARR", removed_at=None).count() == 2
    assert seller.get(paper).status_code == 303 and put(seller, case).status_code == 405
    assert seller.post(paper, {"do": "upload", "files": [upload()]}).status_code == 409


def test_a_stranger_finds_no_such_page() -> None:
    one = Undertaking.objects.get(pk=Examples()._undertaken())
    owner = candidate("P01", 9).owner
    address = f"/my/cases/{one.docket_id}/papers/U-MARR/"
    stranger = person(owner.number)
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, {"do": "upload", "files": [upload()]}).status_code == 404
    assert stranger.get(address.replace(str(one.docket_id), str(uuid.uuid4()))).status_code == 404
