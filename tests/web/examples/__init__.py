"""An object of the demo district for every page of the register that takes one: made by the real acts on first use.

`Examples().of(page)` gives the address of a page and somebody who may read it.
"""

from ..filers import Filer
from .pages import Example, Examples, send_out
from .people import USCC, acting, browser, midway, operator, page_of_paper, person, saved, speaker_of, staff

__all__ = [
    "USCC",
    "Example",
    "Examples",
    "Filer",
    "acting",
    "browser",
    "midway",
    "operator",
    "page_of_paper",
    "person",
    "saved",
    "send_out",
    "speaker_of",
    "staff",
]
