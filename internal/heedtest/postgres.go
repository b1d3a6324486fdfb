// Package heedtest holds what the tests of several packages share: a PostgreSQL of their
// own, and nodes in one process.
package heedtest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Postgres is a server of the tests' own, on a socket in a folder of its own.
type Postgres struct {
	dir  string
	cmd  *exec.Cmd
	next int
}

// StartPostgres starts a server. Where that cannot be done, it says why.
func StartPostgres() (*Postgres, error) {
	bin := findPostgres()
	if bin == "" {
		return nil, errors.New("no PostgreSQL programs are installed (Debian package postgresql)")
	}
	dir, err := os.MkdirTemp("/tmp", "heed-pg-")
	if err != nil {
		return nil, err
	}
	p := &Postgres{dir: dir}
	cred, err := p.account()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	run := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred, Pdeathsig: syscall.SIGINT}
		return cmd
	}
	if out, err := run("initdb", "-D", filepath.Join(dir, "data"), "-U", "heed", "-A", "trust", "--no-sync").CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w: %s", err, out), os.RemoveAll(dir))
	}
	p.cmd = run("postgres", "-D", filepath.Join(dir, "data"), "-k", dir, "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=64MB")
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return p, p.await(run)
}

// account is the user to run as: the server's programs refuse root.
func (p *Postgres) account() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, errors.New("its programs refuse root, and there is no user postgres")
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chmod(p.dir, 0o755); err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(p.dir, uid, gid)
}

func (p *Postgres) await(run func(string, ...string) *exec.Cmd) error {
	var err error
	for range 100 {
		if err = run("psql", "-h", p.dir, "-U", "heed", "-d", "postgres", "-c", "SELECT 1").Run(); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond) // a process of its own starts; nothing here can be waited on
	}
	return errors.Join(fmt.Errorf("the server did not come up: %w", err), p.Stop())
}

// Database makes an empty database and gives its address.
func (p *Postgres) Database(t testing.TB) string {
	t.Helper()
	p.next++
	name := fmt.Sprintf("t%d_%d", os.Getpid(), p.next)
	cmd := exec.Command(filepath.Join(findPostgres(), "psql"), "-h", p.dir, "-U", "heed", "-d", "postgres", "-c", "CREATE DATABASE "+name)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("create database: %v: %s", err, out)
	}
	return fmt.Sprintf("postgres://heed@/%s?host=%s", name, p.dir)
}

// Stop ends the server and removes its folder.
func (p *Postgres) Stop() error {
	if p.cmd.Process != nil {
		_ = p.cmd.Process.Signal(syscall.SIGINT)
		_ = p.cmd.Wait() // it was told to end
	}
	return os.RemoveAll(p.dir)
}

// findPostgres gives the folder that has all the programs.
func findPostgres() string {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	dirs = append(dirs, strings.Split(os.Getenv("PATH"), ":")...)
	for i := len(dirs) - 1; i >= 0; i-- {
		ok := true
		for _, name := range []string{"initdb", "postgres", "psql"} {
			if _, err := os.Stat(filepath.Join(dirs[i], name)); err != nil {
				ok = false
			}
		}
		if ok {
			return dirs[i]
		}
	}
	return ""
}

// FreeAddress gives a loopback address that nobody listens on at this moment.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
