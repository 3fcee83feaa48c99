"""After the entry: correction, volume, hand-over."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dengbu.cases.prints import (
    CatalogueLine,
    ErrorReportPaper,
    HandoverLine,
    HandoverList,
    RenewalNotice,
    RenewedPaper,
    TransferItem,
    TransferSlip,
    TransferStep,
    VolumeCatalogue,
)

from .shared import DAY, PLACE, TYPE, UNIT, at, head


def error_report(**changes: Any) -> ErrorReportPaper:
    given: dict[str, Any] = {
        "head": head(),
        "registration": "依职权更正登记",
        "location": PLACE,
        "unit_code": UNIT,
        "fault": "录入差错",
        "answers": "登记机构",
        "wrong_entry": "2024-0000012",
        "entered_on": dt.date(2024, 3, 5),
        "entered_by": "郭立",
        "found_on": dt.date(2026, 11, 20),
        "found_how": "权利人、利害关系人反映",
        "description": "登记申请书写的室号是801，登簿时录成802，复核时没有对照测绘报告。",
        "harm": "没有发现造成损害",
        "measure": "已办理更正登记；对同一批次录入的36件逐条核对，没有发现其他差错。",
        "corrected": "登簿顺序号2026-0000812",
        "reported_by": "孙倩",
        "reported_at": at(15, 20),
    }
    return ErrorReportPaper(**(given | changes))


def renewal(**changes: Any) -> RenewalNotice:
    given: dict[str, Any] = {
        "head": head(),
        "holders": "韩立新、许文静",
        "registration": "更正登记（依申请）",
        "entered_on": DAY,
        "written_on": dt.date(2026, 12, 3),
        "location": PLACE,
        "unit_code": UNIT,
        "corrected": "室号",
        "previous": "豫（2020）上街区不动产权第0001842号",
        "papers": (
            RenewedPaper(holder="韩立新", number="豫（2026）上街区不动产权第0000012号"),
            RenewedPaper(holder="许文静", number="豫（2026）上街区不动产权第0000013号"),
        ),
        "place": "上街区政务服务中心二楼",
        "hours": "周一至周五 8:30-12:00，14:00-17:30",
        "phone": "0371-0000 1234",
        "officer": "孙倩",
        "officer_badge": "027",
    }
    return RenewalNotice(**(given | changes))


def transfer(**changes: Any) -> TransferSlip:
    given: dict[str, Any] = {
        "head": head(),
        "registration": TYPE,
        "applicants": "韩立新、许文静、王海涛",
        "unit_code": UNIT,
        "location": PLACE,
        "accepted_at": at(10, 51),
        "certificate_numbers": "豫（2026）上街区不动产权第0006812号、第0006813号",
        "items": tuple(
            TransferItem(name=name, pages=pages)
            for name, pages in (
                ("不动产登记申请书", 2),
                ("询问笔录", 3),
                ("身份证明", 4),
                ("买卖合同", 5),
                ("契税完税证明", 1),
            )
        ),
        "steps": (
            TransferStep(
                from_post="受理核验岗",
                to_post="缮证转卷岗",
                handed_by="孙倩",
                handed_at=at(11, 10),
                taken_by="李静",
                taken_at=at(11, 20),
            ),
            TransferStep(from_post="缮证转卷岗", to_post="档案室"),
        ),
    }
    return TransferSlip(**(given | changes))


def catalogue(**changes: Any) -> VolumeCatalogue:
    given: dict[str, Any] = {
        "head": head(),
        "archive_number": "0106-2026-ZY-000123",
        "title": "许文静、王海涛存量房买卖转移登记",
        "registration": TYPE,
        "certificate_numbers": "豫（2026）上街区不动产权第0006812号",
        "unit_code": UNIT,
        "location": PLACE,
        "retention": "永久",
        "lines": (
            CatalogueLine(
                title="不动产登记申请书", first_page=1, last_page=2, responsible="许文静等", dated=DAY
            ),
            CatalogueLine(title="询问笔录", first_page=3, last_page=5, responsible="登记中心", dated=DAY),
            CatalogueLine(title="契税完税证明", first_page=6, last_page=6, reference="税完字0031号"),
        ),
        "total_pages": 6,
        "filed_by": "李静",
        "filed_on": dt.date(2026, 12, 3),
        "checked_by": "周宁",
    }
    return VolumeCatalogue(**(given | changes))


def handover(count: int = 30, **changes: Any) -> HandoverList:
    given: dict[str, Any] = {
        "head": head(number="YJ20261231000002"),
        "from_post": "缮证转卷岗",
        "to_post": "档案室",
        "handed_on": dt.date(2026, 12, 31),
        "lines": tuple(
            HandoverLine(
                archive_number=f"0106-2026-ZY-{index:06d}",
                case_number=f"41010620261201{index:06d}",
                registration=TYPE,
                location=f"上街区淮阳路21号院6号楼1单元{index:03d}",
                certificate_numbers=f"豫（2026）上街区不动产权第{index:07d}号",
                documents=6,
                pages=17,
            )
            for index in range(1, count + 1)
        ),
    }
    return HandoverList(**(given | changes))
