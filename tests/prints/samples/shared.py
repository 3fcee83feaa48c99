"""What every sample rests on: one home, one day, the head of a print."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dengbu.core.printing import PrintHead

UNIT = "410106002007GB00009F00060802"
UNIT_PRINTED = "410106 002007 GB00009 F00060802"
PLACE = "上街区淮阳路21号院6号楼1单元802"
TYPE = "转移登记（存量房买卖）"
DAY = dt.date(2026, 12, 1)
LINK = "https://bdc.example.gov.cn/q/7K4MQ2HD9WXZ3ABCDEFGHJKMNPQRSTWX"


def at(hour: int, minute: int) -> dt.datetime:
    """An hour of that day in the office."""
    return dt.datetime(2026, 12, 1, hour, minute, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def head(**changes: Any) -> PrintHead:
    given: dict[str, Any] = {
        "office": "郑州市上街区不动产登记中心",
        "number": "41010620261201000123",
        "printed_at": at(10, 52),
        "printed_by": "孙倩（工号 027）",
        "qr": LINK,
        "short_code": "7Q4M-K2HD",
    }
    return PrintHead(**(given | changes))
