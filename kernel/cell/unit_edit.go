package cell

// This file changes text in places, so that all of the rest, comments and line
// breaks included, stays as the user wrote it.

import (
	"sort"
	"strings"
)

// An edit replaces [from, to) by text; an insertion if they are equal.
type edit struct {
	from, to int
	text     string
}

// edits are changes of one text. Insertions at one place come out in the order
// in which they were added.
type edits struct{ list []edit }

func (e *edits) insert(at int, text string)        { e.list = append(e.list, edit{at, at, text}) }
func (e *edits) replace(from, to int, text string) { e.list = append(e.list, edit{from, to, text}) }

// edited returns src[from:to] with the edits that lie in it, which it takes
// from the list.
func (e *edits) edited(src string, from, to int) string {
	var mine, rest []edit
	for _, x := range e.list {
		if x.from >= from && x.to <= to {
			mine = append(mine, x)
		} else {
			rest = append(rest, x)
		}
	}
	e.list = rest
	sort.SliceStable(mine, func(i, j int) bool { return mine[i].from < mine[j].from })
	var out strings.Builder
	at := from
	for _, x := range mine {
		if x.from < at {
			continue // inside what was replaced as a whole
		}
		out.WriteString(src[at:x.from])
		out.WriteString(x.text)
		at = x.to
	}
	out.WriteString(src[at:to])
	return out.String()
}
