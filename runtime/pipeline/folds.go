package pipeline

// This file defines how an evaluation is set up: what it reads, and its folds.

import (
	"fmt"

	"github.com/netherfield/netherfield/runtime/model"
)

// newEvaluation reads the data as the pipeline takes it, and cuts it into folds.
func newEvaluation(p *Pipeline, x, y any, k model.KFold) (*evaluation, error) {
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
	if regressor {
		e.folds, err = k.Split(data.rows)
	} else {
		e.folds, err = k.SplitStratified(e.labels.classes)
	}
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
