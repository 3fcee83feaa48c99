"""Papers of a case: what the book and the case say, put into the print room's typed forms."""

from .closing import catalogue, certificate_page, hand_over_pdf, mailing_slip, volume_pdf
from .papers import KINDS, belongs, make, name_of

__all__ = [
    "KINDS",
    "belongs",
    "catalogue",
    "certificate_page",
    "hand_over_pdf",
    "mailing_slip",
    "make",
    "name_of",
    "volume_pdf",
]
