package model

import (
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
)

func TestNaiveBayesIsScikitLearns(t *testing.T) {
	for _, part := range golden.Load(t, "bayes").Parts {
		s := part.State
		for form, x := range forms(t, goldenX(t, s)) {
			t.Run(part.Name+"/"+form, func(t *testing.T) {
				var m MultinomialNB
				if err := artefact.SetParams(&m, s.Params); err != nil {
					t.Fatal(err)
				}
				if err := m.FitWeighted(t.Context(), x, golden.Strings(t, s, "y"), goldenWeights(t, s)); err != nil {
					t.Fatal(err)
				}
				golden.Near(t, "count", m.ClassCount(), golden.Floats(t, s, "count"), 1e-12, 0)
				golden.Near(t, "prior", m.ClassLogPrior(), golden.Floats(t, s, "prior"), 1e-12, 1e-15)
				golden.NearMatrix(t, "feature", m.FeatureLogProb(), golden.Dense(t, s, "feature"), 1e-12, 1e-15)
				joint, err := m.JointLogProba(x)
				if err != nil {
					t.Fatal(err)
				}
				golden.NearMatrix(t, "joint", joint, golden.Dense(t, s, "joint"), 1e-12, 1e-15)
				checkClassifier(t, &m, s, x, 1e-12, 1e-13)
			})
		}
	}
}
