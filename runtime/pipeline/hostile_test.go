package pipeline_test

// This file checks that no file can make the library panic: every array and every
// parameter of every kind is made wrong in many ways, and what is loaded all the same
// is used.

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
	"gonum.org/v1/gonum/mat"
)

// A fitted stage, and what to use it on.
type specimen struct {
	stage any
	x     any
}

var (
	specimenDocs  = []string{"", "it is a truth universally acknowledged", "the lobster bisque was so so good", "a a b", "Truth!", "naïve 日本 text"}
	specimenX     = mat.NewDense(6, 4, []float64{1, 0, 2, 0, 0, 3, 0, 1, 4, 0, 0, 0, 1, 1, 2, 5, 0, 2, 0, 0, 3, 3, 1, 0})
	specimenFrame = func() *frame.Frame {
		f, err := frame.New(frame.Strings("text", specimenDocs), frame.Strings("category", []string{"a", "b", "", "a", "c", "b"}), frame.Floats("number", []float64{1, 2, 3, 4, 5, 6}))
		if err != nil {
			panic(err)
		}
		return f
	}()
	specimenY = []string{"a", "b", "a", "c", "b", "c"}
	specimenV = []float64{1, 2, 3, 4, 5, 7}
)

// specimens returns a fitted stage of every kind, by name.
func specimens(t testing.TB) map[string]specimen {
	t.Helper()
	out := map[string]specimen{}
	add := func(name string, stage any) {
		t.Helper()
		var err error
		var x any = specimenX
		switch s := stage.(type) {
		case feature.Texts:
			x = specimenDocs
			err = s.FitContext(t.Context(), specimenDocs)
		case feature.Frames:
			x = specimenFrame
			err = s.FitContext(t.Context(), specimenFrame)
		case feature.Matrices:
			err = s.FitContext(t.Context(), specimenX)
		case model.Classifier:
			err = s.FitContext(t.Context(), specimenX, specimenY)
		case model.Regressor:
			err = s.FitContext(t.Context(), specimenX, specimenV)
		default:
			t.Fatalf("%T is no stage", stage)
		}
		if err != nil {
			t.Fatal(err)
		}
		out[name] = specimen{stage, x}
	}
	add("CountVectorizer", &feature.CountVectorizer{MaxDF: 0.9})
	add("CountVectorizer of characters", &feature.CountVectorizer{Analyzer: "char_wb", NGramMin: 2, NGramMax: 3, StripAccents: "unicode"})
	add("HashingVectorizer", &feature.HashingVectorizer{Buckets: 16, StopWords: []string{"a"}})
	add("Union", &feature.Union{Branches: []feature.Branch{
		{Name: "words", Transformer: &feature.HashingVectorizer{Buckets: 8}, Then: []feature.Matrices{&feature.TFIDF{}, &feature.TruncatedSVD{}}},
		{Name: "summaries", Transformer: &feature.Summaries{}},
	}})
	add("Shingles", &feature.Shingles{})
	add("Summaries", &feature.Summaries{})
	add("OneHot", &feature.OneHot{})
	add("Columns", &feature.Columns{Names: []string{"number"}})
	add("ColumnTransformer", &feature.ColumnTransformer{Branches: []feature.Branch{
		{Name: "words", Columns: []string{"text"}, Transformer: &feature.CountVectorizer{}, Then: []feature.Matrices{&feature.TFIDF{}, &feature.PCA{Components: 2}}},
		{Name: "category", Columns: []string{"category"}, Transformer: &feature.OneHot{}},
		{Name: "number", Columns: []string{"number"}},
	}})
	add("TFIDF", &feature.TFIDF{})
	add("PCA", &feature.PCA{Components: 2, Whiten: true})
	add("TruncatedSVD", &feature.TruncatedSVD{})
	add("StandardScaler", &feature.StandardScaler{})
	add("LinearRegression", &model.LinearRegression{})
	add("Ridge", &model.Ridge{})
	add("MultinomialNB", &model.MultinomialNB{})
	add("LogisticRegression", &model.LogisticRegression{})
	add("RandomForestClassifier", &model.RandomForestClassifier{Trees: 3, OOB: true})
	add("RandomForestRegressor", &model.RandomForestRegressor{Trees: 3})
	return out
}

// use does with a pipeline whatever can be done; errors are fine.
func use(p *pipeline.Pipeline, x any) {
	p.Predict(x)
	p.PredictProba(x)
	p.PredictValues(x)
	p.Explain(x)
	p.Classes()
	p.Features().Transform(x)
	s, err := p.Scorer()
	if err != nil {
		return
	}
	switch x := x.(type) {
	case *frame.Frame:
		if s.Load(context.Background(), x) == nil {
			for i := range x.NumRows() + 1 {
				s.ScoreLoaded(i)
				s.ValueLoaded(i)
			}
		}
	case []string:
		for _, d := range x {
			s.Score(d)
			s.Value(d)
		}
	case *mat.Dense:
		for i := range x.RawMatrix().Rows {
			s.ScoreRow(x.RawRowView(i))
			s.ValueRow(x.RawRowView(i))
			sparse := feature.Vector{Len: 4}
			for j, v := range x.RawRowView(i) {
				if v != 0 {
					sparse.Index, sparse.Value = append(sparse.Index, int32(j)), append(sparse.Value, v)
				}
			}
			s.ScoreVector(&sparse)
			s.ValueVector(&sparse)
		}
	}
}

func TestNoStateMakesTheLibraryPanic(t *testing.T) {
	all := specimens(t)
	for name, s := range all {
		t.Run(name, func(t *testing.T) {
			state, err := s.stage.(artefact.Stateful).State()
			if err != nil {
				t.Fatal(err)
			}
			if !roundTrip(t, state, s, "as it is") {
				t.Error("the good state is refused")
			}
			accepted, refused := 0, 0
			for what, bad := range mutations(state) {
				if roundTrip(t, bad, s, what) {
					accepted++
				} else {
					refused++
				}
			}
			t.Logf("%d states accepted, %d refused", accepted, refused)
			for other, o := range all {
				foreign, err := o.stage.(artefact.Stateful).State()
				if err != nil {
					t.Fatal(err)
				}
				copied := *foreign
				copied.Kind = state.Kind
				roundTrip(t, &copied, s, "the state of "+other)
			}
		})
	}
}

// roundTrip loads a state and uses it, and tells whether it was accepted.
func roundTrip(t *testing.T, state *artefact.State, s specimen, what string) (accepted bool) {
	t.Helper()
	defer func() {
		if v := recover(); v != nil {
			t.Errorf("%s: panic: %v", what, v)
		}
	}()
	var p pipeline.Pipeline
	err := p.SetState(&artefact.State{Kind: "pipeline.Pipeline", Parts: []artefact.Part{{Name: "stage", State: state}}})
	if err != nil {
		return false
	}
	use(&p, s.x)
	// What was accepted can be kept again.
	again, err := p.State()
	if err != nil {
		t.Errorf("%s: the state was accepted, but cannot be kept: %v", what, err)
		return true
	}
	if err := artefact.Write(&bytes.Buffer{}, &artefact.File{Root: again}); err != nil {
		t.Errorf("%s: the state was accepted, but cannot be written: %v", what, err)
	}
	return true
}

// mutations makes wrong states of a good one.
func mutations(state *artefact.State) map[string]*artefact.State {
	out := map[string]*artefact.State{}
	with := func(what string, change func(s *artefact.State)) {
		s := &artefact.State{Kind: state.Kind, Params: maps.Clone(state.Params), Arrays: maps.Clone(state.Arrays), Parts: slices.Clone(state.Parts)}
		if s.Params == nil {
			s.Params = map[string]any{}
		}
		change(s)
		out[what] = s
	}
	with("nothing", func(s *artefact.State) { *s = artefact.State{Kind: s.Kind} })
	with("no params", func(s *artefact.State) { s.Params = nil })
	with("an unknown param", func(s *artefact.State) { s.Params["Unknown"] = 1.0 })
	with("parts", func(s *artefact.State) { s.Parts = []artefact.Part{{Name: "x", State: state}} })
	for i, part := range state.Parts {
		with("part "+part.Name+" missing", func(s *artefact.State) { s.Parts = slices.Delete(slices.Clone(s.Parts), i, i+1) })
		with("part "+part.Name+" with another name", func(s *artefact.State) { s.Parts[i].Name = "other" })
		for what, bad := range mutations(part.State) {
			with("part "+part.Name+": "+what, func(s *artefact.State) { s.Parts[i].State = bad })
		}
	}
	for name := range state.Params {
		for _, v := range []any{nil, true, -1.0, 0.0, 1.0, 0.5, 1e18, "", "NaN", "-Infinity", "x", "l1", "entropy", "char", "[", []any{}, []any{"a", "b"}, []any{2.0, 1.0}, map[string]any{"a": -1.0}, map[string]any{"a": "NaN"}} {
			with(fmt.Sprintf("param %s = %v", name, v), func(s *artefact.State) { s.Params[name] = v })
		}
	}
	for name, a := range state.Arrays {
		set := func(what string, b artefact.Array) {
			with(fmt.Sprintf("array %s %s", name, what), func(s *artefact.State) { s.Arrays[name] = b })
		}
		with("array "+name+" missing", func(s *artefact.State) { delete(s.Arrays, name) })
		set("empty", artefact.Array{Shape: []int{0}, Data: make([]float64, 0)})
		set("of another type", artefact.Vector([]uint8{1, 2}))
		set("with a dimension more", artefact.Array{Shape: append([]int{1}, a.Shape...), Data: a.Data})
		if len(a.Shape) == 2 {
			set("transposed", artefact.Array{Shape: []int{a.Shape[1], a.Shape[0]}, Data: a.Data})
			set("flat", artefact.Array{Shape: []int{a.Shape[0] * a.Shape[1]}, Data: a.Data})
			set("of no rows", artefact.Array{Shape: []int{0, a.Shape[1]}, Data: a.Data})
		}
		switch data := a.Data.(type) {
		case []float64:
			mutateArray(set, a, data, math.NaN(), math.Inf(1), -1, 0, 1e308, -1e308, 0.5)
		case []float32:
			mutateArray(set, a, data, float32(math.NaN()), float32(math.Inf(1)), -1, 0, 1e38)
		case []int64:
			mutateArray(set, a, data, math.MinInt64, math.MaxInt64, -1, 0, 1, 1<<31, 1<<40)
		case []int32:
			mutateArray(set, a, data, math.MinInt32, math.MaxInt32, -1, 0, 1)
		case []uint32:
			mutateArray(set, a, data, 0, math.MaxUint32)
		case []uint8:
			mutateArray(set, a, data, 0, 1, 2, 255)
		case []string:
			mutateArray(set, a, data, "", "zzz", "a", "a b")
		}
	}
	return out
}

func mutateArray[T comparable](set func(string, artefact.Array), a artefact.Array, data []T, values ...T) {
	shape := func(n int) []int {
		s := slices.Clone(a.Shape)
		if len(s) > 0 {
			rest := 1
			for _, d := range s[1:] {
				rest *= d
			}
			if rest > 0 {
				s[0] = n / rest
			}
		}
		return s
	}
	rest := 1
	if len(a.Shape) > 1 {
		rest = a.Shape[1]
	}
	if n := len(data); n >= rest && rest > 0 {
		set("shortened", artefact.Array{Shape: shape(n - rest), Data: data[:n-rest]})
		set("lengthened", artefact.Array{Shape: shape(n + rest), Data: append(slices.Clone(data), data[:rest]...)})
		reversed := slices.Clone(data)
		slices.Reverse(reversed)
		set("reversed", artefact.Array{Shape: a.Shape, Data: reversed})
	}
	set("with too few elements", artefact.Array{Shape: []int{len(data) + 1}, Data: data})
	set("with one element", artefact.Array{Shape: []int{min(1, len(data))}, Data: data[:min(1, len(data))]})
	for _, v := range values {
		all := slices.Repeat([]T{v}, len(data))
		set(fmt.Sprintf("all %v", v), artefact.Array{Shape: a.Shape, Data: all})
		for _, at := range []int{0, len(data) / 2, len(data) - 1} {
			if at >= 0 && at < len(data) {
				one := slices.Clone(data)
				one[at] = v
				set(fmt.Sprintf("with %v at %d", v, at), artefact.Array{Shape: a.Shape, Data: one})
			}
		}
	}
}

// FuzzLoadStage looks for files that the reader accepts and a stage does not survive.
// Bytes of good files are changed, since few others get past the reader.
func FuzzLoadStage(f *testing.F) {
	all := specimens(f)
	var files [][]byte
	for _, name := range slices.Sorted(maps.Keys(all)) {
		state, err := all[name].stage.(artefact.Stateful).State()
		if err != nil {
			f.Fatal(err)
		}
		var b bytes.Buffer
		if err := artefact.Write(&b, &artefact.File{Root: state}); err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(len(files)), []byte{})
		f.Add(uint8(len(files)), []byte{0, 0, 0, 64, 255, 100, 0, 0, 0, '9'})
		files = append(files, b.Bytes())
	}
	f.Fuzz(func(t *testing.T, which uint8, changes []byte) {
		data := slices.Clone(files[int(which)%len(files)])
		for ; len(changes) >= 5; changes = changes[5:] {
			data[int(binary.LittleEndian.Uint32(changes))%len(data)] = changes[4]
		}
		file, err := artefact.Read(data)
		if err != nil {
			return
		}
		var p pipeline.Pipeline
		if err := p.SetState(&artefact.State{Kind: "pipeline.Pipeline", Parts: []artefact.Part{{Name: "stage", State: file.Root}}}); err != nil {
			return
		}
		use(&p, specimenDocs)
		use(&p, specimenX)
		use(&p, specimenFrame)
	})
}
