"""What the housing department has pushed of the demo district: contracts on file and transaction reviews, sent through
the same door as its real messages and compared with the book like them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dengbu.contracts import actions as contracts
from dengbu.contracts.rules import PartyKey, RegisterFacts
from dengbu.contracts.wire import Context, FilingPush, ReviewPush
from dengbu.core import clock, crypto
from dengbu.core.acts import Actor

from .model import DemoContract, DemoUnit, District, Party

SOURCE = "HOUSING-410106"  # as the simulated housing department signs
AREA = "410106"


def push_contracts(actor: Actor, district: District) -> None:
    """Every contract of the district with its review, some weeks old. Raises RuntimeError where one does not fit."""
    now = clock.now()
    context = Context(now=now, area_code=AREA)
    place = 0
    for parcel in district.parcels:
        for unit in (u for b in parcel.buildings for u in b.units if u.contract):
            place += 1
            contract = unit.contract
            assert contract is not None
            at = now.replace(microsecond=0) - dt.timedelta(days=20, minutes=place)
            facts = _facts(unit, parcel.holders)
            filing = _filing(unit, contract, at)
            _send(actor, filing, facts, context)
            _send(actor, _review(unit, contract, at + dt.timedelta(hours=3)), facts, context)
            if contract.status != "filed":
                ended = {
                    "status": contract.status,
                    "status_reason": "双方协商解除合同",
                    "status_at": (at + dt.timedelta(days=9)).isoformat(),
                    "version": 2,
                }
                again = {"message_id": f"{filing['message_id']}-2", "filing": filing["filing"] | ended}
                _send(actor, filing | again, facts, context)
    _unknown_unit(actor, district, context)


def _unknown_unit(actor: Actor, district: District, context: Context) -> None:
    """One filing of a home that the book does not know: kept for staff to see."""
    unit = next(u for u in district.units if u.contract)
    assert unit.contract is not None
    message = _filing(unit, unit.contract, context.now - dt.timedelta(days=2))
    message["message_id"] = "demo-filing-unknown-unit"
    message["filing"] |= {"filing_no": "BAXX410106000001", "unit_code": f"{unit.code[:20]}00990001"}
    _send(actor, message, RegisterFacts(exists=False), context, outcome="kept_with_problems")


def _send(
    actor: Actor, message: dict[str, Any], facts: RegisterFacts, context: Context, outcome: str = "taken"
) -> None:
    if "filing" in message:
        answer = contracts.take_filing(
            actor=actor, push=FilingPush.model_validate(message, context=context), facts=facts
        )
    else:
        answer = contracts.take_review(
            actor=actor, push=ReviewPush.model_validate(message, context=context), facts=facts
        )
    if answer.outcome != outcome:
        raise RuntimeError(
            f"the demo district contradicts itself: {message['message_id']}: {answer.problems}"
        )


def _facts(unit: DemoUnit, land_holders: tuple[Party, ...]) -> RegisterFacts:
    return RegisterFacts(
        exists=True,
        location=unit.location,
        area_m2=unit.area,
        surveyed=unit.surveyed,
        house_registered=bool(unit.owners),
        owners=tuple(
            PartyKey(p.name, p.document_kind, crypto.index(p.number)) for p in unit.owners or land_holders
        ),
    )


def _push(kind: str, contract: DemoContract, at: dt.datetime) -> dict[str, Any]:
    return {
        "wire": "v1",
        "source": SOURCE,
        "message_id": f"demo-{kind}-{contract.number}",
        "sent_at": at.isoformat(),
    }


def _sides(unit: DemoUnit, contract: DemoContract) -> dict[str, Any]:
    """All owners sell; where nobody is entered yet (presale) the developer does."""
    sellers = unit.owners if contract.seller in unit.owners else (contract.seller,)
    return {"sellers": [_party(p) for p in sellers], "buyers": [_party(contract.buyer)]}


def _party(party: Party) -> dict[str, str]:
    return {"name": party.name, "document_kind": party.document_kind, "number": party.number}


def _filing(unit: DemoUnit, contract: DemoContract, at: dt.datetime) -> dict[str, Any]:
    said = {
        "filing_no": f"BA{contract.number}",
        "contract_no": contract.number,
        "version": 1,
        "kind": contract.kind,
        "status": "filed",
        "unit_code": unit.code,
        "housing_code": f"FW{unit.code[12:]}",
        "address": unit.location,
        "area_m2": str(unit.area),
        "price_yuan": f"{contract.price_fen // 100}.{contract.price_fen % 100:02d}",
        "payment_method": "full",
        "filed_at": at.isoformat(),
        **_sides(unit, contract),
    }
    return {**_push("filing", contract, at), "filing": said}


def _review(unit: DemoUnit, contract: DemoContract, at: dt.datetime) -> dict[str, Any]:
    limited = contract.review == "limited"
    said = {
        "review_no": f"SH{contract.number}",
        "version": 1,
        "status": "in_force",
        "filing_no": f"BA{contract.number}",
        "unit_code": unit.code,
        "housing_code": f"FW{unit.code[12:]}",
        "result": contract.review,
        "funds_supervision": "none",
        "policy_limits": [{"kind": "sale_limit", "text": "限售期未满，请核实"}] if limited else [],
        "reviewed_at": at.isoformat(),
        **_sides(unit, contract),
    }
    return {**_push("review", contract, at), "review": said}
