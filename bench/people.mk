.PHONY: bench-people
bench-people: ## figures of persons and handling
	$(GO) run ./bench/people
