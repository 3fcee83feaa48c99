from django.apps import AppConfig


class ArchivesConfig(AppConfig):
    name = "dengbu.archives"
    label = "archives"
    default_auto_field = "django.db.models.BigAutoField"
