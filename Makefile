# Two commands do all the set-up: `make run` and `make test`. docs/adr/0002 says why versions live in lock files.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COMPANY ?=
WORKERS ?= 2
SOAK ?=
UV_VERSION := 0.13.9

# Telemetry off everywhere; the network is for package installs only.
export DAGSTER_DISABLE_TELEMETRY := yes
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1
export STREAMLIT_BROWSER_GATHER_USAGE_STATS := false
export RAY_USAGE_STATS_ENABLED := 0

.PHONY: help run serve test check bench soak audit format lock screenshots clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.run-ready: requirements.lock pyproject.toml | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.test-ready: requirements-dev.lock $(VENV)/.run-ready
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	touch $@

run: $(VENV)/.run-ready ## set up, run the daily job on the sample company (or COMPANY=path), serve the app; ONCE=1 stops after the job
	$(BIN)/diaobo run $(if $(COMPANY),--company $(COMPANY))
ifndef ONCE
	$(BIN)/diaobo serve $(if $(COMPANY),--company $(COMPANY))
endif

serve: $(VENV)/.run-ready ## the app (8501) and Dagster (3000) until Ctrl-C
	$(BIN)/diaobo serve $(if $(COMPANY),--company $(COMPANY))

test: check ## set up and run every check; ends with pytest's line
	tests/browser/install_chromium.sh
	tests/contract/install_prism.sh
	@# A file's tests stay together, for the sake of what they share; groups of xdist 3.8 do not work on pytest 9.2.
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

check: $(VENV)/.test-ready ## format, lint, types, import layers, SQL style, dbt rules (no tests)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/sqlfluff lint --disable-progress-bar -q dbt_project/models dbt_project/tests
	tests/architecture/dbt_rules.sh

bench: $(VENV)/.test-ready ## one table: what, size, seconds, peak memory, ratio to the peer of the same run
	$(BIN)/python -m tests.benchmarks

soak: $(VENV)/.test-ready ## the core's hardest tests for an hour, into docs/measurements/soak.md; SOAK="--steps 20000" for less
	$(BIN)/python -m tests.soak $(SOAK)

audit: $(VENV)/.test-ready ## dependencies and code, apart from `make test`: new advisories appear overnight
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock
	$(BIN)/bandit -q -c pyproject.toml -r inventory_core forecasting pipelines app_streamlit sandbox

format: $(VENV)/.test-ready ## put Python and SQL into the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix --disable-progress-bar -q dbt_project/models dbt_project/tests

lock: $(BIN)/uv ## resolve pyproject.toml into the lock files: versions and hashes, no addresses
	$(BIN)/uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate -q --custom-compile-command "make lock" -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra build --extra team --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate -q --custom-compile-command "make lock" -c requirements.lock -o requirements-dev.lock

screenshots: $(VENV)/.test-ready ## every page in both languages, into var/screenshots
	$(BIN)/python -m tests.browser.screenshots

clean: ## remove what a run leaves, not the companies
	rm -rf dbt_project/target dbt_project/logs .pytest_cache .mypy_cache .ruff_cache
