package session

// This file matches history against patterns.

import "unicode/utf8"

// globMatch reports whether pattern matches all of s. A * stands for any text,
// also across lines, a ? for one code point; everything else stands for
// itself. The time is at most proportional to the product of the lengths.
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
		_, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case p < len(pattern) && pattern[p] == '?':
			p++
			i += n
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case star >= 0:
			_, n := utf8.DecodeRuneInString(s[mark:])
			mark += n
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
