# Two commands are enough: `make run` and `make test`. Everything they need is set up by them.

PYTHON ?= python3
PIP_INSTALL = .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes
BIN = .venv/bin
CHROMIUM ?= /usr/bin/chromium

.PHONY: help run test test-all lint format bench clean prerequisites browser postgres15

help:
	@echo "make run       start the office: database, web server, worker (PORT=8000, DATA=./var)"
	@echo "make test      lint, then the test suite"
	@echo "make test-all  the test suite on the embedded PostgreSQL and on Debian's PostgreSQL 15"
	@echo "make lint      style, types, floors of the house, templates, missing migrations"
	@echo "make bench     measure against a hand-written floor"
	@echo "make clean     remove the virtual environment and caches (the data in DATA stays)"

run: .venv/.stamp-run
	@$(BIN)/dengbu up

test: .venv/.stamp-dev browser
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest $(ARGS)

test-all: export DENGBU_WALK_ALL = 1
test-all: export DENGBU_LONG_MACHINE = 1
test-all: test postgres15
	@set -e; server=$$(ls -d /usr/lib/postgresql/15/bin); echo "The same suite on $$server"; \
	  TEST_POSTGRES_BINARIES=$$server $(BIN)/python -m pytest $(ARGS)

lint: .venv/.stamp-dev
	@scripts/lint.sh

format: .venv/.stamp-dev
	@$(BIN)/ruff check --fix --quiet src tests benchmarks scripts; $(BIN)/ruff format --quiet src tests benchmarks scripts

bench: .venv/.stamp-dev
	@$(BIN)/python -m benchmarks $(ARGS)

clean:
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-artifacts
	@find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# --- set-up -----------------------------------------------------------------------------------------------------

prerequisites:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing. Run: sudo apt-get install -y python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed. Run: sudo apt-get install -y python3.11 python3.11-venv && make run PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing. Run: sudo apt-get install -y python3-venv" >&2; exit 1; }
	@command -v git >/dev/null || { echo "git is missing. Run: sudo apt-get install -y git" >&2; exit 1; }

.venv/bin/python: | prerequisites
	@echo "making the virtual environment"
	@$(PYTHON) -m venv .venv

.venv/.stamp-run: requirements/lock.txt scripts/link_venv.sh | .venv/bin/python
	@echo "installing the packages of requirements/lock.txt"
	@$(PIP_INSTALL) -r requirements/lock.txt
	@scripts/link_venv.sh
	@touch $@

.venv/.stamp-dev: requirements/lock-dev.txt scripts/link_venv.sh | .venv/bin/python
	@echo "installing the packages of requirements/lock-dev.txt"
	@$(PIP_INSTALL) -r requirements/lock-dev.txt
	@scripts/link_venv.sh
	@touch $@ .venv/.stamp-run

browser:
	@scripts/need_apt.sh "$(CHROMIUM)" chromium
	@scripts/need_apt.sh /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc fonts-noto-cjk

postgres15:
	@scripts/need_apt.sh /usr/lib/postgresql/15/bin/initdb postgresql-15
