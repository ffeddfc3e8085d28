package display

// This file hides what is typed at a terminal, and asks how wide it is.

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
	err = control(f, syscall.TCGETS, unsafe.Pointer(&was))
	if errors.Is(err, syscall.ENOTTY) {
		return func() error { return nil }, nil
	}
	if err != nil {
		return nil, err
	}
	quiet := was
	quiet.Lflag &^= syscall.ECHO
	if err := control(f, syscall.TCSETS, unsafe.Pointer(&quiet)); err != nil {
		return nil, err
	}
	return func() error { return control(f, syscall.TCSETS, unsafe.Pointer(&was)) }, nil
}

// columns is how many characters a line of the terminal f has, 80 if it does not tell; 0
// if f is none.
func columns(f *os.File) int {
	var size struct{ rows, columns, width, height uint16 }
	if control(f, syscall.TIOCGWINSZ, unsafe.Pointer(&size)) != nil {
		return 0
	}
	if size.columns == 0 {
		return 80
	}
	return int(size.columns)
}

func control(f *os.File, request uintptr, argument unsafe.Pointer) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var errno syscall.Errno
	err = conn.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(argument))
	})
	if err == nil && errno != 0 {
		err = errno
	}
	return err
}
