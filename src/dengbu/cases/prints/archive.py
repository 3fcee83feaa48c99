"""Papers that travel with the file: transfer slip, volume catalogue, hand-over list to the archive room."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dengbu.core.printing import PrintHead, render


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferItem:
    """One document of the file as it travels, with the pages it holds."""

    name: str
    pages: int
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferStep:
    """One hand-over between posts. Empty person or time: a line to be signed by hand."""

    from_post: str
    to_post: str
    handed_by: str = ""
    handed_at: dt.datetime | None = None
    taken_by: str = ""
    taken_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferSlip:
    """传递表 (卷宗传递单): the file's content and its way 受理核验 → 缮证转卷 → 档案."""

    head: PrintHead
    registration: str
    applicants: str
    unit_code: str
    location: str
    accepted_at: dt.datetime
    certificate_numbers: str
    items: tuple[TransferItem, ...]
    steps: tuple[TransferStep, ...]
    remark: str = ""


def transfer_slip(d: TransferSlip) -> bytes:
    """传递表 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/transfer_slip.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueLine:
    """One document in a volume: its number (文号), who made it, its title, date and page range."""

    title: str
    first_page: int
    last_page: int
    responsible: str = ""
    reference: str = ""
    dated: dt.date | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeCatalogue:
    """卷内目录 with 备考 (state of the volume) at its foot."""

    head: PrintHead
    archive_number: str
    title: str
    registration: str
    certificate_numbers: str
    unit_code: str
    location: str
    retention: str
    lines: tuple[CatalogueLine, ...]
    total_pages: int
    filed_by: str
    filed_on: dt.date
    checked_by: str
    state: str = ""


def volume_catalogue(d: VolumeCatalogue) -> bytes:
    """卷内目录 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/volume_catalogue.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverLine:
    """One volume in a hand-over list."""

    archive_number: str
    case_number: str
    registration: str
    location: str
    certificate_numbers: str
    documents: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverList:
    """移交清单: the volumes handed to the archive room on one day."""

    head: PrintHead
    from_post: str
    to_post: str
    handed_on: dt.date
    lines: tuple[HandoverLine, ...]
    remark: str = ""


def handover_list(d: HandoverList) -> bytes:
    """移交清单 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/handover_list.typ", d)
