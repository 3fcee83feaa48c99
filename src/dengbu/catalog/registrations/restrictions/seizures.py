"""S01 查封登记（含轮候、预查封、续封）, S02 解封登记. 实施细则 90-93; 查封规定; 法发〔2004〕5号."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import RegistrationKind
from dengbu.register.effects import Effect, Lift, Note, Restrict
from dengbu.register.rules import Judgement, RestrictionFact, UnitBook

from ..asking import Ask, Choice, Kind
from ..base import Role
from ..facts import holders, restricted_anew
from ..periods import COURT_MONTHS, after_months, end_of_day
from .line import LINES, SEIZURES, Line, settled
from .orders import (
    AUTHORITY_KIND,
    BEARERS,
    DOCUMENT_NO,
    OTHER_AUTHORITY,
    REQUESTER,
    RULING,
    SERVED_AT,
    AboutRestriction,
    ByPaper,
    day_of,
    longest_day,
    months_allowed,
    renewals_allowed,
    renewals_of,
    served_at,
    term_allowed,
)


def line_of(one: ByPaper, book: UnitBook, at: dt.datetime, lifted: Mapping[uuid.UUID, str] = {}) -> Line:
    """The line of a unit at an instant, after those named are lifted."""
    return settled(book, one.filed, at, months_allowed("court", day_of(at)) or COURT_MONTHS, lifted)


class Seizure(ByPaper):
    """查封登记: a court's or another organ's seizure is entered as served, at once, to the minute.

    One of a home that is seized already waits in the line and has no dates yet. What is not registered yet is
    pre-seized, in the name of its debtor. A renewal in time carries the same place on; one that comes too late is a new
    seizure at the end of the line (corrections 9). A longer term than the law allows is entered with the longest that
    it allows, and the organ is told (corrections 2). After the home has passed nothing is entered, and the receipt
    says to whom it passed and when (查封规定 23; corrections 1).
    """

    code, name = "S01", "查封登记（含轮候、预查封、续封）"
    served, holds = "must", True
    kind = RegistrationKind.SEIZURE
    roles = (
        REQUESTER,
        Role("debtor", "被执行人（当事人）", "other", "typed", required=False),
    )
    form = (
        Ask(
            "measure",
            "文书要求办理什么",
            Kind.CHOICE,
            choices=(
                Choice("seizure", "查封", hint="前面已有查封的，按送达先后轮候。"),
                Choice("preseizure", "预查封", hint="房屋还没有登记到被执行人名下。"),
                Choice("renewal", "续行查封（续封）"),
            ),
            empty="请选择文书要求办理的事项",
            basis="实施细则90；法发〔2004〕5号",
        ),
        AUTHORITY_KIND,
        DOCUMENT_NO,
        RULING,
        SERVED_AT,
        BEARERS,
        Ask(
            "earlier_no",
            "原查封的文书文号",
            hint="续封的是哪一项查封，照登记簿上的文号写。",
            only_if=("measure", ("renewal",)),
            max_length=100,
            basis="民诉解释485",
        ),
        Ask(
            "term_months",
            "查封期限（月）",
            Kind.NUMBER,
            "三年写 36。文书没有写的不填，按法定最长期限登记。",
            required=False,
            basis="民诉解释485",
        ),
        Ask(
            "until",
            "文书写明的到期日",
            Kind.DATE,
            "例如 2029-03-04。轮候查封没有起止日期，不填。",
            required=False,
            basis="民诉解释485",
        ),
        Ask(
            "share_of",
            "只查封哪位共有人的份额",
            hint="写共有人姓名；查封整处不动产的不填。",
            required=False,
            max_length=100,
            basis="查封规定12",
        ),
        Ask(
            "holder_named",
            "文书是否写明查封登记在他人名下的这处不动产",
            Kind.YES_NO,
            "被执行人不是登记簿上的权利人时填写。",
            required=False,
            basis="查封规定2、23",
        ),
    )
    legal_basis = "不动产登记暂行条例实施细则90-93；查封规定；法发〔2004〕5号"

    @classmethod
    def required_roles(cls, terms: Mapping[str, Any]) -> tuple[str, ...]:
        """A renewal names the seizure; all others name the debtor."""
        return ("requester",) if terms.get("measure") == "renewal" else ("requester", "debtor")

    # --- what it becomes

    def held(self, book: UnitBook) -> str:
        """Seizure, or pre-seizure of what is not registered yet. Of what is registered to the debtor by now it is a
        seizure whatever the paper calls it: all papers on one home stand in one line (corrections 3)."""
        if book.title is None:
            return "preseizure"
        if self.filed.terms.get("measure") == "preseizure":
            return "seizure" if self.filed.indexes("debtor") & book.title.holder_indexes else "preseizure"
        return "seizure"

    def in_time(self, old: RestrictionFact, at: dt.datetime) -> bool:
        """Whether a renewal was served before the old term was over: the minute of service counts, not the entry's."""
        return old.in_force(served_at(self.filed.terms, at))

    def renewed(self, book: UnitBook) -> RestrictionFact | None:
        """The seizure that a renewal names: by its paper's number, of this organ."""
        number = str(self.filed.terms.get("earlier_no") or "").strip()
        if self.filed.terms.get("measure") != "renewal":
            return None
        return next(
            (
                r
                for r in book.restrictions
                if r.kind in SEIZURES
                and r.document_no.strip() == number
                and r.authority.strip() == self.authority
            ),
            None,
        )

    def last_day(
        self, since: dt.date, at: dt.datetime, *, renewal: bool = False
    ) -> tuple[dt.date | None, bool]:
        """The last day of the term, counted from a day, and whether the law allows less than the paper asks."""
        terms = self.filed.terms
        limit = term_allowed(str(terms.get("authority_kind", "")), day_of(at), renewal)
        asked = dt.date.fromisoformat(terms["until"]) if terms.get("until") else None
        if asked is None and terms.get("term_months"):
            asked = after_months(since, int(terms["term_months"]))
        longest = longest_day(since, limit) if limit else None
        if asked is None or longest is None:
            return asked or longest, False
        return min(asked, longest), asked > longest

    def months(self, at: dt.datetime) -> tuple[int | None, bool]:
        """The term of one that waits, in months, and whether the law allows less than the paper asks."""
        asked = self.filed.terms.get("term_months")
        allowed = months_allowed(str(self.filed.terms.get("authority_kind", "")), day_of(at))
        if asked is None or allowed is None:
            return asked or allowed, False
        return min(int(asked), allowed), int(asked) > allowed

    # --- what stands against it

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        terms = self.filed.terms
        if terms.get("measure") == "renewal":
            old = self.renewed(book)
            if old is None:
                yield Refusal(
                    "O_NO_SEIZURE",
                    f"登记簿上没有{self.authority}以这一文号作出的查封。",
                    "请核对原文号；原查封已经注销的，按新的查封办理，排在最后。",
                    "民诉解释485",
                    "earlier_no",
                )
            elif (
                not self.in_time(old, at) and self._passed_since(book, old) and not terms.get("holder_named")
            ):
                yield self._passed(book)
            return
        debtors = self.filed.role("debtor")
        if not debtors:
            yield Refusal(
                "O_NO_DEBTOR",
                "还没有填写被执行人。",
                "请照文书填写被执行人（当事人）的姓名和证件号码。",
                "查封规定2",
                "parties",
            )
        elif self.held(book) == "preseizure":
            if len(debtors) > 1:
                yield Refusal(
                    "O_ONE_DEBTOR",
                    "一项预查封只能写一位被执行人。",
                    "有几位的，请分别登记：房屋登记到谁名下，谁的预查封才转为查封。",
                    "法发〔2004〕5号",
                    "parties",
                )
        elif (
            book.title
            and not self.filed.indexes("debtor") & book.title.holder_indexes
            and terms.get("holder_named") is not True
        ):
            yield self._passed(book)
        share = str(terms.get("share_of") or "").strip()
        if share and book.title and share not in {h.name for h in book.title.holders}:
            yield Refusal(
                "F_SHARE_OF",
                f"登记簿上的共有人里没有“{share}”。",
                "请照登记簿写共有人姓名；查封整处不动产的不填。",
                "查封规定12",
                "share_of",
            )

    @staticmethod
    def _passed_since(book: UnitBook, old: RestrictionFact) -> bool:
        """Whether the home came to somebody else after this seizure had begun, that is, once its term was over."""
        title, since = book.title, old.from_at
        return (
            title is not None
            and since is not None
            and old.kind == "seizure"
            and title.registered_on > day_of(since)
            and old.party_index not in title.holder_indexes
        )

    @staticmethod
    def _passed(book: UnitBook) -> Refusal:
        title = book.title
        assert title is not None
        day = title.registered_on
        owners = "、".join(h.name for h in title.holders)
        return Refusal(
            "O_HOME_PASSED",
            f"这处不动产已于{day.year}年{day.month}月{day.day}日登记在{owners}名下（登簿编号{title.entry_number}），"
            "被执行人不是登记簿上的权利人。",
            "不登记查封，出具回执告知机关登记的时间和权利人，文书存档；机关要查封现权利人名下的不动产的，"
            "须另出具写明该不动产的文书。",
            "查封规定23；民法典214",
            "parties",
        )

    def judge(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Judgement:
        judged = super().judge(books, at)
        book = books.get(self.filed.unit_code)
        if judged.refusals or book is None:
            return judged
        notes = [e for e in self.effects(books, at) if isinstance(e, Note)]
        told = tuple(_warning(note) for note in notes)
        return replace(judged, warnings=(*judged.warnings, *told))

    # --- what is entered

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book, terms = books[self.filed.unit_code], self.filed.terms
        old = self.renewed(book)
        if old is not None and self.in_time(old, at):
            yield from self._carried_on(book, old, at)
            return
        line = line_of(self, book, at)
        yield from line.effects
        if old is not None:  # too late: a new one of the same kind
            held = next(h for h, w in LINES.items() if old.kind in (h, w))
            if held == "preseizure" and book.title and old.party_index in book.title.holder_indexes:
                held = "seizure"  # registered to its debtor since
            share, party = old.share_of, restricted_anew(old, self.filed, book.code).party
        else:
            held, share = self.held(book), str(terms.get("share_of") or "").strip()
            party = next(iter(holders(self._named_first(book))), None)
        waits = line.ahead(held, share)
        if waits:
            months, capped = self.months(at)
            since, until = None, None
            entered = f"{months}个月（轮候）"
        else:
            months, since = None, served_at(terms, at)
            last, capped = self.last_day(day_of(at), at)
            until = end_of_day(last) if last else None
            entered = f"至{last}"
        yield Restrict(
            kind=LINES[held] if waits else held,
            unit=book.code,
            authority=self.authority,
            document_no=str(terms.get("document_no") or ""),
            from_at=since,
            until_at=until,
            position=line.last_place(held) + 1 if waits else 0,
            share_of=share,
            party=party,
            term_months=months,
        )
        if capped:
            yield self._capped(book, entered)

    def _carried_on(self, book: UnitBook, old: RestrictionFact, at: dt.datetime) -> Iterable[Effect]:
        """A renewal in time: the same place in the line, a new end."""
        number = str(self.filed.terms.get("document_no") or "")
        times = renewals_of(old.note) + 1
        note = f"续封（第{times}次），原文号：{old.document_no}"[:500]
        yield Lift(book.code, old.public_id, "renewed")
        if old.kind in LINES.values():
            months, capped = self.months(at)
            yield restricted_anew(
                old,
                self.filed,
                book.code,
                document_no=number,
                note=note,
                term_months=months or old.term_months,
            )
            entered = f"{months}个月（轮候）"
        else:
            ended = day_of(old.until_at - dt.timedelta(seconds=1)) if old.until_at else day_of(at)
            last, capped = self.last_day(ended, at, renewal=True)
            until = end_of_day(last) if last else None
            yield restricted_anew(old, self.filed, book.code, document_no=number, note=note, until_at=until)
            entered = f"至{last}"
        if capped:
            yield self._capped(book, entered)
        allowed = renewals_allowed(str(self.filed.terms.get("authority_kind", "")), day_of(at))
        if allowed is not None and times > allowed:
            yield self._told(book, "renewals_over", times=times, allowed=allowed, entered=entered)

    def _named_first(self, book: UnitBook) -> list[Any]:
        """The debtors, those first whom the book names as owners."""
        owned = book.title.holder_indexes if book.title else frozenset()
        return sorted(self.filed.role("debtor"), key=lambda p: p.number_index not in owned)

    def _capped(self, book: UnitBook, entered: str) -> Note:
        terms = self.filed.terms
        asked = f"至{terms['until']}" if terms.get("until") else f"{terms.get('term_months')}个月"
        return self._told(book, "term_capped", asked=asked, entered=entered)

    def _told(self, book: UnitBook, kind: str, **said: Any) -> Note:
        """What the organ is told of, and what is open until it answers (corrections 2, 9)."""
        number = str(self.filed.terms.get("document_no") or "")
        return Note(book.code, kind, {"authority": self.authority, "document_no": number, **said})


def _warning(note: Note) -> Refusal:
    """What an officer reads before the entry: it goes in all the same, and the organ gets a letter."""
    said = note.said
    if note.kind == "renewals_over":
        return Refusal(
            "O_RENEWALS_OVER",
            f"这是第{said['times']}次续封，规定可以续封{said['allowed']}次，已照文书登记。",
            "系统生成告知函，请发出并跟踪回复。",
            "查封规定27；法发〔2004〕5号3",
            "measure",
        )
    return Refusal(
        "O_TERM_CAPPED",
        f"文书要求的查封期限超过法定最长期限，已按{said['entered']}登记。",
        "系统生成告知函，请发出并跟踪回复。",
        "民诉解释485；法发〔2004〕5号3",
        "term_months",
    )


LAPSED = "lapsed"


class Unsealing(AboutRestriction):
    """解封登记: a seizure is lifted by the organ that made it, or has run out; the next in the line takes its place.

    实施细则 92; 查封规定 26, 27. One that ran out needs no paper: its effect is gone already (corrections 8).
    """

    code, name = "S02", "解封登记"
    served = "may"
    kind = RegistrationKind.SEIZURE
    target_kinds = SEIZURES
    roles = (replace(REQUESTER, required=False),)
    form = (
        Ask(
            "reason",
            "为什么解除",
            Kind.CHOICE,
            choices=(
                Choice("ordered", "机关出具解除查封的文书", "order_served"),
                Choice(LAPSED, "查封期限届满，没有续封"),
            ),
            empty="请选择解除的原因",
            basis="查封规定27；实施细则92",
        ),
        replace(DOCUMENT_NO, only_if=("reason", ("ordered",))),
        replace(SERVED_AT, only_if=("reason", ("ordered",))),
        replace(BEARERS, only_if=("reason", ("ordered",))),
        replace(OTHER_AUTHORITY, only_if=("reason", ("ordered",))),
    )
    legal_basis = "不动产登记暂行条例实施细则92；查封规定26、27"

    @classmethod
    def required_roles(cls, terms: Mapping[str, Any]) -> tuple[str, ...]:
        return () if terms.get("reason") == LAPSED else ("requester",)

    def check_all(self, book: UnitBook, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Refusal]:
        yield from super().check_all(book, books, at)
        found = self.the_restriction(book)
        if found is None:
            return
        if self.filed.terms.get("reason") == LAPSED:
            if found.in_force(at):
                yield Refusal(
                    "O_NOT_LAPSED",
                    "这项查封的期限还没有届满。",
                    "请等期限届满，或凭机关的解除文书办理。",
                    "查封规定27",
                    "reason",
                )
        else:
            yield from self.same_authority(found)

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book = books[self.filed.unit_code]
        found = self.targeted(book)
        if (
            self.filed.terms.get("reason") == LAPSED
        ):  # the line itself says that its term is over, and since when
            return line_of(self, book, at).effects
        number = str(self.filed.terms.get("document_no") or "")
        return line_of(self, book, at, {found.public_id: number or "lifted"}).effects
