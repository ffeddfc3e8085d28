package module

import "syscall"

// endsWithUs are the attributes of a process that has no terminal and that
// ends when this one is killed.
func endsWithUs() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}
