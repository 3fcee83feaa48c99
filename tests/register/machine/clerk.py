"""A clerk in a process of his own: files at random on the book as he last saw it. Says how many were entered, refused."""

from __future__ import annotations

import os
import random
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.support.settings")


def main(seed: int, applications: int) -> None:
    import django

    django.setup()
    from django.db import IntegrityError, transaction

    from dengbu.core.acts import system
    from dengbu.core.refusals import Refused

    from .entering import entered, parts, places, present
    from .plays import PLAYS
    from .scene import Scene

    chance = random.Random(seed)
    done = refused = 0
    for _ in range(applications):
        books = present()
        while True:
            scene = Scene(books, chance.choice(places(books)), chance.choice)
            possible = [code for code, play in PLAYS.items() if play.can(scene)]
            if possible:
                break
        code = chance.choice(possible)
        try:
            with transaction.atomic():
                entered(parts(code, PLAYS[code].make(scene)), system(f"clerk-{seed}"))
            done += 1
        except Refused:
            refused += 1
        except IntegrityError as error:
            # What nobody has opened yet there is no row to lock of: of two who open it PostgreSQL keeps the second out.
            if not any(
                f"register_{what}_code_key" in str(error) for what in ("parcel", "building", "realestateunit")
            ):
                raise
            refused += 1
    print(f"{done} entered, {refused} refused")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
