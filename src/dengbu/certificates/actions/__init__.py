"""Acts on certificates, proofs and their blanks: numbered at entry, printed, mended, handed out or mailed, void."""

from ..rules import NumberRequest, TakenOver
from .handing import issue
from .mailing import bring_back, deliver, mail
from .numbers import number, take_over, void
from .printing import Paper, prepare, print_certificate, receive_blanks, reprint, spoil_blank

__all__ = [
    "NumberRequest",
    "Paper",
    "TakenOver",
    "bring_back",
    "deliver",
    "issue",
    "mail",
    "number",
    "prepare",
    "print_certificate",
    "receive_blanks",
    "reprint",
    "spoil_blank",
    "take_over",
    "void",
]
