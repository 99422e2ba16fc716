# Attaché: `make test` is all that a change needs; .ci/run does the rest.

LINT_VERSION := v2.15.0
VULN_VERSION := v1.9.0
SHELL := /bin/bash
RACE := $(shell command -v cc >/dev/null 2>&1 && echo -race)
# What takes longest begins first.
SLOWEST := ./cmd/... ./adapters/store ./adapters/playground
# What only computes, twenty times slower under the race detector: it is watched where the others use it.
PURE := ./adapters/pictures/... ./briefings/prose/... ./briefings/tongues/...
FUZZTIME ?= 20s

.PHONY: all build test lint vet fuzz vuln bench bench-answers update screenshots reliability-short reliability

all: build test

build: ## the static binary
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o bin/attache ./cmd/attache

test: ## every test; set ATTACHE_TEST_REQUIRE=postgres,chromium to fail instead of skipping
	go test $(RACE) -shuffle=on -timeout 20m $(SLOWEST) $$(go list ./... | grep -vxFf <(go list $(PURE)))
	go test -shuffle=on $(PURE)

vet:
	go vet ./...

lint: ## golangci-lint, pinned
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION) run ./...

vuln: ## known vulnerabilities in what we call; needs the vulnerability database
	go run golang.org/x/vuln/cmd/govulncheck@$(VULN_VERSION) ./...

fuzz: ## every fuzz target for FUZZTIME (a time such as 20s, or a number of runs such as 1000x)
	@work=$$(mktemp -d); trap 'rm -rf "$$work"' EXIT; \
	grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u | while read -r dir; do \
		go test -c -fuzz=. -o "$$work/fuzz.test" "$$dir" || exit 1; \
		sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$dir"/*_test.go | while read -r target; do \
			echo "$$dir $$target"; \
			(cd "$$dir" && "$$work/fuzz.test" -test.run '^$$' -test.fuzz "^$$target\$$" -test.fuzzcachedir "$$work/cache" -test.fuzztime $(FUZZTIME) -test.fuzzminimizetime 10x </dev/null) || exit 1; \
		done || exit 1; \
	done

bench: ## Go benchmarks
	go test -run '^$$' -bench . -benchmem ./...

bench-answers: ## answer quality on the shared question sets, where they are; see docs/benchmarks.md
	./docs/bench-answers.sh

update: ## rewrite the golden files; look at the difference before you commit it
	go test ./... -update

screenshots: ## the pictures of the README
	ATTACHE_SCREENSHOTS=$(CURDIR)/docs/pictures go test -count=1 -run TestScreenshots ./cmd/attache

RELIABILITY := -count=1 -v -run 'Reliability|NothingIsLostOrDoubled|EverySlotOfAYear|ThousandsOfDigestsAtEight|DigestsResume|ClockThatJumps'
COUNTED := grep -E 'lost=|^ *--- (FAIL|SKIP)|^(FAIL|ok|panic)' | sed -E 's/^ *[a-z_]+_test\.go:[0-9]+: //'

reliability-short: ## deliveries through kill -9, a platform's faults and a machine's, in about three minutes; see docs/reliability.md
	@out=$$(go test -timeout 20m $(RELIABILITY) ./bot/digest ./cmd/attache 2>&1); rc=$$?; echo "$$out" | $(COUNTED); exit $$rc

reliability: ## the same over many more deliveries and kills
	@out=$$(go test -timeout 4h $(RELIABILITY) ./bot/digest -long 2>&1); rc=$$?; echo "$$out" | $(COUNTED); exit $$rc
	@out=$$(go test -timeout 4h $(RELIABILITY) ./cmd/attache -reliability long 2>&1); rc=$$?; echo "$$out" | $(COUNTED); exit $$rc
