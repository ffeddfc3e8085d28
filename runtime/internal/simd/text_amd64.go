package simd

// This file declares what text_amd64.s defines. There is at least one block.

//go:noescape
func wordsFast(text *byte, words *uint64, blocks int, lower byte) (ascii bool)

//go:noescape
func kindsFast(text *byte, kinds *Kinds, blocks int) (ascii bool)
