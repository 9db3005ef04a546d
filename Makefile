# Suyuan. `make` alone lists what there is; each target first installs what it needs.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Our programs are started a hundred times in the tests: let Python keep what it compiled.
unexport PYTHONDONTWRITEBYTECODE

PYTHON := .venv/bin/python
# The platform package's own program: the wrapper in node_modules/.bin swallows exit codes.
FORGE := node_modules/@foundry-rs/forge-linux-amd64/bin/forge
MODULES := node_modules/.bin
SOLIDITY := 'contracts/src/**/*.sol'

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- setting up: each stamp is newer than the lock it was made from ---

.PHONY: setup
setup: .venv/.installed node_modules/.package-lock.json ## install everything that is locked, and the command .venv/bin/suyuan

.venv/bin/python:
	.ci/make-venv .venv

.venv/.locked: requirements.lock | .venv/bin/python
	@echo "setup: installing the locked Python packages"
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.installed: pyproject.toml .venv/.locked
	@echo "setup: installing suyuan itself"
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# npm writes this file itself at the end of an installation.
node_modules/.package-lock.json: package-lock.json package.json
	@echo "setup: installing the locked npm packages"
	@command -v npm >/dev/null || { echo "setup: npm is missing - install Node.js 20 or later with npm" >&2; exit 2; }
	npm ci
	@touch $@

# --- using it ---

.PHONY: demo
demo: setup ## run a sample park on this machine; prints the address to open
	.venv/bin/suyuan demo

.PHONY: test
test: setup ## run every test: contracts, face, and everything in Python
	@echo "test: contracts (forge)"
	@$(PYTHON) -m tests.support.forge_tests $(FORGE)
	@echo "test: face (vitest)"
	@cd frontend && ../$(MODULES)/vitest run
	@echo "test: contracts, indexer, backend, deploy in Python (pytest)"
	@# Two processes a core, each with servers of its own: what is tested waits as long as it computes. About 3 GB.
	@$(PYTHON) -m pytest --numprocesses $$((2 * $$(nproc) < 8 ? 2 * $$(nproc) : 8)) --dist worksteal

.PHONY: evidence-page
evidence-page: setup ## build the page that checks evidence without a server: frontend/dist/evidence.html
	@cd frontend && node evidencePage.mjs

CHECKS := check-style check-types check-imports check-dependencies check-house \
	check-solidity check-typescript check-artifacts check-vectors

.PHONY: check $(CHECKS)
check: $(CHECKS) ## run every rule that is not a test (`make -k check` goes on after a finding)

check-style: setup
	@echo "check: Python style"
	@.venv/bin/ruff check --quiet
	@.venv/bin/ruff format --check --quiet

check-types: setup
	@echo "check: Python types"
	@.venv/bin/mypy

check-imports: setup
	@echo "check: who imports whom"
	@.venv/bin/lint-imports --no-cache --no-logo

check-dependencies: setup
	@echo "check: declared dependencies"
	@.venv/bin/deptry .

check-house: setup
	@echo "check: house rules"
	@$(PYTHON) -m tests.architecture.house_rules

check-solidity: setup
	@echo "check: Solidity style"
	@$(FORGE) fmt --check
	@# In folders of its own: after a lint of changed sources forge finds no tests where the tests build.
	@FOUNDRY_OUT=build/lint/out FOUNDRY_CACHE_PATH=build/lint/cache $(FORGE) lint
	@$(MODULES)/solhint --config .solhintrc.yaml --noPoster --disc --max-warnings 0 $(SOLIDITY)

check-typescript: setup
	@echo "check: TypeScript"
	@cd frontend && ../$(MODULES)/tsc --noEmit

# Prints the sizes of the contracts too.
check-artifacts: setup
	@echo "check: artifacts are what the sources compile to"
	@$(PYTHON) -m contracts.compiler --check

check-vectors: setup
	@echo "check: vectors are what the definitions give"
	@$(PYTHON) -m contracts.vectors --check

# Programs of others that ours are measured beside, each with a lock of its own.
PEERS = eas subsquid

.PHONY: bench
bench: setup $(PEERS:%=tests/bench/%/node_modules/.package-lock.json) ## measure; ONLY=gas|verify|mirror|api|evidence, N= the size; writes build/bench.json
	$(PYTHON) -m tests.bench $(if $(ONLY),--only $(ONLY)) $(if $(N),--n $(N))

tests/bench/%/node_modules/.package-lock.json: tests/bench/%/package-lock.json tests/bench/%/package.json
	cd tests/bench/$* && npm ci
	@touch $@

.PHONY: prove
prove: setup .venv-prove/.locked ## run the provers: slow, by hand (halmos, slither, long fuzz and invariants, 2,000 lives, 1,000,000 faulty steps); docs/proofs.md
	# Each builds into folders of its own: forge finds no tests in a folder that slither wrote.
	FOUNDRY_PROFILE=plain FOUNDRY_SKIP='[]' FOUNDRY_TEST=contracts/test/proofs FOUNDRY_OUT=build/halmos/out \
		FOUNDRY_CACHE_PATH=build/halmos/cache PATH="$(CURDIR)/$(dir $(FORGE)):$$PATH" \
		.venv-prove/bin/halmos --function check_ --forge-build-out build/halmos/out
	FOUNDRY_OUT=build/slither/out FOUNDRY_CACHE_PATH=build/slither/cache PATH="$(CURDIR)/$(dir $(FORGE)):$$PATH" \
		.venv-prove/bin/slither .
	FOUNDRY_PROFILE=prove $(FORGE) test
	SUYUAN_LIFE_CHAPTERS=200 $(PYTHON) -m pytest tests/properties/test_life.py
	$(MAKE) --jobs 2 prove-walk-1 prove-walk-2
	SUYUAN_FAULT_EXAMPLES=200 $(PYTHON) -m pytest --timeout 0 tests/faults/test_machine.py
	SUYUAN_EVIDENCE_FILES=10000 $(PYTHON) -m pytest --timeout 0 tests/evidence/test_two_languages.py
	SUYUAN_FAULT_SECONDS=60 $(PYTHON) -m pytest tests/e2e/test_real_faults.py

# Half of a million faulty steps each, on a core each.
.PHONY: prove-walk-1 prove-walk-2
prove-walk-1 prove-walk-2: prove-walk-%: setup
	.venv/bin/suyuan faults --seed $* --steps 500000 --json

.venv-prove/.locked: requirements-prove.lock
	.ci/make-venv .venv-prove
	.venv-prove/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-prove.lock
	@touch $@

.PHONY: lock
lock: ## choose versions anew where pyproject.toml asks for others (needs uv); addresses stay out of both locks
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
		pyproject.toml --group dev --output-file requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
		pyproject.toml --group build --constraints requirements.lock --output-file requirements-run.lock

.PHONY: fmt
fmt: setup ## put every file into its style
	.venv/bin/ruff check --fix-only --quiet
	.venv/bin/ruff format --quiet
	$(FORGE) fmt

.PHONY: clean
clean: ## remove what was built and measured; what was installed stays
	rm -rf build contracts/out contracts/cache .mypy_cache .ruff_cache .pytest_cache .hypothesis frontend/dist
