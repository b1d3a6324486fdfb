.PHONY: bench-people
PEOPLE ?= 100000
bench-people: ## figures of persons and handling, with PEOPLE statements stored
	$(GO) run ./bench/people -n $(PEOPLE)
