package display

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"unsafe"
)

func TestTypingIsHiddenUntilShown(t *testing.T) {
	// A pseudo-terminal: what is typed into master is read from term.
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	var unlock, number int32
	ioctl(t, master, syscall.TIOCSPTLCK, unsafe.Pointer(&unlock))
	ioctl(t, master, syscall.TIOCGPTN, unsafe.Pointer(&number))
	term, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer term.Close()
	echoes := func() bool {
		var s syscall.Termios
		ioctl(t, term, syscall.TCGETS, unsafe.Pointer(&s))
		return s.Lflag&syscall.ECHO != 0
	}

	if !echoes() {
		t.Fatal("a new terminal has no echo")
	}
	show, err := hideTyping(term)
	if err != nil {
		t.Fatal(err)
	}
	if echoes() {
		t.Error("typing shows")
	}
	if err := show(); err != nil || !echoes() {
		t.Errorf("typing stays hidden: %v", err)
	}
}

func ioctl(t *testing.T, f *os.File, request uintptr, arg unsafe.Pointer) {
	t.Helper()
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(arg)); errno != 0 {
		t.Fatal(errno)
	}
}
