"""What the filing pages show: the four blocks of the register, the tasks with their states, the answers to check."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any

from dengbu.cases.documents.proofs import lines
from dengbu.cases.documents.words import covered
from dengbu.cases.facts import makes_paper
from dengbu.cases.models import CaseParty
from dengbu.catalog.registrations.asking import Ask, Kind
from dengbu.catalog.registrations.shares import COVERS
from dengbu.core import clock, crypto
from dengbu.core.identifiers import group_unit_code, mask_document_number, mask_name, mask_phone
from dengbu.core.money import capital, format_yuan
from dengbu.core.vocabulary import (
    CoOwnership,
    DocumentKind,
    HouseNature,
    HouseUse,
    LandUse,
    MortgagedThing,
    NoticeKind,
    RestrictionKind,
    RightKind,
    RightNature,
    Structure,
    Vocabulary,
)
from dengbu.register.rules import HolderFact, RightFact, UnitBook

from ..templatetags._text import cn_date
from .drafts import Draft
from .knowing import concerns, holder_name, holder_number, is_organisation, names_open, own_indexes, reads

WAYS = {
    "window": ("window", "窗口自取", "办结后带身份证到窗口领取。"),
    "mail": ("mail", "邮寄到家", "邮费到付，由本人签收。"),
    "electronic": (
        "electronic",
        "只要电子证照",
        "办结后登录网上大厅看证号和登记结果，不发纸质证书、证明。",
    ),
}
NO_CERTIFICATE_WAYS = {"electronic": ("electronic", "办结后网上通知", "这项登记不发证书，办结后发短信。")}


def label(words: type[Vocabulary], value: object) -> str:
    """The Chinese label of a code, or the value itself when the list does not know it."""
    text = str(value or "")
    return words(text).label if text in words.values else text


def share_words(right: RightFact, holder: HolderFact) -> str:
    if right.share_denominator and holder.share_numerator:
        return f"按份共有，{holder.share_numerator}/{right.share_denominator}"
    return label(CoOwnership, right.coownership)


def book_summary(
    book: UnitBook, certificates: Mapping[uuid.UUID, str], *, own: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The four blocks for `register_summary`. `own`: the indexes under which the viewer stands in the book."""
    seen = names_open(book, own)
    facts, parcel = book.facts, book.parcel
    house = [
        ("不动产单元号", group_unit_code(book.code)),
        ("坐落", book.location),
        ("规划用途", label(HouseUse, book.use)),
        ("房屋性质", label(HouseNature, facts.get("house_nature"))),
        ("建筑面积", f"{book.area_m2} ㎡"),
        ("套内／分摊", _two(facts.get("inner_area_m2"), facts.get("shared_area_m2"))),
        ("所在层／总层数", _two(facts.get("floor"), facts.get("floors"))),
        ("结构", label(Structure, facts.get("structure"))),
    ]
    land = [
        ("土地用途", label(LandUse, parcel.get("land_use"))),
        ("权利性质", label(RightNature, parcel.get("right_nature"))),
        ("使用期限", _term(parcel.get("term_from"), parcel.get("term_until"))),
    ]
    owners = []
    if book.ownership:
        owned = book.ownership
        owners = [
            {
                "name": holder_name(h, seen),
                "id_no": holder_number(h, seen),
                "share": share_words(owned, h),
                "certificate": certificates.get(owned.public_id, "") if own & owned.holder_indexes else "",
                "kind": label(RightKind, owned.kind),
                "booked_on": owned.registered_on,
            }
            for h in owned.holders
        ]
    return {
        "as_of": clock.now(),
        "nature": [
            {"title": "", "rows": [r for r in house if r[1]]},
            {"title": "土地", "rows": [r for r in land if r[1]]},
        ],
        "owners": owners,
        "restrictions": restriction_rows(book, seen),
        "mortgages": [
            {
                "rank": m.rank,
                "holder": "、".join(holder_name(h, seen) for h in m.holders),
                "kind": ("最高额抵押" if m.terms.get("mortgage_kind") == "maximum" else "一般抵押")
                + ("（在建建筑物）" if m.terms.get("thing") == MortgagedThing.WORKS_IN_PROGRESS else "")
                + share_scope(m, concerns(m, book, own)),
                # To others the book says only that there is a mortgage (资料查询办法 21).
                "amount_fen": m.terms.get("amount_fen") if concerns(m, book, own) else None,
                "period": _term(m.terms.get("debt_from"), m.terms.get("debt_until"))
                if concerns(m, book, own)
                else "",
                "certificate": certificates.get(m.public_id, "") if concerns(m, book, own) else "",
                "booked_on": m.registered_on,
            }
            for m in book.mortgages
        ],
    }


def right_words(right: RightFact, *, amount: bool = True) -> str:
    """A right in the book in one line, without names; the amount where the viewer may know it."""
    on = f"{cn_date(right.registered_on)} 登簿"
    fen = right.terms.get("amount_fen") if amount else None
    money = f"，债权数额 {format_yuan(fen)} 元" if isinstance(fen, int) else ""
    if right.kind == "mortgage":
        works = "在建建筑物" if right.terms.get("thing") == MortgagedThing.WORKS_IN_PROGRESS else ""
        return f"第 {right.rank} 顺位{works}抵押权{share_scope(right, False)}{money}，{on}"
    if right.kind == "advance_notice":
        return f"{label(NoticeKind, right.terms.get('notice_kind'))}{money}，{on}"
    return f"{label(RightKind, right.kind)}，{on}"


def share_scope(right: RightFact, told: bool) -> str:
    """抵押范围 of a mortgage on one owner's share, behind what it is; whose share for those it concerns."""
    if not right.share_words:
        return ""
    return f"（抵押范围：{right.share_words if told else '一位共有人的份额'}）"


def restriction_rows(book: UnitBook, seen: frozenset[str] = frozenset()) -> list[dict[str, str]]:
    """Block ③: seizures, objections, freezes of house and land, notices, rights of residence and way."""
    rows = [
        {
            "kind": ("土地" if r in book.land else "") + label(RestrictionKind, r.kind),
            "holder": r.authority,
            "text": r.document_no,
            "period": _term(r.from_at, r.until_at),
        }
        for r in (*book.restrictions, *book.land)
    ]
    title = book.title.holder_indexes if book.title else frozenset()
    for right in book.rights:
        if right.kind in ("advance_notice", "residence", "easement"):
            # What may be done there is told to those whose home or right it is; to others only that there is one.
            told = right.kind != "advance_notice" and seen & (right.holder_indexes | title)
            said = [line.split("：", 1) for line in lines(right)] if told else []
            contents = [f"{word}：{value}" for word, value in said if "期限" not in word]
            word = (
                label(NoticeKind, right.terms.get("notice_kind"))
                if right.kind == "advance_notice"
                else label(RightKind, right.kind)
            )
            rows.append(
                {
                    "kind": word,
                    "holder": "、".join(holder_name(h, seen) for h in right.holders),
                    "text": "；".join((*contents, f"登簿编号{right.entry_number}")),
                    "period": next((value for word, value in said if "期限" in word), ""),
                }
            )
    return rows


def _two(a: object, b: object) -> str:
    return "／".join(str(x) for x in (a, b) if x not in (None, ""))


def _term(since: object, until: object) -> str:
    first, last = cn_date(since), cn_date(until)
    return (
        f"{first} 至 {last}" if first and last else f"至 {last}" if last else f"{first} 起" if first else ""
    )


# --- tasks ------------------------------------------------------------------------------------------------------


def done(draft: Draft, section: str) -> bool:
    """Whether a task is finished."""
    filed = draft.case.filed
    if section == "property":
        return bool(draft.case.unit_code)
    if section == "delivery":
        return bool(filed.get("delivery"))
    if section == "materials":
        there, needed = material_counts(draft)
        return bool(draft.case.unit_code) and there >= needed
    return bool(filed.get("done", {}).get(section))


def material_counts(draft: Draft) -> tuple[int, int]:
    """Items uploaded of items to upload, without those that are left to parties who upload them themselves."""
    found = draft.facts
    lines = [
        line
        for line in found.checklist(draft.book, clock.now())
        if line.to_upload and (found.pages.get(line.key) or found.owing(line))
    ]
    return sum(bool(draft.facts.pages.get(line.key)) for line in lines), len(lines)


def _hint(draft: Draft, section: str) -> str:
    case, filed = draft.case, draft.case.filed
    if section == "property":
        book = draft.book
        if book is None and draft.journey.on_survey:
            survey = filed.get("survey", {})
            return f"{case.location}，成果 {survey['number']}" if survey else "按测绘成果编号查找"
        if book is None:
            return "用权证号、不动产单元号查找，或从名下的不动产里选"
        return f"{label(HouseUse, book.use)}，建筑面积 {book.area_m2} 平方米，来自登记簿"
    if section == "parties":
        roles = draft.journey.roles
        if not done(draft, "parties"):
            known = "、".join(r.word for roles in draft.journey.from_book for r in roles)
            return f"{known}从登记簿带出，只需核对" if known else "填写谁来申请"
        named = [(r.word, [p for p in draft.own.parties if p.role == r.key]) for r in roles]
        return "，".join(
            f"{word} {len(who)} {'家' if all(is_organisation(p.document_kind) for p in who) else '人'}"
            for word, who in named
            if who
        )
    if section == "reason":
        return _reason_hint(draft, filed)
    if section == "materials":
        if not case.unit_code:
            return "确认不动产后列出要交的材料"
        there, needed = material_counts(draft)
        return (
            "全部可免交，不用上传"
            if not needed
            else f"已传 {there} 项，还差 {needed - there} 项"
            if there < needed
            else f"{needed} 项都已上传"
        )
    way = filed.get("delivery", {}).get("way", "")
    if not makes_paper(draft.case):
        return NO_CERTIFICATE_WAYS["electronic"][1] if way else "办结后发短信到这个号码"
    return WAYS[way][1] if way in WAYS else "自取、邮寄或只要电子证"


def _reason_hint(draft: Draft, filed: Mapping[str, Any]) -> str:
    kind, terms = draft.journey.kind, filed.get("terms", {})
    if not done(draft, "reason"):
        asked = "、".join(ask.label for ask in kind.form[:3])
        return "合同备案信息从房管部门获取" if kind.needs_contract else asked[:40]
    if kind.needs_contract:
        return f"合同备案号 {filed.get('contract', {}).get('filing_no', '')}，来自房管部门"
    said = ((ask.label, ask.shown(terms.get(ask.key))) for ask in kind.form)
    money = [
        f"{name} {value}"
        for (name, value), ask in zip(said, kind.form, strict=True)
        if value and ask.kind == "money"
    ]
    first = kind.form[0]
    return money[0] if money else first.shown(terms.get(first.key))[:40]


def tasks(draft: Draft) -> list[dict[str, Any]]:
    """The rows of the task list. A task that cannot start yet has no link and says why."""
    rows: list[dict[str, Any]] = []
    journey = draft.journey
    for section in journey.sections:
        finished = done(draft, section)
        needs_home = section in ("parties", "reason", "materials") and not draft.case.unit_code
        row: dict[str, Any] = {
            "section": section,
            "title": journey.titles[section],
            "url": "" if needs_home else draft.url(f"apply.{section}"),
            "hint": f"先完成“{journey.titles['property']}”" if needs_home else _hint(draft, section),
            "finished": finished,
        }
        if finished:
            row |= {"status": "已完成", "tone": "plain"}
        elif needs_home:
            row |= {"status": "还不能开始", "tone": "plain", "icon": ""}
        elif section == "materials":
            there, needed = material_counts(draft)
            row |= {
                "status": f"进行中（{there}/{needed}）" if there else "未开始",
                "tone": "info" if there else "neutral",
                "icon": "",
            }
        else:
            row |= {"status": "未开始", "tone": "neutral"}
        rows.append(row)
    for row in rows:
        if row["url"] and not row["finished"]:
            row["next"] = True
            break
    ready = all(row["finished"] for row in rows)
    rows.append(
        {
            "section": "check",
            "title": journey.titles["check"],
            "url": draft.url("apply.check") if ready else "",
            "hint": "看一遍填写的内容，然后提交" if ready else f"前面 {len(rows)} 项都完成后就可以提交",
            "finished": False,
            "status": "可以提交" if ready else "还不能开始",
            "tone": "info" if ready else "plain",
            "icon": "",
            "next": ready,
        }
    )
    return rows


# --- check answers ----------------------------------------------------------------------------------------------


def party_rows(draft: Draft, number_purpose: str, phone_purpose: str) -> list[dict[str, Any]]:
    """The parties with masked numbers and phones, as cards of rows."""
    own = own_indexes(draft.actor, draft.own)
    book = draft.people_book
    seen = names_open(book, own) if book else own
    terms = draft.case.filed.get("terms", {})
    words = {"debtor": "债务人"} | {r.key: r.word for r in draft.journey.roles}
    cards = []
    order = list(words)
    several = Counter(p.role for p in draft.own.parties)
    for party in sorted(
        draft.own.parties, key=lambda p: (order.index(p.role) if p.role in order else len(order), p.ordinal)
    ):
        open_ = reads(draft.own, draft.actor, party, seen)
        name = party.name if open_ else mask_name(party.name)
        number = mask_document_number(crypto.decrypt(party.number_cipher, number_purpose))
        rows = [
            {"key": "姓名或名称", "value": name},
            {
                "key": "证件",
                "value": f"{label(DocumentKind, party.document_kind)} {number if open_ else '已隐藏'}",
            },
        ]
        phone = crypto.decrypt(party.phone_cipher, phone_purpose)
        if phone:
            rows.append({"key": "手机号码", "value": mask_phone(phone)})
        if party.share_numerator and terms.get("share_denominator"):
            rows.append({"key": "份额", "value": f"{party.share_numerator}/{terms['share_denominator']}"})
        if party.agent_name:
            rows.append({"key": "监护人或代理人", "value": party.agent_name})
        nth = f" {party.ordinal}" if several[party.role] > 1 else ""
        cards.append({"title": f"{words.get(party.role, party.role)}{nth}：{name}", "rows": rows})
    return cards


def term_rows(draft: Draft) -> list[dict[str, Any]]:
    """Reason and terms as rows."""
    terms, filed = draft.case.filed.get("terms", {}), draft.case.filed
    rows: list[dict[str, Any]] = []
    if draft.journey.kind.needs_contract:
        number = filed.get("contract", {}).get("filing_no", "")
        rows.append({"key": "合同备案号", "value": number, "source": "来自房管部门"})
        if terms.get("price_fen"):
            price = money_words(terms["price_fen"])
            rows.append({"key": "成交价格", "value": price, "source": "来自备案合同"})
    if COVERS in terms:
        own = own_indexes(draft.actor, draft.own)
        seen = names_open(draft.book, own) if draft.book else own
        parties = draft.own.parties

        def name(party: CaseParty) -> str:
            return party.name if reads(draft.own, draft.actor, party, seen) else mask_name(party.name)

        rows.append({"key": "抵押范围", "value": covered(draft.case, parties, name)})
    for ask in draft.journey.kind.form:
        value = terms.get(ask.key)
        if ask.applies(terms) and value not in (None, "", []):
            shown = money_words(value) if ask.kind == "money" else _shown(draft, ask, value)
            rows.append({"key": ask.label, "value": shown})
    if draft.journey.shares and terms.get("coownership"):
        rows.append({"key": "共有方式", "value": label(CoOwnership, terms["coownership"])})
    return rows


def _shown(draft: Draft, ask: Ask, value: Any) -> str | list[str]:
    """A right in the book by what it is, a list line by line, everything else as it was answered."""
    if isinstance(value, list):
        return [str(v) for v in value]
    if ask.kind is not Kind.RIGHT:
        return ask.shown(value)
    right = next((r for r in draft.book.rights if str(r.public_id) == value), None) if draft.book else None
    return right_words(right) if right else "登记簿上已没有这项权利"


def target_rows(draft: Draft) -> list[dict[str, Any]]:
    """The right or restriction that the application is about, as the book has it; its amount for those who hold it or
    the home."""
    book, target = draft.book, draft.answered.target
    if book is None or target is None or not draft.journey.about_right:
        return []
    if right := book.right(target):
        own = own_indexes(draft.actor, draft.own)
        known = concerns(right, book, own) or draft.case.filed_for_by_staff
        return [{"key": "办理的权利", "value": right_words(right, amount=known), "source": "来自登记簿"}]
    for one in book.restrictions:
        if one.public_id == target:
            text = f"{label(RestrictionKind, one.kind)}，{one.document_no}"
            return [{"key": "办理的登记", "value": text, "source": "来自登记簿"}]
    return []


def money_words(fen: int) -> str:
    return f"{format_yuan(fen)} 元（{capital(fen)}）"


def days_left(until: dt.datetime | None, now: dt.datetime) -> int:
    return max((until - now).days, 0) if until else 0
