"""收取和退还的原件 of a case: what the desk took in (its verdicts), what went back, what copy stays (corrections §2.5, 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dengbu.core import clock
from dengbu.core.refusals import Refusal
from dengbu.register.rules import UnitBook

from .facts import CaseFacts
from .lifecycle import State
from .models import OriginalsReturn, Verdict

ENDED: Final = frozenset({State.REFUSED, State.DECLINED, State.WITHDRAWN, State.EXPIRED})
RECEIVERS: Final = {"applicant": "申请人本人", "agent": "代理人", "mail": "邮寄"}


@dataclass(frozen=True, slots=True)
class Original:
    """One paper whose original is or was here: how many came, how many went back, how many pages and copies stay."""

    key: str
    name: str
    received: int
    returned: int
    copies: int
    pages: int
    surrendered: bool  # an old certificate, taken in only when a new one is made

    @property
    def here(self) -> int:
        return self.received - self.returned


def originals(found: CaseFacts, book: UnitBook | None) -> tuple[list[Original], list[OriginalsReturn]]:
    """The originals the desk took in, and every return. Two statements."""
    docket = found.case.docket_id
    returns = list(OriginalsReturn.objects.filter(docket_id=docket).order_by("round"))
    back: Counter[str] = Counter()
    for one in returns:
        back.update({x["item"]: x["originals"] for x in one.items})
    lines = {line.key: line.item for line in found.checklist(book, clock.now())}
    taken = Verdict.objects.filter(docket_id=docket, stage="desk", originals__gt=0).order_by("pk")
    rows = [
        Original(
            key=v.item,
            name=lines[v.item].name if v.item in lines else v.item,
            received=v.originals,
            returned=back[v.item],
            copies=v.copies,
            pages=found.pages.get(v.item, 0),
            surrendered=v.item in lines and lines[v.item].surrendered,
        )
        for v in taken
    ]
    return rows, returns


def why_not(
    state: str, rows: Sequence[Original], giving: Mapping[str, int], receiver: str, how: str
) -> list[Refusal]:
    """Everything against handing these back now. Pure."""
    if State(state) not in ENDED:
        return [
            Refusal(
                "ORIGINALS_CASE_OPEN",
                "这件申请没有结束，原件还要用。",
                "不予受理、不予登记、撤回以后退还原件；登簿的，原证收回存档。",
                "条例15、17、22",
            )
        ]
    wrong = []
    if not any(giving.values()):
        wrong.append(Refusal("ORIGINALS_NONE", "请填写退还的份数。", "", "", "items"))
    for row in rows:
        count = giving.get(row.key, 0)
        if not 0 <= count <= row.here:
            wrong.append(
                Refusal(
                    "ORIGINALS_COUNT",
                    f"“{row.name}”现有原件{row.here}份，不能退{max(count, 0)}份。",
                    "请核对份数。",
                    "",
                    f"give-{row.key}",
                )
            )
        elif count and not row.pages and not row.copies:
            wrong.append(
                Refusal(
                    "ORIGINALS_NO_COPY",
                    f"“{row.name}”没有留存复印件或影像，不能退还原件。",
                    "请先复印并在核验时登记复印件份数，或扫描上传。",
                    "corrections §2.6",
                    f"give-{row.key}",
                )
            )
    if set(giving) - {r.key for r in rows}:
        wrong.append(Refusal("ORIGINALS_UNKNOWN", "有一项材料不在收取清单里。", "请刷新页面。"))
    if not 2 <= len(receiver.strip()) <= 100:
        wrong.append(Refusal("ORIGINALS_RECEIVER", "请填写领取人的姓名或名称。", "", "", "receiver"))
    if how not in RECEIVERS:
        wrong.append(Refusal("ORIGINALS_HOW", "请选择领取人的身份。", "", "", "receiver_how"))
    return wrong
