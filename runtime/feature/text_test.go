package feature_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"gonum.org/v1/gonum/mat"
)

// sameCSR compares with a golden matrix; rel is the tolerance of values.
func sameCSR(t *testing.T, what string, got *feature.CSR, s *artefact.State, rel float64) {
	t.Helper()
	rows, cols, start, col, value := golden.CSR(t, s, "x")
	if got.Rows != rows || got.Cols != cols {
		t.Errorf("%s is %d × %d, want %d × %d", what, got.Rows, got.Cols, rows, cols)
		return
	}
	golden.Equal(t, what+": starts", got.Start, start)
	golden.Equal(t, what+": columns", got.Col, col)
	golden.Near(t, what+": values", got.Value, value, rel, 0)
}

// sameRows checks that single documents get the rows of the batch.
func sameRows(t *testing.T, what string, x mat.Matrix, docs []string, one func(v *feature.Vector, doc string) error) {
	t.Helper()
	var v feature.Vector
	_, cols := x.Dims()
	for i, doc := range docs {
		if err := one(&v, doc); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if m, ok := x.(*feature.CSR); ok && !v.Dense {
			if c, values := m.Row(i); v.Len != cols || !slices.Equal(v.Index, c) || !slices.Equal(v.Value, values) {
				t.Errorf("%s: the vector of document %d differs from its row", what, i)
			}
			continue
		}
		row := make([]float64, cols)
		if v.Dense {
			copy(row, v.Value)
		} else {
			for k, j := range v.Index {
				row[j] = v.Value[k]
			}
		}
		if v.Len != cols || !slices.Equal(row, mat.Row(nil, i, x)) {
			t.Errorf("%s: the vector of document %d differs from its row", what, i)
		}
	}
}

// kept returns what a value becomes through a file.
func kept[T any, P interface {
	*T
	artefact.Stateful
}](t *testing.T, v P) P {
	t.Helper()
	state, err := v.State()
	if err != nil {
		t.Fatal(err)
	}
	name := t.TempDir() + "/stage.sav"
	if err := artefact.WriteFile(name, &artefact.File{Root: state}); err != nil {
		t.Fatal(err)
	}
	file, err := artefact.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	again := P(new(T))
	if err := again.SetState(file.Root); err != nil {
		t.Fatal(err)
	}
	return again
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestHashesAreScikitLearns(t *testing.T) {
	s := golden.Load(t, "hashing")
	docs := golden.Strings(t, s, "docs")
	for _, p := range s.Parts {
		var v feature.HashingVectorizer
		must(t, artefact.SetParams(&v, p.State.Params))
		x, err := v.Transform(docs)
		must(t, err)
		sameCSR(t, p.Name, x, p.State, 1e-15)
		sameRows(t, p.Name, x, docs, v.TransformText)
		again := kept[feature.HashingVectorizer](t, &v)
		sameRows(t, p.Name+" from a file", x, docs, again.TransformText)
	}
}

func TestCountsAreScikitLearns(t *testing.T) {
	s := golden.Load(t, "count")
	docs := golden.Strings(t, s, "docs")
	for _, p := range s.Parts {
		var v feature.CountVectorizer
		err := artefact.SetParams(&v, p.State.Params)
		must(t, err)
		if p.Name == "top" {
			must(t, v.Fit([]string{"e e e e e d d d d c c c b b a dd ee ff " + strings.Repeat("dd ee ff ", 6) + "gg gg hh"}))
			golden.Equal(t, p.Name, v.FeatureNames(), golden.Strings(t, p.State, "names"))
			continue
		}
		if p.Name == "top binary" {
			must(t, v.Fit(golden.Strings(t, p.State, "docs")))
			golden.Equal(t, p.Name, v.FeatureNames(), golden.Strings(t, p.State, "names"))
			continue
		}
		x, err := v.FitTransform(docs)
		must(t, err)
		golden.Equal(t, p.Name+": names", v.FeatureNames(), golden.Strings(t, p.State, "names"))
		sameCSR(t, p.Name, x, p.State, 0)
		y, err := v.Transform(docs)
		must(t, err)
		sameCSR(t, p.Name+" again", y, p.State, 0)
		sameRows(t, p.Name, x, docs, v.TransformText)
		again := kept[feature.CountVectorizer](t, &v)
		sameRows(t, p.Name+" from a file", x, docs, again.TransformText)
		for w, j := range again.Vocabulary() {
			if again.FeatureNames()[j] != w {
				t.Errorf("%s: %q is column %d", p.Name, w, j)
			}
		}
	}
}

func TestWeightsAreScikitLearns(t *testing.T) {
	s := golden.Load(t, "tfidf")
	x, err := feature.NewCSR(golden.CSR(t, s, "docs"))
	must(t, err)
	counts := golden.Dense(t, s, "counts")
	for _, p := range s.Parts {
		var v feature.TFIDF
		must(t, artefact.SetParams(&v, p.State.Params))
		before := slices.Clone(x.Value)
		y, err := v.FitTransform(x)
		must(t, err)
		golden.Equal(t, "the input", x.Value, before)
		sameCSR(t, p.Name, y, p.State, 1e-14)
		if golden.Has(p.State, "idf") {
			golden.Near(t, p.Name+": idf", v.IDF(), golden.Floats(t, p.State, "idf"), 1e-14, 0)
		}
		again := kept[feature.TFIDF](t, &v)
		var vec feature.Vector
		for i := range x.Rows {
			cols, values := x.Row(i)
			vec.Len, vec.Dense = x.Cols, false
			vec.Index, vec.Value = append(vec.Index[:0], cols...), append(vec.Value[:0], values...)
			must(t, again.TransformVector(&vec))
			want, wanted := y.Row(i)
			if !slices.Equal(vec.Index, want) || !slices.Equal(vec.Value, wanted) {
				t.Errorf("%s: the vector of row %d differs", p.Name, i)
			}
		}
		if golden.Has(p.State, "dense") {
			y, err := v.FitTransform(counts)
			must(t, err)
			golden.NearMatrix(t, p.Name+": dense", y, golden.Dense(t, p.State, "dense"), 1e-14, 0)
			for i := range y.Rows {
				vec.Len, vec.Dense, vec.Index, vec.Value = 3, true, vec.Index[:0], append(vec.Value[:0], counts.RawRowView(i)...)
				must(t, v.TransformVector(&vec))
				want, wanted := y.Row(i)
				if !slices.Equal(vec.Index, want) || !slices.Equal(vec.Value, wanted) {
					t.Errorf("%s: the vector of dense row %d differs", p.Name, i)
				}
			}
		}
	}
}

func TestShinglesAreThoseOfTheLoop(t *testing.T) {
	s := golden.Load(t, "shingles")
	docs := golden.Strings(t, s, "docs")
	for _, p := range s.Parts {
		var v feature.Shingles
		must(t, artefact.SetParams(&v, p.State.Params))
		x, err := v.Transform(docs)
		must(t, err)
		golden.NearMatrix(t, p.Name, x, golden.Dense(t, p.State, "x"), 0, 0)
		sameRows(t, p.Name, x, docs, kept[feature.Shingles](t, &v).TransformText)
	}
}

func TestSummariesAreThoseOfTheLoop(t *testing.T) {
	s := golden.Load(t, "summaries")
	docs := golden.Strings(t, s, "docs")
	for _, p := range s.Parts {
		var v feature.Summaries
		must(t, artefact.SetParams(&v, p.State.Params))
		x, err := v.Transform(docs)
		must(t, err)
		golden.NearMatrix(t, p.Name, x, golden.Dense(t, p.State, "x"), 0, 0)
		sameRows(t, p.Name, x, docs, kept[feature.Summaries](t, &v).TransformText)
	}
}

func TestTextsAreTakenApartAlikeOnAnyNumberOfCores(t *testing.T) {
	docs := append(benchDocs(1500), golden.Strings(t, golden.Load(t, "count"), "docs")...)
	var want []any
	for _, cores := range []int{1, 2, 8} {
		old := runtime.GOMAXPROCS(cores)
		var c feature.CountVectorizer
		counts, err := c.FitTransform(docs)
		must(t, err)
		var w feature.TFIDF
		weights, err := w.FitTransform(counts)
		must(t, err)
		hashed, err := new(feature.HashingVectorizer).Transform(docs)
		must(t, err)
		summed, err := new(feature.Summaries).Transform(docs)
		must(t, err)
		runtime.GOMAXPROCS(old)
		got := []any{counts, c.FeatureNames(), weights, hashed, summed}
		if want == nil {
			want = got
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d cores give another result", cores)
		}
	}
}

func TestNoTextsAndManyShortOnes(t *testing.T) {
	var h feature.HashingVectorizer
	x, err := h.Transform(nil)
	must(t, err)
	if x.Rows != 0 || x.Cols != 1<<20 {
		t.Errorf("%d × %d", x.Rows, x.Cols)
	}
	if s, err := new(feature.Summaries).Transform(nil); err != nil || !s.IsEmpty() {
		t.Error(s, err)
	}
	n := 1_000_000
	if feature.RaceEnabled {
		n /= 10
	}
	docs := make([]string, n)
	for i := range docs {
		docs[i] = []string{"", "ab", "ab cd", "é"}[i%4]
	}
	var c feature.CountVectorizer
	y, err := c.FitTransform(docs)
	must(t, err)
	if y.Rows != len(docs) || y.NNZ() != n/4*3 || !slices.Equal(c.FeatureNames(), []string{"ab", "cd"}) {
		t.Errorf("%d rows, %d entries, %q", y.Rows, y.NNZ(), c.FeatureNames())
	}
	if x, err = h.Transform(docs); err != nil || x.NNZ() != n/4*3 {
		t.Errorf("%d entries, %v", x.NNZ(), err)
	}
}

func TestWhatIsWrongWithTextParametersIsSaid(t *testing.T) {
	docs := []string{"it is a truth", "universally acknowledged"}
	for _, c := range []struct {
		fit  interface{ Fit([]string) error }
		want string
	}{
		{&feature.HashingVectorizer{Buckets: -1}, "Buckets is -1"},
		{&feature.HashingVectorizer{Norm: "l3"}, `Norm is "l3"`},
		{&feature.HashingVectorizer{Analyzer: "line"}, `Analyzer is "line"`},
		{&feature.HashingVectorizer{StripAccents: "all"}, `StripAccents is "all"`},
		{&feature.HashingVectorizer{NGramMin: 3, NGramMax: 2}, "NGramMin is 3 and NGramMax 2"},
		{&feature.HashingVectorizer{TokenPattern: "("}, "missing closing )"},
		{&feature.HashingVectorizer{TokenPattern: `(?<=x)y`}, "looks around"},
		{&feature.HashingVectorizer{TokenPattern: `(a)\1`}, `\1 is not supported`},
		{&feature.HashingVectorizer{TokenPattern: `\pL`}, `\p is not supported`},
		{&feature.HashingVectorizer{TokenPattern: `(?a)\w`}, "the flag a"},
		{&feature.HashingVectorizer{TokenPattern: `a(?i)b`}, "(?i)… is not supported"},
		{&feature.HashingVectorizer{TokenPattern: `[\w-z]`}, "cannot begin a range"},
		{&feature.HashingVectorizer{TokenPattern: `[a`}, "has no ]"},
		{&feature.HashingVectorizer{TokenPattern: `\u12`}, "4 hexadecimal digits"},
		{&feature.HashingVectorizer{TokenPattern: `a\`}, `ends with \`},
		{&feature.HashingVectorizer{TokenPattern: strings.Repeat(`\w{900}`, 5)}, "too large"},
		{&feature.HashingVectorizer{TokenPattern: `(a)(b)`}, "2 capturing groups"},
		{&feature.CountVectorizer{MinDF: -0.5}, "MinDF is -0.5"},
		{&feature.CountVectorizer{MaxDF: 1.5}, "MaxDF is 1.5"},
		{&feature.CountVectorizer{MaxFeatures: -2}, "MaxFeatures is -2"},
		{&feature.CountVectorizer{FixedVocabulary: []string{"a", "b", "a"}}, `"a" twice, at 0 and 2`},
		{&feature.CountVectorizer{MinDF: 3}, "fewer texts than MinDF"},
		{&feature.CountVectorizer{MinDF: 2}, "none of 5 tokens"},
		{&feature.CountVectorizer{TokenPattern: `\d+`}, "finds no tokens"},
		{&feature.Shingles{K: -1}, "K is -1"},
		{&feature.Summaries{UpperQuantile: 2}, "must be between 0 and 1"},
	} {
		if err := c.fit.Fit(docs); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.fit, err, c.want)
		}
	}
	for what, use := range map[string]func() error{
		"CountVectorizer": func() error { _, err := new(feature.CountVectorizer).Transform(docs); return err },
		"TFIDF":           func() error { _, err := new(feature.TFIDF).Transform(&feature.CSR{Start: []int{0}}); return err },
		"TFIDF's vector":  func() error { return new(feature.TFIDF).TransformVector(&feature.Vector{}) },
	} {
		var unfitted *feature.NotFittedError
		if err := use(); !errors.As(err, &unfitted) {
			t.Errorf("%s: %v", what, err)
		}
	}
	x, err := new(feature.HashingVectorizer).Transform(docs)
	must(t, err)
	var w feature.TFIDF
	must(t, w.Fit(x))
	y, err := (&feature.HashingVectorizer{Buckets: 4}).Transform(docs)
	must(t, err)
	if _, err := w.Transform(y); err == nil || !strings.Contains(err.Error(), "fitted to 1048576 columns and is given 4") {
		t.Error(err)
	}
}

func TestACancelledFitLeavesTextTransformersUnfitted(t *testing.T) {
	docs := benchDocs(2000)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var c feature.CountVectorizer
	must(t, c.Fit(docs))
	if err := c.FitContext(ctx, docs); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	var unfitted *feature.NotFittedError
	if _, err := c.Transform(docs); !errors.As(err, &unfitted) {
		t.Error(err)
	}
	if _, err := new(feature.HashingVectorizer).TransformContext(ctx, docs); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	x, err := new(feature.HashingVectorizer).Transform(docs)
	must(t, err)
	var w feature.TFIDF
	if err := w.FitContext(ctx, x); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := w.Transform(x); !errors.As(err, &unfitted) {
		t.Error(err)
	}
}

func TestWordsBehindABucket(t *testing.T) {
	docs := []string{"the truth, the whole truth", "nothing but the truth"}
	v := feature.HashingVectorizer{Buckets: 1}
	words, err := v.Words(docs, 0)
	must(t, err)
	golden.Equal(t, "words", words, []string{"the", "truth", "but", "nothing", "whole"})
	if _, err := v.Words(docs, 1); err == nil {
		t.Error("there is a bucket 1 of 1")
	}
}

func TestOneDocumentTakesNoMemory(t *testing.T) {
	doc := benchDocs(1)[0] + " Café Ωmega"
	h, c, s, q := feature.HashingVectorizer{Buckets: 256}, feature.CountVectorizer{}, feature.Shingles{}, feature.Summaries{StopWords: []string{"the"}}
	large := feature.HashingVectorizer{}
	must(t, c.Fit([]string{doc}))
	x, err := h.Transform([]string{doc})
	must(t, err)
	var w feature.TFIDF
	must(t, w.Fit(x))
	words := feature.HashingVectorizer{StopWords: feature.EnglishStopWords(), NGramMax: 2}
	accents := feature.HashingVectorizer{StripAccents: "unicode"}
	pattern := feature.HashingVectorizer{TokenPattern: `\b\w+'?\w\b`}
	doc += " 한국어 supercalifragilisticexpialidociousness"
	for what, f := range map[string]func(*feature.Vector, string) error{
		"stop words": words.TransformText, "accents": accents.TransformText, "a pattern": pattern.TransformText,
		"hashing": func(v *feature.Vector, doc string) error {
			return errors.Join(h.TransformText(v, doc), w.TransformVector(v))
		},
		"hashing in many": large.TransformText,
		"counting":        c.TransformText, "shingles": s.TransformText, "summaries": q.TransformText,
	} {
		var v feature.Vector
		must(t, f(&v, doc))
		if n := testing.AllocsPerRun(20, func() { must(t, f(&v, doc)) }); n != 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
}

func TestWhatIsNotFiniteIsNotWeighed(t *testing.T) {
	good := mat.NewDense(2, 2, []float64{1, 2, 0, 1})
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		bad := mat.NewDense(3, 2, []float64{1, 2, 0, 1, 3, x})
		want := fmt.Sprintf("given %v in row 2, column 1", x)
		var w feature.TFIDF
		if err := w.Fit(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		must(t, w.Fit(good))
		if _, err := w.Transform(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		v := feature.Vector{Len: 2, Index: []int32{1}, Value: []float64{x}}
		if err := w.TransformVector(&v); err == nil || !strings.Contains(err.Error(), "in column 1") {
			t.Error(err)
		}
	}
}

func TestAByteThatIsNotUTF8IsOneReplacementCharacter(t *testing.T) {
	for _, keep := range []bool{false, true} {
		v := feature.CountVectorizer{Analyzer: "char", KeepCase: keep}
		x, err := v.FitTransform([]string{"a\xff\xfeb"})
		must(t, err)
		if !slices.Equal(v.FeatureNames(), []string{"a", "b", "\uFFFD"}) || !slices.Equal(x.Value, []float64{1, 1, 2}) {
			t.Errorf("%q %v", v.FeatureNames(), x.Value)
		}
	}
}

func TestAPatternDoesNotTryWhatHasFailed(t *testing.T) {
	// The time of Python's re for this is exponential.
	v := feature.CountVectorizer{TokenPattern: `(?:a+)+\b!|b`}
	must(t, v.Fit([]string{strings.Repeat("a", 2000) + " b"}))
	golden.Equal(t, "names", v.FeatureNames(), []string{"b"})
}

func FuzzPattern(f *testing.F) {
	for _, p := range golden.Load(f, "count").Parts {
		if pattern, ok := p.State.Params["TokenPattern"].(string); ok {
			f.Add(pattern, "It isn't 3.14 Ωmega\n")
		}
	}
	f.Fuzz(func(t *testing.T, pattern, doc string) {
		v := feature.HashingVectorizer{TokenPattern: pattern}
		if _, err := v.Transform([]string{doc}); err != nil && !strings.HasPrefix(err.Error(), "feature: ") {
			t.Error(err)
		}
	})
}

func FuzzTokens(f *testing.F) {
	for _, d := range golden.Strings(f, golden.Load(f, "count"), "docs") {
		f.Add(d)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		// The fast way, which hashes words where they stand, against the general one.
		fast := feature.HashingVectorizer{Norm: "none"}
		slow := feature.HashingVectorizer{Norm: "none", TokenPattern: `[\w]{2,}`}
		a, err := fast.Transform([]string{doc})
		must(t, err)
		b, err := slow.Transform([]string{doc})
		must(t, err)
		if !slices.Equal(a.Col, b.Col) || !slices.Equal(a.Value, b.Value) {
			t.Errorf("%q: %v %v, want %v %v", doc, a.Col, a.Value, b.Col, b.Value)
		}
		_, err = (&feature.HashingVectorizer{Analyzer: "char_wb", NGramMax: 3, StripAccents: "unicode"}).Transform([]string{doc})
		must(t, err)
		_, err = (&feature.HashingVectorizer{Analyzer: "char", NGramMax: 3, KeepCase: true}).Transform([]string{doc})
		must(t, err)
		_, err = new(feature.Summaries).Transform([]string{doc})
		must(t, err)
		_, err = new(feature.Shingles).Transform([]string{doc})
		must(t, err)
	})
}

func TestRowsOfAnyLengthFindTheirPlaces(t *testing.T) {
	docs := make([]string, 5000)
	for i := range docs {
		// Few words at first, so that there is room for too few; none here and there.
		docs[i] = strings.Repeat(fmt.Sprint("word", i, " other", i%7, " "), i%13*(i/1000))
	}
	h := feature.HashingVectorizer{Buckets: 1 << 12}
	old := runtime.GOMAXPROCS(8)
	x, err := h.Transform(docs)
	runtime.GOMAXPROCS(old)
	must(t, err)
	var v feature.Vector
	for i, d := range docs {
		must(t, h.TransformText(&v, d))
		cols, values := x.Row(i)
		if !slices.Equal(cols, v.Index) || !slices.Equal(values, v.Value) {
			t.Fatalf("row %d is %v %v, want %v %v", i, cols, values, v.Index, v.Value)
		}
	}
}
