.PHONY: bench-weigh
bench-weigh: ## figures of weighing
	$(GO) run ./bench/weigh
