package feature

// This file pushes the places of t-SNE by all pairs.

import (
	"context"
	"math"
	"sync"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
)

// buffers are slices that goroutines take and give back.
type bufferPool struct {
	pool sync.Pool
}

func newBuffers(n int) *bufferPool {
	return &bufferPool{sync.Pool{New: func() any { b := make([]float64, n); return &b }}}
}

func (b *bufferPool) get() *[]float64  { return b.pool.Get().(*[]float64) }
func (b *bufferPool) put(s *[]float64) { b.pool.Put(s) }

// A planeField is the field of all pairs in two dimensions. Places are float32 here, as
// they are in scikit-learn: what is added up for one place is rounded far below the
// size of a step.
type planeField struct {
	n       int
	p       []float32
	entropy float64 // Σ p·log p
	xs, ys  []float32
	forces  []simd.Force
	norm    float64 // Σ 1/(1 + d²) over pairs, both ways
}

func newPlaneField(ctx context.Context, m *numbers, s settings) (*planeField, error) {
	p, err := allAffinities(ctx, m, s)
	if err != nil {
		return nil, err
	}
	f := &planeField{n: m.rows, p: p, xs: make([]float32, m.rows), ys: make([]float32, m.rows), forces: make([]simd.Force, m.rows)}
	f.entropy, err = entropyOf(ctx, p)
	return f, err
}

// entropyOf returns Σ p·log p.
func entropyOf(ctx context.Context, p []float32) (float64, error) {
	return sumOf(ctx, len(p), 1<<16, func(lo, hi int) float64 {
		sum := 0.0
		for _, v := range p[lo:hi] {
			if v > 0 {
				sum += float64(v) * math.Log(float64(v))
			}
		}
		return sum
	})
}

func (f *planeField) gradient(ctx context.Context, y, g []float64, exaggeration float64) error {
	n := f.n
	for i := range n {
		f.xs[i], f.ys[i] = float32(y[2*i]), float32(y[2*i+1])
	}
	if err := parallel.Chunks(ctx, n, max(16, 1<<16/n), func(_, lo, hi int) error {
		for i := lo; i < hi; i++ {
			f.forces[i] = simd.Both(f.xs[i], f.ys[i], f.xs, f.ys, f.p[i*n:(i+1)*n])
		}
		return nil
	}); err != nil {
		return err
	}
	f.norm = 0
	for i := range f.forces {
		f.norm += float64(f.forces[i].Sum) - 1 // each is at its own place
	}
	f.norm = max(f.norm, 0x1p-52)
	for i := range f.forces {
		force := &f.forces[i]
		g[2*i] = 4 * (exaggeration*float64(force.AX) - float64(force.X)/f.norm)
		g[2*i+1] = 4 * (exaggeration*float64(force.AY) - float64(force.Y)/f.norm)
	}
	return nil
}

func (f *planeField) divergence(ctx context.Context) (float64, error) {
	// Σ p·log(p/q) with q = 1/((1 + d²)·norm); both halves are the same.
	n := f.n
	total := 0.0
	logs, err := sumOf(ctx, n, 16, func(lo, hi int) float64 {
		sum := 0.0
		for i := lo; i < hi; i++ {
			x, y, row := f.xs[i], f.ys[i], f.p[i*n:(i+1)*n]
			for j := i + 1; j < n; j++ {
				dx, dy := float64(x-f.xs[j]), float64(y-f.ys[j])
				sum += float64(row[j]) * math.Log(1+dx*dx+dy*dy)
			}
		}
		return sum
	})
	if err != nil {
		return 0, err
	}
	// p adds up to 1, but for rounding.
	total = f.entropy + 2*logs + math.Log(f.norm)
	return total, nil
}

// An exactField is the field of all pairs in any number of dimensions, with
// max(k-1, 1) degrees of freedom ν: q ∝ (1 + d²/ν)^(-(ν+1)/2).
type exactField struct {
	n, k    int
	p       []float32
	entropy float64
	y       []float64
	norm    float64
}

func newExactField(ctx context.Context, m *numbers, s settings) (*exactField, error) {
	p, err := allAffinities(ctx, m, s)
	if err != nil {
		return nil, err
	}
	f := &exactField{n: m.rows, k: s.components, p: p, y: make([]float64, m.rows*s.components)}
	f.entropy, err = entropyOf(ctx, p)
	return f, err
}

// kernel returns (1 + d²/ν)^(-(ν+1)/2) of places i and j.
func (f *exactField) kernel(i, j int) float64 {
	d := 0.0
	for r := range f.k {
		v := f.y[i*f.k+r] - f.y[j*f.k+r]
		d += v * v
	}
	if f.k < 3 {
		return 1 / (1 + d)
	}
	u := 1 / (1 + d/2)
	return u * math.Sqrt(u)
}

func (f *exactField) gradient(ctx context.Context, y, g []float64, exaggeration float64) error {
	n, k := f.n, f.k
	copy(f.y, y)
	freedom := float64(max(k-1, 1))
	pull, push := make([]float64, n*k), make([]float64, n*k)
	norm, err := sumOf(ctx, n, 16, func(lo, hi int) float64 {
		sum := 0.0
		for i := lo; i < hi; i++ {
			for j, p := range f.p[i*n : (i+1)*n] {
				if j == i {
					continue
				}
				q := f.kernel(i, j)
				// The derivative has 1/(1 + d²/ν), which is q for one degree.
				u := q
				if k == 3 {
					u = math.Cbrt(q * q)
				}
				sum += q
				a, b := float64(p)*u, q*u
				for r := range k {
					d := y[i*k+r] - y[j*k+r]
					pull[i*k+r] += a * d
					push[i*k+r] += b * d
				}
			}
		}
		return sum
	})
	f.norm = max(norm, 0x1p-52)
	for i := range g {
		g[i] = 2 * (freedom + 1) / freedom * (exaggeration*pull[i] - push[i]/f.norm)
	}
	return err
}

func (f *exactField) divergence(ctx context.Context) (float64, error) {
	n := f.n
	logs, err := sumOf(ctx, n, 16, func(lo, hi int) float64 {
		sum := 0.0
		for i := lo; i < hi; i++ {
			for j := i + 1; j < n; j++ {
				sum -= float64(f.p[i*n+j]) * math.Log(f.kernel(i, j))
			}
		}
		return sum
	})
	return f.entropy + 2*logs + math.Log(f.norm), err
}
