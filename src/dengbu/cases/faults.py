"""差错报告: the law of what is said about an entry that was wrong. A wrong entry is never undone: it is corrected by an
entry of its own and reported (corrections §2.12); a print fault is only a reprint. Pure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from dengbu.core.refusals import Refusal

# Class -> what it is called, and whether the office answers for it (民法典 222).
FAULTS: Final = {
    "typing": ("录入差错", True),
    "review": ("审核差错", True),
    "law": ("适用法律、政策差错", True),
    "printing": ("证书内容与登记簿不一致", True),
    "history": ("历史数据整理、导入差错", True),
    "system": ("信息系统差错", True),
    "survey": ("测绘、权籍调查成果差错", False),
    "material": ("申请人提供的材料错误", False),
    "other_body": ("法院等机关的文书错误", False),
}
FOUND: Final = {
    "holder": "权利人、利害关系人反映",
    "check": "质量抽查",
    "daily": "日常核对",
    "organ": "法院等机关来函",
    "audit": "审计、巡察、检查",
    "other": "其他",
}
_ENTRY: Final = re.compile(r"\d{4}-\d{7}")
MISSING: Final = Refusal(
    "ERROR_REPORT_MISSING",
    "更正登记的差错报告还没有填写，不能归档。",
    "请先填写差错报告：哪类差错、谁登的簿、怎样发现、怎样整改。",
    "corrections §2.12",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an officer writes down. Who entered it is not written: the book says it."""

    fault: str
    found_how: str
    found_on: dt.date | None
    wrong_entry: str
    description: str
    measure: str
    harm: str = ""


def against(said: Said, *, entered_on: dt.date | None, today: dt.date) -> list[Refusal]:
    """Every reason why a report cannot be kept. `entered_on`: the day of the wrong entry, None where the book has none
    of that number."""
    found: list[Refusal] = []
    if said.fault not in FAULTS:
        found.append(Refusal("FAULT_CLASS", "请选择差错类别", field="fault"))
    if said.found_how not in FOUND:
        found.append(Refusal("FAULT_FOUND", "请选择怎样发现的", field="found_how"))
    if not _ENTRY.fullmatch(said.wrong_entry):
        found.append(
            Refusal(
                "FAULT_ENTRY_FORM",
                "请填写错误登记的登簿顺序号",
                "照登记簿写成年份加七位数字，例如 2023-0000123。",
                field="wrong_entry",
            )
        )
    elif entered_on is None:
        found.append(
            Refusal(
                "FAULT_ENTRY_UNKNOWN",
                f"登记簿上没有登簿顺序号“{said.wrong_entry}”",
                "请打开登记簿核对；登簿人由登记簿带出，不用填写。",
                field="wrong_entry",
            )
        )
    if said.found_on is None:
        found.append(Refusal("FAULT_DAY", "请填写发现的日期", "例如 2026-11-28", field="found_on"))
    elif said.found_on > today or (entered_on and said.found_on < entered_on):
        found.append(
            Refusal("FAULT_DAY_ORDER", "发现的日期应在登簿以后、今天以前", "请核对日期。", field="found_on")
        )
    for field, words, text, most in (
        ("description", "差错的情况", said.description, 500),
        ("measure", "处理和整改措施", said.measure, 500),
    ):
        if len(text.strip()) < 5:
            found.append(Refusal("FAULT_WORDS", f"请写明{words}", "不少于5个字。", field=field))
        elif len(text) > most:
            found.append(Refusal("FAULT_LONG", f"{words}最多 {most} 字", field=field))
    if len(said.harm) > 300:
        found.append(Refusal("FAULT_LONG", "造成的影响最多 300 字", field="harm"))
    return found
