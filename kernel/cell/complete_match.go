package cell

// This file decides which names match what has been written of one, and in
// which order a list shows them.

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// The groups of a list, in the order they are shown.
const (
	groupField = iota // of a literal, or directly in a type
	groupLocal
	groupPromoted
	groupCell
	groupSession
	groupImported
	groupUniverse
	groupKeyword
	groupKnown // packages that are not imported yet
)

// How well a name matches, best first.
const (
	exact     = iota // begins with the prefix
	otherCase        // begins with it in another case
	humps            // the prefix abbreviates it: rf for ReadFile
	never
)

// A list gathers the matches of a prefix.
type list struct {
	prefix string
	items  []candidate
	seen   map[string]bool
}

type candidate struct {
	Match
	order int
}

// grow makes room for n matches.
func (l *list) grow(n int) {
	l.items = slices.Grow(l.items, n)
	if l.seen == nil {
		l.seen = make(map[string]bool, n)
	}
}

// wants tells whether a name matches and is not in the list yet.
func (l *list) wants(name string) bool {
	return matches(name, l.prefix) != never && !l.seen[name]
}

// add adds a match if its text matches and is new.
func (l *list) add(m Match, group int) { l.addRanked(m, group, false) }

func (l *list) addRanked(m Match, group int, deprecated bool) {
	class := matches(m.Text, l.prefix)
	if class == never || l.seen[m.Text] || m.Text == "_" || m.Text == marker {
		return
	}
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	l.seen[m.Text] = true
	order := class<<8 | group
	if deprecated {
		order |= 1 << 16
	}
	l.items = append(l.items, candidate{m, order})
}

// sorted returns the matches, best first.
func (l *list) sorted() []Match {
	// There are few orders, and the names of a session or a package come
	// sorted: most of the work is done.
	byOrder := map[int][]*candidate{}
	for i := range l.items {
		c := &l.items[i]
		byOrder[c.order] = append(byOrder[c.order], c)
	}
	out := make([]Match, 0, len(l.items))
	byText := func(a, b *candidate) int { return strings.Compare(a.Text, b.Text) }
	for _, order := range slices.Sorted(maps.Keys(byOrder)) {
		group := byOrder[order]
		if !slices.IsSortedFunc(group, byText) {
			slices.SortFunc(group, byText)
		}
		for _, c := range group {
			out = append(out, c.Match)
		}
	}
	return out
}

// matches tells how well a name matches a prefix.
func matches(name, prefix string) int {
	switch {
	case strings.HasPrefix(name, prefix):
		return exact
	case len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix):
		return otherCase
	case abbreviates(prefix, name):
		return humps
	}
	return never
}

// abbreviates tells whether short is made of beginnings of name's words, the
// first word among them: rf, ReFi and readf abbreviate ReadFile.
func abbreviates(short, name string) bool {
	// One bit for each byte of the name: where a match may have come to.
	if len(short) < 2 || len(short) > len(name) || len(name) > 64 || lower(short[0]) != lower(name[0]) || name[0] >= utf8.RuneSelf {
		return false
	}
	at := uint64(1)
	for i := 1; i < len(short); i++ {
		next, began := uint64(0), false
		for k := 1; k < len(name); k++ {
			began = began || at&(1<<(k-1)) != 0
			if !began || lower(name[k]) != lower(short[i]) {
				continue
			}
			if at&(1<<(k-1)) != 0 || beginsWord(name, k) {
				next |= 1 << k
			}
		}
		if at = next; at == 0 {
			return false
		}
	}
	return true
}

// beginsWord tells whether a word of a name begins at k > 0.
func beginsWord(name string, k int) bool {
	c, prev := name[k], name[k-1]
	switch {
	case isUpper(c):
		return !isUpper(prev) || k+1 < len(name) && isLower(name[k+1])
	case isLower(c):
		return prev == '_' || isDigit(prev)
	case isDigit(c):
		return !isDigit(prev)
	}
	return false
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func lower(c byte) byte {
	if isUpper(c) {
		return c + 'a' - 'A'
	}
	return c
}
