"""What an inbound filing or review means beside what we hold: its place in the sequence, and whether it fits
the book.

Pure functions of facts. A filing never changes the register; where the two differ, staff see the difference
and the housing department gets it with the JSON path of the field that differs (不动产登记暂行条例 15, 17; 房屋交易与不动产登记
信息共享).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from dengbu.core.refusals import Refusal


class Step(StrEnum):
    """What to do with a well-formed message."""

    TAKE = "take"
    """First of its number, or a newer version: write it."""
    KNOWN = "known"
    """The very same version with the same content: answer as before."""
    SUPERSEDED = "superseded"
    """Older than what we hold (messages overtook each other): keep the message, change nothing."""
    REFUSE = "refuse"
    """It contradicts what we hold: `Decision.refusal` says how."""
    HOLD = "hold"
    """Taken and written, but staff must look: the register has already acted on the earlier version."""


@dataclass(frozen=True, slots=True)
class Held:
    """What we hold under the same number. `digest` is of the normalised content, see `content_digest`."""

    version: int
    status: str
    digest: str
    unit_code: str
    used: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    step: Step
    refusal: Refusal | None = None


_ENDED = frozenset({"replaced", "withdrawn", "cancelled"})


def decide(
    held: Held | None, *, version: int, status: str, digest: str, unit_code: str, path: str
) -> Decision:
    """Where a message stands in the sequence of its number. `path` is `$.filing` or `$.review`.

    A change is a higher version; the same version twice is the same message; a number that was withdrawn is
    not used again; a contract never moves to another home.
    """
    if held is None or version > held.version:
        if held is not None and held.unit_code != unit_code:
            return _refuse(
                "FILING_UNIT_CHANGED",
                "同一编号此前推送的是另一个不动产单元",
                "换房应撤销原备案，用新的编号重新备案。",
                f"{path}.unit_code",
            )
        if held is not None and held.status in _ENDED and status not in _ENDED:
            return _refuse(
                "FILING_ENDED",
                "该编号已经撤销、注销或被替代，不能恢复",
                "请用新的编号重新推送。",
                f"{path}.status",
            )
        if held is not None and held.used:
            return Decision(
                Step.HOLD,
                Refusal(
                    "FILING_ALREADY_USED",
                    "该备案已据以办理登记，登记不因此次变化而改变",
                    "工作人员将与贵单位联系核实。",
                    field=f"{path}.version",
                ),
            )
        return Decision(Step.TAKE)
    if version < held.version:
        return Decision(Step.SUPERSEDED)
    if digest == held.digest:
        return Decision(Step.KNOWN)
    return _refuse(
        "VERSION_REUSED",
        f"第 {version} 版此前已推送，内容不同",
        "内容有变化时请把版本号加 1。",
        f"{path}.version",
    )


def _refuse(code: str, message: str, remedy: str, field: str) -> Decision:
    return Decision(Step.REFUSE, Refusal(code, message, remedy, field=field))


@dataclass(frozen=True, slots=True)
class PartyKey:
    """A person as far as comparing goes: `number_index` is the keyed index (`core.crypto.index`) of the
    normalised number, so that neither side has to decrypt."""

    name: str
    document_kind: str
    number_index: str


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """What the book says about the unit now. `owners` hold the house, or the land where no house is
    registered yet.

    `area_m2` is the registered building area, or the predicted one while `surveyed` is False.
    `other_filings` are numbers of other filings in force on the same unit.
    """

    exists: bool
    live: bool = True
    location: str = ""
    area_m2: Decimal | None = None
    surveyed: bool = True
    house_registered: bool = True
    housing_code: str = ""
    owners: tuple[PartyKey, ...] = ()
    other_filings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A difference between filing and book. `stops`: the filing must not be used until it is settled;
    otherwise the reviewer sees it and judges."""

    refusal: Refusal
    stops: bool


def compare_with_register(
    *,
    kind: str,
    unit_code: str,
    area_m2: Decimal | None,
    sellers: Sequence[PartyKey],
    facts: RegisterFacts,
    housing_code: str = "",
    path: str = "$.filing",
) -> list[Mismatch]:
    """Every difference between a filing (or review: `kind` '' and no area) and the book, each with its JSON
    path.

    `kind`: presale, new_sale, existing_sale. Names of registered owners are never part of a sentence.
    """
    if not facts.exists:
        return [
            _stop(
                "FILING_UNIT_UNKNOWN",
                f"登记簿中没有不动产单元号 {unit_code}",
                "请与登记机构核对楼盘表中的房屋编码和单元号后重新推送。",
                f"{path}.unit_code",
            )
        ]
    found: list[Mismatch] = []
    if not facts.live:
        found.append(
            _stop(
                "FILING_UNIT_ENDED",
                f"不动产单元 {unit_code} 已经注销或变更，不再存在",
                "请查询变更后的单元号后重新推送。",
                f"{path}.unit_code",
            )
        )
    if housing_code and facts.housing_code and housing_code != facts.housing_code:
        found.append(
            _stop(
                "FILING_HOUSING_CODE",
                f"房屋编码 {housing_code} 与该单元登记的房屋编码 {facts.housing_code} 不同",
                "请核对是否推送了另一套房屋。",
                f"{path}.housing_code",
            )
        )
    found += _area(kind, area_m2, facts, path)
    found += _sellers(kind, sellers, facts, path)
    if facts.other_filings:
        found.append(
            _note(
                "FILING_ANOTHER_IN_FORCE",
                f"该单元另有未撤销的备案：{'、'.join(facts.other_filings)}",
                "请撤销不再履行的备案。",
                f"{path}.filing_no",
            )
        )
    return found


def _area(kind: str, area_m2: Decimal | None, facts: RegisterFacts, path: str) -> list[Mismatch]:
    if area_m2 is None or facts.area_m2 is None or area_m2 == facts.area_m2:
        return []
    # A presale contract is made on the predicted area; the survey afterwards differs as a matter of course.
    settled = kind == "presale" and facts.surveyed
    book = "实测面积" if settled else "登记簿面积" if facts.surveyed else "预测面积"
    return [
        _note(
            "FILING_AREA_DIFFERS",
            f"备案面积 {area_m2}㎡ 与{book} {facts.area_m2}㎡ 不同",
            "面积差异应按合同约定结清，办理登记时提交结算证明。" if settled else "请核对后推送新版本。",
            f"{path}.area_m2",
        )
    ]


def _sellers(kind: str, sellers: Sequence[PartyKey], facts: RegisterFacts, path: str) -> list[Mismatch]:
    if kind in {"existing_sale", "new_sale"} and not facts.house_registered:
        return [
            _stop(
                "FILING_NO_FIRST_REGISTRATION",
                "该房屋尚未办理首次登记",
                "请先由建设单位办理首次登记；未竣工的房屋按预售备案。",
                f"{path}.kind",
            )
        ]
    found: list[Mismatch] = []
    owners = {owner.number_index: owner for owner in facts.owners}
    for place, seller in enumerate(sellers):
        owner = owners.get(seller.number_index)
        if owner is None:
            found.append(
                _stop(
                    "FILING_SELLER_NOT_OWNER",
                    f"第 {place + 1} 位出卖人不是登记的权利人",
                    "请核对出卖人的证件号码；权利人证件号码变更过的，请先办理变更登记。",
                    f"{path}.sellers[{place}].number",
                )
            )
        elif owner.name != seller.name:
            found.append(
                _note(
                    "FILING_SELLER_NAME",
                    f"第 {place + 1} 位出卖人的证件号码与登记簿相同，姓名或名称不同",
                    "请按证件核对姓名或名称；已更名的，请先办理变更登记。",
                    f"{path}.sellers[{place}].name",
                )
            )
    missing = len(owners.keys() - {seller.number_index for seller in sellers})
    if missing and sellers and not any(item.stops for item in found):
        found.append(
            _note(
                "FILING_OWNER_MISSING",
                f"登记的权利人还有 {missing} 位不在出卖人之中",
                "房屋为共有的，请补上其他共有人；出卖份额的，请在办理登记时说明。",
                f"{path}.sellers",
            )
        )
    return found


def _stop(code: str, message: str, remedy: str, field: str) -> Mismatch:
    return Mismatch(Refusal(code, message, remedy, field=field), stops=True)


def _note(code: str, message: str, remedy: str, field: str) -> Mismatch:
    return Mismatch(Refusal(code, message, remedy, field=field), stops=False)
