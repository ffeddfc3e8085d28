package session

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/netherfield/netherfield/kernel/wire"
)

var update = flag.Bool("update", false, "write what the session says as what the conversations want")

// TestConversations plays each file of testdata/conversations: section "say"
// has a command a line, section "want" is every message the session sends, in
// order. After a command everything settles before the next one; time passes
// by "sleep" alone.
//
//	shell ID TYPE CONTENT    control …   stdin …   sends a message of session "client"
//	stranger ID TYPE CONTENT                       the same on stdin, of another session
//	open NAME        opens a gate that a cell of the fake evaluator waits at
//	interrupt        what SIGINT does
//	sleep DURATION   end (the context)    hangup (the shell channel closes)
func TestConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/conversations/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no conversations: ", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(archive.Files) < 1 || archive.Files[0].Name != "say" {
				t.Fatal("the first section must be say")
			}
			var got string
			synctest.Test(t, func(t *testing.T) {
				got = converse(t, string(archive.Files[0].Data))
			})
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(archive.Files) != 2 {
				t.Fatal("no section want; run with -update and read what it writes")
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// converse plays the commands against a new session and returns what it sent.
func converse(t *testing.T, commands string) string {
	transport, evaluator := newFakeTransport(), newFakeEvaluator()
	s := New(Opts{
		Transport:       transport,
		Evaluator:       evaluator,
		Implementation:  "netherfield",
		Version:         "0.1.0",
		LanguageVersion: "1.26",
		Banner:          "hello",
		HelpLinks:       []HelpLink{{"Go", "https://go.dev/doc/"}},
		Ports:           Ports{Shell: 1, IOPub: 2, Stdin: 3, HB: 4, Control: 5},
		CommTargets: map[string]CommTarget{
			"echo":    {Open: openEcho},
			"ordered": {Open: openEcho, InOrder: true},
			"refuses": {Open: func(*Comm, CommMessage) (CommHandler, error) { return nil, errors.New("not today") }},
			"panics":  {Open: func(*Comm, CommMessage) (CommHandler, error) { panic("open") }},
		},
	})
	ctx, end := context.WithCancel(t.Context())
	defer end()
	returned := make(chan string, 1)
	go func() {
		restart, err := s.Run(ctx)
		returned <- fmt.Sprintf("Run returned %v, %v", restart, err)
	}()
	synctest.Wait()
	for line := range strings.Lines(commands) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		command, arg, _ := strings.Cut(line, " ")
		send := func(ch wire.Channel, to chan *wire.Message) *wire.Message {
			f := strings.SplitN(arg, " ", 3)
			if len(f) != 3 {
				t.Fatalf("want ID TYPE CONTENT in %q", line)
			}
			m := message(ch, f[0], f[1], f[2])
			if command == "deaf" || command == "stranger" {
				m.Header.Session = command
			}
			to <- m
			return m
		}
		switch command {
		case "shell", "deaf":
			send(wire.Shell, transport.shell)
		case "control":
			send(wire.Control, transport.control)
		case "stdin", "stranger":
			send(wire.Stdin, transport.stdin)
		case "open":
			close(evaluator.gate(arg))
		case "interrupt":
			s.Interrupt()
		case "end":
			end()
		case "hangup":
			close(transport.shell)
		case "sleep":
			d, err := time.ParseDuration(arg)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(d)
		default:
			t.Fatalf("unknown command %q", command)
		}
		synctest.Wait()
	}
	end()
	result := <-returned
	evaluator.background.Wait()
	if evaluator.closed != 1 {
		t.Errorf("the evaluator was closed %d times", evaluator.closed)
	}
	return strings.Join(transport.lines(), "\n") + "\n" + result + "\n"
}

// openEcho opens a comm whose handler sends back what it gets.
func openEcho(c *Comm, m CommMessage) (CommHandler, error) {
	c.Send(CommMessage{Data: map[string]any{"opened": m.Data}})
	return echo{c}, nil
}

type echo struct{ c *Comm }

func (e echo) Message(_ context.Context, m CommMessage) {
	switch fmt.Sprintf("%s", m.Data) {
	case `{"do":"close"}`:
		e.c.Close(CommMessage{Data: map[string]any{"bye": true}})
		e.c.Close(CommMessage{})
		e.c.Send(m)
	case `{"do":"panic"}`:
		panic("message")
	default:
		e.c.Send(m)
	}
}

func (e echo) Closed(_ context.Context, m CommMessage) { e.c.Send(m) }
