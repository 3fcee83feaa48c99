"""Invented people and organisations with correct check digits. Pure and deterministic: no two share a name."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from dengbu.core.identifiers import make_resident_id, make_uscc

REGION = "419999"  # not assigned to any place
PASSWORD = "dengbu-demo-2026"  # noqa: S105 - printed for everybody who tries the demo

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
FIRST = "建国志文明晓雨海春秋玉金永德宏思佳子欣俊"
SECOND = "军华伟强敏静丽娟涛磊洋勇艳杰娜鹏霞平刚桂"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A natural person; those with a phone have a real-name account and log in with phone and code."""

    name: str
    number: str
    phone: str = ""

    document_kind = "resident_id"


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    """A developer, bank or other enterprise. `agreement` says how its service agreement stands."""

    key: str
    kind: str  # developer | bank | enterprise
    name: str
    number: str
    representative: str
    licence_kind: str = ""
    licence_no: str = ""
    agreement: str = "none"  # in_force | expired | suspended | none
    operators: int = 0

    document_kind = "uscc"


@dataclass(frozen=True, slots=True)
class DemoStaff:
    login: str
    number: str
    name: str
    posts: tuple[str, ...]
    lines: tuple[str, ...]
    window: str = ""


@dataclass(frozen=True, slots=True)
class DemoOperator:
    login: str
    organisation: str
    name: str
    number: str
    phone: str


#: known to the police, but not registered here yet: for trying the registration
NEWCOMERS: tuple[DemoPerson, ...] = (
    DemoPerson("欧阳新月", make_resident_id(REGION, dt.date(2001, 5, 20), 2)),
    DemoPerson("司徒远航", make_resident_id(REGION, dt.date(2002, 9, 12), 1)),
)


class Crowd:
    """Gives out people one by one, always the same ones in the same order."""

    def __init__(self, seed: int):
        self._random = random.Random(seed)
        names = [f"{s}{a}{b}" for s in SURNAMES for a in FIRST for b in SECOND]
        self._random.shuffle(names)
        self._names = iter(names)
        self._taken = 0
        self.people: list[DemoPerson] = []

    def one(self, *, account: bool = True) -> DemoPerson:
        """The next adult; with an account she gets the next phone number 199 0000 0001 …"""
        self._taken += 1
        birth = dt.date(1955, 1, 1) + dt.timedelta(days=self._random.randrange(365 * 45))
        person = DemoPerson(
            name=next(self._names),
            number=make_resident_id(REGION, birth, self._taken % 1000),
            phone=f"199{self._taken:08d}" if account else "",
        )
        self.people.append(person)
        return person

    def some(self, count: int, *, account: bool = True) -> list[DemoPerson]:
        return [self.one(account=account) for _ in range(count)]


def _organisation(
    key: str, kind: str, name: str, seq: int, representative: str, **rest: object
) -> DemoOrganisation:
    return DemoOrganisation(key, kind, name, make_uscc(REGION, seq), representative, **rest)  # type: ignore[arg-type]


ORGANISATIONS: tuple[DemoOrganisation, ...] = (
    _organisation("dev1", "developer", "河南五云置业有限公司", 1001, "方远山", licence_kind="房地产开发企业资质证书",
                  licence_no="豫建房开第999001号", agreement="in_force", operators=2),
    _organisation("dev2", "developer", "郑州汜水房地产开发有限公司", 1002, "石守业", licence_kind="房地产开发企业资质证书",
                  licence_no="豫建房开第999002号", agreement="in_force", operators=2),
    _organisation("bank1", "bank", "中原惠民银行股份有限公司上街支行", 2001, "金满堂", licence_kind="金融许可证",
                  licence_no="B9999S241010001", agreement="in_force", operators=2),
    _organisation("bank2", "bank", "铝城商业银行股份有限公司上街支行", 2002, "钱广源", licence_kind="金融许可证",
                  licence_no="B9999S241010002", agreement="in_force", operators=2),
    _organisation("bank3", "bank", "汜水村镇银行股份有限公司", 2003, "柴有余", licence_kind="金融许可证",
                  licence_no="B9999S241010003", agreement="expired", operators=1),
    _organisation("bank4", "bank", "五云山农村商业银行股份有限公司", 2004, "米丰年", licence_kind="金融许可证",
                  licence_no="B9999S241010004", agreement="suspended", operators=1),
    *(
        _organisation(f"firm{i}", "enterprise", f"上街区{word}有限公司", 3000 + i, "季常青")
        for i, word in enumerate(
            ("铝花园百货", "五云茶业", "虹桥餐饮", "通达汽车维修", "聚源建材", "晨光文具", "新绿园艺", "锦程物流"), 1
        )
    ),
)  # fmt: skip

EVERY_LINE = ("transfer", "mortgage", "first", "other")
STAFF: tuple[DemoStaff, ...] = (
    DemoStaff("review1", "SJ0101", "沈知秋", ("review",), EVERY_LINE),
    DemoStaff("review2", "SJ0102", "顾言", ("review",), ("transfer", "first")),
    DemoStaff("review3", "SJ0103", "陆清和", ("review",), ("mortgage", "other")),
    DemoStaff("accept1", "SJ0201", "白露", ("accept",), EVERY_LINE, "1号窗口"),
    DemoStaff("accept2", "SJ0202", "江晚", ("accept",), EVERY_LINE, "2号窗口"),
    DemoStaff("accept3", "SJ0203", "严正", ("accept",), ("mortgage", "other"), "3号窗口"),
    DemoStaff("certify1", "SJ0301", "文静好", ("certify",), EVERY_LINE, "9号窗口"),
    DemoStaff("certify2", "SJ0302", "牧之", ("certify",), EVERY_LINE, "10号窗口"),
    DemoStaff("lead1", "SJ0001", "程方正", ("lead",), EVERY_LINE),
    DemoStaff("admin1", "SJ0901", "纪维", ("admin",), ()),
)


def staff_number_of(member: DemoStaff) -> str:
    """The member's own identity number, so that nobody handles a case of their own."""
    return make_resident_id(REGION, dt.date(1985, 3, 1), int(member.number[2:]) % 1000)


OPERATOR_NAMES = (
    "卫长风",
    "蓝田玉",
    "祝九如",
    "温如言",
    "凌霄",
    "简行",
    "乔木森",
    "易安然",
    "单向阳",
    "尚品",
)


def operators() -> list[DemoOperator]:
    """Accounts of the organisations: dev1-1, dev1-2, bank1-1 …"""
    names = iter(OPERATOR_NAMES)
    made: list[DemoOperator] = []
    for organisation in ORGANISATIONS:
        for place in range(1, organisation.operators + 1):
            seq = len(made) + 1
            made.append(
                DemoOperator(
                    f"{organisation.key}-{place}",
                    organisation.key,
                    next(names),
                    make_resident_id(REGION, dt.date(1990, 6, 1), seq),
                    f"1980000{seq:04d}",
                )
            )
    return made
