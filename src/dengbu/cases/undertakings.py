"""容缺受理 and 告知承诺: what may be undertaken, when it is kept or broken, and who may undertake nothing more.

国办发〔2020〕42号 (告知承诺制); 优化营商环境条例. What may follow and within how many days is policy (`undertakings.toml`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from dengbu.catalog.policy.schema import UndertakingRule
from dengbu.core import clock
from dengbu.core.refusals import Refusal

from .models import Undertaking

LATER, INSTEAD = "later", "instead"
KIND_NAMES: Final = {LATER: "容缺受理", INSTEAD: "告知承诺"}
KEPT, BREACHED, TAKEN_BACK, OVER = "kept", "breached", "taken_back", "over"
OUTCOME_NAMES: Final = {
    KEPT: "已兑现",
    BREACHED: "没有兑现",
    TAKEN_BACK: "受理前已补齐",
    OVER: "办件已结束",
}
OPEN, CORRECTED, NO_CHANGE = "open", "corrected", "no_change"
CORRECTION_NAMES: Final = {OPEN: "待处理", CORRECTED: "已更正", NO_CHANGE: "登记簿无须更正"}
BASIS: Final = "国办发〔2020〕42号"
PAPER: Final = "PROMISE"  # the item of the evidence room that the signed undertaking lies under


class _Given(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def promisor(self) -> str: ...
    @property
    def number_index(self) -> str: ...
    @property
    def signed_at(self) -> dt.datetime | None: ...
    @property
    def due_on(self) -> dt.date | None: ...
    @property
    def outcome(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody at the desk wants to undertake: the rule for the paper, who, why; and what stands about them."""

    name: str
    rule: UndertakingRule | None
    live: bool  # it was undertaken already
    applies: bool  # who undertakes it is one of those who apply
    present: bool  # and showed who they are
    why: str
    barred_until: dt.date | None


def why_not_give(offer: Offer) -> list[Refusal]:
    """Everything against accepting a case on this undertaking."""
    if offer.rule is None:
        return [
            Refusal(
                "UNDERTAKING_NOT_ALLOWED",
                f"“{offer.name}”不能容缺，也不能以承诺代替。",
                "请申请人补齐以后再受理；不补的，退回网上审核或者不予受理。",
                f"{BASIS}；条例17",
                "undertaking_item",
            )
        ]
    if offer.live:
        return [
            Refusal(
                "UNDERTAKING_THERE", f"“{offer.name}”已经登记承诺。", "请刷新页面。", "", "undertaking_item"
            )
        ]
    wrong = []
    if not offer.applies:
        wrong.append(
            Refusal(
                "UNDERTAKING_WHO",
                "请选择作出承诺的申请人。",
                "由本件的申请人本人作出，单位由其代表作出。",
                BASIS,
                "promisor",
            )
        )
    elif not offer.present:
        wrong.append(
            Refusal(
                "UNDERTAKING_ABSENT",
                "还没有核验承诺人的身份。",
                "请先核验身份，再登记承诺。",
                "实施细则9",
                "promisor",
            )
        )
    if len(offer.why.strip()) < 4:
        wrong.append(
            Refusal(
                "UNDERTAKING_WHY",
                "请写明这项材料为什么现在没有。",
                "不少于4个字，例如：结婚证原件在外地。",
                "",
                "undertaking_why",
            )
        )
    if offer.barred_until is not None:
        wrong.append(_barred(offer.barred_until))
    return wrong


def _barred(until: dt.date) -> Refusal:
    return Refusal(
        "UNDERTAKING_BARRED",
        f"承诺人有没有兑现的承诺，{until:%Y年%-m月%-d日}以前不适用容缺受理和告知承诺。",
        "请按材料清单补齐材料；对记录有异议的，请科室负责人核查后解除。",
        BASIS,
        "promisor",
    )


def against(given: Iterable[_Given], barred: Collection[str]) -> list[Refusal]:
    """What of the undertakings of a case keeps it from being accepted today: unsigned, or its giver barred meanwhile."""
    found = []
    for one in given:
        if one.signed_at is None:
            found.append(
                Refusal(
                    "UNDERTAKING_UNSIGNED",
                    f"“{one.name}”的承诺书还没有签字存档。",
                    "请打印承诺书，由承诺人签字后扫描上传。",
                    BASIS,
                    "undertakings",
                )
            )
        if one.number_index in barred:
            found.append(
                Refusal(
                    "UNDERTAKING_BARRED_SINCE",
                    f"“{one.name}”的承诺人已列入没有兑现承诺的名单，不能凭承诺受理。",
                    "请撤销这项承诺，按材料清单补齐材料。",
                    BASIS,
                    "undertakings",
                )
            )
    return found


def barred_now(indexes: Collection[str]) -> dict[str, dt.date]:
    """Who of these identities may undertake nothing today, and until when. One statement."""
    found: dict[str, dt.date] = {}
    rows = Undertaking.objects.filter(
        number_index__in=[i for i in indexes if i],
        outcome=BREACHED,
        lifted_at__isnull=True,
        barred_until__gte=clock.today(),
    )
    for index, until in rows.values_list("number_index", "barred_until"):
        if until is not None:
            found[index] = max(until, found.get(index, until))
    return found


def running(one: _Given) -> list[Refusal]:
    """Whether it can still be settled: it is counted from acceptance, and nobody settled it yet."""
    if one.outcome:
        return [Refusal("UNDERTAKING_SETTLED", "这项承诺已经办结。", "请刷新页面。")]
    if one.due_on is None:
        return [Refusal("UNDERTAKING_EARLY", "这件申请还没有受理。", "受理以后才开始计算期限。")]
    return []


def why_not_breach(one: _Given, today: dt.date, reason: str, *, under_check: bool = False) -> list[Refusal]:
    """Everything against writing down a breach: what is to follow has until the end of its last day; what was handed
    in (`under_check`) is looked at first."""
    wrong = []
    if under_check:
        wrong.append(
            Refusal(
                "UNDERTAKING_UNDER_CHECK",
                "网上补交的材料还没有核验。",
                "请先核验；不合格的退回，过期没有再交的才能认定没有兑现。",
                BASIS,
                "reason",
            )
        )
    if one.kind == LATER and one.due_on is not None and today <= one.due_on:
        wrong.append(
            Refusal(
                "UNDERTAKING_NOT_DUE",
                f"补交期限到{one.due_on:%Y年%-m月%-d日}，还没有过期。",
                "过期没有补交的，才能认定没有兑现。",
                BASIS,
                "reason",
            )
        )
    if len(reason.strip()) < 10:
        wrong.append(
            Refusal(
                "UNDERTAKING_REASON",
                "请写明认定没有兑现的事实和依据。",
                "不少于10个字，写清楚怎样催告、怎样核查。",
                BASIS,
                "reason",
            )
        )
    return wrong


def why_not_correct(how: str, said: str, entered: bool) -> list[Refusal]:
    """Everything against closing the task of a breach that bears on the book. `entered`: whether the case that is said
    to have corrected it is a correction or cancellation of this unit, and in the book."""
    wrong = []
    if how not in (CORRECTED, NO_CHANGE):
        wrong.append(Refusal("UNDERTAKING_HOW", "请选择处理结果。", "", "", "how"))
    if how == CORRECTED and not entered:
        wrong.append(
            Refusal(
                "UNDERTAKING_NOT_CORRECTED",
                "没有找到这处不动产已登簿的更正或注销登记。",
                "请填写更正（注销）登记的办件编号；登簿以后再办结本项。",
                "实施细则79、81",
                "number",
            )
        )
    if len(said.strip()) < 10:
        wrong.append(Refusal("UNDERTAKING_SAID", "请写明处理的经过和依据。", "不少于10个字。", "", "said"))
    return wrong
