package job

// This file has other programs do the work.

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/netherfield/netherfield/internal/command"
)

// Tools are netherfield's commands. They run in processes of their own: what a build needs
// is gone when it ends.
type Tools struct {
	Program string // path of netherfield
	Dir     string // what their paths are relative to
}

// patience is how long a command may take to end that was interrupted: a deployment takes
// back what it did.
const patience = 90 * time.Second

// Run runs a command, which answers with JSON, and decodes the answer. The command's
// progress and log are the job's; without a job, r may be nil. Cancelling ctx interrupts
// the command. The error is what the command says.
func (t Tools) Run(ctx context.Context, r *Run, answer any, arguments ...string) error {
	out, err := t.output(ctx, r, arguments)
	if err != nil || answer == nil {
		return err
	}
	if err := json.Unmarshal(out, answer); err != nil {
		return fmt.Errorf("the answer of netherfield %s cannot be read: %w", arguments[0], err)
	}
	return nil
}

// Text runs a command and returns what it prints.
func (t Tools) Text(ctx context.Context, arguments ...string) (string, error) {
	out, err := t.output(ctx, nil, arguments)
	return string(out), err
}

func (t Tools) output(ctx context.Context, r *Run, arguments []string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, t.Program, arguments...)
	cmd.Dir = t.Dir
	cmd.Env = append(os.Environ(), "NO_COLOR=1")
	// What a job has started must not outlive the panel, however that ends.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = patience
	var out bytes.Buffer
	cmd.Stdout = &out
	said := &told{run: r}
	cmd.Stderr = said
	err := cmd.Run()
	said.flush()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		if why := said.complaint(); why != "" {
			return nil, errors.New(why)
		}
		return nil, fmt.Errorf("netherfield %s ended with %v and said nothing", arguments[0], exit)
	}
	if err != nil {
		return nil, fmt.Errorf("netherfield %s cannot be run: %w", arguments[0], err)
	}
	return out.Bytes(), nil
}

// told takes what a command writes to standard error, line by line.
type told struct {
	run  *Run
	rest []byte
	text []string // the last lines for people
}

var _ io.Writer = (*told)(nil)

func (t *told) Write(p []byte) (int, error) {
	t.rest = append(t.rest, p...)
	for {
		line, rest, found := bytes.Cut(t.rest, []byte("\n"))
		if !found {
			if len(t.rest) > bufio.MaxScanTokenSize {
				t.flush()
			}
			return len(p), nil
		}
		t.line(line)
		t.rest = rest
	}
}

func (t *told) flush() {
	if len(t.rest) > 0 {
		t.line(t.rest)
		t.rest = nil
	}
}

func (t *told) line(line []byte) {
	if p, ok := command.ParseProgress(line); ok {
		if t.run != nil {
			t.run.Progress(p.What, p.Done, p.Total)
		}
		return
	}
	text := legible(string(line))
	if t.text = append(t.text, text); len(t.text) > lines {
		t.text = t.text[1:]
	}
	if t.run != nil {
		t.run.Log(text)
	}
}

// complaint is what the command says of its failure: from the line that begins with its
// name, or all of it.
func (t *told) complaint() string {
	const name = "netherfield: "
	for i := len(t.text) - 1; i >= 0; i-- {
		if strings.HasPrefix(t.text[i], name) {
			return strings.TrimPrefix(strings.TrimSpace(strings.Join(t.text[i:], "\n")), name)
		}
	}
	return strings.TrimSpace(strings.Join(t.text, "\n"))
}
