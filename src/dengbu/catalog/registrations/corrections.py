"""Corrections: P12 更正登记（依申请）, S03 依职权更正登记. The entry says what was wrong and what the book says now."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dengbu.core.money import format_yuan
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, HouseUse, RegistrationKind
from dengbu.core.workdays import CalendarUnknown, add_workdays
from dengbu.register.effects import Amend, Effect, End, HolderIn, Note
from dengbu.register.rules import SHANGHAI, HolderFact, RightFact, UnitBook

from ..policy.policy import office_calendar, time_limit
from .asking import Ask, Choice, Kind
from .base import RegistrationType, Role, Rule
from .facts import kept, regranted
from .tables import ORDER, SOFT

_ENTRY_NUMBER = re.compile(r"\d{4}-\d{7}")
NOT_SAID = "（证件号码不公开）"  # an entry holds no identity number


@dataclass(frozen=True, slots=True)
class Item:
    """Something in the book that can be wrong: where it stands, and by which answer the right value is given."""

    label: str
    place: str  # facts | terms | holder
    key: str
    answer: str
    shown: Callable[[Any], str] = str


def _use(value: Any) -> str:
    return HouseUse(value).label if value in HouseUse.values else str(value)


def _yuan(value: Any) -> str:
    return f"{format_yuan(int(value))} 元" if value not in (None, "") else "（空）"


def _area(value: Any) -> str:
    return f"{value} ㎡"


ITEMS: dict[str, Item] = {
    "location": Item("坐落", "facts", "location", "right_text"),
    "room": Item("室号", "facts", "room", "right_text"),
    "floor": Item("所在层", "facts", "floor", "right_text"),
    "use": Item("用途", "facts", "use", "right_use", _use),
    "area": Item("建筑面积", "facts", "area_m2", "right_area", _area),
    "inner_area": Item("专有（套内）建筑面积", "facts", "inner_area_m2", "right_area", _area),
    "shared_area": Item("分摊建筑面积", "facts", "shared_area_m2", "right_area", _area),
    "term_from": Item("土地使用期限：开始", "terms", "term_from", "right_date"),
    "term_until": Item("土地使用期限：结束", "terms", "term_until", "right_date"),
    "price": Item("取得价格", "terms", "price_fen", "right_fen", _yuan),
    "holder_name": Item("权利人姓名（名称）", "holder", "name", "right_text"),
    "holder_number": Item("权利人证件号码", "holder", "number", "", lambda _: NOT_SAID),
}


def _answered_by(answer: str) -> tuple[str, tuple[str, ...]]:
    return "what", tuple(k for k, item in ITEMS.items() if item.answer == answer)


CORRECTION_FORM = (
    Ask(
        "what",
        "哪一项记载错了",
        Kind.CHOICE,
        "一次更正一项；有几项的请分别申请。",
        tuple(Choice(key, item.label) for key, item in ITEMS.items()),
        basis="实施细则79",
    ),
    Ask(
        "whose",
        "登记簿上是哪一位权利人",
        hint="照登记簿上现在的姓名（名称）写。",
        only_if=("what", ("holder_name", "holder_number")),
        prefill="own_name",
        basis="实施细则79",
    ),
    Ask("right_text", "应当是什么", hint="照证明材料写。", only_if=_answered_by("right_text")),
    Ask(
        "right_use",
        "应当是什么用途",
        Kind.CHOICE,
        choices=tuple(Choice(u.value, u.label) for u in HouseUse),
        only_if=_answered_by("right_use"),
    ),
    Ask("right_area", "应当是多少平方米", Kind.AREA, "例如 90.50", only_if=_answered_by("right_area")),
    Ask("right_date", "应当是哪一天", Kind.DATE, "例如 2080-01-01", only_if=_answered_by("right_date")),
    Ask("right_fen", "应当是多少元", Kind.MONEY, "例如 860000", only_if=_answered_by("right_fen")),
    Ask(
        "proof",
        "凭什么材料说明记载错误",
        Kind.LONG,
        "例如：测绘报告（编号）、原登记档案第几页、派出所证明。",
        max_length=300,
        basis="民法典220；实施细则79",
    ),
)


CORRECTED = Role(
    "corrected",
    "更正后的权利人",
    "other",
    "typed",
    many=False,
    required=False,
    hint="只有登记簿上的证件号码记错了，才填写“更正后的权利人”；更正其他内容的不填。",
)


class Correction(RegistrationType):
    """更正登记: the title stands anew with the right content; a note in the same entry says was and now (民法典 220)."""

    line = "other"
    kind = RegistrationKind.CORRECTION
    produces = CertificateKind.CERTIFICATE
    voids_certificate = True
    answers_to: ClassVar[Mapping[str, Rule]] = SOFT
    form: ClassVar[tuple[Ask, ...]] = CORRECTION_FORM

    @property
    def item(self) -> Item | None:
        return ITEMS.get(str(self.filed.terms.get("what", "")))

    def holder(self, title: RightFact) -> HolderFact | None:
        """The holder whose name or number is wrong: by the name in the book, alone or with the right name's number."""
        of_name = [h for h in title.holders if h.name == self.filed.terms.get("whose")]
        return of_name[0] if len(of_name) == 1 else None

    def was(self, book: UnitBook) -> Any:
        """What the book says now."""
        item, title = self.item, book.title
        if item is None or title is None:
            return None
        if item.place == "facts":
            return book.facts.get(item.key)
        if item.place == "terms":
            return title.terms.get(item.key)
        holder = self.holder(title)
        return None if holder is None else holder.number_index if item.key == "number" else holder.name

    def now(self) -> Any:
        """What it should say."""
        item = self.item
        if item is None:
            return None
        if item.key == "number":
            one = next(iter(self.filed.role("corrected")), None)
            return one.number_index if one else None
        return self.filed.terms.get(item.answer)

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        item, title = self.item, book.title
        if title is None:
            yield Refusal(
                "B_NO_TITLE", "登记簿上没有可以更正的权利。", "请核对不动产单元号。", "实施细则79", "unit"
            )
            return
        if item is None:
            return
        if item.place == "holder" and self.filed.terms.get("whose") and self.holder(title) is None:
            yield Refusal(
                "B_NO_SUCH_HOLDER",
                "登记簿上没有这个姓名（名称）的权利人，或有两位同名而无法分清。",
                "请照登记簿上现在的记载填写；同名的请到窗口办理。",
                "实施细则79",
                "whose",
            )
        elif item.key == "number" and len(self.filed.role("corrected")) != 1:
            yield Refusal(
                "F_ONE_CORRECTED",
                "请填写这位权利人正确的证件种类和号码。",
                "请在申请人一页添加“更正后的权利人”。",
                "实施细则79",
                "parties",
            )
        elif self.now() is not None and self.now() == self.was(book):
            yield Refusal(
                "B_NOTHING_WRONG",
                "填写的内容与登记簿上记载的一样，没有需要更正的地方。",
                "请核对要更正的事项；可在“我的不动产”查看登记簿。",
                "民法典220；实施细则80",
                "what",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, item = books[self.filed.unit_code], self.item
        title = book.title
        assert title is not None and item is not None  # check has refused
        more: dict[str, Any] = {}
        if item.place == "facts":
            yield Amend(book.code, {**book.facts, item.key: self.now()})
        elif item.place == "terms":
            more["terms"] = {**title.terms, item.key: self.now()}
        else:
            more["holders"] = self._corrected_holders(title, item)
        yield End(book.code, title.public_id, "corrected")
        anew = regranted(title, self.filed, book.code, **more)
        yield anew
        yield Note(
            book.code,
            "corrected",
            {
                "what": item.label,
                "was": item.shown(self.was(book)) if self.was(book) not in (None, "") else "（空）",
                "now": item.shown(self.now()),
                "proof": str(self.filed.terms.get("proof", "")),
                "entry": title.entry_number,
            },
            anew.right,
        )

    def _corrected_holders(self, title: RightFact, item: Item) -> tuple[HolderIn, ...]:
        wrong = self.holder(title)
        made = []
        for fact, one in zip(title.holders, kept(title, self.filed), strict=True):
            if fact is not wrong:
                made.append(one)
            elif item.key == "number":
                (new,) = self.filed.role("corrected")
                made.append(HolderIn(one.name, new.document_kind, new.number, one.share_numerator))
            else:
                made.append(HolderIn(str(self.now()), one.document_kind, one.number, one.share_numerator))
        return tuple(made)


class CorrectionOnRequest(Correction):
    """更正登记（依申请）: a holder, or somebody concerned with proof or the holder's consent. 民法典 220; 细则 79-80."""

    code, name = "P12", "更正登记（依申请）"
    client = Client.PERSON
    roles = (
        Role("applicant", "申请人", "taker", "typed"),
        CORRECTED,
    )
    titles = {"parties": "申请人", "reason": "更正什么", "reason_said": "更正的内容"}
    form = (
        Ask(
            "applies_as",
            "您是",
            Kind.CHOICE,
            choices=(
                Choice("holder", "登记簿上的权利人", "holder_applies"),
                Choice("concerned", "利害关系人（权利受这个错误影响）", "concerned_applies"),
            ),
            basis="民法典220；实施细则79",
        ),
        *CORRECTION_FORM,
    )
    fee_rule = "FEE_CORRECT"
    legal_basis = "民法典220；实施细则79、80"

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        applying = self.filed.indexes("applicant")
        if not applying:
            yield Refusal("P_NO_APPLICANT", "还没有填写申请人。", "请添加申请人。", "条例15", "parties")
        elif self.filed.terms.get("applies_as") == "holder" and book.title is not None:
            holders = book.title.holder_indexes
            # Where the number in the book is the mistake, the holder is known by name and by the reviewer's look.
            by_name = {p.name for p in self.filed.role("applicant")} & {h.name for h in book.title.holders}
            wrong_number = self.filed.terms.get("what") == "holder_number" and by_name
            if not applying & holders and not wrong_number:
                yield Refusal(
                    "P_NOT_OWNER",
                    "申请人不是登记簿上的权利人。",
                    "请核对姓名和证件号码，或改选“利害关系人”并提交相应材料。",
                    "民法典220；实施细则79",
                    "parties",
                )


class CorrectionExOfficio(Correction):
    """依职权更正登记: the registry found the mistake, told the holder in writing to apply, and he did not. 细则 81.

    Not after a disposal, an advance notice or a seizure was entered since the mistake; announced for 15 working days
    (policy). Two reviews. Nobody applies; a wrong number is put right by the party `corrected`.
    """

    code, name = "S03", "依职权更正登记"
    client = Client.STAFF
    roles = (CORRECTED,)
    titles = {"reason": "更正什么", "reason_said": "更正的内容"}
    answers_to = ORDER | {"R_NOFIRST": Rule.BLOCK}
    form = (
        *CORRECTION_FORM,
        Ask(
            "wrong_on",
            "错误是哪一天登簿的",
            Kind.DATE,
            "看登记簿上的登记时间；更早的登记就记错的，写更早的那一天。",
            prefill="title_on",
            basis="实施细则81",
        ),
        Ask(
            "wrong_entry",
            "错误登记的登簿顺序号",
            hint="例如 2023-0000123",
            max_length=20,
            prefill="title_entry",
            basis="实施细则81",
        ),
        Ask(
            "notified_on",
            "哪一天书面通知权利人申请更正",
            Kind.DATE,
            "以送达回证上的日期为准。",
            basis="实施细则81",
        ),
    )
    fee_rule = "FEE_ZERO"
    legal_basis = "民法典220；实施细则17、81"

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        terms = self.filed.terms
        if terms.get("wrong_entry") and not _ENTRY_NUMBER.fullmatch(str(terms["wrong_entry"])):
            yield Refusal(
                "F_WRONG_ENTRY",
                "登簿顺序号的写法不对，无法核对之后有没有别的登记。",
                "请照登记簿写成年份加七位数字，例如 2023-0000123。",
                "实施细则81",
                "wrong_entry",
            )
        elif terms.get("wrong_on") and terms.get("wrong_entry"):
            yield from self._nothing_since(book, str(terms["wrong_on"]), str(terms["wrong_entry"]), at)
        if terms.get("notified_on"):
            yield from _told_in_time(dt.date.fromisoformat(str(terms["notified_on"])), at)

    def _nothing_since(
        self, book: UnitBook, wrong_on: str, wrong_entry: str, at: dt.datetime
    ) -> Iterable[Refusal]:
        # An entry's number is year and seven digits: later entries have greater ones.
        rights = [r for r in book.rights if r.entry_number > wrong_entry]
        seizures = [
            r
            for r in book.restrictions
            if r.kind.endswith("seizure")
            and r.in_force(at)
            and (r.from_at is None or r.from_at.astimezone(SHANGHAI).date().isoformat() >= wrong_on)
        ]
        if rights or seizures:
            yield Refusal(
                "S_LATER_ENTRY",
                "这项错误登记之后，又有涉及处分、预告或查封的登记，登记机构不能自行更正。",
                "请通知权利人或利害关系人申请更正（依申请），或告知其通过诉讼解决。",
                "实施细则81",
                "unit",
            )


def _told_in_time(notified: dt.date, at: dt.datetime) -> Iterable[Refusal]:
    """The holder has had his working days to apply himself, counted from the day after the notice (细则 81)."""
    today = at.astimezone(SHANGHAI).date()
    days = time_limit("ex_officio_correction", today).amount
    try:
        last = add_workdays(notified, days, office_calendar())
    except CalendarUnknown:
        last = notified + dt.timedelta(days=2 * days)  # years before the calendar: more than enough
    if today <= last:
        yield Refusal(
            "S_NOTICE_RUNNING",
            f"书面通知后权利人自行申请的{days}个工作日还没有满（到{last:%Y-%m-%d}）。",
            "期满后权利人仍不申请的，再依职权更正。",
            "实施细则81",
            "notified_on",
        )
