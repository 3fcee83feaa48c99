"""First registrations: what all share, and D01 国有建设用地使用权首次登记. Houses are in `houses`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dengbu.core.identifiers import LAND_TAIL
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, LandUse, RegistrationKind, RightNature
from dengbu.register.effects import (
    Amend,
    AmendParcel,
    Effect,
    Grant,
    Open,
    OpenParcel,
)
from dengbu.register.rules import SHANGHAI, Obstacle, UnitBook

from .asking import Ask, Choice, Kind
from .base import RegistrationType, Role, Rule
from .checks import shares_add_up
from .facts import holders, preseizures_converted
from .tables import FIRST

BUILDING_CODE = 24  # characters of a unit's code that name its building
PARCEL_CODE = 19
_CONDITION_OF_NATURE = {"granted": "granted_land", "allocated": "allocated_land"}


def on_land(unit_code: str) -> bool:
    """Whether a code names bare land."""
    return unit_code.endswith(LAND_TAIL)


def no_survey(codes: Iterable[str], what: str = "不动产单元") -> Iterable[Refusal]:
    """One refusal for all that the survey database does not have."""
    missing = tuple(codes)
    if missing:
        named = "、".join(missing[:3]) + (f"等{len(missing)}个" if len(missing) > 3 else "")
        yield Refusal(
            "B_NO_SURVEY",
            f"测绘成果库里没有{what}{named}的权籍调查或房屋测绘成果。",
            "请先把测绘成果送登记中心核对入库，再提交申请。",
            "实施细则8、37",
            "unit",
        )


class FirstRegistration(RegistrationType):
    """A right is entered for the first time. What stands on the land stays or is carried over (细则 24, 33-36, 77).

    A pre-seizure becomes a seizure only where its debtor is the party now registered; its end does not move
    (corrections 3). Else it stays as it is and is told to the applicant.
    """

    line = "first"
    kind = RegistrationKind.FIRST
    produces = CertificateKind.CERTIFICATE
    answers_to = FIRST

    def rule_for(self, obstacle: Obstacle, book: UnitBook | None) -> Rule:
        rule = super().rule_for(obstacle, book)
        if obstacle.code == "R_PRESEAL" and rule is Rule.CONVERT:
            mine = obstacle.holders and obstacle.holders <= self.filed.indexes(*self.taker_roles)
            return Rule.CONVERT if mine else Rule.INFO
        return rule

    def title(self, unit: str, terms: dict[str, Any], kind: str, at: dt.datetime) -> Grant:
        """The first title on a unit. The day on which the 90 days of advance notices begin stands in it (民法典 221)."""
        filed = self.filed
        return Grant(
            kind=kind,
            unit=unit,
            holders=holders(filed.role(*self.taker_roles)),
            terms={
                **terms,
                "reason": self.name,
                "first_registered_on": at.astimezone(SHANGHAI).date().isoformat(),
            },
            coownership=filed.terms.get("coownership", "sole"),
            share_denominator=filed.terms.get("share_denominator"),
        )

    def converted(self, book: UnitBook | None, at: dt.datetime) -> Iterator[Effect]:
        """Pre-seizures against who is now registered."""
        if book is not None:
            yield from preseizures_converted(book, self.filed, self.taker_roles, at)

    def with_title(self, books: Mapping[str, UnitBook], units: Iterable[str]) -> Iterable[Refusal]:
        """Units whose first registration is done already; one refusal for all."""
        done = [u for u in units if (b := books.get(u)) is not None and b.title is not None]
        if done:
            named = "、".join(done[:3]) + (f"等{len(done)}个" if len(done) > 3 else "")
            yield Refusal(
                "B_HAS_TITLE",
                f"不动产单元{named}已经办理过首次登记。",
                "请从清单中去掉；内容有变化的请申请变更登记。",
                "实施细则24",
                "unit",
            )


def _under_a_house(housed: bool) -> Iterable[Refusal]:
    """Who owns a registered house has the land under it by the same page: after P21 the land has none of its own."""
    if housed:
        yield Refusal(
            "B_LAND_UNDER_HOUSE",
            "这块土地上已有登记的房屋，土地使用权随房屋一并登记，不能再单独首次登记。",
            "请核对宗地代码；土地内容有变化或者需要补记的，请由房屋权利人到窗口申请变更登记或更正登记。",
            "民法典356、357；实施细则2",
            "unit",
        )


class LandFirst(FirstRegistration):
    """国有建设用地使用权首次登记: whoever has the land from the state applies, price paid in full, land surveyed.

    民法典 348, 349; 细则 33-34. The parcel and its unit are opened from the survey.
    """

    code, name = "D01", "国有建设用地使用权首次登记"
    client = Client.DEVELOPER
    roles = (Role("land_user", "土地使用权人", "taker", "us", shares=True),)
    subject = "survey"
    survey_kinds = ("land",)
    form = (
        Ask(
            "nature",
            "土地怎样取得",
            Kind.CHOICE,
            "看出让合同、划拨决定书或批准文件。",
            tuple(Choice(n.value, n.label, _CONDITION_OF_NATURE.get(n.value, "")) for n in RightNature),
            basis="实施细则34",
        ),
        Ask("source_no", "合同或批准文件编号", max_length=60, basis="实施细则34"),
        Ask(
            "land_use",
            "土地用途",
            Kind.CHOICE,
            "按出让合同或批准文件填写。",
            tuple(Choice(u.value, u.label) for u in LandUse),
            basis="实施细则34",
        ),
        Ask(
            "term_from",
            "使用期限：开始",
            Kind.DATE,
            "合同约定的起始日，例如 2026-03-05",
            only_if=("nature", ("granted", "leased", "contributed", "authorised")),
            basis="民法典348",
        ),
        Ask(
            "term_until",
            "使用期限：结束",
            Kind.DATE,
            "例如住宅用地 70 年：2096-03-04",
            only_if=("nature", ("granted", "leased", "contributed", "authorised")),
            basis="民法典348",
        ),
        Ask(
            "price_fen",
            "土地出让价款",
            Kind.MONEY,
            "按出让合同填写，例如 1200万。",
            only_if=("nature", ("granted",)),
            basis="实施细则34",
        ),
        Ask(
            "price_paid",
            "价款是否已经全部付清",
            Kind.YES_NO,
            "没有付清的，不能按已付的比例先登记一部分。",
            only_if=("nature", ("granted", "leased")),
            basis="实施细则34",
        ),
    )
    fee_rule = "FEE_LAND_FIRST"
    legal_basis = "民法典348、349；实施细则33、34；操作规范8.1"

    @property
    def opened(self) -> tuple[str, ...]:
        return (self.filed.unit_code,)

    @classmethod
    def weigh(cls, terms: Mapping[str, Any]) -> Iterable[Refusal]:
        yield from super().weigh(terms)
        since, until = terms.get("term_from"), terms.get("term_until")
        if since and until and until <= since:
            yield Refusal("F_TERM", "结束日期应晚于开始日期。", "请按合同填写。", "民法典348", "term_until")
        if terms.get("price_paid") is False:
            yield Refusal(
                "B_PRICE_UNPAID",
                "土地价款还没有全部付清，不能按比例先登记一部分。",
                "请付清全部价款和税费，再持凭证申请。",
                "城镇国有土地使用权出让和转让暂行条例16；实施细则34",
                "price_paid",
            )

    def check_opening(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        """The land is not in the book: the survey must say what it is."""
        yield from self.checked(books)
        yield from _under_a_house(self.filed.housed)
        parcel = self.filed.unit_code[:PARCEL_CODE]
        if parcel not in self.filed.surveyed:
            yield from no_survey((parcel,), "宗地")
        if self.filed.unit_code not in self.filed.surveyed:
            yield from no_survey((self.filed.unit_code,))

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from self.checked(books)
        yield from self.with_title(books, (book.code,))
        if book.title is None:
            yield from _under_a_house(book.housed)

    def checked(self, books: Mapping[str, UnitBook]) -> Iterable[Refusal]:
        filed = self.filed
        if not on_land(filed.unit_code):
            yield Refusal(
                "B_NOT_LAND",
                "所选的不动产单元不是一宗土地。",
                "请选择以 W00000000 结尾的土地单元号。",
                "不动产单元设定与代码编制规则",
                "unit",
            )
        takers = filed.role(*self.taker_roles)
        yield from shares_add_up(
            takers, filed.terms.get("coownership", "sole"), filed.terms.get("share_denominator")
        )
        yield from self.weigh(filed.terms)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        filed, terms = self.filed, self.filed.terms
        unit, parcel = filed.unit_code, filed.unit_code[:PARCEL_CODE]
        of_the_land = {
            "land_use": terms["land_use"],
            "right_nature": terms["nature"],
            "term_from": terms.get("term_from"),
            "term_until": terms.get("term_until"),
        }
        book = books.get(unit)
        if book is None:
            known = parcel in filed.in_book
            yield (AmendParcel if known else OpenParcel)(parcel, {**filed.surveyed[parcel], **of_the_land})
            yield Open(unit, parcel, None, dict(filed.surveyed[unit]))
        else:
            yield AmendParcel(parcel, {**book.parcel, **filed.surveyed.get(parcel, {}), **of_the_land})
            if unit in filed.surveyed:
                yield Amend(unit, dict(filed.surveyed[unit]))
        yield from self.converted(book, at)
        said = {"nature": terms["nature"], "contract_no": terms["source_no"]}
        said |= {k: terms[k] for k in ("term_from", "term_until", "price_fen") if terms.get(k)}
        yield self.title(unit, said, "land_use", at)
