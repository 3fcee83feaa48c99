"""What the rows of one parcel or unit say together: faults between tables, graded. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import lcm

from dengbu.core.identifiers import normalise_certificate_number, normalise_name, normalise_number

from . import values
from .findings import QUARANTINE, REFUSE, WARN, Finding, shown
from .tables import BUILDING, LAND, LAND_TAIL, PARTY, RESTRICTIONS, RIGHTS, UNIT, number_field, unit_field

LIMIT_SINCE = dt.date(
    2021, 1, 1
)  # since then the page of a mortgage says whether transfer is limited (民法典 406)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: filled fields only."""

    table: str
    line: int
    data: Mapping[str, str]

    def get(self, name: str) -> str:
        return self.data.get(name, "")

    @property
    def live(self) -> bool:
        return self.get("QSZT") == "1"

    @property
    def case(self) -> str:
        return self.get("YWH")


@dataclass
class Group:
    """All rows of one place: a parcel with its buildings and its land unit, or one unit in a building."""

    place: str
    rows: list[Row] = field(default_factory=list)

    def of(self, *tables: str) -> list[Row]:
        return [r for r in self.rows if r.table in tables]

    @property
    def is_parcel(self) -> bool:
        return len(self.place) == 19

    @property
    def unit(self) -> str:
        return self.place + LAND_TAIL if self.is_parcel else self.place

    @property
    def entered(self) -> list[Row]:
        """Rights and restrictions, without drafts (临时), in the order of their registration."""
        rows = [r for r in self.of(*RIGHTS, *RESTRICTIONS) if r.get("QSZT") != "0"]
        return sorted(rows, key=lambda r: (values.moment(r.get("DJSJ")) or EPOCH, r.case))

    def parties(self) -> dict[str, list[Row]]:
        """Right holders by business number, in their order."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(self.of(PARTY), key=lambda r: (r.get("SXH").zfill(10), r.line)):
            found[row.case].append(row)
        for row in self.of("DYIQ"):  # whoever has an easement may stand on its own row alone
            if row.get("XYDQLR") and row.case not in found:
                said = {"QLRMC": "XYDQLR", "ZJZL": "XYDQLRZJZL", "ZJH": "XYDQLRZJH"}
                found[row.case].append(Row(row.table, row.line, {k: row.get(v) for k, v in said.items()}))
        return found


EPOCH = dt.datetime(1900, 1, 1, tzinfo=values.SHANGHAI)


@dataclass(frozen=True, slots=True)
class Around:
    """What a group is judged beside: the parcel and buildings it stands on, and what the book knows already."""

    parcel: Row | None
    buildings: Collection[str]
    parcel_known: bool
    known_units: Collection[str]
    known_numbers: Collection[str]
    now: dt.datetime


def paper_numbers(row: Row, parties: Iterable[Row]) -> list[str]:
    """Numbers of the certificates or proofs of a right: on its own row and on its holders'. Several stand with 、."""
    said = [row.get(number_field(row.table)), *(p.get("BDCQZH") for p in parties)]
    parts = [normalise_certificate_number(n) for text in said for n in re.split(r"[、,;；，|]", text)]
    return list(dict.fromkeys(p for p in parts if p))


_SHARE_ONLY = re.compile(r"仅限(.{1,200}?)的份额(?:；(.*))?", re.DOTALL)


def share_only(text: str) -> re.Match[str] | None:
    """Whose share something is limited to (查封范围; 附记 of a mortgage), and what is said besides."""
    return _SHARE_ONLY.fullmatch(text)


def share_of(text: str) -> Fraction | None:
    """1/2, 50%, 50, 0.5 as a fraction of one; None where it cannot be read."""
    plain = text.replace("％", "%").replace("／", "/").replace(" ", "")
    try:
        if "/" in plain:
            top, _, bottom = plain.partition("/")
            share = Fraction(int(top), int(bottom))
        elif plain.endswith("%"):
            share = Fraction(Decimal(plain[:-1])) / 100
        else:
            share = Fraction(Decimal(plain))
            share = share / 100 if share > 1 else share
    except (ValueError, InvalidOperation, ZeroDivisionError, OverflowError):
        return None
    return share if 0 < share <= 1 else None


def shares(parties: list[Row]) -> tuple[int, list[int]] | None:
    """Denominator and numerators of owners by share; None where the shares are not whole."""
    parts = [share_of(p.get("QLBL")) for p in parties]
    known = [p for p in parts if p is not None]
    if len(known) != len(parts) or sum(known) != 1:
        return None
    bottom = lcm(*(p.denominator for p in known))
    if bottom > 2_000_000_000:
        return None
    return bottom, [int(p * bottom) for p in known]


class _Judge:
    def __init__(self, group: Group, around: Around):
        self.group, self.around = group, around
        self.found: list[Finding] = []

    def say(self, grade: str, code: str, row: Row, name: str, why: str, mend: str) -> None:
        value = shown(name, row.get(name))
        self.found.append(
            Finding(grade, code, f"{row.table}.csv", row.line, name, value, why, mend, self.group.place)
        )


def check_group(group: Group, around: Around) -> list[Finding]:
    """Every fault between the rows of a group. Rows that are faulty by themselves were told before."""
    judge = _Judge(group, around)
    _things(judge)
    _rights(judge)
    _mortgages(judge)
    _seizures(judge)
    return judge.found


def check_loads(group: Group, around: Around) -> list[Finding]:
    """Every fault between mortgages and seizures that come onto a unit whose title is in the book already."""
    judge = _Judge(group, around)
    _rights(judge)
    _mortgages(judge, owned=True)
    _seizures(judge)
    return judge.found


def loose_loads(group: Group, around: Around) -> list[Finding]:
    """Live restrictions, mortgages and notices that name a thing neither the folder nor the book has. The thing they are
    on would come in free of them, and could not get them afterwards: the whole folder waits."""
    if group.unit in around.known_units or group.of(LAND if group.is_parcel else UNIT):
        return []
    if group.is_parcel and around.parcel_known:
        return []
    judge = _Judge(group, around)
    for row in group.of("DYAQ", "YGDJ", "JZQ", "DYIQ", *RESTRICTIONS):
        if row.live:
            why = "这一行抵押、查封等找不到它的不动产，导入后那处不动产会不带它"
            mend = "对照档案改正不动产单元号，或补上那一户（宗地）；已消灭的把 QSZT 改为 3 终止"
            judge.say(REFUSE, "LOAD_WITHOUT_UNIT", row, unit_field(row.table), why, mend)
    return judge.found


def _things(judge: _Judge) -> None:
    group, around = judge.group, judge.around
    for table, name in ((LAND, "ZDDM"), (UNIT, "BDCDYH"), (BUILDING, "ZRZH")):
        seen: set[str] = set()
        for row in group.of(table):
            code = normalise_number(row.get(name))
            if code in seen:
                judge.say(
                    QUARANTINE, "THING_DOUBLE", row, name, "同一个编号出现两行", "查明哪一行有效，删去另一行"
                )
            seen.add(code)
    for row in group.of(LAND):
        if row.get("MJDW") not in ("", "1"):
            judge.say(QUARANTINE, "AREA_UNIT", row, "MJDW", "面积单位不是平方米", "换算成平方米，MJDW 填 1")
    first = group.rows[0]
    if group.is_parcel:
        if around.parcel is None and not around.parcel_known:
            judge.say(
                QUARANTINE, "PARCEL_UNKNOWN", first, "ZDDM", "ZDJBXX 里没有这宗地", "补上宗地，或改正宗地代码"
            )
        for row in group.of(BUILDING):
            if normalise_number(row.get("ZRZH"))[:19] != group.place:
                judge.say(
                    QUARANTINE, "BUILDING_MISMATCH", row, "ZRZH", "自然幢号不在这宗地上", "改正 ZRZH 或 ZDDM"
                )
    elif not (things := group.of(UNIT)):
        judge.say(
            QUARANTINE, "UNIT_UNKNOWN", first, "BDCDYH", "H 表里没有这个单元", "补上户，或改正不动产单元号"
        )
    else:
        _unit(judge, things[0])
    if group.unit in around.known_units and (
        group.entered or not group.is_parcel
    ):  # a known parcel may get new units
        why, mend = "登簿里已经有这个单元", "与登簿核对；有出入的办理更正登记"
        judge.say(QUARANTINE, "UNIT_IN_BOOK", first, "BDCDYH", why, mend)


def _unit(judge: _Judge, row: Row) -> None:
    building = normalise_number(row.get("ZRZH"))
    if judge.around.parcel is None and not judge.around.parcel_known:
        judge.say(
            QUARANTINE, "PARCEL_UNKNOWN", row, "BDCDYH", "ZDJBXX 里没有它的宗地", "补上宗地，或改正单元号"
        )
    elif building not in judge.around.buildings:
        judge.say(
            QUARANTINE, "UNIT_WITHOUT_BUILDING", row, "ZRZH", "ZRZ 表里没有这一幢", "补上自然幢，或改正 ZRZH"
        )
    if not judge.group.place.startswith(building):
        judge.say(QUARANTINE, "BUILDING_MISMATCH", row, "ZRZH", "单元号与自然幢号不符", "改正 BDCDYH 或 ZRZH")
    if not (row.get("SCJZMJ") or row.get("YCJZMJ")):
        judge.say(
            QUARANTINE, "AREA_EMPTY", row, "SCJZMJ", "实测、预测建筑面积都没有", "补填实测（或预测）建筑面积"
        )
    if row.get("MJDW") not in ("", "1"):
        judge.say(QUARANTINE, "AREA_UNIT", row, "MJDW", "面积单位不是平方米", "换算成平方米，MJDW 填 1")


def _rights(judge: _Judge) -> None:
    group, parties = judge.group, judge.group.parties()
    used = Counter(r.case for r in group.of(*RIGHTS, *RESTRICTIONS))
    for row in group.of(*RIGHTS, *RESTRICTIONS):
        if used[row.case] > 1:
            why = "同一单元上同一业务号有几个权利或限制，分不清权利人"
            judge.say(QUARANTINE, "CASE_NUMBER_DOUBLE", row, "YWH", why, "给每个权利各自的业务号，QLR 同样改")
        if row.get("QSZT") == "0":
            judge.say(WARN, "ROW_TEMPORARY", row, "QSZT", "是临时数据，不导入", "已登簿的改为 1 现势")
        registered = values.moment(row.get("DJSJ"))
        if registered and registered > judge.around.now:
            judge.say(QUARANTINE, "DATE_FUTURE", row, "DJSJ", "登记时间晚于现在", "对照档案改正登记时间")
        _misplaced(judge, row)
    for table, what in (("FDCQ2", "房屋所有权"), ("JSYDSYQ", "土地使用权")):
        live = [r for r in group.of(table) if r.live]
        for row in live if len(live) > 1 else ():
            why = f"同一单元有 {len(live)} 个现势的{what}"
            judge.say(QUARANTINE, "TWO_LIVE_OWNERS", row, "QSZT", why, "查明谁是现权利人，其余改为 2 历史")
    for case, rows in parties.items():
        if case not in used:
            judge.say(
                QUARANTINE, "HOLDER_LOOSE", rows[0], "YWH", "权利人没有对应的权利", "补上权利，或改正业务号"
            )
    for row in group.of(*RIGHTS):
        _holders(judge, row, parties.get(row.case, []))
        for number in paper_numbers(row, parties.get(row.case, [])):
            if len(number) > 80:
                judge.say(QUARANTINE, "CERTIFICATE_NUMBER_LONG", row, number_field(row.table), "证号超过 80 个字",
                          "几本证的用顿号隔开")  # fmt: skip
            if number in judge.around.known_numbers:
                judge.say(QUARANTINE, "CERTIFICATE_NUMBER_IN_BOOK", row, number_field(row.table),
                          f"证号“{number[:40]}”登簿里已经有", "核对是否重号，改正证号")  # fmt: skip


def _misplaced(judge: _Judge, row: Row) -> None:
    if row.table in (("FDCQ2", "JZQ") if judge.group.is_parcel else ("JSYDSYQ",)):
        what = "房屋的权利记在土地单元上" if judge.group.is_parcel else "土地使用权记在房屋单元上"
        judge.say(
            QUARANTINE, "RIGHT_MISPLACED", row, "BDCDYH", what, "土地单元号以 W00000000 结尾，改正单元号"
        )


def _holders(judge: _Judge, row: Row, parties: list[Row]) -> None:
    if not parties:
        judge.say(
            QUARANTINE,
            "HOLDER_MISSING",
            row,
            "YWH",
            "这个权利没有权利人",
            "在 QLR 补上权利人（同单元号、同业务号）",
        )
        return
    modes = {p.get("GYFS") for p in parties}
    if len(modes) > 1:
        judge.say(
            QUARANTINE, "COOWNERSHIP_MIXED", parties[0], "GYFS", "几个共有人的共有方式不一致", "改成一致"
        )
    elif modes == {"2"} and shares(parties) is None:
        why = f"份额“{'、'.join(p.get('QLBL') for p in parties)[:40]}”加起来不是 1"
        judge.say(QUARANTINE, "SHARES_WRONG", parties[0], "QLBL", why, "按证书写成分数，例如 1/2、1/2")
    elif modes == {"0"} and len(parties) > 1:
        judge.say(
            QUARANTINE,
            "COOWNERSHIP_SOLE",
            parties[0],
            "GYFS",
            "单独所有却有几个权利人",
            "改正共有方式或权利人",
        )


def _mortgages(judge: _Judge, *, owned: bool = False) -> None:
    group = judge.group
    live = [r for r in group.of("DYAQ") if r.live]
    title = "JSYDSYQ" if group.is_parcel else "FDCQ2"
    owned = owned or any(r.live for r in group.of(title))
    for row in (*live, *(r for r in group.of("JZQ") if r.live)):
        if not owned and not (row.table == "DYAQ" and row.get("DYBDCLX") == "4"):
            code = "MORTGAGE_WITHOUT_OWNER" if row.table == "DYAQ" else "RESIDENCE_WITHOUT_OWNER"
            why = "有抵押权（居住权），却没有现势的所有权（使用权）"
            judge.say(
                QUARANTINE,
                code,
                row,
                "BDCDYH",
                why,
                "补上所有权；已消灭的改为 3 终止；在建工程抵押的 DYBDCLX 填 4",
            )
    ranks = Counter(r.get("DYSW") for r in live if r.get("DYSW"))
    holders = [p for r in group.of(title) if r.live for p in group.parties().get(r.case, [])]
    names = [normalise_name(p.get("QLRMC")) for p in holders if p.get("GYFS") == "2"]
    for row in live:
        if (limit := share_only(row.get("FJ"))) and (
            names.count(normalise_name(limit[1])) != 1
            or normalise_name(row.get("DYR")) != normalise_name(limit[1])
        ):
            why = f"附记写仅限{limit[1][:40]}的份额，但他不是唯一同名的按份共有人，或者不是抵押人"
            judge.say(
                QUARANTINE, "MORTGAGE_SHARE_WHOSE", row, "FJ", why, "照证书改正附记、抵押人和共有人份额"
            )
        registered = values.day(row.get("DJSJ"))
        if ranks[row.get("DYSW")] > 1:
            judge.say(QUARANTINE, "RANK_DOUBLE", row, "DYSW", "两个现势抵押权顺位相同", "按受理时间改正顺位")
        if not (row.get("BDBZZQSE") or row.get("ZGZQE")):
            judge.say(WARN, "AMOUNT_EMPTY", row, "BDBZZQSE", "没有债权数额", "照常导入；办业务时向银行核实")
        if not row.get("SFCZJZHXZ") and registered and registered >= LIMIT_SINCE:
            why = "2021 年以后的抵押权没有写是否限制转让"
            judge.say(WARN, "TRANSFER_LIMIT_UNKNOWN", row, "SFCZJZHXZ", why, "照常导入；转让时先问银行")
        _in_order(judge, row, "ZWLXQSSJ", "ZWLXJSSJ", WARN)


def _seizures(judge: _Judge) -> None:
    live = [r for r in judge.group.of("CFDJ") if r.live]
    first = [r for r in live if r.get("CFLX") == "1"]
    for row in first if len(first) > 1 else ():
        judge.say(
            QUARANTINE, "TWO_SEIZURES", row, "CFLX", "有两个现势的首封", "后来的改为 2 轮候查封，写明 CFSX"
        )
    for kind in ("2", "4"):
        places = Counter(r.get("CFSX") for r in live if r.get("CFLX") == kind and r.get("CFSX"))
        for row in live:
            if row.get("CFLX") == kind and places[row.get("CFSX")] > 1:
                judge.say(
                    QUARANTINE, "WAITING_DOUBLE", row, "CFSX", "两个轮候顺序相同", "按送达先后改正轮候顺序"
                )
    for row in judge.group.of("XZDJ"):
        _in_order(judge, row, "XZQSSJ", "XZJSSJ", QUARANTINE)
    for row in live:
        _in_order(judge, row, "CFQSSJ", "CFJSSJ", QUARANTINE)
        until = values.moment(row.get("CFJSSJ"))
        if until and until < judge.around.now:
            why = "查封已到期，仍是现势"
            judge.say(
                WARN, "SEIZURE_PAST_END", row, "CFJSSJ", why, "照常导入，到期的不再限制；有续封的补上续封"
            )
        if not until and row.get("CFLX") in ("1", "3"):
            judge.say(
                WARN,
                "SEIZURE_WITHOUT_END",
                row,
                "CFJSSJ",
                "没有查封结束时间",
                "照常导入，一直有效；向法院核实期限",
            )


def _in_order(judge: _Judge, row: Row, since: str, until: str, grade: str) -> None:
    a, b = values.moment(row.get(since)), values.moment(row.get(until))
    if a and b and a > b:
        judge.say(grade, "TERM_REVERSED", row, until, "结束时间早于起始时间", "对照档案改正")
