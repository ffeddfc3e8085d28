package feature

// This file finds the words of texts many bytes at a time.

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/netherfield/netherfield/runtime/internal/simd"
)

// padding is how many zeros follow a text in a scratch at least, so that what is behind
// a word can be read.
const padding = 64

// padded copies doc to s.text, with zeros behind it, and returns the number of blocks of
// 64 bytes that it has.
func (s *scratch) padded(doc string) (blocks int) {
	blocks = s.room(len(doc))
	copy(s.text, doc)
	return blocks
}

// room makes s.text long enough for n bytes in blocks of 64, with zeros behind them.
func (s *scratch) room(n int) (blocks int) {
	blocks = (n + 63) / 64
	size := 64*blocks + padding
	if cap(s.text) < size {
		s.text = make([]byte, size+size/2)
	}
	s.text = s.text[:size]
	clear(s.text[n:])
	return blocks
}

// highBytes appends the places of the bytes of text that are not ASCII. The length of
// text must be a multiple of 8.
func highBytes(text []byte, places []int32) []int32 {
	for at := int32(0); len(text) >= 8; at, text = at+8, text[8:] {
		for high := binary.LittleEndian.Uint64(text) & 0x8080808080808080; high != 0; high &= high - 1 {
			places = append(places, at+int32(bits.TrailingZeros64(high)/8))
		}
	}
	return places
}

// plainWords finds the words of doc, runs of \w, if it can be done in place: their bounds
// in s.text, which has doc, in lower case if so wanted, are s.bounds: begin, end, begin,
// …. Those of ASCII may be no tokens yet: see [pattern.isToken]. It reports false if the
// analyzer does more to texts than that, or if a character in lower case is longer or
// depends on its neighbours.
func (a *analyzer) plainWords(doc string, s *scratch) (found bool) {
	if !a.direct || len(doc) > math.MaxInt32-64 {
		return false
	}
	blocks := s.padded(doc)
	s.masks, s.high = slices.Grow(s.masks[:0], blocks)[:blocks], s.high[:0]
	if !simd.Words(s.text[:64*blocks], s.masks, !a.keepCase) {
		if a.stripAccents != "" {
			return false
		}
		s.high = highBytes(s.text[:64*blocks], s.high)
		for _, at := range s.high {
			s.masks[at>>6] |= 1 << (at & 63)
		}
	}
	s.findBounds()
	return len(s.high) == 0 || a.mixedWords(s)
}

// findBounds sets s.bounds to where runs of bits in s.masks begin and end.
func (s *scratch) findBounds() {
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
		bounds[n] = int32(64 * len(s.masks))
		n++
	}
	s.bounds = bounds[:n]
}

// mixedWords puts the tokens in place of the runs in s.bounds that have some of the bytes
// in s.high, and lowers them. It reports false if that cannot be done in place.
func (a *analyzer) mixedWords(s *scratch) bool {
	runs, high := s.bounds, s.high
	out := s.mixed[:0]
	for k := 0; k < len(runs); k += 2 {
		lo, end := runs[k], runs[k+1]
		if len(high) == 0 || end <= high[0] {
			out = append(out, lo, end)
			continue
		}
		for len(high) > 0 && high[0] < end {
			high = high[1:]
		}
		runes := 0 // of the word that began at lo
		for at := lo; at < end; {
			r, n := rune(s.text[at]), 1
			if r >= utf8.RuneSelf {
				r, n = utf8.DecodeRune(s.text[at:end])
				if !isWord(r) {
					if runes > 0 && a.isToken(s.text[lo], runes) {
						out = append(out, lo, at)
					}
					at += int32(n)
					lo, runes = at, 0
					continue
				}
				if !a.keepCase {
					small := toLower(r)
					if small != r {
						if utf8.RuneLen(small) != n || r == 'Σ' || r == 'İ' {
							return false
						}
						utf8.EncodeRune(s.text[at:end], small)
					}
				}
			}
			at += int32(n)
			runes++
		}
		if runes > 0 && a.isToken(s.text[lo], runes) {
			out = append(out, lo, end)
		}
	}
	s.bounds, s.mixed = out, runs
	return true
}

// toLower is [unicode.ToLower], faster for the letters of Western Europe.
func toLower(r rune) rune {
	switch {
	case r > 0xff:
		return unicode.ToLower(r)
	case r >= 0xc0 && r <= 0xde && r != 0xd7, r >= 'A' && r <= 'Z':
		return r + 0x20
	}
	return r
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
