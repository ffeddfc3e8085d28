package feature_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"gonum.org/v1/gonum/mat"
)

// numeric are the transformers of matrices of this file.
type numeric interface {
	Fit(mat.Matrix) error
	Transform(mat.Matrix) (mat.Matrix, error)
	feature.Matrices
	feature.VectorVector
	artefact.Stateful
}

func numerics() map[string]func() numeric {
	return map[string]func() numeric{
		"StandardScaler": func() numeric { return &feature.StandardScaler{} },
		"scale alone":    func() numeric { return &feature.StandardScaler{WithoutMean: true} },
		"mean alone":     func() numeric { return &feature.StandardScaler{WithoutStd: true} },
		"PCA":            func() numeric { return &feature.PCA{} },
		"PCA(2)":         func() numeric { return &feature.PCA{Components: 2} },
		"whitened":       func() numeric { return &feature.PCA{Components: 3, Whiten: true} },
		"TruncatedSVD":   func() numeric { return &feature.TruncatedSVD{} },
	}
}

func someDense() *mat.Dense {
	x := placed()
	return mat.DenseCopyOf(x.Slice(0, 40, 0, 6))
}

func someSparse() *feature.CSR {
	d := someDense()
	s := &feature.CSR{Rows: 40, Cols: 6, Start: make([]int, 41)}
	for i := range 40 {
		for j := range 6 {
			if (i*7+j*5)%3 == 0 && i != 4 {
				s.Col, s.Value = append(s.Col, int32(j)), append(s.Value, d.At(i, j))
			}
		}
		s.Start[i+1] = len(s.Col)
	}
	return s
}

// vectorOf is row i of x.
func vectorOf(v *feature.Vector, x mat.Matrix, i int) {
	_, v.Len = x.Dims()
	v.Index, v.Value, v.Dense = v.Index[:0], v.Value[:0], true
	switch x := x.(type) {
	case *feature.CSR:
		cols, values := x.Row(i)
		v.Index, v.Value, v.Dense = append(v.Index, cols...), append(v.Value, values...), false
	case *mat.Dense:
		v.Value = append(v.Value, x.RawRowView(i)...)
	}
}

func TestRowsAreTransformedAsMatricesAre(t *testing.T) {
	for name, make := range numerics() {
		for _, x := range []mat.Matrix{someDense(), someSparse()} {
			m := make()
			if err := m.Fit(x); err != nil {
				if _, sparse := x.(*feature.CSR); sparse && strings.Contains(err.Error(), "set WithoutMean") {
					continue
				}
				t.Fatal(err)
			}
			z, err := m.Transform(x)
			if err != nil {
				t.Fatal(err)
			}
			again := make()
			if err := roundTrip(m, again); err != nil {
				t.Fatal(err)
			}
			var v feature.Vector
			for i := range 40 {
				for _, m := range []numeric{m, again} {
					vectorOf(&v, x, i)
					if err := m.TransformVector(&v); err != nil {
						t.Fatal(err)
					}
					sameRow(t, name, &v, z, i)
				}
			}
			if n := testing.AllocsPerRun(100, func() {
				vectorOf(&v, x, 3)
				if err := m.TransformVector(&v); err != nil {
					t.Error(err)
				}
			}); n > 0 {
				t.Errorf("%s: one row of %T takes %v allocations", name, x, n)
			}
			vectorOf(&v, x, 0)
			v.Len++
			if err := m.TransformVector(&v); err == nil || !strings.Contains(err.Error(), "was fitted on 6 columns, but is given 7") {
				t.Errorf("%s: %v", name, err)
			}
			v = feature.Vector{Len: 6, Index: []int32{9}, Value: []float64{1}}
			if err := m.TransformVector(&v); err == nil {
				t.Errorf("%s takes column 9 of 6", name)
			}
			v = feature.Vector{Len: 6, Dense: true, Value: []float64{0, 0, math.Inf(1), 0, 0, 0}}
			if err := m.TransformVector(&v); err == nil || !strings.Contains(err.Error(), "cannot use +Inf in column 2") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestNumbersThatCannotBeUsedAreRefused(t *testing.T) {
	with := func(v float64) *mat.Dense {
		x := someDense()
		x.Set(17, 3, v)
		return x
	}
	sparse := someSparse()
	sparse.Value[sparse.Start[6]] = math.Inf(-1)
	for name, make := range numerics() {
		if _, err := make().Transform(someDense()); !errors.As(err, new(*feature.NotFittedError)) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := make().State(); !errors.As(err, new(*feature.NotFittedError)) {
			t.Errorf("%s: %v", name, err)
		}
		m := make()
		if err := m.Fit(someDense()); err != nil {
			t.Fatal(err)
		}
		for want, x := range map[string]mat.Matrix{
			"cannot use NaN in row 17, column 3":  with(math.NaN()),
			"cannot use +Inf in row 17, column 3": with(math.Inf(1)),
			"cannot use -Inf in row 6, column ":   sparse,
			"from no rows":                        &mat.Dense{},
			"is given no matrix":                  nil,
			"40 rows without columns":             &feature.CSR{Rows: 40, Start: make40()},
			"whose parts do not fit":              &feature.CSR{Rows: 40, Cols: 6},
		} {
			if strings.Contains(want, "NaN") && !strings.Contains(name, "PCA") && name != "whitened" && name != "TruncatedSVD" {
				continue // the scaler takes it
			}
			if strings.Contains(want, "-Inf") && (name == "StandardScaler" || name == "mean alone") {
				want = "-Inf" // before it is said that what is sparse cannot be centred
			}
			if err := make().Fit(x); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "feature: ") {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
			if want == "from no rows" {
				if z, err := m.Transform(x); err != nil {
					t.Errorf("%s: %v", name, err)
				} else if r, _ := z.Dims(); r != 0 {
					t.Errorf("%s makes %d rows of none", name, r)
				}
			} else if _, err := m.Transform(x); err == nil {
				t.Errorf("%s transforms what %q", name, want)
			}
		}
		if _, err := m.Transform(placed()); err == nil || !strings.Contains(err.Error(), "was fitted on 6 columns, but is given 10") {
			t.Errorf("%s: %v", name, err)
		}
		// A fit that fails forgets the one before.
		if err := m.Fit(with(math.Inf(1))); err == nil {
			t.Errorf("%s takes infinity", name)
		}
		if _, err := m.Transform(someDense()); !errors.As(err, new(*feature.NotFittedError)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for want, m := range map[string]numeric{
		"cannot find 7 components of 40 × 6; Components must be from 1 to 6": &feature.PCA{Components: 7},
		"cannot find -1 components of 40 × 6":                                &feature.PCA{Components: -1},
		"cannot find 7 components of 6 columns":                              &feature.TruncatedSVD{Components: 7},
		"cannot find -1 components of 6 columns":                             &feature.TruncatedSVD{Components: -1},
	} {
		if err := m.Fit(someDense()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func make40() []int { return make([]int, 41) }

func TestInputIsNotChanged(t *testing.T) {
	for name, make := range numerics() {
		for _, x := range []mat.Matrix{someDense(), someSparse(), someDense().T()} {
			before := mat.DenseCopyOf(x)
			m := make()
			if m.Fit(x) == nil {
				if _, err := m.Transform(x); err != nil {
					t.Error(err)
				}
			}
			if !mat.Equal(before, x) {
				t.Errorf("%s changes a %T", name, x)
			}
		}
	}
}

func TestFewRowsAndConstantColumnsDoNotFail(t *testing.T) {
	for _, x := range []*mat.Dense{
		mat.NewDense(1, 3, []float64{1, 2, 3}),
		mat.NewDense(3, 1, []float64{1, 2, 4}),
		mat.NewDense(1, 1, []float64{0}),
		mat.NewDense(4, 2, []float64{5, 0, 5, 0, 5, 0, 5, 0}),
	} {
		for name, make := range map[string]func() numeric{
			"StandardScaler": func() numeric { return &feature.StandardScaler{} },
			"PCA":            func() numeric { return &feature.PCA{} },
			"TruncatedSVD":   func() numeric { return &feature.TruncatedSVD{Components: 1} },
		} {
			m := make()
			if err := m.Fit(x); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			z, err := m.Transform(x)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for i := range z.(*mat.Dense).RawMatrix().Data {
				if v := z.(*mat.Dense).RawMatrix().Data[i]; v-v != 0 {
					t.Errorf("%s makes %v", name, mat.Formatted(z))
				}
			}
			if err := roundTrip(m, make()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestStatesThatAreWrongAreRefused(t *testing.T) {
	for name, make := range numerics() {
		m := make()
		if err := m.Fit(someDense()); err != nil {
			t.Fatal(err)
		}
		good, err := m.State()
		if err != nil {
			t.Fatal(err)
		}
		spoil := func(what string, f func(s *artefact.State)) {
			s := &artefact.State{Kind: good.Kind, Params: maps.Clone(good.Params), Arrays: maps.Clone(good.Arrays)}
			f(s)
			before := make()
			if err := before.Fit(someDense()); err != nil {
				t.Fatal(err)
			}
			want, _ := before.Transform(someDense())
			if err := before.SetState(s); err == nil {
				t.Errorf("%s: a state with %s was taken", name, what)
			}
			if got, err := before.Transform(someDense()); err != nil || !mat.Equal(got, want) {
				t.Errorf("%s: a state with %s changed it", name, what)
			}
		}
		spoil("another kind", func(s *artefact.State) { s.Kind = "feature.Other" })
		spoil("another parameter", func(s *artefact.State) { s.Params["Other"] = 1.0 })
		for array := range good.Arrays {
			spoil("no "+array, func(s *artefact.State) { delete(s.Arrays, array) })
			spoil("texts as "+array, func(s *artefact.State) { s.Arrays[array] = artefact.Vector([]string{"x"}) })
			spoil("nothing in "+array, func(s *artefact.State) { s.Arrays[array] = artefact.Vector([]float64{}) })
			old, ok := good.Arrays[array].Data.([]float64)
			if !ok {
				continue
			}
			infinite := append([]float64(nil), old...)
			infinite[0] = math.Inf(1)
			if array != "explained_variance" && array != "explained_variance_ratio" && array != "singular_values" || name != "TruncatedSVD" {
				spoil("infinity in "+array, func(s *artefact.State) {
					s.Arrays[array] = artefact.Array{Shape: good.Arrays[array].Shape, Data: infinite}
				})
			}
		}
		if err := make().SetState(nil); err == nil {
			t.Errorf("%s: no state was taken", name)
		}
	}
	zero := &artefact.State{Kind: "feature.StandardScaler", Arrays: map[string]artefact.Array{
		"cols": artefact.Vector([]int64{1}), "mean": artefact.Vector([]float64{0}), "variance": artefact.Vector([]float64{0}), "scale": artefact.Vector([]float64{0}),
	}}
	if err := new(feature.StandardScaler).SetState(zero); err == nil {
		t.Error("a scale of 0 was taken")
	}
}

func TestPlacesCanBeKept(t *testing.T) {
	var reports []int
	s := feature.TSNE{MaxIter: 260, Perplexity: 10, Progress: func(done, total int, divergence float64) {
		if total != 260 || !(divergence > 0) {
			t.Errorf("%d of %d, %v", done, total, divergence)
		}
		reports = append(reports, done)
	}}
	y, err := s.FitTransform(placed())
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(reports) != "[50 100 150 200 250 260]" || s.Iterations() != 259 {
		t.Error(reports, s.Iterations())
	}
	var again feature.TSNE
	if err := roundTrip(&s, &again); err != nil {
		t.Fatal(err)
	}
	if !mat.Equal(again.Embedding(), y) || again.KLDivergence() != s.KLDivergence() || again.MaxIter != 260 || again.Iterations() != 259 {
		t.Error("it is not the same")
	}
	good, err := s.State()
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]artefact.Array{
		"embedding":     {Shape: []int{1, 2}, Data: []float64{0, 0}},
		"kl_divergence": artefact.Vector([]float64{math.NaN()}),
		"iterations":    artefact.Vector([]int64{-1}),
	} {
		state := &artefact.State{Kind: good.Kind, Arrays: maps.Clone(good.Arrays)}
		state.Arrays[name] = bad
		if err := again.SetState(state); err == nil {
			t.Errorf("a bad %s was taken", name)
		}
	}
}

func TestWhatTSNECannotDoIsSaid(t *testing.T) {
	nan := placed()
	nan.Set(2, 3, math.NaN())
	for want, c := range map[string]struct {
		t feature.TSNE
		x mat.Matrix
	}{
		"Perplexity must be less than the number of rows":       {feature.TSNE{Perplexity: 120}, placed()},
		"cannot have the Perplexity -1":                         {feature.TSNE{Perplexity: -1}, placed()},
		"cannot have the EarlyExaggeration 0.5":                 {feature.TSNE{EarlyExaggeration: 0.5}, placed()},
		"cannot have the LearningRate NaN":                      {feature.TSNE{LearningRate: math.NaN()}, placed()},
		"cannot have the Angle 2":                               {feature.TSNE{Angle: 2}, placed()},
		"at least 250 iterations; MaxIter is 10":                {feature.TSNE{MaxIter: 10}, placed()},
		`knows no Init "centre"`:                                {feature.TSNE{Init: "centre"}, placed()},
		`knows no Method "fast"`:                                {feature.TSNE{Method: "fast"}, placed()},
		"Components is 1, 2 or 3":                               {feature.TSNE{Components: 4}, placed()},
		"barnes_hut places rows in 2 dimensions, not 3":         {feature.TSNE{Components: 3, Method: "barnes_hut"}, placed()},
		"cannot use NaN in row 2, column 3":                     {feature.TSNE{}, nan},
		"from no rows":                                          {feature.TSNE{}, &mat.Dense{}},
		"cannot place 1 rows":                                   {feature.TSNE{}, mat.NewDense(1, 2, nil)},
		`2 principal components of 40 × 1; set Init to "random`: {feature.TSNE{}, mat.NewDense(40, 1, nil)},
		"went to infinity; a LearningRate below 1e+300":         {feature.TSNE{LearningRate: 1e300}, placed()},
	} {
		if _, err := c.t.FitTransform(c.x); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if c.t.Embedding() != nil {
			t.Errorf("%q, and yet there are places", want)
		}
	}
	s := feature.TSNE{}
	if _, err := s.State(); !errors.As(err, new(*feature.NotFittedError)) {
		t.Error(err)
	}
}

func TestRowsThatAreTheSameArePlaced(t *testing.T) {
	same := mat.NewDense(40, 3, nil)
	twins := placed()
	for i := range 60 {
		twins.SetRow(2*i+1, twins.RawRowView(2*i))
	}
	for name, x := range map[string]*mat.Dense{"same": same, "twins": twins, "two": mat.DenseCopyOf(placed().Slice(0, 2, 0, 3))} {
		for _, method := range []string{"exact", "barnes_hut"} {
			s := feature.TSNE{Method: method, Perplexity: 10, MaxIter: 300}
			if name == "two" {
				s.Perplexity = 1
			}
			y, err := s.FitTransform(x)
			if err != nil {
				t.Errorf("%s, %s: %v", name, method, err)
				continue
			}
			if d := s.KLDivergence(); math.IsNaN(d) || d < -1e-5 {
				t.Errorf("%s, %s: the divergence is %v", name, method, d)
			}
			if r, c := y.Dims(); r != x.RawMatrix().Rows || c != 2 {
				t.Errorf("%s, %s: %d × %d", name, method, r, c)
			}
		}
	}
}

func TestPlacesMayHaveOtherDimensions(t *testing.T) {
	best := math.Inf(1)
	for _, k := range []int{3, 1} {
		s := feature.TSNE{Components: k, Perplexity: 20, MaxIter: 400}
		y, err := s.FitTransform(placed())
		if err != nil {
			t.Fatal(err)
		}
		if _, c := y.Dims(); c != k || trustworthiness(placed(), y, 5) < 0.85 {
			t.Errorf("%d: %d columns, trustworthiness %v", k, c, trustworthiness(placed(), y, 5))
		}
		best = min(best, s.KLDivergence())
	}
	if !(best > 0 && best < 0.4) {
		t.Errorf("the divergence is %v", best)
	}
}

func ExamplePCA() {
	x := mat.NewDense(4, 2, []float64{-2, -1, -1, -0.5, 1, 0.5, 2, 1})
	p := feature.PCA{Components: 1}
	if err := p.Fit(x); err != nil {
		panic(err)
	}
	z, err := p.Transform(x)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.3f\n", mat.Formatted(z.T()))
	fmt.Printf("%.3f of the variance along %.3f\n", p.ExplainedVarianceRatio(), mat.Formatted(p.ComponentVectors()))
	// Output:
	// [-2.236  -1.118   1.118   2.236]
	// [1.000] of the variance along [0.894  0.447]
}

func ExampleStandardScaler() {
	x := mat.NewDense(3, 2, []float64{1, 7, 2, 7, 3, 7})
	var s feature.StandardScaler
	if err := s.Fit(x); err != nil {
		panic(err)
	}
	z, err := s.Transform(x)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.3f\n", mat.Formatted(z))
	// Output:
	// ⎡-1.225   0.000⎤
	// ⎢ 0.000   0.000⎥
	// ⎣ 1.225   0.000⎦
}

func ExampleTSNE() {
	x := mat.NewDense(6, 2, []float64{0, 0, 0, 1, 1, 0, 90, 90, 90, 91, 91, 90})
	t := feature.TSNE{Perplexity: 2, Init: "random", Seed: 43}
	y, err := t.FitTransformContext(context.Background(), x)
	if err != nil {
		panic(err)
	}
	distance := func(i, j int) float64 { return math.Hypot(y.At(i, 0)-y.At(j, 0), y.At(i, 1)-y.At(j, 1)) }
	fmt.Println(distance(0, 1) < distance(0, 3), distance(4, 5) < distance(4, 1))
	// Output: true true
}
