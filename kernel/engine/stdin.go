package engine

// This file turns a read of file descriptor 0 in a cell into a question at
// the front end. Whoever reads, fmt.Scan or a bufio.Reader on os.Stdin, ends
// in a read system call that blocks; a watcher looks for a thread that does.

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// watchEvery is how often the watcher looks while a cell runs: often enough
// for a person not to notice, and seldom enough to cost nothing.
const watchEvery = 20 * time.Millisecond

// stdin owns the pipe behind file descriptor 0.
type stdin struct {
	ask func(report) (order, error)

	mu    sync.Mutex
	write int // the writing end
}

// newStdin puts an empty pipe behind file descriptor 0.
func newStdin(ask func(report) (order, error)) (*stdin, error) {
	s := &stdin{ask: ask, write: -1}
	if err := s.renew(); err != nil {
		return nil, fmt.Errorf("standard input of the worker: %w", err)
	}
	return s, nil
}

// renew replaces the pipe; whoever still reads from the old one sees its end.
func (s *stdin) renew() error {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return err
	}
	// File descriptor 0 stays open across exec, but shell commands get
	// /dev/null: only cells are asked.
	if err := unix.Dup3(fds[0], 0, 0); err != nil {
		unix.Close(fds[0])
		unix.Close(fds[1])
		return err
	}
	unix.Close(fds[0])
	if s.write >= 0 {
		unix.Close(s.write)
	}
	s.write = fds[1]
	return nil
}

// refuse makes reads that wait now see the end of input.
func (s *stdin) refuse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.renew(); err != nil {
		fmt.Fprintln(os.Stderr, "standard input of the worker:", err)
	}
}

// watch asks for input whenever a thread waits for it, until stop is called.
func (s *stdin) watch() (stop func()) {
	quit := make(chan struct{})
	go func() {
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			if !readerWaits() {
				continue
			}
			o, err := s.ask(report{Kind: reportInput})
			select {
			case <-quit: // the cell was interrupted meanwhile
				return
			default:
			}
			if err != nil {
				s.refuse()
				continue
			}
			s.put(o.Text + "\n")
		}
	}()
	return func() { close(quit) }
}

// put writes a line into the pipe.
func (s *stdin) put(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for b := []byte(line); len(b) > 0; {
		n, err := unix.Write(s.write, b)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return
		}
		b = b[n:]
	}
}

// readPrefix is how /proc shows a thread in read(0, …).
var readPrefix = []byte(strconv.Itoa(unix.SYS_READ) + " 0x0 ")

// readerWaits tells whether a thread of this process waits in read(0) and
// there is nothing to read.
func readerWaits() bool {
	if n, err := unix.IoctlGetInt(0, unix.TIOCINQ); err != nil || n > 0 {
		return false
	}
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return false
	}
	for _, t := range threads {
		b, err := os.ReadFile("/proc/self/task/" + t.Name() + "/syscall")
		if err == nil && bytes.HasPrefix(b, readPrefix) {
			return true
		}
	}
	return false
}
