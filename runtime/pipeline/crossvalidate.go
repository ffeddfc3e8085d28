package pipeline

// This file defines cross-validation.

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/model"
)

// CVOpts say how to cross-validate. The zero value is scikit-learn's way.
type CVOpts struct {
	// Folds is how many; 0 is 5. For classifiers, each has as many of each class as
	// the others.
	Folds int
	// Shuffle orders the rows at random, with Seed, before they are cut into folds.
	Shuffle bool
	Seed    uint32
	// Scoring names metrics, as [MetricNamed] says; none is "accuracy" for classifiers
	// and "r2" for regressors. Metrics are further ones.
	Scoring  []string
	Positive string // the class that "f1", "precision", "recall" and "roc_auc" are about
	Metrics  []Metric
	// TrainScores asks for the scores on the rows learned from, too.
	TrainScores bool
	// Progress, if it is there, is called with how many of the folds are done, one
	// call at a time, and should return soon. Else that of [model.WithProgress] is.
	Progress func(done, total int)
}

// A CVResult has the scores of a cross-validation.
type CVResult struct {
	Metrics []string
	// Test has for each metric the score on each fold's rows left out; Train, if
	// asked for, on those learned from.
	Test, Train map[string][]float64
}

// Mean returns the mean score on rows left out by a metric.
func (r *CVResult) Mean(metric string) float64 {
	mean, _ := meanStd(r.Test[metric])
	return mean
}

// Std returns the standard deviation of the score by a metric.
func (r *CVResult) Std(metric string) float64 {
	_, std := meanStd(r.Test[metric])
	return std
}

// Results returns a row for each fold, with the columns "fold", "test_accuracy" and
// so on.
func (r *CVResult) Results() (*frame.Frame, error) {
	var t table
	numbers := make([]int64, len(r.Test[r.Metrics[0]]))
	for i := range numbers {
		numbers[i] = int64(i)
	}
	t.add("fold", numbers)
	for _, m := range r.Metrics {
		t.add("test_"+m, slices.Clone(r.Test[m]))
	}
	for _, m := range r.Metrics {
		if r.Train != nil {
			t.add("train_"+m, slices.Clone(r.Train[m]))
		}
	}
	return t.frame()
}

// CrossValidate fits copies of a pipeline, or of a model, to all folds of the data but
// one, scores them on that one, and so for each: scikit-learn's cross_validate. The
// estimator itself is not changed.
func CrossValidate(ctx context.Context, estimator, x, y any, opts CVOpts) (*CVResult, error) {
	p, ok := estimator.(*Pipeline)
	if !ok {
		if isNil(estimator) || !isModel(estimator) {
			return nil, fmt.Errorf("pipeline: CrossValidate takes a *pipeline.Pipeline or a pointer to a model, not a %T", estimator)
		}
		p = New(Step("model", estimator))
	}
	if p == nil {
		return nil, errors.New("pipeline: CrossValidate needs a pipeline")
	}
	e, err := newEvaluation(p, x, y, model.KFold{Folds: opts.Folds, Shuffle: opts.Shuffle, Seed: opts.Seed})
	if err != nil {
		return nil, err
	}
	names := opts.Scoring
	if len(names) == 0 && len(opts.Metrics) == 0 {
		names = []string{""}
	}
	for _, name := range names {
		m, err := e.metric(name, opts.Positive, nil)
		if err != nil {
			return nil, err
		}
		e.metrics = append(e.metrics, m)
	}
	for i := range opts.Metrics {
		m, err := e.metric("", "", &opts.Metrics[i])
		if err != nil {
			return nil, err
		}
		e.metrics = append(e.metrics, m)
	}
	seen := map[string]bool{}
	for _, m := range e.metrics {
		if seen[m.Name] {
			return nil, fmt.Errorf("pipeline: two metrics are called %q", m.Name)
		}
		seen[m.Name] = true
	}
	e.trainScore = opts.TrainScores
	c := candidate{leaves: p.leaves("")}
	for _, l := range c.leaves {
		c.keys = append(c.keys, l.path)
	}
	if opts.Progress != nil {
		ctx = model.WithProgress(ctx, opts.Progress)
	}
	scores, err := e.run(ctx, []candidate{c}, model.Progress(ctx, len(e.folds)))
	if err != nil {
		return nil, err
	}
	r := &CVResult{Test: map[string][]float64{}}
	if opts.TrainScores {
		r.Train = map[string][]float64{}
	}
	for k, m := range e.metrics {
		r.Metrics = append(r.Metrics, m.Name)
		for _, s := range scores[0] {
			r.Test[m.Name] = append(r.Test[m.Name], s[k])
			if opts.TrainScores {
				r.Train[m.Name] = append(r.Train[m.Name], s[len(e.metrics)+k])
			}
		}
	}
	return r, nil
}
