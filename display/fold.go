package display

// This file cuts long text down to its beginning and its end, and quotes
// strings as Go writes them.

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A fold says how much of a long text stays: if it has more than limit bytes,
// the first head and the last tail of them.
type fold struct{ limit, head, tail int }

var (
	foldText   = fold{limit: 10_000, head: 7_000, tail: 2_000} // what a value says of itself
	foldString = fold{limit: 2_000, head: 1_400, tail: 400}    // a string that is the whole value
	foldNested = fold{limit: 300, head: 200, tail: 60}         // a string within a value
)

// cut splits s into its beginning, its end and the number of bytes between
// them, 0 if s is short enough to stay whole. It never cuts a character.
func (f fold) cut(s string) (head, tail string, dropped int) {
	if len(s) <= f.limit {
		return s, "", 0
	}
	i, j := f.head, len(s)-f.tail
	for k := 0; k < utf8.UTFMax-1 && !utf8.RuneStart(s[i]); k++ {
		i--
	}
	for k := 0; k < utf8.UTFMax-1 && j < len(s) && !utf8.RuneStart(s[j]); k++ {
		j++
	}
	return s[:i], s[j:], j - i
}

// text returns s as it is, or folded with a line that tells what is missing.
func (f fold) text(s string) string {
	head, tail, dropped := f.cut(s)
	if dropped == 0 {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ToValidUTF8(head+"\n"+moreBytes(dropped)+"\n"+tail, "\uFFFD")
}

// quoted returns s as a Go string literal, or the literals of its beginning
// and its end.
func (f fold) quoted(s string, quote func(string) string) string {
	head, tail, dropped := f.cut(s)
	if dropped == 0 {
		return quote(s)
	}
	return quote(head) + " " + moreBytes(dropped) + " " + quote(tail)
}

func moreBytes(n int) string { return "… " + count(n) + " more bytes …" }

// literal returns s as a Go expression that reads well: a line in double
// quotes; several lines as a raw string, so that they stand as lines, or if
// one cannot hold them, as a sum of quoted lines.
func literal(s string) string {
	newline := strings.IndexByte(s, '\n')
	if newline < 0 || newline == len(s)-1 {
		return strconv.Quote(s)
	}
	if rawable(s) {
		return "`" + s + "`"
	}
	var b strings.Builder
	for i, line := range strings.SplitAfter(s, "\n") {
		if line == "" { // after the newline that ends s
			break
		}
		if i > 0 {
			b.WriteString(" +\n" + indentation)
		}
		b.WriteString(strconv.Quote(line))
	}
	return b.String()
}

// rawable reports whether s can stand between back quotes.
func rawable(s string) bool {
	for _, r := range s {
		if r == '`' || r == utf8.RuneError || r != '\n' && r != '\t' && !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

// printable reports whether the bytes of s are text that a person can read.
func printable(s string) bool {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return false
			}
		}
		if !strconv.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
	}
	return true
}

// count returns n with a comma between thousands.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
