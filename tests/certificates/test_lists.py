"""Papers with a list of units (不动产单元清单): what they cover, and what is left of them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest

from dengbu.certificates import actions, queries
from dengbu.certificates.models import Certificate, ListedUnit
from dengbu.certificates.rules import Listed, NumberRequest, TakenOver
from dengbu.core import counters
from dengbu.core.vocabulary import CertificateKind
from tests.support.dockets import SYSTEM

pytestmark = pytest.mark.django_db
UNITS = [f"410106002007GB00009F0006080{n}" for n in (1, 2, 3)]
PROOF = CertificateKind.PROOF


def listed(count: int = 3) -> tuple[Certificate, list[uuid.UUID]]:
    """A proof of several units, and the rights it proves."""
    rights = [uuid.uuid4() for _ in range(count)]
    lines = tuple(Listed(right, unit) for right, unit in zip(rights, UNITS, strict=False))
    asked = NumberRequest(docket_id=None, entry_id=1, right_id=rights[0], unit_code=UNITS[0], holder_names="BANK",
                          kind=PROOF, listed=lines)  # fmt: skip
    (made,) = actions.number(actor=SYSTEM, requests=[asked], authority="410106", on=dt.date(2026, 12, 1))
    return made, rights


def end(*rights: uuid.UUID, entry: int = 2) -> None:
    actions.void(actor=SYSTEM, rights=[(r, entry) for r in rights], reason="解押")


def covered(paper: Certificate) -> list[str]:
    return [one.unit_code for one in queries.list_of(paper.pk)]


def test_every_unit_of_a_list_is_found_by_the_one_number() -> None:
    paper, rights = listed()
    assert queries.live_for_rights(rights) == dict.fromkeys(rights, paper.number)
    assert queries.list_counts([paper.pk]) == {paper.pk: (3, 3)}
    found = queries.live_units(paper.number)
    assert [(f.right_id, f.unit_code) for f in found] == list(zip(rights, UNITS, strict=True))
    assert queries.live_units(paper.number, UNITS[2]) == [Listed(rights[2], UNITS[2])]


@pytest.mark.parametrize(
    ("gone", "left"),
    [((0,), [1, 2]), ((1,), [0, 2]), ((2, 0), [1]), ((0, 1, 2), [])],
)
def test_a_released_unit_leaves_the_list_and_the_paper_stands_for_the_others(
    gone: tuple[int, ...], left: list[int]
) -> None:
    paper, rights = listed()
    end(*(rights[n] for n in gone))
    paper.refresh_from_db()
    assert covered(paper) == [UNITS[n] for n in left]
    assert set(queries.live_for_rights(rights)) == {rights[n] for n in left}
    assert paper.state == ("numbered" if left else "void")
    if left:
        assert (paper.right_id, paper.unit_code) == (rights[left[0]], UNITS[left[0]])
        assert queries.live_units(paper.number, UNITS[gone[0]]) == []
    else:
        assert paper.voided_by_entry == 2
    assert ListedUnit.objects.filter(ended_by_entry=2).count() == len(gone), "what left stays on record"


def test_units_that_leave_one_by_one_leave_nothing_behind() -> None:
    paper, rights = listed()
    for n, right in enumerate(rights, start=2):
        paper.refresh_from_db()
        assert paper.state == "numbered"
        end(right, entry=n)
    paper.refresh_from_db()
    assert (paper.state, paper.voided_by_entry) == ("void", 4)


def test_a_new_paper_for_one_unit_of_a_list_takes_the_place_of_the_whole_list() -> None:
    paper, rights = listed()
    end(rights[0])
    beside = queries.listed_beside([rights[1]])
    assert beside == {rights[1]: (Listed(rights[1], UNITS[1]), Listed(rights[2], UNITS[2]))}
    actions.void(actor=SYSTEM, rights=[], replaced=[(rights[1], 3)], reason="补发")
    paper.refresh_from_db()
    assert (paper.state, paper.voided_by_entry) == ("void", 3)
    assert queries.live_for_rights(rights) == {} and queries.listed_beside(rights) == {}


def taken(number: str, right: uuid.UUID, unit: str, *, live: bool = True, holder: str = "BANK") -> TakenOver:
    return TakenOver(number=number, kind=PROOF, entry_id=5, right_id=right, unit_code=unit, holder_names=holder,
                     live=live, issued_at=None)  # fmt: skip


@pytest.fixture
def batches() -> Iterator[list[uuid.UUID]]:
    """The units of one old paper come in with two batches, one of them released long ago."""
    rights = [uuid.uuid4() for _ in UNITS]
    first = [taken("旧证明第1号", rights[0], UNITS[0], live=False)]
    second = [taken("旧证明第1号", r, u) for r, u in zip(rights[1:], UNITS[1:], strict=True)]
    for some in (first, second):
        actions.take_over(actor=SYSTEM, papers=some, authority="410106")
    yield rights


def test_an_old_paper_of_several_units_comes_in_as_one_whatever_the_batches(batches: list[uuid.UUID]) -> None:
    paper = Certificate.objects.get()
    assert paper.state == "issued" and paper.right_id == batches[1]
    assert covered(paper) == UNITS[1:] and queries.list_counts([paper.pk]) == {paper.pk: (2, 3)}
    assert set(queries.live_for_rights(batches)) == set(batches[1:])


def test_numbers_of_lists_are_gapless_like_all_others() -> None:
    first, _ = listed()
    second, _ = listed()
    assert second.serial == first.serial + 1
    assert list(counters.take("410106", PROOF.value, 2026, 1)) == [second.serial + 1]
