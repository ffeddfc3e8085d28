package wire

// This file tests and fuzzes the decoders of outside bytes.

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"
)

func newTestReader(r io.Reader, limit int64) *frameReader {
	return &frameReader{r: bufio.NewReaderSize(r, 16<<10), limit: limit, budget: &budget{limit: limit}}
}

func TestFramesSurviveTheRoundTrip(t *testing.T) {
	for _, sizes := range [][]int{{0}, {1}, {255}, {256}, {0, 0, 0}, {firstChunk - 1, firstChunk, firstChunk + 1}, {3*firstChunk + 7, 1, 1 << 20}} {
		var frames [][]byte
		for i, n := range sizes {
			frames = append(frames, bytes.Repeat([]byte{byte('a' + i)}, n))
		}
		var b []byte
		for i, f := range frames {
			b = appendFrame(b, more(i < len(frames)-1), f)
		}
		if !bytes.Equal(b, peerMessage(frames...)) {
			t.Errorf("%v: the bytes differ from the specification's", sizes)
		}
		fr := newTestReader(bytes.NewReader(b), 4<<20)
		got, command, err := fr.next()
		if err != nil || command != nil || !slices.EqualFunc(got, frames, bytes.Equal) {
			t.Errorf("%v: got %d frames, command %q, error %v", sizes, len(got), command, err)
		}
		if held := fr.budget.held.Load(); held != 0 {
			t.Errorf("%v: %d bytes still charged", sizes, held)
		}
	}
}

// FuzzFrames reads arbitrary bytes as frames: no panic, no more memory than
// bytes warrant, and what was read writes to the same frames again.
func FuzzFrames(f *testing.F) {
	f.Add(peerMessage(request(testKey, "1", "x", "{}")...))
	f.Add(peerMessage([]byte("a"), bytes.Repeat([]byte("b"), 300), nil))
	f.Add(peerFrame(4, []byte("\x04PING\x00\x0actx")))
	f.Add(append(peerFrame(1, []byte("a")), append(peerFrame(4, []byte("\x04PING\x00\x00")), peerFrame(0, []byte("b"))...)...))
	for _, g := range handshakeGarbage() {
		f.Add(g.data[min(len(g.data), 64):])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 1 << 16
		fr := newTestReader(bytes.NewReader(data), limit)
		for {
			frames, command, err := fr.next()
			if fr.held > int64(2*len(data)+firstChunk+frameCost*(len(data)+1)) {
				t.Fatalf("%d bytes held after at most %d received", fr.held, len(data))
			}
			if err != nil {
				break
			}
			if command != nil {
				splitCommand(command)
				continue
			}
			again, _, err := newTestReader(bytes.NewReader(peerMessage(frames...)), limit).next()
			if err != nil || !slices.EqualFunc(frames, again, bytes.Equal) {
				t.Fatalf("frames %q came back as %q, error %v", frames, again, err)
			}
		}
		fr.release()
		if held := fr.budget.held.Load(); held != 0 {
			t.Fatalf("%d bytes still charged", held)
		}
	})
}

// FuzzHandshake shakes hands with arbitrary bytes: no panic, and a peer that
// is let in fits.
func FuzzHandshake(f *testing.F) {
	f.Add(append(peerGreeting(1), peerReady("Socket-Type", "DEALER", "Identity", "me")...))
	f.Add(append(peerGreeting(0), peerReady("socket-type", "REQ")...))
	for _, g := range handshakeGarbage() {
		f.Add(g.data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		allowed := []string{"DEALER", "REQ"}
		hs, err := shake(bufio.NewReader(bytes.NewReader(data)), io.Discard, "ROUTER", allowed)
		if err != nil {
			return
		}
		if !slices.Contains(allowed, hs.socket) || len(hs.identity) > maxIdentity {
			t.Errorf("let in %q with an identity of %d bytes", hs.socket, len(hs.identity))
		}
	})
}

// FuzzMessage parses arbitrary frames as a message, with and without a key: no
// panic, and a message that is accepted has what Message promises.
func FuzzMessage(f *testing.F) {
	join := func(frames [][]byte) []byte {
		var b []byte
		for _, frame := range frames {
			b = append(binary.BigEndian.AppendUint32(b, uint32(len(frame))), frame...)
		}
		return b
	}
	f.Add(join(request(testKey, "1", "x", `{"code":"1"}`, []byte("buffer"))))
	f.Add(join(append([][]byte{[]byte("route"), nil}, request("", "1", "x", "null")...)))
	f.Add(join(request(testKey, "1", "x", strings.Repeat("[", 100))))
	f.Add(join([][]byte{delimiter, nil, []byte(`{"msg_id":"1","msg_type":"x","date":null}`), []byte("{}"), []byte(" {}"), []byte("{}\n")}))
	signed, unsigned := newSigner(testKey), newSigner("")
	f.Fuzz(func(t *testing.T, data []byte) {
		var frames [][]byte
		for len(data) >= 4 {
			n := min(int(binary.BigEndian.Uint32(data)), len(data)-4)
			frames = append(frames, data[4:4+n])
			data = data[4+n:]
		}
		for _, sign := range []*signer{signed, unsigned} {
			m, err := parseMessage(frames, sign)
			if err != nil {
				continue
			}
			if m.Header.MsgID == "" || m.Header.MsgType == "" {
				t.Error("accepted a header without msg_id or msg_type")
			}
			// An answer must be readable: the header is repeated in it.
			p, err := newEncoder(unsigned, "s").encode(m.route, "", m.RawHeader, Out{Type: "x", Content: m.Content, Metadata: m.Metadata, Buffers: m.Buffers})
			if err != nil {
				t.Fatalf("cannot answer: %v", err)
			}
			b := append(slices.Clone(p.head), bytes.Join(p.rest, nil)...)
			if len(b) != p.size {
				t.Errorf("size %d, want %d", p.size, len(b))
			}
			answer, _, err := newTestReader(bytes.NewReader(b), 1<<30).next()
			if err != nil {
				t.Fatalf("answer: %v", err)
			}
			if _, err := parseMessage(answer, unsigned); err != nil {
				t.Fatalf("answer %q: %v", answer, err)
			}
		}
	})
}
