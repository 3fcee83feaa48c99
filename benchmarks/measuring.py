"""The four measurements: the product and its floor in turn, twice, on prepared cases."""

from __future__ import annotations

import contextlib
import cProfile
import os
import pstats
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.request import urlopen

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from dengbu.contracts import auth
from dengbu.core import clock
from dengbu.register.verify import verify

from . import district, prepared
from .load import Run, cpu_of, drive, get, post
from .office import FLOOR, Office

CSRF = "b" * 32
ROUNDS = 2
OF_OFFICE = (
    7  # tenths of the homes that the office's own cases stand on; the others are for the measured ones
)
# Cases of one round that a run of the default length cannot use up on two cores.
ENOUGH = {"product": 150, "floor": 450}  # per second
LOOKED_AT = 50  # homes that the count of statements and the profile of one measurement use up
EXPECTED = {"submit": "303", "accept": "303", "restrictions": "200", "queue": "200"}


class Bench:
    """A prepared office, and what is measured on it."""

    def __init__(
        self, place: Office, homes: int, seconds: float, connections: int, say: Callable[[str], None]
    ) -> None:
        self.place, self.homes, self.seconds, self.connections, self.say = (
            place,
            homes,
            seconds,
            connections,
            say,
        )
        self._asked = 0

    # --- making ---------------------------------------------------------------------------------------------------

    def prepare(self, chosen: list[int]) -> None:
        """District, office, people, servers. A folder that has them already is used again."""
        known = prepared.people_again()
        if known is None:
            self.said(f"a district of {self.homes} units", self._district)
            self.who = prepared.people(actor=prepared.BENCH)
            self.said(
                f"an office with {self.homes} cases",
                lambda: prepared.full_office(
                    actor=prepared.BENCH, cases=self.homes, homes=self.homes * OF_OFFICE // 10, who=self.who
                ),
            )
        else:
            self.who = known
            there = prepared.office_cases()
            if there != self.homes:
                raise SystemExit(
                    f"the folder holds an office of {there}: say --homes {there}, or another folder"
                )
            self.say("the district, the office and its people are those of the run before")
        self._free = self._homes_for(chosen)
        users = [*(b[0] for b in self.who.buyers), *self.who.clerks, *self.who.reviewers]
        self.sessions = {u: prepared.session_cookie(actor=prepared.BENCH, user_id=u) for u in users}
        with psycopg.connect(self.place.urls.owner, autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE")
        self.ports = {"product": self.place.serve("web"), "floor": self.place.serve("floor", FLOOR)}

    def said(self, what: str, do: Callable[[], None]) -> None:
        began = clock.monotonic()
        do()
        self.say(f"{what}: {clock.monotonic() - began:.0f} s")

    def _district(self) -> None:
        district.load(self.homes)
        with psycopg.connect(self.place.urls.owner, autocommit=True) as owner:
            owner.execute("ANALYZE")
        report = verify()
        if not report.ok:
            raise SystemExit(f"verify found {report.found} differences")
        self.say(f"verified {report.entries} entries, {report.rows} rows: clean")

    def _homes_for(self, chosen: list[int]) -> Iterator[int]:
        """Homes that nothing stands on yet. Too few for runs of the full length: every run gets its share of them."""
        used = prepared.homes_used()
        free = [
            n
            for n in range(self.homes * OF_OFFICE // 10, self.homes)
            if n % 10 != 9 and n % 100 != 50 and n not in used
        ]
        writing = len({1, 2} & set(chosen))
        looks = writing * 2 * LOOKED_AT
        wanted = writing * ROUNDS * self.seconds * sum(ENOUGH.values())
        self.share = min(1.0, (len(free) - looks) / wanted) if wanted else 1.0
        if self.share * self.seconds * ENOUGH["product"] < 20:
            raise SystemExit(
                f"{len(free)} homes are left, too few to measure on: give more --homes or another --data"
            )
        if self.share < 1:
            self.say(
                f"{len(free)} homes are left: runs are {self.share:.0%} of the length asked for, or a little more"
            )
        return iter(free)

    def _sales(self, count: int, *, accepted: bool) -> list[prepared.Ready]:
        homes = list(islice(self._free, count))
        return (
            prepared.sales(actor=prepared.BENCH, homes=homes, who=self.who, accepted=accepted)
            if homes
            else []
        )

    # --- requests -------------------------------------------------------------------------------------------------

    def requests(self, name: str, side: str, count: int) -> tuple[list[bytes], bool]:
        """Requests as bytes, and whether they may be sent again and again."""
        if name == "queue":
            path = "/desk/review/" if side == "product" else "/queue/"
            return [get(path, self._cookie(user)) for user in self.who.reviewers], True
        if name == "restrictions":
            return [self._question(side) for _ in range(20_000)], True
        ready = self._sales(count, accepted=name == "accept")
        if side == "floor":
            return [post(f"/{name}/{r.docket}", {"key": "x"}) for r in ready], False
        return [post(_page(name, r), self._form(name, r), self._cookie(r.user)) for r in ready], False

    def _form(self, name: str, ready: prepared.Ready) -> dict[str, str]:
        form = {"key": ready.docket.hex, "csrfmiddlewaretoken": CSRF}
        return form | ({"declared": "on", "version": "1"} if name == "submit" else {})

    def _cookie(self, user: int) -> dict[str, str]:
        return {"Cookie": f"sessionid={self.sessions[user]}; csrftoken={CSRF}"}

    def _question(self, side: str) -> bytes:
        self._asked += 7919  # a prime: jumps about the district
        code = district.unit_code(self._asked % self.homes)
        if side == "floor":
            return get(f"/restrictions/{code}")
        return get(*_signed(code, self._asked))

    # --- measuring ------------------------------------------------------------------------------------------------

    def measure(self, number: int, name: str) -> dict[str, Any]:
        """Product and floor in turn, twice; ratio of the throughputs."""
        runs = {"product": Run(), "floor": Run()}
        sql = {"product": self._sql_of(name), "floor": self._sql_of_floor(name)}
        rounds = []
        for _ in range(ROUNDS):
            for side in runs:
                one = self._run(name, side)
                rounds.append((side, round(one.per_second, 1)))
                runs[side].add(one)
        ratio = runs["product"].per_second / runs["floor"].per_second
        self.say(f"{name}: {ratio:.2f} of its floor; {rounds}")
        return {"n": number, "name": name, "ratio": round(ratio, 3), "rounds": rounds,
                "product_sql": sql["product"], "floor_sql": sql["floor"], **runs}  # fmt: skip

    def _run(self, name: str, side: str) -> Run:
        requests, again = self.requests(name, side, int(self.seconds * ENOUGH[side] * self.share))
        expect = EXPECTED[name] if side == "product" else "200"
        pids = {
            "web": self.place.pid("web" if side == "product" else "floor"),
            "database": self.place.postmaster(),
        }
        # First answers pay for starting up: templates, prepared statements, caches.
        warm = min(60, len(requests) // 10)
        drive(
            self.ports[side],
            requests[:warm],
            expect=expect,
            connections=self.connections,
            seconds=self.seconds,
        )
        before = {key: cpu_of(pid) for key, pid in pids.items()}
        run = drive(
            self.ports[side],
            requests[warm:] if not again else requests,
            expect=expect,
            connections=self.connections,
            seconds=self.seconds,
            again=again,
        )
        run.web_cpu = cpu_of(pids["web"]) - before["web"]
        run.database_cpu = cpu_of(pids["database"]) - before["database"]
        if run.odd:
            raise SystemExit(f"{name} ({side}) gave an answer that was not {expect}:\n{run.odd[:3000]}")
        return run

    # --- looking closer -------------------------------------------------------------------------------------------

    def _sql_of_floor(self, name: str) -> int:
        requests, _ = self.requests(name, "floor", 1)
        path = requests[0].split()[1].decode()
        with urlopen(f"http://127.0.0.1:{self.ports['floor']}{path}", data=b"x=1") as answer:
            return int(answer.headers["X-Sql"])

    def _asker(self, name: str, count: int) -> Iterator[Callable[[], Any]]:
        """One product request after another, in this process."""
        client = Client(SERVER_NAME="127.0.0.1")
        ready = self._sales(count, accepted=name == "accept") if name in ("submit", "accept") else []

        def ask(n: int) -> Any:
            if name == "restrictions":
                return _at_the_door(*_signed(district.unit_code(n), n))
            user = ready[n].user if ready else self.who.reviewers[0]
            client.cookies["sessionid"] = self.sessions[user]
            if name == "queue":
                return client.get("/desk/review/")
            return client.post(_page(name, ready[n]), self._form(name, ready[n]))

        for n in range(count):
            yield lambda n=n: _silent(lambda: ask(n))  # type: ignore[misc]

    def _sql_of(self, name: str) -> int:
        asks = list(self._asker(name, 3))
        answers = [asks[0](), asks[1]()]
        with CaptureQueriesContext(connection) as captured:
            answers.append(asks[2]())
        if str(answers[2].status_code) != EXPECTED[name]:
            raise SystemExit(f"{name} answered {answers[2].status_code} in this process")
        self.statements = [q["sql"] for q in captured.captured_queries]
        return len(captured.captured_queries)

    def where_time_goes(self, name: str, count: int = 40) -> list[str]:
        """Milliseconds of one request by whose code they are spent in, and the dearest functions of ours."""
        asks = list(self._asker(name, count + 3))
        for ask in asks[:3]:
            ask()
        connection.close()  # the server's threads hold none between requests
        profile = cProfile.Profile()
        for ask in asks[3:]:
            profile.enable()
            ask()
            profile.disable()
        return _shares(pstats.Stats(profile), count)


def _page(name: str, ready: prepared.Ready) -> str:
    return f"/my/apply/{ready.docket}/check/" if name == "submit" else f"/desk/accept/{ready.docket}/confirm/"


def _signed(code: str, n: int) -> tuple[str, dict[str, str]]:
    client, secrets = next(iter(settings.HOUSING_CLIENTS.items()))
    target = f"/api/v1/restrictions/{code}?purpose=transaction_review&reference=B{n}"
    return target, auth.signed_headers(
        client, secrets[0].encode(), method="GET", target=target, timestamp=clock.epoch_seconds(),
        nonce=f"{n:032d}", body=b"",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as the web server would send it."""

    status_code: int
    body: bytes


def _at_the_door(target: str, headers: dict[str, str]) -> Told:
    """Ask the WSGI application that the web server serves, not the framework behind it."""
    from dengbu.project.wsgi import application

    lines: list[str] = []
    environ = RequestFactory().get(target, headers={"Host": "127.0.0.1", **headers}).environ
    body = b"".join(application(environ, lambda status, _headers: lines.append(status)))
    return Told(int(lines[0][:3]), body)


def _silent(do: Callable[[], Any]) -> Any:
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        return do()


_WHOSE = (
    ("waiting for PostgreSQL, psycopg", ("psycopg",)),
    ("Django: database", ("django/db",)),
    ("Django: templates", ("django/template", "django/utils/html", "django/utils/safestring")),
    ("Django: the rest", ("django/", "whitenoise", "csp/", "axes/", "django_htmx", "ninja", "pydantic")),
    ("dengbu", ("dengbu/",)),
    ("other", ("",)),
)


def _shares(stats: pstats.Stats, count: int) -> list[str]:
    spent = dict.fromkeys((name for name, _ in _WHOSE), 0.0)
    ours: list[tuple[float, int, str]] = []
    for (file, line, function), (_, calls, own, cumulative, _) in stats.stats.items():  # type: ignore[attr-defined]
        where = next(name for name, parts in _WHOSE if any(p in file for p in parts))
        spent[where] += own
        if "src/dengbu/" in file:
            ours.append((cumulative, calls, f"{file.rpartition('src/dengbu/')[2]}:{line} {function}"))
    total = sum(spent.values())
    lines = [f"  {1000 * t / count:7.2f} ms {100 * t / total:4.0f} %  {name}" for name, t in spent.items()]
    lines.append("  the dearest functions of ours, with what they call:")
    lines += [
        f"  {1000 * t / count:7.2f} ms {calls / count:5.1f} calls  {name}"
        for t, calls, name in sorted(ours)[::-1][:22]
    ]
    return lines
