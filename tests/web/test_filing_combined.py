"""Several entries for one application: begun by one side, confirmed by all others, entered in one act or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from dengbu.cases.actions import desk, filing
from dengbu.cases.actions.desk import accepting
from dengbu.cases.models import Case, CaseParty
from dengbu.certificates.models import Certificate
from dengbu.core import crypto
from dengbu.core.acts import Actor, act, system
from dengbu.core.refusals import Conflict, NotPermitted, Refusal, Refused
from dengbu.parties.models import Operator, ServiceAgreement
from dengbu.payments.models import FeeBill
from dengbu.register.models import Entry
from dengbu.register.queries import unit_book
from dengbu.register.verify import verify
from tests.web.combined import BEGUN, NAME, USCC, Begun, choose_home, file_combined, home_for, submitted
from tests.web.examples import Examples, acting, operator, speaker_of, staff
from tests.web.filers import (
    as_user,
    begin,
    errors_of,
    hidden,
    operator_of,
    party_fields,
    person,
    text_of,
    upload_everything,
)

pytestmark = pytest.mark.usefixtures("module_demo_database")

ROAD = ("submitted", "under_review", "preapproved", "checked")
ENTERED = {
    "C01": ["P01", "B01"],
    "C02": ["P01", "B06", "B01"],
    "C03": ["D06", "B08"],
    "C04": ["D09", "B09"],
    "C05": ["B12", "D06", "B08"],
}
# What is handed out, and to whom; what is to be paid, in 分.
PAPERS = {
    "C01": ([("certificate", "buyer"), ("proof", "bank1")], 16000),
    "C02": ([("certificate", "buyer"), ("proof", "bank2")], 16000),
    "C03": ([("proof", "bank1"), ("proof", "buyer")], 0),
    "C04": ([("certificate", "buyer"), ("proof", "bank1")], 16000),
    "C05": ([("proof", "bank2"), ("proof", "buyer")], 0),
}


@act("test.by_hand")
def by_hand(*, actor: Actor, do: Callable[[], object]) -> None:
    """Something that no page does: only to see what follows from it."""
    do()


def at_the_desk(docket: uuid.UUID) -> Case:
    """Confirmed by everybody, reviewed and checked at the window."""
    road = Examples()
    for step in ROAD:
        getattr(road, f"_to_{step}")(Case.objects.get(pk=docket))
    return Case.objects.get(pk=docket)


def accept(docket: uuid.UUID) -> None:
    desk.accept(actor=acting(staff("accept1")), docket_id=docket)


@pytest.mark.parametrize("code", sorted(BEGUN))
def test_every_combined_type_is_filed_confirmed_by_all_and_entered_in_one_act(code: str) -> None:
    home = home_for(code)
    docket = submitted(code, home)
    assert Case.objects.get(pk=docket).state == "awaiting_parties"
    assert (
        Case.objects.get(pk=docket).client
        == {"my": "person", "bank": "bank", "dev": "developer"}[BEGUN[code].portal]
    )
    at_the_desk(docket)
    accept(docket)
    entries = list(Entry.objects.filter(docket_id=docket).order_by("pk"))
    assert [e.registration_type for e in entries] == ENTERED[code]
    assert len({e.instant for e in entries}) == 1
    assert home.buyer is not None
    who = {"buyer": home.buyer.name, **NAME}
    papers, fee = PAPERS[code]
    made = Certificate.objects.filter(docket_id=docket).values_list("kind", "holder_names")
    assert sorted(made) == sorted((kind, who[holder]) for kind, holder in papers)
    bill = FeeBill.objects.get(docket_id=docket)
    assert bill.total_fen == fee
    if fee:
        assert {x["note"] for x in bill.lines if x["amount_fen"]} == {f"由{who[h]}缴纳" for _, h in papers}
    assert Case.objects.get(pk=docket).state == "registered"
    assert verify().ok


def test_where_the_second_part_is_refused_nothing_is_entered() -> None:
    home = home_for("C01", 1)
    docket = at_the_desk(submitted("C01", home)).pk
    entries = Entry.objects.count()
    case = Case.objects.get(pk=docket)
    case.filed["terms"]["amount_fen"] = None  # the sale alone would still be lawful
    by_hand(actor=system("test"), do=case.save)
    with pytest.raises(Refused) as refused:
        accept(docket)
    assert refused.value.codes == ("F_AMOUNT",)
    nothing_entered(docket, home.unit_code, home.owner.number, entries)


def test_where_the_act_breaks_after_the_book_was_written_nothing_is_entered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = home_for("C01", 2)
    docket = at_the_desk(submitted("C01", home)).pk
    entries = Entry.objects.count()

    def broken(*args: object, **kwargs: object) -> None:
        assert Entry.objects.filter(docket_id=docket).count() == 2  # both parts stood in the book by then
        raise Refused(Refusal("TEST", "没有证号了。"))

    monkeypatch.setattr(accepting, "number", broken)
    with pytest.raises(Refused):
        accept(docket)
    nothing_entered(docket, home.unit_code, home.owner.number, entries)


def nothing_entered(docket: uuid.UUID, unit: str, owner: str, entries: int) -> None:
    assert Entry.objects.count() == entries
    book = unit_book(unit)
    assert book is not None and book.ownership is not None
    assert book.ownership.held_by(crypto.index(owner)) and not book.mortgages
    assert not Certificate.objects.filter(docket_id=docket).exists()
    assert not FeeBill.objects.filter(docket_id=docket).exists()
    assert Case.objects.get(pk=docket).state == "preapproved"


def test_a_bank_may_begin_a_sale_with_its_loan_and_is_chosen_already() -> None:
    home = home_for("C01", 3)
    filer = begin(operator_of(USCC["bank1"]), "bank", "c01")
    choose_home(filer, home)
    page = text_of(filer.get("parties/"))
    assert f"selected>{NAME['bank1']}" in page
    docket = submitted("C01", home, Begun("bank", "bank1", "bank1", BEGUN["C01"].answers))
    waiting = CaseParty.objects.filter(case_id=docket, confirmed_at=None)
    assert sorted(p.role for p in waiting) == ["buyer", "seller"]


def test_a_bank_whose_agreement_ran_out_cannot_be_chosen_and_a_lender_must_be() -> None:
    home = home_for("C01", 4)
    filer = file_combined("C01", home)
    theirs = ServiceAgreement.objects.filter(organisation__uscc=USCC["bank2"])
    by_hand(actor=system("test"), do=lambda: theirs.update(valid_until="2026-01-01"))
    drawn = text_of(filer.get("parties/"))
    assert NAME["bank1"] in drawn and NAME["bank2"] not in drawn
    answer = filer.post("parties/", **party_fields(filer.get("parties/")), coownership="sole", do="save")
    assert errors_of(answer) == [("#id_mortgagee-organisation", "请选择抵押权人")]
    by_hand(actor=system("test"), do=lambda: theirs.update(valid_until="2030-01-01"))


def test_the_old_mortgage_is_named_by_whoever_begins_without_its_amount() -> None:
    """The buyer does not see what the seller owes; the seller does."""
    home = home_for("C02", 1)
    assert home.buyer is not None
    for who, seen in ((home.buyer, False), (home.owner, True)):
        filer = begin(person(who.number), "my", "c02")
        page = choose_home(filer, home)
        assert "第 1 顺位抵押权" in page
        assert ("债权数额" in page) == seen


@pytest.mark.parametrize(
    ("mode", "lender", "entered"),
    [
        ("staged", "bank2", ["P01", "B01"]),
        ("changed", "bank2", ["P01", "B05", "B04"]),
        ("changed", "", ["P01", "B04"]),
    ],
)
def test_a_home_passes_with_its_mortgage_on_in_the_other_ways(
    mode: str, lender: str, entered: list[str]
) -> None:
    home = home_for("C02", {"staged": 1, "changed": 2 if lender else 3}[mode])
    loan = BEGUN["C02"].answers if mode == "staged" else {"debtor": "买方"}
    docket = submitted("C02", home, Begun("my", "owner", lender, {**loan, "mode": mode}))
    at_the_desk(docket)
    accept(docket)
    made = Entry.objects.filter(docket_id=docket).order_by("pk").values_list("registration_type", flat=True)
    assert list(made) == entered
    book = unit_book(home.unit_code)
    assert book is not None
    assert [m.holders[0].name for m in book.mortgages] == (
        [NAME["bank1"], NAME["bank2"]] if mode == "staged" else [NAME[lender or "bank1"]]
    )
    assert verify().ok


def test_a_bank_confirms_at_its_own_portal_and_only_that_bank() -> None:
    docket = submitted("C01", home_for("C01", 5))
    party = CaseParty.objects.get(case_id=docket, role="mortgagee")
    address = f"/bank/confirm/{party.invite_token}/"
    assert address in text_of(operator_of(USCC["bank1"]).get("/bank/"))
    assert address not in text_of(operator_of(USCC["bank2"]).get("/bank/"))
    assert operator_of(USCC["bank2"]).get(address).status_code == 403
    with pytest.raises(NotPermitted):
        filing.confirm(actor=acting(operator(USCC["bank2"])), docket_id=docket, declared=True)
    bank = operator_of(USCC["bank1"])
    drawn = bank.get(address)
    assert "一次申请，办理2项登记" in text_of(drawn) and "伍拾万元整" in text_of(drawn)
    form = {"key": hidden(drawn, "key"), "docket": str(docket), "do": "agree", "declared": "on"}
    assert bank.post(address, form).status_code == 303
    party.refresh_from_db()
    assert party.confirmed_at is not None
    assert bank.get(f"/bank/cases/{docket}/").status_code == 200


def test_an_operator_who_may_only_look_confirms_nothing() -> None:
    docket = submitted("C01", home_for("C01", 6))
    party = CaseParty.objects.get(case_id=docket, role="mortgagee")
    looking = Operator.objects.filter(organisation_id=party.organisation_id, active=True).last()
    assert looking is not None
    account = Operator.objects.filter(pk=looking.pk)
    by_hand(actor=system("test"), do=lambda: account.update(may_submit=False))
    with pytest.raises(NotPermitted):
        filing.confirm(actor=acting(looking.user), docket_id=docket, declared=True)
    by_hand(actor=system("test"), do=lambda: account.update(may_submit=True))


def test_what_a_bank_sends_back_goes_to_who_filed_it_and_the_link_is_used_up() -> None:
    docket = submitted("C01", home_for("C01", 7))
    party = CaseParty.objects.get(case_id=docket, role="mortgagee")
    bank = acting(speaker_of(party))
    filing.disagree(actor=bank, docket_id=docket, reason="数额不对")
    case = Case.objects.get(pk=docket)
    assert case.state == "draft" and case.filed["disagreed"] == {"who": NAME["bank1"], "why": "数额不对"}
    assert as_user(speaker_of(party)).get(f"/bank/confirm/{party.invite_token}/").status_code == 410
    with pytest.raises(Conflict):
        filing.confirm(actor=bank, docket_id=docket, declared=True)


def test_a_company_without_an_account_is_told_before_it_is_asked() -> None:
    """Nobody could confirm for it: the application is not sent to wait in vain."""
    filer = file_combined("C01", home_for("C01", 8))
    lender = CaseParty.objects.filter(case_id=filer.docket, role="mortgagee")
    by_hand(actor=system("test"), do=lambda: lender.update(organisation_id=None))
    upload_everything(filer)  # its licence is asked for now
    answer = filer.post("check/", declared="on")
    assert answer.status_code == 422 and "还没有本平台的机构账号" in text_of(answer)
    assert filer.case.state == "draft"


def test_each_type_begins_only_at_the_portals_of_its_sides() -> None:
    who = {
        "my": person(home_for("C01").owner.number),
        "bank": operator_of(USCC["bank1"]),
        "dev": operator_of(USCC["dev2"]),
    }
    begun = {
        code: [
            portal
            for portal, client in who.items()
            if "不能在这里办理" not in text_of(client.get(f"/{portal}/apply/{code.lower()}/start"))
        ]
        for code in ENTERED
    }
    both = ["bank", "dev"]
    assert begun == {"C01": ["my", "bank"], "C02": ["my", "bank"], "C03": both, "C04": both, "C05": both}  # fmt: skip
