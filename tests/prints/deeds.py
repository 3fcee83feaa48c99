"""Filled-in certificate and proof."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from dengbu.certificates.prints import CertificatePage, ProofPage, UnitLine
from tests.prints.samples import PLACE, UNIT, head

CERTIFICATE_NO = "豫（2026）上街区不动产权第0006812号"
PROOF_NO = "豫（2026）上街区不动产证明第0003309号"


def deed(**changes: Any) -> CertificatePage:
    given: dict[str, Any] = {
        "head": head(number=CERTIFICATE_NO),
        "certificate_number": CERTIFICATE_NO,
        "blank_serial": "41010628040",
        "holders": ("许文静", "王海涛"),
        "co_ownership": "按份共有（许文静 50%，王海涛 50%）",
        "location": PLACE,
        "unit_code": UNIT,
        "right_kind": "国有建设用地使用权/房屋所有权",
        "right_nature": "出让/市场化商品房",
        "use": "城镇住宅用地/成套住宅",
        "area": "共有宗地面积28416.73㎡/房屋建筑面积98.52㎡",
        "term": "国有建设用地使用权 2009年6月18日起 2079年6月17日止",
        "other_facts": (
            "房屋结构：钢筋混凝土结构",
            "专有建筑面积：81.36㎡，分摊建筑面积：17.16㎡",
            "房屋总层数：18层，所在层：第8层",
            "房屋竣工时间：2012年9月30日",
            "持证人：许文静，持有份额：50%",
        ),
        "notes": ("原不动产权证书：豫（2019）上街区不动产权第0001842号。", "登记原因：买卖。"),
        "registered_on": dt.date(2026, 12, 1),
        "plan_facts": (("宗地代码", UNIT[:19]), ("比例尺", "1:1000")),
    }
    return CertificatePage(**(given | changes))


def evidence(**changes: Any) -> ProofPage:
    given: dict[str, Any] = {
        "head": head(number=PROOF_NO),
        "proof_number": PROOF_NO,
        "blank_serial": "41010618077",
        "right_or_matter": "抵押权",
        "holders": ("上街农村商业银行股份有限公司",),
        "obligors": ("许文静", "王海涛"),
        "location": PLACE,
        "unit_code": UNIT,
        "other_facts": (
            "抵押方式：一般抵押",
            "被担保主债权数额：65.0000万元",
            "债务履行期限：2026年12月1日起 2056年11月30日止",
            "担保范围：主债权及利息、违约金、损害赔偿金和实现抵押权的费用",
            "是否存在禁止或限制转让抵押不动产的约定：是",
        ),
        "notes": ("抵押顺位：第一顺位。",),
        "registered_on": dt.date(2026, 12, 1),
    }
    return ProofPage(**(given | changes))


def units(count: int = 60) -> tuple[UnitLine, ...]:
    """A list of units that needs several sheets."""
    return tuple(
        UnitLine(f"{UNIT[:24]}{n:04d}", f"上街区淮阳路21号院6号楼{n}室", "成套住宅", f"{90 + n / 100:.2f}")
        for n in range(1, count + 1)
    )


def whole(**changes: Any) -> CertificatePage:
    """One certificate of a whole project, with the list of its units."""
    return deed(
        holders=("河南乌云房地产开发有限公司",), co_ownership="单独所有", location=f"{PLACE}等60处，见附页不动产单元清单",
        unit_code="见附页不动产单元清单，共60个", area="共有宗地面积 28416.73㎡/房屋建筑面积合计 5418.30㎡",
        other_facts=("项目名称：试验花园", "本证附不动产单元清单，现有60个不动产单元；各单元的状况以登记簿为准。"),
        notes=("登记原因：商品房首次登记。",), **({"units": units()} | changes),
    )  # fmt: skip


def works(**changes: Any) -> ProofPage:
    """One proof of a works-in-progress mortgage, with the list of its units."""
    return evidence(
        right_or_matter="在建建筑物抵押权", obligors=("河南乌云房地产开发有限公司",),
        location=f"{PLACE}等60处，见附页不动产单元清单", unit_code="见附页不动产单元清单，共60个",
        **({"units": tuple(replace(u, rank="第二顺位") for u in units())} | changes),
    )  # fmt: skip
