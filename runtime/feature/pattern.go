package feature

// This file understands token patterns, as far as words can be taken apart without
// a regular expression, and hands all others to one.

import (
	"fmt"
	"regexp"
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
	re    *regexp.Regexp
	group int // of re that is the token

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
	source, err := translate(s)
	if err != nil {
		return nil, err
	}
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, fmt.Errorf("feature: the token pattern %q: %w", s, err)
	}
	if re.NumSubexp() > 1 {
		return nil, fmt.Errorf("feature: the token pattern %q has %d capturing groups; a token is one at most: write (?:…) for the others", s, re.NumSubexp())
	}
	return &pattern{re: re, group: re.NumSubexp()}, nil
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
func (p *pattern) matches(word string) bool {
	n := 0
	for _, r := range word {
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

const (
	goWord  = `\p{L}\p{N}_`
	goDigit = `\p{Nd}`
	goSpace = `\s\x{1c}-\x{1f}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\v`
)

// translate turns a pattern of Python's re into one of Go's with the same meaning
// for all of Unicode, or says what has none.
func translate(s string) (string, error) {
	var b strings.Builder
	inSet := false
	rest := strings.TrimPrefix(s, "(?u)")
	for i := 0; i < len(rest); i++ {
		c := rest[i]
		if c == '[' && !inSet {
			inSet = true
		} else if c == ']' {
			inSet = false
		}
		if c != '\\' || i+1 == len(rest) {
			b.WriteByte(c)
			continue
		}
		i++
		set, negated := "", false
		switch rest[i] {
		case 'w', 'W':
			set, negated = goWord, rest[i] == 'W'
		case 'd', 'D':
			set, negated = goDigit, rest[i] == 'D'
		case 's', 'S':
			set, negated = goSpace, rest[i] == 'S'
		case 'b', 'B':
			return "", fmt.Errorf("feature: the token pattern %q has \\%c, which is known only around whole words, as in %s; leave it out: a pattern takes as much as it can", s, rest[i], defaultPattern)
		default:
			b.WriteByte('\\')
			b.WriteByte(rest[i])
			continue
		}
		switch {
		case inSet && negated:
			return "", fmt.Errorf("feature: the token pattern %q has \\%c within brackets, which is not known there; write the set without it", s, rest[i])
		case inSet:
			b.WriteString(set)
		case negated:
			b.WriteString("[^" + set + "]")
		default:
			b.WriteString("[" + set + "]")
		}
	}
	return b.String(), nil
}
