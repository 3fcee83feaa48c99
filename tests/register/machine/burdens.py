"""Plays of what burdens a home: mortgages, notices, residence rights."""

from __future__ import annotations

from dataclasses import replace

from dengbu.catalog.registrations import Filed
from tests.register.filing import by

from .scene import BANKS, LOAN, Scene, all_of, day
from .titles import OLD, mortgaged, owned, planned, there, with_loan

PURCHASES, LOANS = ("presale", "sale"), ("presale_mortgage", "mortgage")


def bank(s: Scene, role: str = "mortgagee"):
    return by(role, s.pick(BANKS))


def works(s: Scene):
    return [m for m in s.rights("mortgage") if m.terms.get("thing") == "works_in_progress"]


def open_maximum(s: Scene):
    return [m for m in s.rights("mortgage")
            if m.terms.get("mortgage_kind") == "maximum" and "fixed_on" not in m.terms]  # fmt: skip


def building(s: Scene) -> bool:
    return planned(s) and there(s)


def loan(s: Scene) -> Filed:
    limited = s.pick((False, True))
    return s.filed(*all_of("mortgagor", s.book.title), bank(s), **{**LOAN, "transfer_limited": limited})


def maximum(s: Scene) -> Filed:
    return s.filed(*all_of("mortgagor", s.book.title), bank(s), **LOAN, earlier_claims=False)


def works_loan(s: Scene) -> Filed:
    return s.filed(*all_of("mortgagor", s.land), bank(s), **LOAN, progress="主体完工", units=[])


def changed(s: Scene) -> Filed:
    right = s.pick(s.rights("mortgage"))
    who = (*all_of("mortgagor", s.book.title), *all_of("mortgagee", right))
    terms = s.pick((
        {"change": "content", "new_amount_fen": 6_000_000}, {"change": "content", "new_debt_until": "2040-01-01"},
        {"change": "rank", "with_rank": 2}, {"change": "rank", "with_rank": 1},
        {"change": "name", "whose": "mortgagor", "new_mortgagor": "新名"},
    ))  # fmt: skip
    return s.filed(*who, right=str(right.public_id), **terms)


def passes(s: Scene) -> Filed:
    right = s.pick(s.rights("mortgage"))
    new = s.pick([b for b in BANKS if not right.held_by(by("", b).number_index)] or BANKS)
    part = {"part": True, "part_fen": 1_000_000} if s.pick((False, True)) else {"part": False}
    return s.filed(
        *all_of("old_bank", right),
        by("mortgagee", new),
        right=str(right.public_id),
        claim_no="Z1",
        notified=True,
        **part,
    )


def about(s: Scene, rights, role: str, **terms) -> Filed:
    right = s.pick(rights)
    return s.filed(*all_of(role, right), right=str(right.public_id), **terms)


def fixed(s: Scene) -> Filed:
    right = s.pick(open_maximum(s))
    return s.filed(
        *all_of("mortgagor", s.book.title), *all_of("mortgagee", right), right=str(right.public_id), ground="no_more",
        fixed_amount_fen=1000, fixed_on="2026-10-01",
    )  # fmt: skip


def converted(s: Scene) -> Filed:
    right = s.pick(works(s))
    return s.filed(
        *all_of("mortgagor", s.book.title),
        *all_of("mortgagee", right),
        right=str(right.public_id),
        agreed=False,
    )


def released(s: Scene) -> Filed:
    return s.filed(*all_of("mortgagee", s.pick(works(s))), reason="waived")


def purchase(s: Scene) -> Filed:
    sellers, (buyers, how) = all_of("seller", s.bound), s.taking("buyer")
    return s.filed(*sellers, *buyers, contract=s.contract(sellers, buyers), sale_no="HT1", **how)


def notice_changes(s: Scene) -> Filed:
    right = s.pick(s.notices(*PURCHASES))
    taker, how = s.taking("taker", "sole")
    people = (*all_of("holder", right), *all_of("obligor", s.bound))
    if s.pick(("transfer", "contract")) == "transfer":
        return s.filed(*people, *taker, reason="transfer", right=str(right.public_id), **how)
    return s.filed(*people, reason="contract", price_fen=5, right=str(right.public_id))


def noticed_loan(s: Scene) -> Filed:
    return s.filed(*all_of("mortgagor", s.pick(s.notices("presale"))), bank(s), **LOAN)


def notice_to_mortgage(s: Scene) -> Filed:
    right = s.pick(s.notices(*LOANS))
    return s.filed(
        *all_of("mortgagor", s.book.title), *all_of("mortgagee", right), right=str(right.public_id), authorised=True,
        changed=False,
    )  # fmt: skip


def both_notices(s: Scene) -> Filed:
    return with_loan(s, purchase(s))


def release_and_notice(s: Scene) -> Filed:
    bought = purchase(s)
    if s.pick((True, False)):
        bought = with_loan(s, bought, with_loan=True)
    else:
        bought = replace(bought, terms={**bought.terms, "with_loan": False})
    return replace(bought, parties=(*bought.parties, *all_of("works_bank", s.pick(works(s)))))


def resides(s: Scene) -> Filed:
    return s.filed(
        *all_of("owner", s.book.ownership), by("resident", s.pick(s.strangers())), basis="contract", term="until",
        until=day(900), part="整套住宅", paid=False, may_let=False,
    )  # fmt: skip


LIVES = ("mortgage", "advance_notice", "residence")

PLAYS = {
    "B01": (lambda s: there(s) and s.book.title is not None, loan),
    "B02": (owned, maximum),
    "B03": (building, works_loan),
    "B04": (mortgaged, changed),
    "B05": (mortgaged, passes),
    "B06": (lambda s: there(s) and bool(s.book.mortgages), lambda s: about(s, s.rights("mortgage"), "mortgagee", reason="paid")),
    "B07": (lambda s: owned(s) and bool(open_maximum(s)), fixed),
    "B08": (lambda s: there(s) and bool(s.notices("presale")), noticed_loan),
    "B09": (lambda s: owned(s) and bool(s.notices(*LOANS)), notice_to_mortgage),
    "B10": (lambda s: there(s) and bool(s.notices(*LOANS)), lambda s: about(s, s.notices(*LOANS), "mortgagee", reason="waived")),
    "B11": (lambda s: owned(s) and bool(works(s)), converted),
    "B12": (lambda s: there(s) and bool(works(s)), released),
    "B13": (lambda s: there(s) and bool(s.rights(*LIVES)), lambda s: about(s, s.rights(*LIVES), "holder", declared=True, **OLD)),
    "B14": (owned, loan),
    "D06": (building, purchase),
    "D07": (lambda s: there(s) and bool(s.bound and s.notices(*PURCHASES)), notice_changes),
    "D08": (lambda s: there(s) and bool(s.notices(*PURCHASES)), lambda s: about(s, s.notices(*PURCHASES), "holder", reason="waived")),
    "P18": (owned, resides),
    "P19": (lambda s: there(s) and bool(s.rights("residence")), lambda s: about(s, s.rights("residence"), "resident", reason="waived")),
    "P20": (owned, purchase),
    "C03": (building, both_notices),
    "C05": (lambda s: building(s) and bool(works(s)), release_and_notice),
}  # fmt: skip
