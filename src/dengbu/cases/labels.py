"""The words people see for a case (ux §3.11): computed from facts, never stored. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from dengbu.core.clock import local
from dengbu.core.vocabulary import CertificateKind

from .lifecycle import STATE_NAMES, State


@dataclass(frozen=True, slots=True)
class Label:
    """A status: word, tone of its tag, whose turn it is, and the step of the seven it stands at (8: all done)."""

    word: str
    tone: str
    turn: str
    step: int

    @property
    def yours(self) -> bool:
        return self.turn == "您"


CENTRE, YOU = "登记中心", "您"
_PAPERS = {CertificateKind.CERTIFICATE: "证书", CertificateKind.PROOF: "登记证明"}
_ROAD = ("提交", "网上审核", "预约", "窗口核验", "登簿")


def paper_words(kinds: Iterable[str]) -> str:
    """What is handed out, as people call it: 证书, 登记证明, 证书和登记证明; empty where nothing is."""
    made = set(kinds)
    return "和".join(word for kind, word in _PAPERS.items() if kind in made)


def road_words(paper: str) -> tuple[str, ...]:
    """The steps of a case by what comes out of it (`paper_words`): without a paper it ends in the archive."""
    if not paper:
        return (*_ROAD, "归档")
    return (*_ROAD, "制证", "领证") if "证书" in paper else (*_ROAD, "制作证明", "领取证明")


def label(
    state: str,
    *,
    fixes: int = 0,
    booked_at: dt.datetime | None = None,
    confirmed: tuple[int, int] = (0, 0),
    fee_due: bool = False,
    paper: str = "证书",
    to_confirm: bool = False,
) -> Label:
    """The label of a case for its applicants. `paper`: what comes out (`paper_words`); `to_confirm`: the viewer's turn."""
    s = State(state)
    if s is State.AWAITING:
        word = f"等待他人确认（{confirmed[0]}/{confirmed[1]}）"
        return Label("等您确认" if to_confirm else word, "alt", YOU if to_confirm else "其他当事人", 1)
    if s is State.CORRECTION:
        return Label(f"需要补正（{fixes} 处）", "fix", YOU, 2)
    if s is State.PREAPPROVED:
        if booked_at is not None:
            at = local(booked_at)
            return Label(f"已预约 {at.month}月{at.day}日 {at:%H:%M}", "ok", YOU, 4)
        return Label(STATE_NAMES[s], "ok", YOU, 3)
    if s is State.ACCEPTED:
        return Label("已受理，待缴费" if fee_due else "已受理", "info", YOU if fee_due else CENTRE, 5)
    if s is State.REGISTERED:
        if fee_due:
            return Label("已登簿，待缴费", "info", YOU, 6)
        making = "制证中" if "证书" in paper else "正在制作证明"
        return Label(making if paper else "已登簿", "info", CENTRE, 6)
    if s is State.CERTIFIED:
        ready = "可领证" if "证书" in paper else "可领取证明"
        return Label(f"{ready}，请先缴费" if fee_due else ready, "ok", YOU, 7)
    simple = {
        State.DRAFT: Label("草稿", "neutral", YOU, 1),
        State.SUBMITTED: Label("待审核", "info", CENTRE, 2),
        State.REVIEW: Label("审核中", "info", CENTRE, 2),
        State.ISSUED: Label("已办结", "plain", "", 8),
        State.ARCHIVED: Label("已办结", "plain", "", 8),
        State.REFUSED: Label("不予受理（附书面告知）", "neutral", "", 4),
        State.DECLINED: Label("不予登记（附书面告知）", "neutral", "", 5),
        State.WITHDRAWN: Label("已撤回", "neutral", "", 1),
        State.EXPIRED: Label("已过期", "neutral", "", 2),
    }
    return simple[s]
