package notebook

// This file holds notebooks to the format 4.5.

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Upgrade makes a notebook of format 4.0 to 4.4 one of 4.5: cells without an id get one
// that depends on their place and source, so that the same notebook gets the same.
func (nb *Notebook) Upgrade() {
	nb.Minor = max(nb.Minor, 5)
	taken := map[string]bool{}
	for _, c := range nb.Cells {
		taken[c.ID] = true
	}
	for i, c := range nb.Cells {
		for salt := 0; c.ID == ""; salt++ {
			sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %s", i, salt, c.Source))
			if id := hex.EncodeToString(sum[:4]); !taken[id] {
				c.ID, taken[id] = id, true
			}
		}
	}
}

// mostProblems bounds what an error of Validate tells.
const mostProblems = 10

// Validate returns an error that says where the notebook differs from the format 4.5 (see
// nbformat.readthedocs.io), as Jupyter's own programs would, or nil.
func (nb *Notebook) Validate() error {
	v := &validator{}
	if nb.Minor < 5 {
		v.at("the notebook", "is of format 4.%d, not 4.5", nb.Minor)
	}
	v.metadata(nb.Metadata)
	ids := map[string]int{}
	for i, c := range nb.Cells {
		where := fmt.Sprintf("cell %d", i+1)
		if other, ok := ids[c.ID]; ok && c.ID != "" {
			v.at(where, "has the id %s, which cell %d has", c.ID, other)
		}
		ids[c.ID] = i + 1
		v.cell(where, c)
	}
	if len(v.problems) > mostProblems {
		v.problems = append(v.problems[:mostProblems], fmt.Errorf("and %d more", len(v.problems)-mostProblems))
	}
	return errors.Join(v.problems...)
}

type validator struct{ problems []error }

func (v *validator) at(where, format string, args ...any) {
	v.problems = append(v.problems, fmt.Errorf(where+" "+format, args...))
}

// strings complains of those of an object that are there, but no texts, and of those that
// must be there and are not.
func (v *validator) strings(where string, object map[string]any, must, may []string) {
	for _, name := range must {
		if _, ok := object[name]; !ok {
			v.at(where, "has no %s", name)
		}
	}
	for _, name := range slices.Concat(must, may) {
		if value, ok := object[name]; ok {
			if _, ok := value.(string); !ok {
				v.at(where, "has a %s that is no text", name)
			}
		}
	}
}

func (v *validator) metadata(m map[string]any) {
	for name, must := range map[string][]string{"kernelspec": {"name", "display_name"}, languageInfo: {"name"}} {
		value, ok := m[name]
		if !ok {
			continue
		}
		object, ok := value.(map[string]any)
		if !ok {
			v.at("the notebook's "+name, "is no object")
			continue
		}
		var may []string
		if name == languageInfo {
			may = []string{"file_extension", "mimetype", "pygments_lexer"}
			switch object["codemirror_mode"].(type) {
			case nil, string, map[string]any:
			default:
				v.at("the notebook's "+name, "has a codemirror_mode that is neither a text nor an object")
			}
		}
		v.strings("the notebook's "+name, object, must, may)
	}
	v.strings("the notebook's metadata", m, nil, []string{"title"})
	if authors, ok := m["authors"]; ok {
		if _, ok := authors.([]any); !ok {
			v.at("the notebook's metadata", "has authors that are no list")
		}
	}
	if format, ok := m["orig_nbformat"]; ok && !atLeast(format, 1) {
		v.at("the notebook's metadata", "has an orig_nbformat that is no number from 1")
	}
}

// atLeast tells whether a value is a whole number from least.
func atLeast(value any, least int64) bool {
	switch n := value.(type) {
	case json.Number:
		i, err := n.Int64()
		return err == nil && i >= least
	case int:
		return int64(n) >= least
	}
	return false
}

var idPattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

func (v *validator) cell(where string, c *Cell) {
	if !idPattern.MatchString(c.ID) {
		v.at(where, "has the id %q; it has 1 to 64 letters, digits, - and _", c.ID)
	}
	switch c.Type {
	case Code, Markdown, Raw:
	default:
		v.at(where, "is of the type %q, not code, markdown or raw", c.Type)
	}
	for _, name := range slices.Sorted(maps.Keys(c.more)) {
		v.at(where, "has %s, which the format does not know", name)
	}
	v.cellMetadata(where, c)
	if c.Type == Code {
		if c.Attachments != nil {
			v.at(where, "has attachments, which code has not")
		}
		if c.Count != nil && *c.Count < 0 {
			v.at(where, "has the execution_count %d", *c.Count)
		}
		for i, o := range c.Outputs {
			v.output(fmt.Sprintf("%s: output %d", where, i+1), o)
		}
		return
	}
	if c.Outputs != nil {
		v.at(where, "has outputs, which only code has")
	}
	for name, bundle := range c.Attachments {
		v.bundle(where+": attachment "+name, bundle)
	}
}

func (v *validator) cellMetadata(where string, c *Cell) {
	m := c.Metadata
	if name, ok := m["name"]; ok {
		if s, ok := name.(string); !ok || s == "" {
			v.at(where, "has a name that is no text")
		}
	}
	if tags, ok := m["tags"]; ok {
		list, ok := tags.([]any)
		if !ok {
			v.at(where, "has tags that are no list")
		}
		seen := map[string]bool{}
		for _, t := range list {
			s, ok := t.(string)
			switch {
			case !ok || s == "" || strings.Contains(s, ","):
				v.at(where, "has the tag %v; a tag is a text without a comma", t)
			case seen[s]:
				v.at(where, "has the tag %s twice", s)
			}
			seen[s] = true
		}
	}
	if value, ok := m["jupyter"]; ok {
		if _, ok := value.(map[string]any); !ok {
			v.at(where, "has a jupyter in its metadata that is no object")
		}
	}
	switch c.Type {
	case Raw:
		v.strings(where, m, nil, []string{"format"})
	case Code:
		if value, ok := m["collapsed"]; ok {
			if _, ok := value.(bool); !ok {
				v.at(where, "has a collapsed that is neither true nor false")
			}
		}
		if value, ok := m["scrolled"]; ok && value != true && value != false && value != "auto" {
			v.at(where, "has a scrolled that is neither true nor false nor auto")
		}
		if value, ok := m["execution"]; ok {
			times, ok := value.(map[string]any)
			if !ok {
				v.at(where, "has an execution that is no object")
			}
			v.strings(where+"'s execution", times, nil, slices.Sorted(maps.Keys(times)))
		}
	}
}

// fields are what each type of output has beside its output_type.
var fields = map[string][]string{
	"stream":         {"name", "text"},
	"display_data":   {"data", "metadata"},
	"execute_result": {"data", "metadata", "execution_count"},
	"error":          {"ename", "evalue", "traceback"},
}

func (v *validator) output(where string, o Output) {
	known, ok := fields[o.Type()]
	if !ok {
		v.at(where, "is of the type %q", cmp.Or(o.Type(), "none"))
		return
	}
	for _, name := range known {
		if _, ok := o[name]; !ok {
			v.at(where, "has no %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		value := o[name]
		switch name {
		case "output_type":
			continue
		case "name", "text", "ename", "evalue":
			ok = isText(value)
		case "data":
			v.bundle(where, value)
		case "metadata":
			_, ok = value.(map[string]any)
		case "execution_count":
			ok = value == nil || atLeast(value, 0)
		case "traceback":
			var list []any
			if list, ok = value.([]any); ok {
				ok = !slices.ContainsFunc(list, func(l any) bool { return !isText(l) })
			}
		}
		switch {
		case !slices.Contains(known, name):
			v.at(where, "has %s, which a %s does not have", name, o.Type())
		case !ok:
			v.at(where, "has something else than it should as its %s", name)
		}
		ok = true
	}
}

func (v *validator) bundle(where string, bundle any) {
	data, ok := bundle.(map[string]any)
	if !ok {
		v.at(where, "has data that are no MIME bundle")
	}
	for _, mime := range slices.Sorted(maps.Keys(data)) {
		if !isJSON(mime) && !isText(data[mime]) {
			v.at(where, "has %s that is no text", mime)
		}
	}
}

func isText(v any) bool {
	_, ok := v.(string)
	return ok
}
