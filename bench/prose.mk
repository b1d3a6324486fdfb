.PHONY: bench-prose
bench-prose: build ## figures of reading
	$(GO) run ./bench/prose
