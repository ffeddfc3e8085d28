package session

// This file converts cursor positions: the protocol counts Unicode code
// points, Go counts bytes.

import "unicode/utf8"

// byteOffset returns the byte offset of the n-th code point of code; n outside
// the code counts as its nearer end.
func byteOffset(code string, n int) int {
	if n <= 0 {
		return 0
	}
	for i := range code {
		if n == 0 {
			return i
		}
		n--
	}
	return len(code)
}

// codePoint returns how many code points of code precede a byte offset. An
// offset outside the code counts as its nearer end, one inside a code point
// as that one's beginning.
func codePoint(code string, offset int) int {
	offset = max(0, min(offset, len(code)))
	for offset < len(code) && offset > 0 && !utf8.RuneStart(code[offset]) {
		offset--
	}
	return utf8.RuneCountInString(code[:offset])
}
