package feature

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/netherfield/netherfield/runtime/internal/numpy"
	"gonum.org/v1/gonum/mat"
)

// sized returns a matrix whose columns have sizes that fall from 1 to least.
func sized(n, d int, least float64) *mat.Dense {
	r := rand.New(rand.NewPCG(uint64(n), uint64(d)))
	x := mat.NewDense(n, d, nil)
	x.Apply(func(_, j int, _ float64) float64 {
		return r.NormFloat64()*math.Pow(least, float64(j)/float64(max(1, d-1))) + 0.2
	}, x)
	return x
}

// thinned returns x with most elements 0.
func thinned(x *mat.Dense, density float64) *CSR {
	r := rand.New(rand.NewPCG(3, 4))
	n, d := x.Dims()
	s := &CSR{Rows: n, Cols: d, Start: make([]int, n+1)}
	for i := range n {
		for j := range d {
			if r.Float64() < density {
				s.Col, s.Value = append(s.Col, int32(j)), append(s.Value, x.At(i, j))
			}
		}
		s.Start[i+1] = len(s.Col)
	}
	return s
}

func TestAllWaysFindTheSameComponents(t *testing.T) {
	for _, c := range []struct {
		name string
		x    mat.Matrix
	}{
		{"tall", sized(500, 30, 0.3)},
		{"tall, sparse", thinned(sized(500, 30, 0.3), 0.15)},
		{"tall, half sparse", thinned(sized(500, 30, 0.3), 0.5)},
		{"wide", sized(30, 200, 0.3)},
		{"wide, sparse", thinned(sized(30, 200, 0.3), 0.1)},
	} {
		for _, centre := range []bool{true, false} {
			const k = 3
			ctx := t.Context()
			m, err := fitNumbers(ctx, "x", c.x, false)
			if err != nil {
				t.Fatal(err)
			}
			mean, total, err := columnMeans(ctx, m)
			if err != nil {
				t.Fatal(err)
			}
			want, err := decomposeRows(ctx, m, k, centre, mean, total)
			if err != nil {
				t.Fatal(err)
			}
			ways := map[string]func(context.Context, *numbers, int, bool) (*decomposition, error){"krylov": decomposeKrylov, "wide": decomposeWide, "tall": decomposeTall}
			if m.rows < m.cols {
				delete(ways, "tall")
			} else {
				delete(ways, "wide")
			}
			for way, f := range ways {
				got, err := f(ctx, m, k, centre)
				if err != nil {
					t.Fatal(err)
				}
				name := fmt.Sprintf("%s, centred %v, %s", c.name, centre, way)
				if math.Abs(got.total/total-1) > 1e-12 {
					t.Errorf("%s: the total is %v, want %v", name, got.total, total)
				}
				for i := range k {
					if math.Abs(got.values[i]/want.values[i]-1) > 1e-13 {
						t.Errorf("%s: value %d is %v, want %v", name, i, got.values[i], want.values[i])
					}
					v, w := got.vectors[i*m.cols:(i+1)*m.cols], want.vectors[i*m.cols:(i+1)*m.cols]
					flip(v)
					flip(w)
					for j := range v {
						if math.Abs(v[j]-w[j]) > 1e-11 {
							t.Errorf("%s: component %d has %v at %d, want %v", name, i, v[j], j, w[j])
							break
						}
					}
				}
				for j := range mean {
					if math.Abs(got.mean[j]-mean[j]) > 1e-14 {
						t.Errorf("%s: the mean of column %d is %v, want %v", name, j, got.mean[j], mean[j])
					}
				}
			}
		}
	}
}

// That what is small keeps its digits is seen where nothing is rotated: columns that
// are orthogonal.
func TestSmallComponentsOfManyRowsKeepTheirDigits(t *testing.T) {
	const n, d = 40_000, 32
	if n*d*d <= smallWork {
		t.Fatal("this is small, and not what is tested")
	}
	x := mat.NewDense(n, d, nil)
	for j := range d {
		size := math.Pow(0.5, float64(j))
		for i := range n {
			x.Set(i, j, 3+size*math.Sqrt(2.0/n)*math.Cos(math.Pi*(float64(i)+0.5)*float64(j+1)/n))
		}
	}
	var p PCA
	if err := p.Fit(x); err != nil {
		t.Fatal(err)
	}
	for j, s := range p.SingularValues() {
		// The elements are rounded by 2⁻⁵² themselves, all of them differently.
		if want := math.Pow(0.5, float64(j)); math.Abs(s/want-1) > 1e-15/want+1e-13 {
			t.Errorf("value %d is %v, want %v", j, s, want)
		}
	}
}

func TestEqualSingularValuesAreAllFound(t *testing.T) {
	// Larger than a Gram matrix may be, with a largest value that comes four times.
	const n, d = 1500, 1200
	s := &CSR{Rows: n, Cols: d, Start: make([]int, n+1)}
	for i := range n {
		if i < d {
			v := 1 / float64(2+i)
			if i < 4 {
				v = 1
			}
			s.Col, s.Value = append(s.Col, int32(i)), append(s.Value, v)
		}
		s.Start[i+1] = len(s.Col)
	}
	svd := TruncatedSVD{Components: 5}
	if err := svd.Fit(s); err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{1, 1, 1, 1, 1.0 / 6} {
		if got := svd.SingularValues()[i]; math.Abs(got-want) > 1e-13 {
			t.Errorf("value %d is %v, want %v", i, got, want)
		}
	}
}

func TestHugeAndTinyNumbersAreScaled(t *testing.T) {
	for _, by := range []float64{1e180, 1e-180} {
		x := sized(40, 6, 0.5)
		var want, got PCA
		if err := want.Fit(x); err != nil {
			t.Fatal(err)
		}
		x.Scale(by, x)
		err := got.Fit(x)
		if by > 1 {
			// Variances would be infinite.
			if err == nil {
				t.Error("variances that are infinite were taken")
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range want.SingularValues() {
			if math.Abs(got.SingularValues()[i]/by/s-1) > 1e-12 {
				t.Errorf("value %d is %v", i, got.SingularValues()[i])
			}
		}
	}
}

func TestComponentsDoNotDependOnCores(t *testing.T) {
	inputs := []mat.Matrix{sized(3000, 120, 0.5), thinned(sized(3000, 120, 0.5), 0.1), sized(150, 2000, 0.5), thinned(sized(1300, 1100, 0.5), 0.02)}
	if RaceEnabled {
		inputs = []mat.Matrix{sized(6000, 30, 0.5), thinned(sized(6000, 80, 0.5), 0.1)}
	}
	var want [][]string
	for _, cores := range []int{1, 2, 8} {
		old := runtime.GOMAXPROCS(cores)
		var got [][]string
		for _, x := range inputs {
			p, s := PCA{Components: 3}, TruncatedSVD{Components: 3}
			z := StandardScaler{WithoutMean: true}
			if err := errors.Join(p.Fit(x), s.Fit(x), z.Fit(x)); err != nil {
				t.Fatal(err)
			}
			y, err := p.Transform(x)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, []string{fmt.Sprint(p.ComponentVectors(), p.ExplainedVarianceRatio()), fmt.Sprint(s.ComponentVectors(), s.ExplainedVariance()), fmt.Sprint(y), fmt.Sprint(z.Scale())})
		}
		runtime.GOMAXPROCS(old)
		if want == nil {
			want = got
		}
		for i := range got {
			for k := range got[i] {
				if got[i][k] != want[i][k] {
					t.Errorf("%d cores: result %d of input %d is another", cores, k, i)
				}
			}
		}
	}
}

// A patient context ends when it has been asked so often whether it has: where in the
// work that is does not depend on how fast it is done.
type patient struct {
	context.Context
	checks int32
}

func (p *patient) Err() error {
	if atomic.AddInt32(&p.checks, -1) < 0 {
		return context.Canceled
	}
	return nil
}

func TestCancellingLeavesThemUnfitted(t *testing.T) {
	x := sized(3000, 400, 0.001)
	fitters := map[string]func(context.Context) error{}
	pca, svd, scaler := &PCA{}, &TruncatedSVD{Components: 300}, &StandardScaler{}
	fitters["PCA"] = func(ctx context.Context) error { return pca.FitContext(ctx, x) }
	fitters["TruncatedSVD"] = func(ctx context.Context) error { return svd.FitContext(ctx, x) }
	fitters["StandardScaler"] = func(ctx context.Context) error { return scaler.FitContext(ctx, x) }
	for name, fit := range fitters {
		for _, checks := range []int32{0, 1, 3} {
			if err := fit(&patient{Context: t.Context(), checks: checks}); !errors.Is(err, context.Canceled) {
				t.Errorf("%s, after %d checks: %v", name, checks, err)
			}
		}
	}
	for _, m := range []Matrices{pca, svd, scaler} {
		var e *NotFittedError
		if _, err := m.TransformContext(t.Context(), x); !errors.As(err, &e) {
			t.Errorf("%T: %v", m, err)
		}
		if err := m.(VectorVector).TransformVector(&Vector{}); !errors.As(err, &e) {
			t.Errorf("%T: %v", m, err)
		}
	}
}

func BenchmarkPCA(b *testing.B) {
	// As scikit-learn would be given it:
	// r = RandomState(0); x = r.standard_normal((40000, 256)) * linspace(3, 0.5, 256)
	// x[r.random_sample(x.shape) < 0.7] = 0
	r := numpy.NewRandomState(0)
	x := mat.NewDense(40_000, 256, nil)
	data := x.RawMatrix().Data
	for k := range data {
		data[k] = r.Normal() * (3 - 2.5*float64(k%256)/255)
	}
	for k := range data {
		if r.Float64() < 0.7 {
			data[k] = 0
		}
	}
	half := thinned(x, 0.25)
	sparse := &CSR{Rows: 40_000, Cols: 256, Start: make([]int, 40_001)}
	for i := range 40_000 {
		for j, v := range x.RawRowView(i) {
			if v != 0 {
				sparse.Col, sparse.Value = append(sparse.Col, int32(j)), append(sparse.Value, v)
			}
		}
		sparse.Start[i+1] = len(sparse.Col)
	}
	for _, c := range []struct {
		name string
		x    mat.Matrix
	}{{"dense", x}, {"sparse30", sparse}, {"sparse25", half}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				p := PCA{Components: 2}
				if err := p.Fit(c.x); err != nil {
					b.Fatal(err)
				}
				if _, err := p.Transform(c.x); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("svd/"+c.name, func(b *testing.B) {
			for b.Loop() {
				var s TruncatedSVD
				if err := s.Fit(c.x); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkTruncatedSVDOfManyColumns(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	const n, d = 40_000, 1 << 18
	x := &CSR{Rows: n, Cols: d, Start: make([]int, n+1)}
	for i := range n {
		row := map[int32]bool{}
		for range 70 {
			u := r.Float64()
			row[int32(float64(d)*u*u*u*u)] = true
		}
		for j := range row {
			x.Col = append(x.Col, j)
		}
		x.Start[i+1] = len(x.Col)
		cols := x.Col[x.Start[i]:]
		for k := range cols {
			for l := k; l > 0 && cols[l-1] > cols[l]; l-- {
				cols[l-1], cols[l] = cols[l], cols[l-1]
			}
			x.Value = append(x.Value, 0.1+r.Float64())
		}
	}
	for b.Loop() {
		var s TruncatedSVD
		if err := s.Fit(x); err != nil {
			b.Fatal(err)
		}
	}
}

func TestElementsThatAreNoNumbersAreNamedByAllWays(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, size := range [][2]int{{3000, 400}, {20, 10}, {200, 900}} {
			x := sized(size[0], size[1], 0.01)
			row, col := size[0]-2, 7
			x.Set(row, col, v)
			want := fmt.Sprintf("cannot use %v in row %d, column %d;", v, row, col)
			for _, m := range []interface {
				Fit(mat.Matrix) error
			}{&PCA{Components: 2}, &TruncatedSVD{}} {
				for _, x := range []mat.Matrix{x, Sparse(x)} {
					if err := m.Fit(x); err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("%T of %T, %v: %v", m, x, size, err)
					}
				}
			}
			p := PCA{Components: 2}
			if err := p.Fit(sized(size[0], size[1], 0.01)); err != nil {
				t.Fatal(err)
			}
			if _, err := p.Transform(x); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("projecting %v: %v", size, err)
			}
		}
	}
}
