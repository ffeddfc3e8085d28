package session

import (
	"testing"
	"unicode/utf8"
)

func FuzzPositionsRoundTrip(f *testing.F) {
	f.Add("héllo 世界 😀", 3)
	f.Add("\xff\xe2\x82x", 2)
	f.Add("", -1)
	f.Fuzz(func(t *testing.T, code string, n int) {
		want := max(0, min(n, utf8.RuneCountInString(code)))
		offset := byteOffset(code, n)
		if offset < 0 || offset > len(code) {
			t.Fatalf("offset %d of %d bytes", offset, len(code))
		}
		if utf8.ValidString(code) {
			if got := codePoint(code, offset); got != want {
				t.Errorf("%q: %d became %d", code, want, got)
			}
		}
		if p := codePoint(code, n); p < 0 || p > len(code) {
			t.Errorf("%q: byte %d is code point %d", code, n, p)
		}
	})
}

func TestOffsetInsideCodePointIsItsBeginning(t *testing.T) {
	if got := codePoint("a世b", 2); got != 1 {
		t.Errorf("got %d, want 1", got)
	}
}
