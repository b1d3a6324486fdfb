.PHONY: bench-desk
DESK ?= 100000
bench-desk: build ## figures of the desk, with DESK open warnings
	$(GO) run ./bench/desk -n $(DESK) -heed bin/heed -out bench/out/desk.json
