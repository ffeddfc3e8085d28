package engine

// This file reads what the worker, and every process that it starts, writes
// to the file descriptors 1 and 2.

import (
	"errors"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// A capture is the reading end of a pipe. All reads are done under one lock
// and delivered before it is released, so that after drain everything that was
// in the pipe has been delivered.
type capture struct {
	file    *os.File
	raw     syscall.RawConn
	mu      sync.Mutex
	buf     []byte
	deliver func([]byte)
	// before is called before each delivery, if it is not nil.
	before func()
	done   chan struct{}
}

// newCapture returns a capture and the writing end for the worker.
func newCapture(deliver func([]byte), before func()) (*capture, *os.File, error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, err
	}
	// Only our end is non-blocking: the worker's is what cells and their
	// children see as standard output.
	if err := unix.SetNonblock(fds[0], true); err != nil {
		unix.Close(fds[0])
		unix.Close(fds[1])
		return nil, nil, err
	}
	c := &capture{
		file: os.NewFile(uintptr(fds[0]), "output"), deliver: deliver, before: before,
		buf: make([]byte, 64<<10), done: make(chan struct{}),
	}
	w := os.NewFile(uintptr(fds[1]), "output")
	raw, err := c.file.SyscallConn()
	if err != nil {
		c.file.Close()
		w.Close()
		return nil, nil, err
	}
	c.raw = raw
	go c.loop()
	return c, w, nil
}

// loop delivers what arrives until the last writer is gone or close.
func (c *capture) loop() {
	defer close(c.done)
	for {
		end := false
		err := c.raw.Read(func(fd uintptr) bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			got, eof := c.read(int(fd))
			end = eof
			return got || eof
		})
		if end || err != nil {
			return
		}
	}
}

// read delivers one piece. It reports whether there was one, and the end of
// the stream.
func (c *capture) read(fd int) (got, eof bool) {
	n, err := unix.Read(fd, c.buf)
	switch {
	case n > 0:
		if c.before != nil {
			c.before()
		}
		c.deliver(c.buf[:n])
		return true, false
	case errors.Is(err, unix.EAGAIN):
		return false, false
	case errors.Is(err, unix.EINTR):
		return true, false
	}
	return false, true
}

// drain delivers everything that is in the pipe now.
func (c *capture) drain() {
	// Control does not wait for data, as Read would.
	c.raw.Control(func(fd uintptr) {
		c.mu.Lock()
		defer c.mu.Unlock()
		for {
			if got, _ := c.read(int(fd)); !got {
				return
			}
		}
	})
}

// close ends the capture; what is still in the pipe is lost.
func (c *capture) close() {
	c.file.Close()
	<-c.done
}
