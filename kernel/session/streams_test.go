package session

import (
	"bytes"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/netherfield/netherfield/kernel/wire"
)

// FuzzStreamsKeepText writes the parts of a text to the two streams, flushing
// where the plan says so, and compares what comes out with what went in.
func FuzzStreamsKeepText(f *testing.F) {
	f.Add([]byte("héllo wörld"), []byte{1, 2, 3})
	f.Add([]byte("€€€\xe2\x82"), []byte{0x81, 0x02, 0x41})
	f.Add([]byte("\xff\xfe\xe2\xe2\x82\xf0\x9f\x98"), []byte{1, 0x41, 0x81, 1})
	f.Add([]byte(strings.Repeat("世界", streamLimit/3)), []byte{0x3f, 0x3f, 0xbf})
	f.Fuzz(func(t *testing.T, text, plan []byte) {
		var c coalescer
		in := map[string][]byte{}
		out := map[string]string{}
		last := ""
		emit := func(name, text string) {
			if text == "" || len(text) > 3*streamLimit || !utf8.ValidString(text) {
				t.Errorf("emitted %d bytes, valid %v", len(text), utf8.ValidString(text))
			}
			out[name] += text
			last = name
		}
		for _, step := range plan {
			// The low bits are a length, the next bit picks the stream,
			// the top bit flushes.
			n := int(step & 0x3f)
			if n == 0x3f {
				n = streamLimit // and thereby reach the limit
			}
			n = min(n, len(text))
			name := "stdout"
			if step&0x40 != 0 {
				name = "stderr"
			}
			c.add(name, text[:n], emit)
			in[name] = append(in[name], text[:n]...)
			text = text[n:]
			if len(c.buf) >= streamLimit {
				t.Error("more is pending than the limit")
			}
			if step&0x80 != 0 {
				c.flush(emit)
				if len(c.buf) >= utf8.UTFMax {
					t.Errorf("%d bytes are left after a flush", len(c.buf))
				}
			}
		}
		c.finish(emit)
		for _, name := range []string{"stdout", "stderr"} {
			if want := string([]rune(string(in[name]))); out[name] != want {
				t.Errorf("%s: %q became %q", name, want, out[name])
			}
		}
		last = ""
		if c.finish(emit); last != "" {
			t.Error("something was left after finish")
		}
	})
}

// A front end that does not read stops the writer: no more is pending than
// one message under way and one being filled.
func TestWriterWaitsForSlowFrontEnd(t *testing.T) {
	transport := newFakeTransport()
	read := make(chan int)
	transport.publish = func(m wire.Out) { read <- len(m.Content.(streamContent).Text) }
	p := newPublisher(transport, slog.New(slog.DiscardHandler))
	const chunk, total = 1000, 1 << 20
	var written atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for written.Load() < total {
			p.write("stdout", bytes.Repeat([]byte("x"), chunk))
			written.Add(chunk)
		}
		p.finish()
	}()
	for received := 0; ; {
		select {
		case n := <-read:
			if n > streamLimit {
				t.Fatalf("a message of %d bytes", n)
			}
			received += n
			if ahead := int(written.Load()) - received; ahead > 2*streamLimit {
				t.Fatalf("the writer is %d bytes ahead", ahead)
			}
			continue
		case <-done:
		}
		if received != int(written.Load()) {
			t.Errorf("%d of %d bytes arrived", received, written.Load())
		}
		break
	}
	p.close()
}
