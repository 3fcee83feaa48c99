"""P13 异议登记, P14 异议登记注销. 民法典 220; 实施细则 82-84.

An objection blocks nothing: who takes signs that he knows of it (细则 84). It falls after 15 days unless the objector
shows that he sued or went to arbitration.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from dengbu.catalog.policy.policy import office_calendar, time_limit
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, RegistrationKind
from dengbu.core.workdays import CalendarUnknown, calendar_days_deadline
from dengbu.register.effects import Effect, Lift, Restrict
from dengbu.register.rules import RestrictionFact, UnitBook

from ..asking import Ask, Choice, Kind
from ..base import RegistrationType, Role
from ..facts import holders, restricted_anew
from ..periods import end_of_day
from ..tables import RELIEF, Rule
from .orders import AboutRestriction, day_of

MATTERS = {
    "holder": "权利人",
    "shares": "共有情况和份额",
    "thing": "坐落、面积、用途等自然状况",
    "mortgage": "抵押权",
    "other": "其他权利和事项",
}
NEW = ("stage", ("new",))
SUED = ("stage", ("sued",))


def last_day_to_sue(day: dt.date) -> dt.date:
    """The last day to show a suit: 15 calendar days after the entry (民法典 201, 203, 220; corrections 23).

    Where the calendar of the year is not known yet, a last day off is not moved.
    """
    days = time_limit("objection_lapse", day).amount
    try:
        return calendar_days_deadline(day, days, office_calendar())
    except CalendarUnknown:
        return day + dt.timedelta(days=days)


class Objection(RegistrationType):
    """异议登记: whom the entry wrongs has his objection noted, after the holder refused a correction.

    The objector applies alone. In force for 15 days, and on until judged once he shows that he sued or went to
    arbitration. No second objection for the same ground (民法典 220; 细则 82-84).
    """

    code, name = "P13", "异议登记"
    client = Client.PERSON
    line = "other"
    kind = RegistrationKind.OBJECTION
    roles = (Role("objector", "异议申请人", "taker", "typed", many=False),)
    conflict_class = "objection"
    pending = Rule.WARN
    answers_to = RELIEF
    produces = CertificateKind.PROOF
    form = (
        Ask(
            "stage",
            "要办理什么",
            Kind.CHOICE,
            choices=(
                Choice("new", "提出异议", "objection_new"),
                Choice("sued", "已经起诉或申请仲裁，提交受理通知书", "objection_sued"),
            ),
            basis="民法典220",
        ),
        Ask(
            "matter",
            "登记簿上哪一项记错了",
            Kind.CHOICE,
            choices=tuple(Choice(key, label) for key, label in MATTERS.items()),
            empty="请选择登记簿上有错误的一项",
            only_if=NEW,
            basis="实施细则82",
        ),
        Ask("grounds", "错在哪里，您和这处不动产是什么关系", Kind.LONG, max_length=300, only_if=NEW,
            basis="实施细则82"),
        Ask(
            "refused",
            "权利人是否不同意更正",
            Kind.YES_NO,
            "权利人书面同意更正的，请申请更正登记，不必提出异议。",
            only_if=NEW,
            basis="民法典220",
        ),
        Ask("suit_no", "案号或仲裁受理号", max_length=60, only_if=SUED, basis="实施细则83"),
    )  # fmt: skip
    titles = {"reason": "异议事项"}
    fee_rule = "FEE_OBJ"
    legal_basis = "民法典220；实施细则82-84"

    def own(self, book: UnitBook) -> RestrictionFact | None:
        """The objector's objection that stands."""
        mine = self.filed.indexes("objector")
        return next((r for r in book.restrictions if r.kind == "objection" and r.party_index in mine), None)

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        terms, own = self.filed.terms, self.own(book)
        if terms.get("stage") == "sued":
            # Handed in on the last day it is in time, whenever it is looked at (细则 83).
            if own is None or not own.in_force(min(self.filed.submitted_at or at, at)):
                yield Refusal(
                    "B_NO_OBJECTION",
                    "登记簿上没有您仍然有效的异议登记：15日内没有起诉或申请仲裁的，异议登记已经失效。",
                    "请凭起诉材料向法院申请保全；同一事项不能再次申请异议登记。",
                    "民法典220；实施细则83",
                    "stage",
                )
            return
        if terms.get("refused") is False:
            yield Refusal(
                "B_HOLDER_AGREES",
                "权利人同意更正的，不需要异议登记。",
                "请与权利人一起申请更正登记。",
                "民法典220",
                "refused",
            )
        title = book.title
        if title is not None and self.filed.indexes("objector") <= title.holder_indexes:
            yield Refusal(
                "P_OBJECTS_TO_SELF",
                "您是登记簿上的权利人，不能对自己的登记提出异议。",
                "登记簿记错的，请申请更正登记。",
                "民法典220",
                "parties",
            )
        if own is not None and own.in_force(at):
            yield Refusal(
                "B_OBJECTION_STANDS",
                "您在这处不动产上已有异议登记。",
                "已经起诉或申请仲裁的，请选择“提交受理通知书”。",
                "实施细则82",
                "stage",
            )
        elif self._again(book, own) and not self.filed.officer.get("objection"):
            yield Refusal(
                "B_OBJECTION_AGAIN",
                f"您对“{MATTERS.get(str(terms.get('matter')), '')}”提出过异议登记，已经失效或注销。",
                "同一事项以同一理由不能再次申请；理由不同的，由审核人员核实并写明。",
                "实施细则83",
                "matter",
            )

    def _again(self, book: UnitBook, own: RestrictionFact | None) -> bool:
        """Whether this objector objected to the same matter before."""
        label = MATTERS.get(str(self.filed.terms.get("matter")), "")
        before = [*book.objected, *((r.party_index, r.note) for r in (own,) if r)]
        return bool(label) and any(
            index in self.filed.indexes("objector") and note.startswith(f"{label}：")
            for index, note in before
        )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, terms = books[self.filed.unit_code], self.filed.terms
        own = self.own(book)
        if terms.get("stage") == "sued":
            assert own is not None  # B_NO_OBJECTION has refused
            yield Lift(book.code, own.public_id, "sued")
            yield restricted_anew(
                own, self.filed, book.code, document_no=str(terms["suit_no"]), until_at=None
            )
            return
        if own is not None:  # fallen already: the book says so now
            yield Lift(book.code, own.public_id, "lapsed")
        objector = self.filed.role("objector")
        yield Restrict(
            kind="objection",
            unit=book.code,
            authority="、".join(p.name for p in objector),
            document_no="异议登记申请",
            from_at=at,
            until_at=end_of_day(last_day_to_sue(day_of(at))),
            note=f"{MATTERS[str(terms['matter'])]}：{terms['grounds']}"[:500],
            party=next(iter(holders(objector))),
        )


class ObjectionCancellation(AboutRestriction):
    """异议登记注销: the objector gives it up, or it has fallen, or a judgment went against him. 民法典 220; 细则 83.

    The objector applies alone; whom the book names as holder applies where it has fallen or was judged unfounded.
    """

    code, name = "P14", "异议登记注销"
    client = Client.PERSON
    kind = RegistrationKind.OBJECTION
    target_kinds = ("objection",)
    missing_text = "登记簿上没有这项异议登记，或者已经注销。"
    roles = (Role("applicant", "申请人", "other", "typed", many=False),)
    answers_to = RELIEF
    voids_certificate = True
    form = (
        Ask(
            "reason",
            "为什么注销",
            Kind.CHOICE,
            choices=(
                Choice("withdrawn", "异议申请人撤回异议", "objector_withdraws"),
                Choice("lapsed", "15日内没有起诉或申请仲裁，异议登记已失效"),
                Choice("judged", "法院、仲裁机构没有支持，或已按裁判更正", "by_judgment"),
            ),
            empty="请选择注销原因",
            basis="实施细则83",
        ),
    )
    titles = {"property": "选择要注销的异议登记", "reason": "注销原因"}
    legal_basis = "民法典220；实施细则83"

    def claim_class(self) -> str:
        """Nobody takes an objection off as fallen while a suit that was shown in time waits for its entry."""
        lapsed = self.filed.terms.get("reason") == "lapsed"
        return Objection.conflict_class if lapsed else super().claim_class()

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        found, reason = self.the_restriction(book), self.filed.terms.get("reason")
        if found is None:
            return
        who = self.filed.indexes("applicant")
        may = {found.party_index} | (
            set() if reason == "withdrawn" or book.title is None else book.title.holder_indexes
        )
        if not who or not who <= may:
            yield Refusal(
                "P_NOT_OBJECTOR",
                "申请人不是提出异议的人。"
                if reason == "withdrawn"
                else "申请人既不是提出异议的人，也不是登记簿上的权利人。",
                "请由异议申请人本人办理；异议失效或被裁判否定的，权利人也可以申请。",
                "实施细则83",
                "parties",
            )
        if reason == "lapsed" and found.in_force(at):
            yield Refusal(
                "O_NOT_LAPSED",
                "这项异议登记还在期限内，或申请人已经起诉、申请仲裁。",
                "请等期限届满，或凭生效的裁判文书办理。",
                "民法典220；实施细则83",
                "reason",
            )

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book = books[self.filed.unit_code]
        yield Lift(book.code, self.targeted(book).public_id, str(self.filed.terms["reason"]))
