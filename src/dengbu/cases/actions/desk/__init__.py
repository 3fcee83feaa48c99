"""受理核验岗: who is present, paper against images, restrictions again; then refuse, send back, or accept."""

from .accepting import Acceptance, accept, accept_batch
from .checking_in import (
    CHECKS,
    at_desk,
    at_desk_together,
    check_in,
    desk_verdict,
    query_batch,
    refuse,
    send_back,
    separate,
)
from .entering import NONE, enter_accepted, enter_if_last, open_matter, open_one, settle, settle_matter
from .exempting import decide_exemption, decision
from .fees import CaseFee, certificates_of, fee_of
from .opening import asked_now
from .standing import DeskState, desk_states, papers, unanswered, why_not

__all__ = [
    "CHECKS",
    "NONE",
    "Acceptance",
    "CaseFee",
    "DeskState",
    "accept",
    "accept_batch",
    "asked_now",
    "at_desk",
    "at_desk_together",
    "certificates_of",
    "check_in",
    "decide_exemption",
    "decision",
    "desk_states",
    "desk_verdict",
    "enter_accepted",
    "enter_if_last",
    "fee_of",
    "open_matter",
    "open_one",
    "papers",
    "query_batch",
    "refuse",
    "send_back",
    "separate",
    "settle",
    "settle_matter",
    "unanswered",
    "why_not",
]
