"""The first start of a production office: its administrator, and what it lacks to reach its partners."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dengbu.core.models import AuditRecord, User
from dengbu.exchange.apps import partners_are_configured
from dengbu.exchange.checks import PORTS, lacking
from dengbu.parties.models import Staff
from dengbu.project.launcher.up import partners_lacking

PASSWORD = "correct-horse-battery"
FULL = {port: {"adapter": "x"} for port in PORTS} | {"housing_clients": {"H": ["s"]}}


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGBU_ADMIN_PASSWORD", PASSWORD)


def make(*more: str, login: str = "admin") -> None:
    call_command("create_administrator", "--login", login, "--name", "周主任", *more)


@pytest.mark.django_db
@pytest.mark.usefixtures("password")
def test_the_first_administrator_is_made_by_a_command_and_stands_in_the_audit() -> None:
    make()
    member = Staff.objects.get()
    assert (member.posts, member.name, member.number) == (["admin"], "周主任", "0001")
    assert User.objects.get().check_password(PASSWORD)
    record = AuditRecord.objects.get(act="project.create_administrator")
    assert record.actor == "system:setup" and PASSWORD not in json.dumps(record.detail)


@pytest.mark.django_db
@pytest.mark.usefixtures("password")
def test_a_second_run_is_refused_unless_another_is_wanted() -> None:
    make()
    with pytest.raises(CommandError, match="--another"):
        make("--number", "0002", login="second")
    assert Staff.objects.count() == 1
    make("--number", "0002", "--another", login="second")
    assert Staff.objects.count() == 2


@pytest.mark.django_db
def test_a_password_too_weak_or_missing_makes_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGBU_ADMIN_PASSWORD", "short")
    with pytest.raises(CommandError, match="12"):
        make()
    monkeypatch.delenv("DENGBU_ADMIN_PASSWORD")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(CommandError, match="DENGBU_ADMIN_PASSWORD"):
        make()
    assert not Staff.objects.exists()


def test_each_partner_that_is_not_configured_is_named_in_a_line(tmp_path: Path) -> None:
    file = tmp_path / "exchange.json"
    file.write_text(json.dumps(FULL))
    assert lacking(str(file)) == []
    file.write_text(json.dumps({**FULL, "payment": {}, "identity": {"adapter": "x", "simulated": True}}))
    said = lacking(str(file))
    assert len(said) == 2 and "'identity'" in said[0] and "'payment'" in said[1]
    assert all("\n" not in line for line in said)


@pytest.mark.parametrize(
    ("content", "words"), [(None, "cannot be read"), ("{", "not JSON"), ("[]", "not a JSON object")]
)
def test_a_configuration_that_cannot_be_read_is_one_line(
    tmp_path: Path, content: str | None, words: str
) -> None:
    file = tmp_path / "exchange.json"
    if content is not None:
        file.write_text(content)
    (line,) = lacking(str(file))
    assert words in line and str(file) in line


def test_the_launcher_says_so_in_production_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DENGBU_EXCHANGE", raising=False)
    monkeypatch.setenv("DENGBU_ENV", "production")
    assert len(partners_lacking()) == 1 and "DENGBU_EXCHANGE is not set" in partners_lacking()[0]
    monkeypatch.setenv("DENGBU_ENV", "training")
    assert partners_lacking() == []


def test_the_system_check_names_what_an_adapter_lacks(settings: Any) -> None:
    assert partners_are_configured(None) == []
    settings.ENV = "production"
    settings.EXCHANGE = {
        "sms": {"adapter": "dengbu.exchange.sms.client.TencentSms", "base_url": "https://sms.example/"},
        "identity": {"adapter": "nowhere.Nothing"},
    }
    settings.HOUSING_CLIENTS = {"H": ["s"]}
    said = [str(w.msg) for w in partners_are_configured(None)]
    assert len(said) == 3
    assert "'payment'" in said[0] and "secret" in said[1] and "nowhere.Nothing" in said[2]
