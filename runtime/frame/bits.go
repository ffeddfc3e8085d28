package frame

// This file defines bitmaps as Arrow has them: bit i is bit i%8, from the lowest,
// of byte i/8.

import "math/bits"

func bitmap(n int) []byte { return make([]byte, (n+7)/8) }

func bit(b []byte, i int) bool { return b[i>>3]>>(i&7)&1 != 0 }

func setBit(b []byte, i int) { b[i>>3] |= 1 << (i & 7) }

func clearBit(b []byte, i int) { b[i>>3] &^= 1 << (i & 7) }

// ones returns a bitmap of n bits that are set.
func ones(n int) []byte {
	b := bitmap(n)
	for i := range b {
		b[i] = 0xff
	}
	if n%8 != 0 {
		b[len(b)-1] = 1<<(n%8) - 1
	}
	return b
}

// countBits returns how many of the first n bits are set.
func countBits(b []byte, n int) int {
	count := 0
	for _, x := range b[:n/8] {
		count += bits.OnesCount8(x)
	}
	if n%8 != 0 {
		count += bits.OnesCount8(b[n/8] & (1<<(n%8) - 1))
	}
	return count
}
