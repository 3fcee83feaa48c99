"""What stands on a proof (不动产登记证明): the right or matter it proves, against whom, and its contents."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dengbu.core import clock
from dengbu.core.identifiers import group_unit_code
from dengbu.core.vocabulary import MortgagedThing, NoticeKind, RestrictionKind, RightKind
from dengbu.register.rules import RestrictionFact, RightFact, UnitBook

from . import words


def matter(right: RightFact) -> str:
    """证明权利或事项."""
    kind = str(right.terms.get("notice_kind", ""))
    if right.kind == "advance_notice" and kind in NoticeKind.values:
        return NoticeKind(kind).label
    if right.terms.get("thing") == MortgagedThing.WORKS_IN_PROGRESS:
        return "在建建筑物抵押权"
    return RightKind(right.kind).label


def obligors(right: RightFact) -> tuple[str, ...]:
    """义务人: who mortgages, who is bound by a notice, in whose home somebody lives."""
    terms = right.terms
    bound = (
        terms.get("mortgagors") or terms.get("owners") or ([terms["obligor"]] if terms.get("obligor") else [])
    )
    return tuple(str(name) for name in bound)


def lines(right: RightFact) -> tuple[str, ...]:
    """其他: the contents of the right, by its kind."""
    if right.kind == "residence":
        return _residence(right.terms)
    if right.kind == "easement":
        return _easement(right.terms)
    if right.kind == "mortgage" or right.terms.get("notice_kind") in ("presale_mortgage", "mortgage"):
        return _mortgage(right)
    if right.kind == "advance_notice":
        price = right.terms.get("price_fen")
        return (
            *((f"合同编号：{right.instrument}",) if right.instrument else ()),
            *((f"取得价格：{words.yuan(int(price))}",) if price else ()),
        )
    return ()


def _mortgage(right: RightFact) -> tuple[str, ...]:
    terms = right.terms
    limit = terms.get("transfer_limited")
    limited = "未记载" if limit is None else "是" if limit else "否"
    term = f"{words.cn(terms.get('debt_from'))}起 {words.cn(terms.get('debt_until'))}止"
    amount = words.yuan(int(terms.get("amount_fen") or 0))
    if terms.get("mortgage_kind") == "maximum":
        fixed = terms.get("fixed_amount_fen")
        found = ["抵押方式：最高额抵押", f"最高债权额：{amount}", f"债权确定期间：{term}"]
        if fixed is not None:
            found.append(f"确定的债权数额：{words.yuan(int(fixed))}（{words.cn(terms.get('fixed_on'))}）")
    else:
        found = ["抵押方式：一般抵押", f"被担保主债权数额：{amount}", f"债务履行期限：{term}"]
    if terms.get("thing") == MortgagedThing.WORKS_IN_PROGRESS and terms.get("progress"):
        found.append(f"建设进度：{terms['progress']}")
    if (together := int(terms.get("together") or 1)) > 1:
        found.append(f"同一债权由{together}个不动产单元共同担保")
    if right.share_words:
        found.append(f"抵押范围：{right.share_words}")
    return (
        *found,
        f"担保范围：{terms.get('scope', '')}",
        f"是否存在禁止或限制转让抵押不动产的约定：{limited}",
    )


def _residence(terms: Any) -> tuple[str, ...]:
    """What a book imported with it does not say is left out: only our own entries answer every question."""
    until, said = terms.get("until"), []
    if until or "term" in terms:
        said.append(f"居住期限：{'至' + words.cn(until) + '止' if until else '至居住权人去世'}")
    if terms.get("paid") is not None:
        said.append(f"有偿或无偿：{'有偿' if terms['paid'] else '无偿'}")
    if terms.get("may_let") is not None:
        said.append(f"可否出租：{'约定可以出租' if terms['may_let'] else '不得出租'}")
    return (
        f"居住范围：{terms.get('part') or '登记簿没有记载'}",
        *said,
        *((f"居住的条件和要求：{terms['conditions']}",) if terms.get("conditions") else ()),
    )


def _easement(terms: Any) -> tuple[str, ...]:
    """地役权: for which land, what may be done, how long (民法典 373)."""
    unit = group_unit_code(str(terms.get("dominant_unit") or ""))
    dominant = "，".join(filter(None, (str(terms.get("dominant_location") or ""), unit)))
    since, until = (words.cn(terms.get(k)) for k in ("term_from", "term_until"))
    return (
        *((f"需役地：{dominant}",) if dominant else ()),
        f"地役权内容：{terms.get('content') or '登记簿没有记载'}",
        *((f"利用期限：{since}起 {until}止",) if terms.get("term_from") and terms.get("term_until") else ()),
    )


def restriction(book: UnitBook, public_id: Any) -> RestrictionFact | None:
    """The objection that a proof is about, if it stands."""
    return next((r for r in book.restrictions if r.public_id == public_id and r.kind == "objection"), None)


def of_objection(book: UnitBook, one: RestrictionFact) -> dict[str, Any]:
    """The fields of the proof of an objection (异议登记)."""
    if one.until_at:  # the term ends at midnight after its last day
        last = clock.local(one.until_at - dt.timedelta(seconds=1)).date()
        term = f"至{words.cn(last.isoformat())}止，期限内须起诉或申请仲裁"
    else:
        term = f"已起诉或申请仲裁，{one.document_no}"
    return {
        "right_or_matter": RestrictionKind.OBJECTION.label,
        "holders": (one.party_name,),
        "obligors": tuple(h.name for h in book.title.holders) if book.title else (),
        "other_facts": (f"异议事项：{one.note}", f"期限：{term}"),
        "notes": (),
    }
