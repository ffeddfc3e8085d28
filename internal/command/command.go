// Package command owns what the subcommands of our programs share: exit statuses, what
// misuse is, JSON on standard output, and Ctrl-C.
//
//	root := &cobra.Command{Use: "netherfield", RunE: …}
//	os.Exit(command.Run(ctx, root, os.Args[1:], os.Stdout, os.Stderr))
//
// A command exits with 0 (done), 1 (failed) or 2 (misused: an unknown flag, a wrong number
// of arguments, flags that contradict each other).
package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit statuses.
const (
	exitFailed  = 1
	exitMisused = 2
)

// Run carries out one command line, without the program's name, and returns the process's
// exit status.
func Run(ctx context.Context, root *cobra.Command, args []string, stdout, stderr io.Writer) int {
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return Misuse(err) })
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "%s: %v\n", root.Name(), err)
	if errors.As(err, new(*misuse)) {
		fmt.Fprintf(stderr, "Try `%s --help`.\n", cmd.CommandPath())
		return exitMisused
	}
	return exitFailed
}

// A misuse is a command line that makes no sense.
type misuse struct{ err error }

func (e *misuse) Error() string { return e.err.Error() }
func (e *misuse) Unwrap() error { return e.err }

// Misuse returns an error that says that the command line makes no sense; nil for nil.
func Misuse(err error) error {
	if err == nil {
		return nil
	}
	return &misuse{err}
}

// Misused is [Misuse] of a text.
func Misused(format string, args ...any) error { return Misuse(fmt.Errorf(format, args...)) }

// Arguments makes a wrong number of arguments a misuse.
func Arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error { return Misuse(check(cmd, args)) }
}

// NoSubcommand are the arguments of a command that only has subcommands.
func NoSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return Misused("no subcommand %q; did you mean %q?", args[0], near[0])
	}
	return Misused("no subcommand %q", args[0])
}

// PrintJSON writes a value as one line of JSON.
func PrintJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// Interruptible returns a context that ends with Ctrl-C and SIGTERM.
func Interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
}

// Leashed returns a context that also ends when there is nothing more to read from in: with
// the process that holds its other end.
func Leashed(ctx context.Context, in io.Reader) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		// It ends with this process at the latest.
		_, _ = io.Copy(io.Discard, in)
		cancel()
	}()
	return ctx, cancel
}
