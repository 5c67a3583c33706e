# make run    sets up and runs the bot (the embedded demo where there is no config.yaml)
# make test   sets up and runs every check: formatting, lint, types, tests
# make setup  only builds .venv from the locked versions
# make servers  builds what the tests talk to and with: a Matrix homeserver, a client for it, and the official Lemmy clients

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SYNAPSE := .venv-synapse
CLIENTS := tests/clients
LEMMY_CLIENTS := tests/clients-lemmy/node_modules/.package-lock.json

# What decides without doing: branch coverage of at least 95 %.
PURE := bot/model/*,bot/text.py,bot/actions/*,bot/decision.py,bot/describe.py,bot/guard.py,bot/due.py,bot/duration.py,bot/commands/*,bot/markup/*,bot/handler.py,bot/plugin.py,plugins/*

.PHONY: run test setup servers quick lint types unit slow lock clean

run: setup
	@$(BIN)/folkmoot run

# The whole of it, in the order in which a mistake is cheapest to find.
test: setup servers lint types unit slow
	@echo "All checks passed."

setup: $(READY)

$(READY): requirements-dev.lock pyproject.toml
	@bash .ci/venv "$(PYTHON)" "$(VENV)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

servers: $(SYNAPSE)/.ready $(CLIENTS)/node_modules/.ready $(LEMMY_CLIENTS)

$(SYNAPSE)/.ready: requirements-synapse.lock
	@bash .ci/venv "$(PYTHON)" "$(SYNAPSE)"
	@$(SYNAPSE)/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-synapse.lock
	@touch $@

# Without npm the tests that need it skip themselves, and say so.
$(CLIENTS)/node_modules/.ready: $(CLIENTS)/package-lock.json
	@if command -v npm >/dev/null; then cd $(CLIENTS) && npm ci --loglevel=error && touch node_modules/.ready; \
	else echo "make: there is no npm, so the tests with matrix-js-sdk will be skipped" >&2; fi

$(LEMMY_CLIENTS): tests/clients-lemmy/package-lock.json
	@if command -v npm >/dev/null; then npm ci --prefix tests/clients-lemmy --silent; \
	else echo "npm is not installed: the tests with the official Lemmy clients will be skipped"; fi

# What a contributor runs between two edits.
quick: setup servers lint types
	$(BIN)/pytest -m "not slow" -x -n auto

lint:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types:
	$(BIN)/mypy

unit:
	$(BIN)/pytest -m "not slow" -n auto --cov --cov-report= --cov-fail-under=90
	$(BIN)/coverage report --skip-covered --include="$(PURE)" --fail-under=95

slow:
	$(BIN)/pytest -m slow -n auto --timeout=900 --durations=5

# Resolves pyproject.toml anew; uv is only needed here.
lock:
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra e2e pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group build -o requirements-build.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group synapse -o requirements-synapse.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra e2e pyproject.toml --group dev -o requirements-dev.lock

clean:
	rm -rf $(VENV) $(SYNAPSE) $(CLIENTS)/node_modules build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
