"""The typesetter: nothing typed is read as markup, rare characters are refused, threads do not mix their papers."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pypdf
import pytest
import zxingcpp
from PIL import Image

from dengbu.cases.prints import PartyLine, ReceivedItem, acceptance_receipt, application_form
from dengbu.certificates.prints import Overprint, certificate, proof
from dengbu.core.printing import cn_date, cn_instant, plain, render, unprintable
from dengbu.core.qr import qr_png, qr_svg
from dengbu.core.refusals import Refused
from tests.prints import deeds, samples
from tests.prints.test_papers import pages


@pytest.mark.parametrize(
    "name",
    [
        '#panic("x") $a$ *b*',
        "]#[",
        '"; panic("x")',
        "\\u{41}",
        "<label>@ref",
        "= 一级标题",
        "// 注释 /* x */",
    ],
)
def test_what_looks_like_markup_is_printed_as_typed_wherever_it_stands(name: str) -> None:
    item = ReceivedItem(name=name, originals=1, copies=0, pages=1, remark=name)
    receipt = samples.receipt(
        parties=(PartyLine(role=name, name=name),), location=name, collector_notes=(name,), items=(item,)
    )
    form = samples.application(
        holders=(dataclasses.replace(samples.SELLER, name=name, address=name),), cause=name, remark=name
    )
    deed = deeds.deed(holders=(name,), certificate_number=name, other_facts=(name,), notes=(name,))
    typed = name.replace(" ", "")
    for pdf, times in ((acceptance_receipt(receipt), 6), (application_form(form), 5), (certificate(deed), 6)):
        assert "".join(pages(pdf)).count(typed) >= times


def test_rare_names_of_the_font_are_printed() -> None:
    assert unprintable("㛃䶮𬱖𫖮𫖯𬣙𬇙𠅤𨱏𪾢㎡￥") == set()


@pytest.mark.parametrize("rare", ["𠀀", "😀", "\u200b", "\t"])
def test_a_character_without_a_glyph_stops_the_print_and_is_named(rare: str) -> None:
    assert unprintable(f"王{rare}\n") == {rare}
    party = PartyLine(role="受让方", name=f"王{rare}")
    with pytest.raises(Refused) as refused:
        acceptance_receipt(samples.receipt(parties=(party,)))
    assert refused.value.codes == ("PRINT_GLYPH_MISSING",)
    assert f"U+{ord(rare):04X}" in refused.value.refusals[0].message


def test_papers_printed_at_once_do_not_mix() -> None:
    numbers = [f"4101062026120100{index:04d}" for index in range(24)]

    def printed(number: str) -> bool:
        found = pages(acceptance_receipt(samples.receipt(head=samples.head(number=number))))[0]
        return number in found and not any(other in found for other in numbers if other != number)

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(printed, numbers))


def test_only_templates_of_the_house_are_set() -> None:
    for path in ("../../etc/passwd", "cases/prints/slips.py", "cases/prints/nothing.typ"):
        with pytest.raises(ValueError, match="no print template"):
            render(path, samples.receipt())


def test_the_file_bears_the_print_time_and_no_other() -> None:
    reader = pypdf.PdfReader(io.BytesIO(acceptance_receipt(samples.receipt())))
    assert reader.metadata is not None
    assert reader.metadata.creation_date == samples.at(10, 52)
    assert reader.metadata.title == "不动产登记受理凭证 41010620261201000123"


def test_a_print_carries_no_number_that_is_not_exact() -> None:
    with pytest.raises(TypeError):
        plain({"area": 98.52})
    assert plain({"area": Decimal("98.52")}) == {"area": "98.52"}


def test_dates_are_read_in_the_office() -> None:
    late = dt.datetime(2026, 11, 30, 17, 5, tzinfo=dt.UTC)
    assert cn_date(late) == "2026年12月1日"
    assert cn_instant(late) == "2026年12月1日 01:05"


def test_many_co_owners_are_set_smaller_and_all_named() -> None:
    owners = tuple(f"共有人第{index}号" for index in range(1, 41))
    found = pages(certificate(deeds.deed(holders=owners)))
    assert len(found) == 2
    assert all(owner in found[0] for owner in owners)


def test_what_a_certificate_cannot_hold_is_refused_and_not_cut_off() -> None:
    with pytest.raises(Refused) as refused:
        certificate(deeds.deed(notes=("登记原因说明" * 20,) * 60))
    assert refused.value.codes == ("PRINT_DOES_NOT_FIT",)
    with pytest.raises(Refused):
        proof(deeds.evidence(other_facts=("担保范围" * 20,) * 60))


def test_on_a_blank_only_the_data_are_printed_and_the_offset_moves_them() -> None:
    plain_page = pages(certificate(deeds.deed()))[0]
    overprinted = certificate(deeds.deed(overprint=Overprint()))
    text = pages(overprinted)[0]
    assert "权利人" in plain_page
    assert "权利人" not in text
    assert "许文静、王海涛" in text
    shifted = certificate(deeds.deed(overprint=Overprint(offset_x_mm=Decimal("1.5"))))
    assert shifted != overprinted


def test_a_training_print_on_a_blank_still_says_so() -> None:
    page = deeds.deed(overprint=Overprint(), head=samples.head(number=deeds.CERTIFICATE_NO, sample=True))
    assert all("样张·培训用" in text for text in pages(certificate(page)))


def test_a_drawing_takes_the_place_of_the_note_that_it_is_attached() -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M1 1h8v8H1z" fill="none" stroke="#a00"/></svg>'
    assert "另页粘贴" in pages(certificate(deeds.deed()))[1]
    assert "另页粘贴" not in pages(certificate(deeds.deed(plan_svg=drawing)))[1]


def test_a_code_is_large_enough_and_reads_back() -> None:
    picture = Image.open(io.BytesIO(qr_png(samples.LINK, 300)))
    assert picture.width >= 300
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == samples.LINK
    assert found.format == zxingcpp.BarcodeFormat.QRCode
    assert qr_svg(samples.LINK).startswith("<svg")


@pytest.mark.parametrize("text", ["", "受理凭证", "https://例子.cn/q"])
def test_a_code_never_carries_chinese(text: str) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        qr_svg(text)


def test_a_code_below_240_pixels_is_not_made() -> None:
    with pytest.raises(ValueError, match="240"):
        qr_png("A", 239)


def test_a_print_without_its_head_is_a_fault_of_the_caller() -> None:
    with pytest.raises(TypeError):
        render("cases/prints/pass_slip.typ", {"head": dataclasses.asdict(samples.head())})
