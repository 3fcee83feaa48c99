"""Tables of TD/T 1066 that are taken over, field by field: what each holds, what it must have. One line per field group.

`NAME:kind` — `!` must be filled in. Kinds: parcel, building, unit (codes), date, time, area (㎡, two decimals), wan
(万元), int, number, a list's name (the standard's codes), text (the rest, up to a length).
"""

from __future__ import annotations

from dataclasses import dataclass

from dengbu.core.vocabulary import (
    CoOwnership,
    DocumentKind,
    HouseNature,
    HouseUse,
    LandUse,
    MortgagedThing,
    MortgageKind,
    NoticeKind,
    PartyKind,
    RestrictionKind,
    RightNature,
    Structure,
    Vocabulary,
)

LISTS: dict[str, type[Vocabulary]] = {
    "YT": LandUse, "QLXZ": RightNature, "FWYT": HouseUse, "FWXZ": HouseNature, "FWJG": Structure, "ZJZL": DocumentKind,
    "GYFS": CoOwnership, "QLRLX": PartyKind, "DYFS": MortgageKind, "DYBDCLX": MortgagedThing, "YGDJZL": NoticeKind,
    "CFLX": RestrictionKind,
}  # fmt: skip
# Lists that nothing of ours hangs on: the standard's codes and what they say.
CODES: dict[str, dict[str, str]] = {
    "QSZT": {"0": "临时", "1": "现势", "2": "历史", "3": "终止"},
    "SFZD": {"0": "否", "1": "是"},
    "MJDW": {"1": "平方米", "2": "亩", "3": "公顷"},
    "DJLX": {"100": "首次登记", "200": "转移登记", "300": "变更登记", "400": "注销登记", "500": "更正登记",
             "600": "异议登记", "700": "预告登记", "800": "查封登记", "900": "其它登记"},
    "XZLX": {kind.value: kind.label for kind in RestrictionKind if not kind.code and kind.value != "objection"},
}  # fmt: skip

_TAIL = "QXDM:text6 DJJG:text200 DBR:text50 DJSJ:time! FJ:text QSZT:QSZT!"
_SPEC = {
    "ZDJBXX": "BSM:int YSDM:text10 ZDDM:parcel! BDCDYH:unit ZDTZM:text2 ZL:text200! ZDMJ:area! MJDW:MJDW YT:YT! DJ:text2"
    " JG:wan QLLX:text2 QLXZ:QLXZ! QLSDFS:text2 RJL:number JZMD:number JZXG:number ZDSZD:text200 ZDSZN:text200"
    " ZDSZX:text200 ZDSZB:text200 ZDT:text TFH:text50 DJH:text20 DAH:text50 BZ:text ZT:text2 QXDM:text6",
    "ZRZ": "BSM:int YSDM:text10 BDCDYH:text28 ZDDM:parcel! ZRZH:building! XMMC:text100 JZWMC:text100! JGRQ:date"
    " JZWGD:number ZZDMJ:area ZYDMJ:area YCJZMJ:area SCJZMJ:area ZCS:int! DSCS:int DXCS:int DXSD:number GHYT:text4"
    " FWJG:FWJG! ZTS:int JZWJBYT:text DAH:text BZ:text ZT:text2 QXDM:text6",
    "H": "BDCDYH:unit! FWBM:text24 YSDM:text10 ZRZH:building! LJZH:text20 CH:text20 ZL:text200! MJDW:MJDW SJCS:text20"
    " HH:text20 SHBW:text20 HX:text2 HXJG:text2 FWYT1:FWYT! FWYT2:text4 FWYT3:text4 YCJZMJ:area YCTNJZMJ:area"
    " YCFTJZMJ:area YCDXBFJZMJ:number YCQTJZMJ:number YCFTXS:number SCJZMJ:area SCTNJZMJ:area SCFTJZMJ:area"
    " SCDXBFJZMJ:number SCQTJZMJ:number SCFTXS:number GYTDMJ:number FTTDMJ:number DYTDMJ:number FWLX:text2 FWXZ:FWXZ"
    " FCFHT:text ZT:text2 QXDM:text6",
    "QLR": "YSDM:text10 BDCDYH:unit! SXH:int! QLRMC:text200! BDCQZH:text200 QZYSXLH:text50 SFCZR:SFZD ZJZL:ZJZL!"
    " ZJH:text50 FZJG:text200 SSHY:text2 GJ:text4 HJSZSS:text6 XB:text1 DH:text50 DZ:text200 YB:text10 GZDW:text200"
    " DZYJ:text50 QLRLX:QLRLX QLBL:text100 GYFS:GYFS GYQK:text BZ:text QXDM:text6 YWH:text60!",
    "JSYDSYQ": "YSDM:text10 ZDDM:parcel BDCDYH:unit! YWH:text60! QLLX:text2 DJLX:DJLX DJYY:text200 SYQMJ:area"
    " SYQQSSJ:date SYQJSSJ:date QDJG:wan BDCQZH:text200 " + _TAIL,
    "FDCQ2": "BDCDYH:unit! YWH:text60! QLLX:text2 DJLX:DJLX DJYY:text200 FDZL:text200 TDSYQR:text500 DYTDMJ:number"
    " FTTDMJ:number TDSYQSSJ:date TDSYJSSJ:date FDCJYJG:wan GHYT:text4 FWXZ:FWXZ FWJG:FWJG SZC:text20 SZMYC:text20"
    " ZCS:int MYZCS:text20 JZMJ:area ZYJZMJ:area FTJZMJ:area JGSJ:date BDCQZH:text200 " + _TAIL,
    "DYAQ": "BDCDYH:unit! YWH:text60! DYBDCLX:DYBDCLX DYR:text500 DYFS:DYFS! DJLX:DJLX DJYY:text200 ZJJZWZL:text200"
    " ZJJZWDYFW:text BDBZZQSE:wan ZGZQE:wan DBFW:text SFCZJZHXZ:SFZD ZWLXQSSJ:date ZWLXJSSJ:date ZGZQQDSS:text"
    " ZXDYYWH:text60 ZXDYYY:text ZXSJ:time BDCDJZMH:text200 DYSW:int " + _TAIL,
    "YGDJ": "BDCDYH:unit! YWH:text60! BDCZL:text200 YWR:text500 YWRZJZL:ZJZL YWRZJH:text50 YGDJZL:YGDJZL! DJLX:DJLX"
    " DJYY:text200 TDSYQR:text500 GHYT:text4 FWXZ:FWXZ FWJG:FWJG SZC:text20 ZCS:int JZMJ:area QDJG:wan ZWLXKSQX:date"
    " ZWLXJSQX:date DBFW:text SFCZJZHXZ:SFZD JYHTH:text60 BDCDJZMH:text200 ZXYGYWH:text60 ZXYGYY:text " + _TAIL,
    "YYDJ": "BDCDYH:unit! YWH:text60! YYSX:text500 BDCDJZMH:text200 ZXYYYWH:text60 ZXYYYY:text ZXYYDBR:text50"
    " ZXYYDJSJ:time YYJSSJ:time " + _TAIL,
    "CFDJ": "BDCDYH:unit! YWH:text60! CFJG:text200! CFLX:CFLX! CFWJ:text CFWH:text100! CFQSSJ:time CFJSSJ:time"
    " CFFW:text JFYWH:text60 JFJG:text200 JFWJ:text JFWH:text100 JFDBR:text50 JFDJSJ:time CFSX:int " + _TAIL,
    # Ours: freezes and the like have no table in the standard, and must not be lost on the way (nor the end of an
    # objection, YYDJ.YYJSSJ).
    "XZDJ": "BDCDYH:unit! YWH:text60! XZLX:XZLX! XZJG:text200! XZWH:text100 XZQSSJ:time XZJSSJ:time XZFW:text " + _TAIL,
    "JZQ": "BDCDYH:unit! YWH:text60! FWSYQR:text500 SLFS:text20 JZFW:text JZTJHYQ:text SFYC:text1 JZQKSSJ:date"
    " JZQJSSJ:date ZSJZ:text1 BDCDJZMH:text200 " + _TAIL,
    # 供役地 is the unit that bears it; 需役地 may lie anywhere, also in another district.
    "DYIQ": "GYDBDCDYH:unit! YWH:text60! GYDQLR:text500 GYDQLRZJZL:ZJZL GYDQLRZJH:text50 XYDBDCDYH:text28 XYDZL:text200"
    " XYDQLR:text500 XYDQLRZJZL:ZJZL XYDQLRZJH:text50 DJLX:DJLX DJYY:text200 DYQNR:text QLQSSJ:date QLJSSJ:date"
    " BDCDJZMH:text200 " + _TAIL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: str
    length: int
    required: bool


def _field(said: str) -> Field:
    name, kind = said.rstrip("!").split(":")
    length = 4000
    if kind.startswith("text"):
        length, kind = int(kind[4:] or 4000), "text"
    return Field(name, kind, length, said.endswith("!"))


TABLES: dict[str, tuple[Field, ...]] = {
    table: tuple(_field(f) for f in spec.split()) for table, spec in _SPEC.items()
}
LAND, BUILDING, UNIT, PARTY = "ZDJBXX", "ZRZ", "H", "QLR"
RIGHTS = {
    "JSYDSYQ": "land_use", "FDCQ2": "house_ownership", "DYAQ": "mortgage", "YGDJ": "advance_notice", "JZQ": "residence",
    "DYIQ": "easement",
}  # fmt: skip
RESTRICTIONS = ("CFDJ", "YYDJ", "XZDJ")
NUMBERS = {"JSYDSYQ": "BDCQZH", "FDCQ2": "BDCQZH"}  # where the paper's number stands; elsewhere BDCDJZMH
# Tables that repeat what others say or belong to the work of a case: left out, and said so.
LEFT_OUT = frozenset(
    ("LJZ", "C", "ZXDJ", "GZDJ", "SLSQ", "SQR", "DJSJ", "DJSF", "DJSH", "DJSZ", "DJFZ", "DJGD")
)
LAND_TAIL = "W00000000"


def unit_field(table: str) -> str:
    """The field of a table that says which unit a row is about."""
    return "GYDBDCDYH" if table == "DYIQ" else "BDCDYH"


def number_field(table: str) -> str:
    """The field of a right's table that holds the number of its certificate or proof."""
    return NUMBERS.get(table, "BDCDJZMH")
