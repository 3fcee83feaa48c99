"""What an import finds fault with: where, what, why, how to mend it, and how much it weighs."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

from dengbu.core.identifiers import mask_document_number

REFUSE, QUARANTINE, WARN = "refuse", "quarantine", "warn"
GRADES = {REFUSE: "拒绝（整批不导入）", QUARANTINE: "隔离（这个单元不导入）", WARN: "提醒（照常导入）"}
PRIVATE = frozenset({"ZJH", "YWRZJH", "DH", "DZYJ"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. `place`: the parcel or unit it belongs to, '' where it is the whole folder's."""

    grade: str
    code: str
    file: str
    line: int
    field: str
    value: str
    why: str
    mend: str
    place: str = ""

    def row(self) -> tuple[str, ...]:
        return tuple(str(v) for v in astuple(self))


COLUMNS = tuple(f.name for f in fields(Finding))


def shown(field: str, value: str) -> str:
    """The value as a report may hold it: identity and phone numbers masked."""
    return mask_document_number(value) if field in PRIVATE and value else value[:60]
