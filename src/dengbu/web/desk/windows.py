"""Pages of the windows (受理核验岗, 缮证转卷岗); importing this module registers them."""

from . import (
    accept,
    accept_bulk,
    accept_out,
    archive,
    backfill,
    cert,
    ending,
    mail,
    papers,
    renewals,
    undertakings,
    visits,
    walkin,
)

__all__ = [
    "accept",
    "accept_bulk",
    "accept_out",
    "archive",
    "backfill",
    "cert",
    "ending",
    "mail",
    "papers",
    "renewals",
    "undertakings",
    "visits",
    "walkin",
]
