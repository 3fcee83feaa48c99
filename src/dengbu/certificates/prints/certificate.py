"""The certificate (不动产权证书) and the proof (不动产登记证明): what stands on them, and their PDF."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from dengbu.core.printing import PrintHead, render


@dataclass(frozen=True, slots=True, kw_only=True)
class Overprint:
    """Printing onto the pre-printed blank: only the data, shifted by this printer's offsets in millimetres."""

    offset_x_mm: Decimal = Decimal(0)
    offset_y_mm: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A line of the list of units (不动产单元清单). Area in ㎡, in words; `rank` of a mortgage that differs by unit."""

    unit_code: str
    location: str
    use: str
    area: str
    rank: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatePage:
    """不动产权证书, every statutory field in the words that are printed.

    `certificate_number` is the whole 证号, `blank_serial` the pre-printed number of the blank. `holders` are the
    names in order; `other_facts` the lines of 权利其他状况. `plan_svg` is the drawing (宗地图 or 房产分户图) as
    SVG made by us; without it the page says that the drawing is attached. `head.number` is the certificate number.
    """

    head: PrintHead
    certificate_number: str
    blank_serial: str
    holders: tuple[str, ...]
    co_ownership: str
    location: str
    unit_code: str
    right_kind: str
    right_nature: str
    use: str
    area: str
    term: str
    other_facts: tuple[str, ...]
    notes: tuple[str, ...]
    registered_on: dt.date
    plan_title: str = "宗地图"
    plan_svg: str = ""
    plan_facts: tuple[tuple[str, str], ...] = ()
    units: tuple[UnitLine, ...] = ()  # more than one: the list that follows as annex
    overprint: Overprint | None = None


def certificate(d: CertificatePage) -> bytes:
    """不动产权证书 as PDF: two A4 landscape sheets of two leaves each (statement and fields; notes and drawing),
    and the list of units where there are several.

    Raises Refused where a character cannot be printed.
    """
    return render("certificates/prints/certificate.typ", d)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofPage:
    """不动产登记证明: `right_or_matter` is 证明权利或事项 (抵押权); `other_facts` the lines of 其他
    (amount, term, scope and transfer limit of a mortgage)."""

    head: PrintHead
    proof_number: str
    blank_serial: str
    right_or_matter: str
    holders: tuple[str, ...]
    obligors: tuple[str, ...]
    location: str
    unit_code: str
    other_facts: tuple[str, ...]
    notes: tuple[str, ...]
    registered_on: dt.date
    units: tuple[UnitLine, ...] = ()  # more than one: the list that follows as annex
    overprint: Overprint | None = None


def proof(d: ProofPage) -> bytes:
    """不动产登记证明 as PDF: one A4 landscape sheet of two leaves, and the list of units. Raises Refused where a character cannot be printed."""
    return render("certificates/prints/proof.typ", d)
