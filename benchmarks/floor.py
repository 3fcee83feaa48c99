"""The floor: bare WSGI views that touch the same rows by hand-written SQL in one transaction, served by the same web
server with the same workers, threads and pool. No framework, no session, no rule, no template: what is left when
everything that makes the product a product is taken away.

It is measured against, never deployed. The rows it writes have the right shape, not the right content.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import django
from psycopg_pool import ConnectionPool

django.setup()  # only so that the texts of two long queries can be taken over

from dengbu.cases.queries.desk import _PAGE, _WAITING  # noqa: E402
from dengbu.core.ids import token, uuid7  # noqa: E402
from dengbu.register.queries import _BOOK_SQL  # noqa: E402

POOL_SIZE = int(os.environ.get("DENGBU_POOL_SIZE", "4"))
pool = ConnectionPool(
    os.environ["DATABASE_URL"],
    min_size=1,
    max_size=POOL_SIZE,
    timeout=10,
    kwargs={"prepare_threshold": 3, "options": "-c plan_cache_mode=force_generic_plan"},
    open=True,
)
ACTOR, NAME, AUTHORITY = "user:1", "底线", "410106"
QUEUE_SQL = _PAGE.format(picked=_WAITING.format(after=""))
COUNTS_SQL = "SELECT " + ", ".join(
    ["(SELECT count(*) FROM (SELECT 1 FROM unnest(%(lines)s::text[]) AS l(line) CROSS JOIN LATERAL (SELECT 1 FROM"
     " cases_case c WHERE c.state = 'submitted' AND c.line = l.line LIMIT 100) q LIMIT 100) x)"] * 2
    + ["(SELECT count(*) FROM (SELECT 1 FROM cases_case c WHERE c.reviewer_id = %(me)s AND c.closed_at IS NULL"
       " AND c.state = 'under_review' LIMIT 100) x)"] * 5
)  # fmt: skip


class Sql:
    """One transaction; counts its statements."""

    def __init__(self, connection: Any) -> None:
        self.cursor, self.count = connection.cursor(), 2  # BEGIN and COMMIT

    def __call__(self, text: str, values: Any = ()) -> Any:
        self.count += 1
        return self.cursor.execute(text, values)

    def one(self, text: str, values: Any = ()) -> Any:
        return self(text, values).fetchone()

    def all(self, text: str, values: Any = ()) -> list[Any]:
        found: list[Any] = self(text, values).fetchall()
        return found


def begin(sql: Sql, act: str, key: str) -> dt.datetime:
    now = dt.datetime.now(dt.UTC)
    sql("SELECT set_config('dengbu.actor', %s, true), set_config('dengbu.act', %s, true)", [ACTOR, act])
    sql(
        "INSERT INTO core_idempotency (actor, act, key, digest, done_at) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [ACTOR, act, key, hashlib.sha256(key.encode()).hexdigest(), now],
    )
    return now


def end(sql: Sql, act: str, key: str, docket: uuid.UUID, now: dt.datetime, template: str) -> None:
    job = json.dumps({"docket_ids": [str(docket)], "template": template})
    sql(
        "SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'cases.tell', 0, NULL, NULL, %s::jsonb, NULL)]"
        "::procrastinate_job_to_defer_v1[]))",
        [job],
    )
    sql(
        "UPDATE core_idempotency SET result = %s WHERE actor = %s AND act = %s AND key = %s",
        [json.dumps({"entered": [str(docket)]}), ACTOR, act, key],
    )
    sql(
        "INSERT INTO core_auditrecord (act, actor, actor_name, docket_id, detail, legal_at, real_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp())",
        [act, ACTOR, NAME, docket, json.dumps({"event": "x", "count": 1}), now],
    )


def read_case(sql: Sql, docket: uuid.UUID) -> tuple[Any, list[Any], Any]:
    unit, filed, *_ = sql.one(
        "SELECT c.unit_code, c.filed, c.*, d.number FROM cases_case c JOIN core_docket d ON d.id = c.docket_id WHERE c.docket_id = %s"
        " FOR NO KEY UPDATE OF c",
        [docket],
    )
    parties = sql.all("SELECT * FROM cases_caseparty WHERE case_id = %s ORDER BY role, ordinal", [docket])
    sql.all(
        "SELECT item, page_count FROM materials_materialpage WHERE docket_id = %s AND removed_at IS NULL",
        [docket],
    )
    filing = sql.one(
        "SELECT id, filing_no FROM contracts_contractfiling WHERE filing_no = %s OR (unit_code = %s AND status = 'filed')",
        [filed["contract"]["filing_no"], unit],
    )
    sql.all("SELECT * FROM contracts_contractparty WHERE filing_id = %s", [filing[0]])
    sql.all("SELECT docket_id FROM cases_claim WHERE unit_code = %s AND released_at IS NULL", [unit])
    return unit, parties, filing


def steps(sql: Sql, docket: uuid.UUID, now: dt.datetime, *road: tuple[str, str, str]) -> None:
    places = ", ".join(["(%s, %s, %s, %s, %s, %s, '', %s)"] * len(road))
    values = [v for event, source, target in road for v in (docket, event, source, target, ACTOR, NAME, now)]
    sql(
        "INSERT INTO cases_transition (docket_id, event, from_state, to_state, actor, actor_name, note, at)"
        f" VALUES {places}",
        values,
    )


def submit(sql: Sql, text: str) -> str:
    """The rows of `cases.submit`: key, claim, party confirmed, restriction answer, case, step, invitation, job, audit."""
    docket = uuid.UUID(text)
    now = begin(sql, "cases.submit", text)
    unit, parties, _ = read_case(sql, docket)
    sql.one(_BOOK_SQL, [[unit]])
    sql(
        "INSERT INTO cases_claim (docket_id, unit_code, conflict_class, made_at) VALUES (%s, %s, 'disposal', %s)",
        [docket, unit, now],
    )
    sql("UPDATE cases_caseparty SET confirmed_at = %s, confirmed_by = 1 WHERE id = %s", [now, parties[0][0]])
    sql(
        "INSERT INTO cases_restrictioncheck (docket_id, moment, unit_code, house, land, found, refusals, answered, asked_by,"
        " asked_at, valid_until) VALUES (%s, 'filing', %s, 'none', 'none', '[]', '[]', true, %s, %s, %s)",
        [docket, unit, ACTOR, now, now],
    )
    sql(
        "UPDATE cases_case SET state = 'awaiting_parties', state_since = %s, due_at = %s, filed = filed || %s::jsonb"
        " WHERE docket_id = %s",
        [now, now, json.dumps({"declared": {"by": ACTOR}}), docket],
    )
    steps(sql, docket, now, ("invite", "draft", "awaiting_parties"))
    sql(
        "UPDATE cases_caseparty SET invite_token = %s, invited_at = %s WHERE id = %s",
        [token(), now, parties[-1][0]],
    )
    end(sql, "cases.submit", text, docket, now, "invited")
    return text


def accept(sql: Sql, text: str) -> str:
    """The rows of `cases.accept`: everything that acceptance and entry of a sale write."""
    docket = uuid.UUID(text)
    now = begin(sql, "cases.accept", text)
    unit, parties, filing = read_case(sql, docket)
    buyer = parties[0]
    sql.all("SELECT item, verdict FROM cases_verdict WHERE docket_id = %s AND stage = 'desk'", [docket])
    sql.one(
        "SELECT * FROM cases_restrictioncheck WHERE docket_id = %s AND moment = 'desk' ORDER BY id DESC LIMIT 1",
        [docket],
    )
    sql.all("SELECT * FROM cases_pendingmatter WHERE docket_id = %s", [docket])
    (unit_id,) = sql.one("SELECT id FROM register_realestateunit WHERE code = %s FOR NO KEY UPDATE", [unit])
    sql.one(_BOOK_SQL, [[unit]])
    old_id, old = sql.one(
        "SELECT id, public_id FROM register_right WHERE unit_id = %s AND ended_by_id IS NULL AND kind = 'house_ownership'",
        [unit_id],
    )
    counter = (
        "INSERT INTO core_counter (authority, kind, year, value) VALUES (%s, %s, %s, 1)"
        " ON CONFLICT (authority, kind, year) DO UPDATE SET value = core_counter.value + 1 RETURNING value"
    )
    (number,) = sql.one(counter, [AUTHORITY, "entry", now.year])
    right = uuid7()
    said = [
        {"effect": "end", "unit": unit, "right": str(old), "why": "transferred"},
        {"effect": "grant", "unit": unit, "right": str(right), "kind": "house_ownership", "terms": {"price_fen": 1},
         "holders": [{"name": "买方", "salt": right.hex, "commitment": right.hex * 2}]},
    ]  # fmt: skip
    effects = json.dumps(said)
    (entry,) = sql.one(
        "INSERT INTO register_entry (public_id, authority, year, number, registration_type, docket_id, legal_date,"
        " reviewer_of_record, registrar_of_record, acted_by, acted_by_name, instant, effects, digest)"
        " VALUES (%s, %s, %s, %s, 'P01', %s, %s, '审核', '审核', %s, %s, %s, %s, %s) RETURNING id",
        [uuid7(), AUTHORITY, now.year, number, docket, (now + dt.timedelta(hours=8)).date(), ACTOR, NAME,
         now.replace(microsecond=0), effects, hashlib.sha256(effects.encode()).hexdigest()],
    )  # fmt: skip
    sql("UPDATE register_right SET ended_by_id = %s WHERE id = %s", [entry, old_id])
    (right_id,) = sql.one(
        "INSERT INTO register_right (made_by_id, public_id, unit_id, kind, terms, predecessor, instrument, coownership,"
        " holder_count) VALUES (%s, %s, %s, 'house_ownership', %s, %s, '', 'sole', 1) RETURNING id",
        [entry, right, unit_id, json.dumps({"price_fen": 1, "reason": "存量房买卖"}), old],
    )
    sql(
        "INSERT INTO register_holder (right_id, ordinal, name, document_kind, number_cipher, number_index, salt, commitment)"
        " SELECT %s, 1, p.name, p.document_kind, p.number_cipher, p.number_index, %s, %s FROM cases_caseparty p WHERE p.id = %s",
        [right_id, uuid7().hex, uuid7().hex * 2, buyer[0]],
    )
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    serial, bill = sql.one("SELECT nextval('dengbu_acceptance_no'), nextval('dengbu_bill_no')")
    sql(
        "UPDATE cases_case SET state = 'registered', state_since = %s, acceptance_no = %s, accepted_at = %s, desk_id = 1,"
        " desk_name = %s, promised_on = %s, entry_id = %s, entry_no = %s, entered_at = %s, due_at = NULL WHERE docket_id = %s",
        [now, f"F{serial}", now, NAME, now.date(), entry, str(number), now, docket],
    )
    steps(sql, docket, now, ("accept", "preapproved", "accepted"), ("enter", "accepted", "registered"))
    sql(
        "INSERT INTO payments_feebill (id, docket_id, number, lines, total_fen, paid_fen, payer, exemption, basis, state,"
        " assessed_on) VALUES (%s, %s, %s, %s, 8000, 0, '买方', '', '', 'due', %s)",
        [uuid7(), docket, f"F{bill}", json.dumps([{"item": "登记费", "amount_fen": 8000}]), now.date()],
    )
    sql("UPDATE cases_claim SET released_at = %s WHERE docket_id = %s AND released_at IS NULL", [now, docket])
    sql("UPDATE contracts_contractfiling SET status = 'used', used_at = %s WHERE id = %s", [now, filing[0]])
    sql(
        "UPDATE certificates_certificate SET state = 'void', void_reason = '转移', voided_by_entry = %s"
        " WHERE right_id = %s AND state <> 'void'",
        [entry, old],
    )
    (certificate,) = sql.one(counter, [AUTHORITY, "certificate", now.year])
    sql(
        "INSERT INTO certificates_certificate (id, kind, number, year, serial, docket_id, entry_id, right_id, unit_code,"
        " holder_names, state, void_reason, blank_serial, token, document_key, document_digest, printed_by, prints,"
        " issued_by, receiver_name, receiver_document_kind, receiver_number_cipher, receiver_mandate, created_at)"
        " VALUES (%s, 'certificate', %s, %s, %s, %s, %s, %s, %s, '买方', 'numbered', '', '', %s, '', '', '', 0, '', '', '', '', '', %s)",
        [uuid7(), f"F{certificate}", now.year, certificate, docket, entry, right, unit, token(), now],
    )  # fmt: skip
    end(sql, "cases.accept", text, docket, now, "accepted")
    see(sql, "case", text, now)
    return text


def see(sql: Sql, kind: str, subject: str, now: dt.datetime) -> None:
    sql(
        "INSERT INTO core_sight (actor, actor_name, kind, subject, purpose, seen_at) VALUES (%s, %s, %s, %s, '', %s)",
        [ACTOR, NAME, kind, subject, now],
    )


def restrictions(sql: Sql, code: str) -> str:
    """One SELECT, one INSERT of the log."""
    row = sql.one(_BOOK_SQL, [[code]])
    see(sql, "restriction", code, dt.datetime.now(dt.UTC))
    return json.dumps({"unit_code": code, "answer": "some" if row[7] else "none", "found": row[7] or []})


def queue(sql: Sql, _: str) -> str:
    """The rows of the queue page and its counts, as a bare list."""
    values = {"lines": ["first", "mortgage", "other", "transfer"], "me": 1, "n": 26}
    rows = sql.all(QUEUE_SQL, values)
    sql.one(COUNTS_SQL, values)
    sql.one("SELECT id FROM cases_transition ORDER BY id DESC LIMIT 1")
    return "<ul>" + "".join(f"<li>{row[14]} {row[5]} {row[6]} {row[9]}</li>" for row in rows) + "</ul>"


VIEWS: dict[str, Callable[[Sql, str], str]] = {
    "submit": submit, "accept": accept, "restrictions": restrictions, "queue": queue,
}  # fmt: skip


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """/<view>/<argument>"""
    _, name, argument = (environ["PATH_INFO"] + "/").split("/")[:3]
    if name == "readyz":
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]
    environ["wsgi.input"].read()
    with pool.connection() as connection:
        sql = Sql(connection)
        body = VIEWS[name](sql, argument).encode()
    start_response("200 OK", [("Content-Length", str(len(body))), ("X-Sql", str(sql.count))])
    return [body]
