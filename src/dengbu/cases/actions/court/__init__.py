"""协执窗口: what courts and other organs serve, from the stamp to the receipt and the letters."""

from .answering import decide_end, keep_answer, make_papers, note_answer, note_sent, propose_end
from .receiving import begin, keep_paper, name_units, receive
from .stopping import stop_running

__all__ = [
    "begin",
    "decide_end",
    "keep_answer",
    "keep_paper",
    "make_papers",
    "name_units",
    "note_answer",
    "note_sent",
    "propose_end",
    "receive",
    "stop_running",
]
