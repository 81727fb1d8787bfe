# Two commands: `make serve` and `make test`. Each does all its own set-up in .venv; nothing needs to be activated.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DIR    ?= policies/class_group
LISTEN ?= 127.0.0.1:8900
UV     ?= uv
FILE   ?= bench/decide.py
ONLY   ?=

.DEFAULT_GOAL := help
.PHONY: help serve test lint bench bench-one bench-check lock clean

help:            ## show this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed 's/:.*##/ —/'

$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "policyd needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Say which to use: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "setting up $(VENV) (once, about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

serve: $(VENV)/run.stamp    ## start the service on policies/class_group (DIR=..., LISTEN=host:port)
	@$(BIN)/policyd serve $(DIR) --listen $(LISTEN)

test: $(VENV)/dev.stamp lint    ## everything that must hold: types, style, layout, the suite
	$(BIN)/python -m pytest -n auto $(PYTEST_ARGS)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/peers.stamp: $(VENV)/dev.stamp requirements/peers.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/peers.txt
	@touch $@

bench: $(VENV)/peers.stamp    ## measure everything beside its peers, and write bench/RESULTS.md (ONLY="http growth" for some)
	@$(BIN)/python -m bench.all $(ONLY); worked=$$?; $(BIN)/python -m bench.report && exit $$worked

bench-one: $(VENV)/dev.stamp    ## the benchmarks of one file: make bench-one FILE=bench/decide.py
	$(BIN)/python -m pytest $(FILE) -o python_files='*.py' -o python_functions='bench_*' --benchmark-only $(PYTEST_ARGS)

bench-check: $(VENV)/dev.stamp    ## whether it is as fast as it was (bench/baseline.json), in less than three minutes
	$(BIN)/python -m bench.check

lock:            ## renew the pinned requirements (needs uv)
	$(UV) pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements/run.txt
	$(UV) pip compile pyproject.toml requirements/build.in --extra dev --extra tables --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -c requirements/run.txt -o requirements/dev.txt
	$(UV) pip compile pyproject.toml requirements/build.in --extra peers --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -c requirements/run.txt -c requirements/dev.txt -o requirements/peers.txt

clean:           ## remove what these commands made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
