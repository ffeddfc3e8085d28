package model

import (
	"math"
	"slices"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

func TestLogisticRegressionFindsTheOptimumOfScikitLearn(t *testing.T) {
	for _, name := range []string{"logistic_binary", "logistic_wide", "logistic_multinomial"} {
		for _, part := range golden.Load(t, name).Parts {
			s := part.State
			for form, x := range forms(t, goldenX(t, s)) {
				t.Run(name+"/"+part.Name+"/"+form, func(t *testing.T) {
					var m LogisticRegression
					if err := artefact.SetParams(&m, s.Params); err != nil {
						t.Fatal(err)
					}
					if err := m.FitWeighted(t.Context(), x, golden.Strings(t, s, "y"), goldenWeights(t, s)); err != nil {
						t.Fatal(err)
					}
					if !m.Converged() {
						t.Errorf("%s: not converged after %d steps", form, m.Iterations())
					}
					coef, intercept := golden.Floats(t, s, "coef"), golden.Floats(t, s, "intercept")
					scale := 0.0
					for _, v := range coef {
						scale = max(scale, math.Abs(v))
					}
					golden.Near(t, "coef", m.Coef().RawMatrix().Data, coef, 1e-5, 1e-6*scale+1e-12)
					centred := slices.Clone(intercept)
					if len(centred) > 1 {
						centre(centred)
					}
					golden.Near(t, "intercept", m.Intercept(), centred, 1e-5, 1e-6)
					decision, err := m.DecisionFunction(x)
					if err != nil {
						t.Fatal(err)
					}
					want := mat.DenseCopyOf(golden.Dense(t, s, "decision"))
					for i := range want.RawMatrix().Rows {
						if row := want.RawRowView(i); len(row) > 1 {
							centre(row)
						}
					}
					golden.NearMatrix(t, "decision", decision, want, 1e-5, 1e-5)
					checkClassifier(t, &m, s, x, 1e-5, 1e-6)
				})
			}
		}
	}
}

// gradient returns the gradient of the objective by its definition, the intercept
// after the coefficients of each output.
func gradient(t *testing.T, m *LogisticRegression, x mat.Matrix, y []string, c float64) []float64 {
	t.Helper()
	proba, err := m.PredictProba(x)
	if err != nil {
		t.Fatal(err)
	}
	coef := m.Coef()
	outputs, cols := coef.Dims()
	g := make([]float64, outputs*(cols+1))
	classes := m.Classes()
	vectors(x, func(i int, v *feature.Vector) {
		for o := range outputs {
			k := o
			if outputs == 1 {
				k = 1
			}
			r := proba.At(i, k)
			if y[i] == classes[k] {
				r = 0
				for other := range classes {
					if other != k {
						r -= proba.At(i, other)
					}
				}
			}
			for e, value := range v.Value {
				j := e
				if !v.Dense {
					j = int(v.Index[e])
				}
				g[o*(cols+1)+j] += r * value
			}
			g[o*(cols+1)+cols] += r
		}
	})
	for o := range outputs {
		for j := range cols {
			g[o*(cols+1)+j] += coef.At(o, j) / c
		}
	}
	return g
}

func TestTheGradientIsSmallWhereAFitEnds(t *testing.T) {
	for _, c := range []struct {
		rows, cols, classes int
		strength            float64
	}{{sampleRows, 100, 2, 1}, {2000, 3000, 2, 10}, {sampleRows, 600, 3, 1}, {500, 80000, 2, 0.01}} {
		x, y := documents(c.rows, c.cols, c.classes)
		m := LogisticRegression{C: c.strength}
		if err := m.Fit(x, y); err != nil {
			t.Fatal(err)
		}
		g := gradient(t, &m, x, y, c.strength)
		// Coefficients are within C·‖g‖ of the optimum, since the second
		// derivatives are at least 1/C.
		if distance := c.strength * floats.Norm(g, 2); !m.Converged() || distance > 1e-5 {
			t.Errorf("%v: %v after %d steps; the optimum is within %.2g", c, m.Converged(), m.Iterations(), distance)
		}
	}
}

func TestTolEndsAFitWhereTheGradientIsSmallEnough(t *testing.T) {
	x, y := documents(2000, 300, 2)
	full := LogisticRegression{}
	early := LogisticRegression{Tol: 1e-3}
	for _, m := range []*LogisticRegression{&full, &early} {
		if err := m.Fit(x, y); err != nil || !m.Converged() {
			t.Fatal(err, m.Converged())
		}
	}
	if early.Iterations() >= full.Iterations() {
		t.Errorf("%d steps with a large Tol, %d without", early.Iterations(), full.Iterations())
	}
	if g := floats.Norm(gradient(t, &early, x, y, 1), math.Inf(1)) / 2000; g > 1e-3 {
		t.Errorf("the gradient is %v", g)
	}
}

func TestTooFewStepsMakeAFitThatHasNotConverged(t *testing.T) {
	x, y := documents(500, 50, 3)
	m := LogisticRegression{MaxIter: 2}
	if err := m.Fit(x, y); err != nil {
		t.Fatal(err)
	}
	if m.Converged() || m.Iterations() != 2 {
		t.Errorf("%v after %d steps", m.Converged(), m.Iterations())
	}
	if _, err := m.Predict(x); err != nil {
		t.Error(err)
	}
}

func TestWithoutAPenaltyTheLikelihoodIsMaximal(t *testing.T) {
	x, y := documents(2000, 12, 2)
	m := LogisticRegression{C: math.Inf(1)}
	if err := m.Fit(x, y); err != nil {
		t.Fatal(err)
	}
	if g := floats.Norm(gradient(t, &m, x, y, math.Inf(1)), math.Inf(1)); !m.Converged() || g > 1e-6 {
		t.Errorf("%v after %d steps: the gradient is %v", m.Converged(), m.Iterations(), g)
	}
	// Classes that can be told apart have no maximum; this ends all the same.
	apart := mat.NewDense(4, 1, []float64{1, 2, 3, 4})
	if err := m.Fit(apart, []string{"a", "a", "b", "b"}); err != nil {
		t.Fatal(err)
	}
	predicted, err := m.Predict(apart)
	if err != nil || !slices.Equal(predicted, []string{"a", "a", "b", "b"}) {
		t.Error(predicted, err)
	}
}

func TestColumnsOfAnyScaleConverge(t *testing.T) {
	x, y := documents(3000, 40, 2)
	d := x.Dense()
	for i := range 3000 {
		for j, v := range d.RawRowView(i) {
			d.Set(i, j, 1e3+v*math.Pow(10, float64(j%9-4)))
		}
	}
	m := LogisticRegression{}
	if err := m.Fit(d, y); err != nil || !m.Converged() {
		t.Errorf("%v, %v after %d steps", err, m.Converged(), m.Iterations())
	}
}
