package build

// This file runs the tools.

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// A toolError is what a tool said before it failed.
type toolError struct {
	tool   string
	output string
	err    error
}

func (e *toolError) Error() string {
	if e.output == "" {
		return fmt.Sprintf("%s: %v", e.tool, e.err)
	}
	return fmt.Sprintf("%s: %v:\n%s", e.tool, e.err, e.output)
}

func (e *toolError) Unwrap() error { return e.err }

type patientKey struct{}

// patient returns a context whose tools run with low priority.
func patient(ctx context.Context) context.Context { return context.WithValue(ctx, patientKey{}, true) }

func isPatient(ctx context.Context) bool { return ctx.Value(patientKey{}) != nil }

// run runs a tool in dir and returns what it writes to its standard output. If
// the context ends, so do the tool and all processes it has started.
func run(ctx context.Context, dir string, env []string, argv ...string) ([]byte, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	// The tool is told when the thread that started it ends: keep it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Start()
	if err == nil {
		if isPatient(ctx) {
			// Its children have the priority of their parent. If this
			// fails, others wait a little longer.
			_ = syscall.Setpriority(syscall.PRIO_PGRP, cmd.Process.Pid, 10)
		}
		err = cmd.Wait()
	}
	if err == nil {
		return stdout.Bytes(), nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	name := argv[0][strings.LastIndexByte(argv[0], '/')+1:]
	// The compiler reports to its standard output.
	output := strings.TrimSpace(stderr.String() + "\n" + stdout.String())
	return nil, &toolError{tool: name, output: output, err: err}
}
