package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/netherfield/netherfield/kernel/wire"
)

// await returns when the transport has sent a message that fits.
func await(t *testing.T, transport *fakeTransport, fits func(sent) bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		transport.mu.Lock()
		for _, m := range transport.out {
			if fits(m) {
				transport.mu.Unlock()
				return
			}
		}
		transport.mu.Unlock()
	}
	t.Fatalf("the message never came; what came:\n%s", strings.Join(transport.lines(), "\n"))
}

// isIdle fits the idle of a request.
func isIdle(id string) func(sent) bool {
	return func(m sent) bool {
		return m.parent != nil && m.parent.Header.MsgID == id && m.Content == any(status{"idle"})
	}
}

// Clients talk on both channels while cells run, print from goroutines, ask,
// fail and are interrupted; for every request the messages are in order.
func TestOrderHoldsUnderLoad(t *testing.T) {
	transport, evaluator := newFakeTransport(), newFakeEvaluator()
	s := New(Opts{Transport: transport, Evaluator: evaluator, CommTargets: map[string]CommTarget{
		"echo": {Open: openEcho}, "ordered": {Open: openEcho, InOrder: true},
	}})
	ctx, end := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if _, err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	cells := []string{
		"print a\neprint b\nprint c\nvalue 1",
		"show - x\nlater open x\nclear\nprint y",
		"later open z\nfail boom",
		"wait",
		"print é\nask who?",
	}
	questions := [][2]string{
		{"complete_request", `{"code":"fmt.Pr"}`}, {"inspect_request", `{"code":"x"}`}, {"kernel_info_request", `{}`},
		{"history_request", `{"hist_access_type":"tail"}`}, {"is_complete_request", `{"code":"x"}`}, {"nonsense_request", `{}`},
		{"comm_open", `{"comm_id":"%d","target_name":"echo"}`}, {"comm_open", `{"comm_id":"%d","target_name":"ordered"}`},
		{"comm_info_request", `{}`}, {"complete_request", `{"code":1}`},
	}
	close(evaluator.gate("open"))
	const n = 150
	var clients sync.WaitGroup
	clients.Go(func() {
		for i := range n {
			transport.shell <- message(wire.Shell, fmt.Sprint("e", i), "execute_request",
				fmt.Sprintf(`{"code":%q,"stop_on_error":%v,"silent":%v}`, cells[rand.IntN(len(cells))], rand.IntN(2) == 0, rand.IntN(5) == 0))
		}
	})
	for k, ch := range []chan *wire.Message{transport.shell, transport.control} {
		clients.Go(func() {
			for i := range n {
				q := questions[rand.IntN(len(questions))]
				content := strings.Replace(q[1], "%d", fmt.Sprint(i), 1)
				ch <- message(wire.Channel(k), fmt.Sprint("q", k, "-", i), q[0], content)
			}
		})
	}
	stop := make(chan struct{})
	running.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case transport.stdin <- message(wire.Stdin, "r", "input_reply", `{"value":"me"}`):
			}
			s.Interrupt()
			time.Sleep(time.Millisecond)
		}
	})
	clients.Wait()
	for i := range n {
		await(t, transport, isIdle(fmt.Sprint("e", i)))
		await(t, transport, isIdle(fmt.Sprint("q0-", i)))
		await(t, transport, isIdle(fmt.Sprint("q1-", i)))
	}
	close(stop)
	end()
	running.Wait()
	evaluator.background.Wait()

	type seen struct{ busy, idle, replies, errors int }
	all := map[string]*seen{}
	last := ""
	for i, m := range transport.out {
		if m.parent == nil {
			continue
		}
		id := m.parent.Header.MsgID
		got := all[id]
		if got == nil {
			got = new(seen)
			all[id] = got
			if m.Content != any(status{"busy"}) {
				t.Errorf("%s began with %s", id, transport.log[i])
			}
		}
		switch {
		case m.Content == any(status{"busy"}):
			got.busy++
			last = "busy"
			if got.idle > 0 {
				t.Errorf("%s is busy after its idle", id)
			}
		case m.Content == any(status{"idle"}):
			got.idle++
			last = "idle"
		case m.via == "shell" || m.via == "control":
			got.replies++
			if got.idle > 0 {
				t.Errorf("%s is answered after its idle", id)
			}
		case m.Type == "error":
			got.errors++
		}
	}
	for id, got := range all {
		comm := false
		if got.replies == 0 { // comm messages have none
			comm = strings.HasPrefix(id, "q")
		}
		if got.busy < 1 || got.idle != 1 || got.errors > 1 || got.replies != 1 && !comm {
			t.Errorf("%s: %+v", id, *got)
		}
	}
	if len(all) != 3*n {
		t.Errorf("%d of %d requests were seen", len(all), 3*n)
	}
	if last != "idle" {
		t.Errorf("the last status is %s", last)
	}
}

// An interrupt is delivered even though no front end reads what the cell
// prints.
func TestInterruptPassesBlockedOutput(t *testing.T) {
	transport, evaluator := newFakeTransport(), newFakeEvaluator()
	block := make(chan struct{})
	blocked := make(chan struct{}, 100)
	transport.publish = func(m wire.Out) {
		if m.Type == "display_data" {
			blocked <- struct{}{}
			<-block
		}
	}
	interrupted := make(chan struct{})
	s := New(Opts{Transport: transport, Evaluator: watchful{evaluator, interrupted}})
	done := make(chan struct{})
	go func() { defer close(done); s.Run(t.Context()) }()
	transport.shell <- message(wire.Shell, "a", "execute_request", `{"code":"show - x"}`)
	<-blocked
	transport.control <- message(wire.Control, "i", "interrupt_request", `{}`)
	<-interrupted // while the front end still does not read
	close(block)
	transport.control <- message(wire.Control, "z", "shutdown_request", `{}`)
	<-done
}

// watchful tells when the context of a cell is cancelled.
type watchful struct {
	*fakeEvaluator
	interrupted chan struct{}
}

func (w watchful) Execute(ctx context.Context, c Cell, out Output) Outcome {
	defer context.AfterFunc(ctx, func() { close(w.interrupted) })()
	return w.fakeEvaluator.Execute(ctx, c, out)
}

// A cell that does not end makes Run close the evaluator under it.
func TestEndClosesEvaluatorUnderStubbornCell(t *testing.T) {
	transport, evaluator := newFakeTransport(), newFakeEvaluator()
	s := New(Opts{Transport: transport, Evaluator: stubborn{evaluator}})
	ctx, end := context.WithCancel(t.Context())
	transport.shell <- message(wire.Shell, "a", "execute_request", `{"code":"stubborn"}`)
	done := make(chan error)
	go func() {
		_, err := s.Run(ctx)
		done <- err
	}()
	await(t, transport, func(m sent) bool { return m.Type == "execute_input" })
	end()
	if err := <-done; err == nil || !strings.Contains(err.Error(), "worker would not die") {
		t.Errorf("got %v", err)
	}
	await(t, transport, isIdle("a"))
}

type stubborn struct{ *fakeEvaluator }

func (s stubborn) Close() error {
	s.insist <- struct{}{}
	return errors.New("the worker would not die")
}

func TestKernelOpensComm(t *testing.T) {
	transport, evaluator := newFakeTransport(), newFakeEvaluator()
	s := New(Opts{Transport: transport, Evaluator: evaluator})
	done := make(chan struct{})
	go func() { defer close(done); s.Run(t.Context()) }()
	got := make(chan CommMessage, 1)
	c := s.OpenComm("plot", false, hears(got), CommMessage{Data: map[string]any{"w": 1}, Buffers: [][]byte{{1, 2}}})
	if c.Target() != "plot" || c.ID() == "" {
		t.Errorf("comm %q to %q", c.ID(), c.Target())
	}
	await(t, transport, func(m sent) bool { return m.Type == "comm_open" && len(m.Buffers) == 1 })
	m := message(wire.Shell, "m", "comm_msg", fmt.Sprintf(`{"comm_id":%q,"data":{"x":1}}`, c.ID()))
	m.Buffers = [][]byte{{3}}
	m.Metadata = json.RawMessage(`{"k":2}`)
	transport.shell <- m
	heard := <-got
	if fmt.Sprintf("%s %s %v", heard.Data, heard.Metadata, heard.Buffers) != `{"x":1} {"k":2} [[3]]` {
		t.Errorf("heard %s", heard)
	}
	c.Close(CommMessage{})
	await(t, transport, func(m sent) bool { return m.Type == "comm_close" })
	transport.shell <- message(wire.Shell, "z", "shutdown_request", `{}`)
	<-done
}

// hears passes on what the front end sends.
type hears chan CommMessage

func (h hears) Message(_ context.Context, m CommMessage) { h <- m }
func (h hears) Closed(context.Context, CommMessage)      {}

func TestMisusePanics(t *testing.T) {
	transport, evaluator := newFakeTransport(), newFakeEvaluator()
	tests := []struct {
		name string
		do   func()
		want string
	}{
		{"no transport", func() { New(Opts{Evaluator: evaluator}) }, "session: Opts.Transport is nil"},
		{"no evaluator", func() { New(Opts{Transport: transport}) }, "session: Opts.Evaluator is nil"},
		{"run twice", func() {
			s := New(Opts{Transport: transport, Evaluator: evaluator})
			ctx, end := context.WithCancel(t.Context())
			end()
			s.Run(ctx)
			s.Run(ctx)
		}, "session: Run called twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if got := recover(); got != tt.want {
					t.Errorf("panic %v, want %q", got, tt.want)
				}
			}()
			tt.do()
		})
	}
}

// FuzzContent sends arbitrary content as every known request: each gets its
// reply and its idle, and the session goes on.
func FuzzContent(f *testing.F) {
	for _, seed := range []string{
		`{"code":"print x","user_expressions":{"a":"b"},"silent":false}`, `{"code":1}`, `[]`, `null`, `{`, ``,
		`{"comm_id":"1","target_name":"echo","data":{}}`, `{"hist_access_type":"search","pattern":"*a?","n":3,"unique":true}`,
		`{"hist_access_type":"range","session":-1,"start":-9,"stop":-1}`, `{"code":"héllo","cursor_pos":-1,"detail_level":1}`,
	} {
		f.Add(seed)
	}
	types := []string{
		"execute_request", "complete_request", "inspect_request", "is_complete_request", "history_request",
		"comm_info_request", "kernel_info_request", "connect_request", "comm_open", "comm_msg", "comm_close",
		"interrupt_request", "usage_request", "no_such_request",
	}
	f.Fuzz(func(t *testing.T, content string) {
		for _, forever := range []string{"wait", "gate", "stubborn", "late", "ask", "password", `\u`} {
			if strings.Contains(content, forever) {
				return
			}
		}
		transport, evaluator := newFakeTransport(), newFakeEvaluator()
		s := New(Opts{Transport: transport, Evaluator: evaluator, CommTargets: map[string]CommTarget{"echo": {Open: openEcho}}})
		done := make(chan struct{})
		go func() { defer close(done); s.Run(t.Context()) }()
		for _, msgType := range types {
			transport.shell <- message(wire.Shell, msgType, msgType, content)
		}
		for _, msgType := range types {
			await(t, transport, isIdle(msgType))
		}
		transport.shell <- message(wire.Shell, "z", "shutdown_request", content)
		<-done
		replies := 0
		for _, m := range transport.out {
			if m.via == "shell" {
				replies++
			}
		}
		if want := len(types) - 3 + 1; replies != want {
			t.Errorf("%d replies, want %d:\n%s", replies, want, strings.Join(transport.lines(), "\n"))
		}
	})
}
