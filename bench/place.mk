.PHONY: bench-place
bench-place: ## figures of the places
	$(GO) run ./bench/place
