package feature

// This file says which characters make words, and what they are in lower case, as
// Python has it.

import (
	"unicode"
	"unicode/utf8"
)

// isWord reports whether r is what \w stands for in Python's re: a letter, a number
// of any kind, or the underscore.
func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }

// isSpace reports whether r is what \s stands for and what str.split splits at. The
// separators of U+001C to U+001F are white space for Python only.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

const (
	wordByte  = 1 << iota // ASCII \w
	alphaByte             // A to Z, a to z
)

var classOf = func() (classes [256]uint8) {
	for b := range classes {
		switch c := byte(b); {
		case c == '_', c >= '0' && c <= '9':
			classes[b] = wordByte
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			classes[b] = wordByte | alphaByte
		}
	}
	return classes
}()

var lowerOf = func() (lower [256]byte) {
	for b := range lower {
		if lower[b] = byte(b); b >= 'A' && b <= 'Z' {
			lower[b] |= 0x20
		}
	}
	return lower
}()

// isASCII reports whether s has no other bytes.
func isASCII(s string) bool {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if (s[i]|s[i+1]|s[i+2]|s[i+3]|s[i+4]|s[i+5]|s[i+6]|s[i+7])&0x80 != 0 {
			return false
		}
	}
	for ; i < len(s); i++ {
		if s[i]&0x80 != 0 {
			return false
		}
	}
	return true
}

// appendLower appends what str.lower makes of s: the simple mapping of each
// character, but "i" and a combining dot for "İ", and for "Σ" the "ς" of the end of
// words where it ends one. Bytes that are not UTF-8 become U+FFFD.
// (The Unicode Standard, section 3.13, with SpecialCasing.txt.)
func appendLower(dst []byte, s string) []byte {
	for i, r := range s {
		switch {
		case r < utf8.RuneSelf:
			dst = append(dst, lowerOf[r])
		case r == 'İ':
			dst = append(dst, "i\u0307"...)
		case r == 'Σ' && finalSigma(s[:i], s[i+len("Σ"):]):
			dst = append(dst, "ς"...)
		default:
			dst = utf8.AppendRune(dst, toLower(r))
		}
	}
	return dst
}

// finalSigma reports whether a sigma stands at the end of a word: behind a cased
// letter and not before one, not counting what is between letters.
func finalSigma(before, after string) bool {
	cased := false
	for len(before) > 0 {
		r, n := utf8.DecodeLastRuneInString(before)
		if before = before[:len(before)-n]; !caseIgnorable(r) {
			cased = isCased(r)
			break
		}
	}
	if !cased {
		return false
	}
	for _, r := range after {
		if !caseIgnorable(r) {
			return !isCased(r)
		}
	}
	return true
}

func isCased(r rune) bool {
	return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// caseIgnorable is the property Case_Ignorable.
func caseIgnorable(r rune) bool {
	switch r {
	case '\'', '.', ':', 0xb7, 0x387, 0x55f, 0x5f4, 0x2018, 0x2019, 0x2024, 0x2027,
		0xfe13, 0xfe52, 0xfe55, 0xff07, 0xff0e, 0xff1a:
		return true // Word_Break is MidLetter, MidNumLet or Single_Quote
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}
