# Every task of the project; `make help` lists them. Each does its own set-up and is safe to repeat.
.DEFAULT_GOAL := help
.PHONY: help setup uppy demo up down test test-browser test-opensearch check fix bench bench-ingest bench-search search-quality openapi catalogues lock layers model parity mutants clean
SHELL := bash
# Node 20 is enough here; without this the CDK's runtime says on every run that it will not be supported.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
PY := .venv/bin/python
timed = @started=$$SECONDS; { $(2); } && echo "✓ $(1) in $$((SECONDS - started)) s"

help: ## List the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2}'

setup: ## Install packages into .venv and node_modules (all other tasks do this first)
	@tools/setup.sh

demo: setup ## Run the main job: upload 60 pictures, find them (PHOTOS=dir, DEMO_SEED=n, DEMO_EXIT=1, SEARCH=opensearch)
	$(call timed,demo,$(PY) -m tools.demo)

up: setup ## Start the local cloud at http://localhost:8080
	@.venv/bin/lumenstock local up

down: ## Stop the local cloud; its state is kept
	@.venv/bin/lumenstock local down

test: setup uppy ## Run all tests that can run here (ARGS='-k upload' to choose, '-n 0' for one process)
	$(call timed,test,$(PY) -m pytest --numprocesses 3 --dist loadgroup $(ARGS))

test-browser: setup uppy ## Upload with unmodified Uppy 5 and 6 in Chromium, through mishaps; nothing skipped
	@$(PY) -m pytest -p tools.no_skips tests/e2e/browser $(ARGS)

test-opensearch: setup ## Run the tests that need a real OpenSearch 3.5 (Maven and a JDK from 21 on); nothing skipped
	@$(PY) -m pytest -p tools.no_skips -m opensearch $(ARGS)

uppy: setup
	@tools/uppy.sh

check: setup ## Format, lint, types, imports, templates, state machine, API document, security
	$(call timed,check,$(PY) -m tools.check)

fix: setup ## Format and repair what the linter can repair
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .

bench: setup ## Measure; write docs/benchmarks.md
	$(call timed,bench,$(PY) -m tools.bench)

bench-ingest: setup ## Measure the pipeline alone, against sharp and OpenCV (PHOTOS=dir adds real photos)
	$(call timed,bench-ingest,$(PY) -m tools.bench four_sizes lean_files ingest ingest_cost embed)

search-quality: setup ## Measure how good the search is; fails where it fell (PHOTOS=dir, ARGS=--write makes a new baseline)
	$(call timed,search-quality,$(PY) -m tools.search_quality $(ARGS))

bench-search: setup ## Measure search: the embedded index at 10,000 and 100,000, and a real OpenSearch (needs Maven and a JDK); PEERS=1 adds other engines
	$(call timed,bench-search,SIZES="10k 100k" $(PY) -m tools.bench search search_opensearch search_load embed_query $(if $(PEERS),search_peers))

openapi: setup ## Write docs/api/openapi.json from the code
	@$(PY) -m tools.openapi --write

catalogues: setup ## Write docs/formats.md and docs/reasons.md from the code
	@$(PY) -m tools.catalogues --write

lock: setup ## Write the lock files after a change of pyproject.toml
	@tools/lock.sh

layers: setup ## Build the Lambda layers (local and for AWS) into .cache/layers
	$(call timed,layers,$(PY) -m infra.packaging)

model: setup ## Train the demo model anew (needs about 5 GB for torch, 15 CPU-minutes)
	$(call timed,model,tools/train_demo/run.sh)

parity: setup ## Compare our export of CLIP with sentence-transformers (needs about 5 GB for torch; CHECKPOINT=dir)
	$(call timed,parity,tools/clip_parity/run.sh $(if $(CHECKPOINT),--checkpoint $(CHECKPOINT)))

mutants: setup ## Break the rules on purpose and count what the tests notice
	$(call timed,mutants,$(PY) -m tools.mutants)

clean: ## Remove all that make created here, the local cloud's state included
	@[ ! -x .venv/bin/lumenstock ] || .venv/bin/lumenstock local down || true
	@rm -rf .venv .venv-engine .venv-policy .venv-train node_modules .cache .local cdk.out
