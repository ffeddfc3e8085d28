# Netherfield's commands. `make` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --no-input install --quiet
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# Further flags for JupyterLab: make lab LAB_FLAGS="--no-browser --port 9000"
LAB_FLAGS ?=

.PHONY: help build venv lab check static test goldens bench bench-ml bench-service clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build bin/netherfield
	@go build -trimpath -o bin/netherfield .

venv: $(VENV)/.lab ## make .venv with the pinned JupyterLab

lab: build venv ## set everything up and open JupyterLab on notebooks/
	@VIRTUAL_ENV="$(CURDIR)/$(VENV)" bin/netherfield lab notebooks -- $(LAB_FLAGS)

check: static ## the quick gate: format, vet, staticcheck, quick tests with -race
	@go test -race -short ./...

static:
	@unformatted=$$(gofmt -l .); \
	  if [[ -n $$unformatted ]]; then echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; fi
	@go vet ./...
	@go run $(STATICCHECK) ./...
	@if [[ -d kernel/symbols/gen ]]; then go run ./kernel/symbols/gen -check; fi

test: ## set everything up and run every test
	@tests/run

bench: build $(VENV)/.test ## compare with ipykernel and print a table
	@$(VENV)/bin/python -m bench

bench-ml: $(VENV)/.ml ## compare with scikit-learn and pandas; ROWS="forest filter" chooses rows
	@$(VENV)/bin/python -m bench.ml $(ROWS)

bench-service: $(VENV)/.ml ## compare the pipeline service with scikit-learn behind Flask
	@$(VENV)/bin/python -m bench.service

goldens: $(VENV)/.ml ## ask scikit-learn, pandas and Flask anew for what the Go tests expect
	@$(VENV)/bin/python -m goldens
	@$(VENV)/bin/python -m tests.nachlass.record

clean: ## remove what the other commands made
	rm -rf bin $(VENV) artifacts

# A new environment for new pins, so that nothing of the old ones lingers.
$(VENV)/.lab: requirements/lab.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make venv PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making $(VENV) …"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) -r requirements/lab.txt
	@touch $@

$(VENV)/.test: $(VENV)/.lab requirements/test.txt
	@$(PIP) -r requirements/test.txt
	@touch $@

$(VENV)/.ml: $(VENV)/.test requirements/ml.txt
	@$(PIP) -r requirements/ml.txt
	@touch $@
