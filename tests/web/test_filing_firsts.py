"""Filing on land and on what is not in the book yet: who built, who was renamed."""

from __future__ import annotations

from typing import Any

from dengbu.cases.models import Case, CaseParty
from dengbu.project.demo.candidates import planned
from dengbu.register import effects as fx
from tests.register.homes import LAND, PARCEL, Given, put
from tests.surveys.made_up import checked, table
from tests.web.examples import browser, operator, saved
from tests.web.examples import person as account
from tests.web.filers import begin


def test_who_built_together_hold_the_house_as_they_hold_the_land(own_demo_database: Any) -> None:
    first, second = (c.owner for c in planned("P21")[:2])
    facts = {"location": "试验路1号", "area_m2": "1000.00"}
    holders = tuple(
        fx.HolderIn(p.name, "resident_id", p.number, n) for n, p in enumerate((first, second), start=1)
    )
    put(
        Given(
            (LAND,),
            lambda _: [
                fx.OpenParcel(PARCEL, facts | {"land_use": "urban_residential", "right_nature": "granted"}),
                fx.Open(LAND, PARCEL, None, facts | {"use": "urban_residential"}),
                fx.Grant("land_use", LAND, holders, {"nature": "granted"}, coownership="by_share",
                         share_denominator=3),
            ],
        )
    )  # fmt: skip
    checked(table(1, kind="house"), kind="house", number="FW-9")
    filer = begin(browser(account(first.number)), "my", "p21")
    saved(filer.post("property/", survey="FW-9"))
    page = filer.get("parties/").content.decode()
    assert "来自登记簿" in page and "份额" not in page, "nothing is asked that the land says"
    saved(filer.post("parties/", do="save"))
    terms = Case.objects.get(pk=filer.docket).filed["terms"]
    assert (terms["coownership"], terms["share_denominator"]) == ("by_share", 3)
    builders = CaseParty.objects.filter(case_id=filer.docket).order_by("ordinal")
    assert [(p.name, p.share_numerator) for p in builders] == [(first.name, 1), (second.name, 2)]
    saved(filer.post("reason/", completed_on="2026-10-01", units="", do="save"))
    assert filer.get("").status_code == 200, "no other house on the land"


def test_nobody_need_be_named_who_was_not_renamed(own_demo_database: Any) -> None:
    land = planned("D02")[0]
    filer = begin(browser(operator(land.owner.number)), "dev", "d02")
    saved(filer.post("property/", unit_code=land.unit_code))
    assert "没有的，不用填写" in filer.get("parties/").content.decode()
    half = filer.post("parties/", **{"buyer-0-name": "某公司"}, do="save")
    assert half.status_code == 422 and "证件号码" in half.content.decode()
    saved(filer.post("parties/", do="save"))
    roles = CaseParty.objects.filter(case_id=filer.docket).values_list("role", flat=True)
    assert list(roles) == ["holder"]
