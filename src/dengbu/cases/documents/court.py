"""收文单, 协助执行回执 and 告知函 as PDF, from the service, the book and the letter."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.conf import settings

from dengbu.catalog.registrations.restrictions.orders import AUTHORITY_KIND
from dengbu.core import clock
from dengbu.core.acts import Actor
from dengbu.core.printing import PrintHead
from dengbu.core.refusals import Refusal, Refused
from dengbu.core.vocabulary import RestrictionKind
from dengbu.orders.models import Letter, Order, Service
from dengbu.orders.queries import letters_of, order_of_case
from dengbu.orders.rules import CHANNELS, LETTERS
from dengbu.register.history import Done, made_by_docket
from dengbu.register.rules import UnitBook

from .. import prints
from ..facts import CaseFacts
from . import words

SLIP, RECEIPT, LETTER = "service_slip", "order_receipt", "letter"
ORGANS = {c.value: c.label for c in AUTHORITY_KIND.choices}
NOT_ENTERED = Refusal(
    "PRINT_NOT_ENTERED",
    "这份文书还没有登簿，不能出具回执。",
    "请先登簿；不予登记的，在协执窗口办结。",
    "查封规定23",
)


def letter_kind(letter: Letter) -> str:
    """Under which name the print of a letter is kept: its own, there may be several in a case."""
    return f"{LETTER}-{letter.serial:06d}"


def minute(at: dt.datetime) -> str:
    """An instant to the minute, as papers say it."""
    local = clock.local(at)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"


def _head(number: str, actor: Actor, reprint: int) -> PrintHead:
    return PrintHead(
        office=settings.OFFICE["name"],
        number=number,
        printed_at=clock.now(),
        printed_by=f"{actor.name}（工号 {actor.staff_number}）" if actor.staff_number else actor.name,
        qr=f"{settings.BASE_URL}/",
        short_code=number[-14:],
        reprint=reprint,
        sample=settings.ENV in ("demo", "training"),
    )


def slip(service: Service, actor: Actor, reprint: int = 0) -> bytes:
    """收文单: the minute of service, printed at receipt."""
    return prints.service_slip(
        prints.ServiceSlip(
            head=_head(service.number, actor, reprint),
            authority=service.authority,
            authority_kind=ORGANS.get(service.authority_kind, "其他机关"),
            document_no=service.document_no,
            served=minute(service.served_at),
            received=minute(service.received_at),
            how=CHANNELS[service.channel] + (f"，请求单号{service.request_no}" if service.request_no else ""),
            officers=tuple(
                prints.NoticeLine(
                    label=o["name"], value=f"工作证 {o['work_card']}　执行公务证 {o['duty_card']}"
                )
                for o in service.officers
            )
            or (prints.NoticeLine(label="送达人员", value="网络查控送达，没有当面送达人员"),),
            late_reason=service.late_reason,
            received_by=service.received_by,
            received_badge=actor.staff_number,
            phone=settings.OFFICE["phone"],
        )
    )


def receipt(found: CaseFacts, actor: Actor, reprint: int) -> bytes:
    """协助执行回执 of what is in the book now, read from the book's own entry."""
    case, order = found.case, order_of_case(found.case.docket_id)
    if order is None or order.outcome != "entered":
        raise Refused(NOT_ENTERED)
    done = made_by_docket(case.docket_id)
    letters = letters_of(case.docket_id)
    return _receipt(
        order,
        actor,
        reprint,
        result=f"已办理{found.registration.name}",
        lines=(
            prints.NoticeLine(label="登簿编号", value=case.entry_no),
            prints.NoticeLine(label="登簿时间", value=minute(case.entered_at) if case.entered_at else "——"),
            *(_done(d) for d in done),
        ),
        told=tuple(_told(x) for x in letters),
        people=(case.reviewer_name, case.reviewer_name),
    )


def _done(d: Done) -> prints.NoticeLine:
    label = RestrictionKind(d.kind).label if d.kind in RestrictionKind.values else d.kind
    if not d.made:
        return prints.NoticeLine(label=f"注销{label}", value=f"{d.authority}，{d.document_no}")
    said = [d.document_no]
    if d.position:
        said.append(
            f"轮候第{d.position}位"
            + (f"，期限{d.term_months}个月，自转为查封之日起算" if d.term_months else "")
        )
    else:
        since = f"{minute(d.from_at)}起" if d.from_at else ""
        until = (
            f"至{words.cn((clock.local(d.until_at) - dt.timedelta(seconds=1)).date())}"
            if d.until_at
            else "没有期限"
        )
        said.append(f"{since}{until}")
    if d.share_of:
        said.append(f"限于{d.share_of}的份额")
    return prints.NoticeLine(label=label, value="，".join(said))


def _told(letter: Letter) -> str:
    return f"{LETTERS[letter.kind]}，另附{letter.number}。"


def passed(order: Order, book: UnitBook, actor: Actor, reprint: int = 0) -> bytes:
    """协助执行回执 where nothing is entered: to whom the home was registered, and when (查封规定 23; corrections 1)."""
    title = book.title
    if title is None:
        raise Refused(NOT_ENTERED)
    return _receipt(
        order,
        actor,
        reprint,
        result="未登记：送达以前这处不动产已经登记在他人名下",
        lines=(
            prints.NoticeLine(label="现权利人", value="、".join(h.name for h in title.holders)),
            prints.NoticeLine(label="登记时间", value=words.cn(title.registered_on)),
            prints.NoticeLine(label="登簿编号", value=title.entry_number),
        ),
        told=(
            "被执行人不是登记簿上的权利人，本登记机构没有登记查封，送达的文书存档（《查封规定》第二十三条）。",
            "需要查封现权利人名下的这处不动产的，请另出具写明这处不动产的文书。",
        ),
        people=(order.settled_by or actor.name, order.proposed_by),
    )


def _receipt(order: Order, actor: Actor, reprint: int, *, people: tuple[str, str], **said: Any) -> bytes:
    service = order.service
    return prints.order_receipt(
        prints.OrderReceipt(
            head=_head(service.number, actor, reprint),
            authority=service.authority,
            document_no=service.document_no,
            served=minute(service.served_at),
            location=order.location,
            unit_code=order.unit_code,
            registrar=people[0],
            reviewer=people[1],
            organ=settings.OFFICE["authority_name"],
            answered_on=clock.today(),
            phone=settings.OFFICE["phone"],
            **said,
        )
    )


BASES = {
    "term_capped": "法发〔2004〕5号第三条；《民诉解释》第四百八十五条",
    "renewals_over": "查封期限的规定（见登记机构期限表）；法发〔2004〕5号第三条",
    "converted": "法发〔2004〕5号第十六条",
}


def letter_pdf(letter: Letter, actor: Actor, reprint: int = 0) -> bytes:
    """告知函: corrections 2 (the term was cut), 9 (renewed too often), 3 (a pre-seizure became a seizure)."""
    body, asks = _text(letter)
    units = letter.said.get("units", [])
    return prints.court_letter(
        prints.CourtLetter(
            head=_head(letter.number, actor, reprint),
            authority=letter.authority,
            subject=f"{LETTERS[letter.kind]}（文书文号：{letter.document_no}）",
            body=body,
            units=tuple(
                prints.NoticeLine(label=f"第{n}处", value=f"{place}　单元号 {code}")
                for n, (code, place) in enumerate(units, 1)
            ),
            asks=asks,
            basis=BASES[letter.kind],
            organ=settings.OFFICE["authority_name"],
            written_on=clock.local(letter.made_at).date(),
            phone=settings.OFFICE["phone"],
        )
    )


def _days_in_words(text: str) -> str:
    """至2029-12-03 as people write it."""
    return re.sub(r"(\d{4}-\d{2}-\d{2})", lambda m: words.cn(m[1]), str(text))


def _text(letter: Letter) -> tuple[tuple[str, ...], str]:
    said, no = letter.said, letter.document_no
    entered, asked = _days_in_words(said.get("entered", "")), _days_in_words(said.get("asked", ""))
    if letter.kind == "term_capped":
        return (
            f"贵单位{no}文书要求的查封期限为{asked}，超过法定最长期限。"
            f"本登记机构不审查文书，已当即登记，期限按法定最长期限登记{entered}。",
            "需要继续查封的，请在期限届满前送达续封文书；逾期未续的，查封自行失效。",
        ), "请在收到本函后书面答复：对登记的期限是否有异议。"
    if letter.kind == "renewals_over":
        return (
            f"贵单位{no}文书要求续行查封，这是同一查封的第{said.get('times', '')}次续封，"
            f"本登记机构掌握的规定是可以续封{said.get('allowed', '')}次。本登记机构不审查文书，已当即登记{entered}。",
        ), "请在收到本函后书面答复：续封所依据的规定。"
    until = said.get("until")
    end = (
        f"期限仍至{words.cn((dt.datetime.fromisoformat(until) - dt.timedelta(seconds=1)).date())}，不重新计算。"
        if until
        else "期限不变。"
    )
    kind = f"轮候查封（第{said['waits']}位）" if said.get("waits") else "查封"
    return (
        f"贵单位{no}文书预查封的不动产现已登记到被执行人名下（登簿编号{said.get('entry', '')}），"
        f"预查封已同时转为{kind}，{end}",
    ), "请知悉；有异议的，请书面答复。"


def letter_of_case(found: CaseFacts, kind: str, actor: Actor, reprint: int) -> bytes:
    """A letter of a case by the name its print is kept under. Raises Refused where there is none."""
    for letter in letters_of(found.case.docket_id):
        if letter_kind(letter) == kind:
            return letter_pdf(letter, actor, reprint)
    raise Refused(Refusal("PRINT_UNKNOWN", "没有这种文书。", "请从列表中选择。"))
