"""A made-up register of N homes as a folder of the standard's tables, to be imported.

    python -m benchmarks.register_folder FOLDER 100000 [gb18030]

Every home has an owner. One in ten is mortgaged, one in twenty was sold before (a past title), one in fifty is owned by
two by share, one in a hundred seized, one in two hundred bears an objection; one in twenty certificates is of an old form
(房产证), one in ten buyers waits under an advance notice. Owners, numbers and codes are made up; check digits are right.
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

PER_BUILDING = 500
PER_PARCEL = 10 * PER_BUILDING
BANK = ("测试银行股份有限公司上街支行", "7", "91419999MA009999XX")


def _person(n: int) -> tuple[str, str]:
    from dengbu.core.identifiers import make_resident_id

    return f"户主{_han(n)}", make_resident_id(
        "419998", dt.date(1950, 1, 1) + dt.timedelta(days=n // 1000), n % 1000
    )


def _han(n: int) -> str:
    return "".join("零一二三四五六七八九"[int(d)] for d in str(n))


def _bank_number() -> str:
    from dengbu.core.identifiers import make_uscc

    return make_uscc("410106", 999)


class _Folder:
    def __init__(self, folder: Path, encoding: str, stack: ExitStack):
        from dengbu.exchange.standard.tables import TABLES

        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.encoding, self.stack, self.tables = folder, encoding, stack, TABLES
        self.files: dict[str, Any] = {}

    def put(self, table: str, **row: object) -> None:
        if table not in self.files:
            path = self.folder / f"{table}.csv"
            file = self.stack.enter_context(path.open("w", encoding=self.encoding, newline=""))
            self.files[table] = csv.writer(file)
            self.files[table].writerow(f.name for f in self.tables[table])
        names = [f.name for f in self.tables[table]]
        unknown = row.keys() - set(names)
        if unknown:
            raise ValueError(f"{table} has no {unknown}")
        self.files[table].writerow(row.get(name, "") for name in names)


def write(folder: Path, homes: int, encoding: str = "utf-8") -> None:
    """Write the register of so many homes."""
    bank = _bank_number()
    with ExitStack() as stack:
        out = _Folder(folder, encoding, stack)
        for n in range(homes):
            parcel = f"410106800001GB{n // PER_PARCEL + 1:05d}"
            building = f"{parcel}F{n % PER_PARCEL // PER_BUILDING + 1:04d}"
            if n % PER_PARCEL == 0:
                _parcel(out, parcel, n)
            if n % PER_BUILDING == 0:
                out.put("ZRZ", BSM=n + 1, ZDDM=parcel, ZRZH=building, XMMC="阳光花园", JZWMC=f"{int(building[-4:])}号楼",
                        JGRQ="2015-06-30", ZCS=25, FWJG="3", ZT="1", QXDM="410106")  # fmt: skip
            _home(out, n, building, bank)


_ENTERED = {"QXDM": "410106", "DJJG": "郑州市上街区不动产登记中心", "DBR": "王登簿", "QSZT": "1"}


def _parcel(out: _Folder, parcel: str, n: int) -> None:
    land, case = parcel + "W00000000", f"TD2014{n:08d}"
    out.put("ZDJBXX", BSM=n + 1, ZDDM=parcel, BDCDYH=land, ZL="上街区金华路", ZDMJ="52345.60", MJDW="1", YT="0701",
            QLXZ="102", ZDSZD="济源路", TFH="I49G0123", ZT="1", QXDM="410106")  # fmt: skip
    out.put("JSYDSYQ", ZDDM=parcel, BDCDYH=land, YWH=case, QLLX="3", DJLX="100", DJYY="出让", SYQMJ="52345.60",
            SYQQSSJ="2014-01-01", SYQJSSJ="2083-12-31", QDJG="1234.5678", BDCQZH=f"上国用（2014）第{n + 1:06d}号",
            DJSJ="2014-02-03 10:20:30", **_ENTERED)  # fmt: skip
    out.put("QLR", BDCDYH=land, SXH=1, QLRMC="测试置业有限公司", ZJZL="7", ZJH=_bank_number(), QLRLX="2", GYFS="0",
            YWH=case)  # fmt: skip


def _home(out: _Folder, n: int, building: str, bank: str) -> None:
    unit = f"{building}{n % PER_BUILDING + 1:04d}"
    name, number = _person(n)
    where, area = f"上街区金华路{n // PER_BUILDING + 1}号楼{n % PER_BUILDING + 1}室", f"{80 + n % 60}.5"
    out.put("H", BDCDYH=unit, FWBM=f"FW{n:08d}", ZRZH=building, ZL=where, MJDW="1", SJCS=n % PER_BUILDING // 20 + 1,
            SHBW=f"{n % PER_BUILDING + 1}", FWYT1="11", SCJZMJ=area, SCTNJZMJ=f"{65 + n % 60}.10",
            SCFTJZMJ="15.40", FTTDMJ="12.3", FWXZ="0", ZT="1", QXDM="410106")  # fmt: skip
    at = dt.datetime(2016, 1, 4, 9, 0) + dt.timedelta(minutes=37 * (n % 90_000))
    if n % 10 == 3:
        _notice(out, n, unit, number, name, area, at)
    else:
        _title(out, n, unit, area, at, name, number)


def _title(out: _Folder, n: int, unit: str, area: str, at: dt.datetime, name: str, number: str) -> None:
    entered = {**_ENTERED, "DJSJ": f"{at:%Y-%m-%d %H:%M:%S}"}
    house = {"BDCDYH": unit, "QLLX": "4", "JZMJ": area, "FWXZ": "0", "FWJG": "3", "ZCS": "25",
             "TDSYQSSJ": "2014-01-01", "TDSYJSSJ": "2083-12-31"}  # fmt: skip
    if n % 20 == 5:
        was, past = f"FC2012{n:08d}", _person(n + 5_000_000)
        before = {**entered, "QSZT": "2", "DJSJ": "2012-05-06 08:09:10"}
        out.put("FDCQ2", YWH=was, DJLX="100", BDCQZH=f"郑房权证字第{n:08d}号", **house, **before)
        out.put("QLR", BDCDYH=unit, SXH=1, QLRMC=past[0], ZJZL="1", ZJH=past[1], QLRLX="1", GYFS="0", YWH=was)
    old = f"上房权证字第{n:08d}号"
    case, paper = (
        f"FC2016{n:08d}",
        old if n % 20 == 0 else f"豫（{at.year}）郑州市上街区不动产权第{n + 1:07d}号",
    )
    out.put("FDCQ2", YWH=case, DJLX="200", DJYY="买卖", FDCJYJG=f"{60 + n % 90}.25", BDCQZH=paper, FJ="业主, 自住",
            **house, **entered)  # fmt: skip
    parties = [(name, number, "")]
    if n % 50 == 7:
        parties = [(name, number, "1/3"), (*_person(n + 6_000_000), "2/3")]
    for place, (who, no, share) in enumerate(parties, start=1):
        out.put("QLR", BDCDYH=unit, SXH=place, QLRMC=who, ZJZL="1", ZJH=no, DH=f"138{n:08d}", QLRLX="1", QLBL=share,
                GYFS="2" if share else "0", GJ="142", YWH=case)  # fmt: skip
    if n % 10 == 9:
        loan = f"DY2017{n:08d}"
        out.put("DYAQ", BDCDYH=unit, YWH=loan, DYBDCLX="2", DYR=name, DYFS="1", DJLX="100", BDBZZQSE="40.5",
                DBFW="主债权", SFCZJZHXZ="0", ZWLXQSSJ="2017-01-01", ZWLXJSSJ="2037-01-01", DYSW=1,
                BDCDJZMH=f"豫（2017）郑州市上街区不动产证明第{n + 1:07d}号", **entered)  # fmt: skip
        out.put(
            "QLR",
            BDCDYH=unit,
            SXH=1,
            QLRMC=BANK[0],
            ZJZL=BANK[1],
            ZJH=_bank_number(),
            QLRLX="2",
            GYFS="0",
            YWH=loan,
        )
    if n % 100 == 50:
        out.put("CFDJ", BDCDYH=unit, YWH=f"CF2026{n:08d}", CFJG="测试法院", CFLX="1", CFWH=f"（2026）豫0106执{n}号",
                CFQSSJ="2026-01-05 09:30:00", CFJSSJ="2029-01-04 23:59:59", CFFW="整套", **entered)  # fmt: skip
    if n % 100 == 51:
        lifted = {**entered, "QSZT": "3"}
        out.put("CFDJ", BDCDYH=unit, YWH=f"CF2019{n:08d}", CFJG="测试法院", CFLX="1", CFWH=f"（2019）豫0106执{n}号",
                CFQSSJ="2019-01-05 09:30:00", CFJSSJ="2022-01-04 23:59:59", JFWH=f"（2020）豫0106执解{n}号", **lifted)  # fmt: skip
    if n % 200 == 60:
        out.put("YYDJ", BDCDYH=unit, YWH=f"YY2026{n:08d}", YYSX="认为登记簿记载的权利人有误", **entered)


def _notice(out: _Folder, n: int, unit: str, number: str, name: str, area: str, at: dt.datetime) -> None:
    case = f"YG2018{n:08d}"
    out.put("YGDJ", BDCDYH=unit, YWH=case, YWR="测试置业有限公司", YWRZJZL="7", YWRZJH=_bank_number(), YGDJZL="1",
            DJLX="700", JZMJ=area, QDJG="88.8", JYHTH=f"HT{n:08d}",
            BDCDJZMH=f"豫（2018）郑州市上街区不动产证明第{n + 1:07d}号", **{**_ENTERED, "DJSJ": f"{at:%Y-%m-%d %H:%M:%S}"})  # fmt: skip
    out.put("QLR", BDCDYH=unit, SXH=1, QLRMC=name, ZJZL="1", ZJH=number, QLRLX="1", GYFS="0", YWH=case)


def main() -> int:
    write(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
