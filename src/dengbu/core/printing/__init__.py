"""The print room: official papers as PDF, set by typst from typed data."""

from dengbu.core.printing.engine import PrintHead, plain, preview, render
from dengbu.core.printing.fonts import unprintable
from dengbu.core.printing.words import cn_date, cn_instant

__all__ = [
    "PrintHead",
    "cn_date",
    "cn_instant",
    "plain",
    "preview",
    "render",
    "unprintable",
]
