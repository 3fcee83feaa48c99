"""面签记录: who was visited, identified how, what they signed in which way, before whom."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dengbu.core.printing import PrintHead, render


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPaper:
    """One paper that was signed: its name, which print, and the digest of its bytes."""

    name: str
    print_no: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPerson:
    """One person: document seen, the way of signing in words, and the images (as SVG) of what was signed."""

    name: str
    role: str
    document: str
    number: str
    manner: tuple[str, ...]
    signature_svg: str
    interpreter: str = ""
    interpreter_svg: str = ""
    finger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRecord:
    """不动产登记面签记录 (实施细则 15). Digests are SHA-256 of the stored files."""

    head: PrintHead
    registration: str
    location: str
    unit_code: str
    visited_at: dt.datetime
    place: str
    position: str
    reason: str
    scene: str
    photos: tuple[str, ...]
    papers: tuple[SignedPaper, ...]
    people: tuple[SignedPerson, ...]
    first: str
    first_badge: str
    second: str
    second_badge: str
    confirmed_at: dt.datetime


def signing_record(d: SigningRecord) -> bytes:
    """面签记录 as PDF. Raises Refused where a character cannot be printed."""
    return render("cases/prints/signing_record.typ", d)
