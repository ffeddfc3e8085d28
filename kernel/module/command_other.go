//go:build unix && !linux

package module

import "syscall"

// endsWithUs are the attributes of a process that has no terminal.
func endsWithUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
