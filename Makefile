# Heed. `make demo` shows it, `make test` checks it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
GO ?= go
export CGO_ENABLED = 0

.PHONY: build test check demo clean

build: ## one static binary: bin/heed
	$(GO) build -trimpath -o bin/heed ./cmd/heed

test: check ## everything that must hold
	@scripts/postgres
	@scripts/browser
	$(GO) test ./...
	@$(MAKE) --no-print-directory fuzz

check: ## format, vet, staticcheck
	@bad=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$bad" ]; then echo "not gofmt-ed:"; echo "$$bad"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

demo: build ## a whole story between five parties, on this machine
	bin/heed demo

clean:
	rm -rf bin bench/out

include $(wildcard bench/*.mk)

FUZZTIME ?= 10s
# Every fuzz target there is, as PACKAGE:TARGET.
FUZZ = $(shell git grep -o -E '^func Fuzz[A-Za-z]+' -- '*_test.go' | sed -E 's|/?[^/:]+:func |:|; s|^:|.:|' | sort)

.PHONY: fuzz crash
fuzz: ## every parser, FUZZTIME each
	@scripts/fuzz $(FUZZTIME) $(FUZZ)

KILLS ?= 500
crash: ## kill a node KILLS times and look for what it had acknowledged
	$(GO) test ./cmd/heed -run TestCrash -timeout 60m -v -args -n $(KILLS)
