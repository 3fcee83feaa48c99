"""协执窗口."""

from __future__ import annotations

from typing import Any

from dengbu.cases.prints import (
    CourtLetter,
    NoticeLine,
    OrderReceipt,
    ServiceSlip,
)

from .shared import DAY, PLACE, UNIT, head


def service_slip(**changes: Any) -> ServiceSlip:
    given: dict[str, Any] = {
        "head": head(),
        "authority": "郑州市上街区人民法院",
        "authority_kind": "人民法院",
        "document_no": "（2026）豫0106执12号",
        "served": "2026年12月3日10:05",
        "received": "2026年12月3日10:05",
        "how": "两名工作人员当面送达",
        "officers": (
            NoticeLine(label="张执行", value="工作证 豫法工001　执行公务证 豫法执001"),
            NoticeLine(label="李书记", value="工作证 豫法工002　执行公务证 豫法执002"),
        ),
        "late_reason": "",
        "received_by": "孙倩",
        "received_badge": "027",
        "phone": "0371-0000 1234",
    }
    return ServiceSlip(**(given | changes))


def order_receipt(**changes: Any) -> OrderReceipt:
    given: dict[str, Any] = {
        "head": head(),
        "authority": "郑州市上街区人民法院",
        "document_no": "（2026）豫0106执12号",
        "served": "2026年12月3日10:05",
        "location": PLACE,
        "unit_code": UNIT,
        "result": "已办理查封登记（含轮候、预查封、续封）",
        "lines": (
            NoticeLine(label="登簿编号", value="2026-0000123"),
            NoticeLine(label="登簿时间", value="2026年12月3日10:32"),
            NoticeLine(label="查封", value="（2026）豫0106执12号，2026年12月3日10:05起至2029年12月3日"),
        ),
        "told": ("查封期限超过法定最长期限，另附告知函2026-000001。",),
        "registrar": "周明",
        "reviewer": "周明",
        "organ": "郑州市上街区自然资源和规划局",
        "answered_on": DAY,
        "phone": "0371-0000 1234",
    }
    return OrderReceipt(**(given | changes))


def court_letter(**changes: Any) -> CourtLetter:
    given: dict[str, Any] = {
        "head": head(),
        "authority": "郑州市上街区人民法院",
        "subject": "查封期限超过法定最长期限（文书文号：（2026）豫0106执12号）",
        "body": (
            "贵单位（2026）豫0106执12号文书要求的查封期限为60个月，超过法定最长期限。"
            "本登记机构不审查文书，已当即登记，期限按法定最长期限登记至2029-12-03。",
            "需要继续查封的，请在期限届满前送达续封文书；逾期未续的，查封自行失效。",
        ),
        "units": (NoticeLine(label="第1处", value=f"{PLACE}　单元号 {UNIT}"),),
        "asks": "请在收到本函后书面答复：对登记的期限是否有异议。",
        "basis": "法发〔2004〕5号第三条；《民诉解释》第四百八十五条",
        "organ": "郑州市上街区自然资源和规划局",
        "written_on": DAY,
        "phone": "0371-0000 1234",
    }
    return CourtLetter(**(given | changes))
