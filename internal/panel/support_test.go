package panel

// This file has what the tests share: a panel that answers on a socket, and a netherfield
// that does as it is told.

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/goleak"

	"github.com/netherfield/netherfield/internal/command"
)

// patience is what nothing here should take.
const patience = time.Minute

// TestMain makes the test binary netherfield when asked to: the panel itself, and commands
// that pretend.
func TestMain(m *testing.M) {
	desk := os.Getenv("BE_NETHERFIELD")
	switch {
	case desk == "":
		goleak.VerifyTestMain(m)
	case os.Args[1] == "panel":
		root := &cobra.Command{Use: "netherfield"}
		root.AddCommand(Command())
		os.Exit(command.Run(context.Background(), root, os.Args[1:], os.Stdout, os.Stderr))
	default:
		os.Exit(pretend(desk, os.Args[1:]))
	}
}

// pretend is each command of netherfield that the panel has done. It answers with the file
// that is called as the command on the desk. Without one, it tells where it is, as progress,
// and waits until it is interrupted.
func pretend(desk string, args []string) int {
	if answer, err := os.ReadFile(filepath.Join(desk, args[0])); err == nil {
		if i := slices.Index(args, "--output"); i >= 0 {
			err = os.WriteFile(args[i+1], []byte("artefact"), 0o600)
		}
		if why, failed := strings.CutPrefix(string(answer), "fail "); failed || err != nil {
			fmt.Fprintln(os.Stderr, "netherfield:", why)
			return 1
		}
		os.Stdout.Write(bytes.ReplaceAll(answer, []byte("ARGS"), []byte(strings.Join(args, " "))))
		return 0
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, os.Interrupt, syscall.SIGTERM)
	command.WriteProgress(os.Stderr)("waiting", 0, 1)
	how := <-ended
	if err := os.WriteFile(filepath.Join(desk, "ended"), []byte(how.String()), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, "netherfield:", err)
	}
	return 1
}

// A desk is a panel that answers, and what it answers with.
type desk struct {
	desk, root, socket string
	panel              *panel
	client             *http.Client
	log                *locked // what it complains of
	wire               *locked // all that has come from it
	stop               func() error
}

// A locked buffer is written by several.
type locked struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// private makes a folder for a socket, whose path must not be long.
func private(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "nf-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// fakes makes a desk for a netherfield that pretends, and returns its path.
func fakes(t *testing.T) (desk, program string) {
	t.Helper()
	desk = t.TempDir()
	t.Setenv("BE_NETHERFIELD", desk)
	t.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector would wait a second for what it has to say
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return desk, program
}

// start starts a panel.
func start(t *testing.T, o opts) *desk {
	t.Helper()
	d := &desk{log: &locked{}, wire: &locked{}, socket: filepath.Join(private(t), "panel")}
	d.desk, o.program = fakes(t)
	if o.root == "" {
		o.root = t.TempDir()
	}
	d.root, o.history, o.log = o.root, t.TempDir(), slog.New(slog.NewTextHandler(d.log, nil))
	o.scratch = filepath.Dir(d.socket)
	d.panel = newPanel(o)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	listener, err := listen(d.socket)
	if err != nil {
		t.Fatal(err)
	}
	go func() { ended <- serve(ctx, listener, d.panel) }()
	d.client = clientOf(d.socket, d.wire)
	d.stop = sync.OnceValue(func() error {
		cancel()
		d.client.CloseIdleConnections()
		return <-ended
	})
	t.Cleanup(func() {
		if err := d.stop(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func answers(socket string) bool {
	c, err := net.Dial("unix", socket)
	if err == nil {
		c.Close()
	}
	return err == nil
}

// clientOf returns a client that speaks to a socket, and writes to wire what comes from there.
func clientOf(socket string, wire io.Writer) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, "unix", socket)
		return tapped{c, wire}, err
	}}}
}

type tapped struct {
	net.Conn
	to io.Writer
}

func (c tapped) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.to.Write(p[:n])
	return n, err
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// put writes a file.
func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// ask sends a request, JSON if it has a body, and returns the answer.
func (d *desk) ask(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://panel"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	answer, err := d.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// answered returns the answer to a request that has to succeed.
func answered[T any](t *testing.T, d *desk, method, path, body string) (out T) {
	t.Helper()
	status, text := d.ask(t, method, path, body)
	if err := json.Unmarshal([]byte(text), &out); err != nil || status != http.StatusOK {
		t.Fatalf("%s %s: %d %s %v", method, path, status, text, err)
	}
	return out
}

// A stream is what somebody hears who listens.
type stream struct {
	lines *bufio.Reader
	leave func()
}

// listen listens until the test ends, or the listener leaves.
func (d *desk) listen(t *testing.T) *stream {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	r, err := http.NewRequestWithContext(ctx, "GET", "http://panel/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := d.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	leave := func() {
		cancel()
		answer.Body.Close()
	}
	t.Cleanup(leave)
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("events are %s", kind)
	}
	return &stream{bufio.NewReader(answer.Body), leave}
}

// next returns the next event, its name and its JSON; io.EOF at the end.
func (s *stream) next() (name, data string, err error) {
	for {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			return "", "", err
		}
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "" && name != "":
			return name, data, nil
		case strings.HasPrefix(line, "event: "):
			name = strings.TrimPrefix(line, "event: ")
		case strings.HasPrefix(line, "data: "):
			data = strings.TrimPrefix(line, "data: ")
		case line != "" && !strings.HasPrefix(line, ":"):
			return "", "", fmt.Errorf("%q is no line of an event", line)
		}
	}
}

// until returns the first event of a name that is so.
func until[T any](t *testing.T, s *stream, event string, so func(T) bool) (out T) {
	t.Helper()
	for {
		name, data, err := s.next()
		if err != nil {
			t.Fatalf("no %s comes that is so: %v", event, err)
		}
		if name != event {
			continue
		}
		out = *new(T)
		if err := json.Unmarshal([]byte(data), &out); err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		if so(out) {
			return out
		}
	}
}

// gone tells whether a file is not there.
func gone(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, os.ErrNotExist)
}

// inFolder returns the names of what is in a socket's folder.
func inFolder(t *testing.T, socket string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(socket))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}
