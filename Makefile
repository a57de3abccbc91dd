# One line per target: what it does is written in bin/.

.DEFAULT_GOAL := help
.PHONY: help run test test-fast check fmt fmt-python fmt-templates fmt-browser bench nightly reset

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Set up what is missing and run Meet until Ctrl-C
	@bin/run

test: ## Set up what is missing and run all tests and checks
	@bin/setup test
	@bin/test

test-fast: ## The tests that need no servers, in less than a minute
	@bin/setup test
	@bin/test fast

check: ## Format, lint, types, import contracts, migrations, translations
	@bin/setup test
	@bin/test check

fmt: ## Format everything and repair what the linters can repair
	@bin/setup test
	@$(MAKE) --no-print-directory -j2 fmt-python fmt-templates fmt-browser

# What they cannot repair they print; whether all is well is for «make check» to say.
fmt-python:
	@.venv/bin/ruff check --fix --quiet || true
	@.venv/bin/ruff format --quiet

fmt-templates:
	@find templates -name '*.html' -print0 | xargs -0 .venv/bin/djade --target-version 5.2 || true

fmt-browser:
	@cd static && PATH="$(CURDIR)/.venv/bin:$$PATH" npm run --silent fmt || true

bench: ## Measure the speed of the API; figures and method in docs/performance.md
	@bin/setup test
	@bin/bench

nightly: ## Soak and long fuzz runs, for a machine that has the night
	@bin/setup test
	@bin/test nightly

reset: ## Delete the data directory, after asking (FORCE=1: without)
	@bin/setup run .venv/bin/python -m meet.supervisor.reset
