"""The lint that keeps writes in actions.py."""

from pathlib import Path

import pytest

from dengbu.project.lint_writes import allowed, main, writes_in


@pytest.mark.parametrize(
    "code",
    [
        "Case.objects.create(a=1)",
        "Case.objects.using('x').bulk_create(rows)",
        "Case.objects.filter(a=1).update(a=2)",
        "self.queryset.filter(a=1).delete()",
        "Case.objects.get(pk=1).delete()",
        "case.save()",
        "case.save(update_fields=['state'])",
        "case.delete()",
        "rows.insert(transitions)",
        "rows.update([case], ('state',))",
        "cursor.execute('INSERT INTO x VALUES (1)')",
        "cursor.execute(f'UPDATE {table} SET a = 1')",
        "cursor.execute('WITH a AS (SELECT 1) DELETE FROM x')",
    ],
)
def test_a_write_is_found(code: str) -> None:
    assert [line for line, _ in writes_in(code)] == [1]


@pytest.mark.parametrize(
    "code",
    [
        "Case.objects.filter(a=1)",
        "digest.update(b'x')",
        "context.update(a=1)",
        "image.save(file, format='JPEG')",
        "storage.delete(name)",
        "default_storage.save(name, file)",
        "cursor.execute('SELECT updated FROM x')",
        "Service.create(a=1)",
    ],
)
def test_what_only_looks_like_a_write_is_left_alone(code: str) -> None:
    assert list(writes_in(code)) == []


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("cases/actions.py", True),
        ("cases/actions/filing.py", True),
        ("parties/migrations/0001_initial.py", True),
        ("core/acts.py", True),
        ("cases/queries.py", False),
        ("web/desk/actions.html.py", False),
        ("web/desk/views.py", False),
        ("cases/rules.py", False),
    ],
)
def test_only_the_writing_furniture_may_write(path: str, may: bool) -> None:
    assert allowed(Path(path)) is may


def test_a_write_in_a_view_fails_the_lint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "views.py").write_text("Case.objects.create()\n")
    assert main(tmp_path) == 1
    assert "views.py:1" in capsys.readouterr().out
