.PHONY: bench-spine
bench-spine: build ## figures of the spine
	$(GO) run ./bench/spine
