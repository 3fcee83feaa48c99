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

Filer = Literal["owner", "taker", "bank", "developer", "desk"]


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
    organ: bool = False  # on a court's paper, served at the 协执窗口
    more: Callable[[Candidate], Mapping[str, str]] | None = None


def day(**shift: int) -> str:
    """A day from today, as typed."""
    return (clock.today() + dt.timedelta(**shift)).isoformat()


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
    "P08": Play("B01", filer="taker", typed=("winner",), receiver="taker", answers={"ends_mortgages": "no"}),
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
        "D05", typed=(), filer="developer", receiver="developer", answers={"taxes_due": "no", "presold": "no"}
    ),
    "D02": Play("D02", typed=(), filer="developer", receiver="developer", answers={"change": "price"}),
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
}


def person_beside(candidate: Candidate, people: list[DemoPerson]) -> DemoPerson:
    """Somebody of the district who is not the owner, the same for the same home."""
    place = int(candidate.unit_code[-4:]) % len(people)
    for step in range(len(people)):
        other = people[(place + step) % len(people)]
        if other.number != candidate.owner.number:
            return other
    raise ValueError("the district has one person only")
