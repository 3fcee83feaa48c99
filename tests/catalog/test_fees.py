import datetime as dt

import pytest

from dengbu.catalog.fees import CERTIFICATE_ITEM, FeeFacts, FeeUnit, assess
from dengbu.catalog.policy import fee_standards
from dengbu.core.refusals import Refused
from dengbu.core.vocabulary import HouseNature, HouseUse

BEFORE, AFTER, LATER = dt.date(2019, 6, 30), dt.date(2019, 7, 1), dt.date(2019, 8, 1)
FLAT = FeeUnit("A", HouseUse.DWELLING)
SHOP = FeeUnit("A", HouseUse.COMMERCIAL)
SHOP_B = FeeUnit("B", HouseUse.COMMERCIAL)
PARKING = FeeUnit("A", HouseUse.PARKING)
ATTACHED = FeeUnit("A", HouseUse.STORAGE, own_certificate=False)
LAND = FeeUnit("A", None)


def bill(rule, day, *units, **facts):
    return assess(FeeFacts(rule, day, units, **facts), fee_standards())


@pytest.mark.parametrize(
    ("rule", "day", "units", "facts", "yuan", "payer"),
    [
        pytest.param(
            "FEE_TRANSFER", LATER, [FLAT], {"certificates": 2}, 90, "right_holder", id="sale-two-certificates"
        ),
        pytest.param("FEE_TRANSFER", LATER, [FLAT], {}, 80, "right_holder", id="sale-one-certificate"),
        pytest.param("FEE_TRANSFER", LATER, [SHOP], {}, 550, "right_holder", id="shop-sale"),
        pytest.param(
            "FEE_TRANSFER",
            LATER,
            [SHOP],
            {"claimed": frozenset({"EX_SMALL"})},
            0,
            "right_holder",
            id="shop-small-firm",
        ),
        pytest.param(
            "FEE_TRANSFER",
            LATER,
            [SHOP],
            {"claimed": frozenset({"EX_SMALL"}), "certificates": 2},
            10,
            "right_holder",
            id="small-firm-pays-the-second-certificate",
        ),
        pytest.param("FEE_COUPLE", LATER, [FLAT], {}, 10, "right_holder", id="spouse-joint-certificate"),
        pytest.param(
            "FEE_COUPLE", LATER, [FLAT], {"certificates": 2}, 20, "right_holder", id="spouse-two-certificates"
        ),
        pytest.param(
            "FEE_CHANGE", BEFORE, [FLAT], {"detail": "name"}, 40, "right_holder", id="name-change-before"
        ),
        pytest.param(
            "FEE_CHANGE", AFTER, [FLAT], {"detail": "name"}, 0, "right_holder", id="name-change-after"
        ),
        pytest.param("FEE_CHANGE", BEFORE, [FLAT], {}, 80, "right_holder", id="other-change-before"),
        pytest.param("FEE_CORRECT", BEFORE, [FLAT], {}, 40, "applicant", id="correction-before"),
        pytest.param("FEE_CORRECT", AFTER, [FLAT], {}, 0, "applicant", id="correction-after"),
        pytest.param("FEE_TRANSFER", BEFORE, [PARKING], {}, 550, "right_holder", id="parking-before"),
        pytest.param("FEE_TRANSFER", AFTER, [PARKING], {}, 80, "right_holder", id="parking-after"),
        pytest.param(
            "FEE_TRANSFER", AFTER, [FLAT, ATTACHED], {}, 80, "right_holder", id="flat-with-its-storage"
        ),
        pytest.param(
            "FEE_TRANSFER", AFTER, [ATTACHED], {}, 0, "right_holder", id="storage-on-the-flats-certificate"
        ),
        pytest.param("FEE_MTG", LATER, [FLAT], {}, 80, "mortgagee", id="bank-mortgage"),
        pytest.param(
            "FEE_MTG", LATER, [FLAT, FLAT, FLAT], {}, 80, "mortgagee", id="three-flats-one-parcel-one-loan"
        ),
        pytest.param(
            "FEE_MTG",
            LATER,
            [FLAT, FLAT, FLAT, SHOP_B],
            {},
            630,
            "mortgagee",
            id="three-flats-and-a-shop-two-parcels",
        ),
        pytest.param("FEE_MTG", LATER, [FLAT, SHOP], {}, 550, "mortgagee", id="mixed-use-on-one-parcel"),
        pytest.param(
            "FEE_TRANSFER", LATER, [FLAT, FLAT], {"certificates": 2}, 160, "right_holder", id="two-flats"
        ),
        pytest.param("FEE_OBJ", LATER, [SHOP], {}, 275, "objector", id="objection-shop"),
        pytest.param("FEE_OBJ", LATER, [FLAT], {}, 40, "objector", id="objection-flat"),
        pytest.param("FEE_CERT10", LATER, [FLAT], {}, 10, "right_holder", id="lost-certificate"),
        pytest.param("FEE_ZERO", LATER, [FLAT], {}, 0, "nobody", id="notice"),
        pytest.param("FEE_LAND_FIRST", LATER, [LAND], {}, 550, "right_holder", id="land-first"),
        pytest.param("FEE_MTG_CHANGE", AFTER, [FLAT], {}, 0, "mortgagee", id="mortgage-change-after"),
        pytest.param(
            "FEE_CHANGE",
            AFTER,
            [FLAT],
            {"claimed": frozenset({"EX_ADDR"}), "certificates": 3},
            0,
            "right_holder",
            id="re-zoning-waives-certificates-too",
        ),
    ],
)
def test_the_fee_is_what_the_standard_of_the_day_says(rule, day, units, facts, yuan, payer):
    found = bill(rule, day, *units, **facts)
    assert found.total_fen == yuan * 100
    assert found.payer == payer
    assert found.total_fen == sum(line.amount_fen for line in found.lines)
    assert found.is_free == (yuan == 0)


def test_a_free_case_prints_why():
    small = bill("FEE_TRANSFER", LATER, SHOP, claimed=frozenset({"EX_SMALL"}))
    assert small.exemption == "EX_SMALL"
    assert small.lines[0].note == small.exemption_name
    assert small.lines[0].each_fen == 55_000  # what would have been due stands beside it
    notice = bill("FEE_ZERO", LATER, FLAT)
    assert (notice.exemption, notice.exemption_name) == (
        "NOT_CHARGED",
        "注销、查封和其他限制、预告登记不收登记费",
    )
    assert len(notice.lines) == 1
    assert bill("FEE_TRANSFER", LATER, FLAT).exemption == ""


def test_an_affordable_home_is_free_for_its_owner_but_not_for_the_bank():
    home = FeeUnit("A", HouseUse.DWELLING, HouseNature.AFFORDABLE)
    assert bill("FEE_TRANSFER", LATER, home).exemption == "EX_SOCIAL"
    assert bill("FEE_MTG", LATER, home).total_fen == 8000


def test_a_homestead_pays_for_its_certificates_only():
    found = bill("FEE_FIRST", LATER, FLAT, certificates=2, claimed=frozenset({"EX_HOMESTEAD"}))
    assert found.total_fen == 2000


def test_the_bank_pays_although_the_mortgagor_is_small_unless_the_office_says_otherwise():
    """corrections 20."""
    facts = FeeFacts("FEE_MTG", LATER, (SHOP,), small_mortgagor=True)
    assert assess(facts, fee_standards()).total_fen == 55_000
    milder = [s.model_copy(update={"small_mortgagor_exempts": True}) for s in fee_standards()]
    assert assess(facts, milder).total_fen == 0


def test_mixed_use_on_one_parcel_follows_the_local_rule():
    each = [s.model_copy(update={"mixed_parcel": "each_use"}) for s in fee_standards()]
    assert assess(FeeFacts("FEE_MTG", LATER, (FLAT, SHOP)), each).total_fen == 63_000


def test_the_bill_names_its_lines_and_its_standard():
    found = bill("FEE_TRANSFER", LATER, FLAT, certificates=2)
    assert [(line.item, line.quantity, line.amount_fen) for line in found.lines] == [
        ("不动产登记费", 1, 8000),
        (CERTIFICATE_ITEM, 1, 1000),
    ]
    assert (found.standard, found.payer_label, found.rule) == ("2019-07-01", "权利人", "FEE_TRANSFER")


@pytest.mark.parametrize(
    ("rule", "day", "units", "facts", "code"),
    [
        ("FEE_TRANSFER", dt.date(2016, 12, 5), [FLAT], {}, "FEE_STANDARD_UNKNOWN"),
        ("FEE_MISSPELT", LATER, [FLAT], {}, "FEE_RULE_UNKNOWN"),
        ("FEE_TRANSFER", LATER, [], {}, "FEE_NO_UNIT"),
        ("FEE_TRANSFER", LATER, [FLAT], {"claimed": frozenset({"EX_FRIEND"})}, "FEE_EXEMPTION_UNKNOWN"),
    ],
)
def test_a_fee_nobody_can_know_is_refused(rule, day, units, facts, code):
    with pytest.raises(Refused) as caught:
        bill(rule, day, *units, **facts)
    assert caught.value.codes == (code,)
    assert caught.value.refusals[0].remedy
