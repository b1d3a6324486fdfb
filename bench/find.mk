.PHONY: bench-find
FIND ?= 100000
bench-find: ## figures of finding, with FIND statements
	$(GO) run ./bench/find -n $(FIND) -out bench/out/find.json
