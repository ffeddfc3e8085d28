package feature_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	"gonum.org/v1/gonum/mat"
)

// The data of goldens/columns.py.
var (
	sixTexts = []string{"it is a truth", "universally acknowledged", "that a single man", "in possession of a good fortune", "must be in want of a wife", "it is a wife"}
	places   = []string{"Bath", "London", "", "London", "Netherfield", "Bath"}
	kinds    = []string{"b", "a", "b", "b", "a", "a"}
	sizes    = []int{10, 9, 100, 9, 10, 10}
	lengths  = []float64{13, 24, 17, 31.5, 28, 12}
)

func sixRows(t testing.TB, places []string, sizes []int) *frame.Frame {
	t.Helper()
	f, err := frame.Of("text", sixTexts, "place", places, "kind", kinds, "size", sizes, "length", lengths)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func sameEntries(t *testing.T, got mat.Matrix, want *artefact.State, tol float64) {
	t.Helper()
	w, err := feature.NewCSR(golden.CSR(t, want, "z"))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := got.(*feature.CSR); !ok {
		t.Errorf("it is %T", got)
	}
	golden.NearMatrix(t, "z", feature.Dense(got), w.Dense(), tol, tol)
}

func TestCategoriesAreScikitLearns(t *testing.T) {
	goldenParts(t, "onehot", func(t *testing.T, _, want *artefact.State) {
		var o feature.OneHot
		if err := artefact.SetParams(&o, want.Params); err != nil {
			t.Fatal(err)
		}
		if err := o.Fit(sixRows(t, places, sizes)); err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, "names", o.FeatureNames(), golden.Strings(t, want, "names"))
		otherPlaces, otherSizes := slices.Clone(places), slices.Clone(sizes)
		otherPlaces[1], otherSizes[2] = "Meryton", 7
		other := sixRows(t, otherPlaces, otherSizes)
		z, err := o.Transform(other)
		if o.HandleUnknown == "error" {
			if err == nil || !strings.Contains(err.Error(), `no category "Meryton" of column "place", in row 1`) {
				t.Error(err)
			}
			z, err = o.Transform(sixRows(t, places, sizes))
		}
		if err != nil {
			t.Fatal(err)
		}
		sameEntries(t, z, want, 0)
		var again feature.OneHot
		if err := roundTrip(&o, &again); err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, "names from a state", again.FeatureNames(), o.FeatureNames())
		if o.HandleUnknown == "ignore" {
			z, err := again.Transform(other)
			if err != nil {
				t.Fatal(err)
			}
			sameEntries(t, z, want, 0)
		}
	})
}

func roundTrip(from, to artefact.Stateful) error {
	s, err := from.State()
	if err != nil {
		return err
	}
	var data bytes.Buffer
	if err := artefact.Write(&data, &artefact.File{Root: s}); err != nil {
		return err
	}
	f, err := artefact.Read(data.Bytes())
	if err != nil {
		return err
	}
	return to.SetState(f.Root)
}

func TestTextsSideBySideAreScikitLearns(t *testing.T) {
	want := golden.Load(t, "union")
	u := &feature.Union{Branches: []feature.Branch{
		{Name: "words", Transformer: &feature.CountVectorizer{}},
		{Name: "weighed", Transformer: &feature.CountVectorizer{Binary: true}, Then: []feature.Matrices{&feature.TFIDF{}}},
	}}
	if _, err := u.Transform(sixTexts); !errors.As(err, new(*feature.NotFittedError)) {
		t.Error(err)
	}
	if err := u.Fit(sixTexts); err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "names", u.FeatureNames(), golden.Strings(t, want, "names"))
	var again feature.Union
	if err := roundTrip(u, &again); err != nil {
		t.Fatal(err)
	}
	copied := u.Clone().(*feature.Union)
	if err := copied.Fit(sixTexts); err != nil {
		t.Fatal(err)
	}
	for _, u := range []*feature.Union{u, &again, copied} {
		z, err := u.Transform(sixTexts)
		if err != nil {
			t.Fatal(err)
		}
		sameEntries(t, z, want, 1e-12)
		var v feature.Vector
		for i, doc := range sixTexts {
			if err := u.TransformText(&v, doc); err != nil {
				t.Fatal(err)
			}
			sameRow(t, "Union", &v, z, i)
		}
		if n := testing.AllocsPerRun(100, func() { u.TransformText(&v, sixTexts[3]) }); n > 0 && !feature.RaceEnabled {
			t.Errorf("one text takes %v allocations", n)
		}
	}
	if z, err := u.Transform(nil); err != nil {
		t.Error(err)
	} else if r, c := z.Dims(); r != 0 || c != len(u.FeatureNames()) {
		t.Errorf("no texts make %d × %d", r, c)
	}
}

// sameRow checks that v is row i of z, to the last bit.
func sameRow(t testing.TB, what string, v *feature.Vector, z mat.Matrix, i int) {
	t.Helper()
	_, cols := z.Dims()
	row := make([]float64, cols)
	if v.Len != cols || v.Dense && (len(v.Value) != cols || len(v.Index) != 0) || !v.Dense && len(v.Value) != len(v.Index) {
		t.Errorf("%s: the vector has %d columns, %d values and %d indices", what, v.Len, len(v.Value), len(v.Index))
		return
	}
	if v.Dense {
		copy(row, v.Value)
	}
	for k, j := range v.Index {
		row[j] = v.Value[k]
	}
	for j, x := range row {
		if w := z.At(i, j); x != w && !(x != x && w != w) {
			t.Errorf("%s: row %d has %v in column %d, the vector %v", what, i, w, j, x)
			return
		}
	}
}

func TestColumnsSideBySideAreScikitLearns(t *testing.T) {
	f := sixRows(t, places, sizes)
	goldenParts(t, "column_transformer", func(t *testing.T, _, want *artefact.State) {
		c := &feature.ColumnTransformer{Branches: []feature.Branch{
			{Name: "place", Columns: []string{"place", "kind"}, Transformer: &feature.OneHot{HandleUnknown: "ignore"}},
			{Name: "scaled", Columns: []string{"size", "length"}, Transformer: &feature.StandardScaler{}},
			{Name: "main", Columns: []string{"length", "size"}, Transformer: &feature.StandardScaler{WithoutStd: true}, Then: []feature.Matrices{&feature.PCA{Components: 1}}},
			{Name: "plain", Columns: []string{"size"}},
		}}
		sparse := golden.Has(want, "z_indptr")
		if sparse {
			c.Branches = append([]feature.Branch{{Name: "words", Columns: []string{"text"}, Transformer: &feature.CountVectorizer{}, Then: []feature.Matrices{&feature.TFIDF{}}}}, c.Branches...)
			for _, name := range []string{"again", "more"} {
				c.Branches = append(c.Branches, feature.Branch{Name: name, Columns: []string{"text"}, Transformer: &feature.CountVectorizer{}})
			}
		}
		if _, err := c.Transform(f); !errors.As(err, new(*feature.NotFittedError)) {
			t.Error(err)
		}
		if err := c.Fit(f); err != nil {
			t.Fatal(err)
		}
		var again feature.ColumnTransformer
		if err := roundTrip(c, &again); err != nil {
			t.Fatal(err)
		}
		for _, c := range []*feature.ColumnTransformer{c, &again} {
			z, err := c.Transform(f)
			if err != nil {
				t.Fatal(err)
			}
			if sparse {
				sameEntries(t, z, want, 1e-12)
				continue
			}
			golden.NearMatrix(t, "z", z, golden.Dense(t, want, "z"), 1e-12, 1e-12)
			golden.Equal(t, "names", c.FeatureNames(), golden.Strings(t, want, "names"))
		}
		if none, err := f.Head(0); err != nil {
			t.Error(err)
		} else if z, err := c.Transform(none); err != nil {
			t.Error(err)
		} else if r, _ := z.Dims(); r != 0 {
			t.Errorf("no rows make %d", r)
		}
		if err := c.Clone().(*feature.ColumnTransformer).Fit(f); err != nil {
			t.Error(err)
		}
	})
}

func TestColumnsOfNumbersBecomeAMatrix(t *testing.T) {
	f, err := frame.Of("a", []float64{1, math.NaN()}, "b", []int{3, 4}, "c", []bool{true, false}, "t", []string{"x", "y"})
	if err != nil {
		t.Fatal(err)
	}
	c := feature.Columns{Names: []string{"c", "a"}}
	if err := c.Fit(f); err != nil {
		t.Fatal(err)
	}
	var again feature.Columns
	if err := roundTrip(&c, &again); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*feature.Columns{&c, &again} {
		x, err := c.Transform(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(mat.Formatted(x)); got != "⎡  1    1⎤\n⎣  0  NaN⎦" {
			t.Errorf("it is\n%s", got)
		}
		if got := c.FeatureNames(); !slices.Equal(got, []string{"c", "a"}) {
			t.Error(got)
		}
	}
}

func TestWhatColumnsCannotDoIsSaid(t *testing.T) {
	f, err := frame.Of("a", []float64{1, 2}, "t", []string{"x", "y"})
	if err != nil {
		t.Fatal(err)
	}
	branch := func(b ...feature.Branch) feature.Frames { return &feature.ColumnTransformer{Branches: b} }
	for want, fit := range map[string]feature.Frames{
		`there is no column "b"`:                        &feature.Columns{Names: []string{"b"}},
		`has the column "a" twice`:                      &feature.Columns{Names: []string{"a", "a"}},
		`column "t" is string`:                          &feature.Columns{},
		`OneHot: frame: there is no column "b"`:         &feature.OneHot{Columns: []string{"b"}},
		`knows no Drop "last"`:                          &feature.OneHot{Drop: "last"},
		`knows no HandleUnknown "warn"`:                 &feature.OneHot{HandleUnknown: "warn"},
		`ColumnTransformer has no branches`:             branch(),
		`branch "x" of ColumnTransformer has no col`:    branch(feature.Branch{Name: "x"}),
		`each needs a name of its own`:                  branch(feature.Branch{Columns: []string{"a"}}),
		`takes texts, and so one column, not 2`:         branch(feature.Branch{Name: "x", Columns: []string{"a", "t"}, Transformer: &feature.CountVectorizer{}}),
		`has a int, which takes neither`:                branch(feature.Branch{Name: "x", Columns: []string{"a"}, Transformer: 3}),
		`branch "x" of ColumnTransformer: frame: there`: branch(feature.Branch{Name: "x", Columns: []string{"b"}}),
		`frame: column "t" is string`:                   branch(feature.Branch{Name: "x", Columns: []string{"t"}, Transformer: &feature.PCA{}}),
	} {
		if err := fit.FitContext(t.Context(), f); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "feature: ") {
			t.Errorf("%q, want %q", err, want)
		}
		if _, err := fit.TransformContext(t.Context(), f); !errors.As(err, new(*feature.NotFittedError)) {
			t.Errorf("%T is fitted after an error: %v", fit, err)
		}
		if err := fit.FitContext(t.Context(), nil); err == nil {
			t.Errorf("%T takes no frame", fit)
		}
	}
	u := feature.Union{Branches: []feature.Branch{{Name: "x", Transformer: &feature.PCA{}}}}
	if err := u.Fit([]string{"a"}); err == nil || !strings.Contains(err.Error(), "must take texts") {
		t.Error(err)
	}
}

func TestColumnStatesThatAreWrongAreRefused(t *testing.T) {
	strs := func(s ...string) artefact.Array { return artefact.Vector(s) }
	branch := func(s *artefact.State, columns ...string) *artefact.State {
		b := &artefact.State{Kind: "feature.Branch", Arrays: map[string]artefact.Array{"columns": artefact.Vector(append([]string{}, columns...)), "width": artefact.Vector([]int64{1})}}
		if s != nil {
			b.Parts = []artefact.Part{{Name: "transformer", State: s}}
		}
		return &artefact.State{Kind: "feature.ColumnTransformer", Parts: []artefact.Part{{Name: "x", State: b}}}
	}
	good := branch(nil, "a")
	if err := new(feature.ColumnTransformer).SetState(good); err != nil {
		t.Fatal(err)
	}
	wide := branch(nil, "a")
	wide.Parts[0].State.Arrays["width"] = artefact.Vector([]int64{-1})
	for want, c := range map[string]struct {
		to    artefact.Stateful
		state *artefact.State
	}{
		"is given a state of": {&feature.Columns{}, &artefact.State{Kind: "feature.OneHot"}},
		"is empty":            {&feature.Columns{}, &artefact.State{Kind: "feature.Columns", Arrays: map[string]artefact.Array{"names": strs()}}},
		"has \"a\" twice":     {&feature.Columns{}, &artefact.State{Kind: "feature.Columns", Arrays: map[string]artefact.Array{"names": strs("a", "a")}}},
		"of no column": {&feature.OneHot{}, &artefact.State{Kind: "feature.OneHot", Arrays: map[string]artefact.Array{
			"columns": strs("a"), "counts": artefact.Vector([]int64{1}), "categories": strs("x", "y")}}},
		"has 3 categories for column": {&feature.OneHot{}, &artefact.State{Kind: "feature.OneHot", Arrays: map[string]artefact.Array{
			"columns": strs("a"), "counts": artefact.Vector([]int64{3}), "categories": strs("x", "y")}}},
		"the category \"x\" of column \"a\" twice": {&feature.OneHot{}, &artefact.State{Kind: "feature.OneHot", Arrays: map[string]artefact.Array{
			"columns": strs("a"), "counts": artefact.Vector([]int64{2}), "categories": strs("x", "x")}}},
		"has no branches":                         {&feature.ColumnTransformer{}, &artefact.State{Kind: "feature.ColumnTransformer"}},
		"that is no branch":                       {&feature.ColumnTransformer{}, &artefact.State{Kind: "feature.ColumnTransformer", Parts: []artefact.Part{{Name: "x", State: good}}}},
		"no transformer \"feature.Oneshot\"":      {&feature.ColumnTransformer{}, branch(&artefact.State{Kind: "feature.Oneshot"}, "a")},
		"feature.OneHot has no array \"columns\"": {&feature.ColumnTransformer{}, branch(&artefact.State{Kind: "feature.OneHot"}, "a")},
		"has -1 features":                         {&feature.ColumnTransformer{}, wide},
		"must take texts":                         {&feature.Union{}, &artefact.State{Kind: "feature.Union", Parts: good.Parts}},
	} {
		if err := c.to.SetState(c.state); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func ExampleColumnTransformer() {
	f, err := frame.Of("country", []string{"AT", "UK", "AT"}, "length", []float64{10, 30, 20})
	if err != nil {
		panic(err)
	}
	c := feature.ColumnTransformer{Branches: []feature.Branch{
		{Name: "place", Columns: []string{"country"}, Transformer: &feature.OneHot{}},
		{Name: "size", Columns: []string{"length"}, Transformer: &feature.StandardScaler{}},
	}}
	if err := c.Fit(f); err != nil {
		panic(err)
	}
	x, err := c.Transform(f)
	if err != nil {
		panic(err)
	}
	fmt.Println(c.FeatureNames())
	fmt.Printf("%.3v\n", mat.Formatted(x))
	// Output:
	// [place__country_AT place__country_UK size__length]
	// ⎡    1      0  -1.22⎤
	// ⎢    0      1   1.22⎥
	// ⎣    1      0      0⎦
}
