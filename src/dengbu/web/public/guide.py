"""What the guide pages say, from dated policy: where it can be done, what to bring, what it costs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from dengbu.catalog.policy import TypePolicy, fee_standards, types_open
from dengbu.catalog.registrations import TYPES

from ..filing.journeys import JOURNEYS

CLIENTS = {"person": "个人和法人", "developer": "开发企业", "bank": "银行", "combined": "联办"}
PAYERS = {
    "right_holder": "权利人",
    "mortgagee": "抵押权人（银行）",
    "applicant": "申请人",
    "developer": "开发企业",
    "objector": "异议人",
    "nobody": "不收费",
}
STARTS = {"bank": "/bank/", "developer": "/dev/"}


@dataclass(frozen=True, slots=True)
class Service:
    """One business as the public sees it today."""

    policy: TypePolicy
    online: bool
    opens: dt.date | None
    who: str
    fee: str

    @property
    def code(self) -> str:
        return self.policy.code

    @property
    def start_url(self) -> str:
        return STARTS.get(self.policy.client, f"/my/apply/{self.policy.code}/start")


def services(today: dt.date, client: str = "") -> list[Service]:
    """Every business the office takes today, at the window at least; `client` one of CLIENTS."""
    found = [
        service(policy, today)
        for policy in types_open("desk", today)
        if policy.client in CLIENTS and policy.code in TYPES
    ]
    return [s for s in found if not client or s.policy.client == client]


def service(policy: TypePolicy, today: dt.date) -> Service:
    opens = policy.opens_on("web")
    rows = fee_rows(policy, today)
    return Service(
        policy=policy,
        online=policy.is_open("web", today) and policy.code in JOURNEYS,
        opens=opens if opens and opens > today else None,
        who=CLIENTS[policy.client],
        fee=rows[0]["amount"] if rows else "不收费",
    )


def _yuan(fen: int) -> str:
    return f"{fen // 100} 元" if fen % 100 == 0 else f"{fen / 100:.2f} 元"


def fee_rows(policy: TypePolicy, today: dt.date) -> list[dict[str, Any]]:
    """Lines of the fee table: what, who pays, how much. Empty when nothing is charged."""
    standard = next((s for s in fee_standards() if s.covers(today)), None)
    if standard is None:
        return []
    rows: list[dict[str, Any]] = []
    for use in policy.fees:
        rule = standard.rules[use.rule]
        if rule.amount == "none" or rule.percent == 0:
            continue
        payer = PAYERS[rule.payer]

        def line(
            what: str, fen: int, each: str, payer: str = payer, share: int = rule.percent
        ) -> dict[str, Any]:
            return {"what": what, "payer": payer, "amount": f"{_yuan(fen * share // 100)}／{each}"}

        if rule.amount in ("by_use", "residential"):
            rows.append(line("登记费，住宅", standard.residential_fen, "件"))
        if rule.amount in ("by_use", "non_residential"):
            rows.append(line("登记费，非住宅", standard.non_residential_fen, "件"))
        if rule.certificates != "free":
            first = "每多领一本证书" if rule.certificates == "first_included" else "证书工本费"
            rows.append({"what": first, "payer": payer, "amount": f"{_yuan(standard.certificate_fen)}／本"})
    return rows


def fee_basis(today: dt.date) -> str:
    standard = next((s for s in fee_standards() if s.covers(today)), None)
    return f"{standard.basis}，{standard.valid_from:%Y年%-m月%-d日}起执行" if standard else ""
