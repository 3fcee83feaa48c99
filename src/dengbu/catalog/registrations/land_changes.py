"""D02 国有建设用地使用权变更登记."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import Client, LandUse
from dengbu.register.effects import Amend, AmendParcel, Effect, End
from dengbu.register.rules import UnitBook

from .asking import Ask, Choice, Kind, survey_ask
from .base import Role
from .changes import (
    NEW_LOCATION,
    NEW_TERM,
    TitleChange,
    after_renaming,
    areas_measured,
    later_term,
    only_for,
    renamed_in_others,
)
from .facts import regranted


class LandChange(TitleChange):
    """国有建设用地使用权变更登记: name, address, use, area, term, price of the land right. 民法典 350; 细则 26, 37.

    A new address is only told to creditors and courts (corrections 22), a new name concerns nobody else (as P09).
    """

    code, name = "D02", "国有建设用地使用权变更登记"
    client = Client.DEVELOPER
    roles = (
        Role("holder", "土地使用权人", "taker", "land"),
        Role("renamed", "变更后的权利人", "other", "typed", many=False, required=False),
    )
    subject = "land"
    survey_kinds = ("land",)
    soft_changes = ("name",)
    form = (
        Ask(
            "change",
            "变更什么",
            Kind.CHOICE,
            "一次办一项；有几项的请分别申请。",
            (
                Choice("name", "名称或证件号码", "name_changed"),
                Choice("location", "坐落", "thing_changed"),
                Choice("use", "用途", "land_use_changed"),
                Choice("area", "面积", "thing_changed"),
                Choice("term", "使用期限", "land_terms_changed"),
                Choice("price", "土地价款", "land_terms_changed"),
            ),
            basis="实施细则26",
        ),
        Ask(
            "old_name", "登记簿上原来的名称", max_length=200, only_if=only_for("name"), basis="实施细则26"
        ),
        NEW_LOCATION,
        Ask(
            "new_land_use",
            "变更后的用途",
            Kind.CHOICE,
            "以批准文件为准。",
            tuple(Choice(u.value, u.label) for u in LandUse),
            only_if=only_for("use"),
            basis="民法典350；实施细则26",
        ),
        NEW_TERM,
        survey_ask(only_for("area")),
        Ask(
            "new_price_fen",
            "变更后的土地价款",
            Kind.MONEY,
            "按补充协议填写，例如 1200万。",
            only_if=only_for("price"),
            basis="实施细则26",
        ),
        Ask("needs_approval", "这项变更须经政府或主管部门批准吗", Kind.YES_NO, condition="approval_needed",
            required=False),
    )  # fmt: skip
    legal_basis = "民法典350、359；实施细则26、37"

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        yield from super().check(book)
        if self.change == "term":
            yield from later_term(self.filed, book)

    def parcel_after(self, book: UnitBook) -> dict[str, Any]:
        """The parcel's facts after the change."""
        terms, facts = self.filed.terms, dict(book.parcel)
        if self.change == "location":
            facts["location"] = terms.get("new_location")
        elif self.change == "use":
            facts["land_use"] = terms.get("new_land_use")
        elif self.change == "term":
            facts["term_until"] = terms.get("new_term_until")
        elif self.change == "area":
            facts |= areas_measured(self.filed, book.code)
        return facts

    def facts_after(self, book: UnitBook) -> dict[str, Any] | None:
        if self.change == "location" and book.location != self.filed.terms.get("new_location"):
            return {**book.facts, "location": self.filed.terms.get("new_location")}
        if self.change == "area":
            return {**book.facts, **areas_measured(self.filed, book.code)}
        return None

    def differs(self, book: UnitBook) -> bool:
        return super().differs(book) or self.parcel_after(book) != dict(book.parcel)

    def title_after(self, book: UnitBook) -> dict[str, Any]:
        now, terms = self.title_now(book), self.filed.terms
        new = {"term": ("term_until", "new_term_until"), "price": ("price_fen", "new_price_fen")}.get(
            self.change
        )
        if new is None or not now:  # without a title R_NOFIRST refuses
            return now
        return {**now, "terms": {**now["terms"], new[0]: terms.get(new[1])}}

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book = books[self.filed.unit_code]
        title = book.title
        assert title is not None  # R_NOFIRST has refused
        parcel = self.parcel_after(book)
        if parcel != dict(book.parcel):
            yield AmendParcel(book.parcel_code, parcel)
        facts = self.facts_after(book)
        if facts is not None:
            yield Amend(book.code, facts)
        yield End(book.code, title.public_id, "changed")
        more = self.title_after(book)
        if self.change == "name":
            more["holders"] = after_renaming(self.filed, title)
        yield regranted(title, self.filed, book.code, **more)
        if self.change == "name":
            yield from renamed_in_others(self.filed, book)
