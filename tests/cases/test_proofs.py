"""What stands on a proof, by the kind of right or matter it proves."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dengbu.cases.documents import proofs
from dengbu.catalog.registrations.periods import end_of_day
from dengbu.register.rules import RightFact
from tests.catalog.made_up import BANK, OTHER, WANG, book, restriction, right

LOAN: dict[str, Any] = {
    "amount_fen": 50_000_000, "debt_from": "2026-11-23", "debt_until": "2046-11-23", "scope": "主债权",
    "transfer_limited": False, "mortgagors": ["LI"],
}  # fmt: skip
MAXIMUM = right("mortgage", BANK, mortgage_kind="maximum", **LOAN)
FIXED = right(
    "mortgage", BANK, mortgage_kind="maximum", fixed_amount_fen=30_000_000, fixed_on="2026-11-21", **LOAN
)
LIVES = right("residence", WANG, term="until", until="2046-11-23", part="整套住宅", paid=False, may_let=False,
              owners=["LI"])  # fmt: skip


@pytest.mark.parametrize(
    ("one", "matter", "against", "says"),
    [
        (right("mortgage", BANK, **LOAN), "抵押权", ("LI",), "抵押方式：一般抵押"),
        (right("mortgage", BANK, thing="works_in_progress", **LOAN), "在建建筑物抵押权", ("LI",), "被担保主债权数额"),
        (MAXIMUM, "抵押权", ("LI",), "最高债权额：500,000.00元"),
        (MAXIMUM, "抵押权", ("LI",), "债权确定期间：2026年11月23日起 2046年11月23日止"),
        (FIXED, "抵押权", ("LI",), "确定的债权数额：300,000.00元（2026年11月21日）"),
        (right("advance_notice", WANG, notice_kind="presale", price_fen=86_000_000, obligor="开发公司"),
         "预售商品房买卖预告登记", ("开发公司",), "取得价格：860,000.00元"),
        (right("advance_notice", BANK, notice_kind="mortgage", obligor="LI", **(LOAN | {"mortgagors": None})),
         "其它不动产抵押权预告登记", ("LI",), "是否存在禁止或限制转让抵押不动产的约定：否"),
        (LIVES, "居住权", ("LI",), "居住期限：至2046年11月23日止"),
        (LIVES, "居住权", ("LI",), "可否出租：不得出租"),
    ],
)  # fmt: skip
def test_a_proof_says_what_it_proves_against_whom_and_what_of_it(
    one: RightFact, matter: str, against: tuple[str, ...], says: str
) -> None:
    assert (proofs.matter(one), proofs.obligors(one)) == (matter, against)
    assert any(line.startswith(says) for line in proofs.lines(one))


def test_a_notice_of_a_purchase_says_nothing_of_a_debt() -> None:
    notice = right("advance_notice", WANG, notice_kind="sale", price_fen=100, obligor="LI")
    assert not any("债权" in line for line in proofs.lines(notice))


def test_the_proof_of_an_objection_names_its_last_day_or_the_suit() -> None:
    until = end_of_day(dt.date(2026, 12, 8))
    one = restriction("objection", until, party_name="OTHER", party_index=OTHER, note="权利人：是我的")
    the_book = book(restrictions=(one,))
    assert proofs.restriction(the_book, one.public_id) == one
    said = proofs.of_objection(the_book, one)
    assert (said["right_or_matter"], said["holders"], said["obligors"]) == ("异议登记", ("OTHER",), ("LI",))
    assert said["other_facts"] == (
        "异议事项：权利人：是我的",
        "期限：至2026年12月8日止，期限内须起诉或申请仲裁",
    )
    sued = restriction("objection", None, document_no="（2026）民初1号", note="权利人：是我的")
    assert "（2026）民初1号" in proofs.of_objection(the_book, sued)["other_facts"][1]
