# Every target sets up what it needs by itself. PYTHON=/path/to/python3 picks the interpreter of a new .venv;
# ARGS='...' is passed on to pytest (test, test-all), to the runtime (run) or to the resolver (lock).

CAPABILITY = capabilities/together-ai-fine-tuning.yaml

.PHONY: help run test test-all conformance check format bench soak lock clean

help: ## show this list
	@awk -F ': ## ' '/^[a-z-]+: ## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

run: ## serve the Together AI fine-tuning capability with its stand-in upstream
	@scripts/setup run
	.venv/bin/naftiko-run $(CAPABILITY) --sandbox $(ARGS)

test: ## run the tests that need only Python and make
	@scripts/setup dev
	.venv/bin/python -m pytest -m "not full" --no-skips $(ARGS)

test-all: ## install everything else that tests can use, and run those that need it
	@scripts/setup dev
	@scripts/setup-full
	.venv/bin/python -m pytest -m full --no-skips $(ARGS)

conformance: ## run the conformance suite of the Model Context Protocol against a capability file
	@scripts/setup dev
	@scripts/setup-full
	.venv/bin/python -m pytest --no-skips tests/conformance $(ARGS)

check: ## format, lint, types, import contracts, limits, and the tests with coverage
	@scripts/check

format: ## format the code and mend what the linter can mend
	@scripts/setup dev
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: ## measure speed beside other servers, into bench/results.md (ARGS=--quick: one short round; ARGS='--rows rest,mcp': these alone)
	@bench/setup && .venv/bin/python -m bench.run $(ARGS)

soak: ## break files for the compiler, then fail calls, ten minutes each (ARGS=files or calls; ARGS=--minutes=N)
	@scripts/setup dev
	@PYTHONPATH=tests .venv/bin/python -m soak $(ARGS)

lock: ## write the pinned requirements anew (ARGS=--upgrade: the newest versions)
	@scripts/lock $(ARGS)

clean: ## remove all that set-up, tests and builds have made
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf .coverage .coverage.* build dist
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
