"""Rules that many types share: who must apply, how shares add up, what a contract on file must say."""

from __future__ import annotations

from collections.abc import Iterable

from dengbu.core.refusals import Refusal
from dengbu.register.rules import RightFact

from .facts import Filed, PartyFact


def owners_apply(
    filed: Filed, owned: RightFact | None, roles: tuple[str, ...], word: str
) -> Iterable[Refusal]:
    """Those who dispose must be those whom the book names: all of them, or two thirds by share (民法典 301; 细则 10)."""
    if owned is None:
        return
    applying = filed.indexes(*roles)
    if not applying >= owned.holder_indexes and not two_thirds(owned, applying):
        missing = "、".join(h.name[:1] + "*" for h in owned.holders if h.number_index not in applying)
        yield Refusal(
            "P_OWNER_MISSING",
            f"登记簿上的权利人{missing}没有作为{word}参加申请。",
            f"请把登记簿上的全部权利人都列为{word}，并由本人确认；按份共有的，占三分之二以上份额的人申请即可。",
            "民法典301；不动产登记暂行条例14；实施细则10",
            "parties",
        )
    if not applying <= owned.holder_indexes:
        yield Refusal(
            "P_NOT_OWNER",
            f"有{word}不是登记簿上的权利人。",
            "请核对姓名和证件号码；只有登记簿记载的权利人才能处分这处不动产。",
            "民法典209、214",
            "parties",
        )


def holders_named(owned: RightFact | None, names: Iterable[str]) -> frozenset[str] | None:
    """Whose shares are meant by these names, by index. None where nobody can say: held otherwise than by shares, a name
    that is nobody's or two holders' (corrections 7)."""
    if owned is None or owned.share_denominator is None:
        return None
    found = [[h.number_index for h in owned.holders if h.name == name] for name in names]
    return frozenset(f[0] for f in found) if all(len(f) == 1 for f in found) else None


def two_thirds(owned: RightFact, applying: frozenset[str]) -> bool:
    """Whether these hold two thirds of a title held by shares: they may dispose of the whole of it, unless the owners
    agreed otherwise (民法典 301; 细则 10). The others' paper stays on the checklist."""
    if not owned.share_denominator:
        return False
    held = sum(h.share_numerator or 0 for h in owned.holders if h.number_index in applying)
    return 3 * held >= 2 * owned.share_denominator


def filed_to_others(filed: Filed) -> Iterable[Refusal]:
    """A live filing of the unit other than the one applied on: it is sold to somebody else (R_FILED)."""
    other = filed.other_filing
    if other is not None and (filed.contract is None or other.filing_no != filed.contract.filing_no):
        yield Refusal(
            "R_FILED",
            "这处房屋的买卖合同已备案给其他人。",
            "请先到房管部门注销原备案，或核对所选的不动产。",
            "城市房地产管理法38；实施细则38",
            "contract",
        )


def contract_agrees(
    filed: Filed, seller_roles: tuple[str, ...], buyer_roles: tuple[str, ...]
) -> Iterable[Refusal]:
    """The contract on file must be about this unit, between these parties, at this price, and still in force."""
    contract = filed.contract
    if contract is None:
        yield Refusal(
            "B_NO_CONTRACT",
            "还没有选定备案的买卖合同。",
            "请输入合同备案号；刚备案的合同约30分钟后可以查到。",
            "实施细则38",
            "contract",
        )
        return
    yield from filed_to_others(filed)
    if contract.status != "filed":
        yield Refusal(
            "B_CONTRACT_ENDED",
            "所填的合同备案已经注销、被替换或已用于登记。",
            "请核对合同备案号，或向房管部门确认备案状态。",
            "实施细则38",
            "contract",
        )
    if contract.unit_code != filed.unit_code:
        yield Refusal(
            "B_CONTRACT_OTHER_UNIT",
            "该合同的房屋与所选不动产不一致。",
            "请核对合同备案号和不动产单元号。",
            "实施细则38",
            "contract",
        )
    if contract.sellers != filed.indexes(*seller_roles) or contract.buyers != filed.indexes(*buyer_roles):
        yield Refusal(
            "F_CONTRACT_PARTIES",
            "申请人与备案合同上的买卖双方不一致。",
            "请按备案合同填写买卖双方；合同有变更的，请先到房管部门变更备案。",
            "实施细则38",
            "parties",
        )
    price = filed.terms.get("price_fen")
    if price is not None and price != contract.price_fen:
        yield Refusal(
            "F_CONTRACT_PRICE",
            f"成交价格与备案合同金额{contract.price_fen // 100:,}元不同。",
            "请按备案合同填写。",
            "实施细则38",
            "price",
        )


AUTHORITIES = {"notarised": "经公证的委托书", "on_site": "窗口当面签署的委托书", "guardian": "法定监护"}


def agents_may_act(filed: Filed, roles: tuple[str, ...], word: str) -> Iterable[Refusal]:
    """A natural person who disposes through an agent needs a notarised power of attorney, or one signed before the
    officer together with the agent (细则 12; corrections 13)."""
    for party in filed.role(*roles):
        if party.agent and party.document_kind != "uscc" and party.authority not in AUTHORITIES:
            yield Refusal(
                "P_AGENT_AUTHORITY",
                f"{word}{party.name[:1]}*由他人代办，但没有选定委托方式。",
                "处分不动产须有经公证的委托书，或与代理人一起到窗口当面签署委托书。",
                "实施细则12",
                "parties",
            )


def shares_add_up(
    parties: tuple[PartyFact, ...], coownership: str, denominator: int | None
) -> Iterable[Refusal]:
    """Integer shares add up to 1; sole means one; joint means no shares (民法典 297-298)."""
    if not parties:
        yield Refusal("F_NO_TAKER", "还没有填写取得权利的人。", "请至少添加一位权利人。", "条例15", "parties")
        return
    if coownership == "by_share":
        total = sum(p.share_numerator or 0 for p in parties)
        if not denominator or total != denominator or any((p.share_numerator or 0) < 1 for p in parties):
            percent = round(100 * total / denominator) if denominator else 0
            yield Refusal(
                "F04", f"份额合计为{percent}%，应为100%。", "请核对每位共有人的份额。", "民法典298", "shares"
            )
    elif any(p.share_numerator for p in parties):
        yield Refusal(
            "F_SHARES_NOT_BY_SHARE",
            "只有按份共有才填写份额。",
            "请改选按份共有，或清空份额。",
            "民法典297",
            "shares",
        )
    if coownership == "sole" and len(parties) > 1:
        yield Refusal(
            "F_SOLE_OF_MANY",
            "有两位以上权利人，不能登记为单独所有。",
            "请选择共同共有或按份共有。",
            "民法典297",
            "coownership",
        )
    if coownership != "sole" and len(parties) == 1:
        yield Refusal(
            "F_SHARED_BY_ONE",
            "只有一位权利人，应登记为单独所有。",
            "请选择单独所有，或添加共有人。",
            "民法典297",
            "coownership",
        )
    numbers = [p.number_index for p in parties]
    if len(set(numbers)) < len(numbers):
        yield Refusal("F_TWICE", "同一证件号码填写了两次。", "请勿重复添加同一个人。", "", "parties")


def one_mortgagee(filed: Filed) -> Iterable[Refusal]:
    """One mortgagee stands in a mortgage: the organisation that files (细则 66)."""
    if len(filed.role("mortgagee")) != 1:
        yield Refusal(
            "F_ONE_MORTGAGEE", "抵押权人应为本机构一家。", "请重新打开申请。", "实施细则66", "parties"
        )
