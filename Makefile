# Parley's tasks. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PYTHON ?= python3
BIN := .venv/bin
CHAINLIT := 2.12.0

# Two quiets: errors are shown, and the notes of a machine's own pip settings are not.
PIP = $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-input
LOCKED = $(PIP) --require-hashes --no-deps -r

# A dot every two seconds tells that the work goes on.
define working
	printf '%s ' $(1); \
	( $(2) ) & work=$$!; \
	while sleep 2; do kill -0 $$work 2>/dev/null || break; printf .; done & dots=$$!; \
	failed=0; wait $$work || failed=$$?; \
	kill $$dots 2>/dev/null || true; wait $$dots 2>/dev/null || true; echo; exit $$failed
endef

.PHONY: help run dev test check bench bench-session bench-load bench-scale soak postgres lock format browser

help: ## list the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: .venv/run ## start the chat; its address is printed
	@exec $(BIN)/python -m gunicorn wsgi:app

dev: .venv/run ## start the chat for development: it starts again when a file changes
	@PARLEY_ENVIRONMENT=development exec $(BIN)/python -m gunicorn wsgi:app

test: .venv/dev browser ## run every test, with a browser and on both databases
	@$(BIN)/python -m pytest -n 3 --dist worksteal

check: .venv/dev ## everything that must hold before a change lands
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/djlint templates --lint --quiet
	@$(MAKE) test

bench: bench-session bench-load bench-scale ## measure beside the rivals

bench-session: .venv/dev ## measure DatabaseSession beside the SDK's own sessions
	@$(BIN)/python -m tests.bench.session

bench-load: .venv/dev .cache/chainlit/$(CHAINLIT) ## measure many people with a reply each at once
	@$(BIN)/python -m tests.bench.load

bench-scale: .venv/dev ## measure with ten thousand chats and a million messages (builds them once)
	@$(BIN)/python -m tests.bench.scale

KILLS ?= 1000

soak: .venv/dev ## kill a process full of runs KILLS times on each database: half an hour
	@mkdir -p .cache
	@PARLEY_TEST_KILLS=$(KILLS) $(BIN)/python -m pytest -s --timeout=0 tests/runs/test_kills.py 2>.cache/soak.log

format: .venv/dev ## put the code in the house's form
	@$(BIN)/ruff format --quiet
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/python -m tests.support.settings_table

lock: .venv/dev ## renew the locked versions in requirements/
	@$(PIP) uv
	@for extra in run:"--extra postgres" dev:"--all-extras"; do \
	  $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	    $${extra#*:} -o requirements/$${extra%%:*}.txt; done

browser: .venv/dev
	@$(BIN)/python -m tests.support.browser

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Parley needs Python 3.11 or newer: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/run: requirements/run.txt | .venv/made
	@[ -e .venv/dev ] || { $(call working,"Installing what Parley needs (once) …",$(LOCKED) $<); }
	@touch $@

.venv/dev: requirements/dev.txt | .venv/made
	@$(call working,"Installing what the tests need (once) …",$(LOCKED) $<)
	@touch $@

# The rival of the load measurement: it needs versions of its own, but for the SDK's.
.cache/chainlit/$(CHAINLIT):
	@$(PYTHON) -m venv --clear .cache/chainlit
	@$(call working,"Installing Chainlit to measure beside (once) …",.cache/chainlit/bin/python -m pip install \
	  --quiet --quiet --disable-pip-version-check --no-input chainlit==$(CHAINLIT) \
	  $$(grep -o '^openai-agents==[0-9.]*' requirements/run.txt))
	@touch $@
