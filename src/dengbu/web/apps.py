from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "dengbu.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .public import sessions  # noqa: F401 - its signal begins the 30 minutes of every session
