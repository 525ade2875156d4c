# The few commands of daily work. A fresh machine needs Python 3.11 or newer, git and make.
# Installing is silent towards standard output: `make demo ARGS="--once --json"` ends in its JSON.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PACKAGES := .venv/.packages
STAMP := .venv/.installed
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/pip install -qq --disable-pip-version-check
ARGS ?=
WORKERS ?= 3
MINUTES ?= 2
PROCESSES ?= 1,2,8
SEED ?=
GUARD ?=
FROM ?=

# Python keeps what it has compiled, whatever the machine's habit is: the tests start the commands
# some hundred times, and each would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1mmake %-11s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: venv
venv: $(STAMP) ## Install exactly what requirements.lock names into .venv

$(PACKAGES): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 venv" >&2; exit 1; }
	@echo "Installing packages into .venv (about a minute) ..." >&2
	@$(PYTHON) -m venv --clear .venv >&2
	@$(PIP) --no-deps -r requirements.lock >&2
	@touch $@

$(STAMP): $(PACKAGES) pyproject.toml
	@$(PIP) --no-deps --no-build-isolation -e . >&2
	@touch $@

.PHONY: demo
demo: $(STAMP) ## See it work: an engine, two simulators, the fleet (ARGS="--once --json" for programs)
	@$(BIN)/mintsoft-xero demo $(ARGS)

.PHONY: rabbitmq
rabbitmq: $(STAMP)
	@$(BIN)/python -m deploy.local ensure-rabbitmq >&2

.PHONY: chromium
chromium: $(STAMP)
	@$(BIN)/python -m deploy.local ensure-chromium >&2

.PHONY: prometheus
prometheus: $(STAMP)
	@$(BIN)/python -m deploy.local ensure-prometheus >&2

.PHONY: node
node: $(STAMP)
	@$(BIN)/python -m deploy.local ensure-node >&2

.PHONY: pgbouncer
pgbouncer: $(STAMP)
	@$(BIN)/python -m deploy.local ensure-pgbouncer >&2

.PHONY: test
test: $(STAMP) rabbitmq chromium prometheus node ## Run the tests on real RabbitMQ, PostgreSQL, Chromium (ARGS="-k name" for some)
	@$(PYTEST) -m "not proof" $(ARGS)

.PHONY: proofs
proofs: $(STAMP) rabbitmq chromium prometheus node pgbouncer ## Run the long tests that `make test` leaves out, a whole story each
	@$(PYTEST) -m proof $(ARGS)

.PHONY: check
check: $(STAMP) ## Lint, format, types, import layers, generated files, licences
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m schemas.generate --check
	@$(BIN)/python -m schemas.reference --check
	@$(BIN)/python -m schemas.compatibility
	@$(BIN)/python -m workers.reasons.generate --check
	@$(BIN)/python -m deploy.observability.generate --check
	@$(BIN)/python -m deploy.rabbitmq.generate --check
	@$(BIN)/python -m deploy.compose.example --check
	@$(BIN)/python -m deploy.supply.licences

.PHONY: audit
audit: $(STAMP) ## Look for published weaknesses in what the locks name (needs pypi.org; not part of CI)
	@$(BIN)/python -m deploy.supply.audit $(ARGS)

.PHONY: bench
bench: $(STAMP) rabbitmq ## Measure events per second through the ingress beside the plain way
	@$(BIN)/python -m tests.bench $(ARGS)

.PHONY: scale
scale: $(STAMP) ## What so many organisations need: the tables of docs/scale.md (ARGS=--write puts them there)
	@$(BIN)/python -m tests.scale $(ARGS)

.PHONY: drain
drain: $(STAMP) rabbitmq ## Drain a backlog under Xero's real limits (PROCESSES=1,2,8 MINUTES=2)
	@$(BIN)/python -m tests.bench.drain --processes $(PROCESSES) --minutes $(MINUTES) $(ARGS)

.PHONY: chaos
chaos: $(STAMP) rabbitmq ## Break everything for MINUTES=2 by SEED=n, then judge; GUARD=name|all|list takes a guard away
	@$(BIN)/python -m tests.chaos --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) \
		$(if $(GUARD),--guard $(GUARD)) $(ARGS)

.PHONY: cluster
cluster: $(STAMP) rabbitmq ## Kill, stop, hold and cut off each of three RabbitMQ nodes under load (ARGS="partofname ..." for some)
	@$(BIN)/python -m tests.cluster $(ARGS)

.PHONY: upgrade
upgrade: $(STAMP) rabbitmq ## Replace an earlier version (FROM=revision) by this one under load, and go back
	@$(BIN)/python -m tests.upgrade $(if $(FROM),--from $(FROM)) $(ARGS)

.PHONY: alarms
alarms: $(STAMP) rabbitmq prometheus ## Make every alert fire by its fault in a running fleet, and clear (ARGS="Name ..." for some)
	@$(BIN)/python -m tests.alarms $(ARGS)

.PHONY: dashboards
dashboards: $(STAMP) ## Write the dashboards anew from their description
	@$(BIN)/python -m deploy.observability.generate

.PHONY: definitions
definitions: $(STAMP) ## Write RabbitMQ's definitions and .env.example anew from the code
	@$(BIN)/python -m deploy.rabbitmq.generate
	@$(BIN)/python -m deploy.compose.example

LOCKED := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links $(ARGS)

.PHONY: lock
lock: ## Resolve pyproject.toml's dependencies anew into requirements.lock (needs uv)
	@$(LOCKED) --group dev --output-file requirements.lock pyproject.toml
	@$(LOCKED) --constraint requirements.lock --output-file deploy/docker/requirements.lock pyproject.toml
	@$(LOCKED) --constraint requirements.lock --output-file deploy/docker/build.lock --group build

.PHONY: image
image: ## Build the container image with docker, podman or buildah (ARGS goes to its build)
	@bash deploy/docker/build.sh $(ARGS)

.PHONY: image-test
image-test: $(STAMP) rabbitmq ## Run every role from the image that `make image` built, confined as in production
	@$(BIN)/python -m pytest tests/image $(ARGS)

.PHONY: sbom
sbom: $(STAMP) ## Write dist/sbom.json (CycloneDX): what is in the image, by version and hash
	@mkdir -p dist
	@$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		--output-file dist/sbom.json deploy/docker/requirements.lock

.PHONY: clean
clean: ## Remove .venv, caches and built files
	@rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
