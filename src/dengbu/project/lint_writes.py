"""Lint: only `actions.py` writes. Finds ORM writes and writing SQL elsewhere, by reading the syntax tree.

It is a watchman, not a proof: a write hidden behind a variable gets past it, and then the database's own
grants, the READ ONLY transaction of a page view and the reviewers are what is left.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]

MANAGER_WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "bulk_update"}
QUERYSET_WRITES = {"update", "delete"}
QUERYSET_SIGNS = {"objects", "filter", "exclude", "all", "select_for_update"}
ROWS_WRITES = {
    "insert": 1,
    "update": 2,
}  # of core.rows, by how many arguments they take: a list's insert takes two
INSTANCE_WRITES = {"save", "delete"}
WRITING_SQL = re.compile(
    r"\s*(WITH\b.*\b)?(INSERT|UPDATE|DELETE|TRUNCATE|MERGE|COPY)\b", re.IGNORECASE | re.DOTALL
)

# Folders and files that may write, each with its reason. Paths are relative to src/dengbu; `*` is one step.
ALLOWED = {
    "*/actions.py": "the furniture that writes",
    "*/actions/*": "the furniture that writes, grown into a folder",
    "*/actions/*/*": "the furniture that writes, grown into a folder",
    "*/migrations/*": "migrations build the tables",
    "core/*": "the write furniture itself: acts, audit, counters, idempotency, sights, jobs, the clock's offset",
    "core/*/*": "the write furniture itself, grown into folders",
    "exchange/standard/staging.py": "sorts rows in a temporary SQLite file; no table of ours",
    "register/book.py": "the one writer of the book, called by register.actions",
    "register/writer.py": "the one writer of the book, called by register.actions",
    "register/book/*": "the one writer of the book, called by register.actions",
    "project/demo/actions.py": "loads the demo district in bulk, in one act; refused in production",
}


def allowed(path: Path) -> bool:
    """Whether a file of the package (relative path) is one of those that may write."""
    return any(path.match(pattern) and len(path.parts) == pattern.count("/") + 1 for pattern in ALLOWED)


def writes_in(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each write in a piece of Python."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        method, names = node.func.attr, set(_chain(node.func.value))
        if (
            (method in MANAGER_WRITES and "objects" in names)
            or (method in QUERYSET_WRITES and names & QUERYSET_SIGNS)
            or (ROWS_WRITES.get(method) == len(node.args) and names == {"rows"})
            or (method in INSTANCE_WRITES and _is_row(node, names))
            or (method in {"execute", "executemany"} and _is_writing_sql(node))
        ):
            yield node.lineno, ast.unparse(node)[:90]


def _chain(node: ast.expr) -> Iterator[str]:
    """Names along a dotted, called or indexed expression: `Unit.objects.filter(…)` gives Unit, objects, filter."""
    while True:
        if isinstance(node, ast.Attribute):
            yield node.attr
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            if isinstance(node, ast.Name):
                yield node.id
            return


def _is_row(node: ast.Call, names: set[str]) -> bool:
    """`thing.save()` with the arguments of a model. Files, images and storages are saved with a positional one."""
    if node.args or names & {"storage", "default_storage", "image", "picture", "session"}:
        return False
    return {keyword.arg for keyword in node.keywords} <= {
        "update_fields",
        "force_insert",
        "force_update",
        "using",
        None,
    }


def _is_writing_sql(node: ast.Call) -> bool:
    if not node.args:
        return False
    text = node.args[0]
    if isinstance(text, ast.JoinedStr) and text.values:
        text = text.values[0]
    return (
        isinstance(text, ast.Constant) and isinstance(text.value, str) and bool(WRITING_SQL.match(text.value))
    )


def main(root: Path = PACKAGE) -> int:
    """Check every module of the package; print what was found; 1 when there is any."""
    found = 0
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        if allowed(relative):
            continue
        for line, text in writes_in(path.read_text("utf-8")):
            found += 1
            print(f"{path}:{line}: a write outside actions.py: {text}")
    if found:
        print("Move the write into the room's actions.py (see ARCHITECTURE.md, furniture).")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
