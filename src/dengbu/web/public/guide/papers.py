"""Empty forms (空表) and filled-in examples (样例) of the papers on a checklist, as PDF from our own print templates.

They hold nobody's data and are the same all day, so that each is set once and kept in memory.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import zipfile
from typing import Literal

from django.conf import settings

from dengbu.cases import prints
from dengbu.catalog.policy import TypePolicy, guide_book, policy_for
from dengbu.catalog.registrations import TYPES, RegistrationType
from dengbu.certificates import prints as certificates
from dengbu.core.clock import SHANGHAI
from dengbu.core.printing import PrintHead

from . import who

Form = Literal["blank", "sample"]
FORMS: tuple[Form, ...] = ("blank", "sample")
NAMES = {"blank": "空表", "sample": "样例"}
PER_TYPE = ("application", "inquiry")  # the only ones that are not the same for all types


def paper_pdf(code: str, item: str, form: Form, day: dt.date) -> bytes | None:
    """The paper as PDF; None where the material is unknown or has no empty form because others give it out."""
    paper = guide_book().papers.get(item)
    if paper is None or (form == "blank" and not paper.has_blank):
        return None
    return _set(code if paper.kind in PER_TYPE else "", item, form, day)


def bundle(code: str, day: dt.date) -> bytes:
    """All papers of a type as one ZIP: 空表/… and 样例/…."""
    policy, papers = policy_for(code, day), guide_book().papers
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in dict.fromkeys(i.code for i in policy.checklist):
            for form in FORMS:
                made = paper_pdf(code, item, form, day)
                if made is not None:
                    name = f"{NAMES[form]}/{papers[item].title.replace('/', '、')}.pdf"
                    archive.writestr(zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0)), made)
    return packed.getvalue()


@functools.lru_cache(maxsize=512)
def _set(code: str, item: str, form: Form, day: dt.date) -> bytes:
    paper = guide_book().papers[item]
    examples = guide_book().examples
    head = PrintHead(
        office=settings.OFFICE["name"],
        number={"blank": "由窗口填写", "sample": "样例，仅供参考"}[form],
        printed_at=dt.datetime.combine(day, dt.time(), SHANGHAI),
        printed_by="网上下载",
        qr=f"{settings.BASE_URL}/services/{code + '/' if code else ''}",
        short_code="办事指南",
        example=form == "sample",
    )
    if paper.kind == "certificate":
        return _certificate(head, examples)
    if paper.kind == "proof":
        return _proof(head, examples, notice=item == "PGCERT")
    if paper.kind in PER_TYPE:
        kind, policy = TYPES[code], policy_for(code, day)
        make = _application if paper.kind == "application" else _inquiry
        return make(head, kind, policy, examples if form == "sample" else {})
    shown = paper.filled(examples) if form == "sample" else paper.emptied()
    return prints.statement(
        prints.Statement(
            head=head,
            title=paper.title,
            fields=shown.fields,
            text=shown.text,
            signers=shown.signers,
            seal=shown.seal,
            specimen=paper.kind == "specimen",
        )
    )


def _person(examples: dict[str, str], n: int) -> prints.ApplicantBlock:
    """The n-th person of the example; an empty block for the empty form."""
    name, number = (("owner", "owner_id"), ("other", "other_id"))[n % 2]
    return prints.ApplicantBlock(
        name=examples.get(name, ""),
        identity_kind="居民身份证" if examples else "",
        identity_number=examples.get(number, ""),
        address=examples.get("location", ""),
        phone="13800000000" if examples else "",
        postcode="450041" if examples else "",
    )


def _application(
    head: PrintHead, kind: type[RegistrationType], policy: TypePolicy, examples: dict[str, str]
) -> bytes:
    """The application form of a type; the boxes of its right and kind are ticked on the empty one as well."""
    mortgage = prints.MortgageBlock(
        secured_amount=examples.get("amount", ""),
        term=f"{examples['other_day']}起 {examples['day']}止" if examples else "",
        secured_scope="本金、利息和实现债权的费用" if examples else "",
        transfer_limit=False if examples else None,
    )
    owners = [r for r in who.applicants(kind) if r.side == "owner"]
    lends = any(ask.key == "amount_fen" for ask in kind.form)
    return prints.application_form(
        prints.ApplicationForm(
            head=head,
            received_on=None,
            received_by="",
            land_unit="平方米",
            rights=("抵押权",)
            if kind.line == "mortgage"
            else ("国有建设用地使用权", "房屋所有权")[: 1 if kind.subject == "land" else 2],
            registrations=tuple(k.label.removesuffix("登记") for k in policy.kinds),
            holders=(_person(examples, 1 if owners else 0),),
            obligors=(_person(examples, 0),) if owners else (),
            location=examples.get("location", ""),
            unit_code=examples.get("unit", ""),
            property_kind=("土地" if kind.subject == "land" else "土地、房屋") if examples else "",
            area="房屋建筑面积 98.60 ㎡" if examples else "",
            use="成套住宅" if examples else "",
            previous_certificates=examples.get("certificate", ""),
            cause=kind.name if examples else "",
            documents=tuple(i.name for i in policy.checklist if i.when == "required" and not i.generated),
            integrated=False if examples else None,
            separate_certificates=False if examples else None,
            mortgage=mortgage if lends else None,
        )
    )


def _inquiry(
    head: PrintHead, kind: type[RegistrationType], policy: TypePolicy, examples: dict[str, str]
) -> bytes:
    """The type's own questions; on the empty form with the answers to choose from."""
    roles = [r for r in who.applicants(kind) if r.side == "owner"] or list(who.applicants(kind))
    return prints.inquiry_record(
        prints.InquiryRecord(
            head=head,
            registration=kind.name,
            asked_at=None,
            place=settings.OFFICE["address"] if examples else " ",
            mode="现场" if examples else "",
            inquirer="赵样例" if examples else "",
            inquirer_badge="000" if examples else "",
            recorder="钱样例" if examples else " ",
            respondent=examples.get("owner", ""),
            respondent_identity_kind="居民身份证" if examples else "证件号",
            respondent_identity_number=examples.get("owner_id", ""),
            respondent_phone="13800000000" if examples else "",
            capacity=roles[0].word if examples and roles else " ",
            location=examples.get("location", " "),
            unit_code=examples.get("unit", ""),
            questions=tuple(
                prints.QuestionAnswer(
                    question=q.text,
                    answer=(q.expected or (q.answers[0] if q.answers else "（如实回答）"))
                    if examples
                    else "　　".join(f"□{answer}" for answer in q.answers) or " ",
                )
                for q in policy.questions
            ),
        )
    )


def _certificate(head: PrintHead, examples: dict[str, str]) -> bytes:
    return certificates.certificate(
        certificates.CertificatePage(
            head=head,
            certificate_number=examples["certificate"],
            blank_serial="D 00000000000",
            holders=(examples["owner"],),
            co_ownership="单独所有",
            location=examples["location"],
            unit_code=examples["unit"],
            right_kind="国有建设用地使用权／房屋所有权",
            right_nature="出让／市场化商品房",
            use="城镇住宅用地／成套住宅",
            area="房屋建筑面积 98.60 ㎡",
            term="国有建设用地使用权 2016年3月1日起 2086年2月28日止",
            other_facts=("房屋结构：钢筋混凝土结构", "所在层／总层数：3／18"),
            notes=("样例",),
            registered_on=dt.date(2026, 3, 5),
        )
    )


def _proof(head: PrintHead, examples: dict[str, str], notice: bool) -> bytes:
    return certificates.proof(
        certificates.ProofPage(
            head=head,
            proof_number=examples["proof"],
            blank_serial="D 00000000000",
            right_or_matter="预告登记" if notice else "抵押权",
            holders=(examples["other"] if notice else examples["bank"],),
            obligors=(examples["company"] if notice else examples["owner"],),
            location=examples["location"],
            unit_code=examples["unit"],
            other_facts=("预告登记种类：预购商品房买卖",)
            if notice
            else (f"被担保的债权数额：{examples['amount']}",),
            notes=("样例",),
            registered_on=dt.date(2026, 3, 5),
        )
    )


__all__ = ["NAMES", "Form", "bundle", "paper_pdf"]
