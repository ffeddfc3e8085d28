package model

import (
	"testing"

	"github.com/netherfield/netherfield/runtime/feature"
	"gonum.org/v1/gonum/mat"
)

// run measures f, and how long it takes for each entry of x.
func run(b *testing.B, name string, entries int, f func() error) {
	b.Run(name, func(b *testing.B) {
		for b.Loop() {
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(entries), "ns/entry")
	})
}

func BenchmarkLinearModels(b *testing.B) {
	narrow, y := documents(40000, 256, 2)
	dense := narrow.Dense()
	wide, yWide := documents(40000, 1<<18, 2)
	var (
		lr    LogisticRegression
		nb    MultinomialNB
		ridge Ridge
	)
	run(b, "LogisticRegression/dense", narrow.NNZ(), func() error { return lr.Fit(dense, y) })
	run(b, "LogisticRegression/wide", wide.NNZ(), func() error { return lr.Fit(wide, yWide) })
	run(b, "LogisticRegression/proba", wide.NNZ(), func() error { _, err := lr.PredictProba(wide); return err })
	run(b, "MultinomialNB/wide", wide.NNZ(), func() error { return nb.Fit(wide, yWide) })
	run(b, "MultinomialNB/predict", wide.NNZ(), func() error { _, err := nb.Predict(wide); return err })
	run(b, "Ridge/dense", narrow.NNZ(), func() error { return ridge.Fit(dense, numbers(y)) })
	run(b, "Ridge/wide", wide.NNZ(), func() error { return ridge.Fit(wide, numbers(yWide)) })

	v := &feature.Vector{Len: wide.Cols}
	v.Index, v.Value = wide.Row(0)
	proba := make([]float64, 2)
	run(b, "LogisticRegression/one", len(v.Index), func() error { return lr.ProbaVector(v, proba) })
	run(b, "MultinomialNB/one", len(v.Index), func() error { return nb.ProbaVector(v, proba) })
	full := &feature.Vector{Len: 256, Dense: true, Value: mat.Row(nil, 0, dense)}
	if err := lr.Fit(dense, y); err != nil {
		b.Fatal(err)
	}
	run(b, "LogisticRegression/one dense", 256, func() error { return lr.ProbaVector(full, proba) })
}
