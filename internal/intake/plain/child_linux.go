package plain

import (
	"os"
	"runtime/debug"
	"syscall"
)

// withoutNetwork asks for a user and a network of the child's own, with nothing in it.
func withoutNetwork() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 65534, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 65534, HostID: os.Getgid(), Size: 1}},
	}
}

// limitSelf bounds this process for the rest of its life.
func limitSelf() error {
	debug.SetMemoryLimit(childMemory / 2)
	for _, l := range []struct {
		what  int
		limit uint64
	}{{syscall.RLIMIT_DATA, childMemory}, {syscall.RLIMIT_CPU, childCPU}, {syscall.RLIMIT_NOFILE, 16}, {syscall.RLIMIT_FSIZE, 0}, {syscall.RLIMIT_CORE, 0}} {
		if err := syscall.Setrlimit(l.what, &syscall.Rlimit{Cur: l.limit, Max: l.limit}); err != nil {
			return err
		}
	}
	return nil
}
