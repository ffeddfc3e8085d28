package engine

// This file runs shell commands in the worker, so that they see the cells'
// working directory and environment and write to the cell's output.

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// shell holds the shell command that runs now.
type shell struct {
	mu  sync.Mutex
	cmd *exec.Cmd
}

// run runs a program until it and everything in its process group that it
// waits for ends.
func (s *shell) run(argv []string) error {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	s.mu.Lock()
	if err := cmd.Start(); err != nil {
		s.mu.Unlock()
		return err
	}
	s.cmd = cmd
	s.mu.Unlock()
	err := cmd.Wait()
	s.mu.Lock()
	s.cmd = nil
	s.mu.Unlock()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		name := filepath.Base(argv[0])
		if st, ok := exit.Sys().(syscall.WaitStatus); ok && st.Signaled() {
			return fmt.Errorf("%s: ended by signal %d (%s)", name, st.Signal(), st.Signal())
		}
		return fmt.Errorf("%s: exit status %d", name, exit.ExitCode())
	}
	return err
}

// stubborn is how long a shell command may take to end after SIGINT before it
// is killed: less than the kernel's own patience with the worker.
const stubborn = time.Second

// interrupt sends SIGINT to the command's process group, and kills it if that
// does not help. It reports whether there is a command.
func (s *shell) interrupt() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	cmd := s.cmd
	if cmd == nil {
		return false
	}
	syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
	time.AfterFunc(stubborn, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.cmd == cmd {
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		}
	})
	return true
}
