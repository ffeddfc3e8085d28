package model_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
)

// benchForest is 40,000 documents in 256 buckets, three quarters of which are 0.
var benchForest = sync.OnceValue(func() forestData { return wordData(28000, 12000, 256, 2, 1) })

func BenchmarkForestFit(b *testing.B) {
	d := benchForest()
	train, _ := d.parts()
	for _, trees := range []int{10, 100} {
		b.Run(fmt.Sprintf("%d trees", trees), func(b *testing.B) {
			for b.Loop() {
				f := model.RandomForestClassifier{Trees: trees}
				noError(b, f.Fit(train, d.class[:d.rows]))
			}
		})
	}
}

func BenchmarkForestFitSparse(b *testing.B) {
	d := benchForest()
	train, _ := d.parts()
	s := sparse(train)
	for b.Loop() {
		f := model.RandomForestClassifier{Trees: 10}
		noError(b, f.Fit(s, d.class[:d.rows]))
	}
}

func BenchmarkForestPredict(b *testing.B) {
	d := benchForest()
	train, _ := d.parts()
	f := model.RandomForestClassifier{}
	noError(b, f.Fit(train, d.class[:d.rows]))
	s := sparse(d.x)
	b.Run("dense", func(b *testing.B) {
		for b.Loop() {
			_, err := f.PredictProba(d.x)
			noError(b, err)
		}
	})
	b.Run("sparse", func(b *testing.B) {
		for b.Loop() {
			_, err := f.PredictProba(s)
			noError(b, err)
		}
	})
	b.Run("one", func(b *testing.B) {
		v := feature.Vector{Len: 256}
		proba := make([]float64, 2)
		b.ReportAllocs()
		for i := 0; b.Loop(); i = (i + 1) % s.Rows {
			v.Index, v.Value = s.Row(i)
			noError(b, f.ProbaVector(&v, proba))
		}
	})
}
