package feature_test

import (
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/internal/numpy"
	"gonum.org/v1/gonum/mat"
)

// goldenMatrix returns the matrix x of a case, sparse or dense.
func goldenMatrix(t testing.TB, s *artefact.State) mat.Matrix {
	t.Helper()
	if golden.Has(s, "x_indptr") {
		x, err := feature.NewCSR(golden.CSR(t, s, "x"))
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	return golden.Dense(t, s, "x")
}

func goldenParts(t testing.TB, name string, f func(t *testing.T, s, part *artefact.State)) {
	t.Helper()
	s := golden.Load(t, name)
	for _, part := range s.Parts {
		t.(*testing.T).Run(name+"/"+part.Name, func(t *testing.T) { f(t, s, part.State) })
	}
}

func TestScalingIsScikitLearns(t *testing.T) {
	for _, name := range []string{"scaler_synthetic", "scaler_constant", "scaler_nan", "scaler_row", "scaler_sparse"} {
		goldenParts(t, name, func(t *testing.T, file, want *artefact.State) {
			x := goldenMatrix(t, file)
			var s feature.StandardScaler
			if err := artefact.SetParams(&s, want.Params); err != nil {
				t.Fatal(err)
			}
			if err := s.Fit(x); err != nil {
				t.Fatal(err)
			}
			for name, got := range map[string][]float64{"mean": s.Mean(), "var": s.Variance(), "scale": s.Scale()} {
				if !golden.Has(want, name) {
					// Scikit-learn keeps no mean of sparse matrices that are not scaled.
					if got != nil {
						t.Errorf("there is a %s", name)
					}
					continue
				}
				golden.Near(t, name, got, golden.Floats(t, want, name), 1e-12, 0)
			}
			z, err := s.Transform(x)
			if err != nil {
				t.Fatal(err)
			}
			if _, sparse := x.(*feature.CSR); sparse {
				if _, ok := z.(*feature.CSR); !ok {
					t.Errorf("it is %T", z)
				}
			}
			// What remains of the mean after centring is rounding of numbers as large
			// as that.
			rel, abs := 1e-12, 1e-11
			if strings.HasPrefix(t.Name(), "TestScalingIsScikitLearns/scaler_constant") {
				abs = 1e-5
			}
			golden.NearMatrix(t, "z", feature.Dense(z), golden.Dense(t, want, "z"), rel, abs)
			back, err := s.InverseTransform(z)
			if err != nil {
				t.Fatal(err)
			}
			golden.NearMatrix(t, "back", feature.Dense(back), golden.Dense(t, want, "back"), 1e-12, 1e-12)
		})
	}
}

// large is the matrix of that name in goldens/decompose.py.
var large = sync.OnceValue(func() *mat.Dense {
	r := numpy.NewRandomState(7)
	x := mat.NewDense(3000, 120, nil)
	for i := range 3000 {
		for j := range 120 {
			u := float64(j) / 119
			x.Set(i, j, r.Normal()*(2-1.5*u)+3*u)
		}
	}
	return x
})

// documents is the matrix of that name in goldens/decompose.py.
func documents(t testing.TB) *feature.CSR {
	r := numpy.NewRandomState(11)
	cols := make([]int, 40000)
	for k := range cols {
		u := r.Float64()
		cols[k] = int(5000 * u * u * u)
	}
	x := &feature.CSR{Rows: 2000, Cols: 5000, Start: make([]int, 2001)}
	for i := range 2000 {
		row := map[int]float64{}
		for _, j := range cols[20*i : 20*i+20] {
			row[j] += 1 + r.Float64()
		}
		for j := range 5000 {
			if v, ok := row[j]; ok {
				x.Col, x.Value = append(x.Col, int32(j)), append(x.Value, v)
			}
		}
		x.Start[i+1] = len(x.Col)
	}
	return x
}

// decomposer is what PCA and TruncatedSVD share.
type decomposer interface {
	Fit(mat.Matrix) error
	Transform(mat.Matrix) (mat.Matrix, error)
	InverseTransform(mat.Matrix) (mat.Matrix, error)
	ComponentVectors() *mat.Dense
	SingularValues() []float64
	ExplainedVariance() []float64
	ExplainedVarianceRatio() []float64
	artefact.Stateful
	feature.VectorVector
}

// compare fits d to x and compares it with scikit-learn's numbers. Directions are
// compared to within tol; the sizes of what is projected are those of top.
func compare(t *testing.T, d decomposer, x mat.Matrix, want *artefact.State, tol float64) {
	t.Helper()
	if err := d.Fit(x); err != nil {
		t.Fatal(err)
	}
	singular := golden.Floats(t, want, "singular_values")
	top := singular[0]
	golden.Near(t, "singular values", d.SingularValues(), singular, 1e-12, 1e-15*top)
	golden.Near(t, "explained variance", d.ExplainedVariance(), golden.Floats(t, want, "explained_variance"), 2e-12, 1e-25*top)
	golden.Near(t, "ratio", d.ExplainedVarianceRatio(), golden.Floats(t, want, "explained_variance_ratio"), 2e-12, 1e-25)
	components := d.ComponentVectors()
	expected := golden.Dense(t, want, "components")
	if _, cols := expected.Dims(); cols == 500 {
		components = mat.DenseCopyOf(components.Slice(0, len(singular), 0, cols))
	}
	golden.NearMatrix(t, "components", components, expected, 0, tol)
	z, err := d.Transform(x)
	if err != nil {
		t.Fatal(err)
	}
	expected = golden.Dense(t, want, "z")
	rows, _ := expected.Dims()
	if z, err = feature.Rows(z, upTo(rows)); err != nil {
		t.Fatal(err)
	}
	size := 1.0
	if w, ok := want.Params["Whiten"]; !ok || w == false {
		size = max(1e-300, mat.Max(absolute(expected)))
	}
	golden.NearMatrix(t, "z", z, expected, 1e-12, tol*10*size)
	if back := golden.Floats(t, want, "back"); len(back) > 1 {
		expected = golden.Dense(t, want, "back")
		got, err := d.InverseTransform(z)
		if err == nil {
			golden.NearMatrix(t, "back", got, expected, 1e-12, tol*10*mat.Max(absolute(expected)))
		} else if !math.IsNaN(z.At(0, 0)) {
			t.Error(err)
		}
	}
}

func upTo(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

func absolute(x mat.Matrix) *mat.Dense {
	var a mat.Dense
	a.Apply(func(_, _ int, v float64) float64 { return math.Abs(v) }, x)
	return &a
}

func TestPrincipalComponentsAreScikitLearns(t *testing.T) {
	for name, tol := range map[string]float64{
		"pca_synthetic": 1e-12, "pca_constant": 1e-12, "pca_deficient": 1e-12, "pca_wide": 1e-12, "pca_row": 1e-12,
		// What is 10⁻⁷ of the largest has seven digits fewer in scikit-learn's
		// reflections, and what is added to 10⁶ has six fewer to begin with.
		"pca_graded": 1e-9, "pca_offset": 1e-9, "pca_sparse": 1e-12, "pca_large": 1e-12,
	} {
		goldenParts(t, name, func(t *testing.T, file, want *artefact.State) {
			var p feature.PCA
			if err := artefact.SetParams(&p, want.Params); err != nil {
				t.Fatal(err)
			}
			var x mat.Matrix = large()
			if name != "pca_large" {
				x = goldenMatrix(t, file)
			}
			compare(t, &p, x, want, tol)
			golden.Near(t, "mean", p.Mean(), golden.Floats(t, want, "mean"), 1e-12, 1e-15)
		})
	}
}

func TestSingularVectorsAreScikitLearns(t *testing.T) {
	for name, x := range map[string]mat.Matrix{
		"svd_synthetic": nil, "svd_constant": nil, "svd_wide": nil, "svd_sparse": nil, "svd_large": large(), "svd_documents": documents(t),
	} {
		goldenParts(t, name, func(t *testing.T, file, want *artefact.State) {
			var s feature.TruncatedSVD
			if err := artefact.SetParams(&s, want.Params); err != nil {
				t.Fatal(err)
			}
			x := x
			if x == nil {
				x = goldenMatrix(t, file)
			}
			compare(t, &s, x, want, 1e-12)
		})
	}
}
