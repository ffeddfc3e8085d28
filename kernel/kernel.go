// Package kernel puts one Jupyter kernel together: sockets, session,
// evaluator and worker. It owns nothing but their order of birth and death.
//
//	err := kernel.Run(ctx, kernel.Opts{ConnectionFile: "kernel-1.json"})
package kernel

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/netherfield/netherfield/internal/version"
	"github.com/netherfield/netherfield/kernel/build"
	"github.com/netherfield/netherfield/kernel/evaluator"
	"github.com/netherfield/netherfield/kernel/session"
	"github.com/netherfield/netherfield/kernel/symbols"
	"github.com/netherfield/netherfield/kernel/wire"
)

// Opts configures a kernel.
type Opts struct {
	// ConnectionFile is the path of the file that says where to listen.
	ConnectionFile string
	// Worker is the command line of the worker process; this program with
	// the argument "worker" if empty.
	Worker []string
	// HistoryFile keeps the history across sessions. If empty it is
	// NETHERFIELD_HISTORY, else netherfield/history.jsonl in the user's
	// state folder; "off" keeps the history in memory.
	HistoryFile string
	// Logger takes what goes wrong; nil writes to standard error.
	Logger *slog.Logger
	// Sources are those of the kernel's own packages that compiled cells
	// import, with go.mod and go.sum; nil if no cell may import them.
	Sources fs.FS
}

// languageVersion is the version of Go that cells are written in.
const languageVersion = "1.26"

// Run serves one kernel until it is shut down, ctx ends, SIGTERM arrives or
// the process that started it is gone.
func Run(ctx context.Context, opts Opts) error {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	info, err := wire.ReadConnectionFile(opts.ConnectionFile)
	if err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	if len(opts.Worker) == 0 {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		opts.Worker = []string{self, "worker"}
	}
	// The worker starts while the sockets open.
	ev, err := evaluator.Start(evaluator.Opts{
		Worker:  opts.Worker,
		Builder: build.New(build.Opts{Sources: opts.Sources, Logger: opts.Logger}),
		Library: Library(),
		Logger:  opts.Logger,
	})
	if err != nil {
		return err
	}
	sockets, err := wire.Listen(info, wire.Opts{Logger: opts.Logger})
	if err != nil {
		ev.Close()
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		sockets.Close(ctx)
	}()
	if sockets.Info() != info { // some ports were free to choose
		if err := sockets.Info().WriteFile(opts.ConnectionFile); err != nil {
			ev.Close()
			return err
		}
	}
	history := openHistory(opts)
	defer history.Close()
	bound := sockets.Info()
	s := session.New(session.Opts{
		Transport:       sockets,
		Evaluator:       ev,
		History:         history,
		Logger:          opts.Logger,
		Implementation:  "netherfield",
		Version:         version.String(),
		LanguageVersion: languageVersion,
		Banner:          fmt.Sprintf("Netherfield %s: Go %s in Jupyter. %%help lists the commands.", version.String(), languageVersion),
		HelpLinks: []session.HelpLink{
			{Text: "Go packages", URL: "https://pkg.go.dev/std"},
			{Text: "The Go language", URL: "https://go.dev/ref/spec"},
		},
		Ports: session.Ports{Shell: bound.ShellPort, Control: bound.ControlPort, Stdin: bound.StdinPort, IOPub: bound.IOPubPort, HB: bound.HBPort},
	})
	stop := onInterrupt(s.Interrupt)
	defer stop()
	ctx, orphaned := withParent(ctx)
	defer orphaned()
	_, err = s.Run(ctx)
	if errors.Is(err, context.Canceled) {
		return nil // a signal, or the parent's end: an ordinary way to go
	}
	return err
}

// openHistory opens the history file, or a history in memory.
func openHistory(opts Opts) *session.History {
	path := opts.HistoryFile
	if path == "" {
		path = os.Getenv("NETHERFIELD_HISTORY")
	}
	if path == "" {
		dir := os.Getenv("XDG_STATE_HOME")
		if dir == "" {
			if home, err := os.UserHomeDir(); err == nil {
				dir = filepath.Join(home, ".local", "state")
			}
		}
		if dir == "" {
			path = "off"
		} else {
			path = filepath.Join(dir, "netherfield", "history.jsonl")
		}
	}
	if path == "off" {
		return new(session.History)
	}
	h, err := session.OpenHistory(path)
	if err != nil {
		// A read-only home folder is ordinary in a container.
		opts.Logger.Info("history is kept in memory", "error", err)
		return new(session.History)
	}
	return h
}

// onInterrupt calls f for every SIGINT until stop is called.
func onInterrupt(f func()) (stop func()) {
	c := make(chan os.Signal, 1)
	quit := make(chan struct{})
	signal.Notify(c, os.Interrupt)
	go func() {
		for {
			select {
			case <-c:
				f()
			case <-quit:
				return
			}
		}
	}()
	return func() {
		signal.Stop(c)
		close(quit)
	}
}

// parentCheck is how often a kernel looks whether its parent lives.
const parentCheck = time.Second

// withParent returns a context that ends when the process that Jupyter names
// in JPY_PARENT_PID is gone, so that no kernel outlives its server.
func withParent(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	pid, err := strconv.Atoi(strings.TrimSpace(os.Getenv("JPY_PARENT_PID")))
	if err != nil || pid <= 1 {
		return ctx, cancel
	}
	gone := func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
	if os.Getppid() == pid {
		// A dead parent that nobody reaps can still be signalled, but its
		// children have another parent by then.
		gone = func() bool { return os.Getppid() != pid }
	}
	go func() {
		tick := time.NewTicker(parentCheck)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if gone() {
					cancel()
					return
				}
			}
		}
	}()
	return ctx, cancel
}

// Library returns the import paths of the workflow library's packages. Kernels compile
// them once for a machine, when they have nothing else to do.
func Library() []string {
	return slices.DeleteFunc(symbols.Packages(), func(path string) bool {
		return !strings.HasPrefix(path, "github.com/netherfield/netherfield/runtime/")
	})
}
