"""What types about one mortgage in the book share."""

from __future__ import annotations

from collections.abc import Iterable

from dengbu.core.refusals import Refusal
from dengbu.core.vocabulary import CertificateKind, Client
from dengbu.register.rules import RightFact

from ..base import AboutRight
from ..tables import RELIEF


class AboutMortgage(AboutRight):
    """A mortgage whose holder or contents change while its rank stays."""

    client = Client.BANK
    line = "mortgage"
    target_kinds = ("mortgage",)
    missing_text = "登记簿上没有这一抵押权，或者已经注销。"
    produces = CertificateKind.PROOF
    voids_certificate = True
    answers_to = RELIEF

    def bank_applies(self, right: RightFact, role: str = "mortgagee") -> Iterable[Refusal]:
        """All whom the book names as mortgagees apply (条例 14)."""
        if self.filed.indexes(role) != right.holder_indexes:
            yield Refusal(
                "P_NOT_MORTGAGEE",
                "这一抵押权登记在其他机构名下，或者抵押权人没有全部参加申请。",
                f"请由登记簿上的抵押权人作为{self.word(role)}申请。",
                "不动产登记暂行条例14",
                "right",
            )


def is_works(right: RightFact) -> bool:
    """A mortgage on works in progress (在建建筑物抵押)."""
    return right.terms.get("thing") == "works_in_progress"


def claim_fen(right: RightFact) -> int:
    """The claim that a mortgage secures: of a maximum-amount mortgage the sum that was fixed, not the ceiling (民法典 423)."""
    return int(right.terms.get("fixed_amount_fen") or right.terms.get("amount_fen") or 0)


def is_open_maximum(right: RightFact) -> bool:
    """A maximum-amount mortgage whose claims are not fixed yet (民法典 423)."""
    return right.terms.get("mortgage_kind") == "maximum" and "fixed_amount_fen" not in right.terms
