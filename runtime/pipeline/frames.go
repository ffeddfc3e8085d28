package pipeline

// This file defines what pipelines do with frames.

import (
	"fmt"
	"strings"

	"github.com/netherfield/netherfield/runtime/frame"
)

// onlyTexts returns the column of texts of a frame that has just one column.
func onlyTexts(f *frame.Frame) ([]string, error) {
	names := f.Columns()
	if len(names) != 1 {
		return nil, fmt.Errorf("a frame has one column of them, not %d (%s); Strings(\"…\") gives those of a column", len(names), strings.Join(names, ", "))
	}
	return f.Strings(names[0])
}

// A table is a frame in the making.
type table struct{ columns []frame.Column }

func (t *table) add(name string, values any) {
	t.columns = append(t.columns, frame.Values(name, values))
}

func (t *table) frame() (*frame.Frame, error) { return frame.New(t.columns...) }

// column makes a column of parameters: of numbers, bools or texts if all are such,
// else of what they look like.
func column(values []any) any {
	var (
		floats []float64
		ints   []int64
		bools  []bool
		texts  []string
	)
	for _, v := range values {
		switch v := v.(type) {
		case int:
			ints, floats = append(ints, int64(v)), append(floats, float64(v))
		case int64:
			ints, floats = append(ints, v), append(floats, float64(v))
		case float64:
			floats = append(floats, v)
		case bool:
			bools = append(bools, v)
		}
		if s, ok := v.(string); ok {
			texts = append(texts, s)
		} else {
			texts = append(texts, showValue(v))
		}
	}
	switch len(values) {
	case len(ints):
		return ints
	case len(floats):
		return floats
	case len(bools):
		return bools
	}
	return texts
}
