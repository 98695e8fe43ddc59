# Parley's tasks. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run dev test check bench bench-session lock format browser

help: ## list the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: .venv/run ## start the chat; its address is printed
	@exec $(BIN)/gunicorn wsgi:app

dev: .venv/run ## start the chat for development: it reloads when a file changes
	@PARLEY_ENVIRONMENT=development exec $(BIN)/gunicorn wsgi:app --reload

test: .venv/dev browser ## run every test, browser and PostgreSQL included
	@$(BIN)/python -m pytest -n 2 --dist worksteal

check: .venv/dev ## everything that must hold before a change lands
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/djlint templates --check --lint --quiet
	@$(MAKE) --no-print-directory test

bench: bench-session ## measure beside the rivals

bench-session: .venv/dev ## measure DatabaseSession beside the SDK's own sessions
	@$(BIN)/python -m tests.bench.session

format: .venv/dev ## put the code in the house's form
	@$(BIN)/ruff format --quiet
	@$(BIN)/ruff check --fix --quiet

lock: .venv/dev ## renew the locked versions in requirements/
	@$(BIN)/python -m pip install --quiet uv
	@for extra in run: postgres:"--extra postgres" dev:"--all-extras"; do \
	  $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	    $${extra#*:} -o requirements/$${extra%%:*}.txt; done

browser:
	@$(BIN)/python -m tests.support.browser

.venv/bin/python:
	@$(PYTHON) -m venv .venv

.venv/run: requirements/run.txt | .venv/bin/python
	@echo "Installing what Parley needs (once) …"
	@[ -e .venv/dev ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

.venv/dev: requirements/dev.txt | .venv/bin/python
	@echo "Installing what the tests need (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@
