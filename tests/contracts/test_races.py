"""The housing department's deliveries at the same moment."""

from __future__ import annotations

from dengbu.contracts import queries
from dengbu.contracts.models import ContractFiling, InboundMessage
from dengbu.contracts.wire import Answer
from tests.support.races import at_once

from .test_actions import NO, take


def test_two_deliveries_of_one_message_at_once_are_one_filing(own_database):
    first, second = at_once(take, take)
    assert first == second == Answer(outcome="taken", subject=NO, version=1)
    assert InboundMessage.objects.count() == ContractFiling.objects.count() == 1


def test_two_versions_at_once_end_with_the_newer(own_database):
    at_once(lambda: take("message-0001", version=1), lambda: take("message-0002", version=2, price_yuan="1"))
    found = queries.filing_by_no(NO)
    assert found is not None and (found.version, found.price_fen, found.status) == (2, 100, "filed")
