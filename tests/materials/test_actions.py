"""Pages of evidence: added, turned, put in order, taken out and put back; what they cost nobody else."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from PIL import Image

from dengbu.core.acts import system
from dengbu.core.refusals import Conflict, Refused
from dengbu.materials import actions
from dengbu.materials.intake import intake
from dengbu.materials.models import MaterialPage
from dengbu.materials.queries import item_with_removed, pages_of, pages_of_item
from dengbu.materials.storage import read_verified
from tests.support.dockets import open_docket

pytestmark = pytest.mark.django_db
ME = system("test")


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "materials": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }


def picture(shade: int, size: tuple[int, int] = (400, 600)) -> actions.Kept:
    out = io.BytesIO()
    Image.effect_noise(size, shade).convert("RGB").save(out, "JPEG")
    out.seek(0)
    return actions.keep(intake(out, declared_name="a.jpg"))


def add(docket: uuid.UUID, kept: actions.Kept, item: str = "CERT", most: int = 20) -> uuid.UUID:
    ids = actions.add_page(
        actor=ME,
        docket_id=docket,
        item=item,
        kept=kept,
        original_name="a.jpg",
        max_pages=most,
        names={item: "权证"},
    )
    return uuid.UUID(ids[0])


def order(docket: uuid.UUID) -> list[uuid.UUID]:
    return [p.pk for p in pages_of_item(docket, "CERT")]


def test_pages_stand_in_the_order_they_came_and_move_by_one_place() -> None:
    docket = open_docket().pk
    one, two, three = (add(docket, picture(n)) for n in (40, 60, 80))
    assert order(docket) == [one, two, three]
    actions.move_page(actor=ME, docket_id=docket, item="CERT", page_id=three, by=-1)
    assert order(docket) == [one, three, two]
    actions.move_page(actor=ME, docket_id=docket, item="CERT", page_id=one, by=-1)  # it is the first already
    assert order(docket) == [one, three, two]


def test_a_removed_page_can_be_put_back_where_it_was() -> None:
    docket = open_docket().pk
    one, two = (add(docket, picture(n)) for n in (40, 60))
    actions.remove_page(actor=ME, docket_id=docket, item="CERT", page_id=one)
    assert order(docket) == [two]
    assert [p.pk for p in item_with_removed(docket, "CERT")[1]] == [one]
    with pytest.raises(Conflict):
        actions.remove_page(actor=ME, docket_id=docket, item="CERT", page_id=one)
    actions.restore_page(actor=ME, docket_id=docket, item="CERT", page_id=one)
    assert order(docket) == [one, two]


def test_past_the_limit_of_an_item_nothing_is_added_or_put_back() -> None:
    docket = open_docket().pk
    one, _ = (add(docket, picture(n), most=2) for n in (40, 60))
    with pytest.raises(Refused) as refused:
        add(docket, picture(80), most=2)
    assert refused.value.codes == ("MATERIAL_TOO_MANY_PAGES",)
    actions.remove_page(actor=ME, docket_id=docket, item="CERT", page_id=one)
    add(docket, picture(80), most=2)
    with pytest.raises(Refused):
        actions.restore_page(actor=ME, docket_id=docket, item="CERT", page_id=one, max_pages=2)


def test_the_same_picture_twice_is_advice_and_no_fault() -> None:
    docket, kept = open_docket().pk, picture(40)
    add(docket, kept)
    again = add(docket, kept)
    assert "完全相同" in MaterialPage.objects.get(pk=again).advice
    assert len(order(docket)) == 2


def test_a_turned_page_is_turned_once_however_often_the_same_click_arrives() -> None:
    docket = open_docket().pk
    page_id = add(docket, picture(40))
    page = MaterialPage.objects.get(pk=page_id)
    turned = actions.turn(page)
    for _ in range(2):
        actions.rotate_page(
            actor=ME, docket_id=docket, item="CERT", page_id=page_id, was=page.stored_digest, turned=turned
        )
    now = MaterialPage.objects.get(pk=page_id)
    assert (now.width, now.height) == (600, 400)
    with Image.open(io.BytesIO(read_verified(now.storage_key))) as image:
        assert image.size == (600, 400)
    assert now.received_digest == page.received_digest


def test_pages_of_another_docket_are_out_of_reach() -> None:
    mine, other = open_docket().pk, open_docket().pk
    page_id = add(mine, picture(40))
    with pytest.raises(Conflict):
        actions.remove_page(actor=ME, docket_id=other, item="CERT", page_id=page_id)
    assert list(pages_of(mine)) == ["CERT"] and pages_of(other) == {}
