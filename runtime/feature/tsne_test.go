package feature

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

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
	}{{800, "exact"}, {5000, "exact"}, {5000, "barnes_hut"}, {10_000, "barnes_hut"}} {
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

func TestPlacesDoNotDependOnCores(t *testing.T) {
	for _, s := range []TSNE{{Method: "exact", MaxIter: 250}, {Method: "barnes_hut", MaxIter: 250}, {Components: 3, MaxIter: 250}} {
		n := map[string]int{"exact": 600, "barnes_hut": 1500, "": 100}[s.Method]
		if RaceEnabled {
			n = 120
		}
		var want *mat.Dense
		for _, cores := range []int{1, 2, 8} {
			old := runtime.GOMAXPROCS(cores)
			y, err := s.FitTransform(blobs(n, 20, 3))
			runtime.GOMAXPROCS(old)
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = y
			}
			if !mat.Equal(y, want) {
				t.Errorf("%q with %d cores gives other places", s.Method, cores)
			}
		}
	}
}

func TestSparseRowsArePlacedAsDenseOnesAre(t *testing.T) {
	for _, density := range []float64{0.1, 0.5} {
		x := thinned(blobs(120, 30, 3), density)
		for _, method := range []string{"exact", "barnes_hut"} {
			s, d := TSNE{Method: method}, TSNE{Method: method}
			if _, err := s.FitTransform(x); err != nil {
				t.Fatal(err)
			}
			if _, err := d.FitTransform(x.Dense()); err != nil {
				t.Fatal(err)
			}
			if a, b := s.KLDivergence(), d.KLDivergence(); math.Abs(a-b) > 0.05 {
				t.Errorf("%s: the divergences are %v and %v", method, a, b)
			}
		}
	}
}

func TestCancellingTSNEEndsSoon(t *testing.T) {
	x := blobs(3000, 50, 5)
	for _, method := range []string{"exact", "barnes_hut"} {
		for _, after := range []time.Duration{0, 20 * time.Millisecond, 700 * time.Millisecond} {
			ctx, cancel := context.WithCancel(t.Context())
			s := TSNE{Method: method, MaxIter: 1_000_000}
			var ended time.Time
			time.AfterFunc(after, func() { ended = time.Now(); cancel() })
			_, err := s.FitTransformContext(ctx, x)
			if !errors.Is(err, context.Canceled) || s.Embedding() != nil {
				t.Errorf("%s, after %v: %v", method, after, err)
			}
			if took := time.Since(ended); took > 30*time.Second {
				t.Errorf("%s: it took %v to end", method, took)
			}
		}
	}
}

func TestTheTreePushesAsAllPairsDo(t *testing.T) {
	n := 2000
	if RaceEnabled {
		n = 500
	}
	x := blobs(n, 2, 7)
	s := settings{perplexity: 30, angle: 0.2}
	m, err := readNumbers("x", x)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := newTreeField(t.Context(), m, s)
	if err != nil {
		t.Fatal(err)
	}
	y := slices.Clone(x.RawMatrix().Data)
	got, want := make([]float64, 2*n), make([]float64, 2*n)
	for _, spread := range []float64{1e-4, 1, 30} {
		for i := range y {
			y[i] = x.RawMatrix().Data[i] * spread
		}
		if err := tree.gradient(t.Context(), y, got, 1); err != nil {
			t.Fatal(err)
		}
		// The same, of all pairs, from the definition.
		norm := 0.0
		push := make([]float64, 2*n)
		for i := range n {
			for j := range n {
				if i == j {
					continue
				}
				dx, dy := y[2*i]-y[2*j], y[2*i+1]-y[2*j+1]
				q := 1 / (1 + dx*dx + dy*dy)
				norm += q
				push[2*i] += q * q * dx
				push[2*i+1] += q * q * dy
			}
		}
		size := 0.0
		for i := range n {
			want[2*i], want[2*i+1] = -push[2*i]/norm, -push[2*i+1]/norm
			for e := tree.start[i]; e < tree.start[i+1]; e++ {
				j := tree.near[e]
				dx, dy := y[2*i]-y[2*j], y[2*i+1]-y[2*j+1]
				w := float64(tree.p[e]) / (1 + dx*dx + dy*dy)
				want[2*i] += w * dx
				want[2*i+1] += w * dy
			}
		}
		for i := range want {
			want[i] *= 4
			size = max(size, math.Abs(want[i]))
		}
		for i := range want {
			if math.Abs(got[i]-want[i]) > 0.01*size {
				t.Errorf("spread %v: coordinate %d is pushed by %v, want %v of %v", spread, i, got[i], want[i], size)
				break
			}
		}
		if math.Abs(tree.norm/norm-1) > 1e-3 {
			t.Errorf("spread %v: the sum is %v, want %v", spread, tree.norm, norm)
		}
	}
	// Neighbours are the nearest.
	d := make([]float64, n)
	for j := range n {
		d[j] = math.Hypot(x.At(0, 0)-x.At(j, 0), x.At(0, 1)-x.At(j, 1))
	}
	chosen := make([]int32, 91)
	nearest(d, 0, chosen)
	worst := 0.0
	for _, j := range chosen {
		worst = max(worst, d[j])
	}
	closer := 0
	for j := 1; j < n; j++ {
		if d[j] <= worst {
			closer++
		}
	}
	if closer != 91 {
		t.Errorf("%d are as near as the farthest of 91", closer)
	}
}
