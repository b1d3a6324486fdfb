.PHONY: bench-spine
bench-spine: build ## figures of the spine
	bin/heed bench receipts --lines --out bench/out/spine.json
