"""One road per registration type, from filing to the archived volume, each person at a browser of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from dengbu.catalog.registrations import TYPES
from dengbu.core import clock
from dengbu.core.vocabulary import RegistrationKind
from dengbu.project.demo.candidates import Candidate, planned
from dengbu.project.demo.people import ORGANISATIONS, PASSWORD, DemoPerson, operators

from . import filing, office, people
from .visitor import Page, StepFailed, Visitor

REVIEWERS = ("review1", "review2", "review3")
DESKS = ("accept1", "accept2", "accept3")
CERTIFIERS = ("certify1", "certify2")
CASE_NO = re.compile(r"\bWS\d{14}\b")
PROOF_NO = re.compile(r"豫[(（]\d{4}[)）][^\s第]*不动产证明第\d{7}号")
SHORT_CODE = re.compile(r"\b[2-9A-HJKMNP-TW-Z]{4}-[2-9A-HJKMNP-TW-Z]{4}\b")


class NothingLeft(Exception):
    """No free unit or mortgage of this type is left in the district."""


@dataclass
class Walked:
    """What came of one case."""

    type: str
    case_no: str = ""
    entry_no: str = ""
    certificate_no: str | None = None
    state: str = ""
    seconds: float = 0.0
    steps: int = 0
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        found = {
            "type": self.type,
            "case_no": self.case_no,
            "entry_no": self.entry_no,
            "certificate_no": self.certificate_no,
            "state": self.state,
            "seconds": round(self.seconds, 2),
            "steps": self.steps,
        }
        return found | ({"error": self.error} if self.error else {})


@dataclass
class Walk:
    """The walk's surroundings: where the office is, where SMS can be read, what is said on the way."""

    base_url: str
    simulator_url: str
    say: Callable[[str], None]
    visitors: dict[str, Visitor] = field(default_factory=dict)
    steps: int = 0
    used: dict[str, Any] = field(default_factory=dict)  # by type, the home it was walked on last
    skip: dict[str, int] = field(default_factory=dict)
    pass_days: Callable[[int], None] | None = None  # moves the office's clock on, where the walk may do that

    def step(self, who: str, what: str) -> None:
        self.steps += 1
        self.say(f"  {self.steps:2d}. {who}：{what}")

    def person(self, who: DemoPerson | Any) -> Visitor:
        """A person at their browser; logged in once per walk."""
        key = f"person:{who.phone}"
        if key not in self.visitors:
            self.visitors[key] = people.log_in_person(self.base_url, self.simulator_url, who.name, who.phone)
            self.step(who.name, "手机验证码登录")
        return self.visitors[key]

    def account(self, login: str) -> Visitor:
        """A member of staff or an operator; logged in once per run."""
        if login not in self.visitors:
            self.visitors[login] = people.log_in_by_password(self.base_url, login, login, PASSWORD)
        return self.visitors[login]

    def leave(self) -> None:
        """Everybody who logged in as a person goes home; staff stay for the next case."""
        for key in [k for k in self.visitors if k.startswith("person:")]:
            self.visitors.pop(key).close()

    def close(self) -> None:
        for visitor in self.visitors.values():
            visitor.close()
        self.visitors.clear()


def free(walk: Walk, registration_type: str) -> Iterator[Candidate]:
    """Candidates that the register shows as untouched, in code order; used ones are passed over."""
    clerk = walk.account(REVIEWERS[0])
    candidates = planned(registration_type)
    for place in range(walk.skip.get(registration_type, 0), len(candidates)):
        walk.skip[registration_type] = place + 1
        candidate = candidates[place]
        if not candidate.in_book:  # its survey says whether it is used up
            yield candidate
            continue
        text = clerk.get(f"/desk/register/{candidate.unit_code}/").text
        if all((word in text) == there for word, there in candidate.stands):
            yield candidate
    raise NothingLeft(f"{registration_type}: no free unit or mortgage is left")


def sale(walk: Walk) -> Walked:
    """P01: seller files, buyer confirms, office reviews, accepts, enters; buyer pays online and collects."""
    for candidate in free(walk, "P01"):
        buyer = candidate.buyer
        assert buyer is not None
        seller_at = walk.person(candidate.owner)
        tasks = filing.begin(seller_at, "my", "P01")
        walk.step(candidate.owner.name, "开始存量房买卖转移登记")
        try:
            filing.choose_property(seller_at, tasks, candidate.unit_code)
            filing.name_contract(seller_at, tasks, candidate.filing_no)
            filing.name_parties(seller_at, tasks, candidate)
            walk.step(
                candidate.owner.name,
                f"确认不动产{candidate.location}、备案合同{candidate.filing_no}、买卖双方",
            )
            walk.step(candidate.owner.name, f"上传材料{filing.upload_all(seller_at, tasks)}项")
            filing.choose_delivery(seller_at, tasks, _phone(candidate))
            done = filing.check_and_submit(seller_at, tasks)
        except filing.NotFree:
            continue
        walk.step(candidate.owner.name, "核对、承诺并提交")
        walked = Walked("P01", case_no=found(CASE_NO, done, "case number"))
        docket_id = docket_of(tasks)
        buyer_at = walk.person(buyer)
        filing.confirm_invitation(buyer_at, docket_id)
        walk.step(buyer.name, "查看并确认")
        review_and_accept(walk, docket_id, seller_at, "my")
        pay_online(walk, buyer_at, buyer.name, docket_id)
        close(walk, walked, docket_id, buyer.name, "resident_id", buyer.number)
        look(walk, buyer_at, "my", walked, docket_id)
        return walked
    raise NothingLeft("P01")


def mortgage(walk: Walk) -> Walked:
    """B01: the bank's operator files, the owner confirms; the bank collects the proof."""
    for candidate in free(walk, "B01"):
        bank = candidate.organisation
        assert bank is not None
        bank_at = walk.account(f"{bank.key}-1")
        tasks = filing.begin(bank_at, "bank", "B01")
        walk.step(bank.name, "新建抵押申请")
        try:
            filing.choose_property(bank_at, tasks, candidate.unit_code)
            filing.name_parties(bank_at, tasks, candidate)
            today = clock.today()
            filing.name_terms(
                bank_at,
                tasks,
                {
                    "contract_no": f"JK{today:%Y%m%d}{candidate.unit_code[-8:]}",
                    "amount_fen": "50万",
                    "debt_from": today.isoformat(),
                    "debt_until": today.replace(year=today.year + 20, day=1).isoformat(),
                    "scope": "主债权及其利息、违约金、损害赔偿金和实现抵押权的费用",
                    "transfer_limited": "no",
                    "debtor": candidate.owner.name,
                },
            )
            walk.step(bank.name, f"填写抵押物{candidate.location}、抵押人、债权和合同")
            walk.step(bank.name, f"上传材料{filing.upload_all(bank_at, tasks)}项")
            filing.choose_delivery(bank_at, tasks, _phone(candidate))
            done = filing.check_and_submit(bank_at, tasks)
        except filing.NotFree:
            continue
        walk.step(bank.name, "核对、承诺，发给抵押人确认")
        walked = Walked("B01", case_no=found(CASE_NO, done, "case number"))
        docket_id = docket_of(tasks)
        owner_at = walk.person(candidate.owner)
        filing.confirm_invitation(owner_at, docket_id)
        walk.step(candidate.owner.name, "核对金额、期限并确认")
        review_and_accept(walk, docket_id, bank_at, "bank")
        collect(walk, docket_id)
        close(walk, walked, docket_id, *bank_operator(candidate))
        look(walk, bank_at, "bank", walked, docket_id)
        return walked
    raise NothingLeft("B01")


def discharge(walk: Walk) -> Walked:
    """B06: the bank gives up its mortgage; no certificate comes out, the old proof is void."""
    for candidate in free(walk, "B06"):
        bank = candidate.organisation
        assert bank is not None
        bank_at = walk.account(f"{bank.key}-1")
        tasks = filing.begin(bank_at, "bank", "B06")
        walk.step(bank.name, "新建抵押权注销申请")
        try:
            filing.choose_mortgage(bank_at, tasks, candidate.unit_code)
            filing.name_terms(bank_at, tasks, {"reason": "paid"})
            walk.step(bank.name, f"选择{candidate.location}上的抵押权，原因：主债权已清偿")
            walk.step(bank.name, f"上传材料{filing.upload_all(bank_at, tasks)}项")
            filing.choose_delivery(bank_at, tasks, "13800000000")
            done = filing.check_and_submit(bank_at, tasks)
        except filing.NotFree:
            continue
        walk.step(bank.name, "核对、承诺并提交")
        walked = Walked("B06", case_no=found(CASE_NO, done, "case number"))
        docket_id = docket_of(tasks)
        review_and_accept(walk, docket_id, bank_at, "bank")
        close(walk, walked, docket_id, "", "", "", certificate=False)
        look(walk, bank_at, "bank", walked, docket_id)
        return walked
    raise NothingLeft("B06")


def review_and_accept(
    walk: Walk, docket_id: str, applicant_at: Visitor, portal: str, *, slip: bool = True
) -> None:
    """网上审核 → 预审二维码 → 窗口受理登簿 → 打印. What the desk typed itself has no slip to scan."""
    reviewer = review(walk, docket_id)
    walk.step(reviewer, "认领、查询限制、逐项给出结论，预审通过")
    desk_at = walk.account(DESKS[0])
    if slip:
        page = applicant_at.get(f"/{portal}/cases/{docket_id}/pass/")
        code = found(SHORT_CODE, page, "short code")
        office.find_at_desk(desk_at, code)
        walk.step(DESKS[0], f"扫码{code}，调取卷宗影像")
    office.check_at_desk(desk_at, docket_id)
    walk.step(DESKS[0], "核验身份、再次查询限制、逐项比对纸质材料")
    office.accept(desk_at, docket_id)
    walk.step(DESKS[0], "受理并转正式，当场登簿")
    office.print_papers(desk_at, docket_id)
    walk.step(DESKS[0], "打印受理凭证、缴费通知、传递表、申请书、询问笔录")


def review(walk: Walk, docket_id: str) -> str:
    """The first reviewer whose business line the case is."""
    for login in REVIEWERS:
        visitor = walk.account(login)
        page = visitor.get(f"/desk/review/{docket_id}/", expect=None)
        if page.status == 200 and (page.has_form(action="/claim") or page.has_form("verdict")):
            try:
                office.review(visitor, docket_id)
            except StepFailed as failed:
                if "业务分工" in str(failed):
                    continue
                raise
            return login
    raise StepFailed("no reviewer may claim the case")


def collect(walk: Walk, docket_id: str) -> None:
    if office.collect_fee(walk.account(DESKS[0]), docket_id):
        walk.step(DESKS[0], "窗口收费，出缴费凭证")


def pay_online(walk: Walk, visitor: Visitor, who: str, docket_id: str) -> None:
    """Pay through the gateway: the code's page at the provider, then its call-back to us."""
    page = visitor.get(f"/my/pay/{docket_id}/")
    page = visitor.submit(page, page.form("key"))
    checkout = page.link(r"/pay/checkout/")
    with httpx.Client(timeout=30, trust_env=False, follow_redirects=True) as client:
        answer = client.post(checkout)
        if answer.status_code >= 400:
            raise StepFailed(f"the payment provider answered {answer.status_code}")
    result = visitor.get(f"/my/pay/{docket_id}/result/")
    if "已缴" not in result.text:
        raise StepFailed(f"{who}: paid, but the page does not say so ({result.said()})")
    walk.step(who, "网上缴费")


def close(
    walk: Walk, walked: Walked, docket_id: str, name: str, kind: str, number: str, *, certificate: bool = True
) -> None:
    """缮证 → 发证 → 归档."""
    certifier_at = walk.account(CERTIFIERS[0])
    if certificate:
        numbers = office.make_certificates(certifier_at, docket_id)
        walked.certificate_no = numbers[0] if numbers else None
        walk.step(CERTIFIERS[0], f"缮证{walked.certificate_no}")
        office.hand_out(certifier_at, docket_id, (name, kind, number), _collecting())
        walk.step(CERTIFIERS[0], "核对受理凭证、缴费凭证和身份，发证")
    if TYPES[walked.type].kind is RegistrationKind.CORRECTION:
        office.report_error(walk.account(DESKS[0]), docket_id)
        walk.step(DESKS[0], "填写差错报告")
    office.archive(certifier_at, docket_id)
    walk.step(CERTIFIERS[0], "归档")
    walked.entry_no = office.entry_number(walk.account(DESKS[0]).get(f"/desk/accept/{docket_id}/print/"))


def look(walk: Walk, visitor: Visitor, portal: str, walked: Walked, docket_id: str) -> None:
    """Whoever filed sees that it is done; of what the desk filed, for whom no applicant looks, the archive has a volume."""
    if portal == "desk":
        page, done = walk.account(CERTIFIERS[0]).get(f"/desk/archive/{docket_id}/"), "档案号"
    else:
        page, done = visitor.get(f"/{portal}/cases/{docket_id}/"), "已办结"
    if done not in page.text:
        raise StepFailed(f"{page.path}: the case is not archived ({page.said()})")
    walked.state = "archived"


def _phone(candidate: Candidate) -> str:
    return str(getattr(candidate.owner, "phone", ""))


def _collecting() -> dict[str, tuple[str, str, str]]:
    """Who collects for each organisation."""
    names = {o.key: o.name for o in ORGANISATIONS}
    return {names[o.organisation]: (o.name, "resident_id", o.number) for o in reversed(operators())}


def bank_operator(candidate: Candidate) -> tuple[str, str, str]:
    """The organisation's operator who collects: name, document, number."""
    assert candidate.organisation is not None
    operator = next(o for o in operators() if o.login == f"{candidate.organisation.key}-1")
    return operator.name, "resident_id", operator.number


def docket_of(tasks: Page) -> str:
    return tasks.path.strip("/").split("/")[-1]


def found(pattern: re.Pattern[str], page: Page, what: str) -> str:
    found = pattern.search(page.text)
    if found is None:
        raise StepFailed(f"{page.path}: no {what} to be seen ({page.said()})")
    return found.group()


@contextmanager
def walking(base_url: str, simulator_url: str, say: Callable[[str], None]) -> Iterator[Walk]:
    walk = Walk(base_url, simulator_url, say)
    try:
        yield walk
    finally:
        walk.close()
