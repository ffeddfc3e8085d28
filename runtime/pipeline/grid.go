package pipeline

// This file defines the search for the best parameters.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/model"
)

// A GridSearch fits a pipeline with each combination of parameters on the folds of
// the data, and keeps the combination whose mean score on the rows left out is the
// best: of equals the first. Order, folds, scores and ranks are those of
// scikit-learn's GridSearchCV.
//
//	search := pipeline.GridSearch{
//		Pipeline: pipe,
//		Grid:     map[string][]any{"tfidf.Sublinear": {false, true}, "model.C": {0.1, 1, 10}},
//	}
//	err := search.Fit(train.Strings("text"), train.Strings("label"))
//	search.BestParams() // map[model.C:10 tfidf.Sublinear:true]
//
// Transformers are fitted once a fold for all candidates that share them with all
// that comes before them, and those that are [Stateless] are applied once to all the
// data. Folds and candidates are fitted in parallel, at most as many at a time as
// there are cores; besides what these hold, the transformed data of one or two folds
// is in memory. The results do not depend on the number of cores.
type GridSearch struct {
	// Pipeline is what to search; it is not changed.
	Pipeline *Pipeline
	// Grid has the values to try by parameter, as [Pipeline.SetParams] takes them. The
	// last parameter in alphabetical order changes fastest.
	Grid map[string][]any
	// Sample, if it is not 0, is how many combinations to try, chosen at random with
	// Seed as scikit-learn's RandomizedSearchCV does. All, if there are fewer.
	Sample int
	// Folds is how many; 0 is 5. For classifiers, each has as many of each class as
	// the others.
	Folds int
	// Shuffle orders the rows at random, with Seed, before they are cut into folds.
	Shuffle bool
	Seed    uint32
	// Scoring names the metric, as [MetricNamed] says; "" is "accuracy" for
	// classifiers and "r2" for regressors. Metric, if it is there, is used instead.
	Scoring  string
	Positive string // the class that "f1", "precision", "recall" and "roc_auc" are about
	Metric   *Metric
	// NoRefit leaves the best combination unfitted.
	NoRefit bool
	// Progress, if it is there, is called with how many of all fits are done, one
	// call at a time, and should return soon. Else that of [model.WithProgress] is.
	Progress func(done, total int)

	candidate []map[string]any
	scores    [][]float64 // of each candidate on each fold
	means     []float64
	best      int
	pipeline  *Pipeline
}

// Fit is [GridSearch.FitContext] without a context.
func (g *GridSearch) Fit(x, y any) error { return g.FitContext(context.Background(), x, y) }

// FitContext searches, and fits the best combination to all of x and y unless
// NoRefit is set. Errors name the combination that failed. If ctx ends, there is no
// result.
func (g *GridSearch) FitContext(ctx context.Context, x, y any) error {
	g.candidate, g.scores, g.means, g.best, g.pipeline = nil, nil, nil, 0, nil
	if g.Pipeline == nil {
		return errors.New("pipeline: GridSearch needs a Pipeline")
	}
	if g.Pipeline.err != nil {
		return g.Pipeline.err
	}
	picks, err := g.combinations()
	if err != nil {
		return err
	}
	pipes := make([]*Pipeline, len(picks))
	candidates := make([]candidate, len(picks))
	params := make([]map[string]any, len(picks))
	names := slices.Sorted(maps.Keys(g.Grid))
	for i, pick := range picks {
		params[i] = map[string]any{}
		own := map[string]any{}
		for k, name := range names {
			v := g.Grid[name][pick[k]]
			params[i][name] = v
			// A step that is tried must not be changed by the parameters beside it.
			if v != nil && kindOf(v) != unknown {
				v = clone(v)
			}
			own[name] = v
		}
		pipes[i] = g.Pipeline.Clone()
		if err := pipes[i].SetParams(own); err != nil {
			return fmt.Errorf("%w (with %s)", err, showParams(params[i]))
		}
		c := candidate{name: showParams(params[i]), leaves: pipes[i].leaves("")}
		for _, l := range c.leaves {
			var key strings.Builder
			key.WriteString(l.path)
			for k, name := range names {
				if touches(name, l.path) {
					fmt.Fprintf(&key, " %d:%d", k, pick[k])
				}
			}
			c.keys = append(c.keys, key.String())
		}
		candidates[i] = c
	}
	e, err := newEvaluation(pipes[0], x, y, model.KFold{Folds: g.Folds, Shuffle: g.Shuffle, Seed: g.Seed})
	if err != nil {
		return err
	}
	for i, p := range pipes {
		if _, err := e.kindOfModel(p); err != nil {
			return fmt.Errorf("%w (with %s)", err, candidates[i].name)
		}
	}
	metric, err := e.metric(g.Scoring, g.Positive, g.Metric)
	if err != nil {
		return err
	}
	e.metrics = []Metric{metric}

	if g.Progress != nil {
		ctx = model.WithProgress(ctx, g.Progress)
	}
	total := len(candidates) * len(e.folds)
	if !g.NoRefit {
		total++
	}
	progress := model.Progress(ctx, total)
	scores, err := e.run(ctx, candidates, progress)
	if err != nil {
		return err
	}
	flat := make([][]float64, len(scores))
	means := make([]float64, len(scores))
	best := 0
	for i, folds := range scores {
		for _, s := range folds {
			flat[i] = append(flat[i], s[0])
		}
		means[i], _ = meanStd(flat[i])
		if means[i] > means[best] {
			best = i
		}
	}
	if !g.NoRefit {
		if err := pipes[best].FitContext(model.WithProgress(ctx, nil), x, y); err != nil {
			return fmt.Errorf("pipeline: the best candidate, with %s, fails on all data: %w", candidates[best].name, err)
		}
		progress()
	}
	g.candidate, g.scores, g.means, g.best, g.pipeline = params, flat, means, best, pipes[best]
	return nil
}

// combinations returns the positions of the values of each combination, names in
// alphabetical order.
func (g *GridSearch) combinations() ([][]int, error) {
	names := slices.Sorted(maps.Keys(g.Grid))
	total := 1
	for _, name := range names {
		n := len(g.Grid[name])
		if n == 0 {
			return nil, fmt.Errorf("pipeline: the grid has no values for %q", name)
		}
		if total > 1<<30/n {
			return nil, errors.New("pipeline: the grid has more than 2^30 combinations")
		}
		total *= n
	}
	var chosen []int
	switch {
	case g.Sample < 0:
		return nil, fmt.Errorf("pipeline: Sample is %d; it cannot be negative", g.Sample)
	case g.Sample > 0 && g.Sample < total:
		chosen = sampleWithoutReplacement(total, g.Sample, g.Seed)
	case total > 1<<20:
		return nil, fmt.Errorf("pipeline: the grid has %d combinations; set Sample to try some of them", total)
	case g.Sample > 0:
		chosen = sampleWithoutReplacement(total, total, g.Seed)
	default:
		for i := range total {
			chosen = append(chosen, i)
		}
	}
	picks := make([][]int, len(chosen))
	for i, at := range chosen {
		picks[i] = make([]int, len(names))
		for k := len(names) - 1; k >= 0; k-- {
			n := len(g.Grid[names[k]])
			picks[i][k] = at % n
			at /= n
		}
	}
	return picks, nil
}

func showParams(params map[string]any) string {
	if len(params) == 0 {
		return ""
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if s, ok := params[name].(string); ok {
			parts = append(parts, fmt.Sprintf("%s = %q", name, s))
		} else {
			parts = append(parts, name+" = "+showValue(params[name]))
		}
	}
	return strings.Join(parts, ", ")
}

func showValue(v any) string {
	switch {
	case v == nil:
		return "nil"
	case kindOf(v) == unknown:
		return fmt.Sprint(v)
	}
	if p, ok := v.(*Pipeline); ok {
		return fmt.Sprintf("pipeline of %d steps", len(p.steps))
	}
	return showStage(v)
}

func (g *GridSearch) fitted() error {
	if g.candidate == nil {
		return &feature.NotFittedError{What: "pipeline.GridSearch"}
	}
	return nil
}

// Best returns the pipeline with the best parameters: fitted to all data, unless
// NoRefit was set. It is nil before Fit.
func (g *GridSearch) Best() *Pipeline {
	return g.pipeline
}

// BestParams returns the best combination, nil before Fit.
func (g *GridSearch) BestParams() map[string]any {
	if g.candidate == nil {
		return nil
	}
	return maps.Clone(g.candidate[g.best])
}

// BestScore returns the mean score of the best combination on the rows left out,
// NaN before Fit.
func (g *GridSearch) BestScore() float64 {
	if g.means == nil {
		return math.NaN()
	}
	return g.means[g.best]
}

// Results returns a row for each combination, in the order of the grid: its
// parameters ("param_model.C"), its rank, 1 being the best, and the same for equals,
// the mean and the standard deviation of its scores, and its score on each fold. The
// names of the columns are those of scikit-learn's cv_results_.
func (g *GridSearch) Results() (*frame.Frame, error) {
	if err := g.fitted(); err != nil {
		return nil, err
	}
	var t table
	for _, name := range slices.Sorted(maps.Keys(g.candidate[0])) {
		values := make([]any, len(g.candidate))
		for i, c := range g.candidate {
			values[i] = c[name]
		}
		t.add("param_"+name, column(values))
	}
	ranks := make([]int64, len(g.means))
	stds := make([]float64, len(g.means))
	for i, m := range g.means {
		ranks[i] = 1
		for _, other := range g.means {
			if other > m {
				ranks[i]++
			}
		}
		_, stds[i] = meanStd(g.scores[i])
	}
	t.add("rank_test_score", ranks)
	t.add("mean_test_score", slices.Clone(g.means))
	t.add("std_test_score", stds)
	for f := range g.scores[0] {
		scores := make([]float64, len(g.scores))
		for i := range scores {
			scores[i] = g.scores[i][f]
		}
		t.add(fmt.Sprintf("split%d_test_score", f), scores)
	}
	return t.frame()
}

// meanStd returns the mean and the standard deviation, that of the population,
// adding in order as NumPy does along the folds.
func meanStd(x []float64) (mean, std float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += v
	}
	mean /= n
	for _, v := range x {
		std += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(std / n)
}
