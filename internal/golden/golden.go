// Package golden gives Go's tests what real scikit-learn, pandas and NumPy answer:
// the files that the Python package goldens writes into the testdata of the package
// under test.
//
//	s := golden.Load(t, "tfidf")
//	golden.Near(t, "idf", tfidf.IDF(), golden.Floats(t, s, "idf"), 1e-12, 0)
package golden

import (
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/netherfield/netherfield/runtime/artefact"
	"gonum.org/v1/gonum/mat"
)

// Load returns the case in testdata/golden/name.nf of the package under test.
func Load(t testing.TB, name string) *artefact.State {
	t.Helper()
	f, err := artefact.ReadFile(filepath.Join("testdata", "golden", name+".nf"))
	if err != nil {
		t.Fatalf("%v\n`make goldens` writes it", err)
	}
	return f.Root
}

// Part returns a case within a case.
func Part(t testing.TB, s *artefact.State, name string) *artefact.State {
	t.Helper()
	for _, p := range s.Parts {
		if p.Name == name {
			return p.State
		}
	}
	t.Fatalf("the golden file has no part %q", name)
	return nil
}

// Has tells whether the case has the array.
func Has(s *artefact.State, name string) bool {
	_, ok := s.Arrays[name]
	return ok
}

// Floats returns the elements of an array of f64, of any shape.
func Floats(t testing.TB, s *artefact.State, name string) []float64 {
	t.Helper()
	return get[float64](t, s, name)
}

// Float returns the number that an array of no dimension, or of one element, holds.
func Float(t testing.TB, s *artefact.State, name string) float64 {
	t.Helper()
	x := get[float64](t, s, name)
	if len(x) != 1 {
		t.Fatalf("the golden array %q has %d elements, not one", name, len(x))
	}
	return x[0]
}

// Ints returns the elements of an array of i64, of any shape.
func Ints(t testing.TB, s *artefact.State, name string) []int {
	t.Helper()
	x := get[int64](t, s, name)
	out := make([]int, len(x))
	for i, v := range x {
		out[i] = int(v)
	}
	return out
}

// Int32s returns the elements of an array of i32, of any shape.
func Int32s(t testing.TB, s *artefact.State, name string) []int32 {
	t.Helper()
	return get[int32](t, s, name)
}

// Bools returns the elements of an array of u8 as what is not 0.
func Bools(t testing.TB, s *artefact.State, name string) []bool {
	t.Helper()
	x := get[uint8](t, s, name)
	out := make([]bool, len(x))
	for i, v := range x {
		out[i] = v != 0
	}
	return out
}

// Strings returns the elements of an array of texts.
func Strings(t testing.TB, s *artefact.State, name string) []string {
	t.Helper()
	return get[string](t, s, name)
}

// Dense returns an array of f64 of two dimensions as a matrix; one of one dimension
// as a column.
func Dense(t testing.TB, s *artefact.State, name string) *mat.Dense {
	t.Helper()
	x := get[float64](t, s, name)
	shape := s.Arrays[name].Shape
	if len(shape) == 1 {
		shape = []int{shape[0], 1}
	}
	if len(shape) != 2 {
		t.Fatalf("the golden array %q has the shape %v; it is no matrix", name, shape)
	}
	if len(x) == 0 {
		return &mat.Dense{}
	}
	return mat.NewDense(shape[0], shape[1], x)
}

// CSR returns the parts of a sparse matrix that goldens.csr wrote, for
// feature.NewCSR.
func CSR(t testing.TB, s *artefact.State, name string) (rows, cols int, start []int, col []int32, value []float64) {
	t.Helper()
	shape := Ints(t, s, name+"_shape")
	return shape[0], shape[1], Ints(t, s, name+"_indptr"), Int32s(t, s, name+"_indices"), Floats(t, s, name+"_data")
}

func get[T float64 | int64 | int32 | uint8 | string](t testing.TB, s *artefact.State, name string) []T {
	t.Helper()
	a, ok := s.Arrays[name]
	if !ok {
		t.Fatalf("the golden case has no array %q", name)
	}
	data, ok := a.Data.([]T)
	if !ok {
		t.Fatalf("the golden array %q is %T, not %T", name, a.Data, data)
	}
	return data
}

// Near checks that got is want: that each |got-want| is at most abs, or at most
// rel·|want|. NaN is equal to NaN and an infinity to itself. It reports how many are
// not, and the worst.
func Near(t testing.TB, what string, got, want []float64, rel, abs float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d elements, want %d", what, len(got), len(want))
		return
	}
	wrong, worst, at := 0, -1.0, 0
	for i, w := range want {
		off := math.Abs(got[i] - w)
		if got[i] == w || got[i] != got[i] && w != w || off <= abs || off <= rel*math.Abs(w) && !math.IsInf(w, 0) {
			continue
		}
		wrong++
		if off /= max(math.Abs(w), math.SmallestNonzeroFloat64); !(off <= worst) {
			worst, at = off, i
		}
	}
	if wrong > 0 {
		t.Errorf("%s: %d of %d elements are wrong; the worst is %d: %v, want %v (off by %.2g relative, %.2g absolute)",
			what, wrong, len(want), at, got[at], want[at], worst, math.Abs(got[at]-want[at]))
	}
}

// NearMatrix checks like [Near] that got is want, and that their shapes are.
func NearMatrix(t testing.TB, what string, got mat.Matrix, want *mat.Dense, rel, abs float64) {
	t.Helper()
	gr, gc := got.Dims()
	wr, wc := want.Dims()
	if gr != wr || gc != wc {
		t.Errorf("%s is %d × %d, want %d × %d", what, gr, gc, wr, wc)
		return
	}
	for i := range wr {
		Near(t, fmt.Sprintf("%s, row %d", what, i), mat.Row(nil, i, got), want.RawRowView(i), rel, abs)
	}
}

// Equal checks that two slices are the same, and reports the first difference.
func Equal[T comparable](t testing.TB, what string, got, want []T) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d elements, want %d", what, len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("%s: element %d is %v, want %v", what, i, got[i], want[i])
			return
		}
	}
}
