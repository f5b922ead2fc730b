# Two commands do all the set-up on a fresh machine with Python 3.11 or newer: `make run` and `make test`.
# Everything is installed into .venv, in exact versions with hashes. Nothing but `make test` run by root
# touches the system: it installs the Debian packages whose programs the tests talk to.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest
# One worker more than there are cores: now and then a test waits.
WORKERS = $(shell expr $$($(BIN)/python -c 'import os; print(len(os.sched_getaffinity(0)))') + 1)
FAST := -q -n $(WORKERS) --dist worksteal -m "not slow and not interop and not soak"
# The compiled tests are kept, whatever the shell wants: to compile them takes pytest a dozen seconds.
export PYTHONDONTWRITEBYTECODE :=
SOAK_MINUTES ?= 10
FUZZ_INPUTS ?= 1000000

.DEFAULT_GOAL := help
.PHONY: help run check format test peers bench soak fuzz docs lock clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*##/\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run: $(VENV)/.run  ## the demo site: a simulated plant, collected, stored, shown live
	$(BIN)/port502 demo

check: $(VENV)/.dev  ## format, lint, types, import contracts and the fast tests, on every core
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(PYTEST) $(FAST) --hypothesis-profile=brief

format: $(VENV)/.dev  ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: $(VENV)/.dev peers  ## every test, against foreign peers too; what waits for the same things in one process
	$(PYTEST) $(FAST)
	$(PYTEST) -n $(WORKERS) --dist loadfile -m "not soak and (slow or interop)"

peers:  ## the foreign programs that the tests talk to (installed by root only)
	@sh tools/peers.sh

bench: $(VENV)/.dev peers  ## rates and ratios against other implementations, in one interleaved run
	$(BIN)/python -m bench

soak: $(VENV)/.dev  ## SOAK_MINUTES of traffic: memory, tasks and descriptors must stay flat
	SOAK_MINUTES=$(SOAK_MINUTES) $(PYTEST) -m soak

fuzz: $(VENV)/.dev  ## FUZZ_INPUTS damaged inputs for every parser of frames, texts, filters and captures
	$(BIN)/python -m tools.fuzz --inputs $(FUZZ_INPUTS)

docs: $(VENV)/.docs  ## the documentation as a web site in build/site
	$(BIN)/python tools/reference.py build/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict --site-dir build/site
	@echo "open build/site/index.html"

lock: $(VENV)/.dev  ## resolve the newest versions anew into requirements/
	sh tools/lock.sh

clean:  ## remove everything that was installed or made here
	rm -rf $(VENV) .cache build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "port502 needs Python 3.11 or newer: none was found on the path" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.lock pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --require-hashes -r requirements/run.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.run
	$(INSTALL) --require-hashes -r requirements/dev.lock
	@touch $@

$(VENV)/.docs: requirements/docs.lock $(VENV)/.dev
	$(INSTALL) --require-hashes -r requirements/docs.lock
	@touch $@
