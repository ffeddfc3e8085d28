package wire

// This file measures the hot path.

import (
	"context"
	"io"
	"testing"
	"time"
)

var benchStream = map[string]string{"name": "stdout", "text": "a line of output of an ordinary length, as cells print it\n"}

// BenchmarkRoundTrip is one execute_request with what a trivial cell sends:
// busy, execute_input, execute_result, the reply, idle, over tcp.
func BenchmarkRoundTrip(b *testing.B) {
	s := listen(b, testInfo(b, "tcp"), Opts{})
	go func() {
		for m := range s.Shell() {
			s.Publish(m, Out{Type: "status", Content: map[string]string{"execution_state": "busy"}})
			s.Publish(m, Out{Type: "execute_input", Content: map[string]any{"code": "1+1", "execution_count": 1}})
			s.Publish(m, Out{Type: "execute_result", Content: map[string]any{"data": map[string]string{"text/plain": "2"}, "metadata": map[string]any{}, "execution_count": 1}})
			s.Reply(m, Out{Type: "execute_reply", Content: map[string]any{"status": "ok", "execution_count": 1}})
			s.Publish(m, Out{Type: "status", Content: map[string]string{"execution_state": "idle"}})
		}
	}()
	info := s.Info()
	shell := dial(b, info, info.ShellPort, 1, "DEALER", "c")
	sub := dial(b, info, info.IOPubPort, 1, "SUB", "")
	sub.write(peerFrame(4, []byte("\x09SUBSCRIBE")))
	sub.recv()
	wire := peerMessage(request(testKey, "1", "execute_request", `{"code":"1+1"}`)...)
	b.ReportAllocs()
	for b.Loop() {
		shell.write(wire)
		shell.recv()
		for range 4 {
			sub.recv()
		}
	}
}

// BenchmarkPublish is one stream message to one subscriber that reads.
func BenchmarkPublish(b *testing.B) {
	s := listen(b, testInfo(b, "tcp"), Opts{})
	info := s.Info()
	sub := dial(b, info, info.IOPubPort, 1, "SUB", "")
	sub.write(peerFrame(4, []byte("\x09SUBSCRIBE")))
	sub.recv()
	done := make(chan struct{})
	sub.nc.SetDeadline(time.Time{})
	go func() {
		defer close(done)
		io.Copy(io.Discard, sub.nc)
	}()
	parent := &Message{RawHeader: request(testKey, "1", "execute_request", "{}")[2]}
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Publish(parent, Out{Type: "stream", Content: benchStream}); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	s.Close(context.Background())
	<-done
}

// BenchmarkEncode is the part of Publish that does not depend on peers.
func BenchmarkEncode(b *testing.B) {
	e := newEncoder(newSigner(testKey), "session")
	parent := request(testKey, "1", "execute_request", "{}")[2]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.encode(nil, "kernel.session.stream", parent, Out{Type: "stream", Content: benchStream}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParse is checking and decoding one request.
func BenchmarkParse(b *testing.B) {
	sign := newSigner(testKey)
	frames := request(testKey, "1", "execute_request", `{"code":"1+1","silent":false}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseMessage(frames, sign); err != nil {
			b.Fatal(err)
		}
	}
}
