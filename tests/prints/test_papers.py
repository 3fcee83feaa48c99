"""Every paper of the hall: what stands on it, that its code can be scanned, and that it comes out the same twice."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pypdf
import pytest
import zxingcpp
from PIL import Image

from dengbu.cases import prints as case_papers
from dengbu.certificates import prints as deeds
from dengbu.core.printing import plain, preview
from tests.prints import deeds as filled_deeds
from tests.prints import samples

Paper = tuple[Callable[[Any], bytes], Callable[..., Any], str, int]

PAPERS: dict[str, Paper] = {
    "受理凭证": (
        case_papers.acceptance_receipt,
        samples.receipt,
        "cases/prints/acceptance_receipt.typ",
        1,
    ),
    "缴费通知书": (case_papers.fee_notice, samples.notice, "cases/prints/fee_notice.typ", 1),
    "缴费凭证": (case_papers.fee_voucher, samples.voucher, "cases/prints/fee_voucher.typ", 1),
    "减免登记费承诺书": (
        case_papers.fee_undertaking,
        samples.undertaking,
        "cases/prints/fee_undertaking.typ",
        1,
    ),
    "补充材料收件凭证": (case_papers.supplement_paper, samples.supplement, "cases/prints/supplement.typ", 1),
    "容缺受理告知承诺书": (case_papers.undertaking_paper, samples.promise, "cases/prints/undertaking.typ", 1),
    "撤回凭证": (case_papers.withdrawal, samples.withdrawal, "cases/prints/withdrawal.typ", 1),
    "材料原件收取、退还清单": (
        case_papers.originals_list,
        samples.originals,
        "cases/prints/originals_list.typ",
        1,
    ),
    "预审通过通知单": (case_papers.pass_slip, samples.slip, "cases/prints/pass_slip.typ", 1),
    "申请书": (case_papers.application_form, samples.application, "cases/prints/application_form.typ", 2),
    "询问笔录": (case_papers.inquiry_record, samples.inquiry, "cases/prints/inquiry_record.typ", 1),
    "不予受理告知书": (case_papers.refusal_notice, samples.refusal, "cases/prints/refusal_notice.typ", 1),
    "公告": (case_papers.public_notice, samples.public_notice, "cases/prints/public_notice.typ", 1),
    "实地查看记录": (
        case_papers.inspection_record,
        samples.inspection,
        "cases/prints/inspection_record.typ",
        1,
    ),
    "面签记录": (case_papers.signing_record, samples.signing, "cases/prints/signing_record.typ", 2),
    "换发通知书": (case_papers.renewal_notice, samples.renewal, "cases/prints/renewal_notice.typ", 1),
    "免收登记费证明": (case_papers.fee_voucher, samples.no_charge, "cases/prints/fee_voucher.typ", 1),
    "红字缴费凭证": (case_papers.fee_reversal, samples.reversal, "cases/prints/fee_reversal.typ", 1),
    "不动产登记差错报告": (
        case_papers.error_report,
        samples.error_report,
        "cases/prints/error_report.typ",
        1,
    ),
    "暂缓办理通知书": (case_papers.pause_notice, samples.pause, "cases/prints/pause_notice.typ", 1),
    "收文单": (case_papers.service_slip, samples.service_slip, "cases/prints/service_slip.typ", 1),
    "协助执行回执": (case_papers.order_receipt, samples.order_receipt, "cases/prints/order_receipt.typ", 1),
    "告知函": (case_papers.court_letter, samples.court_letter, "cases/prints/court_letter.typ", 1),
    "审批表": (case_papers.approval_sheet, samples.approval, "cases/prints/approval_sheet.typ", 1),
    "传递表": (case_papers.transfer_slip, samples.transfer, "cases/prints/transfer_slip.typ", 1),
    "卷内目录": (case_papers.volume_catalogue, samples.catalogue, "cases/prints/volume_catalogue.typ", 1),
    "移交清单": (case_papers.handover_list, samples.handover, "cases/prints/handover_list.typ", 2),
    "不动产权证书": (deeds.certificate, filled_deeds.deed, "certificates/prints/certificate.typ", 2),
    "不动产登记证明": (deeds.proof, filled_deeds.evidence, "certificates/prints/proof.typ", 1),
    "整个项目一本的不动产权证书": (
        deeds.certificate,
        filled_deeds.whole,
        "certificates/prints/certificate.typ",
        5,
    ),
    "附清单的不动产登记证明": (deeds.proof, filled_deeds.works, "certificates/prints/proof.typ", 4),
}
every_paper = pytest.mark.parametrize("name", PAPERS)


def pages(pdf: bytes) -> list[str]:
    """The text of each page without any white space: labels are spread over their column."""
    return [
        re.sub(r"\s+", "", page.extract_text())
        for page in pypdf.PdfReader(io.BytesIO(pdf), strict=True).pages
    ]


def words_of(value: Any) -> Iterator[str]:
    """Every string that a paper's data carry, except what is drawn (codes, pictures) or chooses (kind)."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in (
                "qr",
                "qr_svg",
                "plan_svg",
                "kind",
                "signature_svg",
                "interpreter_svg",
                "digest",
                "photos",
            ):
                yield from words_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from words_of(item)
    elif isinstance(value, str):
        yield re.sub(r"\s+", "", value)


@every_paper
def test_every_word_of_the_data_stands_on_the_paper(name: str) -> None:
    make, fill, _, _ = PAPERS[name]
    document = fill()
    text = "".join(pages(make(document)))
    # Amounts in capitals stand at the total only.
    expected = {
        word
        for word in words_of(plain(document))
        if word and not (word.endswith("整") and word != plain(document).get("total_capitals"))
    }
    assert {word for word in expected if word not in text} == set()


@every_paper
def test_every_page_names_the_number_the_page_and_the_printer(name: str) -> None:
    make, fill, _, count = PAPERS[name]
    document = fill()
    found = pages(make(document))
    assert len(found) == count
    for index, text in enumerate(found, start=1):
        assert document.head.number in text
        assert f"第{index}页共{count}页" in text
        assert "打印时间2026年12月1日10:52打印人孙倩（工号027）" in text
        assert "补打" not in text
        assert "样张" not in text


@every_paper
def test_a_second_print_and_a_training_print_say_so(name: str) -> None:
    make, fill, _, _ = PAPERS[name]
    document = fill()
    marked = dataclasses.replace(document, head=dataclasses.replace(document.head, reprint=2, sample=True))
    for text in pages(make(marked)):
        assert "补打2" in text
        assert "样张·培训用" in text


@every_paper
def test_the_code_on_the_paper_scans_and_measures_25_mm(name: str) -> None:
    _, fill, template, _ = PAPERS[name]
    ppi = 200
    picture = Image.open(io.BytesIO(preview(template, fill(), ppi=ppi)[0]))
    (found,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    assert found.text == samples.LINK
    width = found.position.top_right.x - found.position.top_left.x
    assert width / ppi * 25.4 >= 24.9


@every_paper
def test_papers_are_a4(name: str) -> None:
    make, fill, _, _ = PAPERS[name]
    for page in pypdf.PdfReader(io.BytesIO(make(fill()))).pages:
        sides = sorted(round(float(side) / 72 * 25.4) for side in (page.mediabox.width, page.mediabox.height))
        assert sides == [210, 297]


@every_paper
def test_the_same_data_give_the_same_bytes(name: str) -> None:
    make, fill, _, _ = PAPERS[name]
    first = make(fill())
    document = fill()
    other = make(dataclasses.replace(document, head=dataclasses.replace(document.head, reprint=1)))
    assert other != first  # the press keeps nothing of the print before
    assert make(fill()) == first


def test_a_long_list_repeats_its_heading_and_number_on_each_page() -> None:
    found = pages(case_papers.handover_list(samples.handover(count=100)))
    assert len(found) >= 4
    assert all("档号/受理编号" in text and "YJ20261231000002" in text for text in found[:-1])
    assert "上街区淮阳路21号院6号楼1单元100" in "".join(found)


def test_the_application_ticks_what_is_applied_for_and_nothing_else() -> None:
    text = "".join(pages(case_papers.application_form(samples.application())))
    ticked = set(re.findall(r"□✓([^□✓\d]+)", text))
    assert {box.split("、万元")[0].split("申请")[0] for box in ticked} >= {
        "平方米",
        "国有建设用地使用权",
        "房屋所有权",
        "转移登记",
        "单一版",
    }
    assert "□✓首次登记" not in text
    assert "□首次登记" in text
    assert "□✓抵押权" not in text


def test_every_one_of_many_applicants_has_a_line_to_sign() -> None:
    many = tuple(dataclasses.replace(samples.SELLER, name=f"共有人{index:02d}") for index in range(1, 31))
    found = pages(case_papers.application_form(samples.application(holders=many)))
    text = "".join(found)
    assert all(f"权利人（签章）：{person.name}" in text for person in many)
    assert all("41010620261201000123" in page for page in found)


def test_a_mortgage_application_states_scope_and_transfer_limit() -> None:
    mortgage = case_papers.MortgageBlock(
        secured_amount="65.0000",
        term="2026年12月1日起至2056年11月30日止",
        secured_scope="主债权及利息",
        transfer_limit=True,
    )
    form = samples.application(rights=("抵押权",), registrations=("首次", "其他事项"), mortgage=mortgage)
    text = "".join(pages(case_papers.application_form(form)))
    assert "□✓抵押权" in text
    assert "□✓其他：其他事项" in text
    assert "是否存在禁止或限制转让抵押不动产的约定：□✓是□否" in text
    assert "主债权及利息" in text


def test_a_refusal_tells_both_remedies_and_their_time() -> None:
    text = "".join(pages(case_papers.refusal_notice(samples.refusal())))
    assert "60日内向郑州市上街区人民政府申请行政复议" in text
    assert "6个月内向郑州市上街区人民法院提起行政诉讼" in text
    assert "第十七条" in text


def test_a_decline_rests_on_its_own_article() -> None:
    text = "".join(pages(case_papers.refusal_notice(samples.refusal(kind="decline", returned=()))))
    assert "不予登记告知书" in text
    assert "第二十二条" in text
    assert "没有需要退还的材料原件" in text


def test_a_free_case_prints_zero_with_its_reason() -> None:
    text = "".join(pages(case_papers.fee_voucher(samples.voucher())))
    assert "零元整" in text
    assert "小微企业免收登记费" in text


def test_the_pre_review_slip_names_nobody_and_no_home() -> None:
    text = "".join(pages(case_papers.pass_slip(samples.slip())))
    for secret in ("韩立新", "许文静", samples.PLACE, samples.UNIT):
        assert secret not in text
