"""The reviewer's sheet: what was filed held against the book and the housing push, machine checks, what still hinders.

Pure reading of a `ReviewFile`: nothing is asked of the database here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from dengbu.catalog.registrations.asking import Kind
from dengbu.catalog.registrations.places import holders_in
from dengbu.core import crypto
from dengbu.core.money import format_yuan
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CoOwnership, SurveyStatus
from dengbu.register.effects import NUMBER_PURPOSE
from dengbu.register.rules import HolderFact, Judgement

from . import rules
from .actions import checking
from .documents.proofs import matter
from .documents.words import covered
from .models import RestrictionCheck
from .queries.desk import ReviewFile

COLUMNS = ("申请人填报", "登记簿", "房管推送")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison: what each source says (None where it says nothing), and what to correct."""

    label: str
    values: tuple[str | None, str | None, str | None]
    target: str  # the part of the application it belongs to
    item: str = ""  # code of the material that shows it

    @property
    def verdict(self) -> str:
        known = [v for v in self.values if v is not None]
        if len(known) < 2:
            return "none"
        return "same" if len(set(known)) == 1 else "differ"


def comparison(file: ReviewFile) -> list[Row]:
    """项目 / 申请 / 登记簿 / 房管: names, numbers, shares, price, area, address. Numbers are whole: reviewers compare
    them with the images of the documents."""
    case, book, filing = file.case, file.book, file.facts.filing
    terms = case.filed.get("terms", {})
    together = "、".join(file.facts.registration.parts_named())
    rows = [
        *([Row("一并办理", (together, None, None), "reason")] if together else []),
        Row(
            "不动产单元号",
            (case.unit_code or None, book.code if book else None, _(filing and filing.unit_code)),
            "property",
            "CERT",
        ),
        Row(
            "坐落",
            (case.location or None, _(book and book.location), _(filing and filing.address)),
            "property",
            "CERT",
        ),
        Row(
            "建筑面积（㎡）",
            (
                None,
                str(book.area_m2) if book else None,
                str(filing.area_m2) if filing and filing.area_m2 else None,
            ),
            "property",
            "SALE",
        ),
        *_survey(file),
    ]
    rows += _people(file)
    if filing is not None:
        typed = terms.get("price_fen")
        price = format_yuan(typed) if isinstance(typed, int) else None
        rows.append(Row("成交价格（元）", (price, None, format_yuan(filing.price_fen)), "reason", "SALE"))
        rows.append(
            Row(
                "合同备案号",
                (_(case.filed.get("contract", {}).get("filing_no")), None, filing.filing_no),
                "reason",
                "SALE",
            )
        )
    if any(r.shares for r in file.facts.registration.roles) and terms.get("coownership"):
        rows.append(
            Row("共有方式", (CoOwnership(terms["coownership"]).label, None, None), "parties", "COOWN")
        )
    if said := covered(file.case, file.facts.parties):
        rows.append(Row("抵押范围", (said, None, None), "parties", "MTG"))
    rows += _answers(file)
    rows += _target(file)
    return rows


def _survey(file: ReviewFile) -> list[Row]:
    """The survey a case rests on, beside what the book has of its units now (predicted areas, often)."""
    one = file.facts.survey
    if one is None:
        return []
    houses = [c for c in file.facts.registration.unit_codes if c in one.facts]
    measured = sum((Decimal(str(one.facts[c]["area_m2"])) for c in houses), Decimal(0))
    known = [file.books[c].area_m2 for c in houses if c in file.books]
    said = f"{one.survey.number}，第{one.survey.version}版，{SurveyStatus(one.survey.status).label}"
    return [
        Row("测绘成果", (said, None, None), "property", "HSURVEY"),
        Row(
            f"{len(houses)}处面积合计（㎡）",
            (f"{measured:f}", f"{sum(known, Decimal(0)):f}" if known else None, None),
            "property",
            "HSURVEY",
        ),
    ]


def _(value: Any) -> str | None:
    return str(value) if value else None


def _people(file: ReviewFile) -> list[Row]:
    """Each party beside the same person in the book and in the contract; who stands only there gets a row too."""
    rows: list[Row] = []
    registration, filing = file.facts.registration, file.facts.filing
    for role in dict.fromkeys(p.role for p in registration.filed.parties):
        filed = registration.filed.role(role)
        pushed = [(p.name, p.number, p.number_index) for p in (filing.role(role) if filing else ())]
        held = [
            (h.name, crypto.decrypt(h.number_cipher, NUMBER_PURPOSE), h.number_index)
            for h in _holders(file, role)
        ]
        mine = [(p.name, p.number, p.number_index) for p in filed]
        for n, (ours, theirs, housing) in enumerate(_aligned(mine, held, pushed), 1):
            word = registration.word(role)
            label = f"{word}{n}" if max(len(mine), len(held), len(pushed)) > 1 else word
            for place, what in enumerate(("姓名", "证件号")):
                values = (_at(ours, place), _at(theirs, place), _at(housing, place))
                rows.append(Row(f"{label}{what}", values, "parties", "ID"))
    return rows


Known = tuple[str, str, str]


def _at(who: Known | None, place: int) -> str | None:
    return _(who[place]) if who else None


def _aligned(
    mine: Sequence[Known], held: Sequence[Known], pushed: Sequence[Known]
) -> list[tuple[Known | None, Known | None, Known | None]]:
    """The same person in one line: by number, those left over in order."""
    lines: list[list[Known | None]] = [[who, None, None] for who in mine]
    for column, people in ((1, held), (2, pushed)):
        left = []
        for who in people:
            line = next(
                (x for x in lines if x[column] is None and any(o and o[2] == who[2] for o in x)), None
            )
            if line is None:
                left.append(who)
            else:
                line[column] = who
        for who in left:
            line = next((x for x in lines if x[column] is None), None)
            if line is None:
                line = [None, None, None]
                lines.append(line)
            line[column] = who
    return [(x[0], x[1], x[2]) for x in lines]


def _holders(file: ReviewFile, role: str) -> tuple[HolderFact, ...]:
    book, registration = file.book, file.facts.registration
    if book is None:
        return ()
    known = registration.role(role)
    if known is None:
        return ()
    if known.source == "us":  # who files is one of those whom the right it is about names
        known = replace(known, source="right")
    return holders_in(known, book, registration.target if registration.about_right() else None)


def _answers(file: ReviewFile) -> list[Row]:
    """What the type itself asked, as it was answered; beside it what the book says where the question came from it."""
    terms, book = file.case.filed.get("terms", {}), file.book
    rows = []
    for ask in file.facts.registration.form:
        if not ask.applies(terms) or ask.kind is Kind.RIGHT:  # `_target` shows the right itself
            continue
        held = book.facts.get(ask.prefill) if book and ask.prefill else None
        rows.append(Row(ask.label, (_(ask.shown(terms.get(ask.key))), _(held), None), "reason"))
    return rows


def _target(file: ReviewFile) -> list[Row]:
    """The right the registration is about, as it stands in the book."""
    book = file.book
    target = (
        next((r for r in book.rights if file.facts.registration.is_target(r.public_id)), None)
        if book
        else None
    )
    if target is None:
        return []
    held = target.terms.get("amount_fen")
    return [
        Row("办理的权利", (None, matter(target), None), "property"),
        *([Row("抵押范围", (None, target.share_words, None), "property")] if target.share_words else []),
        *([Row("抵押顺位", (None, str(target.rank), None), "property")] if target.rank else []),
        *(
            [Row("被担保债权（元）", (None, format_yuan(held), None), "property")]
            if isinstance(held, int)
            else []
        ),
        *([Row("合同号", (None, target.instrument, None), "property")] if target.instrument else []),
    ]


@dataclass(frozen=True, slots=True)
class Check:
    """A machine check: result is pass, hint, block or unknown."""

    result: str
    name: str
    evidence: str = ""
    basis: str = ""


_GROUPS: tuple[tuple[str, frozenset[str], str], ...] = (
    ("当事人与登记簿权利人一致", frozenset({"P_OWNER_MISSING", "P_NOT_OWNER", "P_NOT_MORTGAGEE", "B_NO_MORTGAGE", "F_ONE_MORTGAGEE", "F_NO_SHARE", "F_ONE_SHARE", "F_SHARE_SAME_NAME", "F_SHARE_CHANGED", "P_SHARE_OWNER"}), "民法典209、301、305；条例14"),
    ("备案合同有效，房屋和双方一致", frozenset({"R_FILED", "B_NO_CONTRACT", "B_CONTRACT_ENDED", "B_CONTRACT_OTHER_UNIT", "F_CONTRACT_PARTIES"}), "实施细则38"),
    ("成交价格与备案合同一致", frozenset({"F_CONTRACT_PRICE"}), "实施细则38"),
    ("共有方式与份额", frozenset({"F_NO_TAKER", "F04", "F_SHARES_NOT_BY_SHARE", "F_SOLE_OF_MANY", "F_SHARED_BY_ONE", "F_TWICE", "F_BUYS_FROM_SELF"}), "民法典297、298"),
    ("抵押登记应记载的事项", frozenset({"F_AMOUNT", "F_DEBT_TERM", "F_TRANSFER_LIMIT", "F_SCOPE", "F_REASON"}), "实施细则66、70"),
    ("没有其他在办业务", frozenset({"R_PENDING"}), "操作规范1.4"),
)  # fmt: skip
_CONTRACT_ONLY = {"备案合同有效，房屋和双方一致", "成交价格与备案合同一致", "共有方式与份额"}


def judge(file: ReviewFile, now: dt.datetime) -> Judgement:
    """The type's own judgement on the book as it is now: the same that entry will apply."""
    return file.facts.registration.judge(file.books, now)


def checks(file: ReviewFile, judgement: Judgement) -> list[Check]:
    """Machine checks with result, evidence and legal basis."""
    found = [
        Check("block", "登记簿上的限制", f"{r.message}{r.remedy}", r.basis)
        for r in judgement.refusals
        if not any(r.code in codes for _name, codes, _basis in _GROUPS)
    ]
    found += [Check("hint", "登记簿上的限制", f"{w.message}{w.remedy}", w.basis) for w in judgement.warnings]
    if not found:
        found.append(
            Check(
                "pass",
                "登记簿上没有阻碍",
                f"已处理{len(judgement.answers)}项" if judgement.answers else "",
                "条例22",
            )
        )
    contract, mortgage = file.facts.registration.needs_contract, file.case.line == "mortgage"
    for name, codes, basis in _GROUPS:
        if (name in _CONTRACT_ONLY and not contract) or (name == "抵押登记应记载的事项" and not mortgage):
            continue
        wrong = [r for r in judgement.refusals if r.code in codes]
        found += [Check("block", name, f"{r.message}{r.remedy}", r.basis or basis) for r in wrong] or [
            Check("pass", name, "", basis)
        ]
    return [*found, *_housing(file), *_identity(file), *_materials(file)]


def _housing(file: ReviewFile) -> list[Check]:
    if not file.facts.registration.needs_contract:
        return []
    rows, filing, review = [], file.facts.filing, file.housing
    if filing is None:
        rows.append(Check("unknown", "房屋面积与备案合同一致", "房管部门没有推送这份合同", "实施细则38"))
    elif filing.area_m2 and file.book and filing.area_m2 != file.book.area_m2:
        rows.append(
            Check(
                "hint",
                "房屋面积与备案合同一致",
                f"登记簿{file.book.area_m2}㎡，合同{filing.area_m2}㎡",
                "实施细则38",
            )
        )
    else:
        rows.append(
            Check(
                "pass", "房屋面积与备案合同一致", f"{file.book.area_m2}㎡" if file.book else "", "实施细则38"
            )
        )
    if review is None:
        rows.append(Check("unknown", "交易审核", "房管部门没有推送交易审核信息", "工作方案四（三）"))
    elif review.result == "passed":
        rows.append(Check("pass", "交易审核", f"审核号{review.review_no}", "工作方案四（三）"))
    else:
        word = review.policy_limit or "交易审核没有通过"
        rows.append(
            Check("block" if review.result == "failed" else "hint", "交易审核", word, "工作方案四（三）")
        )
    return rows


def _identity(file: ReviewFile) -> list[Check]:
    people = file.facts.parties
    basis = "实施细则9"
    if file.case.filed_for_by_staff:
        return [Check("hint", "当事人身份", "窗口代录，当事人没有在网上实名确认，到窗口核验", basis)]
    roles = {*file.facts.registration.confirming}
    open_ = [p.name for p in people if p.role in roles and p.confirmed_at is None]
    rows = [
        Check("block", "当事人身份", f"{'、'.join(open_)}还没有实名确认", basis)
        if open_
        else Check("pass", "当事人身份", "应确认的当事人都已实名确认", basis)
    ]
    agents = [p.name for p in people if p.agent_name]
    if agents:
        rows.append(
            Check("hint", "代理人", f"{'、'.join(agents)}由他人代理，请核对委托书的权限", "实施细则12")
        )
    return rows


def _materials(file: ReviewFile) -> list[Check]:
    missing = [line.item.name for line in file.lines if line.to_upload and line.key not in file.pages]
    short = [
        f"{line.item.name}（{file.facts.pages.get(line.key, 0)}页，一般应有{line.item.min_pages}页）"
        for line in file.lines
        if line.key in file.pages and file.facts.pages.get(line.key, 0) < line.item.min_pages
    ]
    advice = [page.advice for pages in file.pages.values() for page in pages if page.advice]
    rows = [
        Check("block", "材料齐全", f"缺{'、'.join(missing)}", "条例16")
        if missing
        else Check("pass", "材料齐全", f"共{sum(file.facts.pages.values())}页", "条例16")
    ]
    if short:
        rows.append(Check("hint", "材料页数", "、".join(short), "条例16"))
    rows.append(
        Check("hint", "影像质量", "；".join(dict.fromkeys(advice)), "条例18")
        if advice
        else Check("pass", "影像质量", "没有模糊或重复的影像", "条例18")
    )
    return rows


def hinders_correction(file: ReviewFile) -> list[Refusal]:
    """Why 补正 cannot be sent yet: every item needs a verdict first (一次性告知, 条例 17)."""
    left = [line.item.name for line in file.undecided]
    if not left:
        return []
    return [
        Refusal(
            "REVIEW_UNDECIDED",
            f"还有{len(left)}项没有给出结论：{'、'.join(left)}。",
            "",
            "条例17",
            "verdicts",
        )
    ]


def hinders_pass(file: ReviewFile, judgement: Judgement, now: dt.datetime) -> list[Refusal]:
    """Why the case cannot pass yet, in words: the same that the act `cases.pass` asks."""
    found = hinders_correction(file)
    if file.to_fix:
        found.append(
            Refusal("REVIEW_HAS_FIX", f"有{len(file.to_fix)}项结论是“需补正”。", "", "条例17", "verdicts")
        )
    found += checking.refuse_unless_open(file.check, now)
    found += rules.backfill_against(file.matters.values())
    told = {r.code for r in found}
    found += [r for r in judgement.refusals if r.code not in told]
    return found


def restriction_answer(check: RestrictionCheck | None, now: dt.datetime) -> str:
    """One of never, failed, stale, none, answered, some: what the panel shows. Only a fresh none is green."""
    result = checking.result_of(check, now)
    if check is None or result in ("never", "failed", "stale"):
        return result
    blocked = any(
        not f.get("answered") and f["code"] in {r["code"] for r in check.refusals} for f in check.found
    )
    if blocked:
        return "some"
    return "answered" if "some" in (check.house, check.land) or check.found else "none"
