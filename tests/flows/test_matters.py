"""An inheritance nobody has proved, over HTTP: accepted, announced, reviewed by a second person, entered, handed out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest

from dengbu.cases.models import Case, PendingMatter
from dengbu.project.launcher.environment import DatabaseUrls
from dengbu.project.walkthrough import anytype, roads
from dengbu.project.walkthrough.plays import PLAYS
from dengbu.project.walkthrough.visitor import StepFailed
from dengbu.register.models import Entry
from dengbu.register.verify import verify
from tests.support.processes import LiveServer

UNPROVED = {"proof": "none", "will": "no", "all_heirs": "yes", "divided": "no", "administrator": "no"}


def test_an_unproved_inheritance_is_entered_after_its_notice_and_not_before(
    own_demo_database: DatabaseUrls,
    live_server_process: Callable[..., LiveServer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = live_server_process(own_demo_database)
    monkeypatch.setitem(PLAYS, "P03", replace(PLAYS["P03"], answers=UNPROVED))
    said: list[str] = []
    with roads.walking(office.base_url, f"http://127.0.0.1:{office.simulator_port}", said.append) as walk:
        with pytest.raises(StepFailed, match="公告还没有期满"):
            anytype.walk_type(walk, "P03")
        waiting = Case.objects.get(type_code="P03")
        assert waiting.state == "accepted" and not Entry.objects.filter(docket_id=waiting.pk).exists()
        settled = PendingMatter.objects.filter(docket_id=waiting.pk, outcome="agreed")
        assert settled.get().settled_by_id not in (waiting.reviewer_id, waiting.desk_id)

        def pass_days(days: int) -> None:
            assert not Entry.objects.filter(docket__case__type_code="P03").exists()
            with psycopg.connect(own_demo_database.owner, autocommit=True) as owner:
                owner.execute("DELETE FROM core_clockoffset")
                owner.execute("INSERT INTO core_clockoffset (id, seconds) VALUES (1, %s)", [days * 86400])

        walk.pass_days = pass_days
        walked = anytype.walk_type(walk, "P03")
    assert walked.state == "archived" and walked.entry_no and walked.certificate_no
    assert any("复审同意登记" in line for line in said) and any("公告期满，登簿" in line for line in said)
    assert verify().ok
