"""Messages as the housing department sends them, with made-up people."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from dengbu.contracts.wire import Context
from dengbu.core.identifiers import make_resident_id, make_uscc

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
CONTEXT = Context(NOW, "410106")
UNIT = "410106001001GB00012F00030015"
SELLER = make_resident_id("419999", dt.date(1970, 5, 6), 11)
BUYER = make_resident_id("419999", dt.date(1991, 2, 3), 22)
COMPANY = make_uscc("419999", 7)


def filing(**changes: Any) -> dict[str, Any]:
    return {
        "filing_no": "SJ-2026-000123",
        "contract_no": "CLF-2026-0456",
        "version": 1,
        "kind": "existing_sale",
        "status": "filed",
        "unit_code": UNIT,
        "housing_code": "41010600012345",
        "address": "上街区洛宁路 88 号 3 号楼 1 单元 1502",
        "area_m2": "89.21",
        "price_yuan": "1200000.00",
        "payment_method": "loan",
        "sellers": [
            {"name": "陈建国", "document_kind": "resident_id", "number": SELLER, "phone": "13900001111"}
        ],
        "buyers": [{"name": "李晓雨", "document_kind": "resident_id", "number": BUYER}],
        "filed_at": "2026-11-23T09:30:00+08:00",
        **changes,
    }


def review(**changes: Any) -> dict[str, Any]:
    base = filing()
    return {
        "review_no": "JYSH-2026-9",
        "version": 1,
        "status": "in_force",
        "filing_no": base["filing_no"],
        "unit_code": UNIT,
        "sellers": base["sellers"],
        "buyers": base["buyers"],
        "result": "passed",
        "funds_supervision": "supervised",
        "reviewed_at": "2026-11-23T09:40:00+08:00",
        **changes,
    }


def push(name: str, content: dict[str, Any], **changes: Any) -> bytes:
    envelope = {
        "wire": "v1",
        "source": "HOUSING-410106",
        "message_id": "0198-aaaa-0001",
        "sent_at": "2026-11-23T09:31:00+08:00",
        name: content,
        **changes,
    }
    return json.dumps(envelope, ensure_ascii=False).encode()
