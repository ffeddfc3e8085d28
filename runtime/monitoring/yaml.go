package monitoring

// This file writes rules as YAML. A library for it would be a twentieth of each cell that
// imports the whole workflow library.

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A lines writes lines of YAML.
type lines struct{ strings.Builder }

// field writes a key and its text, if there is one.
func (w *lines) field(indent, key, text string) {
	if text != "" {
		fmt.Fprintf(w, "%s%s: %s\n", indent, scalar(key), scalar(text))
	}
}

// fields writes a mapping below a key, if it has entries.
func (w *lines) fields(indent, key string, m map[string]string) {
	if len(m) == 0 {
		return
	}
	fmt.Fprintf(w, "%s%s:\n", indent, key)
	for _, k := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(w, "%s  %s: %s\n", indent, scalar(k), scalar(m[k]))
	}
}

// groups writes a file of rules.
func (w *lines) groups(all []group) {
	w.WriteString("groups:\n")
	for _, g := range all {
		w.field("  - ", "name", g.Name)
		w.WriteString("    rules:\n")
		for _, r := range g.Rules {
			// One of the two is there.
			w.field("      - ", "record", r.Record)
			w.field("      - ", "alert", r.Alert)
			w.field("        ", "expr", r.Expr)
			w.field("        ", "for", r.For)
			w.fields("        ", "labels", r.Labels)
			w.fields("        ", "annotations", r.Annotations)
		}
	}
}

// isPlain tells whether a text means itself without quotes, if it is no keyword. That is
// less than YAML allows.
func isPlain(text string) bool {
	for i, c := range []byte(text) {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		case i == 0:
			return false
		case c >= '0' && c <= '9' || strings.IndexByte("_./-", c) >= 0:
		case c == ':' && i < len(text)-1:
		default:
			return false
		}
	}
	return text != ""
}

// keywords are texts that are something else without quotes, to one reader of YAML or
// another.
var keywords = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}

// scalar returns a text as YAML has it: as it is, in single quotes, or escaped.
func scalar(text string) string {
	switch {
	case isPlain(text) && !slices.Contains(keywords, strings.ToLower(text)):
		return text
	case utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }):
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return strconv.QuoteToASCII(text) // YAML knows Go's escapes
}
