package feature

// This file understands token patterns, as far as words can be taken apart without
// a regular expression, and hands all others to a matcher.

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// defaultPattern is scikit-learn's.
const defaultPattern = `(?u)\b\w\w+\b`

// A charset is a set of word characters: some ASCII ones, and all others or none.
type charset struct {
	ascii [128]bool
	rest  bool
}

var wordChars = func() (c charset) {
	for i := range c.ascii {
		c.ascii[i] = classOf[i]&wordByte != 0
	}
	c.rest = true
	return c
}()

func (c *charset) has(r rune) bool {
	if r < utf8.RuneSelf {
		return c.ascii[r]
	}
	return c.rest
}

// A pattern is what makes a token. If re is nil, a token is a whole word, a run of
// word characters as long as can be, whose first characters are in head, one each,
// and whose others, least of them at least, are in tail.
type pattern struct {
	head  []charset
	tail  charset
	least int
	re    *matcher

	// plain says that tail is all word characters and head has none but those and
	// letters of ASCII: min characters, the first being a letter if alpha.
	plain bool
	alpha bool
	min   int
}

// parsePattern reads a regular expression as Python's re would.
func parsePattern(s string) (*pattern, error) {
	if s == "" {
		s = defaultPattern
	}
	if p := parseWords(strings.TrimPrefix(s, "(?u)")); p != nil {
		return p, nil
	}
	m, err := compilePython(s)
	if err != nil {
		return nil, err
	}
	return &pattern{re: m}, nil
}

// parseWords reads \bH…HT\b, where H and T are \w or sets of ASCII word characters
// and T has one of +, *, {n,}.
func parseWords(s string) *pattern {
	s, ok1 := strings.CutPrefix(s, `\b`)
	s, ok2 := strings.CutSuffix(s, `\b`)
	if !ok1 || !ok2 || strings.HasSuffix(s, `\`) {
		return nil
	}
	p := &pattern{}
	for s != "" {
		set, rest, ok := parseSet(s)
		if !ok {
			return nil
		}
		s = rest
		switch {
		case s == "+" || s == "*":
			p.tail, p.least = set, len("+")-strings.Count(s, "*")
			s = ""
		case strings.HasPrefix(s, "{") && strings.HasSuffix(s, ",}"):
			n, err := strconv.Atoi(s[1 : len(s)-2])
			if err != nil || n < 0 || n > 1000 {
				return nil
			}
			p.tail, p.least = set, n
			s = ""
		default:
			p.head = append(p.head, set)
			if s == "" {
				return nil // words of one length: for the regular expression
			}
			continue
		}
		if len(p.head)+p.least == 0 {
			return nil
		}
		p.classify()
		return p
	}
	return nil
}

// parseSet reads \w or [a-z…], which may have \w and \d in it.
func parseSet(s string) (c charset, rest string, ok bool) {
	if rest, ok := strings.CutPrefix(s, `\w`); ok {
		return wordChars, rest, true
	}
	if !strings.HasPrefix(s, "[") || strings.HasPrefix(s, "[^") {
		return c, s, false
	}
	end := strings.IndexByte(s, ']')
	if end < 2 {
		return c, s, false
	}
	for set := s[1:end]; set != ""; {
		if rest, ok := strings.CutPrefix(set, `\w`); ok {
			c, set = wordChars, rest
			continue
		}
		if classOf[set[0]]&wordByte == 0 {
			return c, s, false
		}
		lo, hi := set[0], set[0]
		set = set[1:]
		if len(set) >= 2 && set[0] == '-' {
			if hi, set = set[1], set[2:]; classOf[hi]&wordByte == 0 || hi < lo {
				return c, s, false
			}
		}
		for b := lo; b <= hi; b++ {
			if classOf[b]&wordByte == 0 {
				return c, s, false // such as [A-z]
			}
			c.ascii[b] = true
		}
	}
	return c, s[end+1:], true
}

func (p *pattern) classify() {
	p.min = len(p.head) + p.least
	p.plain = p.tail == wordChars
	for i := range p.head {
		letters := true
		for b, in := range p.head[i].ascii {
			letters = letters && in == (classOf[b]&alphaByte != 0)
		}
		switch {
		case p.head[i] == wordChars:
		case i == 0 && letters && !p.head[i].rest:
			p.alpha = true
		default:
			p.plain = false
		}
	}
}

// matches reports whether a word is a token.
func (p *pattern) matches(word []byte) bool {
	n := 0
	for len(word) > 0 {
		r, size := rune(word[0]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(word)
		}
		word = word[size:]
		set := &p.tail
		if n < len(p.head) {
			set = &p.head[n]
		}
		if !set.has(r) {
			return false
		}
		n++
	}
	return n >= p.min
}
