"""What a registration type is: declarations that can be said as a table, methods that reason on facts.

A type says who applies, which obstacles in the book block it and how each may be answered, which effects it has and
which certificate comes out. The portal, the checks, the desk, the guide page and the docs read the same class. Pure:
it is given what was filed and what the book says, and asks nothing else.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, RegistrationKind
from dengbu.register.effects import Effect, HolderIn
from dengbu.register.rules import Answer, Judgement, Obstacle, RightFact, UnitBook, obstacles


class Rule(StrEnum):
    """How a type answers an obstacle (domain.md §3, restriction_effects)."""

    BLOCK = "block"
    CONSENT = "consent"
    JOINT = "joint_application"
    UNDERTAKING = "undertaking"
    WARN = "warn"
    INFO = "inform"
    MANUAL = "officer_decides"
    ALLOW_IF_HOLDER = "allowed_as_holder"
    CONVERT = "converted"


# Common to every disposal: these stop it whatever its own table says.
ALWAYS_BLOCK = {"R_INVALID": Rule.BLOCK, "R_FREEZE": Rule.BLOCK}

DISPOSAL: dict[str, Rule] = ALWAYS_BLOCK | {
    "R_SEAL": Rule.BLOCK,
    "R_SEAL_WAIT": Rule.BLOCK,
    "R_PRESEAL": Rule.BLOCK,
    "R_LANDSEAL": Rule.BLOCK,
    "R_OBJ": Rule.UNDERTAKING,
    "R_NOTICE": Rule.ALLOW_IF_HOLDER,
    "R_NOTICE_MTG": Rule.CONSENT,
    "R_MTG_LIMIT": Rule.JOINT,
    "R_MTG_PRE2021": Rule.CONSENT,
    "R_MTG_UNCLEAR": Rule.MANUAL,
    "R_MTG": Rule.INFO,
    "R_LANDMTG": Rule.WARN,
    "R_RES": Rule.INFO,
    "R_NOFIRST": Rule.BLOCK,
    "R_EXPIRED": Rule.WARN,
}

REMEDIES: dict[str, tuple[str, str]] = {
    "R_SEAL": (
        "请先到查封机关办理解除查封。",
        "《最高人民法院关于人民法院民事执行中查封、扣押、冻结财产的规定》",
    ),
    "R_SEAL_WAIT": (
        "请先到轮候查封的机关办理解除。",
        "《最高人民法院关于人民法院民事执行中查封、扣押、冻结财产的规定》",
    ),
    "R_PRESEAL": ("请先到预查封机关办理解除。", "法发〔2004〕5号"),
    "R_LANDSEAL": ("房屋所占土地被查封，请先到查封机关办理解除。", "查封规定21"),
    "R_OBJ": ("如仍要办理，买方须签署“知悉异议登记存在并自担风险”的书面承诺。", "实施细则84"),
    "R_NOTICE": ("须经预告登记的权利人书面同意，或先注销预告登记。", "民法典221；实施细则85"),
    "R_NOTICE_MTG": ("须经预告登记的抵押权人书面同意。", "民法典221"),
    "R_MTG_LIMIT": (
        "登记簿记载该抵押有限制转让的约定，须抵押权人共同申请，或先注销抵押。",
        "民法典406；自然资发〔2021〕54号",
    ),
    "R_MTG_PRE2021": ("该抵押在民法典施行前登记，须抵押权人书面同意转让。", "自然资发〔2021〕54号"),
    "R_MTG_UNCLEAR": (
        "登记簿没有记载该抵押是否限制转让，请向抵押权人核实后由审核人员判断。",
        "自然资发〔2021〕54号",
    ),
    "R_NOFIRST": ("请先办理首次登记。", "实施细则24"),
    "R_INVALID": ("请核对不动产单元号，或携带权证到窗口查询。", "条例10"),
    "R_FREEZE": ("请先到作出限制决定的机关办理解除。", "实施细则90"),
}

# Which material answers which rule.
EVIDENCE = {Rule.CONSENT: "MTGEECONS", Rule.JOINT: "JOINTAPP", Rule.UNDERTAKING: "COMMIT_OBJ"}


@dataclass(frozen=True, slots=True)
class PartyFact:
    """A party as filed. `number` is the plain identity number, held in memory only."""

    role: str
    name: str
    document_kind: str
    number: str
    number_index: str
    share_numerator: int | None = None
    confirmed: bool = False
    agent: str = ""
    authority: str = ""  # notarised | on_site | guardian | organisation


@dataclass(frozen=True, slots=True)
class ContractFact:
    """What the housing department has on file for the contract (合同备案). Price in 分."""

    filing_no: str
    unit_code: str
    status: str
    price_fen: int
    area_m2: str
    sellers: frozenset[str]
    buyers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Filed:
    """What was applied for, as facts: the unit, the parties, the terms, the papers that are there."""

    docket_id: uuid.UUID
    unit_code: str
    parties: tuple[PartyFact, ...]
    terms: Mapping[str, Any] = field(default_factory=dict)
    evidence: frozenset[str] = frozenset()
    contract: ContractFact | None = None
    other_filing: ContractFact | None = None  # a live filing of the unit in favour of others
    officer: Mapping[str, str] = field(default_factory=dict)  # obstacle -> the officer's recorded reason
    other_case: bool = False  # another unfinished case claims the unit

    def role(self, *roles: str) -> tuple[PartyFact, ...]:
        return tuple(p for p in self.parties if p.role in roles)

    def indexes(self, *roles: str) -> frozenset[str]:
        return frozenset(p.number_index for p in self.role(*roles))


def holders(parties: Iterable[PartyFact]) -> tuple[HolderIn, ...]:
    return tuple(HolderIn(p.name, p.document_kind, p.number, p.share_numerator) for p in parties)


class RegistrationType:
    """Base of all types. Subclasses declare, and reason in `check` and `effects`."""

    code: ClassVar[str]
    name: ClassVar[str]
    client: ClassVar[Client]
    line: ClassVar[str]
    kind: ClassVar[RegistrationKind]
    owner_roles: ClassVar[tuple[str, ...]]  # whose right is disposed of (义务人)
    taker_roles: ClassVar[tuple[str, ...]]  # who gets or keeps the right (权利人)
    confirming: ClassVar[tuple[str, ...]] = ()  # who must confirm what another filed
    produces: ClassVar[CertificateKind | None] = None
    voids_certificate: ClassVar[bool] = False
    answers_to: ClassVar[Mapping[str, Rule]] = {}
    conflict_class: ClassVar[str] = "disposal"
    needs_contract: ClassVar[bool] = False
    stopped_by_filing: ClassVar[bool] = False  # a sale on file to somebody else stops it
    fee_rule: ClassVar[str]
    legal_basis: ClassVar[str]

    def __init__(self, filed: Filed):
        self.filed = filed

    @property
    def registration_type(self) -> str:
        return self.code

    @property
    def docket_id(self) -> uuid.UUID | None:
        return self.filed.docket_id

    @property
    def unit_codes(self) -> tuple[str, ...]:
        return (self.filed.unit_code,)

    def claim_class(self) -> str:
        """Two pending cases with the same class on one unit exclude each other."""
        return self.conflict_class

    def judge(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Judgement:
        """Everything that stands against the registration, and how what can be answered was answered.

        One function for three moments: filing, pre-review, entry (register.md).
        """
        book = books.get(self.filed.unit_code)
        refusals: list[Refusal] = []
        answers: list[Answer] = []
        warnings: list[Refusal] = []
        for obstacle in obstacles(book, at):
            rule = self.answers_to.get(obstacle.code, Rule.BLOCK)
            answer = self._answer(obstacle, rule)
            if answer is None:
                refusals.append(self._refusal(obstacle, rule))
            elif obstacle.public_id is not None and not self.is_target(obstacle.public_id):
                answers.append(Answer(obstacle.public_id, obstacle.code, answer[0], answer[1]))
            if answer is not None and rule in (Rule.WARN, Rule.MANUAL, Rule.UNDERTAKING):
                warnings.append(self._refusal(obstacle, rule))
        if book is not None and not book.closed:
            refusals.extend(self.check(book))
        if self.filed.other_case:
            refusals.append(
                Refusal(
                    "R_PENDING",
                    "这处不动产另有一件申请正在办理。",
                    "请等那件办结或撤回后再申请；如有疑问请致电登记中心。",
                    "操作规范1.4",
                    "unit",
                )
            )
        return Judgement(tuple(refusals), tuple(answers), tuple(warnings))

    def is_target(self, right: uuid.UUID) -> bool:
        """Whether a right in the book is what this registration itself is about (a mortgage to be discharged)."""
        return False

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        """What the type's own law asks besides obstacles."""
        return ()

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        raise NotImplementedError(f"{self.code} has no effects")

    def conditions(self, book: UnitBook | None, at: dt.datetime) -> frozenset[str]:
        """Conditions that put conditional items on the checklist."""
        found: set[str] = set()
        if book is None:
            return frozenset()
        owned = book.ownership
        if owned and (len(owned.holders) > 1):
            found.add("co_owned")
        for obstacle in obstacles(book, at):
            rule = self.answers_to.get(obstacle.code, Rule.BLOCK)
            takers = self.filed.indexes(*self.taker_roles)
            if rule is Rule.CONSENT or (rule is Rule.ALLOW_IF_HOLDER and not obstacle.holders <= takers):
                found.add("mortgage_consent")
            if rule is Rule.JOINT:
                found.add("mortgage_joint")
            if rule is Rule.UNDERTAKING:
                found.add("objection")
        return frozenset(found)

    def _answer(self, obstacle: Obstacle, rule: Rule) -> tuple[str, str] | None:
        filed = self.filed
        if rule in (Rule.INFO, Rule.WARN):
            return rule.value, "已告知申请人"
        if rule is Rule.CONVERT:
            return rule.value, "随本次登记一并处理"
        if rule in EVIDENCE:
            item = EVIDENCE[rule]
            return (rule.value, item) if item in filed.evidence else None
        if rule is Rule.ALLOW_IF_HOLDER:
            takers = filed.indexes(*self.taker_roles)
            if obstacle.holders and obstacle.holders <= takers:
                return rule.value, "预告登记权利人即本次取得人"
            return (Rule.CONSENT.value, "MTGEECONS") if "MTGEECONS" in filed.evidence else None
        if rule is Rule.MANUAL:
            reason = filed.officer.get(str(obstacle.public_id))
            return (rule.value, reason) if reason else None
        return None

    def _refusal(self, obstacle: Obstacle, rule: Rule) -> Refusal:
        remedy, basis = REMEDIES.get(obstacle.code, ("请到登记窗口咨询。", "条例22"))
        return Refusal(obstacle.code, obstacle.text, remedy, basis, "unit")


def owners_apply(
    filed: Filed, owned: RightFact | None, roles: tuple[str, ...], word: str
) -> Iterable[Refusal]:
    """Those who dispose must be exactly those whom the book names (条例 14; 民法典 301, 214)."""
    if owned is None:
        return
    applying = filed.indexes(*roles)
    if not applying >= owned.holder_indexes:
        missing = "、".join(h.name[:1] + "*" for h in owned.holders if h.number_index not in applying)
        yield Refusal(
            "P_OWNER_MISSING",
            f"登记簿上的权利人{missing}没有作为{word}参加申请。",
            f"请把登记簿上的全部权利人都列为{word}，并由本人确认。",
            "民法典301；不动产登记暂行条例14",
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
        if not denominator or total != denominator or any(not p.share_numerator for p in parties):
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
