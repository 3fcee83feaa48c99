"""单件补录: what one old certificate says, as rows of the standard's tables, judged like an import of one unit. Pure.

The form's fields are the standard's own: `H-ZL`, `FDCQ2-DJSJ`, `QLR1-QLRMC` for the first owner.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dengbu.core.identifiers import normalise_number
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import MortgageKind

from .building import Built, build, building_facts
from .consistency import Around, Group, Row, check_group, check_loads
from .findings import WARN, Finding
from .tables import BUILDING, LAND, LISTS, PARTY, TABLES, UNIT
from .values import check_row

TITLE: Final = "FDCQ2"
MORTGAGE, SEIZURE = "DYAQ", "CFDJ"
MOST_OWNERS: Final = 4
MOST_LOADS: Final = 2  # mortgages, and seizures, that stand on one old page
BANK: Final = "DYQR"  # the form's prefix of a mortgage's holder; a row of the party table
BANK_LINES: Final = 10  # those rows come after the owners'
BASIS = "实施细则125；corrections §2.2"

# What is asked, in the order of the certificate. `parcel` and `building` only where the book does not have them.
ASKED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    UNIT: (
        ("BDCDYH", "不动产单元号"),
        ("ZL", "坐落"),
        ("FWYT1", "规划用途"),
        ("FWXZ", "房屋性质"),
        ("SCJZMJ", "建筑面积（㎡）"),
        ("SCTNJZMJ", "套内面积（㎡）"),
        ("SCFTJZMJ", "分摊面积（㎡）"),
        ("SJCS", "所在层"),
        ("SHBW", "房号"),
    ),
    TITLE: (
        ("BDCQZH", "房产证号（土地证号用顿号接在后面）"),
        ("DJSJ", "原登记日期"),
        ("DJYY", "登记原因"),
        ("FDCJYJG", "成交价（万元）"),
        ("TDSYQSSJ", "土地使用期限起"),
        ("TDSYJSSJ", "土地使用期限止"),
    ),
    LAND: (
        ("ZL", "宗地坐落"),
        ("ZDMJ", "宗地面积（㎡）"),
        ("YT", "土地用途"),
        ("QLXZ", "权利性质"),
    ),
    BUILDING: (
        ("JZWMC", "建筑物名称"),
        ("ZCS", "总层数"),
        ("FWJG", "房屋结构"),
        ("JGRQ", "竣工日期"),
    ),
    MORTGAGE: (
        ("BDCDJZMH", "他项权证号（登记证明号）"),
        ("DJSJ", "抵押登记日期"),
        ("DYFS", "抵押方式"),
        ("DYBDCLX", "抵押物"),
        ("BDBZZQSE", "债权数额（万元，一般抵押）"),
        ("ZGZQE", "最高债权额（万元，最高额抵押）"),
        ("ZWLXQSSJ", "债务履行期限起"),
        ("ZWLXJSSJ", "债务履行期限止"),
        ("DYSW", "抵押顺位"),
    ),
    SEIZURE: (
        ("CFJG", "查封机关"),
        ("CFWH", "查封文号"),
        ("CFLX", "查封类型"),
        ("DJSJ", "查封登记日期"),
        ("CFQSSJ", "查封起"),
        ("CFJSSJ", "查封止"),
        ("CFSX", "轮候顺序（轮候的填）"),
        ("CFFW", "查封范围（只限份额的，写“仅限某人的份额”）"),
    ),
    PARTY: (
        ("QLRMC", "姓名或名称"),
        ("ZJZL", "证件种类"),
        ("ZJH", "证件号码"),
        ("QLBL", "份额（按份共有的写，例如1/2）"),
    ),
}
# What this cannot do without, beside what the standard asks for.
_BESIDE: Final = {
    UNIT: {"SCJZMJ"},
    TITLE: {"BDCQZH"},
    MORTGAGE: {"BDCDJZMH", "DYBDCLX", "DYSW", "DJSJ"},
    SEIZURE: {"DJSJ", "CFQSSJ", "CFJSSJ"},
}
# What whoever checks reads off the paper and types again, beside number and area of the title.
AGAIN: Final = {MORTGAGE: ("BDBZZQSE", "ZGZQE", "BDCDJZMH"), SEIZURE: ("CFWH", "CFJSSJ")}
REQUIRED: Final = {
    t: {f.name for f in fields if f.required} | _BESIDE.get(t, set()) for t, fields in TABLES.items()
}


def choices(table: str, name: str) -> dict[str, str]:
    """The codes that may be chosen for a field; empty where it is typed."""
    kind = next(f.kind for f in TABLES[table] if f.name == name)
    return {m.code: m.label for m in LISTS[kind] if m.code} if kind in LISTS else {}


@dataclass(frozen=True, slots=True)
class Standing:
    """The page of a unit that is in the book: who owns it, the ranks taken on it, the seizures that run or wait."""

    location: str
    owners: tuple[str, ...] = ()
    ranks: frozenset[int] = frozenset()
    seized: bool = False
    waiting: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """What the book has already around this unit; `standing`: its page, asked for only where something comes onto it."""

    parcel: bool
    buildings: Collection[str]
    units: Collection[str]
    numbers: Collection[str]
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What was typed as groups, with everything against it."""

    groups: tuple[Group, ...]
    refusals: tuple[Refusal, ...]
    warnings: tuple[str, ...]


def place(said: Mapping[str, str]) -> str:
    return normalise_number(said.get("H-BDCDYH", ""))


def judge(said: Mapping[str, str], known: Known, now: dt.datetime, authority: str) -> Judged:
    """The rows of what was typed, and every fault of them: alone, together, beside the book."""
    code = place(said)
    if beside(said):
        return _judge_beside(said, code, known, now, authority)
    groups = _groups(said, code, known)
    refusals: list[Refusal] = []
    warnings: list[str] = []
    found: list[Finding] = []
    for group in groups:
        for row in group.rows:
            found += check_row(row.table, row.line, dict(row.data), group.place, authority, now.date())
    if not found or all(f.grade == WARN for f in found):
        parcel = next((r for g in groups for r in g.of(LAND)), None)
        buildings = {code[:24], *known.buildings}
        around = Around(parcel, buildings, known.parcel, known.units, known.numbers, now)
        for group in groups:
            found += check_group(group, around)
    for one in found:
        if one.grade == WARN:
            warnings.append(f"{one.why}。{one.mend}。")
        else:
            refusals.append(_refusal(one))
    if not said.get(f"{TITLE}-BDCQZH", "").strip():
        why = "请填写旧证的证号。"
        refusals.append(
            Refusal("OLD_NO_NUMBER", why, "没有发过证的，按首次登记办理。", BASIS, f"{TITLE}-BDCQZH")
        )
    refusals += _left_empty(said)
    refusals += _not_clear(said)
    return Judged(groups, tuple(dict.fromkeys(refusals)), tuple(dict.fromkeys(warnings)))


def beside(said: Mapping[str, str]) -> bool:
    """Whether what was typed comes onto a house that is in the book: its old mortgages and seizures alone."""
    return said.get("beside") == "yes"


def _not_clear(said: Mapping[str, str]) -> list[Refusal]:
    if said.get("clear") == "yes":
        return []
    return [
        Refusal(
            "OLD_NOT_CLEAR",
            "请核实除录入的抵押、查封以外，档案里没有未注销的抵押、查封、异议和预告登记。",
            "有异议、预告登记或者更多抵押、查封的，请把这一单元的全部权利和限制按存量数据导入。",
            BASIS,
            "clear",
        )
    ]


def _judge_beside(
    said: Mapping[str, str], code: str, known: Known, now: dt.datetime, authority: str
) -> Judged:
    """Old mortgages and seizures of a house in the book: each row alone, together, and beside its page."""
    standing, group = known.standing or Standing(""), Group(code)
    group.rows += _load_rows(said, code, standing.owners)
    refusals: list[Refusal] = []
    found: list[Finding] = []
    for row in group.rows:
        found += check_row(row.table, row.line, dict(row.data), group.place, authority, now.date())
    if not found or all(f.grade == WARN for f in found):
        found += check_loads(group, Around(None, (), True, known.units, known.numbers, now))
    warnings = [f"{f.why}。{f.mend}。" for f in found if f.grade == WARN]
    refusals += [_refusal(f) for f in found if f.grade != WARN]
    if not standing.owners:
        refusals.append(
            Refusal(
                "OLD_NO_TITLE",
                "登记簿上没有这处房屋的所有权，不能单独补录抵押、查封。",
                "登记簿没有这处房屋的，请连同旧房产证一起补录；只有单元没有所有权的，按首次登记办理。",
                BASIS,
                "H-BDCDYH",
            )
        )
    if not loads(said, MORTGAGE) and not loads(said, SEIZURE):
        refusals.append(
            Refusal("OLD_NOTHING", "请录入缺少的抵押或者查封。", "", BASIS, f"{MORTGAGE}1-BDCDJZMH")
        )
    for n in loads(said, MORTGAGE):
        rank = said.get(f"{MORTGAGE}{n}-DYSW", "").strip()
        if rank.isdecimal() and int(rank) in standing.ranks:
            refusals.append(
                Refusal(
                    "OLD_RANK_TAKEN",
                    f"登记簿上已有第{int(rank)}顺位的抵押权。",
                    "请核对是不是同一笔抵押；不是的，按受理时间改正顺位，登记簿上的顺位有误的先办理更正。",
                    BASIS,
                    f"{MORTGAGE}{n}-DYSW",
                )
            )
    for n in loads(said, SEIZURE):
        kind, turn = said.get(f"{SEIZURE}{n}-CFLX", ""), said.get(f"{SEIZURE}{n}-CFSX", "").strip()
        if kind == "1" and standing.seized:
            refusals.append(
                Refusal(
                    "OLD_SEIZED",
                    "登记簿上已有正在执行的查封。",
                    "请核对是不是同一份查封；不是的，按轮候查封录入，送达在先的先向法院核实。",
                    BASIS,
                    f"{SEIZURE}{n}-CFLX",
                )
            )
        if kind == "2" and turn.isdecimal() and int(turn) in standing.waiting:
            refusals.append(
                Refusal(
                    "OLD_TURN_TAKEN",
                    f"登记簿上已有轮候第{int(turn)}位的查封。",
                    "请按送达先后核对轮候顺序。",
                    BASIS,
                    f"{SEIZURE}{n}-CFSX",
                )
            )
    refusals += _left_empty(said) + _not_clear(said)
    return Judged((group,), tuple(dict.fromkeys(refusals)), tuple(dict.fromkeys(warnings)))


def built(judged: Judged, known: Known) -> list[Built]:
    """The entries: the land and the building where the book lacks them, then the unit with its title."""
    parcel = next((r for g in judged.groups for r in g.of(LAND)), None)
    rows = {normalise_number(r.get("ZRZH")): r for g in judged.groups for r in g.of(BUILDING)}
    facts = {code: building_facts(row) for code, row in rows.items()}
    return [
        build(group, parcel, facts, parcel_known=known.parcel, known=known.buildings)
        for group in judged.groups
    ]


def owners(said: Mapping[str, str]) -> list[int]:
    """Places of the owners' cards that hold anything."""
    return [
        n
        for n in range(1, MOST_OWNERS + 1)
        if any(said.get(f"QLR{n}-{name}", "").strip() for name, _ in ASKED[PARTY] if name != "ZJZL")
    ]


def loads(said: Mapping[str, str], table: str) -> list[int]:
    """Places of the mortgages or seizures that hold anything."""
    beside = (BANK,) if table == MORTGAGE else ()
    return [
        n
        for n in range(1, MOST_LOADS + 1)
        if any(
            v.strip() and k.partition("-")[0] in (f"{table}{n}", *(f"{b}{n}" for b in beside))
            for k, v in said.items()
        )
    ]


def again(said: Mapping[str, str]) -> list[str]:
    """Names of the fields of mortgages and seizures that whoever checks has to type again."""
    return [
        name
        for table, names in AGAIN.items()
        for n in loads(said, table)
        for name in (f"{table}{n}-{x}" for x in names)
        if said.get(name, "").strip()
    ]


def _left_empty(said: Mapping[str, str]) -> list[Refusal]:
    """What a mortgage or a seizure cannot do without here, beside what the standard asks for; and who has the mortgage."""
    found = []
    for table in (MORTGAGE, SEIZURE):
        for n in loads(said, table):
            for name, label in ASKED[table]:
                if name in _BESIDE[table] and not said.get(f"{table}{n}-{name}", "").strip():
                    found.append(
                        Refusal(
                            "FIELD_EMPTY",
                            f"{label}：没有填写。",
                            "请对照档案填写。",
                            BASIS,
                            f"{table}{n}-{name}",
                        )
                    )
            if table == MORTGAGE and not said.get(f"{BANK}{n}-QLRMC", "").strip():
                found.append(
                    Refusal(
                        "OLD_NO_BANK",
                        "请填写抵押权人。",
                        "写银行或者债权人的全称。",
                        BASIS,
                        f"{BANK}{n}-QLRMC",
                    )
                )
            amount = "ZGZQE" if said.get(f"{MORTGAGE}{n}-DYFS") == MortgageKind.MAXIMUM.code else "BDBZZQSE"
            if table == MORTGAGE and not said.get(f"{MORTGAGE}{n}-{amount}", "").strip():
                label = dict(ASKED[MORTGAGE])[amount]
                found.append(
                    Refusal(
                        "OLD_NO_AMOUNT",
                        f"{label}：没有填写。",
                        "请对照他项权证填写。",
                        BASIS,
                        f"{MORTGAGE}{n}-{amount}",
                    )
                )
    return found


def _filler(said: Mapping[str, str]) -> Callable[..., dict[str, str]]:
    def filled(prefix: str, table: str, **more: str) -> dict[str, str]:
        typed = {name: said.get(f"{prefix}-{name}", "").strip() for name, _ in ASKED[table]}
        return {k: v for k, v in (typed | more).items() if v}

    return filled


def _load_rows(said: Mapping[str, str], code: str, owners: Sequence[str]) -> list[Row]:
    """The rows of the mortgages, with who has them, and of the seizures."""
    filled, made = _filler(said), []
    for n in loads(said, MORTGAGE):
        common = {"BDCDYH": code, "YWH": f"BL-DY{n}"}
        given = {"QSZT": "1", "DYR": "、".join(owners)}
        made.append(Row(MORTGAGE, n, filled(f"{MORTGAGE}{n}", MORTGAGE, **common, **given)))
        made.append(Row(PARTY, BANK_LINES + n, filled(f"{BANK}{n}", PARTY, **common, SXH="1", GYFS="0")))
    for n in loads(said, SEIZURE):
        seized = {"BDCDYH": code, "YWH": f"BL-CF{n}", "QSZT": "1"}
        made.append(Row(SEIZURE, n, filled(f"{SEIZURE}{n}", SEIZURE, **seized)))
    return made


def _groups(said: Mapping[str, str], code: str, known: Known) -> tuple[Group, ...]:
    filled = _filler(said)
    parcel, building, case = code[:19], code[:24], "BL1"
    unit = Group(code)
    unit.rows.append(Row(UNIT, 1, filled("H", UNIT, BDCDYH=code, ZRZH=building, MJDW="1")))
    title = {"BDCDYH": code, "YWH": case, "QSZT": "1"}
    unit.rows.append(Row(TITLE, 1, filled(TITLE, TITLE, **title, FWXZ=said.get("H-FWXZ", ""))))
    for n in owners(said):
        party = {"BDCDYH": code, "YWH": case, "SXH": str(n), "GYFS": said.get("GYFS", "")}
        unit.rows.append(Row(PARTY, n, filled(f"QLR{n}", PARTY, **party)))
    unit.rows += _load_rows(said, code, [said.get(f"QLR{k}-QLRMC", "").strip() for k in owners(said)])
    land = Group(parcel)
    if not known.parcel:
        land.rows.append(Row(LAND, 1, filled(LAND, LAND, ZDDM=parcel, MJDW="1")))
    if building not in known.buildings:
        land.rows.append(Row(BUILDING, 1, filled(BUILDING, BUILDING, ZDDM=parcel, ZRZH=building)))
    return (land, unit) if land.rows else (unit,)


def _refusal(finding: Finding) -> Refusal:
    table = finding.file.removesuffix(".csv")
    prefix = table
    if table == PARTY:
        bank = finding.line > BANK_LINES
        prefix = f"{BANK}{finding.line - BANK_LINES}" if bank else f"QLR{finding.line}"
    elif table in (MORTGAGE, SEIZURE):
        prefix = f"{table}{finding.line}"
    field = {
        f"{prefix}-YWH": "QLR1-QLRMC",
        f"{prefix}-GYFS": "GYFS",
        f"{prefix}-ZRZH": "H-BDCDYH",
        f"{prefix}-ZDDM": "H-BDCDYH",
    }.get(f"{prefix}-{finding.field}", f"{prefix}-{finding.field}")
    label = dict(ASKED.get(table, ())).get(finding.field, "")
    return Refusal(
        finding.code, f"{label + '：' if label else ''}{finding.why}。", f"{finding.mend}。", BASIS, field
    )
