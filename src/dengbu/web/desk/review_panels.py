"""Two panels of the reviewer's case page: restrictions found, and what a correction changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dengbu.cases import sheet
from dengbu.cases.models import RestrictionCheck
from dengbu.cases.queries.desk import ReviewFile
from dengbu.core.refusals import Refusal
from dengbu.register.rules import RESTRICTION_CODES

OBSTACLE_TITLES = dict(RESTRICTION_CODES.values()) | {
    "R_LANDSEAL": "土地查封",
    "R_MTG": "抵押",
    "R_MTG_LIMIT": "抵押，限制转让",
    "R_MTG_PRE2021": "抵押，民法典前登记",
    "R_MTG_UNCLEAR": "抵押，是否限制转让未记载",
    "R_LANDMTG": "土地抵押",
    "R_NOTICE": "预告登记",
    "R_NOTICE_MTG": "抵押预告登记",
    "R_RES": "居住权",
    "R_NOFIRST": "未首次登记",
    "R_EXPIRED": "土地期限届满",
    "R_INVALID": "登记簿无此单元",
    "ORDER_SERVED": "文书已送达，还没有登簿",
}
HOW = {
    "consent": "抵押权人或预告权利人同意",
    "joint_application": "抵押权人共同申请",
    "undertaking": "已签承诺书",
    "warn": "已提示申请人",
    "inform": "不影响办理，已告知",
    "officer_decides": "审核人员已判断",
    "allowed_as_holder": "权利人即本次申请人",
    "converted": "随本次登记一并处理",
    "handled_within": "随本次登记一并处理",
    "converted_debtor_is_taker": "被预查封人即本次取得人，转为查封",
    "consent_of_authority": "查封或限制机关同意",
    "consent_if_harmed": "受影响的其他抵押权人同意",
    "approved_by_authority": "主管部门准予",
}
MOMENTS = {"filing": "提交申请时", "review": "网上审核", "desk": "窗口受理"}


def restriction(file: ReviewFile, now: dt.datetime) -> dict[str, Any]:
    """The restriction panel: the answer, what was found and how each is answered, the log of past queries."""
    check = file.check
    officer = file.case.filed.get("officer", {})
    cards = []
    for found in check.found if check else ():
        cards.append(
            {
                "title": OBSTACLE_TITLES.get(found["code"], found["code"]),
                "text": found["text"],
                "id": found["id"],
                "how": HOW.get(found.get("answered") or "", ""),
                "manual": found.get("officer", False),
                "decided": officer.get(found["id"], ""),
            }
        )
    refusals = (
        [Refusal(r["code"], r["message"], r["remedy"], r["basis"]) for r in check.refusals] if check else []
    )
    return {
        "answer": sheet.restriction_answer(check, now),
        "check": check,
        "cards": cards,
        "refusals": [r for r in refusals if r.code.startswith(("R_", "ORDER_"))],
        "log": [_logged(c, now) for c in file.checks],
    }


def _logged(check: RestrictionCheck, now: dt.datetime) -> dict[str, Any]:
    words = {"none": "无限制", "some": "有限制", "failed": "查询失败"}
    return {
        "at": check.asked_at,
        "moment": MOMENTS.get(check.moment, check.moment),
        "house": words[check.house],
        "land": words[check.land],
        "found": len(check.found),
        "fresh": check.valid_until >= now,
    }


def changes(file: ReviewFile) -> dict[str, Any] | None:
    """What the applicant changed since the last 补正: reasons then, and material pages before and now."""
    if not file.corrections or file.case.round < 2:
        return None
    last = file.corrections[0]
    names = {x.key: x.item.name for x in file.lines}
    before = last.before.get("pages", {})
    return {
        "correction": last,
        "reasons": last.reasons,
        "pages": [
            (
                names.get(key, key),
                before.get(key, 0),
                file.facts.pages.get(key, 0),
                sum(p.uploaded_at > last.requested_at for p in rows),
            )
            for key, rows in file.pages.items()
            if any(p.uploaded_at > last.requested_at for p in rows)
            or before.get(key, 0) != file.facts.pages.get(key, 0)
        ],
        "parties": (last.before.get("parties", ""), file.case.applicant_names)
        if last.before.get("parties", "") != file.case.applicant_names
        else None,
        "terms": _terms(last.before.get("filed", {}).get("terms", {}), file.case.filed.get("terms", {})),
    }


TERM_NAMES = {
    "price_fen": "成交价格（分）",
    "coownership": "共有方式",
    "share_denominator": "份额分母",
    "covers": "抵押范围",
    "amount_fen": "债权数额（分）",
    "debt_from": "债务开始日期",
    "debt_until": "债务结束日期",
    "scope": "担保范围",
    "transfer_limited": "限制转让的约定",
    "contract_no": "合同号",
    "reason": "注销原因",
    "debtor": "债务人",
}


def _terms(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    return [(TERM_NAMES[k], before.get(k), after.get(k)) for k in TERM_NAMES if before.get(k) != after.get(k)]
