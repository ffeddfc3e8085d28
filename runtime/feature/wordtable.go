package feature

// This file numbers words.

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
)

// shortWord is the length of the longest words that are their own key.
const shortWord = 15

// A wordTable maps words to numbers. A word of up to shortWord bytes is found by two
// integers that hold its bytes and its length, so that nothing needs to be compared byte
// by byte; others are in a map. The zero value is not ready: see [newWordTable].
type wordTable struct {
	slots []wordSlot // open addressing, at most half full; a power of two
	shift int        // of a hash, for a place in slots
	used  int
	long  map[string]int32
	// seed keeps those who write texts from choosing words that meet. What the table
	// says does not depend on it.
	seed [2]uint64
}

type wordSlot struct {
	a, b uint64
	id   int32 // 0 if empty, else the number and 1
}

// newWordTable returns a table with room for n short words.
func newWordTable(n int) *wordTable {
	t := &wordTable{seed: [2]uint64{rand.Uint64(), rand.Uint64()}}
	t.resize(max(64, 1<<bits.Len(uint(2*n))))
	return t
}

func (t *wordTable) resize(n int) {
	old := t.slots
	t.slots, t.shift = make([]wordSlot, n), 64-bits.Len(uint(n-1))
	for _, s := range old {
		if s.id != 0 {
			*t.slot(s.a, s.b) = s
		}
	}
}

// slot returns where a key is or would be.
func (t *wordTable) slot(a, b uint64) *wordSlot {
	hi, lo := bits.Mul64(a^t.seed[0], b^t.seed[1])
	for k := (hi ^ lo) >> (t.shift & 63); ; k++ {
		s := &t.slots[k&uint64(len(t.slots)-1)]
		if s.a == a && s.b == b || s.id == 0 {
			return s
		}
	}
}

// has is 1 if a short word, which is not empty, has a number, else 0. Which it is is hard
// to foresee, so it takes no branch unless another word is in the way, which is rare in a
// table with much room.
func (t *wordTable) has(a, b uint64) int {
	hi, lo := bits.Mul64(a^t.seed[0], b^t.seed[1])
	s := &t.slots[(hi^lo)>>(t.shift&63)&uint64(len(t.slots)-1)]
	other := s.a ^ a | s.b ^ b
	other = (other | -other) >> 63
	if taken := uint64(uint32(s.id|-s.id) >> 31); other&taken != 0 {
		return min(1, int(t.slot(a, b).id))
	}
	return int(1 - other)
}

// keyOf returns the key of a short word.
func keyOf(word []byte) (a, b uint64) {
	var w [16]byte
	copy(w[:shortWord], word)
	w[shortWord] = byte(len(word))
	return binary.LittleEndian.Uint64(w[:]), binary.LittleEndian.Uint64(w[8:])
}

// keyPadded is keyOf for text[at:at+n], behind which there is padding.
func keyPadded(text []byte, at, n int) (a, b uint64) {
	w := text[at : at+16 : at+16]
	a, b = binary.LittleEndian.Uint64(w), binary.LittleEndian.Uint64(w[8:])
	// What of a and b is not the word's is taken away, without a branch.
	keepA, keepB := uint64(1)<<(8*n&63)-1, uint64(0)
	if n >= 8 {
		keepB = keepA
	}
	if n >= 8 {
		keepA = 1<<64 - 1
	}
	return a & keepA, b&keepB | uint64(n)<<56
}

// find returns the number of a word, -1 if it has none.
func (t *wordTable) find(word []byte) int32 {
	if len(word) > shortWord {
		if id, ok := t.long[string(word)]; ok {
			return id
		}
		return -1
	}
	a, b := keyOf(word)
	return t.slot(a, b).id - 1
}

// add returns the number of a word, which is next if it had none.
func (t *wordTable) add(word []byte, next int32) int32 {
	if len(word) > shortWord {
		if id, ok := t.long[string(word)]; ok {
			return id
		}
		if t.long == nil {
			t.long = map[string]int32{}
		}
		t.long[string(word)] = next
		return next
	}
	a, b := keyOf(word)
	return t.addShort(a, b, next)
}

func (t *wordTable) addShort(a, b uint64, next int32) int32 {
	s := t.slot(a, b)
	if s.id == 0 {
		if t.used++; 2*t.used > len(t.slots) {
			t.resize(2 * len(t.slots))
			s = t.slot(a, b)
		}
		*s = wordSlot{a, b, next + 1}
	}
	return s.id - 1
}
