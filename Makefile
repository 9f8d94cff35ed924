# Everything is set up on first use and only then: a private environment in .venv, a real OpenSearch in .cache.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
SOURCES := $(wildcard agent plugin proto scripts tests bench examples/detector)

# A stamp file says which requirements are installed; run.txt is enough for the demo, dev.txt holds torch.
BUILD := $(VENV)/.installed-build
RUN := $(VENV)/.installed-run
DEV := $(VENV)/.installed-dev

.PHONY: help
help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

$(BUILD): requirements/build.txt
	@scripts/require.sh $(PYTHON) python3
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || scripts/require.sh ensurepip python3-venv
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(RUN): requirements/run.txt pyproject.toml $(BUILD)
	$(INSTALL) -r requirements/run.txt
	$(INSTALL) --no-build-isolation --no-deps --editable .
	@touch $@

$(DEV): requirements/dev.txt $(RUN)
	$(INSTALL) -r requirements/dev.txt
	@touch $@

.PHONY: setup
setup: $(DEV) ## Set up the environment that the tests use

.PHONY: demo
demo: $(RUN) ## See it work on sample logs (DEMO="--opensearch URL" writes there)
	$(BIN)/burl demo $(DEMO)

.PHONY: bundle
bundle: $(DEV) ## Train the bundle of the demo again
	$(BIN)/burl train --input examples/shop/train --out examples/shop/bundle --seed 1

.PHONY: check
check: $(DEV) ## Format, lint, types and security; generated files up to date
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy $(SOURCES)
	$(BIN)/bandit --quiet --recursive --severity-level medium agent plugin scripts
	$(BIN)/python scripts/generate.py --check

# The tests install OpenSearch themselves, from Maven Central into .cache.
.PHONY: jdk
jdk:
	@[ -x "$${JAVA_HOME:-}/bin/java" ] || scripts/require.sh java default-jdk-headless
	@scripts/require.sh mvn maven

.PHONY: promtool
promtool:
	@scripts/promtool.sh

.PHONY: helm
helm:
	@scripts/helm.sh

# Without a browser the tests of the console are left out, and say so.
.PHONY: browser
browser:
	@scripts/require.sh chromium chromium || true

.PHONY: test
test: jdk promtool helm browser check ## Check, then run all tests (TESTS="..." for some of them)
	$(BIN)/pytest -q -rs $(TESTS)
	$(if $(TESTS),,OPENSEARCH_VERSION=2.19.6 $(BIN)/pytest -q -rs -m oldest)

# The long forms of what `make test` does in short.
KILLS ?= 200
OUTAGES ?= 20
RECORDS ?= 1000000
STREAMS ?= 1000000
DOCUMENTS ?= 1000000
FUZZ_RUNS := records:300000 template_set:150000 sessions:100000 journal:100000 checkpoint:50000 decode:250000 redact:100000 \
	manifest:40000 log_file:40000 parse:30000 judge:8000 config:4000

.PHONY: chaos
chaos: $(DEV) ## Kill an agent and its store again and again (KILLS=200 OUTAGES=20 RECORDS=1000000)
	CHAOS_KILLS=$(KILLS) CHAOS_OUTAGES=$(OUTAGES) CHAOS_RECORDS=$(RECORDS) $(BIN)/pytest -q tests/faults/test_chaos.py

.PHONY: soak
soak: $(DEV) ## Send what never repeats, and watch the memory (STREAMS=1000000)
	SOAK_STREAMS=$(STREAMS) $(BIN)/pytest -q tests/faults/test_soak.py

.PHONY: backfill
backfill: $(DEV) jdk ## Score an index and kill it on the way, again and again (DOCUMENTS=1000000)
	BACKFILL_DOCUMENTS=$(DOCUMENTS) BACKFILL_KILLS=5 $(BIN)/pytest -q tests/faults/test_backfill.py

.PHONY: fuzz
fuzz: $(DEV) ## Fuzz every surface, guided by coverage: over a million inputs
	$(INSTALL) -r requirements/fuzz.txt
	@for run in $(FUZZ_RUNS); do \
	  $(BIN)/python scripts/fuzz.py $${run%:*} .cache/fuzz/$${run%:*} -runs=$${run#*:} -artifact_prefix=.cache/fuzz/; \
	done

.PHONY: audit
audit: $(DEV) ## Ask PyPI whether a library that we need is known to be vulnerable
	$(INSTALL) -r requirements/audit.txt
	@for set in run train; do $(BIN)/pip-audit --no-deps --disable-pip -r requirements/$$set.txt; done

# The peers have an environment of their own: they need other versions of libraries than we.
.PHONY: bench
bench: $(DEV) ## Measure speed, memory and delay into docs/performance.md (QUICK=1: a short form, writes nothing)
	@mkdir -p .cache/bench
	@[ -x .cache/bench/peers/bin/python ] || $(BIN)/uv venv --quiet .cache/bench/peers
	@$(BIN)/uv pip install --quiet --python .cache/bench/peers/bin/python -r requirements/bench.txt
	OPENBLAS_NUM_THREADS=1 PYTHONPATH=tests $(BIN)/python -m bench $(if $(QUICK),--quick)

.PHONY: results
results: $(DEV) ## Run docs/results.md again on the research data (PROTOCOLS="..." for some of it)
	$(BIN)/python -m scripts.results $(PROTOCOLS)

.PHONY: generate
generate: $(DEV) ## Write the generated files again
	$(BIN)/python scripts/generate.py

.PHONY: pictures
pictures: $(DEV) ## Take the documentation's pictures again
	@scripts/require.sh chromium chromium
	PYTHONPATH=tests $(BIN)/python scripts/pictures.py

.PHONY: render-chart
render-chart: helm ## Write the golden renders of the Helm chart again
	scripts/render-chart.sh

.PHONY: format
format: $(DEV) ## Format the sources and mend what ruff can mend
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

.PHONY: requirements
requirements: $(BUILD) ## Pin requirements/*.txt again (UPGRADE=1: newer versions)
	scripts/lock.sh $(if $(UPGRADE),--upgrade)

.PHONY: dist
dist: $(BUILD) ## Build wheel and sdist into dist/
	rm -rf dist
	$(BIN)/uv build --quiet --no-build-isolation --python $(BIN)/python --out-dir dist

.PHONY: clean
clean: ## Remove what was set up and built
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist out
