package session

// This file tests to whom output belongs when one cell follows another.

import (
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netherfield/netherfield/kernel/wire"
)

func TestOutputOfEarlierCellsComesBeforeTheInputOfTheNext(t *testing.T) {
	transport := newFakeTransport()
	p := newPublisher(transport, slog.New(slog.DiscardHandler))
	defer p.close()
	first, second := message(wire.Shell, "1", "execute_request", "{}"), message(wire.Shell, "2", "execute_request", "{}")
	input := func(count int) wire.Out {
		return wire.Out{Type: "execute_input", Content: executeInput{"go f()", count}}
	}
	p.begin(first)
	p.own(first, input(1))
	p.finishAs(first)
	if before := p.begin(second); before != first {
		t.Errorf("output belonged to %v", before)
	}
	p.write("stdout", []byte("from f"))
	p.own(second, input(2))
	p.write("stdout", []byte("from f, later"))
	p.finishAs(second)
	want := []string{
		`iopub 1 status {"execution_state":"busy"}`,
		`iopub 1 execute_input {"code":"go f()","execution_count":1}`,
		`iopub 1 status {"execution_state":"idle"}`,
		`iopub 2 status {"execution_state":"busy"}`,
		`iopub 1 stream {"name":"stdout","text":"from f"}`,
		`iopub 2 execute_input {"code":"go f()","execution_count":2}`,
		`iopub 2 stream {"name":"stdout","text":"from f, later"}`,
		`iopub 2 status {"execution_state":"idle"}`,
	}
	if diff := cmp.Diff(want, transport.lines()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
