package model

// This file defines the random forest that predicts numbers.

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"gonum.org/v1/gonum/mat"
)

// A RandomForestRegressor is many decision trees, each grown on samples drawn with
// replacement. The value of a sample is the mean of what the trees say: the mean of
// the training samples in the leaf where the sample ends up. A node splits its
// samples at the threshold after which the variance of both sides, weighted by
// their size, is least, scikit-learn's "squared_error". The zero value has
// scikit-learn's defaults.
//
// Where thresholds are looked for, what is done with values that are NaN, and what
// the result depends on, is as for [RandomForestClassifier].
type RandomForestRegressor struct {
	// Trees is how many there are; 0 stands for 100. It is scikit-learn's
	// n_estimators.
	Trees int
	// Criterion is "squared_error", which "" stands for.
	Criterion string
	// MaxDepth limits the number of splits above a leaf. 0 stands for no limit.
	MaxDepth int
	// MinSamplesSplit is how many different samples a node has at least that is
	// split; 0 stands for 2.
	MinSamplesSplit int
	// MinSamplesLeaf is how many different samples a leaf has at least; 0 stands
	// for 1.
	MinSamplesLeaf int
	// MaxFeatures is how many features a node looks at: "all", which "" stands
	// for, "sqrt" of their number, "log2" of it, a number such as "16", or a share
	// such as "0.5". It looks at more until one differs between its samples.
	MaxFeatures string
	// MinImpurityDecrease is by how much a split lessens the variance at least, in
	// proportion to the node's share of all samples.
	MinImpurityDecrease float64
	// NoBootstrap grows each tree on all samples.
	NoBootstrap bool
	// MaxSamples is how many samples each tree draws: a share if it is at most 1,
	// else a number. 0 stands for as many as there are.
	MaxSamples float64
	// Seed makes the forest another.
	Seed int64
	// OOB makes Fit find out what the trees say of the samples that they did not
	// draw; see OOBScore.
	OOB bool

	forest   *forest
	oobScore float64
	oobValue []float64
}

const regressorName = "RandomForestRegressor"

var (
	_ Regressor         = (*RandomForestRegressor)(nil)
	_ Explainer         = (*RandomForestRegressor)(nil)
	_ artefact.Stateful = (*RandomForestRegressor)(nil)
)

// Fit grows the forest on the rows of x, whose values are y.
func (f *RandomForestRegressor) Fit(x mat.Matrix, y []float64) error {
	return f.FitContext(context.Background(), x, y)
}

// FitContext does what Fit does. If ctx ends it returns its error, and the forest
// is not fitted. Progress is in trees; see [WithProgress].
func (f *RandomForestRegressor) FitContext(ctx context.Context, x mat.Matrix, y []float64) error {
	f.forest, f.oobScore, f.oobValue = nil, math.NaN(), nil
	s, err := checkForest(regressorName, x, len(y))
	if err != nil {
		return err
	}
	if err := finiteValues(regressorName, y); err != nil {
		return err
	}
	if f.Criterion != "" && f.Criterion != "squared_error" {
		return fmt.Errorf("model: %s cannot have the criterion %q; there is \"squared_error\"", regressorName, f.Criterion)
	}
	maxFeatures := f.MaxFeatures
	if maxFeatures == "" {
		maxFeatures = "all"
	}
	p, features, err := forestParams{
		trees: f.Trees, maxDepth: f.MaxDepth, minSplit: f.MinSamplesSplit, minLeaf: f.MinSamplesLeaf, maxFeatures: maxFeatures,
		minDecrease: f.MinImpurityDecrease, maxSamples: f.MaxSamples, noBootstrap: f.NoBootstrap, oob: f.OOB, seed: f.Seed,
	}.check(regressorName, s.cols)
	if err != nil {
		return err
	}
	g := &growth{outputs: 1, features: features, maxDepth: p.maxDepth, minSplit: p.minSplit, minLeaf: p.minLeaf, minDecrease: p.minDecrease, seed: uint64(p.seed)}
	if !p.noBootstrap {
		b := &bootstrap{n: s.rows}
		if b.drawn, err = p.drawn(regressorName, s.rows, float64(s.rows)); err != nil {
			return err
		}
		g.draw = b.draw
	}
	g.newTarget = newValueTarget(y)
	if g.bins, err = newBins(ctx, regressorName, &s); err != nil {
		return err
	}
	trees, err := growForest(ctx, p, g)
	if err != nil {
		return err
	}
	forest := newForest(regressorName, trees)
	if f.OOB {
		sums, count, err := forest.outOfBag(ctx, &s, g)
		if err != nil {
			return err
		}
		f.oobScore, f.oobValue = oobValues(sums, count, y)
	}
	f.forest = forest
	return nil
}

// oobValues makes means of sums, and returns them with R² of those there are.
func oobValues(sums []float64, count []int32, y []float64) (float64, []float64) {
	mean, known := 0.0, 0.0
	for i, n := range count {
		sums[i] /= float64(n) // NaN if there is none
		if n > 0 {
			known++
			mean += (y[i] - mean) / known
		}
	}
	residual, total := 0.0, 0.0
	for i, n := range count {
		if n > 0 {
			residual += (y[i] - sums[i]) * (y[i] - sums[i])
			total += (y[i] - mean) * (y[i] - mean)
		}
	}
	switch {
	case known == 0:
		return math.NaN(), sums
	case total == 0 && residual == 0:
		return 1, sums
	case total == 0:
		return 0, sums
	}
	return 1 - residual/total, sums
}

// FeatureImportances returns, for each column, the share that splits by it have in
// the decrease of variance, weighted by the samples in the nodes: the mean over
// trees, which sums to 1, or is 0 everywhere if no tree has a split. Features with
// many different values look more important than they are. It returns nil if the
// forest is not fitted.
func (f *RandomForestRegressor) FeatureImportances() []float64 {
	if f.forest == nil {
		return nil
	}
	return slices.Clone(f.forest.importances)
}

// OOBScore returns R² on the samples of the training set, each judged by the trees
// that did not draw it ("out of bag"): an estimate for new samples. Samples that
// every tree drew are left out. The score is NaN if the forest was not fitted with
// OOB, or if there are no such samples.
func (f *RandomForestRegressor) OOBScore() float64 {
	if f.forest == nil {
		return math.NaN()
	}
	return f.oobScore
}

// OOBValues returns the values of each sample of the training set, as OOBScore does;
// those of samples that every tree drew are NaN. It is nil if the forest was not
// fitted with OOB; stages on disk do not have it.
func (f *RandomForestRegressor) OOBValues() []float64 { return slices.Clone(f.oobValue) }

func (f *RandomForestRegressor) fitted() (*forest, error) {
	if f.forest == nil {
		return nil, &feature.NotFittedError{What: "model." + regressorName}
	}
	return f.forest, nil
}

// Predict returns the value of each row.
func (f *RandomForestRegressor) Predict(x mat.Matrix) ([]float64, error) {
	return f.PredictContext(context.Background(), x)
}

// PredictContext does what Predict does, until ctx ends.
func (f *RandomForestRegressor) PredictContext(ctx context.Context, x mat.Matrix) ([]float64, error) {
	forest, err := f.fitted()
	if err != nil {
		return nil, err
	}
	s, err := checkPredict(regressorName, x, forest.cols)
	if err != nil {
		return nil, err
	}
	out := make([]float64, s.rows)
	if err := forest.mean(ctx, &s, out); err != nil {
		return nil, err
	}
	return out, nil
}

// ValueVector returns the value of one sample, which is that of Predict.
func (f *RandomForestRegressor) ValueVector(v *feature.Vector) (float64, error) {
	forest, err := f.fitted()
	if err != nil {
		return 0, err
	}
	s := forest.scratch.Get().(*forestScratch)
	defer forest.scratch.Put(s)
	if err := forest.vector(s, v); err != nil {
		return 0, err
	}
	return forest.meanValue(s), nil
}

// Explain takes values apart: Base has the mean of the trees' roots, and the
// contribution of a feature is by how much the value changes, on a sample's way
// down each tree, at the nodes that ask for that feature; both are means over the
// trees. Reference: Saabas, Interpreting random forests (2014).
func (f *RandomForestRegressor) Explain(x mat.Matrix) ([]Explanation, error) {
	forest, err := f.fitted()
	if err != nil {
		return nil, err
	}
	return forest.explain(x, "value", []string{""})
}

// State returns the parameters and the trees.
func (f *RandomForestRegressor) State() (*artefact.State, error) {
	forest, err := f.fitted()
	if err != nil {
		return nil, err
	}
	params, err := artefact.Params(f)
	if err != nil {
		return nil, err
	}
	s := &artefact.State{Kind: "model." + regressorName, Params: params, Arrays: map[string]artefact.Array{}}
	forest.put(s)
	if f.OOB {
		s.Arrays["oob_score"] = artefact.Vector([]float64{f.oobScore})
	}
	return s, nil
}

// SetState makes f the forest that State described, or one of scikit-learn that was
// exported.
func (f *RandomForestRegressor) SetState(s *artefact.State) error {
	fresh := &RandomForestRegressor{}
	if err := artefact.SetParams(fresh, s.Params); err != nil {
		return err
	}
	trees, err := getTrees(s, 1)
	if err != nil {
		return err
	}
	if fresh.oobScore, err = getOOB(s); err != nil {
		return err
	}
	fresh.forest = newForest(regressorName, trees)
	*f = *fresh
	return nil
}
