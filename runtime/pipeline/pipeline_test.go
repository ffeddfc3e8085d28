package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
	"gonum.org/v1/gonum/mat"
)

var (
	docs   = []string{"a", "bb", "ccc", "dddddddd", "eeeeeeeee", "ffffffffff"}
	labels = []string{"short", "short", "short", "long", "long", "long"}
)

func example() *pipeline.Pipeline {
	return pipeline.New(
		pipeline.Step("lengths", &lengths{Letters: "ae"}),
		pipeline.Step("center", &center{}),
		pipeline.Step("model", &nearest{}),
	)
}

func must[T any](t T, err error) T {
	if err != nil {
		panic(err)
	}
	return t
}

func TestAPipelineFitsItsStepsInARow(t *testing.T) {
	p := example()
	if err := p.Fit(docs, labels); err != nil {
		t.Fatal(err)
	}
	got, err := p.Predict([]string{"xx", "xxxxxxxxxxxxxxx"})
	if want := []string{"short", "long"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if score, err := p.Score(docs, labels); err != nil || score != 1 {
		t.Errorf("score %v, %v", score, err)
	}
	if want := []string{"long", "short"}; !slices.Equal(p.Classes(), want) {
		t.Errorf("classes %v", p.Classes())
	}
	if proba, err := p.PredictProba(docs); err != nil || proba.At(0, 1) < 0.8 {
		t.Errorf("%v, %v", mat.Formatted(proba), err)
	}
	if e, err := p.Explain(docs); err != nil || len(e) != len(docs) {
		t.Errorf("%v, %v", e, err)
	}
	x, err := p.Features().Transform(docs)
	if err != nil || x.At(0, 0) != 1-33.0/6 {
		t.Errorf("%v, %v", x, err)
	}
	if got, err := p.Predict([]string{}); err != nil || len(got) != 0 {
		t.Errorf("of no documents: %v, %v", got, err)
	}
}

func TestSamplesAndLabelsAreWhatOneHas(t *testing.T) {
	rows := [][]float64{{1}, {2}, {10}, {11}}
	for _, y := range []any{[]string{"0", "0", "1", "1"}, []int{0, 0, 1, 1}, []int64{0, 0, 1, 1}, []bool{false, false, true, true}} {
		p := pipeline.New(pipeline.Step("model", &nearest{}))
		if err := p.Fit(rows, y); err != nil {
			t.Fatal(err)
		}
		if score, err := p.Score(mat.NewDense(4, 1, []float64{1, 2, 10, 11}), y); err != nil || score != 1 {
			t.Errorf("%T: %v, %v", y, score, err)
		}
	}
	for _, y := range []any{[]float64{2, 4, 20, 22}, []int{2, 4, 20, 22}, []int64{2, 4, 20, 22}} {
		p := pipeline.New(pipeline.Step("model", &line{}))
		if err := p.Fit(rows, y); err != nil {
			t.Fatal(err)
		}
		if values, err := p.PredictValues(rows); err != nil || !slices.Equal(values, []float64{2, 4, 20, 22}) {
			t.Errorf("%T: %v, %v", y, values, err)
		}
		if score, err := p.Score(rows, y); err != nil || score != 1 {
			t.Errorf("%T: %v, %v", y, score, err)
		}
	}
}

func TestPipelinesNest(t *testing.T) {
	features := pipeline.New(pipeline.Step("lengths", &lengths{}), pipeline.Step("center", &center{}))
	x, err := features.FitTransform(docs)
	if err != nil {
		t.Fatal(err)
	}
	m := pipeline.New(pipeline.Step("nearest", &nearest{}))
	if err := m.Fit(x, labels); err != nil {
		t.Fatal(err)
	}
	// Two stages that are fitted make a pipeline that is.
	p := pipeline.New(pipeline.Step("features", features), pipeline.Step("model", m))
	if got, err := p.Predict(docs); err != nil || !slices.Equal(got, labels) {
		t.Errorf("%v, %v", got, err)
	}
	if p.Named("features.center") != features.Named("center") || p.Named("features.none") != nil || p.Named("none") != nil {
		t.Error("steps are not found by name")
	}
	if err := p.SetParams(map[string]any{"features.center.Strength": 2, "model.nearest.Seed": 3.0}); err != nil {
		t.Fatal(err)
	}
	if features.Named("center").(*center).Strength != 2 || pipeline.New(p.Steps()...).Params()["model.nearest.Seed"] != 3 {
		t.Errorf("%v", p.Params())
	}
	if f := p.Features(); len(f.Steps()) != 1 || must(f.Transform(docs)).At(0, 0) != 1-2*33.0/6 {
		t.Errorf("%v", f.Steps())
	}
	// A pipeline within whose fit fails is not fitted on its own either.
	p.SetParams(map[string]any{"model.nearest.Offset": 13})
	if err := p.Fit(docs, labels); err == nil || !strings.Contains(err.Error(), `step "model.nearest"`) {
		t.Error(err)
	}
	var notFitted *feature.NotFittedError
	if _, err := features.Transform(docs); !errors.As(err, &notFitted) {
		t.Error(err)
	}
}

func TestMisuseIsToldByName(t *testing.T) {
	for want, p := range map[string]*pipeline.Pipeline{
		`there are no steps`:    pipeline.New(),
		`two steps are called`:  pipeline.New(pipeline.Step("a", &lengths{}), pipeline.Step("a", &nearest{})),
		`called ""`:             pipeline.New(pipeline.Step("", &lengths{})),
		`called "a.b"`:          pipeline.New(pipeline.Step("a.b", &lengths{})),
		`step "a" is nil`:       pipeline.New(pipeline.Step("a", nil)),
		`step "b" is nil`:       pipeline.New(pipeline.Step("b", (*lengths)(nil))),
		`neither a transformer`: pipeline.New(pipeline.Step("a", 7)),
		`take its address`:      pipeline.New(pipeline.Step("a", lengths{})),
		`step "b" (*pipeline_test.lengths) takes texts, but step "a" (*pipeline_test.center) before it makes a matrix`: pipeline.New(pipeline.Step("a", &center{}), pipeline.Step("b", &lengths{})),
		`step "m" is a model`: pipeline.New(pipeline.Step("m", &nearest{}), pipeline.Step("c", &center{})),
		`step "p.l" (*pipeline_test.lengths) takes texts, but step "c"`: pipeline.New(pipeline.Step("c", &center{}), pipeline.Step("p", pipeline.New(pipeline.Step("l", &lengths{})))),
		`step "p": pipeline: there are no`:                              pipeline.New(pipeline.Step("p", pipeline.New())),
	} {
		_, predict := p.Predict(docs)
		_, transform := p.Transform(docs)
		_, scorer := p.Scorer()
		_, state := p.State()
		for _, err := range []error{p.Err(), p.Fit(docs, labels), predict, transform, scorer, state, p.SetParams(nil)} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q in it", err, want)
			}
		}
	}
	transformers := pipeline.New(pipeline.Step("lengths", &lengths{}), pipeline.Step("center", &center{}))
	p := example()
	regression := pipeline.New(pipeline.Step("line", &line{}))
	_, noModel := transformers.Predict(docs)
	_, transform := p.Transform(docs)
	_, fitTransform := p.FitTransform(docs)
	_, values := p.PredictValues(docs)
	_, classes := regression.Predict([][]float64{{1}})
	_, explain := regression.Explain([][]float64{{1}})
	_, score := transformers.Score(docs, labels)
	for want, err := range map[string]error{
		`"center", is a *pipeline_test.center and no classifier`: noModel,
		`Features().Transform`:               transform,
		`Features().FitTransform`:            fitTransform,
		`Predict has a classifier's`:         values,
		`PredictValues has a regressor's`:    classes,
		`does not explain`:                   explain,
		`predicts nothing`:                   score,
		`there are none`:                     p.Fit(docs, nil),
		`6 samples, but 2 labels`:            p.Fit(docs, labels[:2]),
		`labels cannot be a string`:          p.Fit(docs, "spam"),
		`not []float64`:                      p.Fit(docs, []float64{1, 2, 3, 4, 5, 6}),
		`step "line" is a regressor`:         regression.Fit([][]float64{{1}}, []string{"a"}),
		`cannot take a single text`:          p.Fit("a", labels),
		`cannot take a [][]float64`:          p.Fit([][]float64{{1}}, labels),
		`cannot take nil`:                    p.Fit(nil, labels),
		`it cannot take a []string`:          regression.Fit(docs, []float64{1}),
		`cannot take a single row`:           regression.Fit([]float64{1}, []float64{1}),
		`row 1 of the features has 1 values`: regression.Fit([][]float64{{1, 2}, {1}}, []float64{1, 2}),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
}

func TestWhatIsNotFittedSaysSo(t *testing.T) {
	var notFitted *feature.NotFittedError
	p := example()
	if _, err := p.Predict(docs); !errors.As(err, &notFitted) || !strings.Contains(err.Error(), `step "center"`) {
		t.Error(err)
	}
	if err := p.Fit(docs, labels); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.FitContext(ctx, docs, labels); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for range 2 {
		_, predict := p.Predict(docs)
		_, features := p.Features().Transform(docs)
		_, scorer := p.Scorer()
		_, state := p.State()
		for _, err := range []error{predict, features, scorer, state} {
			if !errors.As(err, &notFitted) {
				t.Error(err)
			}
		}
		if p.Classes() != nil {
			t.Error(p.Classes())
		}
		// So it stays when the fit fails at the last step.
		p.SetParams(map[string]any{"model.Offset": 13})
		if p.Fit(docs, labels) == nil {
			t.Error("the fit succeeded")
		}
	}
	p.SetParams(map[string]any{"model.Offset": 0})
	if err := p.Fit(docs, labels); err != nil {
		t.Error(err)
	}
}

func TestParametersHaveNames(t *testing.T) {
	p := example()
	want := map[string]any{"lengths.Letters": "ae", "lengths.Scale": 0.0, "lengths.Weights": map[string]float64(nil), "lengths.Log": (*log)(nil),
		"center.Strength": 0.0, "center.Log": (*log)(nil), "model.Offset": 0.0, "model.Seed": 0, "model.Log": (*log)(nil)}
	if got := p.Params(); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	other := &nearest{}
	if err := p.SetParams(map[string]any{"model": other, "model.Seed": int64(7), "center.Strength": 2, "lengths.Weights": map[string]any{"a": 1}}); err != nil {
		t.Fatal(err)
	}
	if p.Named("model") != other || other.Seed != 7 || p.Params()["center.Strength"] != 2.0 || p.Params()["lengths.Weights"].(map[string]float64)["a"] != 1 {
		t.Errorf("%v", p.Params())
	}
	before := p.Params()
	for want, params := range map[string]map[string]any{
		`no parameter "model.Ofset"; did you mean "model.Offset"`:        {"center.Strength": 3, "model.Ofset": 1},
		`no parameter "centre.Strength"; did you mean "center.Strength"`: {"center.Strength": 3, "centre.Strength": 1},
		`no parameter "x"; there are center.Log, center.Strength`:        {"x": 1},
		`model.Seed is a int; it cannot be 1.5 (float64)`:                {"center.Strength": 3, "model.Seed": 1.5},
		`lengths.Letters is a string; it cannot be 1 (int)`:              {"lengths.Letters": 1},
		`center.Strength is a float64; it cannot be the string "much"`:   {"center.Strength": "much"},
		`step "center" (*pipeline_test.lengths) takes texts`:             {"center": &lengths{}, "lengths.Scale": 4},
		`neither a transformer nor a model`:                              {"model": 3},
		`cannot be nil`:                                                  {"model": nil},
	} {
		if err := p.SetParams(params); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
		if !reflect.DeepEqual(p.Params(), before) {
			t.Errorf("%q changed the parameters", want)
		}
	}
	if m, err := pipeline.Get[*nearest](p, "model"); err != nil || m != other {
		t.Error(err)
	}
	if _, err := pipeline.Get[*nearest](p, "modle"); err == nil || !strings.Contains(err.Error(), `did you mean "model"`) {
		t.Error(err)
	}
	if _, err := pipeline.Get[*line](p, "model"); err == nil || !strings.Contains(err.Error(), "not a *pipeline_test.line") {
		t.Error(err)
	}
}

func TestAClonesParametersAreItsOwn(t *testing.T) {
	p := pipeline.New(pipeline.Step("features", pipeline.New(pipeline.Step("lengths", &lengths{Letters: "x", Weights: map[string]float64{"a": 1}}), pipeline.Step("center", &center{}))), pipeline.Step("model", &nearest{Offset: 0.5}))
	if err := p.Fit(docs, labels); err != nil {
		t.Fatal(err)
	}
	c := p.Clone()
	if !reflect.DeepEqual(c.Params(), p.Params()) {
		t.Errorf("%v", c.Params())
	}
	if _, err := c.Predict(docs); err == nil {
		t.Error("the clone is fitted")
	}
	c.Named("features.lengths").(*lengths).Weights["a"] = 2
	c.SetParams(map[string]any{"features.center.Strength": 5})
	if p.Params()["features.lengths.Weights"].(map[string]float64)["a"] != 1 || p.Params()["features.center.Strength"] != 0.0 {
		t.Errorf("%v", p.Params())
	}
}

func TestAScorerHasTheNumbersOfTheBatch(t *testing.T) {
	p := example()
	if err := p.Fit(docs, labels); err != nil {
		t.Fatal(err)
	}
	s, err := p.Scorer()
	if err != nil {
		t.Fatal(err)
	}
	want, proba := must(p.Predict(docs)), must(p.PredictProba(docs))
	features := must(p.Features().Transform(docs))
	for i, d := range docs {
		class, got, err := s.Score(d)
		if err != nil || class != want[i] || !slices.Equal(got, proba.RawRowView(i)) {
			t.Errorf("%s, %v, %v; want %s, %v", class, got, err, want[i], proba.RawRowView(i))
		}
		v, err := s.Features(d)
		if err != nil || !slices.Equal(v.Value, mat.Row(nil, i, features)) {
			t.Errorf("%v, %v", v, err)
		}
	}
	if n := testing.AllocsPerRun(100, func() { s.Score("some document") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	m := pipeline.New(p.Steps()[2])
	rows := must(m.Scorer())
	row := []float64{features.At(0, 0), 7}
	if class, got, err := rows.ScoreRow(row); err != nil || class != want[0] || !slices.Equal(got, proba.RawRowView(0)) {
		t.Errorf("%s, %v, %v", class, got, err)
	}
	v := &feature.Vector{Len: 2, Dense: true, Value: row}
	if class, _, err := rows.ScoreVector(v); err != nil || class != want[0] {
		t.Errorf("%s, %v", class, err)
	}
	_, err = rows.Value("a")
	_, _, texts := rows.Score("a")
	_, _, vector := s.ScoreVector(v)
	_, err2 := s.Value("a")
	for want, err := range map[string]error{"takes features, not texts": err, "takes features, not": texts, "takes texts, not features": vector, "no regressor": err2} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
	regression := pipeline.New(pipeline.Step("center", &center{}), pipeline.Step("line", &line{Slope: 2}))
	if err := regression.Fit([][]float64{{1}, {3}}, []int{1, 2}); err != nil {
		t.Fatal(err)
	}
	values := must(regression.Scorer())
	x := []float64{7}
	if got, err := values.ValueRow(x); err != nil || got != 10 || x[0] != 7 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := example().Scorer(); err == nil {
		t.Error("a scorer of an unfitted pipeline")
	}
}

func TestAPipelineShowsItsSteps(t *testing.T) {
	p := pipeline.New(pipeline.Step("features", pipeline.New(pipeline.Step("lengths", &lengths{Letters: "ae", Log: &log{}}))), pipeline.Step("model", &nearest{Offset: 0.5}))
	want := "features.lengths  pipeline_test.lengths{Letters: \"ae\", Log: …}\n" +
		"model             pipeline_test.nearest{Offset: 0.5}"
	if got := p.String(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := pipeline.New().String(); !strings.Contains(got, "no steps") {
		t.Error(got)
	}
}

func TestPartsOfAStepHaveParameters(t *testing.T) {
	p := pipeline.New(
		pipeline.Step("features", &feature.Union{Branches: []feature.Branch{
			{Name: "words", Transformer: &feature.HashingVectorizer{Buckets: 16}, Then: []feature.Matrices{&feature.TFIDF{}, &feature.PCA{Components: 3}, &feature.PCA{Components: 2}}},
			{Name: "sizes", Transformer: &feature.Summaries{}, Then: []feature.Matrices{&feature.StandardScaler{}}},
		}}),
		pipeline.Step("model", &model.LogisticRegression{}),
	)
	params := p.Params()
	for name, want := range map[string]any{
		"features.words.Buckets": 16, "features.words.tfidf.NoIDF": false, "features.words.pca.Components": 3,
		"features.words.pca2.Components": 2, "features.sizes.standardscaler.WithoutMean": false, "model.C": 0.0,
	} {
		if got := params[name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if err := p.SetParams(map[string]any{"features.words.pca2.Components": 1, "features.words.tfidf.Norm": "l1"}); err != nil {
		t.Fatal(err)
	}
	if got := p.Params(); got["features.words.pca2.Components"] != 1 || got["features.words.tfidf.Norm"] != "l1" {
		t.Errorf("%v", got)
	}
	if err := p.SetParams(map[string]any{"features.words.tfidf.Nor": "l1"}); err == nil || !strings.Contains(err.Error(), `did you mean "features.words.tfidf.Norm"`) {
		t.Error(err)
	}
	texts, kinds := make([]string, 60), make([]string, 60)
	for i := range texts {
		kinds[i] = []string{"a", "b"}[i%2]
		texts[i] = fmt.Sprintf("word%d is %s of %d", i%7, kinds[i], i%5)
	}
	g := pipeline.GridSearch{Pipeline: p, Grid: map[string][]any{"features.words.Buckets": {4, 64}, "features.words.pca.Components": {2, 4}, "model.C": {1.0, 10.0}}, Folds: 3}
	if err := g.Fit(texts, kinds); err != nil {
		t.Fatal(err)
	}
	best := g.BestParams()
	if got := g.Best().Params()["features.words.Buckets"]; got != best["features.words.Buckets"] {
		t.Errorf("the best pipeline has %v, its parameters are %v", got, best)
	}
	if got := p.Params()["features.words.Buckets"]; got != 16 {
		t.Errorf("the search changed the pipeline's own to %v", got)
	}
	// Each on its own finds the same.
	results, err := g.Results()
	if err != nil {
		t.Fatal(err)
	}
	scores, err := results.Floats("mean_test_score")
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for _, buckets := range []int{4, 64} {
		for _, components := range []int{2, 4} {
			for _, c := range []float64{1, 10} {
				q := p.Clone()
				if err := q.SetParams(map[string]any{"features.words.Buckets": buckets, "features.words.pca.Components": components, "model.C": c}); err != nil {
					t.Fatal(err)
				}
				alone := pipeline.GridSearch{Pipeline: q, Grid: map[string][]any{"model.C": {c}}, Folds: 3}
				if err := alone.Fit(texts, kinds); err != nil {
					t.Fatal(err)
				}
				if alone.BestScore() != scores[i] {
					t.Errorf("%d buckets, %d components, C %v: %v, want %v", buckets, components, c, scores[i], alone.BestScore())
				}
				i++
			}
		}
	}
}
