from typing import Any

from django.apps import AppConfig
from django.core import checks


class ExchangeConfig(AppConfig):
    name = "dengbu.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        checks.register(partners_are_configured)


def partners_are_configured(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """In production: a warning for each partner that is not configured, or whose adapter lacks something."""
    from django.conf import settings

    from dengbu.core import ports

    from .checks import PORTS, lacking_in

    if ports.environment() != "production":
        return []
    said = {**settings.EXCHANGE, "housing_clients": settings.HOUSING_CLIENTS}
    found = lacking_in(said)
    for port in PORTS:
        if settings.EXCHANGE.get(port, {}).get("adapter"):
            try:
                ports.build(port, settings.EXCHANGE[port], environment="production")
            except ports.SimulatorRefused:
                continue  # said above
            except ports.PortMisconfigured as wrong:
                found.append(f"DENGBU_EXCHANGE: {wrong}")
    return [checks.Warning(line, id="exchange.W001") for line in found]
