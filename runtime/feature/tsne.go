package feature

// This file defines t-SNE and its gradient descent.

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/internal/numpy"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"gonum.org/v1/gonum/mat"
)

// TSNE places each row in the plane so that rows that are near each other stay near:
// t-distributed stochastic neighbour embedding (van der Maaten and Hinton, Visualizing
// Data using t-SNE, JMLR 9, 2008), with scikit-learn's parameters, defaults and
// schedule of the descent.
//
// It minimizes the Kullback–Leibler divergence Σ pᵢⱼ·log(pᵢⱼ/qᵢⱼ) between
//
//	pᵢⱼ = (p(j|i) + p(i|j))/2n,  p(j|i) ∝ exp(-βᵢ‖xᵢ-xⱼ‖²)
//	qᵢⱼ ∝ 1/(1 + ‖yᵢ-yⱼ‖²)
//
// where βᵢ gives p(·|i) the perplexity that was asked for. Places have no unit, and
// distances between groups mean little.
//
// Method "exact" takes all pairs, "barnes_hut" the nearest 3·Perplexity neighbours and, for
// the others, summaries in a tree (van der Maaten, Accelerating t-SNE using Tree-Based
// Algorithms, JMLR 15, 2014). By default it is exact up to 5,000 rows, and above them
// Barnes–Hut, which takes an eighth of the time for 5,000 × 256 (BenchmarkTSNE); of
// fewer than 100 rows all pairs are taken in any case.
//
// Result and divergence vary with the rounding of the machine, as those of scikit-learn
// do: they are comparable in quality, not in place. On one machine the same rows and Seed
// give the same places on any number of cores.
//
// There is no way to place further rows; FitTransform places those it learns from.
type TSNE struct {
	// Components is the dimension of the places, up to 3: 0 stands for 2. Others than
	// 2 are always exact, and slower.
	Components int
	// Perplexity is about how many neighbours a row has, less than there are rows: 0
	// stands for 30.
	Perplexity float64
	// EarlyExaggeration multiplies p in the first 250 iterations, at least 1: 0 stands
	// for 12.
	EarlyExaggeration float64
	// LearningRate is the length of steps: 0 stands for that of Belkina and others, rows /
	// EarlyExaggeration / 4, at least 50, scikit-learn's "auto".
	LearningRate float64
	// MaxIter is the number of iterations, at least 250: 0 stands for 1000.
	MaxIter int
	// Init is "pca" (the default: the principal components) or "random".
	Init string
	// Method is "exact", "barnes_hut", or "" for whichever suits the number of rows.
	Method string
	// Angle is how large a summary may seem from a point, from 0 to 1: 0 stands for 0.5.
	// Smaller is more precise, and slower.
	Angle float64
	// Seed is that of random places.
	Seed uint32
	// Progress, if it is there, is called every 50 iterations and at the end with the
	// divergence.
	Progress func(iteration, total int, divergence float64) `artefact:"-"`

	places     *mat.Dense
	divergence float64
	iterations int
}

var _ artefact.Stateful = (*TSNE)(nil)

const (
	exploring     = 250 // iterations with exaggeration
	checkEvery    = 50
	patience      = 300 // iterations without progress
	smallGradient = 1e-7
	exactUpTo     = 5000 // rows
	fewRows       = 100  // that are placed in float64, by all pairs: of few, each counts
)

// settings are parameters with the defaults in.
type settings struct {
	components, maxIter                   int
	perplexity, exaggeration, rate, angle float64
	init, method                          string
}

func (t *TSNE) settings(rows int) (settings, error) {
	s := settings{t.Components, t.MaxIter, t.Perplexity, t.EarlyExaggeration, t.LearningRate, t.Angle, t.Init, t.Method}
	for _, p := range []struct {
		value    *float64
		standard float64
		name     string
		lo, hi   float64
	}{
		{&s.perplexity, 30, "Perplexity", math.SmallestNonzeroFloat64, math.MaxFloat64},
		{&s.exaggeration, 12, "EarlyExaggeration", 1, math.MaxFloat64},
		{&s.rate, 0, "LearningRate", 0, math.MaxFloat64},
		{&s.angle, 0.5, "Angle", 0, 1},
	} {
		if *p.value == 0 {
			*p.value = p.standard
		} else if !(*p.value >= p.lo && *p.value <= p.hi) {
			return s, fmt.Errorf("feature: TSNE cannot have the %s %v; it is at least %.3g and at most %.3g", p.name, *p.value, p.lo, p.hi)
		}
	}
	if s.components == 0 {
		s.components = 2
	}
	if s.maxIter == 0 {
		s.maxIter = 1000
	}
	if s.init == "" {
		s.init = "pca"
	}
	if s.method == "" {
		s.method = "exact"
		if rows > exactUpTo && s.components == 2 {
			s.method = "barnes_hut"
		}
	}
	switch {
	case s.components < 1 || s.components > 3:
		return s, fmt.Errorf("feature: TSNE cannot place rows in %d dimensions; Components is 1, 2 or 3", s.components)
	case s.maxIter < exploring:
		return s, fmt.Errorf("feature: TSNE needs at least %d iterations; MaxIter is %d", exploring, s.maxIter)
	case s.init != "pca" && s.init != "random":
		return s, fmt.Errorf(`feature: TSNE knows no Init %q; it is "pca" or "random"`, s.init)
	case s.method != "exact" && s.method != "barnes_hut":
		return s, fmt.Errorf(`feature: TSNE knows no Method %q; it is "exact" or "barnes_hut"`, s.method)
	case s.method == "barnes_hut" && s.components != 2:
		return s, fmt.Errorf("feature: TSNE's barnes_hut places rows in 2 dimensions, not %d; leave Method empty", s.components)
	case rows < 2:
		return s, fmt.Errorf("feature: TSNE cannot place %d rows; it needs 2", rows)
	case s.perplexity >= float64(rows):
		return s, fmt.Errorf("feature: TSNE cannot give %d rows the perplexity %v; Perplexity must be less than the number of rows", rows, s.perplexity)
	}
	if s.rate == 0 {
		s.rate = max(float64(rows)/s.exaggeration/4, 50)
	}
	return s, nil
}

// FitTransform returns the place of each row of x, a row each.
func (t *TSNE) FitTransform(x mat.Matrix) (*mat.Dense, error) {
	return t.FitTransformContext(context.Background(), x)
}

// FitTransformContext is [TSNE.FitTransform] until ctx ends. After an error t is not
// fitted.
func (t *TSNE) FitTransformContext(ctx context.Context, x mat.Matrix) (*mat.Dense, error) {
	t.places, t.divergence, t.iterations = nil, 0, 0
	m, err := fitNumbers(ctx, "TSNE", x, false)
	if err != nil {
		return nil, err
	}
	s, err := t.settings(m.rows)
	if err != nil {
		return nil, err
	}
	y, err := t.start(ctx, m, s)
	if err != nil {
		return nil, err
	}
	var f field
	switch {
	case m.rows < fewRows:
		f, err = newExactField(ctx, m, s)
	case s.method == "barnes_hut":
		f, err = newTreeField(ctx, m, s)
	case s.components == 2:
		f, err = newPlaneField(ctx, m, s)
	default:
		f, err = newExactField(ctx, m, s)
	}
	if err != nil {
		return nil, err
	}
	d, err := t.descend(ctx, f, s, y)
	if err != nil {
		return nil, err
	}
	if !finiteAll(y) {
		return nil, fmt.Errorf("feature: TSNE's places went to infinity; a LearningRate below %v may help", s.rate)
	}
	places := mat.NewDense(m.rows, s.components, y)
	t.places, t.divergence, t.iterations = places, d.divergence, d.iteration
	return mat.DenseCopyOf(places), nil
}

// start returns where the rows begin: element r of row i is y[i*components+r].
func (t *TSNE) start(ctx context.Context, m *numbers, s settings) ([]float64, error) {
	n, k := m.rows, s.components
	random := func() []float64 {
		r, y := numpy.NewRandomState(t.Seed), make([]float64, n*k)
		for i := range y {
			y[i] = 1e-4 * r.Normal()
		}
		return y
	}
	if s.init == "random" {
		return random(), nil
	}
	if q := min(n, m.cols); k > q {
		return nil, fmt.Errorf(`feature: TSNE cannot begin with %d principal components of %d × %d; set Init to "random"`, k, n, m.cols)
	}
	d, err := decompose(ctx, m, k, true)
	if err != nil {
		return nil, err
	}
	offset := make([]float64, k)
	p := newProjection("TSNE", k, m.cols, d.vectors, offset, nil)
	for r := range k {
		for j, v := range d.mean {
			offset[r] += v * d.vectors[r*m.cols+j]
		}
	}
	y, err := p.all(ctx, m)
	if err != nil {
		return nil, err
	}
	deviation := d.values[0] / math.Sqrt(float64(n))
	if !(deviation > 0) {
		// All rows are the same.
		return random(), nil
	}
	for i := range y {
		y[i] = y[i] / deviation * 1e-4
	}
	return y, nil
}

// A field tells how places are pushed.
type field interface {
	// gradient sets g to the gradient at y of the divergence with p multiplied by
	// exaggeration.
	gradient(ctx context.Context, y, g []float64, exaggeration float64) error
	// divergence returns it without exaggeration, at the y of the last gradient.
	divergence(ctx context.Context) (float64, error)
}

// A descent is how far it got.
type descent struct {
	divergence float64
	iteration  int // the last, from 0
}

// descend moves y down the gradient with momentum and gains for each coordinate.
func (t *TSNE) descend(ctx context.Context, f field, s settings, y []float64) (d descent, err error) {
	g, update, gain := make([]float64, len(y)), make([]float64, len(y)), make([]float64, len(y))
	i := 0
	for _, stage := range []struct {
		until                  int
		momentum, exaggeration float64
	}{{exploring, 0.5, s.exaggeration}, {s.maxIter, 0.8, 1}} {
		clear(update)
		for k := range gain {
			gain[k] = 1
		}
		best, bestAt := math.Inf(1), i
		for ; i < stage.until; i++ {
			if err := ctx.Err(); err != nil {
				return d, err
			}
			if err := f.gradient(ctx, y, g, stage.exaggeration); err != nil {
				return d, err
			}
			check := (i+1)%checkEvery == 0 || i == s.maxIter-1
			if check {
				// Like scikit-learn's, it is that before this step.
				if d.divergence, err = f.divergence(ctx); err != nil {
					return d, err
				}
			}
			norm := 0.0
			for k, v := range g {
				if update[k]*v < 0 {
					gain[k] += 0.2
				} else {
					gain[k] = max(gain[k]*0.8, 0.01)
				}
				v *= gain[k]
				norm += v * v
				update[k] = stage.momentum*update[k] - s.rate*v
				y[k] += update[k]
			}
			d.iteration = i
			if !check {
				continue
			}
			if t.Progress != nil {
				t.Progress(i+1, s.maxIter, d.divergence)
			}
			if d.divergence < best {
				best, bestAt = d.divergence, i
			} else if i-bestAt > patience {
				i++
				break
			}
			if math.Sqrt(norm) <= smallGradient {
				i++
				break
			}
		}
	}
	return d, nil
}

// KLDivergence returns the divergence that was reached, in nats. That of Barnes–Hut leaves
// out what is not among the neighbours.
func (t *TSNE) KLDivergence() float64 { return t.divergence }

// Iterations returns the last iteration, counted from 0: scikit-learn's n_iter_.
func (t *TSNE) Iterations() int { return t.iterations }

// Embedding returns the places that FitTransform returned; nil if t is not fitted.
func (t *TSNE) Embedding() *mat.Dense {
	if t.places == nil {
		return nil
	}
	return mat.DenseCopyOf(t.places)
}

// State returns the places.
func (t *TSNE) State() (*artefact.State, error) {
	if t.places == nil {
		return nil, &NotFittedError{"feature.TSNE"}
	}
	params, err := artefact.Params(t)
	if err != nil {
		return nil, err
	}
	n, k := t.places.Dims()
	return &artefact.State{Kind: "feature.TSNE", Params: params, Arrays: map[string]artefact.Array{
		"embedding":     {Shape: []int{n, k}, Data: t.places.RawMatrix().Data},
		"kl_divergence": artefact.Vector([]float64{t.divergence}),
		"iterations":    artefact.Vector([]int64{int64(t.iterations)}),
	}}, nil
}

// SetState makes t what state says, but for Progress, which stays.
func (t *TSNE) SetState(state *artefact.State) error {
	s := TSNE{Progress: t.Progress}
	if err := stateParams(state, "feature.TSNE", &s); err != nil {
		return err
	}
	places, err := artefact.Get[float64](state, "embedding", -1, -1)
	if err != nil {
		return err
	}
	shape := state.Arrays["embedding"].Shape
	if shape[0] < 2 || shape[1] < 1 || shape[1] > 3 || !finiteAll(places) {
		return fmt.Errorf("feature: the state of a TSNE has places of %v that are not finite, or not so many as there can be", shape)
	}
	divergence, err := artefact.Get[float64](state, "kl_divergence", 1)
	if err != nil {
		return err
	}
	iterations, err := artefact.Get[int64](state, "iterations", 1)
	if err != nil {
		return err
	}
	if !finiteAll(divergence) || iterations[0] < 0 || iterations[0] > math.MaxInt32 {
		return fmt.Errorf("feature: the state of a TSNE has the divergence %v after %d iterations", divergence[0], iterations[0])
	}
	s.places = mat.NewDense(shape[0], shape[1], slices.Clone(places))
	s.divergence, s.iterations = divergence[0], int(iterations[0])
	*t = s
	return nil
}

// sumOf adds up what f returns for chunks of n, in their order.
func sumOf(ctx context.Context, n, size int, f func(lo, hi int) float64) (float64, error) {
	parts := make([]float64, parallel.Count(n, size))
	err := parallel.Chunks(ctx, n, size, func(c, lo, hi int) error {
		parts[c] = f(lo, hi)
		return nil
	})
	sum := 0.0
	for _, p := range parts {
		sum += p
	}
	return sum, err
}
