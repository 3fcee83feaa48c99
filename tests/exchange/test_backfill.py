"""单件补录: an old certificate comes into the book by two pairs of hands, one after the other (corrections §2.2)."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from dengbu.certificates.models import Certificate
from dengbu.core.acts import act
from dengbu.core.identifiers import make_resident_id, mask_document_number
from dengbu.core.refusals import Conflict, NotPermitted, Refused
from dengbu.exchange import queries
from dengbu.exchange.actions import backfill
from dengbu.exchange.models import KeptRow, OldCertificate
from dengbu.materials.intake import Limits, intake
from dengbu.parties.permissions import permissions_of
from dengbu.register.models import Entry
from dengbu.register.queries import unit_book
from dengbu.register.verify import verify
from tests.support import office
from tests.web.filers import picture
from tests.web.windows import at_work, text_of

pytestmark = pytest.mark.django_db
UNIT = "410106009001GB00001F00010001"
OWNER = make_resident_id("419999", dt.date(1960, 1, 1), 17)


def said(**other: str) -> dict[str, str]:
    return {
        "H-BDCDYH": UNIT,
        "H-ZL": "上街区济源路12号院3号楼2单元5号",
        "H-FWYT1": "11",
        "H-FWXZ": "1",
        "H-SCJZMJ": "61.50",
        "H-SJCS": "3",
        "H-SHBW": "5",
        "FDCQ2-BDCQZH": "郑房权证上字第0300123号",
        "FDCQ2-DJSJ": "2003-05-12",
        "FDCQ2-DJYY": "房改购房",
        "ZDJBXX-ZL": "上街区济源路12号院",
        "ZDJBXX-ZDMJ": "5200.00",
        "ZDJBXX-YT": "0701",
        "ZDJBXX-QLXZ": "101",
        "ZRZ-JZWMC": "3号楼",
        "ZRZ-ZCS": "6",
        "ZRZ-FWJG": "3",
        "GYFS": "0",
        "QLR1-QLRMC": "赵建国",
        "QLR1-ZJZL": "1",
        "QLR1-ZJH": OWNER,
        "clear": "yes",
    } | other


def scan() -> tuple[Any, str]:
    file = SimpleUploadedFile("a.jpg", picture("旧证"), "image/jpeg")
    return intake(file, declared_name="a.jpg", limits=Limits(max_pages=9, pages_left=9)), "旧证.jpg"


def typed(scans: Any = None, docket: uuid.UUID | None = None, by: int = 21, **other: str) -> uuid.UUID:
    return backfill.type_old_certificate(
        actor=office.clerk(by),
        said=said(**other),
        archive_no="2003-0123",
        scans=[scan()] if scans is None else scans,
        docket_id=docket,
    )


def checked(docket: uuid.UUID, by: int = 22, **other: Any) -> str:
    given = {"version": 1, "number": "郑房权证上字第0300123号", "area": "61.5"} | other
    return backfill.check_old_certificate(actor=office.clerk(by), docket_id=docket, **given)


def test_what_one_typed_is_in_the_book_only_when_another_has_checked_it() -> None:
    docket = typed()
    assert unit_book(UNIT) is None and not Entry.objects.filter(docket_id=docket).exists()
    assert checked(docket).endswith(str(Entry.objects.filter(docket_id=docket).latest("pk").number))
    book = unit_book(UNIT)
    assert book is not None and book.ownership is not None
    assert [h.name for h in book.ownership.holders] == ["赵建国"]
    assert str(book.area_m2) == "61.50"
    entries = Entry.objects.filter(docket_id=docket)
    assert {e.registration_type for e in entries} == {"BACKFILL"}
    paper = Certificate.objects.get(number="郑房权证上字第0300123号")
    assert (paper.state, paper.unit_code, paper.right_id) == ("issued", UNIT, book.ownership.public_id)
    assert KeptRow.objects.filter(thing=f"unit:{UNIT}").exists()
    assert verify().ok
    # The next one in the same house finds land and building in the book, and is not asked for them.
    known = backfill.known_around(said())
    assert known.parcel and known.buildings and known.units


def test_nobody_checks_what_they_typed_themselves_whoever_writes() -> None:
    docket = typed()
    with pytest.raises(NotPermitted) as refused:
        checked(docket, by=21)
    assert refused.value.codes == ("OLD_SAME_HANDS",)

    @act("test.forge")
    def forge(*, actor: Any) -> None:
        OldCertificate.objects.filter(pk=docket).update(checked_by_id=21, state="entered")

    with pytest.raises(IntegrityError), transaction.atomic():
        forge(actor=office.SYSTEM)


def test_whoever_checks_types_number_and_area_again_and_both_must_agree() -> None:
    docket = typed()
    with pytest.raises(Refused) as refused:
        checked(docket, number="郑房权证上字第0300132号", area="61.05")
    assert refused.value.codes == ("OLD_NUMBER_DIFFERS", "OLD_AREA_DIFFERS")
    assert unit_book(UNIT) is None


def test_the_owners_number_is_whole_only_for_whoever_compares_it_with_the_paper() -> None:
    docket, number = typed(), said()["QLR1-ZJH"]
    page = f"/desk/backfill/{docket}/"
    assert number in text_of(at_work("accept").get(page))
    checked(docket)
    after = text_of(at_work("accept").get(page))
    assert number not in after and mask_document_number(number) in after


def test_what_is_sent_back_is_typed_anew_by_the_same_hands_and_checked_as_it_is_now() -> None:
    docket = typed()
    backfill.send_back(actor=office.clerk(22), docket_id=docket, version=1, remark="面积与登记表不一致")
    with pytest.raises(NotPermitted):
        typed(docket=docket, by=23)
    typed(scans=[], docket=docket, **{"H-SCJZMJ": "61.80"})
    with pytest.raises(Conflict):
        checked(docket, version=1, area="61.80")  # of what stood there before
    assert checked(docket, version=2, area="61.80")


@pytest.mark.parametrize(
    ("other", "code", "field"),
    [
        ({"H-BDCDYH": "410106009001GB00001F0001"}, "UNIT_CODE_LENGTH", "H-BDCDYH"),
        ({"QLR1-ZJH": OWNER[:-1] + ("0" if OWNER[-1] != "0" else "1")}, "ID_NUMBER_CHECK", "QLR1-ZJH"),
        ({"H-SCJZMJ": "六十"}, "NUMBER_FORM", "H-SCJZMJ"),
        ({"ZRZ-ZCS": ""}, "FIELD_EMPTY", "ZRZ-ZCS"),
        ({"FDCQ2-DJSJ": "2999-01-01"}, "DATE_FUTURE", "FDCQ2-DJSJ"),
        ({"GYFS": "2"}, "SHARES_WRONG", "QLR1-QLBL"),
        ({"clear": ""}, "OLD_NOT_CLEAR", "clear"),
        ({"FDCQ2-BDCQZH": ""}, "OLD_NO_NUMBER", "FDCQ2-BDCQZH"),
    ],
)
def test_what_an_import_would_keep_out_is_refused_at_its_field(other: Any, code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        typed(**other)
    assert (code, field) in {(r.code, r.field) for r in refused.value.refusals}
    assert not OldCertificate.objects.exists()


def test_a_unit_of_the_book_is_not_typed_again_nor_twice_at_once() -> None:
    docket = typed()
    with pytest.raises(Refused) as refused:
        typed(by=22)
    assert refused.value.codes == ("OLD_TWICE",)
    checked(docket)
    with pytest.raises(Refused) as refused:
        typed()
    assert "UNIT_IN_BOOK" in refused.value.codes


def test_scans_and_archive_number_belong_to_it() -> None:
    with pytest.raises(Refused) as refused:
        backfill.type_old_certificate(actor=office.clerk(), said=said(), archive_no=" ", scans=[])
    assert refused.value.codes == ("OLD_ARCHIVE_NO", "OLD_SCANS")


def test_only_the_counter_types_and_checks() -> None:
    assert backfill.PERMISSION in permissions_of(["accept"])
    for post in ("review", "certify", "admin"):
        assert backfill.PERMISSION not in permissions_of([post])


def test_the_fifty_first_old_certificate_is_on_the_next_page_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 1)
    typed()
    typed(**{"H-BDCDYH": f"{UNIT[:-1]}2", "H-SHBW": "6", "FDCQ2-BDCQZH": "郑房权证上字第0300124号"})
    window = at_work("accept")
    first = window.get("/desk/backfill/")
    onward = re.search(r'href="(\?tab=typed&amp;after=[^"]+)"[^>]*>下一页', first.content.decode())
    assert onward is not None
    second = window.get("/desk/backfill/" + onward[1].replace("&amp;", "&")).content.decode()
    numbers = [
        set(re.findall(r'class="code">([^<]+)</a></th>', page)) for page in (first.content.decode(), second)
    ]
    assert [len(n) for n in numbers] == [1, 1] and numbers[0].isdisjoint(numbers[1])
    assert "下一页" not in second and "回到第一页" in second
    for unread in ("nonsense", "2026-01-02_7", f"2026-01-02T03:04_{uuid.uuid4()}"):
        assert queries.typed_page("typed", unread)[0] == queries.typed_page("typed")[0]
