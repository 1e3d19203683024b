# The verbs of the house. `make demo ARGS="--speed 60"` passes ARGS on; `make test ARGS="tests/domain"` too.
SHELL := bash
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
ARGS ?=

.PHONY: help demo test test-long bench lint fix openapi run-server run-table
.DEFAULT_GOAL := help

help:
	@echo 'make demo        a practice election on this machine: a server, two tables, voters who come by themselves'
	@echo 'make test        install what the tests need and run them all'
	@echo 'make test-long   the tests that take minutes'
	@echo 'make bench       measure; the figures go to build/bench.json and build/bench.md'
	@echo 'make lint        ruff, mypy and the import contracts'
	@echo 'make fix         what ruff can mend by itself'
	@echo 'make openapi     write openapi.json anew'
	@echo 'make run-server  the register server      make run-table   one table'
	@echo 'Words for the command:  make demo ARGS="--help"'

demo: $(VENV)/.for-running
	@$(BIN)/valgbord demo $(ARGS)

run-server: $(VENV)/.for-running
	@$(BIN)/valgbord server run $(ARGS)

run-table: $(VENV)/.for-running
	@$(BIN)/valgbord table run $(ARGS)

test: $(VENV)/.for-testing
	@tests/install-debian.sh
	@$(BIN)/pytest -n $(JOBS) $(ARGS)

test-long: $(VENV)/.for-testing
	@tests/install-debian.sh
	@$(BIN)/pytest -n $(JOBS) -m long --timeout 3600 $(ARGS)

bench: $(VENV)/.for-testing
	@tests/install-debian.sh
	@$(BIN)/valgbord bench $(ARGS)

lint: $(VENV)/.for-testing
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/.for-testing
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

openapi: $(VENV)/.for-testing
	@$(BIN)/python -m tests.house.openapi > openapi.json

# One environment; a stamp for each of the two things it may have been made for.
$(VENV)/.for-running: pyproject.toml requirements.lock
	@deploy/make-venv.sh $(VENV) .
	@touch $@

$(VENV)/.for-testing: pyproject.toml requirements.lock
	@deploy/make-venv.sh $(VENV) '.[test]'
	@touch $@ $(VENV)/.for-running
