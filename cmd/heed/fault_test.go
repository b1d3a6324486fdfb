package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// faulty is heed on a machine whose disk goes bad while it runs: once a file named disk-full
// stands in its working folder the kernel answers every write to the database with ENOSPC,
// once one named disk-broken does every sync with EIO. The program does not know; it is the
// kernel's seccomp filter that answers.
func faulty() {
	go func() {
		for ; ; time.Sleep(5 * time.Millisecond) {
			calls, errno := []uint32{unix.SYS_WRITE, unix.SYS_PWRITE64}, unix.ENOSPC
			if os.Remove("disk-full") != nil {
				if os.Remove("disk-broken") != nil {
					continue
				}
				calls, errno = []uint32{unix.SYS_FSYNC, unix.SYS_FDATASYNC}, unix.EIO
			}
			must(answer(databaseFiles(), calls, errno))
			must(os.WriteFile("disk-gone", nil, 0o600))
		}
	}()
	main()
	os.Exit(4) // a stopped node with a full disk may or may not have had something left to write
}

// databaseFiles lists the descriptors under which this process has the database open.
func databaseFiles() (fds []uint32) {
	list, err := os.ReadDir("/proc/self/fd")
	must(err)
	for _, e := range list {
		var fd uint32
		if name, err := os.Readlink(filepath.Join("/proc/self/fd", e.Name())); err == nil && strings.Contains(name, "/heed.db") {
			_, err := fmt.Sscan(e.Name(), &fd)
			must(err)
			fds = append(fds, fd)
		}
	}
	return fds
}

// answer installs, for all threads, a filter that answers the calls on these files by errno.
func answer(fds, calls []uint32, errno syscall.Errno) error {
	const number, argument = 0, 16 // offsets in struct seccomp_data
	stmt := func(code uint16, k uint32) unix.SockFilter { return unix.SockFilter{Code: code, K: k} }
	equal := func(k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: k, Jt: yes, Jf: no}
	}
	load := uint16(unix.BPF_LD | unix.BPF_W | unix.BPF_ABS)
	prog := []unix.SockFilter{stmt(load, number)}
	for i, c := range calls {
		prog = append(prog, equal(c, uint8(len(calls)-i), 0)) // to the load of the argument
	}
	prog = append(prog, stmt(unix.BPF_RET, 0x7fff0000), stmt(load, argument)) // SECCOMP_RET_ALLOW
	for i, fd := range fds {
		prog = append(prog, equal(fd, uint8(len(fds)-i), 0))
	}
	prog = append(prog, stmt(unix.BPF_RET, 0x7fff0000), stmt(unix.BPF_RET, 0x00050000|uint32(errno))) // SECCOMP_RET_ERRNO
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	filter := unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}
	const setFilter, allThreads = 1, 1
	if _, _, e := unix.Syscall(unix.SYS_SECCOMP, setFilter, allThreads, uintptr(unsafe.Pointer(&filter))); e != 0 {
		return fmt.Errorf("seccomp: %w", e)
	}
	return nil
}
