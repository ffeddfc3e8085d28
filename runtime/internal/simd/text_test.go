package simd

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestBytesAreOfTheSameKindsEitherWay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		text := make([]byte, 64*(n%5))
		for i := range text {
			text[i] = byte(r.Uint32()) & 0x7f
		}
		if n < 64 && len(text) > 0 {
			text[r.IntN(len(text))] = byte(0x80 + 2*n)
		}
		if n == 66 {
			text = text[:0]
			for c := range 256 {
				text = append(text, byte(c))
			}
		}
		for _, lower := range []bool{false, true} {
			a, b := bytes.Clone(text), bytes.Clone(text)
			x, y := make([]uint64, len(text)/64), make([]uint64, len(text)/64)
			if p, q := Words(a, x, lower), wordsOf(b, y, lower); p != q || !slices.Equal(x, y) || !bytes.Equal(a, b) {
				t.Errorf("%q: %v %x %q, want %v %x %q", text, p, x, a, q, y, b)
			}
		}
		x, y := make([]Kinds, len(text)/64), make([]Kinds, len(text)/64)
		if p, q := KindsOf(text, x), kindsOf(text, y); p != q || !slices.Equal(x, y) {
			t.Errorf("%q: %v %x, want %v %x", text, p, x, q, y)
		}
	}
}

func BenchmarkWords(b *testing.B) {
	text, words := make([]byte, 640), make([]uint64, 10)
	b.SetBytes(640)
	for b.Loop() {
		Words(text, words, true)
	}
}

func BenchmarkKinds(b *testing.B) {
	text, kinds := make([]byte, 640), make([]Kinds, 10)
	b.SetBytes(640)
	for b.Loop() {
		KindsOf(text, kinds)
	}
}
