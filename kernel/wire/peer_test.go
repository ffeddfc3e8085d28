package wire

// This file is what the tests talk to the sockets with: a raw ZMTP peer that
// shares nothing with the package but the specification, and a Jupyter client
// made of such peers.

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testKey = "a-test-key"

// patience ends a test that would hang; no test waits for it to pass.
const patience = 60 * time.Second

// testInfo is a connection on tcp or ipc with free ports.
func testInfo(t testing.TB, transport string) ConnectionInfo {
	info := ConnectionInfo{Transport: transport, Key: testKey}
	if transport == "ipc" {
		info.IP = filepath.Join(t.TempDir(), "k")
	}
	return info
}

// listen opens sockets and closes them, without loss, when the test ends.
func listen(t testing.TB, info ConnectionInfo, opts Opts) *Sockets {
	t.Helper()
	s, err := Listen(info, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background()) })
	return s
}

// A peer is a raw connection to one socket.
type peer struct {
	t  testing.TB
	nc net.Conn
	r  *bufio.Reader
}

// dialRaw connects and says nothing.
func dialRaw(t testing.TB, info ConnectionInfo, port int) *peer {
	t.Helper()
	network, address := info.address(port)
	nc, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(patience))
	return &peer{t, nc, bufio.NewReader(nc)}
}

// dial connects and shakes hands as a peer of ZMTP 3.minor.
func dial(t testing.TB, info ConnectionInfo, port int, minor byte, socket, identity string) *peer {
	t.Helper()
	p := dialRaw(t, info, port)
	p.write(peerGreeting(minor))
	p.write(peerReady("Socket-Type", socket, "Identity", identity))
	p.read(64)
	if flags, body := p.frame(); flags != 4 || string(body[:6]) != "\x05READY" {
		t.Fatalf("handshake got flags %d, body %q", flags, body)
	}
	return p
}

func peerGreeting(minor byte) []byte {
	g := make([]byte, 64)
	g[0], g[9], g[10], g[11] = 0xff, 0x7f, 3, minor
	copy(g[12:], "NULL")
	return g
}

// peerReady makes a READY command's frame.
func peerReady(pairs ...string) []byte {
	body := []byte("\x05READY")
	for i := 0; i < len(pairs); i += 2 {
		body = append(body, byte(len(pairs[i])))
		body = append(body, pairs[i]...)
		body = binary.BigEndian.AppendUint32(body, uint32(len(pairs[i+1])))
		body = append(body, pairs[i+1]...)
	}
	return peerFrame(4, body)
}

func peerFrame(flags byte, body []byte) []byte {
	if len(body) < 256 {
		return append([]byte{flags, byte(len(body))}, body...)
	}
	b := binary.BigEndian.AppendUint64([]byte{flags | 2}, uint64(len(body)))
	return append(b, body...)
}

func (p *peer) write(b []byte) {
	p.t.Helper()
	if _, err := p.nc.Write(b); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) read(n int) []byte {
	p.t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(p.r, b); err != nil {
		p.t.Fatalf("read %d bytes: %v", n, err)
	}
	return b
}

func (p *peer) frame() (flags byte, body []byte) {
	p.t.Helper()
	flags, body, err := p.tryFrame()
	if err != nil {
		p.t.Fatalf("read a frame: %v", err)
	}
	return flags, body
}

func (p *peer) tryFrame() (flags byte, body []byte, err error) {
	var h [9]byte
	if _, err := io.ReadFull(p.r, h[:2]); err != nil {
		return 0, nil, err
	}
	n := uint64(h[1])
	if h[0]&2 != 0 {
		if _, err := io.ReadFull(p.r, h[2:]); err != nil {
			return 0, nil, err
		}
		n = binary.BigEndian.Uint64(h[1:])
	}
	body = make([]byte, n)
	_, err = io.ReadFull(p.r, body)
	return h[0], body, err
}

// send writes a multipart message in one write.
func (p *peer) send(frames ...[]byte) {
	p.t.Helper()
	p.write(peerMessage(frames...))
}

func peerMessage(frames ...[]byte) []byte {
	var b []byte
	for i, f := range frames {
		var flags byte
		if i < len(frames)-1 {
			flags = 1
		}
		b = append(b, peerFrame(flags, f)...)
	}
	return b
}

// recv reads a multipart message.
func (p *peer) recv() [][]byte {
	p.t.Helper()
	frames, err := p.tryRecv()
	if err != nil {
		p.t.Fatalf("read a message: %v", err)
	}
	return frames
}

func (p *peer) tryRecv() (frames [][]byte, err error) {
	for {
		flags, body, err := p.tryFrame()
		if err != nil {
			return nil, err
		}
		if flags&4 != 0 {
			return nil, fmt.Errorf("command %q where a message belongs", body)
		}
		frames = append(frames, body)
		if flags&1 == 0 {
			return frames, nil
		}
	}
}

// gone waits until the other side has hung up.
func (p *peer) gone() {
	p.t.Helper()
	if _, err := io.Copy(io.Discard, p.r); err != nil {
		if ne, ok := err.(net.Error); ok && ne.Timeout() {
			p.t.Fatal("the connection is still open")
		}
	}
}

// peerSign is the signature of the four dictionaries.
func peerSign(key string, dicts ...[]byte) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	for _, d := range dicts {
		mac.Write(d)
	}
	return []byte(hex.EncodeToString(mac.Sum(nil)))
}

// request makes the frames of a signed request.
func request(key, id, msgType, content string, buffers ...[]byte) [][]byte {
	header := fmt.Appendf(nil, `{"msg_id": %q, "session": "client", "username": "test", "date": "2026-01-02T03:04:05Z", "msg_type": %q, "version": "5.5"}`, id, msgType)
	dicts := [][]byte{header, []byte("{}"), []byte("{}"), []byte(content)}
	frames := append([][]byte{[]byte("<IDS|MSG>"), peerSign(key, dicts...)}, dicts...)
	return append(frames, buffers...)
}

// A reply is a decoded message of the kernel's.
type reply struct {
	route   [][]byte
	header  Header
	parent  map[string]any
	content map[string]any
	raw     [][]byte // the four dictionaries
	buffers [][]byte
}

// parseReply checks the signature and decodes.
func parseReply(t testing.TB, frames [][]byte) reply {
	t.Helper()
	i := 0
	for i < len(frames) && string(frames[i]) != "<IDS|MSG>" {
		i++
	}
	if len(frames)-i < 6 {
		t.Fatalf("not a Jupyter message: %q", frames)
	}
	r := reply{route: frames[:i], raw: frames[i+2 : i+6], buffers: frames[i+6:]}
	if got, want := string(frames[i+1]), string(peerSign(testKey, r.raw...)); got != want {
		t.Fatalf("signature %s, want %s", got, want)
	}
	for j, v := range []any{&r.header, &r.parent, &map[string]any{}, &r.content} {
		if err := json.Unmarshal(r.raw[j], v); err != nil {
			t.Fatalf("dictionary %d: %v", j, err)
		}
	}
	return r
}

// within receives from a channel or fails.
func within[T any](t testing.TB, c <-chan T) T {
	t.Helper()
	select {
	case v, ok := <-c:
		if !ok {
			t.Fatal("the channel is closed")
		}
		return v
	case <-time.After(patience):
		t.Fatal("nothing arrived")
	}
	panic("unreachable")
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never happened: %s", what)
		}
	}
}
