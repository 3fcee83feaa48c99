"""Which organisations may apply for what: by the kind of licence they filed with (corrections 27). Pure."""

from __future__ import annotations

import datetime as dt

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import Client

from .policy.policy import licences_on
from .policy.schema import Licence
from .registrations import RegistrationType


def licence_of(kind: str, name: str, on: dt.date) -> Licence | None:
    """The licence an organisation filed with; for one filed under an earlier list that of its kind."""
    there = [row for row in licences_on(on) if row.kind == kind]
    return next((row for row in there if row.name == name), next(iter(there), None))


def fronts_of(licence: Licence | None, kind: type[RegistrationType]) -> tuple[str, ...]:
    """As whose applications a type is filed with this licence: "developer", "bank"; nothing where it is not."""
    if licence is None:
        return ()
    named = kind.code in licence.types
    return tuple(
        c.value for c in kind.fronts() if c.value in licence.clients or (named and c is Client.DEVELOPER)
    )


def not_with_it(licence: Licence | None, kind: type[RegistrationType], on: dt.date) -> Refusal:
    """Why an organisation with this licence cannot file a type, and who can."""
    who = "、".join(row.who for row in licences_on(on) if fronts_of(row, kind))
    shown = f"贵单位备案的证照是“{licence.name}”，" if licence else "贵单位没有备案的证照，"
    return Refusal(
        "ORG_LICENCE",
        f"{shown}不能申请{kind.name}。",
        f"这项登记由{who}申请；证照有变化的，请带原件到登记中心更新备案。" if who else "请到登记窗口咨询。",
        "工作方案二、四（一）",
    )


def lending(on: dt.date) -> frozenset[tuple[str, str]]:
    """(kind, licence) of the organisations that lend: they apply as mortgagees."""
    return frozenset((row.kind, row.name) for row in licences_on(on) if "bank" in row.clients)
