"""Decisions about volumes and hand-over lists. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from dengbu.core.refusals import Refusal

LIST_LENGTH: Final = 200

ALREADY_ARCHIVED: Final = Refusal("ARCHIVE_DONE", "这件业务已经归档。", "请刷新页面，查看档案号。")
NOTHING_WAITS: Final = Refusal("ARCHIVE_NOTHING_WAITS", "没有待移交的卷宗。", "归档完成后再生成移交清单。")
LIST_UNKNOWN: Final = Refusal("HAND_OVER_UNKNOWN", "没有找到这张移交清单。", "请从移交清单列表重新打开。")
LIST_RECEIVED: Final = Refusal(
    "HAND_OVER_RECEIVED", "这张移交清单档案室已经签收。", "不能再改动，请刷新页面查看。"
)
LIST_RETURNED: Final = Refusal(
    "HAND_OVER_RETURNED", "这张移交清单已经退回。", "卷宗已回到待移交，请重新生成清单。"
)
LIST_NOT_PRINTED: Final = Refusal(
    "HAND_OVER_NOT_PRINTED", "移交清单还没有生成打印件。", "请先打印清单，双方签字后再登记签收。"
)
RECEIVER_EMPTY: Final = Refusal("HAND_OVER_RECEIVER_EMPTY", "请输入档案室接收人姓名", field="received_by")
REASON_EMPTY: Final = Refusal("HAND_OVER_REASON_EMPTY", "请写明退回原因", field="reason")


def pages_of(catalogue: Sequence[Mapping[str, Any]]) -> int:
    """Pages that the catalogue (卷内目录) counts."""
    return sum(int(line["pages"]) for line in catalogue)


def may_archive(
    catalogue: Sequence[Mapping[str, Any]], paper_pages: int, difference_note: str
) -> list[Refusal]:
    """Every reason why a file cannot be closed: no catalogue, a line without pages, paper that differs unexplained."""
    found: list[Refusal] = []
    if not catalogue:
        found.append(Refusal("ARCHIVE_CATALOGUE_EMPTY", "卷内目录是空的。", "请先生成卷内目录。"))
    for line in catalogue:
        if int(line["pages"]) < 1:
            found.append(
                Refusal(
                    "ARCHIVE_LINE_EMPTY", f"“{line['title']}”没有页数。", "请补齐材料，或从目录中去掉这一项。"
                )
            )
    counted = pages_of(catalogue)
    if paper_pages < 0:
        found.append(Refusal("PAPER_PAGES_EMPTY", "请填写清点的纸质页数", field="paper_pages"))
    elif paper_pages != counted and not difference_note.strip():
        found.append(
            Refusal(
                "PAPER_PAGES_DIFFER",
                f"纸质材料清点为 {paper_pages} 页，卷内目录为 {counted} 页。",
                "请核对缺页；确认无误的，请写明不一致的原因。",
                field="difference_note",
            )
        )
    return found


def may_hand_over(asked: int, numbers_gone: Sequence[str]) -> Refusal | None:
    """Whether the chosen volumes still wait; `numbers_gone` are those that stand on another list already."""
    if numbers_gone:
        return Refusal(
            "VOLUME_ON_ANOTHER_LIST",
            f"卷宗 {'、'.join(numbers_gone[:5])} 已在别的移交清单上。",
            "请刷新待移交列表后重新选择。",
        )
    if asked > LIST_LENGTH:
        return Refusal("HAND_OVER_TOO_LONG", f"一张移交清单最多 {LIST_LENGTH} 卷。", "请分几次移交。")
    return NOTHING_WAITS if asked == 0 else None


def volume_number(year: int, serial: int) -> str:
    """档案号, e.g. DA2026-000001."""
    return f"DA{year}-{serial:06d}"


def list_number(day: dt.date, serial: int) -> str:
    """移交清单编号, e.g. YJ20261122-000001."""
    return f"YJ{day:%Y%m%d}-{serial:06d}"
