"""corrections 27: developers' types serve other enterprises, banks' types other lenders; the kind of licence is data."""

from __future__ import annotations

import datetime as dt

import pytest

from dengbu.catalog.licences import fronts_of, lending, licence_of, not_with_it
from dengbu.catalog.policy.policy import licences_on
from dengbu.catalog.registrations import TYPES
from dengbu.core.vocabulary import Client

DAY = dt.date(2026, 11, 20)
LAND = ("D01", "D02", "D03", "D04")  # what a factory needs: its land and its own buildings
BANKS = sorted(code for code, kind in TYPES.items() if Client.BANK in kind.fronts())
DEVELOPERS = sorted(code for code, kind in TYPES.items() if Client.DEVELOPER in kind.fronts())


def files(kind: str, licence: str) -> list[str]:
    found = licence_of(kind, licence, DAY)
    return sorted(code for code, one in TYPES.items() if fronts_of(found, one))


@pytest.mark.parametrize(
    ("kind", "licence", "filed"),
    [
        ("developer", "房地产开发企业资质证书", DEVELOPERS),
        ("bank", "金融许可证", BANKS),
        ("enterprise", "营业执照", sorted({*LAND, *BANKS})),
        ("enterprise", "小额贷款公司经营许可", sorted({*LAND, *BANKS})),
        ("enterprise", "融资担保业务经营许可证", sorted({*LAND, *BANKS})),
        ("enterprise", "事业单位法人证书", sorted({*LAND, *BANKS})),
        # filed before there was a list: by its kind
        ("developer", "营业执照", DEVELOPERS),
        ("bank", "", BANKS),
    ],
)
def test_the_licence_an_organisation_filed_with_says_what_it_applies_for(
    kind: str, licence: str, filed: list[str]
) -> None:
    """corrections 27."""
    assert files(kind, licence) == filed


def test_a_lender_without_a_financial_licence_applies_as_a_bank_and_a_factory_as_a_developer() -> None:
    """corrections 27."""
    firm = licence_of("enterprise", "小额贷款公司经营许可", DAY)
    assert fronts_of(firm, TYPES["B01"]) == ("bank",) == fronts_of(firm, TYPES["C01"])
    assert fronts_of(firm, TYPES["D01"]) == ("developer",)
    assert fronts_of(firm, TYPES["D09"]) == () == fronts_of(firm, TYPES["P01"])
    assert fronts_of(licence_of("developer", "", DAY), TYPES["C03"]) == ("developer",)
    assert fronts_of(licence_of("unknown", "", DAY), TYPES["D01"]) == ()


def test_a_refusal_names_the_licence_the_type_and_who_applies() -> None:
    """corrections 27."""
    refusal = not_with_it(licence_of("developer", "", DAY), TYPES["B01"], DAY)
    assert refusal.code == "ORG_LICENCE" and TYPES["B01"].name in refusal.message
    assert "房地产开发企业资质证书" in refusal.message
    assert (
        "小额贷款公司" in refusal.remedy and "更新备案" in refusal.remedy and "开发企业" not in refusal.remedy
    )


def test_whoever_may_lend_may_be_chosen_as_the_lender_of_a_combined_case() -> None:
    """corrections 27."""
    assert lending(DAY) == {(x.kind, x.name) for x in licences_on(DAY) if x.kind != "developer"}
    assert licences_on(dt.date(2015, 2, 28)) == ()
