# The commands of this repository. `make` alone lists them; CI calls the same ones.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

SWIFT_FILES := Package.swift Sources Tests Benchmarks/ceiling/Package.swift Benchmarks/ceiling/Sources

##@ Use

.PHONY: help
help: ## List these commands
	@awk 'BEGIN { FS = ":.*## " } \
	    /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	    /^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## Build, start the server on 127.0.0.1:8080 and scan ROOT=/some/dir as NAME= (else a small sample library)
	@Scripts/run

.PHONY: release
release: ## Build the optimised programs: .build/release/catalogizer and its helper for SMB
	@Scripts/install-packages build
	@Scripts/build-release

##@ Work

.PHONY: build
build: ## Build everything for debugging, tests included
	@Scripts/install-packages build
	swift build --build-tests

.PHONY: test
test: ## Build and run every test
	@Scripts/install-packages build test
	@Scripts/test

.PHONY: test-long
test-long: ## The same with the long forms: more kill points, more random cases
	@Scripts/install-packages build test
	@TEST_LONG=1 Scripts/test

.PHONY: format
format: ## Format every Swift file in place
	swift format --in-place --parallel --recursive $(SWIFT_FILES)

.PHONY: lint
lint: lint-format lint-imports lint-shape check-migrations lint-scripts ## Every check that needs no build

.PHONY: lint-format
lint-format: ## Formatting and the formatter's own rules, strictly
	swift format lint --strict --parallel --recursive $(SWIFT_FILES)

.PHONY: lint-imports
lint-imports: ## Which target and which file may import what; where SQL may stand
	@Scripts/install-packages lint
	@Scripts/lint-imports

.PHONY: lint-shape
lint-shape: ## Lengths, parameters, doc comments, unsafe words, SQL forks
	@Scripts/install-packages lint
	@Scripts/lint-shape

.PHONY: check-migrations
check-migrations: ## Released migrations are never edited
	@Scripts/install-packages lint
	@Scripts/check-migrations

.PHONY: lint-scripts
lint-scripts: ## Test the checks themselves, and the syntax of every script
	@Scripts/install-packages lint
	@for script in Scripts/* Scripts/testservers/* .ci/run; do \
	    case "$$(head -c 24 "$$script" 2>/dev/null | head -n 1)" in *bash*) bash -n "$$script" ;; esac; done
	@PYTHONDONTWRITEBYTECODE=1 python3 -m unittest discover --quiet --start-directory Scripts/tests
	@PYTHONDONTWRITEBYTECODE=1 python3 -m unittest discover --quiet --start-directory Benchmarks/tests

.PHONY: pre-commit
pre-commit: format lint ## What to run before each commit (Scripts/pre-commit installs it as a hook)

##@ Measure

.PHONY: bench
bench: ## Measure against the peers and write Docs/performance.md; PART=scan,search,listing,… BENCH_FILES=1000000
	@Scripts/install-packages build bench test
	@python3 Benchmarks/bench.py $(if $(PART),--parts $(PART)) $(if $(BENCH_FILES),--files $(BENCH_FILES)) \
	    $(if $(BENCH_LARGE_FILES),--large-files $(BENCH_LARGE_FILES)) $(if $(BENCH_ROUNDS),--rounds $(BENCH_ROUNDS)) \
	    $(if $(BENCH_WORK),--work $(BENCH_WORK))

.PHONY: bench-large
bench-large: ## One and five million files: memory, start, search, listings, statistics (40 minutes, 10 GB of disk, 7.3 million inodes)
	@$(MAKE) bench PART=large,moves,statistics

##@ Tidy up

.PHONY: clean
clean: ## Remove what was built and measured; data/ and sample-library/ stay
	rm -rf .build .build-* .bench Benchmarks/ceiling/.build
