"""What all papers of courts and other organs say, and who brings them (协助执行). Shared by seizures and freezes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from dengbu.catalog.policy.policy import time_limit
from dengbu.catalog.policy.schema import PolicyMissing, TimeLimit
from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import Client, RegistrationKind
from dengbu.register.rules import SHANGHAI, RestrictionFact, UnitBook

from ..asking import Ask, Choice, Kind
from ..base import RegistrationType, Role
from ..periods import after_months
from ..tables import ORDER, Rule

REQUESTER = Role("requester", "嘱托机关", "other", "typed", many=False)
AUTHORITY_KIND = Ask(
    "authority_kind",
    "机关种类",
    Kind.CHOICE,
    "查封期限的上限因机关而不同。",
    choices=(
        Choice("court", "人民法院"),
        Choice("police", "公安机关"),
        Choice("procuratorate", "人民检察院"),
        Choice("supervision", "监察机关"),
        Choice("tax", "税务机关"),
        Choice("administration", "其他行政机关"),
    ),
    basis="法发〔2004〕5号；实施细则90",
)
DOCUMENT_NO = Ask(
    "document_no", "文书文号", hint="例如（2026）豫0106执12号。", max_length=100, basis="实施细则90"
)
SERVED_AT = Ask(
    "served_at",
    "文书送达的时间",
    Kind.MINUTE,
    "写到分钟，例如 2026-03-05 10:05。通过网络查控送达的，写系统收到的时间。",
    basis="实施细则91；查封规定",
)
BY_NETWORK = "网络查控"
BEARERS = Ask(
    "bearers",
    "送达人员姓名和证件号（两人）",
    Kind.LONG,
    "核对两人的工作证和执行公务证后照抄；通过网络查控送达的，写“网络查控”和请求单号。",
    basis="法发〔2004〕5号",
)
RULING = Ask(
    "ruling",
    "有没有附裁定书、决定书",
    Kind.YES_NO,
    condition="ruling_attached",
    basis="实施细则90",
)


def term_allowed(authority_kind: str, day: dt.date, renewal: bool = False) -> TimeLimit | None:
    """The longest term of a seizure by this kind of organ, by the dated policy; None where it sets none.

    民诉解释 485 for courts; for others see `time_limits.toml` (corrections 9).
    """
    for key in (f"seizure_{authority_kind}_renewal", f"seizure_{authority_kind}"):
        if renewal or not key.endswith("_renewal"):
            try:
                return time_limit(key, day)
            except PolicyMissing:
                continue
    return None


def months_allowed(authority_kind: str, day: dt.date, renewal: bool = False) -> int | None:
    """`term_allowed` in months, for one that waits: 30 days count as one."""
    limit = term_allowed(authority_kind, day, renewal)
    if limit is None:
        return None
    if limit.unit == "calendar_days":
        return max(limit.amount // 30, 1)
    return limit.amount * 12 if limit.unit == "years" else limit.amount


def longest_day(since: dt.date, limit: TimeLimit) -> dt.date:
    """The last day of the longest term that begins on a day (民法典 201, 202)."""
    if limit.unit == "calendar_days":
        return since + dt.timedelta(days=limit.amount)
    return after_months(since, limit.amount * 12 if limit.unit == "years" else limit.amount)


def renewals_allowed(authority_kind: str, day: dt.date) -> int | None:
    """How often an organ of this kind may renew a seizure; None where the policy knows no limit (corrections 9)."""
    limit = term_allowed(authority_kind, day)
    return limit.renewals if limit else None


_RENEWED = re.compile(r"续封（第(\d+)次）")


def renewals_of(note: str) -> int:
    """How often a seizure has been renewed, as the book's own note says; 0 for one that never was."""
    found = _RENEWED.match(note)
    return int(found[1]) if found else int(note.startswith("续封，"))


def served_at(terms: Mapping[str, Any], at: dt.datetime) -> dt.datetime:
    """The instant at which the paper was served; the present one where it is not said."""
    said = terms.get("served_at")
    return dt.datetime.fromisoformat(str(said)) if said else at


def day_of(at: dt.datetime) -> dt.date:
    return at.astimezone(SHANGHAI).date()


class ByPaper(RegistrationType):
    """Entered on an organ's paper: the registry looks at the paper's form and does not judge it (法发〔2004〕5号 3)."""

    client = Client.STAFF
    line = "other"
    kind = RegistrationKind.OTHER
    conflict_class = "order"
    pending = Rule.WARN  # an order does not wait for a case that runs
    answers_to = ORDER
    fee_rule = "FEE_ZERO"

    def claim_class(self) -> str:
        """Papers on one unit do not exclude each other: the minute of service says which is entered first."""
        return f"order:{self.docket_id}" if self.holds else super().claim_class()

    def conditions(self, book: UnitBook | None, at: dt.datetime) -> frozenset[str]:
        """Copies of the credentials of those who came in person (法发〔2004〕5号 1)."""
        bearers = str(self.filed.terms.get("bearers") or "")
        in_person = {"served_in_person"} if bearers and not bearers.startswith(BY_NETWORK) else set()
        return super().conditions(book, at) | in_person

    @property
    def authority(self) -> str:
        """The organ whose paper it is."""
        return next((p.name.strip() for p in self.filed.role("requester")), "")

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        if self.filed.terms.get("served_at") and served_at(self.filed.terms, at) > at:
            yield Refusal(
                "F_SERVED_LATER",
                "送达时间晚于现在。",
                "请核对文书送达的日期和时间。",
                "实施细则91",
                "served_at",
            )


class AboutRestriction(ByPaper):
    """A type about one restriction in the book: it names it, and it must be live and of the right kind."""

    subject = "restriction"
    missing_text: ClassVar[str] = "登记簿上没有这项限制，或者已经解除。"

    def the_restriction(self, book: UnitBook) -> RestrictionFact | None:
        found = next((r for r in book.restrictions if r.public_id == self.target), None)
        return found if found is not None and found.kind in self.target_kinds else None

    def targeted(self, book: UnitBook) -> RestrictionFact:
        """The restriction, for `effects`: `check` has refused what is not there."""
        found = self.the_restriction(book)
        assert found is not None
        return found

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        if self.the_restriction(book) is None:
            yield Refusal(
                "B_NO_RESTRICTION", self.missing_text, "请刷新登记簿后重新选择。", "条例10", "right"
            )
        yield from super().check(book)

    def same_authority(self, restriction: RestrictionFact) -> Iterable[Refusal]:
        """Who made it lifts it; another organ says on what ground it does (移送, 上级法院, 商请移送执行)."""
        if restriction.authority.strip() != self.authority and not self.filed.terms.get("other_authority"):
            yield Refusal(
                "O_OTHER_AUTHORITY",
                f"这项限制由{restriction.authority}作出，文书由{self.authority or '其他机关'}出具。",
                "请由原机关出具解除文书；由上级机关或受移送机关出具的，写明依据的文书。",
                "实施细则92；查封规定",
                "other_authority",
            )


OTHER_AUTHORITY = Ask(
    "other_authority",
    "不是原机关出具文书的依据",
    hint="原机关自己解除的不填。例如：上级法院裁定，移送执行函文号。",
    required=False,
    max_length=100,
    basis="实施细则92",
)
