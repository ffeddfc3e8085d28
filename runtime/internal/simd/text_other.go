//go:build !amd64

package simd

// This file stands in for the assembly of processors that have none.

import "unsafe"

func wordsFast(text *byte, words *uint64, blocks int, lower byte) (ascii bool) {
	return wordsOf(unsafe.Slice(text, 64*blocks), unsafe.Slice(words, blocks), lower != 0)
}

func kindsFast(text *byte, kinds *Kinds, blocks int) (ascii bool) {
	return kindsOf(unsafe.Slice(text, 64*blocks), unsafe.Slice(kinds, blocks))
}
