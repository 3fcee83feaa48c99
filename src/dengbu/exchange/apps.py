from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "dengbu.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
