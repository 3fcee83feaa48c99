"""Policy of types against the domain's table; S06 to S08 and SUITDOC are corrections 10 and 民法典 220."""

from __future__ import annotations

import datetime as dt

import pytest

from dengbu.catalog.policy import policy_for
from dengbu.catalog.registrations import TYPES

DAY = dt.date(2026, 11, 23)
# code: what is always asked, what may be asked, promised working days, notice, visit, fee, what comes out
TABLE: dict[str, tuple[str, str, int, int, str, str, str]] = {
    "D01": ("APP ID LANDSRC LANDPAY SURVEY", "POA GUARD DEED", 5, 0, "none", "FEE_LAND_FIRST", "certificate"),
    # Splitting land needs new parcels first, at the window: SPLITDOC is optional.
    "D02": ("APP ID CERT", "POA GUARD CHGDOC NATDOC SUPPLY APPROVE HOLDCONS", 5, 0, "none", "FEE_CHANGE",
            "certificate"),
    "D04": ("APP ID CERT", "POA GUARD EXTINCT WAIVER JUDG HOLDCONS COURTCONS COMMIT_OBJ", 3, 0, "if_destroyed",
            "FEE_ZERO", ""),
    # Where the developer is gone: the scheme, the proof, a notice, and no certificate of the land (corrections §2, 4).
    "D05": ("APP PLANPERM PLANOK COMPL HSURVEY COMMON", "ID CERT LEGACY GONE POA GUARD LANDPAY PRELIC ZM", 5, 15, "required",
            "FEE_FIRST_BUILDING", "certificate"),
    # Land that is not registered is registered first (D01): SURVEY is optional.
    "P21": ("APP ID CERT PLANPERM PLANOK COMPL HSURVEY", "POA GUARD", 5, 0, "required", "FEE_FIRST", "certificate"),
    "P09": ("APP ID CERT CHGDOC", "POA GUARD", 1, 0, "none", "FEE_CHANGE", "certificate"),
    "P10": ("APP ID CERT NATDOC", "POA GUARD SUPPLY COOWN HSURVEY MARR HOLDCONS", 5, 0, "none", "FEE_CHANGE",
            "certificate"),
    "P11": ("APP ID CERT SPLITDOC HSURVEY", "POA GUARD HOLDCONS", 5, 0, "none", "FEE_CHANGE", "certificate"),
    "P12": ("APP ID ERRDOC", "POA GUARD CERT OBJDOC", 5, 0, "none", "FEE_CORRECT", "certificate"),
    "S03": ("ERRDOC TOLD", "", 30, 15, "none", "FEE_ZERO", "certificate"),
    "P15": ("APP ID DAMAGED", "POA GUARD", 1, 0, "none", "FEE_CERT10", "certificate"),
    "P16": ("APP INQ ID LOSTDECL", "POA GUARD", 1, 0, "none", "FEE_CERT10", "certificate"),
    "B13": ("APP ID LOSTDECL", "POA GUARD", 1, 0, "none", "FEE_ZERO", "proof"),
    "P17": ("APP ID CERT", "POA GUARD EXTINCT WAIVER JUDG HOLDCONS COURTCONS COMMIT_OBJ", 3, 0, "if_destroyed",
            "FEE_ZERO", ""),
    "B02": ("APP INQ ID CERT MAXMTG FUTURE", "POA GUARD PRIORDEBT COOWN COMMIT_OBJ HOLDCONS", 3, 0, "none", "FEE_MTG",
            "proof"),
    "B03": ("APP ID MAIN MTG CIPPROOF", "POA GUARD COMMIT_OBJ", 5, 0, "required", "FEE_MTG", "proof"),
    "B04": ("APP ID ZM MCHG", "POA GUARD OTHMTG CHGDOC", 3, 0, "none", "FEE_MTG_CHANGE", "proof"),
    "B05": ("APP ID ZM MTRF", "POA GUARD", 3, 0, "none", "FEE_MTG", "proof"),
    "B07": ("APP ID ZM MCHG", "POA GUARD", 3, 0, "none", "FEE_MTG_CHANGE", "proof"),
    "B11": ("APP ID ZM CERT", "POA GUARD", 3, 0, "none", "FEE_MTG_CHANGE", "proof"),
    # What is left of the list keeps its own proofs, one a unit.
    "B12": ("APP ID ZM PAYOFF", "POA GUARD", 1, 0, "none", "FEE_ZERO", ""),
    # Who sued brings the court's receipt instead of the ground.
    "P13": ("APP ID", "OBJDOC SUITDOC POA GUARD", 1, 0, "none", "FEE_OBJ", "proof"),
    "P14": ("APP ID ZM", "JUDG POA GUARD", 1, 0, "none", "FEE_ZERO", ""),
    "P18": ("APP INQ ID CERT JZQC", "POA GUARD COOWN COMMIT_OBJ HOLDCONS", 5, 0, "none", "FEE_RESIDENCE", "proof"),
    "P19": ("APP ID ZM", "DEATH JUDG POA GUARD", 1, 0, "none", "FEE_ZERO", ""),
    "S01": ("ASSIST", "JUDG CREDS", 0, 0, "none", "FEE_ZERO", ""),
    # One that ran out needs no paper.
    "S02": ("", "ASSIST CREDS", 0, 0, "none", "FEE_ZERO", ""),
    "S06": ("ASSIST", "CREDS", 0, 0, "none", "FEE_ZERO", ""),
    "S07": ("ASSIST", "CREDS", 0, 0, "none", "FEE_ZERO", ""),
    "S08": ("ERRDOC", "", 0, 0, "none", "FEE_ZERO", ""),
    "S04": ("EXTINCT", "", 30, 15, "if_destroyed", "FEE_ZERO", ""),
}  # fmt: skip


@pytest.mark.parametrize("code", list(TABLE))
def test_a_types_policy_is_the_domains(code: str) -> None:
    always, sometimes, promised, notice, visit, fee, out = TABLE[code]
    policy, kind = policy_for(code, DAY), TYPES[code]
    assert {i.code for i in policy.checklist if i.when == "required"} == set(always.split())
    assert {i.code for i in policy.checklist if i.when == "conditional"} == set(sometimes.split())
    assert (policy.promised_days, policy.public_notice_days, policy.site_visit) == (promised, notice, visit)
    assert policy.statutory_days == 30
    assert ([f.rule for f in policy.fees], kind.fee_rule) == ([fee], fee)
    assert [o.kind.value for o in policy.outputs] == [out for out in (out,) if out]
    assert (kind.produces.value if kind.produces else "") == out
    assert (policy.name_cn, policy.client, policy.kinds) == (kind.name, kind.client, (kind.kind,))


@pytest.mark.parametrize("code", list(TABLE))
def test_first_registration_and_ex_officio_acts_have_a_second_reviewer(code: str) -> None:
    twice = {"D01", "D05", "P21", "S03", "S04", "S08"}
    assert policy_for(code, DAY).reviews == (2 if code in twice else 1)


@pytest.mark.parametrize("code", list(TABLE))
def test_papers_are_brought_by_people_of_the_case(code: str) -> None:
    roles = {r.key for r in TYPES[code].roles} | {"office", "applicant"}
    policy = policy_for(code, DAY)
    assert {i.provided_by for i in policy.checklist} | {q.asked for q in policy.questions} <= roles
    assert all(len(key) <= 12 for key in roles)


@pytest.mark.parametrize("code", list(TABLE))
def test_every_condition_of_the_list_can_come_about(code: str) -> None:
    kind = TYPES[code]
    answers = {c.condition for ask in kind.form for c in ask.choices} | {ask.condition for ask in kind.form}
    by_book = {condition for _, condition in kind.papers.values()} | {"co_owned", "works_mortgaged"}
    by_case = {"agent", "minor", "couple", "served_in_person", "developer_applies"}
    asked = {i.condition for i in policy_for(code, DAY).checklist if i.condition}
    assert asked <= answers | by_book | by_case


@pytest.mark.parametrize("code", list(TABLE))
def test_what_is_asked_is_said_as_a_person_says_it(code: str) -> None:
    policy = policy_for(code, DAY)
    words = [
        policy.texts.summary,
        policy.texts.result,
        *policy.texts.needs,
        *(q.text for q in policy.questions),
    ]
    words += [w for a in TYPES[code].form for w in (a.label, a.hint, *(c.label for c in a.choices))]
    assert not [w for w in words for bad in ("非法", "无效", "系统异常", "校验失败", "驳回") if bad in w]
    assert all(a.label and a.key.isascii() for a in TYPES[code].form)
