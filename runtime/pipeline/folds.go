package pipeline

// This file defines how an evaluation is set up: what it reads, and its folds.

import (
	"fmt"

	"github.com/netherfield/netherfield/runtime/internal/numpy"
	"github.com/netherfield/netherfield/runtime/model"
)

// splitting says how to cut the rows into folds.
type splitting struct {
	folds   int
	shuffle bool
	seed    uint32
}

// newEvaluation reads the data as the pipeline takes it, and cuts it into folds.
func newEvaluation(p *Pipeline, x, y any, s splitting) (*evaluation, error) {
	data, err := p.read(x)
	if err != nil {
		return nil, err
	}
	e := &evaluation{data: data}
	regressor, err := e.kindOfModel(p)
	if err != nil {
		return nil, err
	}
	if e.labels, err = readLabels(p.last().path, regressor, y, data.rows); err != nil {
		return nil, err
	}
	e.folds, err = s.cut(e.labels, data.rows)
	return e, err
}

// kindOfModel tells whether the pipeline ends in a regressor, and fails if it ends in
// no model or in another kind than others that learn from the same labels.
func (e *evaluation) kindOfModel(p *Pipeline) (regressor bool, err error) {
	if p.err != nil {
		return false, p.err
	}
	l := p.last()
	if !isModel(l.stage) {
		return false, fmt.Errorf("pipeline: the last step, %q, is a %T and predicts nothing that could be scored", l.path, l.stage)
	}
	_, regressor = l.stage.(model.Regressor)
	if e.folds != nil && regressor != (e.labels.values != nil) {
		return regressor, fmt.Errorf("pipeline: step %q is now a %T; a search is for classifiers or for regressors, not for both", l.path, l.stage)
	}
	// What the first step takes may have changed with the step.
	if e.folds != nil {
		first := p.leaves("")[0]
		var x any
		switch {
		case e.data.docs != nil:
			x = e.data.docs
		case e.data.frame != nil:
			x = e.data.frame
		default:
			x = e.data.matrix
		}
		_, err = readSamples(first.path, first.stage, x)
	}
	return regressor, err
}

func (s splitting) cut(l labels, rows int) ([]fold, error) {
	n := s.folds
	if n == 0 {
		n = 5
	}
	if n < 2 || n > rows {
		return nil, fmt.Errorf("pipeline: %d rows cannot be cut into %d folds; there are 2 at least, and as many rows as folds", rows, n)
	}
	r := numpy.NewRandomState(s.seed)
	of := make([]int, rows) // the fold of each row
	if l.values != nil {
		order := make([]int, rows)
		for i := range order {
			order[i] = i
		}
		if s.shuffle {
			r.Shuffle(rows, func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		at := 0
		for f := range n {
			size := rows / n
			if f < rows%n {
				size++
			}
			for _, i := range order[at : at+size] {
				of[i] = f
			}
			at += size
		}
	} else {
		codes := map[string]int{}
		var sizes []int
		for _, c := range l.classes {
			k, ok := codes[c]
			if !ok {
				k = len(codes)
				codes[c] = k
				sizes = append(sizes, 0)
			}
			sizes[k]++
		}
		start := 0
		folds := make([][]int, len(sizes))
		for k, size := range sizes {
			for f := range n {
				for i := range size {
					if (start+i)%n == f {
						folds[k] = append(folds[k], f)
					}
				}
			}
			start += size
		}
		for k := range folds {
			if s.shuffle {
				r.Shuffle(len(folds[k]), func(i, j int) { folds[k][i], folds[k][j] = folds[k][j], folds[k][i] })
			}
		}
		for i, c := range l.classes {
			k := codes[c]
			of[i], folds[k] = folds[k][0], folds[k][1:]
		}
	}
	out := make([]fold, n)
	for i, at := range of {
		for f := range out {
			if f == at {
				out[f].test = append(out[f].test, i)
			} else {
				out[f].train = append(out[f].train, i)
			}
		}
	}
	return out, nil
}
