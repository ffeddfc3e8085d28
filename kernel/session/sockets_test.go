package session

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/netherfield/netherfield/kernel/wire"
)

// A client talks to a kernel over real sockets of an independent
// implementation.
type client struct {
	t                            *testing.T
	key                          []byte
	shell, control, stdin, iopub zmq4.Socket
}

func dial(t *testing.T, ctx context.Context, info wire.ConnectionInfo) *client {
	id := zmq4.WithID(zmq4.SocketIdentity("client"))
	c := &client{
		t:       t,
		key:     []byte(info.Key),
		shell:   zmq4.NewDealer(ctx, id),
		control: zmq4.NewDealer(ctx, id),
		stdin:   zmq4.NewDealer(ctx, id),
		iopub:   zmq4.NewSub(ctx),
	}
	for socket, port := range map[zmq4.Socket]int{c.shell: info.ShellPort, c.control: info.ControlPort, c.stdin: info.StdinPort, c.iopub: info.IOPubPort} {
		if err := socket.Dial(fmt.Sprintf("tcp://127.0.0.1:%d", port)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { socket.Close() })
	}
	if err := c.iopub.SetOption(zmq4.OptionSubscribe, ""); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *client) send(s zmq4.Socket, id, msgType, content string) {
	c.t.Helper()
	header := fmt.Sprintf(`{"msg_id":%q,"session":"cs","username":"u","date":"2024-01-01T00:00:00Z","msg_type":%q,"version":"5.5"}`, id, msgType)
	parts := [][]byte{[]byte(header), []byte("{}"), []byte("{}"), []byte(content)}
	mac := hmac.New(sha256.New, c.key)
	for _, p := range parts {
		mac.Write(p)
	}
	frames := append([][]byte{[]byte("<IDS|MSG>"), []byte(hex.EncodeToString(mac.Sum(nil)))}, parts...)
	if err := s.Send(zmq4.NewMsgFrom(frames...)); err != nil {
		c.t.Fatal(err)
	}
}

// receive returns the next message as its type, what it answers and content.
func (c *client) receive(s zmq4.Socket) (msgType, parent string, content map[string]any) {
	c.t.Helper()
	m, err := s.Recv()
	if err != nil {
		c.t.Fatal(err)
	}
	frames := m.Frames
	for len(frames) > 0 && string(frames[0]) != "<IDS|MSG>" {
		frames = frames[1:]
	}
	if len(frames) < 6 {
		c.t.Fatalf("a message of %d frames", len(m.Frames))
	}
	var header, parentHeader wire.Header
	for i, v := range []any{&header, &parentHeader, &map[string]any{}, &content} {
		if err := json.Unmarshal(frames[2+i], v); err != nil {
			c.t.Fatal(err)
		}
	}
	return header.MsgType, parentHeader.MsgID, content
}

// until reads iopub up to the idle of a request and returns what belongs to
// the request.
func (c *client) until(id string) (seen []string) {
	c.t.Helper()
	for {
		msgType, parent, content := c.receive(c.iopub)
		if parent != id {
			continue
		}
		switch msgType {
		case "status":
			seen = append(seen, fmt.Sprint(content["execution_state"]))
			if content["execution_state"] == "idle" {
				return seen
			}
		case "stream":
			seen = append(seen, fmt.Sprint(content["text"]))
		default:
			seen = append(seen, msgType)
		}
	}
}

// A whole conversation over tcp: start, a cell that asks, an interrupt while
// one loops, shutdown.
func TestConversationOverSockets(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	sockets, err := wire.Listen(wire.ConnectionInfo{Key: "secret"}, wire.Opts{})
	if err != nil {
		t.Fatal(err)
	}
	evaluator := newFakeEvaluator()
	s := New(Opts{Transport: sockets, Evaluator: evaluator, LanguageVersion: "1.26"})
	restarted := make(chan bool, 1)
	go func() {
		restart, err := s.Run(ctx)
		if err != nil {
			t.Error(err)
		}
		if err := sockets.Close(ctx); err != nil {
			t.Error(err)
		}
		restarted <- restart
	}()

	c := dial(t, ctx, sockets.Info())
	if msgType, _, _ := c.receive(c.iopub); msgType != "iopub_welcome" {
		t.Errorf("the first message is %s", msgType)
	}
	c.send(c.shell, "info", "kernel_info_request", `{}`)
	if msgType, parent, content := c.receive(c.shell); msgType != "kernel_info_reply" || parent != "info" || content["protocol_version"] != "5.5" {
		t.Errorf("got %s to %s: %v", msgType, parent, content)
	}
	if got := fmt.Sprint(c.until("info")); got != "[busy idle]" {
		t.Errorf("kernel_info: %s", got)
	}

	c.send(c.shell, "cell", "execute_request", `{"code":"print hi \nask who?\nvalue 1","allow_stdin":true}`)
	if msgType, parent, content := c.receive(c.stdin); msgType != "input_request" || parent != "cell" || content["prompt"] != "who?" {
		t.Errorf("got %s to %s: %v", msgType, parent, content)
	}
	c.send(c.stdin, "answer", "input_reply", `{"value":"Ada"}`)
	if got := fmt.Sprint(c.until("cell")); got != "[busy execute_input hi  [Ada] execute_result idle]" {
		t.Errorf("cell: %s", got)
	}
	if msgType, parent, content := c.receive(c.shell); msgType != "execute_reply" || parent != "cell" || content["status"] != "ok" {
		t.Errorf("got %s to %s: %v", msgType, parent, content)
	}

	c.send(c.shell, "loop", "execute_request", `{"code":"print on\nwait"}`)
	for msgType := ""; msgType != "stream"; {
		msgType, _, _ = c.receive(c.iopub)
	}
	c.send(c.control, "stop", "interrupt_request", `{}`)
	if got := c.until("loop"); got[len(got)-2] != "error" {
		t.Errorf("loop: %s", got)
	}
	if msgType, _, _ := c.receive(c.control); msgType != "interrupt_reply" {
		t.Errorf("got %s", msgType)
	}

	c.send(c.control, "bye", "shutdown_request", `{"restart":true}`)
	if got := fmt.Sprint(c.until("bye")); got != "[busy shutdown_reply idle]" {
		t.Errorf("shutdown: %s", got)
	}
	if msgType, _, content := c.receive(c.control); msgType != "shutdown_reply" || content["restart"] != true {
		t.Errorf("got %s: %v", msgType, content)
	}
	if !<-restarted {
		t.Error("no restart")
	}
}
