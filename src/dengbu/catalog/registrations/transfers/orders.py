"""Ownership passes, or a right ends, by judgment, award or government decision: P08 by whoever got it, S05 by request."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dengbu.core.identifiers import half_width
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import Client
from dengbu.register.effects import Effect, End, Lift
from dengbu.register.rules import Judgement, Obstacle, RestrictionFact, RightFact, UnitBook

from ..asking import Ask, Choice, Kind
from ..base import Role
from ..facts import Filed
from ..periods import COURT_MONTHS
from ..restrictions.line import settled
from ..restrictions.orders import day_of, months_allowed
from ..tables import BY_ORDER, Rule
from .parts import COOWNER, PartTransfer

PRICE = Ask(
    "price_fen",
    "成交价或抵债金额",
    Kind.MONEY,
    "拍卖、变卖、抵债的照文书填；没有金额的不填。",
    required=False,
)
ENDS = (
    Ask(
        "ends_mortgages",
        "文书有没有写明房屋上的抵押权消灭",
        Kind.YES_NO,
        "写明的，在同一次登记中注销抵押权；没有写的，抵押权留在房屋上。",
        basis="民法典393、410；查封规定27",
    ),
    Ask(
        "keeps_mortgages",
        "文书写明保留的抵押权（写顺位）",
        hint="只保留一部分的才填，例如第2顺位填 2；有几项的用顿号分开。",
        required=False,
        only_if=("ends_mortgages", (True,)),
        max_length=60,
        basis="民法典393",
    ),
    Ask(
        "ends_waiting",
        "轮候查封是不是随本次登记消灭或解除",
        Kind.YES_NO,
        "文书写明的，或者首封法院拍卖、变卖、抵债处分了整处房屋而文书没有另外写明的（法函〔2007〕100号），选“是”；"
        "没有轮候查封的选“否”。",
        basis="查封规定26、27；法函〔2007〕100号",
    ),
    Ask(
        "keeps_waiting",
        "文书写明继续有效的轮候查封（写查封文号）",
        hint="写明的留在房屋上，首封解除后依次转为查封；一个文号一行，没有的不填。",
        kind=Kind.LONG,
        required=False,
        max_length=300,
        basis="查封规定26",
    ),
    Ask(
        "ends_notices",
        "文书有没有写明预告登记一并注销",
        Kind.YES_NO,
        "房屋上没有预告登记的选“否”。",
        basis="民法典221",
    ),
)
ORDER = (
    Ask(
        "order_kind",
        "文书种类",
        Kind.CHOICE,
        choices=(
            Choice("judgment", "法院判决书"),
            Choice("mediation", "法院调解书"),
            Choice("auction", "法院拍卖、变卖成交裁定"),
            Choice("debt", "法院以物抵债裁定"),
            Choice("award", "仲裁裁决书、调解书"),
            Choice("government", "人民政府的征收、划转等决定"),
        ),
        basis="民法典229；实施细则19",
    ),
    Ask("order_no", "文书编号", hint="例如（2026）豫0106执12号。", max_length=60, basis="实施细则19"),
    Ask(
        "authority",
        "作出文书的机关",
        hint="写全称，例如郑州市上街区人民法院。它自己在这处房屋上的查封随本次登记解除。",
        max_length=100,
        basis="实施细则19",
    ),
    Ask("effective_on", "文书生效日期", Kind.DATE, "看生效证明。", basis="民法典229"),
)


class ByOrder(PartTransfer):
    """What the order says is entered: who gets what, and which burdens end with it (corrections 18; 民法典 229).

    The registry does not judge the paper. The seizure of the organ that made the order is lifted in the same entry.
    """

    # A seizure of the land, as one of the house, is for the officer: the order may come from the seizing court itself.
    answers_to = {**BY_ORDER, "R_LANDSEAL": Rule.MANUAL}
    absent_roles = ("former",)
    filing_rule = Rule.MANUAL

    def ended(self, book: UnitBook) -> tuple[Lift | End, ...]:
        """What ends with the order: restrictions first, then rights."""
        terms, authority = self.filed.terms, str(self.filed.terms.get("authority", "")).strip()
        reason = str(terms.get("order_no", "")) or self.name
        found: list[Lift | End] = []
        for r in book.restrictions:
            own = r.authority.strip() == authority and r.kind in ("seizure", "waiting_seizure")
            said = r.kind == "waiting_seizure" and terms.get("ends_waiting") and not self.keeps(r)
            if (own or said) and not (r.share_of and self.stays(frozenset({r.share_of}), book)):
                found.append(Lift(book.code, r.public_id, reason))
        for right in book.rights:
            kept = right.rank in self.kept_ranks
            mortgage = right.kind == "mortgage" and terms.get("ends_mortgages") and not kept
            notice = right.kind == "advance_notice" and terms.get("ends_notices")
            whose = frozenset(right.terms.get("mortgagors", ())) if right.share_of else frozenset()
            if (mortgage or notice) and not (whose and self.stays(whose, book)):
                found.append(End(book.code, right.public_id, "ended_by_order"))
        return tuple(found)

    @property
    def kept_numbers(self) -> tuple[str, ...]:
        """Numbers of the papers whose waiting seizures go on, as the order says."""
        lines = re.split(r"[\n,，;；、]+", str(self.filed.terms.get("keeps_waiting") or ""))
        return tuple(half_width(line).strip() for line in lines if line.strip())

    def keeps(self, waiting: RestrictionFact) -> bool:
        return (
            waiting.kind == "waiting_seizure" and half_width(waiting.document_no).strip() in self.kept_numbers
        )

    @property
    def kept_ranks(self) -> frozenset[int]:
        """Ranks of the mortgages that stay where the others end."""
        return frozenset(
            int(n)
            for n in re.findall(r"[0-9]+", half_width(str(self.filed.terms.get("keeps_mortgages") or "")))
        )

    def ended_ids(self, book: UnitBook) -> frozenset[uuid.UUID]:
        return frozenset(e.restriction if isinstance(e, Lift) else e.right for e in self.ended(book))

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        ends = obstacle.public_id is not None and self.is_target(obstacle.public_id)
        if ends or (book is not None and obstacle.public_id in self.ended_ids(book)):
            return Rule.HANDLED
        if book is not None and any(
            r.public_id == obstacle.public_id and self.keeps(r) for r in book.restrictions
        ):
            return Rule.WARN  # the order itself says that it goes on: nothing is left for the officer
        return super().rule_for(obstacle, book)

    def judge(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Judgement:
        """The officer is told where the organ's own seizure was over: who waited comes first by law (查封规定 26, 27)."""
        judged, book = super().judge(books, at), books.get(self.filed.unit_code)
        if book is None:
            return judged
        gone = self.ended_ids(book)
        lifted = [r for r in book.restrictions if r.public_id in gone]
        over = [r for r in lifted if r.kind == "seizure" and not r.in_force(at)]
        if not over or not any(r.kind == "waiting_seizure" for r in lifted):
            return judged
        told = Refusal(
            "O_OWN_SEIZURE_OVER",
            f"{over[0].authority}的查封（{over[0].document_no}）期限已经届满，排在后面的轮候查封已依法生效，本次将一并解除。",
            "请核对文书是否写明处理轮候查封；没有写明的，先向作出文书的机关和轮候查封的机关核实。",
            "查封规定26、27",
            "ends_waiting",
        )
        return replace(judged, warnings=(*judged.warnings, told))

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        yield from self.left(book)

    def left(self, book: UnitBook) -> Iterable[Refusal]:
        """A seizure that waits would move up to the new owner's home: the order must say what becomes of it."""
        ended = self.ended_ids(book)
        first = [r for r in book.restrictions if r.kind == "seizure" and r.public_id in ended]
        unsaid = [
            r
            for r in book.restrictions
            if r.kind == "waiting_seizure" and r.public_id not in ended and not self.keeps(r)
        ]
        waiting = {
            half_width(r.document_no).strip() for r in book.restrictions if r.kind == "waiting_seizure"
        }
        ranks = {right.rank for right in book.mortgages}
        strangers = [n for n in self.kept_numbers if n not in waiting]
        if strangers:
            yield Refusal(
                "F_KEEPS_WAITING",
                f"登记簿上没有文号为{'、'.join(strangers)}的轮候查封。",
                "请照登记簿写查封文号，一个文号一行。",
                "查封规定26",
                "keeps_waiting",
            )
        if not self.kept_ranks <= ranks:
            yield Refusal(
                "F_KEEPS_MORTGAGES",
                "登记簿上没有所写顺位的抵押权。",
                "请照登记簿写抵押权的顺位。",
                "民法典393",
                "keeps_mortgages",
            )
        if first and unsaid:
            yield Refusal(
                "B_WAITING_LEFT",
                f"解除{first[0].authority}的查封后，轮候查封会转为查封，文书没有写明怎样处理。",
                "文书写明消灭，或处分了整处房屋而没有另外写明的，轮候查封选“是”；写明继续有效的，填它的查封文号；"
                "仍不清楚的，请作出文书的机关书面写明。",
                "查封规定26；法函〔2007〕100号",
                "ends_waiting",
            )

    def converted(self, book: UnitBook) -> Iterable[Effect]:
        """What the order ends, then the notices of the takers that it does not speak of."""
        yield from self.ended(book)
        ended = self.ended_ids(book)
        yield from (e for e in super().converted(book) if isinstance(e, End) and e.right not in ended)

    def moves_up(self, book: UnitBook, at: dt.datetime) -> Iterable[Effect]:
        """Whose turn comes where a first seizure ends and the order keeps one that waits (查封规定 26)."""
        lifted = {e.restriction: e.reason for e in self.ended(book) if isinstance(e, Lift)}
        if lifted and any(self.keeps(r) for r in book.restrictions):
            months = months_allowed("court", day_of(at)) or COURT_MONTHS
            for effect in settled(book, self.filed, at, months, lifted).effects:
                if not (isinstance(effect, Lift) and effect.restriction in lifted):
                    yield effect

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        yield from super().effects(books, at)
        yield from self.moves_up(books[self.filed.unit_code], at)


class JudgmentTransfer(ByOrder):
    """生效法律文书、政府决定转移登记: whoever got the home applies alone. 民法典 229; 条例 14; 细则 19.

    The certificate of the former owner is void: taken in, or declared void in public where it cannot be had.
    """

    code, name = "P08", "生效法律文书、政府决定转移登记"
    client = Client.PERSON
    roles = (
        Role("former", "文书写明的原权利人", "owner", "register"),
        Role("winner", "文书确定的取得人", "taker", "typed", confirms=True, shares=True),
        COOWNER,
    )
    form = (
        *ORDER,
        Ask(
            "assisted",
            "有没有法院的协助执行通知书",
            Kind.YES_NO,
            condition="court_orders",
            basis="实施细则19",
        ),
        *ENDS,
        PRICE,
        Ask(
            "old_certificate",
            "原权利人的权证能不能交回",
            Kind.CHOICE,
            choices=(
                Choice("returned", "能交回", "certificate_returned"),
                Choice("not_returned", "拿不到，由登记机构公告作废", "certificate_not_returned"),
            ),
            basis="实施细则23；操作规范1.15",
        ),
    )
    legal_basis = "民法典229；不动产登记暂行条例14；实施细则19、23；契税法11"


class OrderByRequest(ByOrder):
    """依嘱托转移、注销登记: a court or an administration asks the office to enter what it has decided. 细则 19.

    Staff file it from the papers that two officers bring; the title passes, or a title or another right is cancelled.
    """

    code, name = "S05", "依嘱托转移、注销登记"
    served, holds = "must", True
    titles = {"parties": "嘱托机关和当事人", "reason": "嘱托的文书和内容"}
    client = Client.STAFF
    roles = (
        Role("requester", "嘱托机关", "other", "typed", many=False),
        Role("former", "文书写明的原权利人", "owner", "register", required=False),
        Role("winner", "文书确定的取得人", "taker", "typed", shares=True, required=False),
        COOWNER,
    )
    form = (
        Ask(
            "does",
            "嘱托办理什么",
            Kind.CHOICE,
            choices=(
                Choice("transfer", "转移：登记到文书确定的人名下", "transfer_by_order"),
                Choice("cancel_title", "注销房屋所有权（建设用地使用权）"),
                Choice("cancel_right", "注销其他权利（抵押权、预告登记、居住权等）"),
            ),
            basis="实施细则19",
        ),
        Ask(
            "right",
            "文书要注销的权利",
            Kind.RIGHT,
            "登记簿上所有权（使用权）以外的权利。",
            only_if=("does", ("cancel_right",)),
            code="B_NO_RIGHT",
            basis="实施细则19",
        ),
        *ORDER,
        Ask("assistance_no", "协助执行通知书（嘱托文件）编号", max_length=60, basis="实施细则19"),
        Ask(
            "bearers",
            "送达人员姓名和工作证号（两人）",
            Kind.LONG,
            "核对两人的工作证和执行公务证后照抄。",
            basis="法发〔2004〕5号",
        ),
        *ENDS,
        PRICE,
    )
    legal_basis = "民法典229；不动产登记暂行条例14；实施细则19、23；法发〔2004〕5号"

    def __init__(self, filed: Filed):
        super().__init__(filed)
        if self.does != "transfer":
            self.fee_rule = "FEE_ZERO"  # type: ignore[misc]  # a cancellation costs nothing (财税〔2019〕45号)

    @property
    def does(self) -> str:
        return str(self.filed.terms.get("does", "transfer"))

    @classmethod
    def required_roles(cls, terms: Mapping[str, Any]) -> tuple[str, ...]:
        """Nobody gets anything where a right is cancelled."""
        return ("requester", "former", "winner") if terms.get("does") == "transfer" else ("requester",)

    def owned(self, book: UnitBook) -> RightFact | None:
        """House or bare land: an order speaks of either."""
        return book.title

    def is_target(self, public_id: uuid.UUID) -> bool:
        return self.does == "cancel_right" and public_id == self.target

    def owners(self, book: UnitBook) -> Iterable[Refusal]:
        if self.does == "transfer":
            yield from super().owners(book)

    def shares(self, book: UnitBook) -> Iterable[Refusal]:
        if self.does == "transfer":
            yield from super().shares(book)

    def left(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().left(book)
        ended = self.ended_ids(book)
        if self.does == "cancel_right":
            right = book.right(self.target) if self.target else None
            if right is None or right == book.title:
                yield Refusal(
                    "B_NO_RIGHT",
                    "登记簿上没有文书要注销的权利，或者已经注销。",
                    "请在登记簿上重新选择；注销所有权请选择“注销房屋所有权”。",
                    "条例10",
                    "right",
                )
        elif self.does == "cancel_title":
            rest = [r for r in book.rights if r != book.title and r.public_id not in ended]
            if rest:
                yield Refusal(
                    "B_BURDENS_LEFT",
                    f"所有权注销后，还有{len(rest)}项权利留在这处房屋上，文书没有写明怎样处理。",
                    "请嘱托机关书面写明抵押权、预告登记、居住权等如何处理，再一并办理。",
                    "实施细则19、28",
                    "ends_mortgages",
                )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book = books[self.filed.unit_code]
        if self.does == "transfer":
            yield from super().effects(books, at)
            return
        yield from self.ended(book)
        yield from self.moves_up(book, at)
        going = book.title.public_id if self.does == "cancel_title" and book.title else self.target
        if going and going not in self.ended_ids(book):
            yield End(book.code, going, "cancelled_by_order")
