package frame_test

import (
	"bytes"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/frame"
)

// again writes a frame in a format and reads it.
func again(t testing.TB, f *frame.Frame, format string, opts ...frame.ReadOption) *frame.Frame {
	t.Helper()
	var out bytes.Buffer
	if err := f.Encode(&out, format); err != nil {
		t.Fatal(err)
	}
	g, err := frame.Decode(bytes.NewReader(out.Bytes()), format, opts...)
	if err != nil {
		t.Fatalf("what was written cannot be read: %v\n%q", err, out.String())
	}
	return g
}

// kinds returns the kinds of a frame's columns, so that reading does not guess.
func kinds(f *frame.Frame) frame.ReadOption {
	out := map[string]frame.Kind{}
	for _, s := range f.Schema() {
		out[s.Name] = s.Kind
	}
	return frame.Types(out)
}

// equal checks that two frames are the same.
func equal(t testing.TB, got, want *frame.Frame) {
	t.Helper()
	if got.NumRows() != want.NumRows() || got.NumCols() != want.NumCols() {
		t.Fatalf("%d × %d, want %d × %d", got.NumRows(), got.NumCols(), want.NumRows(), want.NumCols())
	}
	for i, s := range want.Schema() {
		if g := got.Schema()[i]; s != g {
			t.Fatalf("column %d is %v, want %v", i, g, s)
		}
		a, _ := got.Column(s.Name)
		b, _ := want.Column(s.Name)
		for k := range a.Len() {
			if x, y := a.Value(k), b.Value(k); x != y {
				t.Fatalf("column %q, row %d: %#v, want %#v", s.Name, k, x, y)
			}
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, p := range golden.Load(f, "csv").Parts {
		f.Add([]byte(golden.Strings(f, p.State, "csv")[0]))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := frame.Decode(bytes.NewReader(data), "csv")
		if err != nil || len(data) > 1<<16 {
			return
		}
		equal(t, again(t, read, "csv", kinds(read)), read)
	})
}

func FuzzJSONL(f *testing.F) {
	for _, s := range []string{
		"{\"a\":1,\"b\":\"x\"}\n{\"b\":null,\"a\":2.5}\n",
		"{\"text\":\"\\u00e9\\ud83d\\ude00\\n\\\"\\\\\\/\"}\r\n\n{}\n",
		"{\"a\":true} \n {\"a\" : false , \"c\":[1,{\"d\":\"}\"}]}",
		"{\"a\":9223372036854775808,\"b\":-0,\"c\":1e400}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := frame.Decode(bytes.NewReader(data), "jsonl")
		if err != nil || len(data) > 1<<16 {
			return
		}
		for _, s := range read.Schema() {
			if s.Kind == frame.Float64 {
				if bytes.ContainsAny(data, "eE") {
					return // infinities are not written
				}
			}
		}
		if read.NumRows() > 0 && read.NumCols() == 0 {
			return
		}
		equal(t, again(t, read, "jsonl", kinds(read)), read)
	})
}
