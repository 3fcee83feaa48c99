from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class PartiesConfig(AppConfig):
    name = "dengbu.parties"
    label = "parties"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Django would write the last log-in by itself, outside of any act; `parties.log_in` writes it.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
