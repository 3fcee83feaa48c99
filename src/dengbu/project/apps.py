from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "dengbu.project"
    label = "project"
