"""How each registration type is played: on which homes of the demo district, by whom, with which answers.

A play says only what differs; everything else is read from the pages (`anytype.walk`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from dengbu.core import clock
from dengbu.project.demo.candidates import Candidate
from dengbu.project.demo.people import DemoPerson

Filer = Literal["owner", "taker", "bank", "new_bank", "developer", "desk"]


@dataclass(frozen=True, slots=True)
class Play:
    """One type: `stock` is the role of the homes in the demo it uses up, `filer` who fills it in.

    `answers` by the key of the question; `typed` the roles of those who are typed, in order (the first one is the
    candidate's other person; none where only the owner has a part); `keeps` the role of an owner of the register where there is a choice.
    """

    stock: str
    filer: Filer = "owner"
    answers: Mapping[str, str] = field(default_factory=dict)
    typed: tuple[str, ...] = ("",)
    coownership: str = "sole"
    choose_right: bool = False
    proof: bool = True  # something is handed out
    receiver: Literal["owner", "taker", "bank", "developer"] = "owner"
    after: str = ""  # on the home of another type's walk, which makes what this one is about
    beside: bool = False  # who is typed is somebody else than the buyer on file
    organ: bool = False  # on a court's paper, served at the 协执窗口
    lender: str = ""  # the bank that is chosen, or files
    confirming: tuple[str, ...] = ()  # organisations that take part and confirm
    renamed: bool = False  # who is typed is the owner under another name
    more: Callable[[Candidate], Mapping[str, str]] | None = None


def day(**shift: int) -> str:
    """A day from today, as typed."""
    return (clock.today() + dt.timedelta(**shift)).isoformat()


def another_price() -> str:
    """An amount in 元 that no earlier walk has named, as typed: what changes must not be as it was."""
    return str(1_000_000 + int(clock.now().timestamp()) % 1_000_000)


SERVED = {  # a paper of a court of the demo: its number has a right check digit and belongs to nobody
    "channel": "window",
    "authority_kind": "court",
    "authority": "演示区人民法院",
    "authority_number": "11410106MB0000001Y",
    "document_no": "（2026）演0106执1号",
    **{f"{k}-{n}": f"{v}{n}" for n in (1, 2) for k, v in
       {"name": "演示送达人", "work_card": "演法工", "duty_card": "演法执"}.items()},
}  # fmt: skip

PLAYS: dict[str, Play] = {
    "P02": Play("B01", typed=("donee",), receiver="taker"),
    "P03": Play(
        "B01",
        filer="taker",
        typed=("heir",),
        receiver="taker",
        # notarised: one without a deed is announced for fifteen working days first (tests/flows/test_matters.py)
        answers={"proof": "notarised", "divided": "no", "administrator": "no"},
    ),
    "P04": Play("B01", typed=("receiver",), receiver="taker"),
    "P05": Play("B01", typed=("spouse_after",), receiver="taker", answers={"still_married": "yes"}),
    "P06": Play(
        "B01",
        typed=("transferee",),
        receiver="taker",
        coownership="by_share",
        answers={"how": "outside", "paid": "no"},
    ),
    "P08": Play(
        "B01",
        filer="taker",
        typed=("winner",),
        receiver="taker",
        answers={"ends_mortgages": "no", "keeps_waiting": ""},
    ),
    "P10": Play("B01"),
    "P15": Play("B01"),
    "P16": Play("B01", answers={"lost_on": "2026-11-01"}),
    "P17": Play("B01", proof=False, answers={"reason": "waived"}),
    "P18": Play("B01", typed=("resident",), receiver="taker"),
    "P20": Play("P01", typed=("buyer",), receiver="taker"),
    "B02": Play("B01", filer="bank", receiver="bank"),
    "B04": Play("B06", filer="bank", receiver="bank", answers={"change": "content", "new_amount_fen": "1万"}),
    "B14": Play("B01", filer="bank", receiver="bank", answers={"transfer_limited": "no"}),
    "S01": Play(
        "B01",
        filer="desk",
        organ=True,
        typed=("requester", "debtor"),
        proof=False,
        answers={"measure": "seizure", "share_of": "", "until": "", "holder_named": ""},
    ),
    "S02": Play(
        "",
        after="S01",
        filer="desk",
        organ=True,
        typed=("requester",),
        proof=False,
        answers={"reason": "ordered", "other_authority": ""},
    ),
    "S06": Play("B01", filer="desk", organ=True, typed=("requester",), proof=False, answers={"until": ""}),
    "S07": Play(
        "",
        after="S06",
        filer="desk",
        organ=True,
        typed=("requester",),
        proof=False,
        answers={"other_authority": ""},
    ),
    "P13": Play(
        "B01",
        filer="taker",
        typed=("objector",),
        receiver="taker",
        answers={"stage": "new", "refused": "yes"},
    ),
    "P14": Play(
        "", after="P13", filer="taker", typed=("applicant",), proof=False, answers={"reason": "withdrawn"}
    ),
    "P19": Play("", after="P18", filer="taker", proof=False, answers={"reason": "waived"}),
    "B07": Play(
        "",
        after="B02",
        filer="bank",
        receiver="bank",
        answers={"ground": "no_more", "fixed_amount_fen": "1万"},
    ),
    "B10": Play("", after="B14", filer="bank", proof=False, answers={"reason": "waived"}),
    "S08": Play(
        "B01",
        filer="desk",
        proof=False,
        answers={"until": day(days=20), "reason": "演示：材料正在核查，先行锁定"},
    ),
    # On a survey, or on land alone.
    "D05": Play(
        "D05",
        typed=(),
        filer="developer",
        receiver="developer",
        answers={"certificate": "whole", "taxes_due": "no", "presold": "no"},
    ),
    "D02": Play(
        "D02",
        typed=(),
        filer="developer",
        receiver="developer",
        answers={"change": "price"},
        more=lambda _: {"new_price_fen": another_price()},
    ),
    "D04": Play("D04", typed=(), filer="developer", proof=False, answers={"reason": "waived"}),
    "P11": Play(
        "P11",
        typed=(),
        answers={"way": "split"},
        more=lambda c: {"survey_no": c.survey, "new_units": "\n".join(c.measured)},
    ),
    "D01": Play(
        "D01",
        typed=(),
        filer="developer",
        receiver="developer",
        answers={"nature": "granted", "price_paid": "yes"},
    ),
    "D03": Play(
        "D03",
        filer="developer",
        receiver="taker",
        answers={"how": "sale", "stage": "quarter", "has_houses": "no"},
    ),
    "P21": Play("P21", typed=(), answers={"units": ""}),
    # Several entries for one application; banks and developers confirm at their own portals.
    "C01": Play("P01", receiver="taker", lender="bank1", confirming=("bank1",)),
    "C02": Play(
        "C02",
        filer="bank",
        receiver="taker",
        lender="bank2",
        confirming=("bank1",),
        answers={"mode": "combined"},
    ),
    # Before it is built: presale notices, the loans on them, works in progress; a lost proof.
    "D06": Play("D06", typed=("buyer",), filer="developer", receiver="taker", answers={"buyer_alone": "no"}),
    "D07": Play(
        "D07",
        typed=("taker",),
        beside=True,
        filer="developer",
        receiver="taker",
        answers={"reason": "transfer"},
    ),
    "D08": Play("D08", typed=(), filer="developer", proof=False, answers={"reason": "ended"}),
    "B08": Play("B08", typed=(), filer="bank", receiver="bank"),
    "B09": Play(
        "B09", typed=(), filer="bank", receiver="bank", answers={"authorised": "no", "changed": "no"}
    ),
    "B03": Play(
        "B03",
        typed=(),
        filer="bank",
        receiver="bank",
        confirming=("dev2",),
        more=lambda c: {"units": f"{c.unit_code[:-4]}{int(c.unit_code[-4:]) + 1:04d}"},
    ),
    "B11": Play(
        "B11", typed=(), filer="bank", receiver="bank", confirming=("dev2",), answers={"agreed": "no"}
    ),
    "B12": Play("B12", typed=(), filer="bank", proof=False, answers={"reason": "waived"}),
    "B13": Play("B13", typed=(), filer="bank", receiver="bank"),
    # What passes by other ways, and what the book says wrong.
    "P07": Play(
        "B01",
        typed=("transferee",),
        receiver="taker",
        answers={"how": "contribution", "units": "", "price_fen": "60万", "state_assets": "no"},
    ),
    "P09": Play("B01", typed=("renamed",), renamed=True),
    # The bank that takes the mortgage over files by the number of the proof; the bank that has it confirms.
    "B05": Play(
        "B06",
        filer="new_bank",
        typed=(),
        receiver="bank",
        answers={"notified": "yes", "part": "no", "part_fen": ""},
    ),
    # By the office itself, announced for fifteen working days: walked with --pass-days.
    "S03": Play(
        "B01",
        filer="desk",
        typed=(),
        answers={"what": "room", "right_text": "八〇一", "notified_on": day(days=-60)},
    ),
    "S04": Play("B01", filer="desk", proof=False, answers={"reason": "expropriated"}),
    # A judicial sale: the court's own seizure goes with the entry (corrections 18).
    "S05": Play(
        "",
        after="S01",
        filer="desk",
        organ=True,
        typed=("requester", "winner"),
        receiver="taker",
        answers={"does": "transfer", "right": "", "order_kind": "auction", "authority": SERVED["authority"]}
        | {"keeps_waiting": ""}
        | dict.fromkeys(("ends_mortgages", "ends_waiting", "ends_notices"), "no"),
    ),
    # The one concerned files; the corrected certificate is the owner's.
    "P12": Play(
        "B01",
        filer="taker",
        typed=("applicant",),
        answers={"applies_as": "concerned", "what": "room", "whose": ""},
    ),
    "C03": Play("C03", filer="developer", receiver="taker", lender="bank1", confirming=("bank1",)),
    "C04": Play(
        "C04",
        filer="bank",
        receiver="taker",
        lender="bank1",
        confirming=("dev2",),
        answers={"changed": "no"},
    ),
    "C05": Play(
        "C05",
        filer="developer",
        receiver="taker",
        lender="bank2",
        confirming=("bank1", "bank2"),
        answers={"with_loan": "yes"},
    ),
}


def person_beside(candidate: Candidate, people: list[DemoPerson]) -> DemoPerson:
    """Somebody of the district who is neither owner nor buyer, the same for the same home."""
    concerned = {candidate.owner.number, candidate.buyer.number if candidate.buyer else ""}
    place = int(candidate.unit_code[-4:]) % len(people)
    for step in range(len(people)):
        other = people[(place + step) % len(people)]
        if other.number not in concerned:
            return other
    raise ValueError("the district has one person only")
