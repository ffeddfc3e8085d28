package engine

// This file gives packages the names that users know them by: an edition of one
// of the user's own packages has the path example.com/me/stats~1f0c5e7b2a9d4c36.

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/module"
)

var (
	// importTrouble is what the type checker says of an import of an
	// earlier cell that fails now.
	importTrouble = regexp.MustCompile(`(?s)^could not import \S+ \((.*)\)$`)
	// sameTypes is what it says of two editions of a type.
	sameTypes = regexp.MustCompile(`\btype (\S+)\) as (\S+) value\b`)
)

// originalNames words the errors of a cell for a person.
func (m *modules) originalNames(err error) error {
	var ds cell.Diagnostics
	var refusal *cell.Refusal
	switch {
	case errors.As(err, &ds):
		ds = slices.Clone(ds)
		for i := range ds {
			ds[i].Message = m.originalMessage(ds[i].Message)
		}
		return ds
	case errors.As(err, &refusal):
		r := *refusal
		r.Message = m.originalMessage(r.Message)
		return &r
	}
	return err
}

func (m *modules) originalMessage(text string) string {
	if m := importTrouble.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	text = module.Original(text)
	if t := sameTypes.FindStringSubmatch(text); t != nil && strings.TrimLeft(t[1], "*[]") == strings.TrimLeft(t[2], "*[]") {
		if name, _, ok := strings.Cut(strings.TrimLeft(t[1], "*[]"), "."); ok && m.hasChanged(name) {
			text += "; one is of before " + name + " was edited: make its value again"
		}
	}
	return text
}

// hasChanged tells whether cells have had several editions of a package.
func (m *modules) hasChanged(name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	editions := 0
	for _, p := range m.packages {
		if p.Name == name {
			editions++
		}
	}
	return editions > 1
}

// originalFunction shortens "github.com/a/b~1f0c5e7b2a9d4c36.F" to "b.F".
func originalFunction(function string) string {
	function = module.Original(function)
	path := function
	if i := strings.IndexByte(path, '['); i >= 0 {
		path = path[:i]
	}
	return function[strings.LastIndexByte(path, '/')+1:]
}
