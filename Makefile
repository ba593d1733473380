# Một Cửa Edge. Two commands are enough: `make demo` and `make test`. The rest is for those who work on it.
#   demo   the whole waiting room on virtual hardware       check  lint, types, import rules, unit tests (≤ 2 min)
#   test   everything that runs in minutes                  rigs   emulated machines and images (one: make rigs RIG=boot)
#   bench  figures, never judged by time                    soak   hours, outside CI
#   setup  is done by each of them, once
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
# A packaged tool on PATH must not change what the product is tested with.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONDONTWRITEBYTECODE :=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup setup-test demo test check rigs bench soak lock pictures clean

help:
	@sed -n '1,6p' Makefile | sed 's/^# \{0,1\}//'

# The stamp holds a hash of what it was made from: a second `make setup` does nothing.
setup:
	@bash .ci/setup.sh run

setup-test:
	@bash .ci/setup.sh test

demo: setup
	@$(BIN)/motcua demo $(DEMO)

check: setup-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -n 2 -m "not slow" tests/unit tests/contract

test: check
	$(BIN)/pytest -q -n 2 --dist loadscope -m "slow" tests/unit tests/contract
	$(BIN)/pytest -q -n 3 --dist loadscope -m "not storm" tests/integration tests/system tests/screens
	@bash .ci/python313.sh

rigs: setup-test
	@rigs/run $(RIG)

bench: setup
	$(BIN)/motcua bench issue
	$(BIN)/motcua bench walk

soak: setup-test
	MOTCUA_SOAK=10 $(BIN)/pytest -q tests/system/test_kill_hub.py tests/system/test_kill_bridge.py tests/system/test_two_clerks.py tests/system/test_power_cut.py tests/system/test_broker_kills.py

pictures: setup-test
	$(BIN)/python docs/pictures/make.py

lock:
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile requirements.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header --no-annotate -o requirements.lock

clean:
	rm -rf $(VENV) .venv313 build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
