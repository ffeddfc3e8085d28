package session_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/display/widget"
	"github.com/netherfield/netherfield/kernel/session"
	"github.com/netherfield/netherfield/kernel/wire"
)

// An echo is an evaluator whose cells have themselves as value.
type echo struct{}

func (echo) Execute(_ context.Context, c session.Cell, _ session.Output) session.Outcome {
	b := display.Text(c.Code)
	return session.Outcome{Result: &b}
}

func (echo) Evaluate(_ context.Context, expr string) (display.Bundle, *session.CellError) {
	return display.Text(expr), nil
}

func (echo) Comm(context.Context, widget.Message, session.Output) *session.CellError { return nil }

func (echo) Interrupt()                                           {}
func (echo) Complete(string, int) session.Completion              { return session.Completion{} }
func (echo) Inspect(string, int, int) (b display.Bundle, ok bool) { return b, false }
func (echo) Status() session.Status                               { return session.Status{} }

func (echo) IsComplete(string) session.Completeness { return session.Completeness{Status: "complete"} }
func (echo) Close() error                           { return nil }

// A kernel that echoes its cells. A front end that reads the connection file
// can talk to it until ctx ends.
func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	sockets, err := wire.Listen(wire.ConnectionInfo{Key: "secret"}, wire.Opts{})
	if err != nil {
		log.Fatal(err)
	}
	defer sockets.Close(context.Background())
	s := session.New(session.Opts{
		Transport:       sockets,
		Evaluator:       echo{},
		Implementation:  "echo",
		Version:         "1.0.0",
		LanguageVersion: "1.26",
	})
	cancel() // an interactive kernel would go on
	restart, err := s.Run(ctx)
	fmt.Println(restart, err)
	// Output: false <nil>
}

func ExampleOpenHistory() {
	dir, err := os.MkdirTemp("", "history")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "history.jsonl")

	monday, err := session.OpenHistory(path)
	if err != nil {
		log.Fatal(err)
	}
	monday.Add(1, "x := 1")
	monday.Add(2, "x + 1")
	monday.Close()

	tuesday, err := session.OpenHistory(path)
	if err != nil {
		log.Fatal(err)
	}
	defer tuesday.Close()
	tuesday.Add(1, "y := 2")
	found, err := tuesday.Search("? := *", 0, false)
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range found {
		fmt.Println(e.Session, e.Line, e.Input)
	}
	// Output:
	// 1 1 x := 1
	// 2 1 y := 2
}
