"""New papers for a right that stays as it is: P15 换发, P16 遗失补发, B13 登记证明补发."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client, RegistrationKind
from dengbu.register.effects import Effect, Note
from dengbu.register.rules import RightFact, UnitBook

from .asking import Ask, Choice, Kind
from .base import RegistrationType, Role
from .tables import SOFT

OLD_NUMBER = Ask(
    "old_certificate",
    "原证书（证明）号",
    hint="例如 豫（2024）郑州市不动产权第0012345号；记不清的请先查询登记簿。",
    max_length=80,
    prefill="certificate",
    basis="实施细则22",
)


class NewPaper(RegistrationType):
    """换发、补发: the old certificate is void, a new number is given, no right changes (细则 22).

    The entry has one effect, a note on the right: the new certificate rests on it. What stands in the book is not
    touched; whoever has a right or a restriction on the home is neither asked nor harmed.
    """

    line = "other"
    kind = RegistrationKind.OTHER
    produces: ClassVar[CertificateKind] = CertificateKind.CERTIFICATE
    voids_certificate = True
    answers_to = SOFT
    note: ClassVar[Literal["renewed", "reissued"]]
    holder_role: ClassVar[str] = "holder"
    legal_basis = "实施细则22"

    def right(self, book: UnitBook) -> RightFact | None:
        """The right whose paper is renewed."""
        return book.title

    def check(self, book: UnitBook) -> Iterable[Refusal]:
        right = self.right(book)
        if right is None:
            yield Refusal(
                "B_NO_TITLE",
                "登记簿上没有这项权利，或者已经注销，不能换发、补发。",
                "请核对不动产单元号，或到窗口查询登记簿。",
                "实施细则22",
                "unit",
            )
        else:
            applying = self.filed.indexes(self.holder_role)
            if not applying or not applying <= right.holder_indexes:
                yield Refusal(
                    "P_NOT_HOLDER",
                    "申请人不是登记簿上的权利人。",
                    "证书、证明由登记簿上的权利人申请换发、补发；请核对姓名和证件号码。",
                    "实施细则22",
                    "parties",
                )
        yield from super().check(book)

    def said(self) -> dict[str, Any]:
        """What the note keeps: the void certificate, and why."""
        terms = self.filed.terms
        return {
            "certificate": str(terms.get("old_certificate", "")),
            "reason": str(terms.get("reason", "lost")),
        }

    def effects(self, books: Mapping[str, UnitBook], at: dt.datetime) -> Iterable[Effect]:
        book = books[self.filed.unit_code]
        right = self.right(book)
        assert right is not None  # B_NO_TITLE has refused
        yield Note(book.code, self.note, self.said(), right.public_id)


class CertificateRenewal(NewPaper):
    """换发证书: damaged, full, or of an old form. The old one is taken in. 细则 22."""

    code, name = "P15", "换发证书"
    client = Client.PERSON
    roles = (Role("holder", "权利人", "taker", "register"),)
    note = "renewed"
    form = (
        Ask(
            "reason",
            "为什么换发",
            Kind.CHOICE,
            choices=(
                Choice("damaged", "证书破损、填写页已满"),
                Choice("old_form", "旧的房产证、土地证换成不动产权证书"),
            ),
            basis="实施细则22",
        ),
        OLD_NUMBER,
    )
    fee_rule = "FEE_CERT10"


class CertificateReissue(NewPaper):
    """补发证书（遗失）: the loss is declared on the portal, then a new certificate is made, marked 补发. 细则 22.

    Since 2024-05-21 without fifteen days of waiting: no public notice in the policy (corrections 21).
    """

    code, name = "P16", "补发证书（遗失）"
    client = Client.PERSON
    roles = (Role("holder", "权利人", "taker", "register"),)
    note = "reissued"
    form = (
        OLD_NUMBER,
        Ask("lost_on", "大约什么时候发现丢失", Kind.DATE, "例如 2026-03-05", required=False),
        Ask(
            "declared",
            "证书没有抵押、出借给别人，找到旧证会交回",
            Kind.YES_NO,
            "声明会在门户网站上公布，旧证书从补发时起作废。",
            basis="实施细则22",
        ),
    )
    fee_rule = "FEE_CERT10"

    @classmethod
    def weigh(cls, terms: Mapping[str, Any]) -> Iterable[Refusal]:
        yield from super().weigh(terms)
        if terms.get("declared") is False:
            yield Refusal(
                "B_NOT_LOST",
                "证书在别人手里，不是遗失，不能补发。",
                "请先把证书要回来；要不回来的，可通过诉讼解决。",
                "实施细则22",
                "declared",
            )


class ProofReissue(NewPaper):
    """登记证明补发: a lost proof of a mortgage, notice or residence right; its holder declares the loss. Free of charge.

    细则 22; 自然资源部令14号; corrections 21.
    """

    code, name = "B13", "不动产登记证明补发"
    client = Client.BANK
    filed_from = (Client.BANK, Client.PERSON, Client.DEVELOPER)  # whoever has a proof
    roles = (Role("holder", "证明上的权利人", "taker", "right"),)
    subject = "right"
    target_kinds = ("mortgage", "advance_notice", "residence", "easement")
    produces = CertificateKind.PROOF
    titles = {"property": "选择证明丢失的权利", "reason": "丢失的证明和声明"}
    note = "reissued"
    form = (
        replace(
            OLD_NUMBER,
            label="丢失的登记证明号",
            hint="例如 豫（2026）郑州市上街区不动产证明第0012345号；记不清的请先查询登记簿。",
        ),
        *(
            replace(ask, label="登记证明没有出借、交给别人，找到旧证明会交回")
            if ask.key == "declared"
            else ask
            for ask in CertificateReissue.form[1:]
        ),
    )
    fee_rule = "FEE_ZERO"
    legal_basis = "实施细则22；自然资源部令第14号"

    def right(self, book: UnitBook) -> RightFact | None:
        right = book.right(self.target) if self.target else None
        return right if right is not None and right.kind in self.target_kinds else None

    @classmethod
    def weigh(cls, terms: Mapping[str, Any]) -> Iterable[Refusal]:
        yield from CertificateReissue.weigh(terms)
