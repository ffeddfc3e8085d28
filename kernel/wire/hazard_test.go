package wire

// This file holds a test for everything that a hostile, broken or slow peer
// may do to the sockets. Time is a limit here, never an expectation.

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

var transports = []string{"tcp", "ipc"}

// echoShell answers every shell request with its content.
func echoShell(s *Sockets) {
	go func() {
		for m := range s.Shell() {
			s.Reply(m, Out{Type: "echo_reply", Content: m.Content, Buffers: m.Buffers})
		}
	}()
}

// works fails the test unless a new client gets an answer.
func works(t *testing.T, s *Sockets) {
	t.Helper()
	info := s.Info()
	p := dial(t, info, info.ShellPort, 1, "DEALER", "a-fresh-client")
	p.send(request(testKey, "works", "echo_request", `{"n":1}`)...)
	if r := parseReply(t, p.recv()); r.parent["msg_id"] != "works" {
		t.Fatalf("answer to %v", r.parent)
	}
	p.nc.Close()
}

func TestSilentPeersDoNotKeepOthersOut(t *testing.T) {
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			s := listen(t, testInfo(t, transport), Opts{})
			echoShell(s)
			for range 100 {
				dialRaw(t, s.Info(), s.Info().ShellPort)
			}
			works(t, s)
		})
	}
}

func TestSilentPeersAreDisconnectedAfterTheHandshakeTime(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{Handshake: 10 * time.Millisecond})
	info := s.Info()
	silent := dialRaw(t, info, info.ShellPort)
	half := dialRaw(t, info, info.IOPubPort)
	half.write(peerGreeting(1)[:30])
	unready := dialRaw(t, info, info.HBPort)
	unready.write(peerGreeting(1))
	for _, p := range []*peer{silent, half, unready} {
		p.gone()
	}
	if n := s.Stats().BadHandshake; n != 3 {
		t.Errorf("%d bad handshakes counted, want 3", n)
	}
}

func TestConnectionsOverTheLimitAreRefused(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{MaxConns: 3})
	echoShell(s)
	info := s.Info()
	var held []*peer
	for i := range 3 {
		held = append(held, dial(t, info, info.ShellPort, 1, "DEALER", fmt.Sprint(i)))
	}
	dialRaw(t, info, info.ShellPort).gone()
	if n := s.Stats().OverLimit; n != 1 {
		t.Errorf("%d refusals counted, want 1", n)
	}
	dial(t, info, info.ControlPort, 1, "DEALER", "other sockets have room")
	eventually(t, "four are connected", func() bool { return s.Stats().Connections == 4 })
	held[0].nc.Close()
	eventually(t, "a place is free", func() bool { return s.Stats().Connections == 3 })
	works(t, s)
}

// A garbage is what a peer sends instead of a handshake, or after one.
type garbage struct {
	name string
	data []byte
}

func handshakeGarbage() []garbage {
	change := func(at int, value byte) []byte {
		g := peerGreeting(1)
		g[at] = value
		return g
	}
	after := func(frame []byte) []byte { return append(peerGreeting(1), frame...) }
	ready := func(tail string) []byte { return after(peerFrame(4, []byte("\x05READY"+tail))) }
	huge := func(flags byte, n uint64) []byte {
		return after(binary.BigEndian.AppendUint64([]byte{flags}, n))
	}
	plain := peerGreeting(1)
	copy(plain[12:], "PLAIN")
	return []garbage{
		{"http", []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")},
		{"signature", change(9, 0x7e)},
		{"zmtp 2", change(10, 1)},
		{"plain mechanism", plain},
		{"message for READY", after(peerFrame(0, []byte("hello")))},
		{"unnamed command", after(peerFrame(4, []byte{0}))},
		{"empty command", after(peerFrame(4, nil))},
		{"short command name", after(peerFrame(4, []byte("\xffREADY")))},
		{"ERROR", after(peerFrame(4, []byte("\x05ERROR\x02no")))},
		{"unknown flags", after(peerFrame(0x88, []byte("x")))},
		{"command with more", after(peerFrame(5, []byte("\x05READY")))},
		{"no socket type", ready("")},
		{"property without a name", ready("\x00\x00\x00\x00\x00")},
		{"property cut in its name", ready("\x0bSocket")},
		{"property cut in its length", ready("\x0bSocket-Type\x00\x00")},
		{"property of 4 GiB", ready("\x0bSocket-Type\xff\xff\xff\xffDEALER")},
		{"wrong socket type", after(peerReady("Socket-Type", "PUSH"))},
		{"identity too long", after(peerReady("Socket-Type", "DEALER", "Identity", strings.Repeat("i", 256)))},
		{"command of 2^62", huge(6, 1<<62)},
		{"command of 64 GiB", huge(6, 64<<30)},
		{"message of 2^62", huge(2, 1<<62)},
		{"message of 2^63", huge(2, 1<<63)},
		{"message of 2^64-1", huge(2, 1<<64-1)},
	}
}

func TestGarbageInTheHandshakeCostsOnlyItsConnection(t *testing.T) {
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			s := listen(t, testInfo(t, transport), Opts{})
			echoShell(s)
			info := s.Info()
			for i, g := range handshakeGarbage() {
				for _, port := range []int{info.ShellPort, info.ControlPort, info.StdinPort, info.IOPubPort, info.HBPort} {
					p := dialRaw(t, info, port)
					p.nc.Write(g.data) // may fail: the other side hangs up early
					p.gone()
				}
				if n, want := s.Stats().BadHandshake, uint64(5*(i+1)); n != want {
					t.Fatalf("%s: %d bad handshakes counted, want %d", g.name, n, want)
				}
			}
			works(t, s)
		})
	}
}

func TestGarbageInFramesCostsOnlyItsConnection(t *testing.T) {
	huge := func(flags byte, n uint64) []byte {
		return append(binary.BigEndian.AppendUint64([]byte{flags}, n), "the first bytes"...)
	}
	var oversized, unframed []garbage
	for _, n := range []uint64{1<<20 + 1, 64 << 30, 1 << 62, 1 << 63, 1<<64 - 1} {
		oversized = append(oversized,
			garbage{fmt.Sprint("message of ", n), huge(2, n)},
			garbage{fmt.Sprint("second frame of ", n), append(peerFrame(1, []byte("first")), huge(2, n)...)},
			garbage{fmt.Sprint("command of ", n), huge(6, n)})
	}
	oversized = append(oversized, garbage{"endless small frames", bytes.Repeat([]byte{1, 0}, 1<<20/frameCost+1)})
	unframed = append(unframed,
		garbage{"unknown flags", peerFrame(0x10, []byte("x"))},
		garbage{"command with more", peerFrame(5, []byte("\x04PING\x00\x00"))},
		garbage{"unnamed command", peerFrame(4, []byte{0})},
		garbage{"short PING", peerFrame(4, []byte("\x04PING\x00"))},
		garbage{"ERROR", peerFrame(4, []byte("\x05ERROR\x02no"))})
	s := listen(t, testInfo(t, "tcp"), Opts{MaxMessage: 1 << 20})
	echoShell(s)
	info := s.Info()
	send := func(g garbage) {
		for _, to := range []struct {
			port   int
			socket string
		}{{info.ShellPort, "DEALER"}, {info.IOPubPort, "SUB"}, {info.HBPort, "REQ"}} {
			p := dial(t, info, to.port, 1, to.socket, "")
			p.nc.Write(g.data)
			p.gone()
		}
	}
	for i, g := range oversized {
		send(g)
		if n, want := s.Stats().Oversized, uint64(3*(i+1)); n != want {
			t.Fatalf("%s: %d oversized messages counted, want %d", g.name, n, want)
		}
	}
	for i, g := range unframed {
		send(g)
		if n, want := s.Stats().Unframed, uint64(3*(i+1)); n != want {
			t.Fatalf("%s: %d breaches of the protocol counted, want %d", g.name, n, want)
		}
	}
	works(t, s)
}

func TestAnnouncedFramesTakeMemoryOnlyAsTheirBytesArrive(t *testing.T) {
	data := append([]byte{2, 0, 0, 0, 0, 0x40, 0, 0, 0}, make([]byte, 100_000)...) // announces 1 GiB
	allocated := testing.AllocsPerRun(1, func() {
		fr := newTestReader(bytes.NewReader(data), 2<<30)
		if _, _, err := fr.next(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("error %v, want an unexpected end", err)
		}
		if fr.held > 4*100_000 {
			t.Errorf("%d bytes held for 100,000 received", fr.held)
		}
	})
	if allocated > 20 {
		t.Errorf("%.0f allocations", allocated)
	}
}

func TestStrangersShareABudgetThatClientsDoNotNeed(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{MaxMessage: 1 << 20})
	echoShell(s)
	info := s.Info()
	client := dial(t, info, info.ShellPort, 1, "DEALER", "client")
	client.send(request(testKey, "1", "echo_request", "{}")...)
	client.recv()
	// Strangers each begin a message that is allowed and never end it.
	begin := append(binary.BigEndian.AppendUint64([]byte{2}, 900_000), make([]byte, 600_000)...)
	for range 3 {
		dial(t, info, info.ShellPort, 1, "DEALER", "").nc.Write(begin)
	}
	eventually(t, "the budget is used up", func() bool { return s.Stats().Oversized > 0 })
	client.send(request(testKey, "2", "echo_request", "{}", make([]byte, 900_000))...)
	if r := parseReply(t, client.recv()); len(r.buffers) != 1 {
		t.Errorf("%d buffers came back, want 1", len(r.buffers))
	}
	works(t, s)
}

func TestUnusableMessagesAreDroppedAndCounted(t *testing.T) {
	good := request(testKey, "1", "echo_request", "{}")
	sign := func(header, parent, metadata, content string) [][]byte {
		dicts := [][]byte{[]byte(header), []byte(parent), []byte(metadata), []byte(content)}
		return append([][]byte{[]byte("<IDS|MSG>"), peerSign(testKey, dicts...)}, dicts...)
	}
	with := func(at int, b []byte) [][]byte {
		f := slices.Clone(good)
		f[at] = b
		return f
	}
	const header = `{"msg_id":"1","msg_type":"x"}`
	tests := []struct {
		name      string
		frames    [][]byte
		signature bool // counts as a wrong signature
	}{
		{"other key", request("other", "1", "echo_request", "{}"), true},
		{"empty signature", with(1, nil), true},
		{"cut signature", with(1, good[1][:63]), true},
		{"signature in capitals", with(1, bytes.ToUpper(good[1])), true},
		{"changed content", with(5, []byte(`{"code":"evil"}`)), true},
		{"empty message", [][]byte{nil}, false},
		{"no delimiter", good[1:], false},
		{"nothing after the delimiter", good[:1], false},
		{"three dictionaries", good[:5], false},
		{"header no object", sign(`"x"`, "{}", "{}", "{}"), false},
		{"header null", sign("null", "{}", "{}", "{}"), false},
		{"header cut", sign(header[:20], "{}", "{}", "{}"), false},
		{"header with two values", sign(header+header, "{}", "{}", "{}"), false},
		{"header without msg_id", sign(`{"msg_type":"x"}`, "{}", "{}", "{}"), false},
		{"header without msg_type", sign(`{"msg_id":"1"}`, "{}", "{}", "{}"), false},
		{"header with a number", sign(`{"msg_id":1,"msg_type":"x"}`, "{}", "{}", "{}"), false},
		{"header not UTF-8", sign("{\"msg_id\":\"\xff\",\"msg_type\":\"x\"}", "{}", "{}", "{}"), false},
		{"parent a list", sign(header, "[]", "{}", "{}"), false},
		{"metadata cut", sign(header, "{}", "{", "{}"), false},
		{"content empty", sign(header, "{}", "{}", ""), false},
		{"content deep", sign(header, "{}", "{}", strings.Repeat(`{"a":`, 100_000)), false},
	}
	s := listen(t, testInfo(t, "tcp"), Opts{})
	echoShell(s)
	info := s.Info()
	p := dial(t, info, info.ShellPort, 1, "DEALER", "client")
	var signature, malformed uint64
	for _, test := range tests {
		p.send(test.frames...)
		p.send(request(testKey, test.name, "echo_request", "{}")...)
		if r := parseReply(t, p.recv()); r.parent["msg_id"] != test.name {
			t.Fatalf("%s: answered", test.name)
		}
		if test.signature {
			signature++
		} else {
			malformed++
		}
		if st := s.Stats(); st.BadSignature != signature || st.Malformed != malformed {
			t.Fatalf("%s: %d wrong signatures and %d malformed counted, want %d and %d", test.name, st.BadSignature, st.Malformed, signature, malformed)
		}
	}
}

func TestNullStandsForAnEmptyDictionary(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{})
	info := s.Info()
	p := dial(t, info, info.ShellPort, 1, "DEALER", "client")
	dicts := [][]byte{[]byte(`{"msg_id":"1","msg_type":"x","subshell_id":null}`), []byte("null"), []byte("null"), []byte("null")}
	p.send(append([][]byte{[]byte("<IDS|MSG>"), peerSign(testKey, dicts...)}, dicts...)...)
	m := within(t, s.Shell())
	if string(m.Parent)+string(m.Metadata)+string(m.Content) != "{}{}{}" {
		t.Errorf("got %s %s %s", m.Parent, m.Metadata, m.Content)
	}
}

func TestAFaultCostsOnlyItsConnection(t *testing.T) {
	count := &counters{logger: slog.New(slog.DiscardHandler)}
	closing := make(chan struct{})
	e := &endpoint{
		name: "shell", socket: "ROUTER", peers: []string{"DEALER"}, limit: 1 << 20,
		role: faulty{}, opts: Opts{}.withDefaults(), count: count,
		closing: closing, open: map[*conn]bool{},
	}
	info := testInfo(t, "tcp").withDefaults()
	port, err := e.bind(info, 0)
	if err != nil {
		t.Fatal(err)
	}
	e.serve()
	for range 2 {
		p := dial(t, info, port, 1, "DEALER", "")
		p.send([]byte("x"))
		p.gone()
	}
	if n := count.stats().Faults; n != 2 {
		t.Errorf("%d faults counted, want 2", n)
	}
	close(closing)
	e.shut()
	e.work.Wait()
}

func TestAcceptingGoesOnAfterAPassingError(t *testing.T) {
	l := &failingListener{left: 3}
	e := &endpoint{name: "shell", opts: Opts{}.withDefaults(), listener: l}
	e.accept() // returns as soon as the listener is closed
	if l.left != 0 {
		t.Errorf("gave up with %d errors to go", l.left)
	}
}

// A failingListener fails a few times as if descriptors had run out, and is
// closed then.
type failingListener struct {
	net.Listener
	left int
}

func (l *failingListener) Accept() (net.Conn, error) {
	if l.left == 0 {
		return nil, net.ErrClosed
	}
	l.left--
	return nil, syscall.EMFILE
}

// faulty is a role with a mistake in it.
type faulty struct{ echo }

func (faulty) message(*conn, [][]byte) error { panic("a mistake") }

func TestPingIsAnsweredEvenInsideAMessage(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{})
	echoShell(s)
	info := s.Info()
	for _, to := range []struct {
		port   int
		socket string
	}{{info.ShellPort, "DEALER"}, {info.StdinPort, "DEALER"}, {info.IOPubPort, "SUB"}, {info.HBPort, "REQ"}} {
		p := dial(t, info, to.port, 1, to.socket, "")
		p.write(peerFrame(4, []byte("\x04PING\x00\x00context")))
		if flags, body := p.frame(); flags != 4 || string(body) != "\x04PONGcontext" {
			t.Errorf("%s: PING got flags %d, %q", to.socket, flags, body)
		}
	}
	p := dial(t, info, info.ShellPort, 1, "DEALER", "")
	frames := request(testKey, "1", "echo_request", "{}")
	p.write(peerFrame(1, frames[0]))
	p.write(peerFrame(4, []byte("\x04PING\x00\x00"+strings.Repeat("c", 40))))
	if _, body := p.frame(); string(body) != "\x04PONG"+strings.Repeat("c", 16) {
		t.Errorf("PING inside a message got %q", body)
	}
	p.write(peerMessage(frames[1:]...))
	if r := parseReply(t, p.recv()); r.parent["msg_id"] != "1" {
		t.Errorf("answer to %v", r.parent)
	}
}

func TestAPeerWithATimeToLiveIsDisconnectedWhenItFallsSilent(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{})
	info := s.Info()
	p := dial(t, info, info.ShellPort, 1, "DEALER", "")
	p.write(peerFrame(4, []byte("\x04PING\x00\x01")))
	p.gone()
}

func TestAReusedIdentityHandsOverToTheNewConnection(t *testing.T) {
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			s := listen(t, testInfo(t, transport), Opts{})
			info := s.Info()
			old := dial(t, info, info.ShellPort, 1, "DEALER", "client")
			old.send(request(testKey, "1", "slow_request", "{}")...)
			m := within(t, s.Shell())
			young := dial(t, info, info.ShellPort, 1, "DEALER", "client")
			old.gone()
			if err := s.Reply(m, Out{Type: "slow_reply"}); err != nil {
				t.Fatal(err)
			}
			if r := parseReply(t, young.recv()); r.parent["msg_id"] != "1" {
				t.Errorf("answer to %v", r.parent)
			}
			if n := s.Stats().Replaced; n != 1 {
				t.Errorf("%d replaced counted, want 1", n)
			}
		})
	}
}

func TestQueuedRepliesGoWithTheIdentity(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{})
	info := s.Info()
	old := dial(t, info, info.ShellPort, 1, "DEALER", "client")
	old.send(request(testKey, "1", "x", "{}")...)
	m := within(t, s.Shell())
	// The system's buffers take the first ones, the writer is stuck with
	// the next, the last ones are queued.
	const replies = 200
	for i := range replies {
		if err := s.Reply(m, Out{Type: "x_reply", Content: map[string]int{"n": i}, Buffers: [][]byte{make([]byte, 100_000)}}); err != nil {
			t.Fatal(err)
		}
	}
	young := dial(t, info, info.ShellPort, 1, "DEALER", "client")
	next := 0.0
	for next < replies {
		n := parseReply(t, young.recv()).content["n"].(float64)
		if n < next {
			t.Fatalf("got reply %v after %v", n, next-1)
		}
		next = n + 1
	}
}

func TestAPeerThatOnlyLooksIsNoTrouble(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{})
	echoShell(s)
	for range 10 {
		dialRaw(t, s.Info(), s.Info().ShellPort).nc.Close()
	}
	works(t, s)
	s.Close(context.Background())
	if st := s.Stats(); st != (Stats{}) {
		t.Errorf("counted %+v", st)
	}
}

func TestReplyToAClientThatIsGoneIsAnError(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{})
	info := s.Info()
	p := dial(t, info, info.ShellPort, 1, "DEALER", "")
	p.send(request(testKey, "1", "x", "{}")...)
	m := within(t, s.Shell())
	p.nc.Close()
	eventually(t, "the client is gone", func() bool { return s.Stats().Connections == 0 })
	if err := s.Reply(m, Out{Type: "x_reply"}); !errors.Is(err, ErrDisconnected) {
		t.Errorf("error %v, want ErrDisconnected", err)
	}
}

// subscriber connects a SUB peer to everything and takes the welcome.
func subscriber(t *testing.T, s *Sockets) *peer {
	t.Helper()
	info := s.Info()
	p := dial(t, info, info.IOPubPort, 1, "SUB", "")
	p.write(peerFrame(4, []byte("\x09SUBSCRIBE")))
	if r := parseReply(t, p.recv()); r.header.MsgType != "iopub_welcome" {
		t.Fatalf("first message is %s", r.header.MsgType)
	}
	return p
}

// numbered publishes messages with n in the content, size bytes each.
func numbered(t *testing.T, s *Sockets, from, to, size int) {
	t.Helper()
	text := strings.Repeat("x", size)
	for i := from; i < to; i++ {
		if err := s.Publish(nil, Out{Type: "stream", Content: map[string]any{"n": i, "text": text}}); err != nil {
			t.Error(err)
			return
		}
	}
}

// expectNumbered reads what numbered publishes.
func expectNumbered(t *testing.T, p *peer, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if r := parseReply(t, p.recv()); r.content["n"] != float64(i) {
			t.Fatalf("got message %v, want %d", r.content["n"], i)
		}
	}
}

func TestAStalledSubscriberWithinItsBoundLosesNothing(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{Stall: time.Millisecond}) // must not matter
	stalled, reads := subscriber(t, s), subscriber(t, s)
	go numbered(t, s, 0, 200, 100_000) // 20 MB: more than the system's buffers hold
	expectNumbered(t, reads, 0, 200)
	expectNumbered(t, stalled, 0, 200)
	if n := s.Stats().SlowPeers; n != 0 {
		t.Errorf("%d slow peers counted, want none", n)
	}
}

func TestAStalledSubscriberOverItsBoundIsDisconnectedAndOthersLoseNothing(t *testing.T) {
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			s := listen(t, testInfo(t, transport), Opts{QueueBytes: 1 << 20, Stall: time.Second})
			stalled, reads := subscriber(t, s), subscriber(t, s)
			go numbered(t, s, 0, 400, 100_000) // 40 MB: more than bound, growth and the system's buffers
			expectNumbered(t, reads, 0, 400)
			eventually(t, "the stalled one is disconnected", func() bool { return s.Stats().SlowPeers == 1 })
			stalled.gone()
		})
	}
}

func TestASlowSubscriberHoldsPublishingBackAndLosesNothing(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{QueueBytes: 256 << 10, Stall: 2 * time.Second})
	slow, reads := subscriber(t, s), subscriber(t, s)
	go numbered(t, s, 0, 300, 50_000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		expectNumbered(t, reads, 0, 300)
	}()
	for i := range 300 {
		expectNumbered(t, slow, i, i+1)
		if i%5 == 0 {
			time.Sleep(time.Millisecond) // slow, but at it
		}
	}
	<-done
	if n := s.Stats().SlowPeers; n != 0 {
		t.Errorf("%d slow peers counted, want none", n)
	}
}

func TestAClientThatDoesNotReadItsRepliesDoesNotBlockOthers(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{QueueBytes: 64 << 10, Stall: 200 * time.Millisecond})
	go func() {
		for m := range s.Shell() {
			s.Reply(m, Out{Type: "echo_reply", Content: map[string]string{"text": strings.Repeat("x", 100_000)}})
		}
	}()
	info := s.Info()
	greedy := dial(t, info, info.ShellPort, 1, "DEALER", "greedy")
	one := peerMessage(request(testKey, "1", "echo_request", "{}")...)
	go func() {
		for range 1000 {
			if _, err := greedy.nc.Write(one); err != nil {
				return
			}
		}
	}()
	eventually(t, "the client that does not read is disconnected", func() bool { return s.Stats().SlowPeers == 1 })
	works(t, s)
}

func TestCloseDeliversWhatIsQueued(t *testing.T) {
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			for range 12 {
				s := listen(t, testInfo(t, transport), Opts{})
				info := s.Info()
				sub := subscriber(t, s)
				shell := dial(t, info, info.ShellPort, 1, "DEALER", "client")
				shell.send(request(testKey, "1", "shutdown_request", "{}")...)
				m := within(t, s.Shell())
				// Bytes that nobody will read must not cost the answer.
				shell.send(request(testKey, "2", "late_request", "{}")...)
				numbered(t, s, 0, 40, 10_000)
				if err := s.Reply(m, Out{Type: "shutdown_reply"}); err != nil {
					t.Fatal(err)
				}
				closed := make(chan error)
				go func() { closed <- s.Close(context.Background()) }()
				expectNumbered(t, sub, 0, 40)
				if r := parseReply(t, shell.recv()); r.header.MsgType != "shutdown_reply" {
					t.Fatalf("got %s", r.header.MsgType)
				}
				for _, p := range []*peer{sub, shell} {
					p.gone()
					p.nc.Close()
				}
				if err := <-closed; err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestCloseDoesNotWaitForAPeerThatDoesNotRead(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{})
	subscriber(t, s)
	numbered(t, s, 0, 200, 100_000)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Close(ctx); err == nil || !strings.Contains(err.Error(), "1 connection") {
		t.Errorf("error %v, want one that counts the connection", err)
	}
	if err := s.Publish(nil, Out{Type: "late"}); !errors.Is(err, ErrClosed) {
		t.Errorf("publish after close: %v, want ErrClosed", err)
	}
	if _, open := <-s.Shell(); open {
		t.Error("the shell channel is open")
	}
}

func TestCloseFreesASenderThatWaits(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{QueueBytes: 1, Stall: time.Hour})
	subscriber(t, s)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for s.Publish(nil, Out{Type: "stream", Buffers: [][]byte{make([]byte, 8<<20)}}) == nil {
		}
	}()
	eventually(t, "the subscriber is late", func() bool {
		o := s.iopub.end.conns()[0].out
		o.mu.Lock()
		defer o.mu.Unlock()
		return o.changed != nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s.Close(ctx)
	<-done
}

func TestClosingRemovesIPCFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	s := listen(t, ConnectionInfo{Transport: "ipc", IP: "relative", Key: testKey}, Opts{})
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range s.info.ports() {
		_, path := s.info.address(*p.port)
		if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", p.field, fi, err)
		}
	}
	t.Chdir(t.TempDir())
	s.Close(context.Background())
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func fileExists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestAbsurdSubscriptionsCostOnlyTheirConnection(t *testing.T) {
	s := listen(t, testInfo(t, "tcp"), Opts{})
	echoShell(s)
	info := s.Info()
	many := dial(t, info, info.IOPubPort, 1, "SUB", "")
	go func() {
		for i := range maxTopics + 1 {
			if _, err := many.nc.Write(peerFrame(4, fmt.Appendf(nil, "\x09SUBSCRIBE%d", i))); err != nil {
				return
			}
		}
	}()
	many.gone()
	long := dial(t, info, info.IOPubPort, 1, "SUB", "")
	for _, topic := range []string{"a", "b"} {
		long.nc.Write(peerFrame(4, []byte("\x09SUBSCRIBE"+strings.Repeat(topic, 40_000))))
	}
	long.gone()
	// What a subscriber says beside subscriptions is ignored.
	p := dial(t, info, info.IOPubPort, 0, "SUB", "")
	p.send([]byte("hello"))
	p.send([]byte("hello"), []byte("world"))
	p.send(nil)
	p.send([]byte("\x00never subscribed"))
	p.send([]byte("\x01"))
	if r := parseReply(t, p.recv()); r.header.MsgType != "iopub_welcome" {
		t.Errorf("got %s", r.header.MsgType)
	}
	works(t, s)
}
