"""`dengbu manage create_administrator`: the first account of a fresh office."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dengbu.core.acts import Actor, act, system
from dengbu.core.refusals import Refused
from dengbu.parties.actions import add_staff
from dengbu.parties.models import Staff

PASSWORD = "DENGBU_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable
POST = "admin"


@act("project.create_administrator", permission="users.manage")
def create_administrator(
    *, actor: Actor, login: str, password: str, name: str, number: str, another: bool = False
) -> None:
    """Open an administrator's account. Raises CommandError where there is an active one, unless `another`; Refused for
    what is wrong with the data."""
    if not another:
        present = Staff.objects.select_for_update(no_key=True).filter(active=True, posts__contains=[POST])
        if present.exists():
            raise CommandError(
                "this office has an administrator already: add staff at /console/staff/, or give --another"
            )
    add_staff(actor=actor, login=login, password=password, number=number, name=name, posts=(POST,))


class Command(BaseCommand):
    help = f"Make the first administrator. The password is asked for, or taken from {PASSWORD}; it is never an argument."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--login", required=True, help="the login name")
        parser.add_argument("--name", required=True, help="the person's name")
        parser.add_argument("--number", default="0001", help="the staff number (0001)")
        parser.add_argument(
            "--another", action="store_true", help="make one although there is an administrator"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            create_administrator(
                actor=system("setup"),
                login=options["login"],
                password=_password(),
                name=options["name"],
                number=options["number"],
                another=options["another"],
            )
        except Refused as refused:
            raise CommandError("; ".join(str(r) for r in refused.refusals)) from None
        self.stdout.write(f"administrator {options['login']} made; go on at /console/")


def _password() -> str:
    """From the environment, or asked for twice at a terminal. Raises CommandError without either."""
    if given := os.environ.get(PASSWORD):
        return given
    if not sys.stdin.isatty():
        raise CommandError(f"no terminal to ask at: give the password in {PASSWORD}")
    first, second = getpass.getpass("Password (at least 12 characters): "), getpass.getpass("Again: ")
    if first != second:
        raise CommandError("the two passwords differ")
    return first
