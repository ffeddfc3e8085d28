package feature_test

import (
	"math"
	"slices"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/internal/numpy"
	"gonum.org/v1/gonum/mat"
)

// placed is the matrix of that name in goldens/decompose.py.
func placed() *mat.Dense {
	r := numpy.NewRandomState(5)
	var centres [40]float64
	for i := range centres {
		centres[i] = 2 * r.Normal()
	}
	x := mat.NewDense(120, 10, nil)
	for i := range 120 {
		for j := range 10 {
			x.Set(i, j, centres[i%4*10+j]+r.Normal())
		}
	}
	return x
}

// trustworthiness says how many of the k nearest places were not near before, weighed by
// how far they were: scikit-learn's trustworthiness, 1 for none.
func trustworthiness(x, y *mat.Dense, k int) float64 {
	n, _ := x.Dims()
	order := func(m *mat.Dense, i int) []int {
		d := make([]float64, n)
		for j := range n {
			for c, v := range m.RawRowView(j) {
				d[j] += (v - m.At(i, c)) * (v - m.At(i, c))
			}
		}
		d[i] = math.Inf(1)
		o := upTo(n)
		slices.SortStableFunc(o, func(a, b int) int { return int(math.Copysign(1, d[a]-d[b])) })
		return o
	}
	sum := 0
	for i := range n {
		rank := make([]int, n)
		for r, j := range order(x, i) {
			rank[j] = r + 1
		}
		for _, j := range order(y, i)[:k] {
			sum += max(0, rank[j]-k)
		}
	}
	return 1 - float64(sum)*2/(float64(n*k)*float64(2*n-3*k-1))
}

func spreadOf(x []float64) (mean, deviation float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		deviation += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, math.Sqrt(deviation)
}

func TestPlacesAreAsGoodAsScikitLearns(t *testing.T) {
	x := placed()
	goldenParts(t, "tsne", func(t *testing.T, _, want *artefact.State) {
		divergence, trust := golden.Floats(t, want, "divergence"), golden.Floats(t, want, "trust")
		seeds := len(divergence)
		if feature.RaceEnabled {
			seeds = 1 // the others run the same code, ten times as slowly
		}
		var gotDivergence, gotTrust []float64
		for seed := range seeds {
			s := feature.TSNE{Seed: uint32(seed)}
			if err := artefact.SetParams(&s, want.Params); err != nil {
				t.Fatal(err)
			}
			y, err := s.FitTransform(x)
			if err != nil {
				t.Fatal(err)
			}
			gotDivergence, gotTrust = append(gotDivergence, s.KLDivergence()), append(gotTrust, trustworthiness(x, y, 5))
		}
		wantMean, wantSpread := spreadOf(divergence)
		mean, spread := spreadOf(gotDivergence)
		t.Logf("divergence %.4f ± %.4f, scikit-learn's %.4f ± %.4f", mean, spread, wantMean, wantSpread)
		// Of one seed there is no spread; the same start ends in a place as good.
		if len(divergence) == 1 {
			wantSpread = 0.02
		} else if off := math.Abs(mean - wantMean); off > 4*max(wantSpread, spread)*math.Sqrt(1/float64(seeds)+1/float64(len(divergence))) {
			t.Errorf("the means differ by %v", off)
		}
		for seed, v := range gotDivergence {
			if v > slices.Max(divergence)+3*wantSpread || v < slices.Min(divergence)-3*wantSpread {
				t.Errorf("seed %d ends at the divergence %v; scikit-learn's are from %v to %v", seed, v, slices.Min(divergence), slices.Max(divergence))
			}
		}
		wantMean, wantSpread = spreadOf(trust)
		mean, spread = spreadOf(gotTrust)
		t.Logf("trustworthiness %.4f ± %.4f, scikit-learn's %.4f ± %.4f", mean, spread, wantMean, wantSpread)
		if mean < wantMean-max(0.005, wantSpread) {
			t.Errorf("the trustworthiness is %v, scikit-learn's %v", mean, wantMean)
		}
	})
}
