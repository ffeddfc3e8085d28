package feature

// This file finds the words of texts that are all ASCII.

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"github.com/netherfield/netherfield/runtime/internal/simd"
)

// padding is how many zeros follow a text in a scratch at least, so that what is behind
// a word can be read.
const padding = 64

// padded copies doc to s.text, with zeros behind it, and returns the number of blocks of
// 64 bytes that it has.
func (s *scratch) padded(doc string) (blocks int) {
	blocks = (len(doc) + 63) / 64
	size := 64*blocks + padding
	if cap(s.text) < size {
		s.text = make([]byte, size+size/2)
	}
	s.text = s.text[:size]
	clear(s.text[copy(s.text, doc):])
	return blocks
}

// plainWords finds the words of doc, runs of \w, if it is ASCII: their bounds in s.text,
// which has doc, in lower case if so wanted, are s.bounds: begin, end, begin, ….
func (s *scratch) plainWords(doc string, lower bool) (ascii bool) {
	if len(doc) > math.MaxInt32-64 {
		return false
	}
	blocks := s.padded(doc)
	s.masks = slices.Grow(s.masks[:0], blocks)[:blocks]
	if !simd.Words(s.text[:64*blocks], s.masks, lower) {
		return false
	}
	bounds, n := s.bounds[:cap(s.bounds)], 0
	before := uint64(0) // whether the byte before is a word's
	for k, word := range s.masks {
		if n+64 >= len(bounds) {
			bounds = slices.Grow(bounds, 256)
			bounds = bounds[:cap(bounds)]
		}
		edges := word ^ (word<<1 | before)
		before = word >> 63
		for base := int32(64 * k); edges != 0; edges &= edges - 1 {
			bounds[n] = base + int32(bits.TrailingZeros64(edges))
			n++
		}
	}
	if before != 0 {
		bounds[n] = int32(64 * blocks)
		n++
	}
	s.bounds = bounds[:n]
	return true
}

// isToken reports whether the word that begins with first and has size characters is
// one of a plain pattern.
func (p *pattern) isToken(first byte, size int) bool {
	return size >= p.min && (!p.alpha || classOf[first]&alphaByte != 0)
}

// murmurPadded is murmur3 of text[at:at+n], behind which there is padding. Words are of
// any length, which a processor cannot foresee, so short ones are hashed without a
// branch.
func murmurPadded(text []byte, at, n int) uint32 {
	if n >= 16 {
		return murmur3(text[at : at+n])
	}
	w := text[at : at+16 : at+16]
	h1 := murmurMix(0, binary.LittleEndian.Uint32(w))
	h2 := murmurMix(h1, binary.LittleEndian.Uint32(w[4:]))
	h3 := murmurMix(h2, binary.LittleEndian.Uint32(w[8:]))
	h := uint32(0)
	if n >= 4 {
		h = h1
	}
	if n >= 8 {
		h = h2
	}
	if n >= 12 {
		h = h3
	}
	rest := binary.LittleEndian.Uint32(w[n&12:])
	return murmurEnd(murmurTail(h, rest&(1<<(8*(n&3)&31)-1)), n)
}
