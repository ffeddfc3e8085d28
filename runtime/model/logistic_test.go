package model

import (
	"math"
	"slices"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
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
