package model_test

import (
	"math"
	"slices"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/internal/numpy"
	"github.com/netherfield/netherfield/runtime/model"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

func TestForestsOfScikitLearnPredictTheSameHere(t *testing.T) {
	for _, name := range []string{"three", "two", "one"} {
		s := golden.Load(t, "forest_exported_"+name)
		var f model.RandomForestClassifier
		if err := f.SetState(golden.Part(t, s, "model")); err != nil {
			t.Fatal(err)
		}
		x, want := golden.Dense(t, s, "x"), golden.Dense(t, s, "answer")
		got, err := f.PredictProba(x)
		if err != nil {
			t.Fatal(err)
		}
		golden.NearMatrix(t, name, got, want, 0, 1e-15)
		checkClassifier(t, &f, x)
	}
	s := golden.Load(t, "forest_exported_values")
	var f model.RandomForestRegressor
	if err := f.SetState(golden.Part(t, s, "model")); err != nil {
		t.Fatal(err)
	}
	got, err := f.Predict(golden.Dense(t, s, "x"))
	if err != nil {
		t.Fatal(err)
	}
	golden.Near(t, "values", got, golden.Floats(t, s, "answer"), 1e-15, 1e-15)
	if f.OOBScore() < 0.5 {
		t.Errorf("out of bag %v", f.OOBScore())
	}
	checkRegressor(t, &f, golden.Dense(t, s, "x"))
}

// bandData makes what goldens/forest.py makes, by name.
var bandData = map[string]func() forestData{
	"words":           func() forestData { return wordData(600, 400, 64, 2, 11) },
	"entropy":         func() forestData { return wordData(600, 400, 64, 2, 12) },
	"unbalanced":      func() forestData { return wordData(800, 800, 64, 20, 13) },
	"balanced":        func() forestData { return wordData(800, 800, 64, 20, 13) },
	"weighted":        func() forestData { return wordData(400, 400, 64, 20, 14) },
	"shallow":         func() forestData { return wordData(600, 400, 64, 2, 15) },
	"constant":        func() forestData { return blockData(300, 300, 12, 6, 2, 16) },
	"few":             func() forestData { return blockData(12, 300, 8, 0, 2, 17) },
	"classes":         func() forestData { return blockData(500, 500, 8, 0, 25, 18) },
	"classes_entropy": func() forestData { return blockData(500, 500, 8, 0, 6, 19) },
	"values":          func() forestData { return friedmanData(400, 400, 0, 20) },
	"missing":         func() forestData { return friedmanData(400, 400, 0.25, 21) },
	"leaves":          func() forestData { return friedmanData(400, 400, 0, 22) },
	"wave":            func() forestData { return waveData(3000, 500, 23) },
}

type forestData struct {
	rows   int
	x      *mat.Dense
	class  []string
	values []float64
}

// parts returns the samples to learn from and those to test with.
func (d forestData) parts() (train, test mat.Matrix) {
	n, cols := d.x.Dims()
	return d.x.Slice(0, d.rows, 0, cols), d.x.Slice(d.rows, n, 0, cols)
}

func wordData(rows, tests, cols, every int, seed uint32) forestData {
	r := numpy.NewRandomState(seed)
	x := mat.NewDense(rows+tests, cols, nil)
	class := make([]string, rows+tests)
	for i := range class {
		y := 0
		class[i] = "a"
		if i%every == 0 {
			y, class[i] = 1, "b"
		}
		row := x.RawRowView(i)
		for range 40 {
			u, v := r.Float64(), r.Float64()
			word := int(1000 * u * u * u)
			if v < 0.3 {
				word = (word*7 + 13*y + 5) % 1000
			}
			row[word%cols]++
		}
		floats.Scale(1/floats.Norm(row, 2), row)
	}
	return forestData{rows, x, class, nil}
}

func blockData(rows, tests, cols, constant, classes int, seed uint32) forestData {
	r := numpy.NewRandomState(seed)
	centres := make([]float64, classes*cols)
	for i := range centres {
		centres[i] = r.Float64()
	}
	x := mat.NewDense(rows+tests, cols, nil)
	class := make([]string, rows+tests)
	for i := range class {
		y := i % classes
		class[i] = string(rune('a' + y))
		row := x.RawRowView(i)
		for j := range row {
			row[j] = centres[y*cols+j] + 0.8*r.Float64()
			if j < constant {
				row[j] = 7
			}
		}
	}
	return forestData{rows, x, class, nil}
}

func friedmanData(rows, tests int, missing float64, seed uint32) forestData {
	r := numpy.NewRandomState(seed)
	n := rows + tests
	x := mat.NewDense(n, 10, nil)
	for i := range n {
		row := x.RawRowView(i)
		for j := range row {
			row[j] = r.Float64()
		}
	}
	y := make([]float64, n)
	for i := range y {
		v := x.RawRowView(i)
		y[i] = 10*math.Sin(math.Pi*v[0]*v[1]) + 20*(v[2]-0.5)*(v[2]-0.5) + 10*v[3] + 5*v[4] + 3*r.Float64()
	}
	if missing > 0 {
		for i := range n {
			for j := range 4 {
				if r.Float64() < missing {
					x.Set(i, j, math.NaN())
				}
			}
		}
	}
	return forestData{rows, x, nil, y}
}

func waveData(rows, tests int, seed uint32) forestData {
	r := numpy.NewRandomState(seed)
	x := mat.NewDense(rows+tests, 1, nil)
	y := make([]float64, rows+tests)
	for i := range y {
		x.Set(i, 0, r.Float64())
		y[i] = math.Sin(150 * x.At(i, 0))
	}
	return forestData{rows, x, nil, y}
}

func TestForestsAreAsGoodAsThoseOfScikitLearn(t *testing.T) {
	seeds := int64(20)
	if raced {
		seeds = 2
	}
	for _, p := range golden.Load(t, "forest_bands").Parts {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			d := bandData[p.Name]()
			want := golden.Dense(t, p.State, "measures")
			train, test := d.parts()
			golden.Near(t, "the data", []float64{sumOf(train), sumOf(test)}, golden.Floats(t, p.State, "checksum"), 1e-12, 0)
			var measures [5][]float64
			var importances [][]float64
			for seed := range seeds {
				m, imp := growAndMeasure(t, p.State, d, seed)
				for k, v := range m {
					measures[k] = append(measures[k], v)
				}
				importances = append(importances, imp)
			}
			n, _ := want.Dims()
			for k, what := range []string{"score", "loss", "nodes", "depth", "out of bag"} {
				inBand(t, what, measures[k], stat.Mean(mat.Col(nil, k, want), nil), stat.StdDev(mat.Col(nil, k, want), nil), n)
			}
			mean, sd := golden.Floats(t, p.State, "importance"), golden.Floats(t, p.State, "importance_sd")
			for j := range mean {
				var got []float64
				for _, imp := range importances {
					got = append(got, imp[j])
				}
				inBand(t, "importance", got, mean[j], sd[j], n)
			}
		})
	}
}

// sumOf is the sum of all elements but NaN.
func sumOf(x mat.Matrix) float64 {
	s := 0.0
	r, c := x.Dims()
	for i := range r {
		for j := range c {
			if v := x.At(i, j); v == v {
				s += v
			}
		}
	}
	return s
}

// inBand checks that the mean over seeds is that of scikit-learn over n seeds, up to
// four and a half standard errors of their difference: 1 of 100,000 comparisons of
// the same distributions is further off, and there are some hundreds. For what hardly
// varies there is 1/500 of the mean.
func inBand(t *testing.T, what string, got []float64, mean, sd float64, n int) {
	t.Helper()
	m, s := stat.MeanStdDev(got, nil)
	if raced {
		s = sd
	}
	err := math.Sqrt(sd*sd/float64(n) + s*s/float64(len(got)))
	z := (m - mean) / err
	if math.Abs(m-mean) > 4.5*err+math.Abs(mean)/500 {
		t.Errorf("%s is %.5g ± %.2g, scikit-learn's %.5g ± %.2g: %.1f standard errors apart", what, m, s, mean, sd, z)
	}
	if testing.Verbose() && what != "importance" {
		t.Logf("%s is %.5g ± %.2g, scikit-learn's %.5g ± %.2g: %.1f standard errors apart", what, m, s, mean, sd, z)
	}
}

// growAndMeasure grows a forest and says how good it is.
func growAndMeasure(t *testing.T, s *artefact.State, d forestData, seed int64) (m [5]float64, importances []float64) {
	train, test := d.parts()
	var state *artefact.State
	if d.class != nil {
		f := model.RandomForestClassifier{}
		noError(t, artefact.SetParams(&f, s.Params))
		f.Seed, f.OOB = seed, !f.NoBootstrap
		noError(t, f.Fit(train, d.class[:d.rows]))
		proba, err := f.PredictProba(test)
		noError(t, err)
		predicted, err := f.Predict(test)
		noError(t, err)
		for i, class := range d.class[d.rows:] {
			if predicted[i] == class {
				m[0]++
			}
			k, _ := slices.BinarySearch(f.Classes(), class)
			m[1] -= math.Log(max(proba.At(i, k), 0.01))
		}
		m[0] /= float64(len(predicted))
		m[1] /= float64(len(predicted))
		if f.OOB {
			m[4] = f.OOBScore()
		}
		importances = f.FeatureImportances()
		state, err = f.State()
		noError(t, err)
	} else {
		f := model.RandomForestRegressor{}
		noError(t, artefact.SetParams(&f, s.Params))
		f.Seed, f.OOB = seed, true
		noError(t, f.Fit(train, d.values[:d.rows]))
		predicted, err := f.Predict(test)
		noError(t, err)
		y := d.values[d.rows:]
		m[0] = stat.RSquaredFrom(predicted, y, nil)
		for i, v := range predicted {
			m[1] += (v - y[i]) * (v - y[i]) / float64(len(y))
		}
		m[4] = f.OOBScore()
		importances = f.FeatureImportances()
		state, err = f.State()
		noError(t, err)
	}
	m[2], m[3] = treeShape(t, state)
	return m, importances
}

// treeShape returns the mean number of nodes and the mean depth of the trees.
func treeShape(t *testing.T, s *artefact.State) (nodes, depth float64) {
	start, err := artefact.Get[int64](s, "tree_start", -1)
	noError(t, err)
	left, err := artefact.Get[int32](s, "left", -1)
	noError(t, err)
	right, err := artefact.Get[int32](s, "right", -1)
	noError(t, err)
	trees := len(start) - 1
	for k := range trees {
		lo := int(start[k])
		depths := make([]int, int(start[k+1])-lo)
		for i := range depths {
			if l := left[lo+i]; l >= 0 {
				depths[l], depths[right[lo+i]] = depths[i]+1, depths[i]+1
			}
		}
		depth += float64(slices.Max(depths))
	}
	return float64(len(left)) / float64(trees), depth / float64(trees)
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
