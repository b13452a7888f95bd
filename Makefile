# `make demo` and `make test` need nothing but Python 3.11-3.13 and make; the rest lands in .venv.
# PYTHON=python3.12 chooses an interpreter; a virtual environment of another version is made anew.

VENV    ?= .venv
INPUT   ?=
OUTPUT  ?=
export INPUT OUTPUT

# The interpreter itself (not a virtual environment's link to it) and its version, or nothing.
FIND    := import sys; v = sys.version_info[:2]; (3, 11) <= v < (3, 14) or sys.exit(1); \
          print(getattr(sys, "_base_executable", None) or sys.executable, "%d.%d" % v)
FOUND   := $(shell for p in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
            "$$p" -c '$(FIND)' 2>/dev/null && break; done)
BASE    := $(firstword $(FOUND))
VERSION := $(lastword $(FOUND))
BIN     := $(VENV)/bin
MADE    := $(VENV)/.made-$(VERSION)
PIP     := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test lint types contracts docs-test pyspark-doctests api-table \
  bench bench-quick bench-scale bench-profile format shell clean

help:           ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 20

demo: $(VENV)/.package     ## count the words of Python's standard library, or of INPUT=file|folder|glob
	@if [ -z "$$OUTPUT" ]; then OUTPUT=build/wordcount; rm -rf "$$OUTPUT"; fi; \
	$(BIN)/pyrite submit --name 'word count' examples/wordcount.py "$$INPUT" "$$OUTPUT"

test: $(VENV)/.tools       ## run all tests; ARGS='-k join -x' are passed to pytest
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.tools       ## style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.tools      ## strict types of the engine and of the benchmark
	$(BIN)/mypy

contracts: $(VENV)/.tools  ## who may import whom
	$(BIN)/lint-imports --no-logo

docs-test: $(VENV)/.tools  ## run the examples in docstrings, README and docs
	$(BIN)/python -m pytest tests/docs $(ARGS)

pyspark-doctests: $(VENV)/.tools  ## run the examples in PySpark's docstrings on Pyrite; NAMES=pyspark.conf runs some
	@$(BIN)/python -m tests.oracle.surface.doctests $(NAMES)

api-table: $(VENV)/.tools  ## write docs/api-table.md: PySpark's names, and what Pyrite has
	@$(BIN)/python -m tests.oracle.surface.table

bench: $(VENV)/.bench      ## the figures, beside other engines, into benchmarks/RESULTS.md; JOBS='sort join' shows some
	@$(BIN)/python -m benchmarks \
	  $(or $(JOBS),--output benchmarks/RESULTS.md --plot docs/benchmarks.png) $(ARGS)

bench-quick: $(VENV)/.bench  ## the same on little data, in a few minutes, shown only
	@$(BIN)/python -m benchmarks --quick $(JOBS) $(ARGS)

bench-scale: $(VENV)/.bench  ## cost of a record and of a task as work grows, into benchmarks/SCALE.md
	@$(BIN)/python -m benchmarks.scale --output benchmarks/SCALE.md --plot docs/benchmarks-scale.png $(ARGS)

bench-profile: $(VENV)/.bench  ## where the time goes in each job, into docs/where-time-goes.md
	@$(BIN)/python -m benchmarks.profile $(or $(JOBS),--output docs/where-time-goes.md) $(ARGS)

format: $(VENV)/.tools     ## put the style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

shell: $(VENV)/.package    ## an interactive session with sc ready
	@$(BIN)/pyrite shell

clean:          ## remove all that these commands made
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each step leaves a mark, so that it is not done again until what it depends on changes.
$(MADE):
ifeq ($(BASE),)
	@echo "Pyrite needs Python 3.11, 3.12 or 3.13; $(or $(PYTHON),python3) is" \
	  "$$($(or $(PYTHON),python3) --version 2>&1 | tail -n 1)." >&2
	@echo "Install one of them, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2
	@exit 1
endif
	@if ! $(BIN)/python -c '$(FIND)' 2>/dev/null | grep -q ' $(VERSION)$$'; then \
	  rm -rf $(VENV); \
	  $(BASE) -m venv $(VENV) || { rm -rf $(VENV); echo "$(BASE) cannot make virtual" \
	    "environments: install its venv module (on Debian and Ubuntu: python3-venv)." >&2; exit 1; }; \
	fi
	@$(PIP) install 'pip>=22.3'
	@echo "$(VENV) is ready, with $$($(BASE) --version)."
	@touch $@

$(VENV)/.package: $(MADE) pyproject.toml
	@echo "Installing Pyrite and its dependencies ..."
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.tools: $(VENV)/.package
	@echo "Installing what tests and checks need (PySpark, the oracle, is large) ..."
	@$(PIP) install --editable '.[test,lint,shell]'
	@touch $@

$(VENV)/.bench: $(VENV)/.package
	@echo "Installing the engines to compare with (they are large) ..."
	@$(PIP) install --editable '.[bench]'
	@touch $@
