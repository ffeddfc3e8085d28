package linalg_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/netherfield/netherfield/runtime/internal/linalg"
	"gonum.org/v1/gonum/mat"
)

type rows struct{ *mat.Dense }

func (r rows) ReadRow(i int, dst []float64) { copy(dst, r.RawRowView(i)) }

// spread returns a matrix whose columns have the given sizes.
func spread(n, d int, size func(j int) float64) *mat.Dense {
	r := rand.New(rand.NewPCG(uint64(n), uint64(d)))
	a := mat.NewDense(n, d, nil)
	a.Apply(func(_, j int, _ float64) float64 { return r.NormFloat64()*size(j) + 0.5 }, a)
	return a
}

func even(int) float64 { return 1 }

func TestTheGramMatrixIsThatOfTheCentredRows(t *testing.T) {
	for _, s := range [][2]int{{1, 1}, {3, 7}, {255, 12}, {256, 13}, {1000, 40}, {2500, 25}} {
		n, d := s[0], s[1]
		a := spread(n, d, even)
		shift := make([]float64, d)
		for j := range shift {
			shift[j] = float64(j) / 10
		}
		gram, sums, err := linalg.Gram(t.Context(), rows{a}, shift)
		if err != nil {
			t.Fatal(err)
		}
		c := mat.DenseCopyOf(a)
		c.Apply(func(_, j int, v float64) float64 { return v - shift[j] }, c)
		var want mat.Dense
		want.Mul(c.T(), c)
		if !mat.EqualApprox(mat.NewDense(d, d, gram), &want, 1e-11) {
			t.Errorf("%d × %d: the product is wrong", n, d)
		}
		for j := range d {
			if math.Abs(sums[j]-mat.Sum(c.ColView(j))) > 1e-10 {
				t.Errorf("%d × %d: the sum of column %d is %v", n, d, j, sums[j])
			}
		}
		seen := make([]int, n)
		if err := linalg.Products(t.Context(), rows{a}, func(lo, hi int, p []float64, stride int) error {
			for i := lo; i < hi; i++ {
				seen[i]++
				for j := range n {
					if want := mat.Dot(a.RowView(i), a.RowView(j)); math.Abs(p[(i-lo)*stride+j]-want) > 1e-11 {
						return fmt.Errorf("product %d, %d is %v, want %v", i, j, p[(i-lo)*stride+j], want)
					}
				}
			}
			return nil
		}); err != nil {
			t.Errorf("%d × %d: %v", n, d, err)
		}
		if slices.Min(seen) != 1 || slices.Max(seen) != 1 {
			t.Errorf("%d × %d: rows were seen %v times", n, d, seen)
		}
	}
}

func TestEigenvectorsMakeTheMatrixDiagonal(t *testing.T) {
	for _, d := range []int{1, 2, 3, 10, 65, 130} {
		symmetric := mat.NewDense(d, d, nil)
		a := spread(d, d, even)
		symmetric.Mul(a, a.T())
		low := spread(d, max(1, d/3), even)
		var rank mat.Dense
		rank.Mul(low, low.T())
		identity := mat.NewDense(d, d, nil)
		for i := range d {
			identity.Set(i, i, 2)
		}
		graded := mat.NewDense(d, d, nil)
		graded.Apply(func(i, j int, _ float64) float64 { return math.Pow(0.1, float64(i+j)/3) }, graded)
		huge := mat.DenseCopyOf(symmetric)
		huge.Scale(1e250, huge)
		for name, m := range map[string]*mat.Dense{"full": symmetric, "rank": &rank, "identity": identity, "zero": mat.NewDense(d, d, nil), "graded": graded, "huge": huge} {
			for _, k := range []int{1, d} {
				values, vectors, err := linalg.Eigen(t.Context(), mat.DenseCopyOf(m).RawMatrix().Data, d, k)
				if err != nil {
					t.Fatal(err)
				}
				v := mat.NewDense(k, d, vectors)
				var left, right, unit mat.Dense
				left.Mul(m, v.T())
				right.Apply(func(i, j int, x float64) float64 { return x * values[j] }, v.T())
				left.Sub(&left, &right)
				unit.Mul(v, v.T())
				for i := range k {
					unit.Set(i, i, unit.At(i, i)-1)
				}
				size := math.Abs(values[0])
				if off := mat.Norm(&left, math.Inf(1)); off > 1e-13*float64(d)*size {
					t.Errorf("%s, %d: a·v - λ·v is %v at λ = %v", name, d, off, size)
				}
				if off := mat.Norm(&unit, math.Inf(1)); off > 1e-13*float64(d) {
					t.Errorf("%s, %d: the vectors are off from orthonormal by %v", name, d, off)
				}
				if !slices.IsSortedFunc(values, func(a, b float64) int { return int(math.Copysign(1, b-a)) }) {
					t.Errorf("%s, %d: the values are not in order: %v", name, d, values)
				}
			}
		}
	}
}

func TestSmallSingularValuesKeepTheirDigits(t *testing.T) {
	// A graded triangle with known singular values: rotations of a diagonal.
	const d = 12
	want := make([]float64, d)
	a := mat.NewDense(600, d, nil)
	// Orthogonal columns of the Hadamard kind: cosines.
	for j := range d {
		want[j] = math.Pow(10, float64(-j))
		for i := range 600 {
			a.Set(i, j, want[j]*math.Sqrt(2.0/600)*math.Cos(math.Pi*(float64(i)+0.5)*float64(j+1)/600))
		}
	}
	r, err := linalg.Triangle(t.Context(), rows{a}, make([]float64, d), 1)
	if err != nil {
		t.Fatal(err)
	}
	values, vectors, err := linalg.Singular(t.Context(), r, d, d)
	if err != nil {
		t.Fatal(err)
	}
	for j := range d {
		if math.Abs(values[j]/want[j]-1) > 1e-13 {
			t.Errorf("value %d is %v, want %v", j, values[j], want[j])
		}
		if math.Abs(math.Abs(vectors[j*d+j])-1) > 1e-13 {
			t.Errorf("vector %d is %v", j, vectors[j*d:(j+1)*d])
		}
	}
}

func TestSingularValuesAreGonums(t *testing.T) {
	for _, s := range [][2]int{{1, 1}, {1, 5}, {2, 2}, {7, 7}, {20, 33}, {300, 20}, {700, 64}} {
		n, d := s[0], s[1]
		a := spread(n, d, func(j int) float64 { return math.Exp(-float64(j) / 10) })
		if n > 4 {
			a.SetRow(3, a.RawRowView(1))
		}
		work, k := mat.DenseCopyOf(a).RawMatrix().Data, n
		if n > d {
			var err error
			if work, err = linalg.Triangle(t.Context(), rows{a}, make([]float64, d), 2); err != nil {
				t.Fatal(err)
			}
			for i := range work {
				work[i] /= 2
			}
			k = d
		}
		values, vectors, err := linalg.Singular(t.Context(), work, k, d)
		if err != nil {
			t.Fatal(err)
		}
		var svd mat.SVD
		svd.Factorize(a, mat.SVDThin)
		want := svd.Values(nil)
		for i := range want {
			if math.Abs(values[i]-want[i]) > 1e-13*want[0] {
				t.Errorf("%d × %d: value %d is %v, want %v", n, d, i, values[i], want[i])
			}
		}
		v := mat.NewDense(k, d, vectors)
		var unit mat.Dense
		unit.Mul(v, v.T())
		for i := range k {
			unit.Set(i, i, unit.At(i, i)-1)
		}
		if off := mat.Norm(&unit, math.Inf(1)); off > 1e-12 {
			t.Errorf("%d × %d: the vectors are off from orthonormal by %v", n, d, off)
		}
	}
	values, vectors, err := linalg.Singular(t.Context(), make([]float64, 12), 3, 4)
	if err != nil || values[0] != 0 || vectors[0] != 1 || vectors[5] != 1 {
		t.Error(values, vectors, err)
	}
}

func TestTheNumberOfCoresChangesNothing(t *testing.T) {
	a := spread(3000, 50, even)
	var want []string
	for _, cores := range []int{1, 2, 8} {
		old := runtime.GOMAXPROCS(cores)
		gram, _, _ := linalg.Gram(t.Context(), rows{a}, make([]float64, 50))
		r, _ := linalg.Triangle(t.Context(), rows{a}, make([]float64, 50), 1)
		_, v, _ := linalg.Eigen(t.Context(), slices.Clone(gram), 50, 50)
		s, w, _ := linalg.Singular(t.Context(), slices.Clone(a.RawMatrix().Data[:40*50]), 40, 50)
		got := []string{fmt.Sprint(gram), fmt.Sprint(r), fmt.Sprint(v), fmt.Sprint(s, w)}
		runtime.GOMAXPROCS(old)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d cores give other numbers", cores)
		}
	}
}

func TestItCanBeCancelled(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	a := spread(1500, 1500, even)
	for name, f := range map[string]func() error{
		"Gram":     func() error { _, _, err := linalg.Gram(ctx, rows{a}, make([]float64, 1500)); return err },
		"Triangle": func() error { _, err := linalg.Triangle(ctx, rows{a}, make([]float64, 1500), 1); return err },
		"Eigen": func() error {
			_, _, err := linalg.Eigen(ctx, mat.DenseCopyOf(a).RawMatrix().Data, 1500, 1500)
			return err
		},
		"Singular": func() error {
			_, _, err := linalg.Singular(ctx, mat.DenseCopyOf(a).RawMatrix().Data, 1500, 1500)
			return err
		},
	} {
		start := time.Now()
		if err := f(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
		if d := time.Since(start); d > 30*time.Second {
			t.Errorf("%s ended after %v", name, d)
		}
	}
}

func BenchmarkGram(b *testing.B) {
	a := spread(40_000, 256, even)
	b.SetBytes(40_000 * 256 * 256) // MB/s are MFLOP/s
	for b.Loop() {
		if _, _, err := linalg.Gram(b.Context(), rows{a}, make([]float64, 256)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEigen(b *testing.B) {
	g, _, _ := linalg.Gram(b.Context(), rows{spread(1000, 256, even)}, make([]float64, 256))
	for _, k := range []int{2, 256} {
		b.Run(fmt.Sprint(k), func(b *testing.B) {
			for b.Loop() {
				if _, _, err := linalg.Eigen(b.Context(), slices.Clone(g), 256, k); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkTriangleAndSingular(b *testing.B) {
	a := spread(40_000, 256, even)
	for b.Loop() {
		r, err := linalg.Triangle(b.Context(), rows{a}, make([]float64, 256), 1)
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := linalg.Singular(b.Context(), r, 256, 256); err != nil {
			b.Fatal(err)
		}
	}
}
