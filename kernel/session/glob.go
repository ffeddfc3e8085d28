package session

// This file matches history against patterns.

import "unicode/utf8"

// globMatch reports whether pattern matches all of s. A * stands for any text,
// also across lines, a ? for one code point, and a class such as [a-z*] or
// [^ab] for one code point in it or not in it; everything else stands for
// itself, also a [ that nothing closes. These are the patterns that IPython's
// history knows. The time is at most proportional to the product of the
// lengths.
func globMatch(pattern, s string) bool {
	// After a star that took s[:mark], the rest of the pattern is tried;
	// where it fails, the star takes one more code point.
	p, i := 0, 0
	star, mark := -1, 0
	for i < len(s) {
		if p < len(pattern) && pattern[p] == '*' {
			star, mark = p, i
			p++
			continue
		}
		if p < len(pattern) {
			if pn, sn := globOne(pattern[p:], s[i:]); pn > 0 {
				p += pn
				i += sn
				continue
			}
		}
		if star < 0 {
			return false
		}
		_, n := utf8.DecodeRuneInString(s[mark:])
		mark += n
		p, i = star+1, mark
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// globOne matches the beginning of s with what pattern begins with, which is
// no star, and returns the bytes that both take; 0 if they do not match.
func globOne(pattern, s string) (pn, sn int) {
	r, n := utf8.DecodeRuneInString(s)
	if pattern[0] == '?' {
		return 1, n
	}
	if pattern[0] == '[' {
		if in, width := globClass(pattern, r); width > 0 {
			if !in {
				return 0, 0
			}
			return width, n
		}
	}
	if pattern[0] == s[0] {
		return 1, 1
	}
	return 0, 0
}

// globClass reports whether r is in the class that pattern begins with, and
// the class's width in bytes; 0 if it is not closed. A ] that comes first and
// a - that comes first or last stand for themselves.
func globClass(pattern string, r rune) (in bool, width int) {
	i := 1
	negated := i < len(pattern) && pattern[i] == '^'
	if negated {
		i++
	}
	for first := i; i < len(pattern); {
		if pattern[i] == ']' && i > first {
			return in != negated, i + 1
		}
		low, n := utf8.DecodeRuneInString(pattern[i:])
		i += n
		high := low
		if i+1 < len(pattern) && pattern[i] == '-' && pattern[i+1] != ']' {
			high, n = utf8.DecodeRuneInString(pattern[i+1:])
			i += 1 + n
		}
		in = in || low <= r && r <= high
	}
	return false, 0
}
