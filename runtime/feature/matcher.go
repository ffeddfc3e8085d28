package feature

// This file runs regular expressions over texts as Python's re.findall does, with
// word boundaries for all of Unicode, which package regexp has for ASCII only.

import (
	"regexp/syntax"
	"unicode/utf8"
)

// A matcher is a compiled regular expression. It tries the ways to match in the order
// of their preference, and never tries again what has failed: a way on from an
// instruction and a place in the text fails whatever came before.
type matcher struct {
	prog *syntax.Prog
	// group is the group that is the token, 0 for the whole match.
	group int
	// lines says that $ and ^ stand for the ends of lines: (?m).
	lines bool
}

// A thread is a way that is still to be tried, or, if pc is negative, a capture to be
// set back to at: that of the begin of the group, or, if pc is -2, of its end.
type thread struct{ pc, at int32 }

// search is what a matcher needs to work.
type search struct {
	threads []thread
	failed  []uint64 // a bit for each place and instruction
}

// each appends the bounds of the tokens in text to list: begin, end, begin, …. A token
// can be empty, as it can be in Python.
func (m *matcher) each(text []byte, s *search, list []int) []int {
	size := len(m.prog.Inst) * (len(text) + 1)
	if words := (size + 63) / 64; cap(s.failed) < words {
		s.failed = make([]uint64, words)
	} else {
		s.failed = s.failed[:words]
		clear(s.failed)
	}
	// begin is where the next match may begin, and full whether it may not be empty
	// there, since the last one ended there and was.
	for begin, full := 0, false; begin <= len(text); {
		lo, hi, token := m.at(text, begin, full, s)
		if hi < 0 {
			if begin == len(text) {
				break
			}
			_, n := utf8.DecodeRune(text[begin:])
			begin, full = begin+n, false
			continue
		}
		if m.group == 0 {
			token = [2]int{lo, hi}
		} else if token[0] < 0 || token[1] < 0 {
			token = [2]int{hi, hi}
		}
		list = append(list, token[0], token[1])
		begin, full = hi, hi == lo
		// What was tried at hi was tried on the way of this match.
		for i := range len(m.prog.Inst) {
			k := hi*len(m.prog.Inst) + i
			s.failed[k>>6] &^= 1 << (k & 63)
		}
	}
	return list
}

// at returns the match that begins at begin, with the bounds of the group; hi is -1 if
// there is none.
func (m *matcher) at(text []byte, begin int, full bool, s *search) (lo, hi int, token [2]int) {
	token = [2]int{-1, -1}
	s.threads = append(s.threads[:0], thread{int32(m.prog.Start), int32(begin)})
	for len(s.threads) > 0 {
		t := s.threads[len(s.threads)-1]
		s.threads = s.threads[:len(s.threads)-1]
		if t.pc < 0 {
			token[-t.pc-1] = int(t.at)
			continue
		}
		pc, at := int(t.pc), int(t.at)
	way:
		for {
			k := at*len(m.prog.Inst) + pc
			if s.failed[k>>6]&(1<<(k&63)) != 0 {
				break
			}
			s.failed[k>>6] |= 1 << (k & 63)
			in := &m.prog.Inst[pc]
			switch in.Op {
			case syntax.InstAlt, syntax.InstAltMatch:
				s.threads = append(s.threads, thread{int32(in.Arg), int32(at)})
			case syntax.InstCapture:
				if k := int(in.Arg) - 2*m.group; m.group > 0 && k>>1 == 0 {
					s.threads = append(s.threads, thread{int32(-k - 1), int32(token[k])})
					token[k] = at
				}
			case syntax.InstNop:
			case syntax.InstEmptyWidth:
				if !m.holds(syntax.EmptyOp(in.Arg), text, at) {
					break way
				}
			case syntax.InstMatch:
				if !full || at > begin {
					return begin, at, token
				}
				break way
			case syntax.InstFail:
				break way
			default: // a character
				if at == len(text) {
					break way
				}
				r, n := rune(text[at]), 1
				if r >= utf8.RuneSelf {
					r, n = utf8.DecodeRune(text[at:])
				}
				if !in.MatchRune(r) {
					break way
				}
				at += n
			}
			pc = int(in.Out)
		}
	}
	return 0, -1, token
}

// holds reports whether what a match takes no characters for is so.
func (m *matcher) holds(op syntax.EmptyOp, text []byte, at int) bool {
	switch {
	case op&syntax.EmptyBeginText != 0 && at > 0,
		op&syntax.EmptyEndText != 0 && at < len(text),
		op&syntax.EmptyBeginLine != 0 && at > 0 && text[at-1] != '\n':
		return false
	case op&syntax.EmptyEndLine != 0 && at < len(text):
		// Python's $ is also before the newline that ends a text.
		if text[at] != '\n' || !m.lines && at+1 < len(text) {
			return false
		}
	}
	if op&(syntax.EmptyWordBoundary|syntax.EmptyNoWordBoundary) == 0 {
		return true
	}
	before, after := false, false
	if at > 0 {
		r, _ := utf8.DecodeLastRune(text[:at])
		before = wordRune(r)
	}
	if at < len(text) {
		r, _ := utf8.DecodeRune(text[at:])
		after = wordRune(r)
	}
	if len(text) == 0 {
		return false // of nothing, Python knows neither \b nor \B
	}
	return before != after == (op&syntax.EmptyWordBoundary != 0)
}
