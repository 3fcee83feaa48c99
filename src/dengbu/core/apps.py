from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "dengbu.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .guards import install_guards

        # Runs once after all migrations, as the owner: rights of the application's role and history triggers
        # follow from what the models declare, so a new table can neither be forgotten nor be left open.
        post_migrate.connect(install_guards, sender=self, dispatch_uid="core.guards")
