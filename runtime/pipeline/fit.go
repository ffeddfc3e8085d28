package pipeline

// This file defines how pipelines learn, transform and predict.

import (
	"context"
	"fmt"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/metric"
	"github.com/netherfield/netherfield/runtime/model"
	"gonum.org/v1/gonum/mat"
)

// Fit is [Pipeline.FitContext] without a context.
func (p *Pipeline) Fit(x, y any) error { return p.FitContext(context.Background(), x, y) }

// FitContext fits each step to what the step before it made of the samples x, and
// the model to their labels y. Without a model y may be nil; it is not looked at.
// The package's documentation says what x and y may be. If a step fails or ctx ends,
// the pipeline is not fitted.
func (p *Pipeline) FitContext(ctx context.Context, x, y any) error {
	_, err := p.fit(ctx, x, y, false)
	return err
}

// FitTransform fits the transformers of a pipeline without a model and returns the
// features of x: what Fit and Transform do, with less work.
func (p *Pipeline) FitTransform(x any) (mat.Matrix, error) {
	return p.FitTransformContext(context.Background(), x)
}

// FitTransformContext is [Pipeline.FitTransform] that ends when ctx does.
func (p *Pipeline) FitTransformContext(ctx context.Context, x any) (mat.Matrix, error) {
	if err := p.wantTransformers("FitTransform"); err != nil {
		return nil, err
	}
	return p.fit(ctx, x, nil, true)
}

// fit fits the steps and returns, if that is wanted, what the last transformer
// makes.
func (p *Pipeline) fit(ctx context.Context, x, y any, wanted bool) (mat.Matrix, error) {
	data, err := p.read(x)
	if err != nil {
		return nil, err
	}
	leaves := p.leaves("")
	last := leaves[len(leaves)-1]
	var l labels
	if isModel(last.stage) {
		_, regressor := last.stage.(model.Regressor)
		if l, err = readLabels(last.path, regressor, y, data.rows); err != nil {
			return nil, err
		}
	}
	p.each(func(p *Pipeline) { p.spoiled, p.digest, p.provenance = true, "", nil })
	for i, leaf := range leaves {
		if isModel(leaf.stage) || i == len(leaves)-1 && !wanted {
			err = leaf.fit(ctx, data, l)
		} else {
			data, err = leaf.fitTransform(ctx, data)
		}
		if err != nil {
			return nil, err
		}
	}
	p.each(func(p *Pipeline) { p.spoiled = false })
	return data.matrix, nil
}

// fit fits one step.
func (l leaf) fit(ctx context.Context, x samples, y labels) (err error) {
	switch s := l.stage.(type) {
	case feature.Texts:
		err = s.FitContext(ctx, x.docs)
	case feature.Frames:
		err = s.FitContext(ctx, x.frame)
	case feature.Matrices:
		err = s.FitContext(ctx, x.matrix)
	case model.Classifier:
		err = s.FitContext(ctx, x.matrix, y.classes)
	case model.Regressor:
		err = s.FitContext(ctx, x.matrix, y.values)
	}
	return l.wrap(err)
}

// fitTransform fits a transformer and applies it to the same rows; some do both with
// less work than one after the other.
func (l leaf) fitTransform(ctx context.Context, x samples) (samples, error) {
	var (
		out mat.Matrix
		err error
	)
	switch s := l.stage.(type) {
	case interface {
		FitTransformContext(context.Context, []string) (*feature.CSR, error)
	}:
		out, err = s.FitTransformContext(ctx, x.docs)
	case interface {
		FitTransformContext(context.Context, []string) (mat.Matrix, error)
	}:
		out, err = s.FitTransformContext(ctx, x.docs)
	case interface {
		FitTransformContext(context.Context, mat.Matrix) (*feature.CSR, error)
	}:
		out, err = s.FitTransformContext(ctx, x.matrix)
	case interface {
		FitTransformContext(context.Context, mat.Matrix) (*mat.Dense, error)
	}:
		out, err = s.FitTransformContext(ctx, x.matrix)
	case interface {
		FitTransformContext(context.Context, mat.Matrix) (mat.Matrix, error)
	}:
		out, err = s.FitTransformContext(ctx, x.matrix)
	default:
		if err := l.fit(ctx, x, labels{}); err != nil {
			return samples{}, err
		}
		return l.transform(ctx, x)
	}
	return samples{matrix: out, rows: x.rows}, l.wrap(err)
}

// transform applies one step.
func (l leaf) transform(ctx context.Context, x samples) (samples, error) {
	var (
		out mat.Matrix
		err error
	)
	switch s := l.stage.(type) {
	case feature.Texts:
		out, err = s.TransformContext(ctx, x.docs)
	case feature.Frames:
		out, err = s.TransformContext(ctx, x.frame)
	case feature.Matrices:
		out, err = s.TransformContext(ctx, x.matrix)
	}
	return samples{matrix: out, rows: x.rows}, l.wrap(err)
}

func (l leaf) wrap(err error) error {
	if err != nil {
		return fmt.Errorf("pipeline: step %q: %w", l.path, err)
	}
	return nil
}

// Transform returns the features that the steps make of x, of a pipeline without a
// model; of one with a model [Pipeline.Features] has the steps before it.
func (p *Pipeline) Transform(x any) (mat.Matrix, error) {
	return p.TransformContext(context.Background(), x)
}

// TransformContext is [Pipeline.Transform] that ends when ctx does.
func (p *Pipeline) TransformContext(ctx context.Context, x any) (mat.Matrix, error) {
	if err := p.wantTransformers("Transform"); err != nil {
		return nil, err
	}
	data, err := p.features(ctx, x)
	return data.matrix, err
}

// features applies all transformers.
func (p *Pipeline) features(ctx context.Context, x any) (samples, error) {
	data, err := p.read(x)
	if err != nil {
		return samples{}, err
	}
	if p.isSpoiled() {
		return samples{}, &feature.NotFittedError{What: "pipeline.Pipeline"}
	}
	for _, leaf := range p.leaves("") {
		if isModel(leaf.stage) {
			break
		}
		if data, err = leaf.transform(ctx, data); err != nil {
			return samples{}, err
		}
	}
	return data, nil
}

func (p *Pipeline) isSpoiled() (spoiled bool) {
	p.each(func(p *Pipeline) { spoiled = spoiled || p.spoiled })
	return spoiled
}

// last returns the last step.
func (p *Pipeline) last() leaf {
	leaves := p.leaves("")
	return leaves[len(leaves)-1]
}

func (p *Pipeline) wantTransformers(method string) error {
	if p.err != nil {
		return p.err
	}
	if l := p.last(); isModel(l.stage) {
		return fmt.Errorf("pipeline: %s is for pipelines without a model, but step %q is one (%T); Features().%s does it for the steps before", method, l.path, l.stage, method)
	}
	return nil
}

func (p *Pipeline) classifier() (leaf, model.Classifier, error) {
	if p.err != nil {
		return leaf{}, nil, p.err
	}
	l := p.last()
	m, ok := l.stage.(model.Classifier)
	if !ok {
		hint := ""
		if _, regressor := l.stage.(model.Regressor); regressor {
			hint = "; PredictValues has a regressor's predictions"
		}
		return l, nil, fmt.Errorf("pipeline: the last step, %q, is a %T and no classifier%s", l.path, l.stage, hint)
	}
	return l, m, nil
}

func (p *Pipeline) regressor() (leaf, model.Regressor, error) {
	if p.err != nil {
		return leaf{}, nil, p.err
	}
	l := p.last()
	m, ok := l.stage.(model.Regressor)
	if !ok {
		hint := ""
		if _, classifier := l.stage.(model.Classifier); classifier {
			hint = "; Predict has a classifier's predictions"
		}
		return l, nil, fmt.Errorf("pipeline: the last step, %q, is a %T and no regressor%s", l.path, l.stage, hint)
	}
	return l, m, nil
}

// Predict returns the class of each sample. The last step is a classifier.
func (p *Pipeline) Predict(x any) ([]string, error) {
	l, m, err := p.classifier()
	if err != nil {
		return nil, err
	}
	data, err := p.features(context.Background(), x)
	if err != nil {
		return nil, err
	}
	out, err := m.Predict(data.matrix)
	return out, l.wrap(err)
}

// PredictValues returns the value of each sample. The last step is a regressor.
func (p *Pipeline) PredictValues(x any) ([]float64, error) {
	l, m, err := p.regressor()
	if err != nil {
		return nil, err
	}
	data, err := p.features(context.Background(), x)
	if err != nil {
		return nil, err
	}
	out, err := m.Predict(data.matrix)
	return out, l.wrap(err)
}

// PredictProba returns the probabilities of the classes: a row for each sample, a
// column for each of [Pipeline.Classes].
func (p *Pipeline) PredictProba(x any) (*mat.Dense, error) {
	l, m, err := p.classifier()
	if err != nil {
		return nil, err
	}
	data, err := p.features(context.Background(), x)
	if err != nil {
		return nil, err
	}
	out, err := m.PredictProba(data.matrix)
	return out, l.wrap(err)
}

// Classes returns the classes that were learned, ascending: nil unless the last step
// is a classifier that is fitted.
func (p *Pipeline) Classes() []string {
	_, m, err := p.classifier()
	if err != nil || p.isSpoiled() {
		return nil
	}
	return m.Classes()
}

// Explain returns for each sample which features made its prediction. Terms name
// columns of [Pipeline.Features]. It is an error if the model cannot tell.
func (p *Pipeline) Explain(x any) ([]model.Explanation, error) {
	if p.err != nil {
		return nil, p.err
	}
	l := p.last()
	m, ok := l.stage.(model.Explainer)
	if !ok {
		return nil, fmt.Errorf("pipeline: the last step, %q, is a %T, which does not explain its predictions", l.path, l.stage)
	}
	data, err := p.features(context.Background(), x)
	if err != nil {
		return nil, err
	}
	out, err := m.Explain(data.matrix)
	return out, l.wrap(err)
}

// Score returns how good the predictions for x are, given the truth y: of a
// classifier the accuracy, the share of samples whose class is predicted; of a
// regressor R² = 1 − Σ(y−ŷ)²/Σ(y−ȳ)², which is 1 at best and NaN for fewer than
// two samples. If all y are equal, R² is 1 if they are predicted, else 0.
func (p *Pipeline) Score(x, y any) (float64, error) {
	if p.err != nil {
		return 0, p.err
	}
	data, err := p.read(x)
	if err != nil {
		return 0, err
	}
	l := p.last()
	if !isModel(l.stage) {
		return 0, fmt.Errorf("pipeline: the last step, %q, is a %T and predicts nothing", l.path, l.stage)
	}
	_, isRegressor := l.stage.(model.Regressor)
	truth, err := readLabels(l.path, isRegressor, y, data.rows)
	if err != nil {
		return 0, err
	}
	if data.rows == 0 {
		return 0, fmt.Errorf("pipeline: there are no samples to score")
	}
	if isRegressor {
		predicted, err := p.PredictValues(x)
		if err != nil {
			return 0, err
		}
		return metric.R2(truth.values, predicted)
	}
	predicted, err := p.Predict(x)
	if err != nil {
		return 0, err
	}
	return metric.Accuracy(truth.classes, predicted)
}
