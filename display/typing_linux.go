package display

// This file hides what is typed at a terminal.

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

// hideTyping turns off the echo of f until show is called. A file that is no
// terminal has none.
func hideTyping(f *os.File) (show func() error, err error) {
	var was syscall.Termios
	err = control(f, syscall.TCGETS, &was)
	if errors.Is(err, syscall.ENOTTY) {
		return func() error { return nil }, nil
	}
	if err != nil {
		return nil, err
	}
	quiet := was
	quiet.Lflag &^= syscall.ECHO
	if err := control(f, syscall.TCSETS, &quiet); err != nil {
		return nil, err
	}
	return func() error { return control(f, syscall.TCSETS, &was) }, nil
}

func control(f *os.File, request uintptr, t *syscall.Termios) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var errno syscall.Errno
	err = conn.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(unsafe.Pointer(t)))
	})
	if err == nil && errno != 0 {
		err = errno
	}
	return err
}
