package model_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"gonum.org/v1/gonum/mat"
)

// sparse returns x without its zeros.
func sparse(x mat.Matrix) *feature.CSR {
	r, c := x.Dims()
	s := &feature.CSR{Rows: r, Cols: c, Start: []int{0}}
	for i := range r {
		for j := range c {
			if v := x.At(i, j); v != 0 {
				s.Col, s.Value = append(s.Col, int32(j)), append(s.Value, v)
			}
		}
		s.Start = append(s.Start, len(s.Col))
	}
	return s
}

// vectors yields row i of x, dense and sparse.
func vectors(x mat.Matrix, i int) []*feature.Vector {
	_, c := x.Dims()
	v := &feature.Vector{Len: c, Dense: true, Value: mat.Row(nil, i, x)}
	w := &feature.Vector{Len: c}
	for j, e := range v.Value {
		if e != e {
			return []*feature.Vector{v}
		}
		if e != 0 {
			w.Index, w.Value = append(w.Index, int32(j)), append(w.Value, e)
		}
	}
	return []*feature.Vector{v, w}
}

// checkClassifier checks that all that a fitted forest says of the rows of x fits
// together.
func checkClassifier(t *testing.T, f *model.RandomForestClassifier, x mat.Matrix) {
	t.Helper()
	want, err := f.PredictProba(x)
	noError(t, err)
	n, k := want.Dims()
	predicted, err := f.Predict(x)
	noError(t, err)
	proba := make([]float64, k)
	nan := false
	for i := range n {
		row := want.RawRowView(i)
		total := 0.0
		for _, p := range row {
			total += p
		}
		if math.Abs(total-1) > 1e-12 {
			t.Fatalf("row %d: the probabilities %v sum to %v", i, row, total)
		}
		if best := slices.Index(row, slices.Max(row)); predicted[i] != f.Classes()[best] {
			t.Fatalf("row %d with %v is predicted to be %q", i, row, predicted[i])
		}
		vs := vectors(x, i)
		nan = nan || len(vs) == 1
		for _, v := range vs {
			noError(t, f.ProbaVector(v, proba))
			if !slices.Equal(proba, row) {
				t.Fatalf("row %d alone has %v, else %v", i, proba, row)
			}
		}
	}
	if !nan {
		got, err := f.PredictProba(sparse(x))
		noError(t, err)
		if !mat.Equal(got, want) {
			t.Error("sparse features are predicted otherwise")
		}
	}
	explanations, err := f.Explain(x)
	noError(t, err)
	checkExplanations(t, explanations, "probability", f.Classes(), want)
	state, err := f.State()
	noError(t, err)
	var again model.RandomForestClassifier
	noError(t, again.SetState(state))
	got, err := again.PredictProba(x)
	noError(t, err)
	if !mat.Equal(got, want) || !slices.Equal(again.FeatureImportances(), f.FeatureImportances()) || !slices.Equal(again.Classes(), f.Classes()) {
		t.Error("it is not the same after a round trip through its state")
	}
	if a, b := f.OOBScore(), again.OOBScore(); a != b && a == a {
		t.Errorf("its score out of bag is %v after a round trip, not %v", b, a)
	}
	twice, err := again.State()
	noError(t, err)
	if f.OOBScore() == f.OOBScore() && !reflect.DeepEqual(state, twice) {
		t.Error("its state is not the same after a round trip")
	}
}

func checkRegressor(t *testing.T, f *model.RandomForestRegressor, x mat.Matrix) {
	t.Helper()
	want, err := f.Predict(x)
	noError(t, err)
	nan := false
	for i := range want {
		vs := vectors(x, i)
		nan = nan || len(vs) == 1
		for _, v := range vs {
			got, err := f.ValueVector(v)
			noError(t, err)
			if got != want[i] {
				t.Fatalf("row %d alone has %v, else %v", i, got, want[i])
			}
		}
	}
	if !nan {
		got, err := f.Predict(sparse(x))
		noError(t, err)
		if !slices.Equal(got, want) {
			t.Error("sparse features are predicted otherwise")
		}
	}
	explanations, err := f.Explain(x)
	noError(t, err)
	checkExplanations(t, explanations, "value", []string{""}, mat.NewDense(len(want), 1, slices.Clone(want)))
	state, err := f.State()
	noError(t, err)
	var again model.RandomForestRegressor
	noError(t, again.SetState(state))
	got, err := again.Predict(x)
	noError(t, err)
	if !slices.Equal(got, want) || !slices.Equal(again.FeatureImportances(), f.FeatureImportances()) {
		t.Error("it is not the same after a round trip through its state")
	}
}

func checkExplanations(t *testing.T, got []model.Explanation, unit string, outputs []string, scores *mat.Dense) {
	t.Helper()
	for i, e := range got {
		if e.Unit != unit || !slices.Equal(e.Outputs, outputs) {
			t.Fatalf("row %d is explained in %q of %q", i, e.Unit, e.Outputs)
		}
		last := math.Inf(1)
		for k := range e.Score {
			total := e.Base[k]
			for _, term := range e.Terms {
				total += term.Contribution[k]
			}
			if math.Abs(total-e.Score[k]) > 1e-12*max(1, math.Abs(e.Score[k])) || e.Score[k] != scores.At(i, k) {
				t.Fatalf("row %d: base and contributions add up to %v, the score is %v, the prediction %v", i, total, e.Score[k], scores.At(i, k))
			}
		}
		for _, term := range e.Terms {
			size := slices.Max(term.Contribution) - slices.Min(term.Contribution)
			if len(term.Contribution) == 1 {
				size = math.Abs(term.Contribution[0])
			}
			if size > last {
				t.Fatalf("row %d: terms do not descend", i)
			}
			last = size
		}
	}
}

func TestForestsOfAllKindsFitTogether(t *testing.T) {
	for _, f := range []model.RandomForestClassifier{
		{Trees: 10, OOB: true},
		{Trees: 10, Criterion: "entropy", MaxFeatures: "all", OOB: true},
		{Trees: 10, MinSamplesLeaf: 4, MaxDepth: 5, MaxFeatures: "7", OOB: true},
		{Trees: 10, NoBootstrap: true, ClassWeight: map[string]float64{"a": 0.3}},
		{Trees: 3, MaxSamples: 17, OOB: true},
	} {
		for _, d := range []forestData{wordData(300, 100, 32, 3, 1), blockData(200, 100, 6, 1, 5, 2)} {
			train, test := d.parts()
			noError(t, f.Fit(train, d.class[:d.rows]))
			checkClassifier(t, &f, test)
		}
	}
	for _, f := range []model.RandomForestRegressor{
		{Trees: 10, OOB: true},
		{Trees: 10, MaxFeatures: "sqrt", MinSamplesLeaf: 3, NoBootstrap: true},
	} {
		for _, missing := range []float64{0, 0.3} {
			d := friedmanData(200, 100, missing, 3)
			train, test := d.parts()
			noError(t, f.Fit(train, d.values[:d.rows]))
			checkRegressor(t, &f, test)
		}
	}
}

// A feature that takes few values has its own bin for each: no split is lost. With
// all features, and without drawing, a tree is determined but for the order of equal
// splits, and on separable samples it is without fault.
func TestATreeWithoutLimitsLearnsItsSamplesByHeart(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, distinct := range []int{2, 40, 1 << 30} {
		x := mat.NewDense(700, 3, nil)
		class, values := make([]string, 700), make([]float64, 700)
		seen := map[[3]float64]int{}
		for i := range class {
			row := x.RawRowView(i)
			for j := range row {
				row[j] = float64(r.IntN(distinct)) / 64
			}
			key := [3]float64(row)
			first, ok := seen[key]
			if !ok {
				seen[key], first = i, i
				class[i] = string(rune('a' + r.IntN(4)))
				values[i] = r.NormFloat64()
			}
			class[i], values[i] = class[first], values[first]
		}
		for _, features := range []mat.Matrix{x, sparse(x)} {
			for _, criterion := range []string{"gini", "entropy"} {
				f := model.RandomForestClassifier{Trees: 2, NoBootstrap: true, Criterion: criterion}
				noError(t, f.Fit(features, class))
				got, err := f.Predict(features)
				noError(t, err)
				if !slices.Equal(got, class) {
					t.Errorf("%d values, %s: classes are not learned by heart", distinct, criterion)
				}
			}
			f := model.RandomForestRegressor{Trees: 2, NoBootstrap: true}
			noError(t, f.Fit(features, values))
			got, err := f.Predict(features)
			noError(t, err)
			for i := range got {
				if math.Abs(got[i]-values[i]) > 1e-9 {
					t.Fatalf("%d values: row %d is %v, not %v", distinct, i, got[i], values[i])
				}
			}
		}
	}
}

// Rare values at the end of a feature with many are within one bin, and found there.
func TestARareClassAtTheEndOfAFeatureIsFound(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	const n = 20000
	x, y := mat.NewDense(n, 2, nil), make([]string, n)
	for i := range y {
		x.Set(i, 0, r.Float64())
		x.Set(i, 1, r.Float64())
		y[i] = "often"
		if x.At(i, 0) > 0.9995 {
			y[i] = "rare"
		}
	}
	f := model.RandomForestClassifier{Trees: 10, MaxFeatures: "all"}
	noError(t, f.Fit(x, y))
	test := mat.NewDense(4, 2, []float64{0.99999, 0.5, 0.9997, 0.1, 0.9992, 0.3, 0.5, 0.5})
	got, err := f.Predict(test)
	noError(t, err)
	if !slices.Equal(got, []string{"rare", "rare", "often", "often"}) {
		t.Errorf("predicted %q", got)
	}
}

func TestSparseFeaturesMakeTheSameForest(t *testing.T) {
	d := wordData(300, 200, 40, 2, 5)
	train, test := d.parts()
	var a, b model.RandomForestClassifier
	a.Trees, b.Trees = 10, 10
	noError(t, a.Fit(train, d.class[:d.rows]))
	noError(t, b.Fit(sparse(train), d.class[:d.rows]))
	p, err := a.PredictProba(test)
	noError(t, err)
	q, err := b.PredictProba(test)
	noError(t, err)
	if !mat.Equal(p, q) {
		t.Error("they predict otherwise")
	}
}

// Where there are too many columns for a byte each, forests are grown on entries. They
// are as good as those grown on the columns that have any.
func TestManySparseColumnsAreLearnedFrom(t *testing.T) {
	const cols = 1 << 14
	d := wordData(500, 500, 1000, 2, 6)
	train, test := d.parts()
	spread := func(x mat.Matrix) *feature.CSR {
		s := sparse(x)
		s.Cols = cols
		for k, c := range s.Col {
			s.Col[k] = c * 16
		}
		return s
	}
	for _, f := range []model.RandomForestClassifier{
		{Trees: 6, MaxFeatures: "all"},
		{Trees: 6, MaxFeatures: "all", MinSamplesLeaf: 2, Criterion: "entropy"},
		{Trees: 30},
	} {
		noError(t, f.Fit(spread(train), d.class[:d.rows]))
		checkClassifier(t, &f, spread(test).Take([]int{0, 1, 2, 3, 4}))
		got := right(t, &f, spread(test), d.class[d.rows:])
		g := f
		if f.MaxFeatures == "" {
			g.MaxFeatures = "8" // of 128 of 16,384, that is of those that have entries
		}
		noError(t, g.Fit(train, d.class[:d.rows]))
		want := right(t, &g, test, d.class[d.rows:])
		if math.Abs(got-want) > 0.06 || got < 0.8 {
			t.Errorf("%v of the samples are right, on dense features %v", got, want)
		}
		sum := 0.0
		for _, v := range f.FeatureImportances() {
			sum += v
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("the importances sum to %v", sum)
		}
	}
	// Several classes, and numbers.
	three := make([]string, d.rows)
	values := make([]float64, d.rows)
	for i := range three {
		three[i] = d.class[i] + string(rune('x'+i%2*(i/2%2)))
		values[i] = float64(strings.Index("ab", d.class[i]))
	}
	f := model.RandomForestClassifier{Trees: 2, NoBootstrap: true}
	noError(t, f.Fit(spread(train), three))
	if right(t, &f, spread(train), three) != 1 {
		t.Error("three classes are not learned by heart")
	}
	g := model.RandomForestRegressor{Trees: 2, NoBootstrap: true}
	noError(t, g.Fit(spread(train), values))
	got, err := g.Predict(spread(train))
	noError(t, err)
	for i := range got {
		if math.Abs(got[i]-values[i]) > 1e-9 {
			t.Fatalf("row %d is %v, not %v", i, got[i], values[i])
		}
	}
}

// right is the share of samples that f predicts to be what they are.
func right(t *testing.T, f *model.RandomForestClassifier, x mat.Matrix, y []string) float64 {
	t.Helper()
	got, err := f.Predict(x)
	noError(t, err)
	n := 0.0
	for i := range y {
		if got[i] == y[i] {
			n++
		}
	}
	return n / float64(len(y))
}

func TestForestsDoNotDependOnTheNumberOfCores(t *testing.T) {
	d := wordData(400, 600, 40, 3, 7)
	e := friedmanData(300, 100, 0.1, 8)
	train, test := d.parts()
	values, others := e.parts()
	var states [2][]*artefact.State
	var predictions []*mat.Dense
	for _, cores := range []int{1, 2, 8} {
		old := runtime.GOMAXPROCS(cores)
		f := model.RandomForestClassifier{Trees: 9, OOB: true}
		noError(t, f.Fit(train, d.class[:d.rows]))
		p, err := f.PredictProba(test)
		noError(t, err)
		g := model.RandomForestRegressor{Trees: 9, OOB: true}
		noError(t, g.Fit(values, e.values[:e.rows]))
		_, err = g.Predict(others)
		noError(t, err)
		runtime.GOMAXPROCS(old)
		predictions = append(predictions, p)
		for k, m := range []artefact.Stateful{&f, &g} {
			s, err := m.State()
			noError(t, err)
			states[k] = append(states[k], s)
		}
	}
	for i := range 3 {
		if !reflect.DeepEqual(states[0][i], states[0][0]) || !reflect.DeepEqual(states[1][i], states[1][0]) || !mat.Equal(predictions[i], predictions[0]) {
			t.Errorf("run %d differs", i)
		}
	}
	f := model.RandomForestClassifier{Trees: 9, OOB: true, Seed: 1}
	noError(t, f.Fit(train, d.class[:d.rows]))
	if s, _ := f.State(); reflect.DeepEqual(s.Arrays, states[0][0].Arrays) {
		t.Error("another seed makes the same forest")
	}
}

func TestForestsRefuseWhatTheyCannotLearnFrom(t *testing.T) {
	x := mat.NewDense(4, 2, []float64{1, 2, 3, 4, 5, 6, 7, 8})
	with := func(v float64) *mat.Dense {
		y := mat.DenseCopyOf(x)
		y.Set(2, 1, v)
		return y
	}
	y := []string{"a", "b", "a", "b"}
	for want, fit := range map[string]func() error{
		"no samples":                   func() error { return (&model.RandomForestClassifier{}).Fit(&mat.Dense{}, nil) },
		"labels of 3":                  func() error { return (&model.RandomForestClassifier{}).Fit(x, y[:3]) },
		"row 2, column 1":              func() error { return (&model.RandomForestClassifier{}).Fit(with(math.Inf(1)), y) },
		"larger than float32":          func() error { return (&model.RandomForestClassifier{}).Fit(with(-1e300), y) },
		"row 2, column 1 of":           func() error { return (&model.RandomForestClassifier{}).Fit(sparse(with(math.NaN())), y) },
		"column 1 of the features: it": func() error { return (&model.RandomForestClassifier{}).Fit(sparse(with(1e39)), y) },
		"-1 trees":                     func() error { return (&model.RandomForestClassifier{Trees: -1}).Fit(x, y) },
		"the depth -2":                 func() error { return (&model.RandomForestClassifier{MaxDepth: -2}).Fit(x, y) },
		"MinSamplesSplit 1":            func() error { return (&model.RandomForestClassifier{MinSamplesSplit: 1}).Fit(x, y) },
		"MinSamplesLeaf -1":            func() error { return (&model.RandomForestClassifier{MinSamplesLeaf: -1}).Fit(x, y) },
		"MinImpurityDecrease NaN":      func() error { return (&model.RandomForestClassifier{MinImpurityDecrease: math.NaN()}).Fit(x, y) },
		"MaxSamples 1.5":               func() error { return (&model.RandomForestClassifier{MaxSamples: 1.5}).Fit(x, y) },
		"NoBootstrap and MaxSamples":   func() error { return (&model.RandomForestClassifier{NoBootstrap: true, MaxSamples: 0.5}).Fit(x, y) },
		"NoBootstrap and OOB":          func() error { return (&model.RandomForestClassifier{NoBootstrap: true, OOB: true}).Fit(x, y) },
		"MaxFeatures \"many\"":         func() error { return (&model.RandomForestClassifier{MaxFeatures: "many"}).Fit(x, y) },
		"MaxFeatures \"-3\"":           func() error { return (&model.RandomForestClassifier{MaxFeatures: "-3"}).Fit(x, y) },
		"MaxFeatures \"0.0\"":          func() error { return (&model.RandomForestClassifier{MaxFeatures: "0.0"}).Fit(x, y) },
		"criterion \"ginni\"":          func() error { return (&model.RandomForestClassifier{Criterion: "ginni"}).Fit(x, y) },
		"leave out ClassWeight": func() error {
			return (&model.RandomForestClassifier{Balanced: true, ClassWeight: map[string]float64{"a": 1}}).Fit(x, y)
		},
		"positive, finite weight": func() error {
			return (&model.RandomForestClassifier{ClassWeight: map[string]float64{"a": 0, "b": 0}}).Fit(x, y)
		},
		"has no samples with": func() error {
			return (&model.RandomForestClassifier{NoBootstrap: true, ClassWeight: map[string]float64{"a": 0, "b": 0}}).Fit(x, y)
		},
		"the value NaN of row 1": func() error { return (&model.RandomForestRegressor{}).Fit(x, []float64{1, math.NaN(), 2, 3}) },
		"criterion \"absolute_error\"": func() error {
			return (&model.RandomForestRegressor{Criterion: "absolute_error"}).Fit(x, []float64{1, 2, 3, 4})
		},
		"RandomForestRegressor has fea": func() error { return (&model.RandomForestRegressor{}).Fit(x, []float64{1}) },
	} {
		if err := fit(); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "model: RandomForest") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	var f model.RandomForestClassifier
	noError(t, f.Fit(x, y))
	if err := f.Fit(with(math.Inf(-1)), y); err == nil {
		t.Error("it learns from infinity")
	}
	var unfitted *feature.NotFittedError
	if _, err := f.Predict(x); !errors.As(err, &unfitted) {
		t.Errorf("after a failed fit: %v", err)
	}
	if f.Classes() != nil || f.FeatureImportances() != nil || f.OOBScore() == f.OOBScore() {
		t.Error("after a failed fit something is left")
	}
}

func TestPredictingNamesWhatIsWrongWithTheFeatures(t *testing.T) {
	x := mat.NewDense(4, 3, []float64{1, 2, 0, 3, 4, 0, 5, 6, 0, 7, 8, 0})
	y := []string{"a", "b", "a", "b"}
	var f model.RandomForestClassifier
	noError(t, f.Fit(x, y))
	var g model.RandomForestRegressor
	noError(t, g.Fit(x, []float64{1, 2, 3, 4}))
	bad := mat.DenseCopyOf(x)
	bad.Set(3, 2, math.Inf(1)) // of a column that no tree asks for
	nan := mat.DenseCopyOf(x)
	nan.Set(1, 1, math.NaN())
	for want, x := range map[string]mat.Matrix{
		"fitted on 3 features, but is given 2": x.Slice(0, 4, 0, 2),
		"row 3, column 2":                      bad,
		"row 3, column 2 ":                     sparse(bad),
		"row 1, column 1 of sparse features":   sparse(nan),
	} {
		_, err := f.PredictProba(x)
		_, err2 := g.Predict(x)
		_, err3 := g.Explain(x)
		for _, err := range []error{err, err2, err3} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
	}
	if _, err := f.PredictProba(nan); err != nil {
		t.Errorf("missing values: %v", err)
	}
	if p, err := f.Predict(&mat.Dense{}); err != nil || len(p) != 0 {
		t.Errorf("no rows: %v, %v", p, err)
	}
	if e, err := g.Explain(&mat.Dense{}); err != nil || len(e) != 0 {
		t.Errorf("no rows: %v, %v", e, err)
	}
	if err := f.ProbaVector(&feature.Vector{Len: 3, Index: []int32{1}, Value: []float64{1}}, make([]float64, 3)); err == nil {
		t.Error("a wrong number of probabilities")
	}
	if err := f.ProbaVector(&feature.Vector{Len: 2}, make([]float64, 2)); err == nil {
		t.Error("a wrong number of features")
	}
	if _, err := g.ValueVector(&feature.Vector{Len: 3, Index: []int32{1}, Value: []float64{math.Inf(1)}}); err == nil {
		t.Error("an infinite feature")
	}
	var unfitted *feature.NotFittedError
	if _, err := (&model.RandomForestRegressor{}).Predict(x); !errors.As(err, &unfitted) {
		t.Error(err)
	}
	if _, err := (&model.RandomForestClassifier{}).Explain(x); !errors.As(err, &unfitted) {
		t.Error(err)
	}
	if _, err := (&model.RandomForestClassifier{}).State(); !errors.As(err, &unfitted) {
		t.Error(err)
	}
}

func TestForestsOfLittle(t *testing.T) {
	one := mat.NewDense(1, 2, []float64{1, 2})
	var f model.RandomForestClassifier
	noError(t, f.Fit(one, []string{"only"}))
	checkClassifier(t, &f, one)
	if p, _ := f.PredictProba(one); p.At(0, 0) != 1 || slices.Max(f.FeatureImportances()) != 0 {
		t.Error("one sample of one class is not certain")
	}
	constant := mat.NewDense(6, 2, []float64{1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2})
	noError(t, f.Fit(constant, []string{"a", "b", "a", "a", "a", "a"}))
	checkClassifier(t, &f, constant)
	f = model.RandomForestClassifier{NoBootstrap: true, Trees: 3}
	noError(t, f.Fit(constant, []string{"a", "b", "a", "a", "b", "a"}))
	if p, _ := f.PredictProba(constant); math.Abs(p.At(0, 1)-1./3) > 1e-15 {
		t.Errorf("without telling features it is %v", p.At(0, 1))
	}
	var g model.RandomForestRegressor
	noError(t, g.Fit(one, []float64{7}))
	checkRegressor(t, &g, one)
	noError(t, g.Fit(constant, []float64{3, 3, 3, 3, 3, 3}))
	if v, _ := g.Predict(one); v[0] != 3 {
		t.Errorf("of a constant it makes %v", v)
	}
	empty := &feature.CSR{Rows: 3, Cols: 5, Start: []int{0, 0, 0, 0}}
	noError(t, f.Fit(empty, []string{"a", "b", "b"}))
	checkClassifier(t, &f, empty)
	if got, _ := f.Predict(empty); !slices.Equal(got, []string{"b", "b", "b"}) {
		t.Errorf("empty documents are %q", got)
	}
	missing := mat.NewDense(4, 1, []float64{math.NaN(), 1, math.NaN(), 1})
	noError(t, f.Fit(missing, []string{"a", "b", "a", "b"}))
	if got, _ := f.Predict(missing); !slices.Equal(got, []string{"a", "b", "a", "b"}) {
		t.Errorf("what misses is %q", got)
	}
	checkClassifier(t, &f, missing)
	all := mat.NewDense(4, 2, []float64{math.NaN(), 1, math.NaN(), 2, math.NaN(), 3, math.NaN(), 4})
	noError(t, f.Fit(all, []string{"a", "b", "a", "b"}))
	checkClassifier(t, &f, all)
}

func TestCancellingLeavesAForestUnfitted(t *testing.T) {
	d := wordData(3000, 10, 64, 2, 9)
	train, test := d.parts()
	f := model.RandomForestClassifier{Trees: 20}
	noError(t, f.Fit(train, d.class[:d.rows]))
	f.Trees = 10000
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	err := f.FitContext(ctx, train, d.class[:d.rows])
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it ends with %v", err)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("cancelling took %v", took)
	}
	var unfitted *feature.NotFittedError
	if _, err := f.Predict(test); !errors.As(err, &unfitted) {
		t.Errorf("then: %v", err)
	}
	done, stop := context.WithCancel(t.Context())
	stop()
	if err := (&model.RandomForestRegressor{}).FitContext(done, train, make([]float64, d.rows)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	f.Trees = 3
	noError(t, f.Fit(train, d.class[:d.rows]))
	if _, err := f.PredictProbaContext(done, test); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestAForestReportsItsTrees(t *testing.T) {
	d := wordData(50, 10, 8, 2, 9)
	train, _ := d.parts()
	last := 0
	ctx := model.WithProgress(t.Context(), func(done, total int) {
		if done != last+1 || total != 12 {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last = done
	})
	f := model.RandomForestClassifier{Trees: 12}
	noError(t, f.FitContext(ctx, train, d.class[:d.rows]))
	if last != 12 {
		t.Errorf("%d trees", last)
	}
}

func TestScoringOneSampleAllocatesNothing(t *testing.T) {
	d := wordData(200, 10, 32, 2, 9)
	train, test := d.parts()
	f := model.RandomForestClassifier{Trees: 10}
	noError(t, f.Fit(train, d.class[:d.rows]))
	values := make([]float64, d.rows)
	for i := range values {
		values[i] = float64(i % 7)
	}
	g := model.RandomForestRegressor{Trees: 10}
	noError(t, g.Fit(train, values))
	proba := make([]float64, 2)
	for _, v := range vectors(test, 0) {
		if n := testing.AllocsPerRun(100, func() {
			if f.ProbaVector(v, proba) != nil {
				t.Fail()
			}
			if _, err := g.ValueVector(v); err != nil {
				t.Fail()
			}
		}); n >= 1 && !raced {
			t.Errorf("%v allocations", n)
		}
	}
}

func TestInputsAreNotModified(t *testing.T) {
	d := friedmanData(100, 10, 0.2, 9)
	want := mat.DenseCopyOf(d.x)
	train, test := d.parts()
	y := slices.Clone(d.values)
	var f model.RandomForestRegressor
	noError(t, f.Fit(train, d.values[:d.rows]))
	_, err := f.Predict(test)
	noError(t, err)
	for i := range want.RawMatrix().Data {
		if a, b := want.RawMatrix().Data[i], d.x.RawMatrix().Data[i]; a != b && a == a {
			t.Fatal("the features have changed")
		}
	}
	if !slices.Equal(y, d.values) {
		t.Error("the values have changed")
	}
}
