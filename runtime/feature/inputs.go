package feature

// This file says which columns of a frame transformers read.

import "slices"

// An InputKind is what a column holds for the transformer that reads it.
type InputKind string

// The kinds of columns.
const (
	Number   InputKind = "number"   // numbers, or bools as 1 and 0
	Text     InputKind = "text"     // documents
	Category InputKind = "category" // texts or numbers that name something
	Bool     InputKind = "bool"     // true and false, as categories or as 1 and 0
)

// An Input is a column that a fitted transformer of frames reads.
type Input struct {
	Name string    `json:"name"`
	Kind InputKind `json:"kind"`
}

// HasInputs is implemented by fitted transformers of frames that know which columns they
// read. A pipeline service needs it, to make frames of what it is sent.
type HasInputs interface {
	Inputs() []Input // nil before Fit
}

var (
	_ HasInputs = (*Columns)(nil)
	_ HasInputs = (*OneHot)(nil)
	_ HasInputs = (*ColumnTransformer)(nil)
)

// Inputs returns the columns, which are numbers; nil before Fit.
func (c *Columns) Inputs() []Input { return inputs(c.names, Number) }

// Inputs returns the columns, which are categories or bools; nil before Fit.
func (o *OneHot) Inputs() []Input {
	out := inputs(o.columns, Category)
	for i, list := range o.categories {
		if !slices.ContainsFunc(list, func(c string) bool { return c != "true" && c != "false" && c != "" }) {
			out[i].Kind = Bool
		}
	}
	return out
}

func inputs(names []string, kind InputKind) []Input {
	var out []Input
	for _, name := range names {
		out = append(out, Input{name, kind})
	}
	return out
}

// Inputs returns the columns of the branches, in their order and each once; nil before
// Fit, or if a branch has a transformer of frames that does not tell. A column that
// branches read differently has the kind that serves all of them.
func (c *ColumnTransformer) Inputs() []Input {
	if len(c.branches.ends) != len(c.Branches) {
		return nil
	}
	var out []Input
	for _, br := range c.Branches {
		var own []Input
		switch t := br.Transformer.(type) {
		case Texts:
			own = inputs(br.Columns, Text)
		case Frames:
			told, ok := t.(HasInputs)
			if !ok {
				return nil
			}
			own = told.Inputs()
		default:
			own = inputs(br.Columns, Number)
		}
		for _, in := range own {
			i := slices.IndexFunc(out, func(other Input) bool { return other.Name == in.Name })
			if i < 0 {
				out = append(out, in)
			} else {
				out[i].Kind = both(out[i].Kind, in.Kind)
			}
		}
	}
	return out
}

// both returns the kind of a column that is read as two. Frames give the number of a bool,
// and a number as it names a category; texts are no numbers.
func both(a, b InputKind) InputKind {
	for _, kind := range []InputKind{Text, Bool, Number} {
		if a == kind || b == kind {
			return kind
		}
	}
	return Category
}
