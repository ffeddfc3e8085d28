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

.PHONY: help build venv wheel lab check static cross screenshot image test test-images goldens bench bench-ml bench-workshop bench-service clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build bin/netherfield, the programs beside it, and the one in images
	@go build -trimpath -o bin/ . ./cmd/netherfield-deploy ./cmd/netherfield-panel
	@CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o bin/pipeline-runtime ./images/pipeline-runtime

venv: $(VENV)/.extension ## make .venv with the pinned JupyterLab and our extension

wheel: extension/dist/.wheel ## build the extension for JupyterLab into extension/dist

lab: build venv notebooks/data/training.parquet ## set everything up and open JupyterLab on notebooks/
	@VIRTUAL_ENV="$(CURDIR)/$(VENV)" bin/netherfield lab notebooks -- $(LAB_FLAGS)

notebooks/data/training.parquet: | build
	@bin/netherfield data $@

check: static ## the quick gate: format, vet, staticcheck, quick tests with -race
	@go test -race -short ./...

static:
	@unformatted=$$(git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 gofmt -l); \
	  if [[ -n $$unformatted ]]; then echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; fi
	@go vet ./...
	@go run $(STATICCHECK) ./...
	@if [[ -d kernel/symbols/gen ]]; then go run ./kernel/symbols/gen -check; fi

cross: ## build for the systems that no test runs on
	@GOOS=linux GOARCH=arm64 CGO_ENABLED=0 go build ./...
	@for system in darwin windows; do GOOS=$$system go build ./runtime/... ./display/...; done

screenshot: build $(VENV)/.test ## make the pictures in docs anew, by the tests that see what they show
	@$(VENV)/bin/python -m pytest -q tests/test_lab.py tests/test_extension.py -k "workshop and 01 or drift_shows"
	@cp artifacts/lab.png artifacts/extension.png docs/

test: ## set everything up and run every test
	@tests/run

bench: build $(VENV)/.test ## compare with ipykernel and print a table
	@$(VENV)/bin/python -m bench

bench-ml: $(VENV)/.ml ## compare with scikit-learn and pandas; ROWS="forest filter" chooses rows
	@$(VENV)/bin/python -m bench.ml $(ROWS)

bench-workshop: build $(VENV)/.test ## how long each notebook takes, compiled anew and compiled before
	@$(VENV)/bin/python -m bench.workshop

bench-service: $(VENV)/.ml ## compare the pipeline service with scikit-learn behind Flask
	@$(VENV)/bin/python -m bench.service

image: ## build the images, with podman, docker or buildah
	@images/build

test-images: build $(VENV)/.test ## build the images, run them, and try what is for clusters on real JupyterHub and Kubernetes servers
	@tests/images/run

# About ten minutes on two cores, once.
.cluster/.built: tests/images/go.mod tests/images/go.sum
	@echo "Building kube-apiserver, kubectl and etcd …"
	@mkdir -p .cluster
	@cd tests/images && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o ../../.cluster/ k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kubectl
	@cd tests/images && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o ../../.cluster/etcd go.etcd.io/etcd/server/v3
	@touch $@

goldens: $(VENV)/.ml ## ask scikit-learn, pandas and Flask anew for what the Go tests expect
	@$(VENV)/bin/python -m goldens
	@$(VENV)/bin/python -m tests.nachlass.record

clean: ## remove what the other commands made
	rm -rf bin $(VENV) extension/node_modules extension/lib extension/dist extension/netherfield_lab/labextension .cluster .images artifacts notebooks/data

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

# The extension: Node and what else builds it, in an environment of their own; then the part
# for the browser; then the wheel with all of it.
BUILD := $(VENV)/build
NPM := cd extension && PATH="$(CURDIR)/$(BUILD)/bin:$$PATH" NODE_USE_SYSTEM_CA=1 npm --no-fund --no-audit --no-update-notifier --loglevel error

$(BUILD)/.made: requirements/extension.txt | $(VENV)/.lab
	@echo "Making $(BUILD) …"
	@rm -rf $(BUILD)
	@$(PYTHON) -m venv $(BUILD)
	@$(BUILD)/bin/python -m pip --disable-pip-version-check --no-input install --quiet -r requirements/extension.txt
	@touch $@

extension/node_modules/.made: extension/package.json extension/package-lock.json $(BUILD)/.made
	@echo "Getting what the extension is built of …"
	@$(NPM) ci
	@touch $@

extension/dist/.wheel: extension/node_modules/.made extension/pyproject.toml extension/README.md extension/install.json extension/tsconfig.json $(wildcard extension/src/* extension/style/* extension/schema/* extension/config/* extension/netherfield_lab/*.py)
	@rm -rf extension/dist extension/lib extension/netherfield_lab/labextension
	@$(NPM) run --silent build >/dev/null
	@HATCH_JUPYTER_BUILDER_SKIP_NPM=1 $(BUILD)/bin/python -m pip --disable-pip-version-check wheel --quiet --no-deps --no-build-isolation --wheel-dir extension/dist ./extension
	@touch $@

$(VENV)/.extension: $(VENV)/.lab extension/dist/.wheel
	@$(PIP) --no-deps --force-reinstall extension/dist/netherfield_lab-*.whl
	@touch $@

$(VENV)/.test: $(VENV)/.extension requirements/test.txt
	@$(PIP) -r requirements/test.txt
	@touch $@

# JupyterHub, for the tests, in an environment of its own: it has what the image has.
.images/.hub: requirements/lab.txt requirements/hub.txt requirements/kubespawner.txt
	@$(PYTHON) -m venv .images/hub
	@.images/hub/bin/python -m pip install --disable-pip-version-check --no-input --quiet -r requirements/lab.txt -r requirements/hub.txt -r requirements/kubespawner.txt
	@touch $@

$(VENV)/.ml: $(VENV)/.test requirements/ml.txt
	@$(PIP) -r requirements/ml.txt
	@touch $@
