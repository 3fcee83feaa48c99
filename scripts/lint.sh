#!/bin/sh
# All lints, quickest first; the first that finds something ends the run.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin

step() { echo "lint: $1"; }

step "ruff";                $bin/ruff check --quiet .
step "ruff format";         $bin/ruff format --check --quiet .
step "writes in actions";   $bin/python -m dengbu.project.lint_writes
step "floors of the house"; $bin/lint-imports --config pyproject.toml >/tmp/dengbu-floors.$$ 2>&1 || { cat /tmp/dengbu-floors.$$; rm -f /tmp/dengbu-floors.$$; exit 1; }
rm -f /tmp/dengbu-floors.$$
step "templates";           if find src -name '*.html' | grep -q .; then $bin/djlint --quiet --lint src; fi
step "types";               $bin/mypy --no-error-summary
step "missing migrations";  $bin/dengbu manage makemigrations --check --dry-run -v 0 || { echo "Models changed without a migration. Run: .venv/bin/dengbu manage makemigrations" >&2; exit 1; }
