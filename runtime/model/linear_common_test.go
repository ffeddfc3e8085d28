package model

// The tests of what holds for all linear models.

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/internal/numpy"
	"gonum.org/v1/gonum/mat"
)

// documents makes rows of about 20 entries in cols columns, of which the first are the
// most frequent, and classes that depend on them.
func documents(rows, cols, classes int) (*feature.CSR, []string) {
	r := numpy.NewRandomState(3)
	x := &feature.CSR{Rows: rows, Cols: cols, Start: []int{0}}
	y := make([]string, rows)
	for i := range rows {
		k := r.Intn(classes)
		row := map[int32]float64{}
		for range 20 {
			j := int32(math.Pow(float64(cols), r.Float64())) - 1
			if r.Float64() < 0.4 {
				j -= (j + int32(k)) % int32(classes)
			}
			row[max(j, 0)]++
		}
		for j := range row {
			x.Col = append(x.Col, j)
		}
		slices.Sort(x.Col[x.Start[i]:])
		for _, j := range x.Col[x.Start[i]:] {
			x.Value = append(x.Value, row[j]/4)
		}
		x.Start = append(x.Start, len(x.Col))
		y[i] = string(rune('a' + k))
	}
	return x, y
}

// numbers makes values of classes, for regressors.
func numbers(y []string) []float64 {
	out := make([]float64, len(y))
	for i, c := range y {
		out[i] = float64(c[0]) + float64(i%7)
	}
	return out
}

// A fit fits a new model, and returns all numbers it learned.
type fit func(ctx context.Context, x mat.Matrix, y []string) (artefact.Stateful, []float64, error)

func all(s artefact.Stateful) []float64 {
	state, err := s.State()
	if err != nil {
		return nil
	}
	var out []float64
	for _, name := range []string{"coef", "intercept", "feature_log_prob", "class_log_prior"} {
		if a, ok := state.Arrays[name]; ok {
			out = append(out, a.Data.([]float64)...)
		}
	}
	return out
}

func fits() map[string]fit {
	return map[string]fit{
		"LogisticRegression": func(ctx context.Context, x mat.Matrix, y []string) (artefact.Stateful, []float64, error) {
			m := &LogisticRegression{}
			err := m.FitContext(ctx, x, y)
			return m, all(m), err
		},
		"MultinomialNB": func(ctx context.Context, x mat.Matrix, y []string) (artefact.Stateful, []float64, error) {
			m := &MultinomialNB{}
			err := m.FitContext(ctx, x, y)
			return m, all(m), err
		},
		"LinearRegression": func(ctx context.Context, x mat.Matrix, y []string) (artefact.Stateful, []float64, error) {
			m := &LinearRegression{}
			err := m.FitContext(ctx, x, numbers(y))
			return m, all(m), err
		},
		"Ridge": func(ctx context.Context, x mat.Matrix, y []string) (artefact.Stateful, []float64, error) {
			m := &Ridge{}
			err := m.FitContext(ctx, x, numbers(y))
			return m, all(m), err
		},
	}
}

func TestTheNumberOfCoresDoesNotChangeLinearModels(t *testing.T) {
	small, labels := documents(sampleRows+500, 40, 2)
	wide, labels3 := documents(600, 1200, 3)
	for name, c := range map[string]struct {
		x mat.Matrix
		y []string
	}{"sparse": {small, labels}, "dense": {small.Dense(), labels}, "wide": {wide, labels3}} {
		for model, f := range fits() {
			var first []float64
			for _, cores := range []int{1, 2, 8} {
				old := runtime.GOMAXPROCS(cores)
				_, got, err := f(t.Context(), c.x, c.y)
				runtime.GOMAXPROCS(old)
				if err != nil {
					t.Fatal(err)
				}
				if first == nil {
					first = got
				} else if !slices.Equal(got, first) {
					t.Errorf("%s, %s: %d cores give another result", model, name, cores)
				}
			}
		}
	}
}

func TestACancelledFitOfALinearModelLeavesItUnfitted(t *testing.T) {
	x, y := documents(sampleRows, 3000, 2)
	for name, f := range fits() {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		m, _, err := f(ctx, x, y)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := m.State(); !errors.As(err, new(*feature.NotFittedError)) {
			t.Errorf("%s: %v", name, err)
		}

		ctx, cancel = context.WithCancel(t.Context())
		var cancelled time.Time
		timer := time.AfterFunc(10*time.Millisecond, func() { cancelled = time.Now(); cancel() })
		_, _, err = f(ctx, x, y)
		if err != nil {
			if late := time.Since(cancelled); !errors.Is(err, context.Canceled) || late > 30*time.Second {
				t.Errorf("%s: %v, %v after it was cancelled", name, err, late)
			}
		}
		timer.Stop()
		cancel()
	}
}

func TestAFailedFitUndoesTheOneBefore(t *testing.T) {
	x, y := documents(50, 10, 2)
	var m LogisticRegression
	if err := m.Fit(x, y); err != nil {
		t.Fatal(err)
	}
	if err := m.Fit(x, y[:3]); err == nil {
		t.Error("no error")
	}
	if _, err := m.Predict(x); !errors.As(err, new(*feature.NotFittedError)) || m.Coef() != nil || m.Classes() != nil {
		t.Error(err)
	}
}

func TestLinearModelsRefuseWhatTheyCannotUse(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	x := mat.NewDense(4, 2, []float64{1, 2, 3, 4, 5, 6, 7, 9})
	y := []string{"a", "b", "a", "b"}
	values := []float64{1, 2, 3, 5}
	with := func(v float64) *mat.Dense {
		bad := mat.DenseCopyOf(x)
		bad.Set(2, 1, v)
		return bad
	}
	ctx := context.Background()
	lr := func(m LogisticRegression) error { return m.Fit(x, y) }
	for _, c := range []struct {
		err  error
		says string
	}{
		{(&LogisticRegression{}).Fit(with(nan), y), "LogisticRegression cannot use NaN in row 2, column 1"},
		{(&LogisticRegression{}).Fit(sparse(t, with(-inf)), y), "LogisticRegression cannot use -Inf in row 2, column 1"},
		{(&MultinomialNB{}).Fit(with(nan), y), "MultinomialNB cannot use NaN in row 2, column 1"},
		{(&MultinomialNB{}).Fit(with(inf), y), "MultinomialNB cannot use +Inf in row 2, column 1"},
		{(&MultinomialNB{}).Fit(sparse(t, with(nan)), y), "MultinomialNB cannot use NaN in row 2, column 1"},
		{(&MultinomialNB{}).Fit(with(-1), y), "cannot use -1 in row 2, column 1 of the features: counts are not negative"},
		{(&MultinomialNB{}).Fit(sparse(t, with(-0.5)), y), "cannot use -0.5 in row 2, column 1"},
		{(&Ridge{}).Fit(with(nan), values), "Ridge cannot use NaN in row 2, column 1"},
		{(&LinearRegression{}).Fit(x, []float64{1, 2, 3, nan}), "cannot learn the value NaN of row 3"},
		{(&LogisticRegression{}).Fit(x, y[:3]), "features of 4 samples, but labels of 3"},
		{(&LinearRegression{}).Fit(x, values[:1]), "features of 4 samples, but labels of 1"},
		{(&MultinomialNB{}).Fit(&mat.Dense{}, nil), "no samples"},
		{(&Ridge{}).Fit(&feature.CSR{Start: []int{0}}, nil), "no samples"},
		{(&Ridge{}).Fit(&feature.CSR{Rows: 1, Start: []int{0, 0}}, values[:1]), "without features"},
		{(&LogisticRegression{}).Fit(nil, y), "is given no features"},
		{(&LogisticRegression{}).Fit(&feature.CSR{Rows: 4, Cols: 2}, y), "parts do not fit together"},
		{(&LogisticRegression{}).Fit(x, []string{"a", "a", "a", "a"}), `needs samples of two classes at least, but all 4 are "a"`},
		{lr(LogisticRegression{C: -1}), "C -1"},
		{lr(LogisticRegression{C: nan}), "C NaN"},
		{lr(LogisticRegression{MaxIter: -1}), "MaxIter -1"},
		{lr(LogisticRegression{Tol: -1}), "Tol -1"},
		{lr(LogisticRegression{ClassWeight: map[string]float64{"a": -1}}), `class "a" the weight -1`},
		{lr(LogisticRegression{ClassWeight: map[string]float64{"A": 1}}), `weight for class "A", which does not occur`},
		{lr(LogisticRegression{ClassWeight: map[string]float64{"a": 1}, Balanced: true}), "leave out ClassWeight or Balanced"},
		{lr(LogisticRegression{ClassWeight: map[string]float64{"a": 0, "b": 0}}), "all have the weight 0"},
		{(&LogisticRegression{}).FitWeighted(ctx, x, y, values[:2]), "4 samples, but weights of 2"},
		{(&LogisticRegression{}).FitWeighted(ctx, x, y, []float64{1, 1, -1, 1}), "row 2 the weight -1"},
		{(&Ridge{}).FitWeighted(ctx, x, values, []float64{1, 1, inf, 1}), "row 2 the weight +Inf"},
		{(&LinearRegression{}).FitWeighted(ctx, x, values, make([]float64, 4)), "all have the weight 0"},
		{(&MultinomialNB{}).FitWeighted(ctx, x, y, []float64{1, 0, 1, 0}), `only samples of weight 0 of class "b"`},
		{(&MultinomialNB{Alpha: -1}).Fit(x, y), "Alpha -1"},
		{(&MultinomialNB{ClassPrior: map[string]float64{"a": 1}}).Fit(x, y), `no ClassPrior for class "b"`},
		{(&MultinomialNB{ClassPrior: map[string]float64{"a": 1, "b": 0}}).Fit(x, y), `ClassPrior 0 for class "b"`},
		{(&Ridge{Alpha: inf}).Fit(x, values), "Alpha +Inf"},
		{(&LinearRegression{Tol: 1}).Fit(x, values), "Tol 1"},
		{(&MultinomialNB{}).Fit(with(math.MaxFloat64), y), ""},
		{(&MultinomialNB{}).Fit(mat.NewDense(2, 1, []float64{math.MaxFloat64, math.MaxFloat64}), []string{"a", "a"}), "so large"},
		{(&LinearRegression{}).Fit(with(math.MaxFloat64), values), "too large"},
	} {
		switch {
		case c.says == "" && c.err == nil:
		case c.err == nil || c.says == "" || !strings.Contains(c.err.Error(), c.says) || !strings.HasPrefix(c.err.Error(), "model: "):
			t.Errorf("%v, want %q", c.err, c.says)
		}
	}
}

func TestLinearModelsSayWhatIsWrongWithWhatIsToBePredicted(t *testing.T) {
	x, y := documents(50, 10, 2)
	var (
		lr    LogisticRegression
		nb    MultinomialNB
		ols   LinearRegression
		ridge Ridge
		three MultinomialNB
	)
	_, y3 := documents(50, 10, 3)
	for _, err := range []error{lr.Fit(x, y), nb.Fit(x, y), ols.Fit(x, numbers(y)), ridge.Fit(x, numbers(y)), three.Fit(x, y3)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	bad := x.Dense()
	bad.Set(7, 3, math.NaN())
	proba := make([]float64, 2)
	for name, predict := range map[string]func(x mat.Matrix) (int, error){
		"LogisticRegression": func(x mat.Matrix) (int, error) { p, err := lr.Predict(x); return len(p), err },
		"LogisticRegression ": func(x mat.Matrix) (int, error) {
			p, err := lr.PredictProba(x)
			return rowsOf(p), err
		},
		"LogisticRegression  ": func(x mat.Matrix) (int, error) { e, err := lr.Explain(x); return len(e), err },
		"MultinomialNB":        func(x mat.Matrix) (int, error) { p, err := nb.Predict(x); return len(p), err },
		"MultinomialNB ":       func(x mat.Matrix) (int, error) { p, err := nb.JointLogProba(x); return rowsOf(p), err },
		"MultinomialNB  ":      func(x mat.Matrix) (int, error) { p, err := three.PredictProba(x); return rowsOf(p), err },
		"LinearRegression":     func(x mat.Matrix) (int, error) { p, err := ols.Predict(x); return len(p), err },
		"Ridge":                func(x mat.Matrix) (int, error) { p, err := ridge.Predict(x); return len(p), err },
	} {
		name = strings.TrimSpace(name)
		for form, x := range forms(t, bad) {
			if _, err := predict(x); err == nil || !strings.Contains(err.Error(), name+" cannot use NaN in row 7, column 3") {
				t.Errorf("%s, %s: %v", name, form, err)
			}
		}
		if _, err := predict(mat.NewDense(1, 11, nil)); err == nil || !strings.Contains(err.Error(), name+" was fitted on 10 features, but is given 11") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := predict(nil); err == nil {
			t.Errorf("%s: nil is predicted", name)
		}
		for _, none := range []mat.Matrix{&mat.Dense{}, &feature.CSR{Cols: 10, Start: []int{0}}} {
			if n, err := predict(none); n != 0 || err != nil {
				t.Errorf("%s: %d predictions of no rows, %v", name, n, err)
			}
		}
	}
	for _, v := range []*feature.Vector{
		nil,
		{Len: 9},
		{Len: 10, Dense: true, Value: make([]float64, 9)},
		{Len: 10, Index: []int32{1}, Value: nil},
		{Len: 10, Index: []int32{10}, Value: []float64{1}},
		{Len: 10, Index: []int32{-1}, Value: []float64{1}},
		{Len: 10, Index: []int32{1}, Value: []float64{math.NaN()}},
	} {
		if err := lr.ProbaVector(v, proba); err == nil {
			t.Errorf("LogisticRegression takes %v", v)
		}
		if err := nb.ProbaVector(v, proba); err == nil {
			t.Errorf("MultinomialNB takes %v", v)
		}
		if _, err := ridge.ValueVector(v); err == nil {
			t.Errorf("Ridge takes %v", v)
		}
	}
	if err := lr.ProbaVector(&feature.Vector{Len: 10}, make([]float64, 3)); err == nil {
		t.Error("three probabilities of two classes")
	}
}

func rowsOf(m *mat.Dense) int {
	if m == nil {
		return 0
	}
	return m.RawMatrix().Rows
}

func TestLinearModelsThatAreNotFittedSaySo(t *testing.T) {
	x := mat.NewDense(1, 1, nil)
	v := &feature.Vector{Len: 1}
	var (
		lr    LogisticRegression
		nb    MultinomialNB
		ols   LinearRegression
		ridge Ridge
	)
	for i, f := range []func() error{
		func() error { _, err := lr.Predict(x); return err },
		func() error { _, err := lr.PredictProba(x); return err },
		func() error { _, err := lr.PredictLogProba(x); return err },
		func() error { _, err := lr.DecisionFunction(x); return err },
		func() error { _, err := lr.Explain(x); return err },
		func() error { return lr.ProbaVector(v, nil) },
		func() error { _, err := nb.Predict(x); return err },
		func() error { _, err := nb.PredictProba(x); return err },
		func() error { _, err := nb.PredictLogProba(x); return err },
		func() error { _, err := nb.JointLogProba(x); return err },
		func() error { _, err := nb.Explain(x); return err },
		func() error { return nb.ProbaVector(v, nil) },
		func() error { _, err := ols.Predict(x); return err },
		func() error { _, err := ols.ValueVector(v); return err },
		func() error { _, err := ols.Explain(x); return err },
		func() error { _, err := ridge.Predict(x); return err },
		func() error { _, err := ridge.State(); return err },
	} {
		if err := f(); !errors.As(err, new(*feature.NotFittedError)) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if lr.Coef() != nil || lr.Intercept() != nil || nb.FeatureLogProb() != nil || nb.ClassLogPrior() != nil || ols.Coef() != nil || !math.IsNaN(ridge.Intercept()) {
		t.Error("something is learned")
	}
}

func TestLinearModelsAreTheSameFromTheirStates(t *testing.T) {
	for _, classes := range []int{2, 3} {
		x, y := documents(200, 70000, classes)
		few, yFew := documents(60, 8, classes)
		for form, c := range map[string]struct {
			x mat.Matrix
			y []string
		}{"wide": {x, y}, "narrow": {few.Dense(), yFew}} {
			for _, m := range []artefact.Stateful{
				&LogisticRegression{C: 2, Balanced: true},
				&MultinomialNB{Alpha: 0.5, ClassPrior: map[string]float64{"a": 0.5, "b": 0.25, "c": 0.25}},
				&LinearRegression{Tol: 1e-9},
				&Ridge{Alpha: 3, NoIntercept: true},
			} {
				var fresh artefact.Stateful
				var err error
				switch m := m.(type) {
				case Classifier:
					err = m.FitContext(t.Context(), c.x, c.y)
				case Regressor:
					err = m.FitContext(t.Context(), c.x, numbers(c.y))
				}
				if err != nil {
					t.Fatal(err)
				}
				state, err := m.State()
				if err != nil {
					t.Fatal(err)
				}
				switch m.(type) {
				case *LogisticRegression:
					fresh = &LogisticRegression{}
				case *MultinomialNB:
					fresh = &MultinomialNB{}
				case *LinearRegression:
					fresh = &LinearRegression{}
				case *Ridge:
					fresh = &Ridge{}
				}
				if err := fresh.SetState(state); err != nil {
					t.Fatal(err)
				}
				again, err := fresh.State()
				if err != nil {
					t.Fatal(err)
				}
				if a, b := fmt.Sprintf("%#v", state), fmt.Sprintf("%#v", again); a != b {
					t.Errorf("%T, %s: another state", m, form)
				}
				if a, b := predictions(t, m, c.x), predictions(t, fresh, c.x); !slices.Equal(a, b) {
					t.Errorf("%T, %s, %d classes: other predictions", m, form, classes)
				}
			}
		}
	}
}

func predictions(t *testing.T, m any, x mat.Matrix) []float64 {
	t.Helper()
	switch m := m.(type) {
	case Classifier:
		p, err := m.PredictProba(x)
		if err != nil {
			t.Fatal(err)
		}
		return p.RawMatrix().Data
	case Regressor:
		p, err := m.Predict(x)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	return nil
}

func TestBadStatesOfLinearModelsAreRefused(t *testing.T) {
	x, y := documents(40, 6, 3)
	lr, nb, ridge := &LogisticRegression{}, &MultinomialNB{}, &Ridge{}
	for _, err := range []error{lr.Fit(x, y), nb.Fit(x, y), ridge.Fit(x, numbers(y))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	arr := func(shape []int, v ...float64) artefact.Array { return artefact.Array{Shape: shape, Data: v} }
	for _, m := range []artefact.Stateful{lr, nb, ridge} {
		before := predictions(t, m, x)
		good, err := m.State()
		if err != nil {
			t.Fatal(err)
		}
		for name, a := range map[string]artefact.Array{
			"classes":          artefact.Vector([]string{"b", "a", "c"}),
			"classes ":         artefact.Vector([]string{"a", "a", "c"}),
			"classes  ":        artefact.Vector([]string{"a", "b"}),
			"classes   ":       artefact.Vector([]string{}),
			"coef":             arr([]int{3, 1}, 1, 2, math.NaN()),
			"coef ":            arr([]int{1, 0}),
			"coef  ":           arr([]int{3, 0}),
			"coef   ":          arr([]int{3, 2}, 1, 2, 3),
			"coef    ":         artefact.Vector([]int64{1}),
			"intercept":        arr([]int{2}, 1, 2),
			"intercept ":       arr([]int{3}, 1, 2, math.Inf(1)),
			"intercept  ":      arr([]int{1}, math.Inf(1)),
			"iterations":       arr([]int{1}, 1),
			"converged":        artefact.Vector([]uint8{}),
			"class_count":      arr([]int{2}, 1, 2),
			"class_count ":     arr([]int{3}, 1, 2, math.NaN()),
			"feature_log_prob": arr([]int{3, 2}, 1, 2, 3, 4, 5, math.Inf(-1)),
			"class_log_prior":  arr([]int{3}, 1, 2, math.NaN()),
		} {
			name = strings.TrimSpace(name)
			if _, ok := good.Arrays[name]; !ok {
				continue
			}
			bad := &artefact.State{Kind: good.Kind, Params: good.Params, Arrays: map[string]artefact.Array{}}
			for k, v := range good.Arrays {
				bad.Arrays[k] = v
			}
			bad.Arrays[name] = a
			if err := m.SetState(bad); err == nil {
				t.Errorf("%T takes the %s %v", m, name, a)
			}
			delete(bad.Arrays, name)
			if err := m.SetState(bad); err == nil && name != "iterations" && name != "converged" {
				t.Errorf("%T does without %s", m, name)
			}
		}
		for _, bad := range []*artefact.State{nil, {}, {Kind: "model.Other", Params: good.Params, Arrays: good.Arrays}, {Kind: good.Kind, Params: map[string]any{"Colour": 1.0}, Arrays: good.Arrays}} {
			if err := m.SetState(bad); err == nil {
				t.Errorf("%T takes %v", m, bad)
			}
		}
		if after := predictions(t, m, x); !slices.Equal(before, after) {
			t.Errorf("%T has changed", m)
		}
	}
}

func TestOneSampleIsScoredWithoutAllocation(t *testing.T) {
	for _, classes := range []int{2, 3} {
		x, y := documents(300, 70000, classes)
		lr, nb, ridge := &LogisticRegression{}, &MultinomialNB{}, &Ridge{}
		for _, err := range []error{lr.Fit(x, y), nb.Fit(x, y), ridge.Fit(x, numbers(y))} {
			if err != nil {
				t.Fatal(err)
			}
		}
		v := &feature.Vector{Len: x.Cols}
		v.Index, v.Value = x.Row(0)
		full := &feature.Vector{Len: x.Cols, Dense: true, Value: mat.Row(nil, 0, x)}
		proba := make([]float64, classes)
		if n := testing.AllocsPerRun(100, func() {
			for _, v := range []*feature.Vector{v, full} {
				err1 := lr.ProbaVector(v, proba)
				err2 := nb.ProbaVector(v, proba)
				_, err3 := ridge.ValueVector(v)
				if err1 != nil || err2 != nil || err3 != nil {
					t.Error(err1, err2, err3)
				}
			}
		}); n > 0 {
			t.Errorf("%d classes: %v allocations", classes, n)
		}
	}
}

func TestFittedLinearModelsLeaveTheirInputAlone(t *testing.T) {
	x, y := documents(100, 30, 2)
	col, value := slices.Clone(x.Col), slices.Clone(x.Value)
	dense := x.Dense()
	before := mat.DenseCopyOf(dense)
	for name, f := range fits() {
		for _, x := range []mat.Matrix{x, dense} {
			if _, _, err := f(t.Context(), x, y); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(x.Col, col) || !slices.Equal(x.Value, value) || !mat.Equal(dense, before) {
			t.Errorf("%s has changed its input", name)
		}
	}
}
