package feature

import (
	"fmt"
	"testing"

	"github.com/netherfield/netherfield/runtime/internal/numpy"
	"gonum.org/v1/gonum/mat"
)

// blobs returns rows around as many centres as there are groups.
func blobs(n, d, groups int) *mat.Dense {
	r := numpy.NewRandomState(5)
	centres := make([]float64, groups*d)
	for i := range centres {
		centres[i] = r.Normal()
	}
	x := mat.NewDense(n, d, nil)
	for i := range n {
		for j := range d {
			x.Set(i, j, centres[i%groups*d+j]+r.Normal())
		}
	}
	return x
}

func BenchmarkTSNE(b *testing.B) {
	for _, c := range []struct {
		n      int
		method string
	}{{800, "exact"}, {800, "barnes_hut"}, {10_000, "barnes_hut"}} {
		x := blobs(c.n, 256, 10)
		b.Run(fmt.Sprint(c.n, "/", c.method), func(b *testing.B) {
			for b.Loop() {
				t := TSNE{Method: c.method}
				if _, err := t.FitTransform(x); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(t.KLDivergence(), "nats")
			}
		})
	}
}
