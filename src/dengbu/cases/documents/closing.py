"""Certificate and proof pages, the volume's catalogue, and the lists that go to the archive room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Max, Q, Sum

from dengbu.archives.models import HandOver, Volume
from dengbu.catalog.registrations import TYPES
from dengbu.catalog.registrations.shares import rank_words
from dengbu.certificates.models import Certificate, ListedUnit, Mailing
from dengbu.certificates.prints import CertificatePage, ProofPage, UnitLine
from dengbu.certificates.queries import list_of
from dengbu.certificates.rules import MAIL_ADDRESS_PURPOSE, MAIL_PHONE_PURPOSE
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import CertificateKind, HouseUse, RightKind
from dengbu.materials.models import MaterialPage
from dengbu.register.queries import lines_of, ranks_of, unit_book
from dengbu.register.rules import RightFact, UnitBook

from .. import home_visits, prints
from ..facts import CaseFacts
from ..hand_ins import PREFIX
from ..models import Case, CaseDocument, Signer, Supplement
from ..undertakings import PAPER
from . import proofs, words
from .matters import PHOTOS

PAPER_NAMES = {
    "application": "不动产登记申请书",
    "inquiry": "询问笔录",
    "receipt": "受理凭证",
    "fee_notice": "缴费通知书",
    "fee_voucher": "缴费凭证（不收费的为免收登记费证明）",
    "fee_reversal": "红字缴费凭证",
    "fee_undertaking": "减免登记费承诺书",
    "approval": "不动产登记审批表",
    "transfer_slip": "传递表",
    "pass_slip": "预审结果",
    "refusal": "不予受理告知书",
    "withdrawal_request": "不动产登记申请撤回书",
    "withdrawal": "不动产登记申请撤回凭证",
    "originals": "材料原件收取、退还清单",
    "public_notice": "公告",
    "inspection": "实地查看记录",
    "signing": "面签记录",
    "renewal": "换发通知书",
    "pause": "暂缓办理通知书",
    "order_receipt": "协助执行回执",
    "letter": "告知函",
    "error_report": "不动产登记差错报告",
    "supplement": "补充材料告知书",
    "supplement_receipt": "补充材料收件凭证",
    "undertaking": "容缺受理告知承诺书",
}


def certificate_numbers(case: Case) -> str:
    """Numbers of the certificates the case made."""
    return "、".join(
        Certificate.objects.filter(docket_id=case.docket_id)
        .order_by("serial")
        .values_list("number", flat=True)
    )


def previous_certificates(case: Case) -> str:
    """Numbers of the certificates of the unit that the entry voids or has voided."""
    listed = ListedUnit.objects.filter(unit_code=case.unit_code)
    now = listed.filter(ended_by_entry__isnull=True).values("certificate")
    rows = Certificate.objects.exclude(docket_id=case.docket_id)
    here = Q(unit_code=case.unit_code) | Q(pk__in=now)
    if case.entry_id:  # a unit that left a list had that paper, which the others keep
        left = listed.filter(ended_by_entry=case.entry_id).values("certificate")
        rows = rows.filter(here & Q(voided_by_entry=case.entry_id) | Q(pk__in=left))
    else:
        rows = rows.filter(here).exclude(state="void")
    return "、".join(rows.order_by("year", "serial").values_list("number", flat=True))


def _right(book: UnitBook | None, certificate: Certificate) -> tuple[UnitBook, RightFact]:
    right = book.right(certificate.right_id) if book else None
    if book is None or right is None:
        raise Refused(
            Refusal(
                "CERT_RIGHT_ENDED",
                "这本证书所证明的权利在登记簿上已经注销。",
                "请核对登记簿；不要缮证、发证。",
                "条例21",
            )
        )
    return book, right


def certificate_page(
    found: CaseFacts, certificate: Certificate, actor: Actor, blank_serial: str, *, as_printed: bool = False
) -> CertificatePage | ProofPage:
    """The page of a certificate or proof, from the live book (never from what was typed).

    It is the next print of the certificate; `as_printed`: the last one, to be looked at beside the paper.
    """
    case = found.case
    book = unit_book(certificate.unit_code)
    objection = proofs.restriction(book, certificate.right_id) if book else None
    head = words.head(case, certificate.number, actor, reprint=max(certificate.prints - as_printed, 0))
    # A paper for a lost one says so (实施细则 22).
    reissued = ("补发。",) if getattr(found.registration, "note", "") == "reissued" else ()
    registered = clock.local(case.entered_at).date() if case.entered_at else clock.today()
    if book is not None and objection is not None:
        said = proofs.of_objection(book, objection)
    else:
        book, right = _right(book, certificate)
        names = [h.name for h in right.holders]
        said = {
            "right_or_matter": proofs.matter(right),
            "holders": tuple(names),
            "obligors": proofs.obligors(right),
            "other_facts": proofs.lines(right),
            "notes": (*reissued, *filter(None, (rank_words(book, right),))),
        }
    units = annex(certificate)
    if certificate.kind == "proof":
        if any(u.rank for u in units):
            said["notes"] = (
                *(n for n in said["notes"] if "抵押顺位" not in n),
                "抵押顺位：见附页不动产单元清单。",
            )
        if reissued:
            said["notes"] = (f"补发。原不动产登记证明：{previous_certificates(case)}。", *said["notes"][1:])
        return ProofPage(
            head=head,
            proof_number=certificate.number,
            blank_serial=blank_serial,
            location=_places(book, units),
            unit_code=_codes(book, units),
            registered_on=registered,
            units=units,
            **said,
        )
    held = [f"持证人：{certificate.holder_names}"] if certificate.holder_names != "、".join(names) else []
    previous = previous_certificates(case)
    return CertificatePage(
        head=head,
        certificate_number=certificate.number,
        blank_serial=blank_serial,
        holders=tuple(names),
        co_ownership=words.co_ownership(
            right.coownership, names, [h.share_numerator for h in right.holders], right.share_denominator
        ),
        location=_places(book, units),
        unit_code=_codes(book, units),
        right_kind=RightKind.HOUSE_OWNERSHIP.label,
        right_nature=words.nature(book),
        use=_uses(book, units),
        area=_areas(book, units),
        term=words.land_term(book),
        other_facts=(*(_whole(right, units) if units else words.house_lines(book)), *held),
        notes=(
            *reissued,
            *((f"原不动产权证书：{previous}。",) if previous else ()),
            f"登记原因：{words.cause(case, found.registration.name)}。",
        ),
        registered_on=registered,
        plan_facts=(("宗地代码", book.parcel_code),),
        units=units,
    )


def annex(certificate: Certificate) -> tuple[UnitLine, ...]:
    """不动产单元清单: what the paper still covers, as the book has it now; empty for a paper of one unit. Three statements."""
    listed = list_of(certificate.pk)
    if len(listed) < 2:
        return ()
    said, ranks = lines_of(one.unit_code for one in listed), ranks_of(one.right_id for one in listed)
    differ = len(set(ranks.values())) > 1
    return tuple(
        UnitLine(
            one.unit_code,
            place,
            words.label(HouseUse, use),
            area,
            f"第{ranks.get(one.right_id)}顺位" if differ else "",
        )
        for one in listed
        for place, use, area in (said[one.unit_code],)
    )


def _places(book: UnitBook, units: Sequence[UnitLine]) -> str:
    return f"{book.location}等{len(units)}处，见附页不动产单元清单" if units else book.location


def _codes(book: UnitBook, units: Sequence[UnitLine]) -> str:
    return f"见附页不动产单元清单，共{len(units)}个" if units else book.code


def _uses(book: UnitBook, units: Sequence[UnitLine]) -> str:
    if not units:
        return words.use(book)
    return f"{words.use(book).partition('/')[0]}/{'、'.join(dict.fromkeys(u.use for u in units))}"


def _areas(book: UnitBook, units: Sequence[UnitLine]) -> str:
    if not units:
        return words.area(book)
    return f"共有宗地面积 {book.parcel.get('area_m2', '—')}㎡/房屋建筑面积合计 {sum(Decimal(u.area) for u in units)}㎡"


def _whole(right: RightFact, units: Sequence[UnitLine]) -> tuple[str, ...]:
    """权利其他状况 of a certificate of several units: each unit's own facts stand on its page of the register."""
    project = right.terms.get("project_name")
    return (
        *((f"项目名称：{project}",) if project else ()),
        f"本证附不动产单元清单，现有{len(units)}个不动产单元；各单元的状况以登记簿为准。",
    )


def _day(at: dt.datetime | None) -> str:
    return clock.local(at).date().isoformat() if at else ""


def catalogue(found: CaseFacts) -> list[dict[str, Any]]:
    """卷内目录: papers we made, then what was handed in, each with its pages."""
    case = found.case
    lines: list[dict[str, Any]] = []
    made = (
        CaseDocument.objects.filter(docket_id=case.docket_id).order_by("kind", "-print_no").distinct("kind")
    )
    for paper in made:
        lines.append(
            {
                "title": PAPER_NAMES.get(paper.kind.partition("-")[0], paper.kind),
                "pages": paper.pages,
                "kind": paper.kind,
                "dated": _day(paper.made_at),
            }
        )
    names = {f"{i.code}-{i.provided_by}": i.name for i in found.policy.checklist} | {
        i.code: i.name for i in found.policy.checklist
    }
    # Of two lines of one code the one that stands on this case's own list.
    names |= {line.key: line.item.name for line in found.checklist(None, clock.now())}
    names[PHOTOS] = "实地查看现场照片"
    signed = Signer.objects.filter(docket_id=case.docket_id, visit__isnull=False)
    for round, n, name, interpreter in signed.values_list(
        "visit__matter__round", "ordinal", "name", "interpreter_name"
    ):
        names[home_visits.images(round)] = "面签现场照片"
        names[home_visits.images(round, n)] = f"面签签字影像：{name}"
        names[home_visits.interpreters(round, n)] = f"面签翻译签字影像：{interpreter}"
    names["REPLY"] = "机关的书面答复"
    names[PAPER] = "告知承诺书（已签字）"
    names |= {f"{PREFIX}{key}": f"{name}（网上补交，没有采用）" for key, name in list(names.items())}
    for asked in Supplement.objects.select_related("matter").filter(docket_id=case.docket_id):
        names |= {
            f"SUPP{asked.matter.round}-{n}": f"补充材料：{x['name']}" for n, x in enumerate(asked.items, 1)
        }
    handed_in = (
        MaterialPage.objects.filter(docket_id=case.docket_id, removed_at__isnull=True)
        .values("item")
        .annotate(pages=Sum("page_count"), latest=Max("uploaded_at"))
        .order_by("item")
    )
    lines += [
        {
            "title": names.get(x["item"], x["item"]),
            "pages": x["pages"],
            "kind": "material",
            "dated": _day(x["latest"]),
        }
        for x in handed_in
    ]
    for number in certificate_numbers(case).split("、"):
        if number:
            lines.append(
                {
                    "title": f"证书（证明）存根 {number}",
                    "pages": 1,
                    "kind": "certificate",
                    "dated": _day(case.entered_at),
                }
            )
    return lines


def volume_pdf(found: CaseFacts, lines: Sequence[dict[str, Any]], actor: Actor, number: str) -> bytes:
    """卷内目录 as PDF; `number` is the volume's (档号)."""
    case, first = found.case, 1
    rows = []
    for line in lines:
        last = first + max(int(line["pages"]), 1) - 1
        dated = dt.date.fromisoformat(line["dated"]) if line.get("dated") else None
        rows.append(prints.CatalogueLine(title=line["title"], first_page=first, last_page=last, dated=dated))
        first = last + 1
    return prints.volume_catalogue(
        prints.VolumeCatalogue(
            head=words.head(case, case.acceptance_no or case.docket.number, actor),
            archive_number=number,
            title=f"{case.applicant_names} {found.registration.name}",
            registration=found.registration.name,
            certificate_numbers=certificate_numbers(case),
            unit_code=case.unit_code,
            location=case.location,
            retention="永久",
            lines=tuple(rows),
            total_pages=first - 1,
            filed_by=actor.name,
            filed_on=clock.today(),
            checked_by="",
        )
    )


def hand_over_pdf(made: HandOver, volumes: Sequence[Volume], actor: Actor) -> bytes:
    """移交清单 as PDF."""
    cases = {c.docket_id: c for c in Case.objects.filter(docket_id__in=[v.docket_id for v in volumes])}
    numbers: dict[Any, list[str]] = {}
    for docket_id, text in Certificate.objects.filter(docket_id__in=list(cases)).values_list(
        "docket_id", "number"
    ):
        numbers.setdefault(docket_id, []).append(text)
    rows = tuple(
        prints.HandoverLine(
            archive_number=v.number,
            case_number=cases[v.docket_id].acceptance_no or "",
            registration=TYPES[cases[v.docket_id].type_code].name,
            location=cases[v.docket_id].location,
            certificate_numbers="、".join(numbers.get(v.docket_id, ())),
            documents=len(v.catalogue),
            pages=v.paper_pages,
        )
        for v in volumes
    )
    some = next(iter(cases.values()))
    head = words.head(some, made.number, actor)
    return prints.handover_list(
        prints.HandoverList(
            head=type(head)(
                office=head.office,
                number=made.number,
                printed_at=head.printed_at,
                printed_by=head.printed_by,
                qr=f"{settings.BASE_URL}/",
                short_code=made.number,
                sample=head.sample,
            ),
            from_post="缮证转卷岗",
            to_post="档案室",
            handed_on=clock.today(),
            lines=rows,
        )
    )


def mailing_slip(case: Case, mailing: Mailing, actor: Actor) -> bytes:
    """邮寄单 of one mailing, for the carrier to sign. Two statements."""
    made = Certificate.objects.filter(docket_id=case.docket_id, number__in=mailing.numbers)
    return prints.mailing_slip(
        prints.MailingSlip(
            head=words.head(case, case.docket.number, actor),
            tracking=mailing.tracking,
            receiver=mailing.receiver_name,
            phone=crypto.decrypt(mailing.phone_cipher, MAIL_PHONE_PURPOSE),
            address=crypto.decrypt(mailing.address_cipher, MAIL_ADDRESS_PURPOSE),
            sender=settings.OFFICE["name"],
            sent_by=mailing.sent_by,
            sent_on=clock.local(mailing.sent_at).date(),
            items=tuple(
                prints.MailedItem(kind=CertificateKind(c.kind).label, number=c.number, blank=c.blank_serial)
                for c in made.order_by("kind", "year", "serial")
            ),
        )
    )
