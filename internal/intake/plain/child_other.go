//go:build !linux

package plain

import (
	"runtime/debug"
	"syscall"
)

// withoutNetwork has no means here: Alone says so.
func withoutNetwork() *syscall.SysProcAttr { return nil }

func limitSelf() error {
	debug.SetMemoryLimit(childMemory / 2)
	return nil
}
