"""`dengbu manage registrations_page`: print docs/registrations.md as the classes and policies have it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from dengbu.project.registrations_page import page


class Command(BaseCommand):
    help = "Print the page of all registration types: > docs/registrations.md"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page(), ending="")
