package pipeline

// This file defines what samples and labels may be.

import (
	"fmt"
	"strconv"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	"gonum.org/v1/gonum/mat"
)

// samples are the rows that a pipeline is given: one of the three is set.
type samples struct {
	docs   []string
	frame  *frame.Frame
	matrix mat.Matrix
	rows   int
}

// read makes samples of what a user has, as the first step takes them.
func (p *Pipeline) read(x any) (samples, error) {
	if p.err != nil {
		return samples{}, p.err
	}
	first := p.leaves("")[0]
	return readSamples(first.path, first.stage, x)
}

func readSamples(name string, stage, x any) (samples, error) {
	k := kindOf(stage)
	wrong := func() (samples, error) {
		return samples{}, fmt.Errorf("pipeline: step %q (%T) takes %s; it cannot take %s", name, stage, [...]string{
			texts:     "texts, as []string or as a *frame.Frame of one column",
			frames:    "a *frame.Frame",
			matrices:  "features, as a mat.Matrix or as [][]float64",
			modelKind: "features, as a mat.Matrix or as [][]float64",
		}[k], describe(x))
	}
	switch x := x.(type) {
	case []string:
		if k == texts {
			return ofTexts(x), nil
		}
	case *frame.Frame:
		if x == nil {
			return wrong()
		}
		switch k {
		case frames:
			return samples{frame: x, rows: x.NumRows()}, nil
		case texts:
			docs, err := onlyTexts(x)
			if err != nil {
				return samples{}, fmt.Errorf("pipeline: step %q takes texts: %w", name, err)
			}
			return ofTexts(docs), nil
		}
	case [][]float64:
		if k == matrices || k == modelKind {
			return fromRows(x)
		}
	case mat.Matrix:
		if isNil(x) {
			return wrong()
		}
		if k == matrices || k == modelKind {
			rows, _ := x.Dims()
			return samples{matrix: x, rows: rows}, nil
		}
	}
	return wrong()
}

func ofTexts(docs []string) samples {
	if docs == nil {
		docs = []string{}
	}
	return samples{docs: docs, rows: len(docs)}
}

// describe says what x is to somebody who gave the wrong thing.
func describe(x any) string {
	switch x := x.(type) {
	case nil:
		return "nil"
	case string:
		return "a single text; make it []string{text}"
	case []float64:
		return "a single row; make it [][]float64{row}"
	default:
		return fmt.Sprintf("a %T", x)
	}
}

func fromRows(x [][]float64) (samples, error) {
	if len(x) == 0 || len(x[0]) == 0 {
		return samples{matrix: &mat.Dense{}, rows: len(x)}, nil
	}
	cols := len(x[0])
	data := make([]float64, 0, len(x)*cols)
	for i, row := range x {
		if len(row) != cols {
			return samples{}, fmt.Errorf("pipeline: row %d of the features has %d values, row 0 has %d", i, len(row), cols)
		}
		data = append(data, row...)
	}
	return samples{matrix: mat.NewDense(len(x), cols, data), rows: len(x)}, nil
}

// take returns the given rows.
func (s samples) take(rows []int) (samples, error) {
	out := samples{rows: len(rows)}
	var err error
	switch {
	case s.docs != nil:
		out.docs = make([]string, len(rows))
		for k, i := range rows {
			out.docs[k] = s.docs[i]
		}
	case s.frame != nil:
		out.frame, err = s.frame.Take(rows)
	default:
		out.matrix, err = feature.Rows(s.matrix, rows)
	}
	return out, err
}

// labels are what belongs to the rows: classes, or values for a regressor.
type labels struct {
	classes []string
	values  []float64
}

// readLabels makes labels of what a user has, for the last step, which has the
// name.
func readLabels(name string, regressor bool, y any, rows int) (labels, error) {
	var l labels
	n := 0
	switch y := y.(type) {
	case nil:
		return l, fmt.Errorf("pipeline: step %q is a model and learns from labels; there are none", name)
	case []string:
		l.classes, n = y, len(y)
	case []bool:
		l.classes, n = make([]string, len(y)), len(y)
		for i, v := range y {
			l.classes[i] = strconv.FormatBool(v)
		}
	case []int:
		l, n = integers(y, regressor), len(y)
	case []int64:
		l, n = integers(y, regressor), len(y)
	case []float64:
		l.values, n = y, len(y)
	default:
		return l, fmt.Errorf("pipeline: labels cannot be a %T; they are []string, []int, []int64 or []bool for a classifier, []float64, []int or []int64 for a regressor", y)
	}
	switch {
	case regressor && l.values == nil && n > 0:
		return l, fmt.Errorf("pipeline: step %q is a regressor and learns from []float64, []int or []int64, not from a %T", name, y)
	case !regressor && l.classes == nil && n > 0:
		return l, fmt.Errorf("pipeline: step %q is a classifier, whose classes are []string, []int, []int64 or []bool, not []float64; are the labels numbers to be learned by a regressor?", name)
	case n != rows:
		return l, fmt.Errorf("pipeline: there are %d samples, but %d labels", rows, n)
	}
	return l, nil
}

func integers[T int | int64](y []T, regressor bool) labels {
	var l labels
	if regressor {
		l.values = make([]float64, len(y))
		for i, v := range y {
			l.values[i] = float64(v)
		}
		return l
	}
	l.classes = make([]string, len(y))
	for i, v := range y {
		l.classes[i] = strconv.FormatInt(int64(v), 10)
	}
	return l
}

func (l labels) take(rows []int) labels {
	var out labels
	if l.classes != nil {
		out.classes = make([]string, len(rows))
		for k, i := range rows {
			out.classes[k] = l.classes[i]
		}
	}
	if l.values != nil {
		out.values = make([]float64, len(rows))
		for k, i := range rows {
			out.values[k] = l.values[i]
		}
	}
	return out
}
