package wire

// This file tests what well-behaved clients see.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestMessagesArriveOnTheChannelTheyWereSentOnAsTheyWereSent(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{})
	info := s.Info()
	for _, c := range []struct {
		channel Channel
		port    int
		in      <-chan *Message
	}{{Shell, info.ShellPort, s.Shell()}, {Control, info.ControlPort, s.Control()}, {Stdin, info.StdinPort, s.Stdin()}} {
		p := dial(t, info, c.port, 1, "DEALER", "client")
		header := `{ "msg_type":"x" , "msg_id":"ä\u00e4", "session":"s", "username":"u", "date":"d", "version":"5.0", "subshell_id":"sub", "more":[1] }`
		dicts := [][]byte{[]byte(header), []byte(`{"p":1}`), []byte(`{"m":1}`), []byte(` {"c":1} `)}
		frames := append([][]byte{[]byte("<IDS|MSG>"), peerSign(testKey, dicts...)}, dicts...)
		p.send(append(frames, []byte("one"), nil)...)
		m := within(t, c.in)
		if want := (Header{"ää", "s", "u", "d", "x", "5.0", "sub"}); m.Header != want {
			t.Errorf("header %+v, want %+v", m.Header, want)
		}
		for i, got := range []json.RawMessage{m.RawHeader, m.Parent, m.Metadata, m.Content} {
			if !bytes.Equal(got, dicts[i]) {
				t.Errorf("dictionary %d is %s, want %s", i, got, dicts[i])
			}
		}
		if m.Channel != c.channel || len(m.Buffers) != 2 || string(m.Buffers[0]) != "one" {
			t.Errorf("channel %v, buffers %q", m.Channel, m.Buffers)
		}
		if err := s.Reply(m, Out{Type: "x_reply"}); err != nil {
			t.Fatal(err)
		}
		if r := parseReply(t, p.recv()); string(r.raw[1]) != header {
			t.Errorf("parent_header %s, want the header as sent", r.raw[1])
		}
	}
}

func TestRepliesCarryHeaderContentMetadataAndBuffers(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{Session: `a "session"`})
	info := s.Info()
	p := dial(t, info, info.ShellPort, 1, "DEALER", "client")
	ids := map[string]bool{}
	large := bytes.Repeat([]byte("l"), 3*sharedSize)
	for _, buffers := range [][][]byte{nil, {nil}, {[]byte("a")}, {large}, {[]byte("a"), large, []byte("b"), large, large}, {large, nil}} {
		p.send(append([][]byte{[]byte("route"), nil}, request(testKey, "1", "x", "{}")...)...)
		m := within(t, s.Shell())
		if err := s.Reply(m, Out{Type: "x_reply", Content: map[string]string{"html": "<a & b>"}, Metadata: map[string]int{"n": 1}, Buffers: buffers}); err != nil {
			t.Fatal(err)
		}
		r := parseReply(t, p.recv())
		if len(r.route) != 2 || string(r.route[0]) != "route" || len(r.route[1]) != 0 {
			t.Errorf("route %q", r.route)
		}
		if got := string(r.raw[3]); got != `{"html":"<a & b>"}` {
			t.Errorf("content %s", got)
		}
		if got := string(r.raw[2]); got != `{"n":1}` {
			t.Errorf("metadata %s", got)
		}
		h := r.header
		if h.Session != `a "session"` || h.Username != "kernel" || h.MsgType != "x_reply" || h.Version != "5.5" || ids[h.MsgID] {
			t.Errorf("header %+v", h)
		}
		ids[h.MsgID] = true
		if _, err := time.Parse(headerDate, h.Date); err != nil || !strings.HasSuffix(h.Date, "Z") || len(h.Date) != len("2026-01-02T03:04:05.000006Z") {
			t.Errorf("date %s: %v", h.Date, err)
		}
		if len(r.buffers) != len(buffers) {
			t.Fatalf("%d buffers, want %d", len(r.buffers), len(buffers))
		}
		for i := range buffers {
			if !bytes.Equal(r.buffers[i], buffers[i]) {
				t.Errorf("buffer %d has %d bytes, want %d", i, len(r.buffers[i]), len(buffers[i]))
			}
		}
	}
}

func TestSubscribersSeeWhatTheyAskedForAfterAWelcome(t *testing.T) {
	for _, minor := range []byte{0, 1} {
		t.Run(fmt.Sprint("ZMTP 3.", minor), func(t *testing.T) {
			s := listen(t, testInfo(t, "tcp"), Opts{Session: "me"})
			info := s.Info()
			p := dial(t, info, info.IOPubPort, minor, "SUB", "")
			subscribe := func(on bool, topic string) {
				switch {
				case minor == 0 && on:
					p.send([]byte("\x01" + topic))
				case minor == 0:
					p.send([]byte("\x00" + topic))
				case on:
					p.write(peerFrame(4, []byte("\x09SUBSCRIBE"+topic)))
				default:
					p.write(peerFrame(4, []byte("\x06CANCEL"+topic)))
				}
			}
			expect := func(topic, msgType string) {
				t.Helper()
				r := parseReply(t, p.recv())
				if len(r.route) != 1 || string(r.route[0]) != topic || r.header.MsgType != msgType {
					t.Fatalf("got %q %s, want %q %s", r.route, r.header.MsgType, topic, msgType)
				}
				if msgType == "iopub_welcome" && (len(r.content) != 1 || r.content["subscription"] != topic || len(r.parent) != 0) {
					t.Errorf("welcome with content %v, parent %v", r.content, r.parent)
				}
			}
			publish := func(msgType string) {
				t.Helper()
				if err := s.Publish(nil, Out{Type: msgType}); err != nil {
					t.Fatal(err)
				}
			}
			publish("unseen")
			subscribe(true, "kernel.me.st")
			expect("kernel.me.st", "iopub_welcome")
			publish("error")
			publish("status")
			expect("kernel.me.status", "status")
			subscribe(true, "kernel.me.st") // a second time: no second welcome
			subscribe(true, "")
			expect("", "iopub_welcome")
			publish("error")
			expect("kernel.me.error", "error")
			subscribe(false, "")
			subscribe(false, "kernel.me.st") // one is left
			subscribe(false, "never")
			subscribe(true, "other")
			expect("other", "iopub_welcome")
			publish("error")
			publish("stream")
			expect("kernel.me.stream", "stream")
			subscribe(false, "kernel.me.st")
			subscribe(true, "kernel.me.e")
			expect("kernel.me.e", "iopub_welcome")
			publish("stream")
			publish("error")
			expect("kernel.me.error", "error")
		})
	}
}

func TestWelcomeComesBeforeAnythingElseWhileMessagesAreFlowing(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{})
	stop := make(chan struct{})
	var publishing sync.WaitGroup
	publishing.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				numbered(t, s, 0, 10, 10)
			}
		}
	})
	for range 50 {
		p := subscriber(t, s) // fails if the first message is no welcome
		p.recv()
		p.nc.Close()
	}
	close(stop)
	publishing.Wait()
}

func TestPublishedMessagesNameTheirParent(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{})
	info := s.Info()
	sub := subscriber(t, s)
	shell := dial(t, info, info.ShellPort, 1, "DEALER", "")
	shell.send(request(testKey, "the parent", "x", "{}")...)
	m := within(t, s.Shell())
	var none map[string]any
	if err := s.Publish(m, Out{Type: "status", Content: none, Metadata: none}); err != nil {
		t.Fatal(err)
	}
	if r := parseReply(t, sub.recv()); r.parent["msg_id"] != "the parent" || string(r.raw[2])+string(r.raw[3]) != "{}{}" {
		t.Errorf("got %s", r.raw)
	}
}

func TestConcurrentSendersKeepTheirOwnOrder(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{})
	subs := []*peer{subscriber(t, s), subscriber(t, s)}
	const senders, each = 4, 500
	for i := range senders {
		go func() {
			for n := range each {
				s.Publish(nil, Out{Type: "stream", Content: map[string]int{"sender": i, "n": n}})
			}
		}()
	}
	var first []string
	for i, sub := range subs {
		var next [senders]float64
		for j := range senders * each {
			r := parseReply(t, sub.recv())
			sender := int(r.content["sender"].(float64))
			if r.content["n"] != next[sender] {
				t.Fatalf("got %v of sender %d, want %v", r.content["n"], sender, next[sender])
			}
			next[sender]++
			if i == 0 {
				first = append(first, r.header.MsgID)
			} else if first[j] != r.header.MsgID {
				t.Fatalf("subscribers see different orders at message %d", j)
			}
		}
	}
}

func TestAskGoesToTheAskersStdinSocket(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{AskWait: patience})
	info := s.Info()
	shell := dial(t, info, info.ShellPort, 1, "DEALER", "asker")
	shell.send(request(testKey, "1", "execute_request", "{}")...)
	m := within(t, s.Shell())
	asked := make(chan error)
	go func() { asked <- s.Ask(m, Out{Type: "input_request"}) }()
	// Neither of these connections is the one that Ask waits for.
	dial(t, info, info.StdinPort, 1, "DEALER", "other")
	dial(t, info, info.StdinPort, 1, "DEALER", "")
	stdin := dial(t, info, info.StdinPort, 1, "DEALER", "asker")
	if err := <-asked; err != nil {
		t.Fatal(err)
	}
	if r := parseReply(t, stdin.recv()); r.header.MsgType != "input_request" || r.parent["msg_id"] != "1" {
		t.Errorf("got %+v", r)
	}
}

func TestAskFailsIfNobodyCanBeAsked(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{AskWait: time.Millisecond})
	info := s.Info()
	for identity, want := range map[string]string{"asker": "has to connect", "": "no routing identity"} {
		shell := dial(t, info, info.ShellPort, 1, "DEALER", identity)
		shell.send(request(testKey, "1", "execute_request", "{}")...)
		err := s.Ask(within(t, s.Shell()), Out{Type: "input_request"})
		if !errors.Is(err, ErrDisconnected) || !strings.Contains(err.Error(), want) {
			t.Errorf("identity %q: error %v, want ErrDisconnected with %q", identity, err, want)
		}
	}
}

func TestCloseEndsAsk(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{AskWait: time.Hour})
	info := s.Info()
	shell := dial(t, info, info.ShellPort, 1, "DEALER", "asker")
	shell.send(request(testKey, "1", "execute_request", "{}")...)
	m := within(t, s.Shell())
	asked := make(chan error)
	go func() { asked <- s.Ask(m, Out{Type: "input_request"}) }()
	eventually(t, "Ask waits", func() bool {
		s.stdin.mu.Lock()
		defer s.stdin.mu.Unlock()
		return s.stdin.arrival != nil
	})
	go s.Close(context.Background())
	if err := <-asked; !errors.Is(err, ErrClosed) {
		t.Errorf("error %v, want ErrClosed", err)
	}
}

func TestWhatIsNoJSONObjectIsNotSent(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{})
	sub := subscriber(t, s)
	for _, bad := range []any{1, "text", []int{1}, math.NaN(), map[string]any{"x": math.Inf(1)}, make(chan int), json.RawMessage("{"), json.RawMessage("[]")} {
		if err := s.Publish(nil, Out{Type: "bad", Content: bad}); err == nil || !strings.Contains(err.Error(), "content of bad") {
			t.Errorf("content %v: error %v", bad, err)
		}
		if err := s.Publish(nil, Out{Type: "bad", Metadata: bad}); err == nil || !strings.Contains(err.Error(), "metadata of bad") {
			t.Errorf("metadata %v: error %v", bad, err)
		}
	}
	numbered(t, s, 0, 1, 1)
	expectNumbered(t, sub, 0, 1)
}

func TestWithoutAKeyNothingIsSigned(t *testing.T) {
	s := listen(t, ConnectionInfo{}, Opts{})
	echoShell(s)
	info := s.Info()
	p := dial(t, info, info.ShellPort, 1, "DEALER", "")
	frames := request("", "1", "x", "{}")
	for _, signature := range [][]byte{nil, []byte("whatever")} {
		frames[1] = signature
		p.send(frames...)
		if got := p.recv(); len(got) != 6 || len(got[1]) != 0 {
			t.Errorf("got %q", got)
		}
	}
}

func TestMisuseIsAPanicThatNamesThePackage(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{})
	for name, misuse := range map[string]func(){
		"reply to nil":      func() { s.Reply(nil, Out{Type: "x"}) },
		"reply to no peer":  func() { s.Reply(&Message{}, Out{Type: "x"}) },
		"ask nobody":        func() { s.Ask(&Message{}, Out{Type: "x"}) },
		"no type":           func() { s.Publish(nil, Out{}) },
		"negative duration": func() { Listen(ConnectionInfo{}, Opts{Stall: -1}) },
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.HasPrefix(text, "wire: ") {
					t.Errorf("%s: panic %q", name, text)
				}
			}()
			misuse()
		}()
	}
}

func TestChannelsHaveJupytersNames(t *testing.T) {
	for c, want := range map[Channel]string{Shell: "shell", Control: "control", Stdin: "stdin", IOPub: "iopub", 9: "Channel(9)"} {
		if c.String() != want {
			t.Errorf("got %s, want %s", c, want)
		}
	}
}
