"""The real gateway simulator, and the office's door that its call-backs knock at."""

import datetime as dt

import pytest

from dengbu.core import clock
from dengbu.payments import actions
from tests.exchange.conftest import Door, Partners
from tests.support.dockets import SYSTEM, open_docket


@pytest.fixture(scope="module")
def _running(tmp_path_factory):
    partners = Partners(tmp_path_factory.mktemp("partners"))
    yield partners
    partners.shut()


@pytest.fixture
def gateway(_running, settings):
    """The provider as the payer and the operator see it; the house reaches it through its settings."""
    door = Door()
    settings.EXCHANGE = {"payment": _running.config["payment"]}
    settings.BASE_URL = door.url.removesuffix("/pay/notify")
    _running.door = door
    yield _running
    door.shut()
    _running.mode("pay", "ok")
    from dengbu.core import ports

    adapter = ports._built.pop("payment", None)
    if adapter is not None:
        adapter[2].close_connections()


def bill(total_fen: int = 9000, docket=None, **changes):
    given = {
        "docket_id": (docket or open_docket()).pk,
        "lines": [{"name": "登记费", "amount_fen": total_fen}],
        "total_fen": total_fen,
        "payer": "王示范",
        "assessed_on": dt.date(2026, 12, 1),
    }
    return actions.raise_bill(actor=SYSTEM, **given | changes)


def age(payment_id, **by):
    """Make an order older than it is."""
    from dengbu.core.acts import act
    from dengbu.payments.models import Payment

    @act("test.age")
    def run(*, actor):
        Payment.objects.filter(pk=payment_id).update(made_at=clock.now() - dt.timedelta(**by))

    run(actor=SYSTEM)
