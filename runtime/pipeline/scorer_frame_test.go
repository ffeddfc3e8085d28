package pipeline_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
	"gonum.org/v1/gonum/mat"
)

// orders is a table of texts, categories and numbers, with classes and values to learn.
func orders(n int) (data *frame.Frame, classes []string, values []float64) {
	r := rand.New(rand.NewPCG(7, 7))
	var notes, countries []string
	var prices, weights []float64
	var members []bool
	for range n {
		note := "please leave it with the neighbours"
		price := r.ExpFloat64() * 30
		if r.IntN(2) == 0 {
			note = "a present, wrap it in green paper"
		}
		country := []string{"at", "de", "ch", "it"}[r.IntN(4)]
		notes, countries, prices = append(notes, note), append(countries, country), append(prices, price)
		weights, members = append(weights, math.Round(r.Float64()*1e4)/1e4), append(members, r.IntN(3) == 0)
		class := "keeps"
		if price > 25 || country == "it" && r.IntN(3) > 0 {
			class = "returns"
		}
		classes, values = append(classes, class), append(values, price*weights[len(weights)-1])
	}
	data = must(frame.New(
		frame.Strings("note", notes), frame.Strings("country", countries),
		frame.Floats("price", prices), frame.Floats("weight", weights), frame.Values("member", members),
	))
	return data, classes, values
}

// ofOrders are steps that begin with a frame: sparse beside dense, dense alone, and a
// few categories, which are sparse by kind and dense by content.
func ofOrders() map[string]feature.Frames {
	return map[string]feature.Frames{
		"columns": &feature.Columns{Names: []string{"price", "weight", "member"}},
		"onehot":  &feature.OneHot{Columns: []string{"country", "member"}},
		"sparse": &feature.ColumnTransformer{Branches: []feature.Branch{
			{Name: "words", Columns: []string{"note"}, Transformer: &feature.HashingVectorizer{Buckets: 256}, Then: []feature.Matrices{&feature.TFIDF{}}},
			{Name: "country", Columns: []string{"country"}, Transformer: &feature.OneHot{HandleUnknown: "ignore"}},
			{Name: "size", Columns: []string{"price", "weight"}, Transformer: &feature.StandardScaler{}},
		}},
		"dense": &feature.ColumnTransformer{Branches: []feature.Branch{
			{Name: "country", Columns: []string{"country"}, Transformer: &feature.OneHot{}},
			{Name: "size", Columns: []string{"price", "weight", "member"}},
		}},
	}
}

// What a row is predicted to be does not depend on the rows that come with it, to the
// last bit: a service scores a few at a time, a notebook all of them.
func TestRowsOfFramesAreScoredAlone(t *testing.T) {
	data, classes, values := orders(400)
	for name, first := range ofOrders() {
		for kind, last := range map[string]any{"logistic": &model.LogisticRegression{}, "forest": &model.RandomForestClassifier{Trees: 5}, "linear": &model.Ridge{}} {
			t.Run(name+" "+kind, func(t *testing.T) {
				p := pipeline.New(pipeline.Step("columns", first), pipeline.Step("scale", &feature.StandardScaler{WithoutMean: true}), pipeline.Step("model", last))
				var y any = classes
				if kind == "linear" {
					y = values
				}
				if err := p.Fit(data, y); err != nil {
					t.Fatal(err)
				}
				s := must(p.Scorer())
				var wantClasses []string
				var wantProba *mat.Dense
				var wantValues []float64
				if kind == "linear" {
					wantValues = must(p.PredictValues(data))
				} else {
					wantClasses, wantProba = must(p.Predict(data)), must(p.PredictProba(data))
				}
				for _, size := range []int{1, 7, 64, 400} {
					for from := 0; from < 400; from += size {
						rows := make([]int, min(size, 400-from))
						for i := range rows {
							rows[i] = from + i
						}
						if err := s.Load(t.Context(), must(data.Take(rows))); err != nil {
							t.Fatal(err)
						}
						for i, row := range rows {
							if kind == "linear" {
								if v := must(s.ValueLoaded(i)); v != wantValues[row] {
									t.Fatalf("row %d of %d is %v, not %v", row, size, v, wantValues[row])
								}
								continue
							}
							class, proba, err := s.ScoreLoaded(i)
							if err != nil {
								t.Fatal(err)
							}
							if class != wantClasses[row] || !slices.Equal(proba, wantProba.RawRowView(row)) {
								t.Fatalf("row %d of %d is %s %v, not %s %v", row, size, class, proba, wantClasses[row], wantProba.RawRowView(row))
							}
						}
					}
				}
			})
		}
	}
}

func TestPipelinesOfFramesTellTheirColumns(t *testing.T) {
	data, classes, _ := orders(50)
	want := map[string]string{
		"columns": "price number, weight number, member number",
		"onehot":  "country category, member bool",
		"sparse":  "note text, country category, price number, weight number",
		"dense":   "country category, price number, weight number, member number",
	}
	for name, first := range ofOrders() {
		p := pipeline.New(pipeline.Step("columns", first), pipeline.Step("model", &model.RandomForestClassifier{Trees: 2}))
		if err := p.Fit(data, classes); err != nil {
			t.Fatal(err)
		}
		s := must(p.Scorer())
		var got []string
		for _, in := range s.Inputs() {
			got = append(got, in.Name+" "+string(in.Kind))
		}
		if strings.Join(got, ", ") != want[name] {
			t.Errorf("%s: %v", name, got)
		}
		for what, err := range map[string]error{
			"Load comes before":  func() error { _, _, err := s.ScoreLoaded(0); return err }(),
			"takes frames; Load": func() error { _, _, err := s.ScoreRow([]float64{1}); return err }(),
			"no column \"":       s.Load(t.Context(), must(data.Select("note", "weight"))),
		} {
			if err == nil || !strings.Contains(err.Error(), what) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := s.Features("a"); err == nil || !strings.Contains(err.Error(), "takes frames") {
			t.Error(err)
		}
		if err := s.Load(t.Context(), must(data.Head(2))); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.ScoreLoaded(2); err == nil || !strings.Contains(err.Error(), "no row 2, but 2 rows") {
			t.Error(err)
		}
	}
}
