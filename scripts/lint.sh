#!/bin/sh
# All lints, quickest first. Every one runs, so that one round of mending is enough; any finding fails.
set -u
cd "$(dirname "$0")/.."
bin=.venv/bin
failed=""

step() {
    name=$1
    shift
    said=$("$@" 2>&1) && return
    failed="$failed, $name"
    printf 'lint: %s\n%s\n' "$name" "$said" >&2
}

step "ruff" $bin/ruff check --quiet --output-format concise .
step "ruff format (make format mends it)" $bin/ruff format --check --quiet --output-format concise .
step "writes outside actions.py" $bin/python -m dengbu.project.lint_writes
step "floors of the house" $bin/lint-imports
step "templates" $bin/djlint --quiet --lint src
step "types" $bin/mypy --no-error-summary
step "models without a migration (dengbu manage makemigrations)" \
    env DATA=/nonexistent $bin/dengbu manage makemigrations --check --dry-run

if [ -n "$failed" ]; then
    echo "lint failed: ${failed#, }" >&2
    exit 1
fi
echo "lint: nothing found"
