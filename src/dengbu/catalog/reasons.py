"""Why an application goes back, in words that say where, what and how to mend it.

One table for 补正, 不予受理 and the statistics. A reviewer chooses a code and fills in its variables; free text may
add to a reason but stands alone only under Z99, with at least ten characters.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from dengbu.core.refusals import Refusal, Refused

MIN_NOTE: Final = 10
MAX_NOTE: Final = 200
MAX_LINE: Final = 60
OTHER: Final = "Z99"


class Category(StrEnum):
    MATERIAL = "材料"
    FORM = "填报"
    PARTY = "主体"
    RESTRICTION = "权利限制"
    BUSINESS = "业务"
    OTHER = "其他"


class Severity(StrEnum):
    MUST = "必须"
    ADVICE = "建议"


class Target(StrEnum):
    """What a reason is bound to: the applicant may change only that."""

    MATERIAL = "material"
    FIELD = "field"
    PARTY = "party"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Reason:
    """One row of the table. `wording` and `how_to_fix` hold {variables}; `labels` are what the reviewer sees for them.

    `kind` is `correction` where the applicant can mend it, `waiting` where the office acts and nothing goes back,
    `decline` where only a formal notice is possible. `types` is empty for all registration types.
    """

    code: str
    category: Category
    wording: str
    how_to_fix: str
    basis: str
    target: Target
    severity: Severity = Severity.MUST
    kind: Literal["correction", "waiting", "decline"] = "correction"
    types: tuple[str, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables to fill in, in the order they appear."""
        names = [
            name
            for text in (self.wording, self.how_to_fix)
            for _, name, _, _ in string.Formatter().parse(text)
            if name
        ]
        return tuple(dict.fromkeys(names))

    def applies_to(self, type_code: str) -> bool:
        return not self.types or type_code in self.types


VARIABLE_LABELS: Final = {
    "material": "材料名称",
    "page": "第几页",
    "place": "哪一处",
    "pages": "应有页数",
    "date": "日期",
    "first": "第一份材料",
    "first_says": "第一份写的是",
    "second": "第二份材料",
    "second_says": "第二份写的是",
    "field": "填写项",
    "document_says": "证件或登记簿上的内容",
    "you_say": "填写的内容",
    "sum": "份额合计",
    "right_type": "应选的登记类型",
    "name": "姓名（只写姓）",
    "organ": "查封机关",
    "number": "业务编号",
    "office": "应去的登记机构",
    "business": "应先办的业务",
    "department": "部门",
}

_ART_16 = "《不动产登记暂行条例》第十六条"
_ART_17 = "《不动产登记暂行条例》第十七条"
_ART_18 = "《不动产登记暂行条例》第十八条"
_ART_22 = "《不动产登记暂行条例》第二十二条"
_M, _F, _P, _R, _B = (
    Category.MATERIAL,
    Category.FORM,
    Category.PARTY,
    Category.RESTRICTION,
    Category.BUSINESS,
)
_TRANSFERS = ("P01", "P02", "D09", "C01", "C02", "C04")

_TABLE: Final = (
    Reason("M01", _M, "未上传“{material}”。", "请补传。", _ART_16, Target.MATERIAL),
    Reason(
        "M02",
        _M,
        "“{material}”第{page}页不清晰，{place}看不清。",
        "请在光线好的地方重拍第{page}页，四角拍全。",
        _ART_18,
        Target.MATERIAL,
    ),
    Reason("M03", _M, "“{material}”缺页，应有{pages}页。", "请补全后重新上传。", _ART_18, Target.MATERIAL),
    Reason(
        "M04",
        _M,
        "传错材料，这里应为“{material}”。",
        "请换成“{material}”重新上传。",
        _ART_18,
        Target.MATERIAL,
    ),
    Reason(
        "M05", _M, "“{material}”已过有效期（{date}）。", "请换用在有效期内的材料。", _ART_18, Target.MATERIAL
    ),
    Reason(
        "M06",
        _M,
        "“{material}”缺少签名或盖章（{place}）。",
        "请签名或盖章后重新上传。",
        _ART_18,
        Target.MATERIAL,
    ),
    Reason(
        "M07",
        _M,
        "“{material}”的复印件没有注明“与原件一致”。",
        "请由出具单位注明并盖章后重新上传。",
        _ART_18,
        Target.MATERIAL,
    ),
    Reason(
        "M08",
        _M,
        "“{material}”有涂改，涂改处没有签章。",
        "请在涂改处签章后重新上传。",
        _ART_18,
        Target.MATERIAL,
    ),
    Reason(
        "M09",
        _M,
        "“{material}”各页顺序颠倒或方向不对。",
        "建议按顺序调整后重新上传。",
        _ART_18,
        Target.MATERIAL,
        Severity.ADVICE,
    ),
    Reason(
        "M10",
        _M,
        "材料之间不一致：{first}为{first_says}，{second}为{second_says}。",
        "请核对后更换写错的一份。",
        _ART_18,
        Target.MATERIAL,
    ),
    Reason(
        "F01",
        _F,
        "“{field}”与证件不一致：证件为“{document_says}”，您填的是“{you_say}”。",
        "请按证件修改。",
        _ART_18,
        Target.FIELD,
    ),
    Reason(
        "F02",
        _F,
        "“{field}”与登记簿不一致：登记簿为“{document_says}”，您填的是“{you_say}”。",
        "请按登记簿修改。",
        _ART_18,
        Target.FIELD,
    ),
    Reason(
        "F03",
        _F,
        "“{field}”与备案合同不一致：合同为“{document_says}”，您填的是“{you_say}”。",
        "请按合同修改。",
        _ART_18,
        Target.FIELD,
    ),
    Reason("F04", _F, "份额合计为{sum}，应为 100%。", "请修改各共有人的份额。", _ART_18, Target.FIELD),
    Reason("F05", _F, "登记类型选错，应选“{right_type}”。", "请改选“{right_type}”。", _ART_18, Target.FIELD),
    Reason(
        "P01", _P, "缺共有人{name}*的确认。", "请邀请对方登录确认。", "《民法典》第三百零一条", Target.PARTY
    ),
    Reason(
        "P02",
        _P,
        "代理权限不包含本次办理的事项。",
        "请换一份写明本事项的委托书。",
        "《不动产登记暂行条例实施细则》第十二条",
        Target.PARTY,
    ),
    Reason(
        "P03",
        _P,
        "缺少监护关系证明。",
        "请上传户口簿或其他能说明监护关系的材料。",
        "《不动产登记暂行条例实施细则》第十一条",
        Target.PARTY,
    ),
    Reason("P04", _P, "{name}*的人证核验未通过。", "请带身份证到窗口核验。", _ART_18, Target.PARTY),
    Reason("P05", _P, "申请单位已注销或名称有变更。", "请换用现在有效的营业执照。", _ART_18, Target.PARTY),
    Reason(
        "R01",
        _R,
        "房屋被查封（{organ}），暂不能办理。",
        "请在查封解除后再申请。",
        _ART_22,
        Target.CASE,
        kind="decline",
    ),
    Reason(
        "R02",
        _R,
        "房屋有未注销的抵押权，转让需要抵押权人同意。",
        "请取得抵押权人同意，或先办理抵押权注销。",
        "《民法典》第四百零六条",
        Target.CASE,
        types=_TRANSFERS,
    ),
    Reason(
        "R03",
        _R,
        "房屋正在异议登记期内。",
        "愿意承担风险的，请签署承诺书；也可等异议结束后再申请。",
        "《民法典》第二百二十条",
        Target.CASE,
    ),
    Reason(
        "R04",
        _R,
        "这套房屋有正在办理的业务（{number}）。",
        "请等该业务办结或撤回后再申请。",
        _ART_18,
        Target.CASE,
    ),
    Reason(
        "R05",
        _R,
        "预告登记的权利人与申请人不一致。",
        "请由预告登记权利人申请，或取得其书面同意。",
        "《民法典》第二百二十一条",
        Target.CASE,
    ),
    Reason(
        "B01",
        _B,
        "房屋不在本登记中心的办理范围内。",
        "请到{office}办理。",
        _ART_17,
        Target.CASE,
        kind="decline",
    ),
    Reason("B02", _B, "需要先办理“{business}”。", "请办完“{business}”后再申请。", _ART_18, Target.CASE),
    Reason(
        "B03",
        _B,
        "{department}显示缴税或交易审核尚未完成。",
        "请到{department}办完后再提交，不用重填。",
        "《契税法》第十一条",
        Target.CASE,
        types=_TRANSFERS,
    ),
    Reason(
        "B04",
        _B,
        "需要实地查看，已经安排。",
        "请保持电话畅通，不用修改申请。",
        "《不动产登记暂行条例》第十九条",
        Target.CASE,
        Severity.ADVICE,
        kind="waiting",
    ),
    Reason(OTHER, Category.OTHER, "{note}", "", _ART_18, Target.CASE),
)
REASONS: Final = {reason.code: reason for reason in _TABLE}


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A reason as the applicant reads it."""

    code: str
    text: str
    how_to_fix: str
    note: str
    basis: str
    target: Target
    severity: Severity

    def __str__(self) -> str:
        return f"{self.text}{self.how_to_fix}{self.note}"


def reasons_for(type_code: str) -> tuple[Reason, ...]:
    """The reasons a reviewer can choose for a registration type."""
    return tuple(reason for reason in _TABLE if reason.applies_to(type_code))


def reason(code: str) -> Reason:
    """A reason by its code. Raises Refused."""
    if code not in REASONS:
        raise Refused(
            Refusal("REASON_UNKNOWN", f"没有原因代码 {code}。", "请从列表中重新选择。", field="reason")
        )
    return REASONS[code]


def check(chosen: Reason, note: str = "", **variables: str) -> list[Refusal]:
    """Everything that is wrong with a reviewer's line: missing variables, a note too short (Z99) or too long."""
    found = [
        Refusal(
            "REASON_VARIABLE",
            f"原因 {chosen.code} 还缺“{VARIABLE_LABELS[name]}”。",
            "请填写后再保存。",
            field=name,
        )
        for name in chosen.variables
        if name != "note" and not str(variables.get(name, "")).strip()
    ]
    note = note.strip()
    if chosen.code == OTHER and len(note) < MIN_NOTE:
        found.append(
            Refusal("REASON_NOTE_SHORT", "选择“其他”时请写明具体原因（不少于 10 个字）", field="note")
        )
    if len(note) > MAX_NOTE:
        found.append(
            Refusal(
                "REASON_NOTE_LONG",
                f"说明最多 {MAX_NOTE} 个字，现在是 {len(note)} 个字。",
                "请写短一些。",
                field="note",
            )
        )
    return found


def render(chosen: Reason, note: str = "", **variables: str) -> ReasonLine:
    """Fill in a reason. Raises Refused with everything that is missing at once."""
    found = check(chosen, note, **variables)
    if found:
        raise Refused(found)
    note = note.strip()
    values = {name: str(value).strip() for name, value in variables.items()}
    is_other = chosen.code == OTHER
    return ReasonLine(
        code=chosen.code,
        text=note if is_other else chosen.wording.format(**values),
        how_to_fix=chosen.how_to_fix.format(**values),
        note="" if is_other else note,
        basis=chosen.basis,
        target=chosen.target,
        severity=chosen.severity,
    )
