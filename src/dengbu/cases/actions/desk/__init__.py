"""受理核验岗: who is present, paper against images, restrictions again; then refuse, send back, or accept."""

from .accepting import Acceptance, CaseFee, accept, accept_batch, enter_accepted, fee_of
from .checking_in import (
    CHECKS,
    at_desk,
    check_in,
    desk_verdict,
    query_batch,
    refuse,
    send_back,
    separate,
    settle_matter,
)
from .standing import DeskState, desk_states, papers, why_not

__all__ = [
    "CHECKS",
    "Acceptance",
    "CaseFee",
    "DeskState",
    "accept",
    "accept_batch",
    "at_desk",
    "check_in",
    "desk_states",
    "desk_verdict",
    "enter_accepted",
    "fee_of",
    "papers",
    "query_batch",
    "refuse",
    "send_back",
    "separate",
    "settle_matter",
    "why_not",
]
