package session

// This file holds the two neighbours of a session under test: a transport that
// writes down what is sent, and an evaluator whose cells are short scripts.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/display/widget"
	"github.com/netherfield/netherfield/kernel/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A fakeTransport writes down every message in the order it was sent.
type fakeTransport struct {
	shell, control, stdin chan *wire.Message

	mu  sync.Mutex
	log []string
	out []sent
	// publish, if set, is called before a message is written down.
	publish func(wire.Out)
}

type sent struct {
	via    string
	parent *wire.Message
	wire.Out
}

func newFakeTransport() *fakeTransport {
	return &fakeTransport{
		shell:   make(chan *wire.Message, 64),
		control: make(chan *wire.Message, 64),
		stdin:   make(chan *wire.Message, 64),
	}
}

func (t *fakeTransport) Shell() <-chan *wire.Message   { return t.shell }
func (t *fakeTransport) Control() <-chan *wire.Message { return t.control }
func (t *fakeTransport) Stdin() <-chan *wire.Message   { return t.stdin }

func (t *fakeTransport) Reply(to *wire.Message, m wire.Out) error {
	return t.write(to.Channel.String(), to, m)
}

func (t *fakeTransport) Ask(to *wire.Message, m wire.Out) error {
	if to.Header.Session == "deaf" {
		return errors.New("the client has no stdin connection")
	}
	return t.write("stdin", to, m)
}

func (t *fakeTransport) Publish(parent *wire.Message, m wire.Out) error {
	if t.publish != nil {
		t.publish(m)
	}
	return t.write("iopub", parent, m)
}

var dateInMetadata = regexp.MustCompile(`"started":"[^"]*"`)

func (t *fakeTransport) write(via string, parent *wire.Message, m wire.Out) error {
	content, err := json.Marshal(m.Content)
	if err != nil {
		return err
	}
	id := "-"
	if parent != nil {
		id = parent.Header.MsgID
	}
	line := fmt.Sprintf("%s %s %s %s", via, id, m.Type, content)
	if m.Metadata != nil {
		metadata, err := json.Marshal(m.Metadata)
		if err != nil {
			return err
		}
		line += " metadata " + dateInMetadata.ReplaceAllString(string(metadata), `"started":"DATE"`)
	}
	for _, b := range m.Buffers {
		line += fmt.Sprintf(" buffer %q", b)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.log = append(t.log, line)
	t.out = append(t.out, sent{via, parent, m})
	return nil
}

// lines returns what was sent so far, a message a line.
func (t *fakeTransport) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.log...)
}

// message makes a received message.
func message(ch wire.Channel, id, msgType, content string) *wire.Message {
	return &wire.Message{
		Channel: ch,
		Header:  wire.Header{MsgID: id, Session: "client", MsgType: msgType},
		Content: json.RawMessage(content),
	}
}

// A fakeEvaluator runs cells whose lines are commands:
//
//	print TEXT     eprint TEXT      writes to stdout or stderr; Go escapes count
//	show ID TEXT   update ID TEXT   displays; the id - stands for none
//	nan            nothing          displays what does not encode; an empty bundle
//	clear          clear wait
//	ask PROMPT     password PROMPT  prints the answer; fails without one
//	value TEXT                      the cell's value
//	page TEXT      next TEXT        payloads
//	comm open ID   comm tell ID     and comm close ID: what a widget does
//	wait           gate NAME        waits for an interrupt; for an opened gate
//	later NAME TEXT                 a goroutine prints when the gate opens
//	fail TEXT      panic TEXT
type fakeEvaluator struct {
	mu         sync.Mutex
	gates      map[string]chan struct{}
	background sync.WaitGroup
	interrupts int
	insist     chan struct{}
	closed     int
}

func newFakeEvaluator() *fakeEvaluator {
	return &fakeEvaluator{gates: map[string]chan struct{}{}, insist: make(chan struct{}, 8)}
}

// gate returns a gate, which is shut until it is opened once.
func (e *fakeEvaluator) gate(name string) chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.gates[name] == nil {
		e.gates[name] = make(chan struct{})
	}
	return e.gates[name]
}

func (e *fakeEvaluator) Execute(ctx context.Context, c Cell, out Output) (o Outcome) {
	for line := range strings.SplitSeq(c.Code, "\n") {
		command, arg, _ := strings.Cut(line, " ")
		arg = unescape(arg)
		id, text, _ := strings.Cut(arg, " ")
		if id == "-" {
			id = ""
		}
		interrupted := Outcome{Err: &CellError{Name: "interrupted", Message: "by the user", Traceback: []string{"interrupted at " + command}}}
		switch command {
		case "print":
			out.Stream("stdout", []byte(arg))
		case "eprint":
			out.Stream("stderr", []byte(arg))
		case "show":
			out.Display(display.Text(text), id, false)
		case "update":
			out.Display(display.Text(text), id, true)
		case "nan":
			out.Display(display.Bundle{Data: map[string]any{"application/json": func() {}}}, "", false)
		case "nothing":
			out.Display(display.Bundle{}, "", false)
		case "clear":
			out.Clear(arg == "wait")
		case "ask", "password":
			answer, err := out.Input(ctx, arg, command == "password")
			if err != nil {
				o.Err = &CellError{Name: "input", Message: err.Error()}
				return o
			}
			out.Stream("stdout", []byte("["+answer+"]"))
		case "value":
			b := display.Text(arg)
			o.Result = &b
		case "count":
			b := display.Text(fmt.Sprint(c.Count, " silent ", c.Silent))
			o.Result = &b
		case "page":
			o.Payloads = append(o.Payloads, Payload{Source: "page", Data: display.Text(arg)})
		case "next":
			o.Payloads = append(o.Payloads, Payload{Source: "set_next_input", Text: arg})
		case "comm": // comm open ID, comm tell ID, comm close ID
			m := widget.Message{ID: text, Data: json.RawMessage(`{"state":1}`)}
			switch id {
			case "open":
				m.Type, m.Target, m.Metadata, m.Buffers = widget.Open, widget.Target, json.RawMessage(`{"version":"2"}`), [][]byte{{1}}
			case "tell":
				m.Type = widget.Tell
			case "close":
				m.Type, m.Data = widget.Close, nil
			}
			out.Comm(m)
		case "wait":
			<-ctx.Done()
			time.Sleep(time.Millisecond) // whoever interrupts goes on first
			return interrupted
		case "stubborn":
			<-e.insist
			return interrupted
		case "gate":
			select {
			case <-e.gate(arg):
			case <-ctx.Done():
				return interrupted
			}
		case "later":
			gate := e.gate(id)
			e.background.Go(func() {
				<-gate
				out.Stream("stdout", []byte(text))
			})
		case "lateask":
			gate := e.gate(id)
			e.background.Go(func() {
				<-gate
				_, err := out.Input(context.Background(), text, false)
				out.Stream("stdout", []byte(err.Error()))
			})
		case "fail":
			o.Err = &CellError{Name: "runtime error", Message: arg, Traceback: []string{"cell line 1", arg}}
			return o
		case "failbare":
			o.Err = &CellError{Name: "runtime error", Message: arg}
			return o
		case "panic":
			panic(arg)
		case "":
		default:
			o.Err = &CellError{Name: "compile error", Message: "unknown command " + command}
			return o
		}
	}
	return o
}

// unescape reads the escapes of a Go string.
func unescape(s string) string {
	return strings.NewReplacer(`\n`, "\n", `\xe2`, "\xe2", `\x82`, "\x82", `\xac`, "\xac", `\xff`, "\xff").Replace(s)
}

// Comm echoes the message, if that is an object with "echo"; it fails with what "fail" is.
func (e *fakeEvaluator) Comm(_ context.Context, m widget.Message, out Output) *CellError {
	var data struct{ Echo, Fail, Print string }
	if m.Type == widget.Close {
		out.Stream("stdout", []byte(m.ID+" closed"))
		return nil
	}
	if err := json.Unmarshal(m.Data, &data); err != nil {
		return &CellError{Name: "message", Message: err.Error()}
	}
	if data.Print != "" {
		out.Stream("stdout", []byte(data.Print))
	}
	if data.Fail != "" {
		return &CellError{Name: "panic", Message: data.Fail, Traceback: []string{"in a handler"}}
	}
	out.Comm(widget.Message{Type: widget.Tell, ID: m.ID, Data: json.RawMessage(fmt.Sprintf(`{"request":%q}`, out.Request())), Buffers: m.Buffers})
	return nil
}

func (e *fakeEvaluator) Evaluate(_ context.Context, expr string) (display.Bundle, *CellError) {
	switch expr {
	case "bad":
		return display.Bundle{}, &CellError{Name: "compile error", Message: "undefined: bad"}
	case "panic":
		panic("evaluate")
	}
	return display.Text("<" + expr + ">"), nil
}

func (e *fakeEvaluator) Interrupt() {
	e.mu.Lock()
	e.interrupts++
	e.mu.Unlock()
	select {
	case e.insist <- struct{}{}:
	default:
	}
}

// Complete offers to replace the letters before the cursor.
func (e *fakeEvaluator) Complete(code string, cursor int) Completion {
	if strings.HasPrefix(code, "panic") {
		panic("complete")
	}
	start := strings.LastIndexAny(code[:cursor], " .\n") + 1
	if cursor == start {
		return Completion{Start: start, End: cursor}
	}
	word := code[start:cursor]
	return Completion{start, cursor, []Match{{word + "X", "function", "func()"}, {word + "Y", "variable", ""}}}
}

func (e *fakeEvaluator) Inspect(code string, cursor, detail int) (display.Bundle, bool) {
	if code == "" {
		return display.Bundle{}, false
	}
	return display.Text(fmt.Sprintf("%q|%q %d", code[:cursor], code[cursor:], detail)), true
}

func (e *fakeEvaluator) Status() Status { return Status{Tier: "compiled", Memory: 1 << 20} }

func (e *fakeEvaluator) IsComplete(code string) Completeness {
	switch {
	case strings.HasSuffix(code, "{"):
		return Completeness{"incomplete", "\t"}
	case strings.HasSuffix(code, "("):
		return Completeness{"incomplete", ""}
	case strings.HasSuffix(code, "}"):
		return Completeness{"invalid", ""}
	}
	return Completeness{"complete", ""}
}

func (e *fakeEvaluator) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed++
	return nil
}
