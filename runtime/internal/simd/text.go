package simd

// This file sorts the bytes of texts into classes, 64 at a time.

// Words finds the bytes of ASCII letters and digits and the underscore: bit i of words[k]
// stands for text[64·k+i]. If lower is set it makes upper-case letters of text
// lower-case. It reports whether all of text is ASCII. Its length must be a multiple of
// 64; it panics if words is shorter than text asks for.
func Words(text []byte, words []uint64, lower bool) (ascii bool) {
	blocks := len(text) / 64
	if blocks == 0 {
		return true
	}
	words = words[:blocks]
	if !fast {
		return wordsOf(text, words, lower)
	}
	bit := byte(0)
	if lower {
		bit = 0x20
	}
	return wordsFast(&text[0], &words[0], blocks, bit)
}

// Kinds says of which kinds 64 bytes are, a bit for each byte.
type Kinds struct {
	Mark  uint64 // one of !#$%&'()+,-.:;<=>?@[]^_{}~
	Space uint64 // ASCII white space of Python: tab to carriage return, 0x1c to 0x1f, space
	Upper uint64 // A to Z
	Lower uint64 // a to z
}

// KindsOf finds the kinds of the bytes of text, whose length must be a multiple of 64,
// and reports whether all of it is ASCII. It panics if kinds is shorter than text asks
// for.
func KindsOf(text []byte, kinds []Kinds) (ascii bool) {
	blocks := len(text) / 64
	if blocks == 0 {
		return true
	}
	kinds = kinds[:blocks]
	if !fast {
		return kindsOf(text, kinds)
	}
	return kindsFast(&text[0], &kinds[0], blocks)
}

func wordsOf(text []byte, words []uint64, lower bool) (ascii bool) {
	high := byte(0)
	for k := range words {
		block, word := text[64*k:64*k+64], uint64(0)
		for i, c := range block {
			high |= c
			letter := c|0x20 >= 'a' && c|0x20 <= 'z'
			if letter || c >= '0' && c <= '9' || c == '_' {
				word |= 1 << i
			}
			if letter && lower {
				block[i] = c | 0x20
			}
		}
		words[k] = word
	}
	return high < 0x80
}

func kindsOf(text []byte, kinds []Kinds) (ascii bool) {
	high := byte(0)
	for b := range kinds {
		var k Kinds
		for i, c := range text[64*b : 64*b+64] {
			high |= c
			bit := uint64(1) << i
			switch {
			case c >= 'A' && c <= 'Z':
				k.Upper |= bit
			case c >= 'a' && c <= 'z':
				k.Lower |= bit
			case c == ' ', c >= '\t' && c <= '\r', c >= 0x1c && c <= 0x1f:
				k.Space |= bit
			case c == '!', c >= '#' && c <= ')', c >= '+' && c <= '.', c >= ':' && c <= '@',
				c == '[', c >= ']' && c <= '_', c == '{', c == '}', c == '~':
				k.Mark |= bit
			}
		}
		kinds[b] = k
	}
	return high < 0x80
}
