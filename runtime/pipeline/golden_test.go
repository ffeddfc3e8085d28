package pipeline_test

import (
	"slices"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

func TestExportedPipelinesPredictAsTheyDidInPython(t *testing.T) {
	for _, name := range []string{"exported_counts", "exported_hashes"} {
		s := golden.Load(t, name)
		var p pipeline.Pipeline
		if err := p.SetState(golden.Part(t, s, "stage")); err != nil {
			t.Fatal(err)
		}
		docs, proba := golden.Strings(t, s, "docs"), golden.Dense(t, s, "proba")
		got, err := p.PredictProba(docs)
		if err != nil {
			t.Fatal(err)
		}
		golden.NearMatrix(t, name, got, proba, 1e-12, 1e-15)
		golden.Equal(t, name, must(p.Predict(docs)), golden.Strings(t, s, "labels"))
		scorer := must(p.Scorer())
		for i, d := range docs {
			label, one, err := scorer.Score(d)
			if err != nil || label != golden.Strings(t, s, "labels")[i] || !slices.Equal(one, got.RawRowView(i)) {
				t.Errorf("%s: document %d on its own is %s %v (%v), but %v among all", name, i, label, one, err, got.RawRowView(i))
			}
		}
		if n := testing.AllocsPerRun(20, func() { scorer.Score(docs[0]) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestASearchHasScikitLearnsResults(t *testing.T) {
	s := golden.Load(t, "grid")
	docs, labels := golden.Strings(t, s, "docs"), golden.Strings(t, s, "labels")
	g := &pipeline.GridSearch{
		Pipeline: pipeline.New(
			pipeline.Step("count", &feature.CountVectorizer{}),
			pipeline.Step("tfidf", &feature.TFIDF{}),
			pipeline.Step("model", &model.LogisticRegression{MaxIter: 1000})),
		Grid: map[string][]any{
			"model.C":         {0.003, 0.03, 0.3, 3},
			"tfidf.Norm":      {"l2", "l1", "none"},
			"tfidf.Sublinear": {false, true},
		},
		Folds: 4,
	}
	if err := g.Fit(docs, labels); err != nil {
		t.Fatal(err)
	}
	r, err := g.Results()
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "C", must(r.Floats("param_model.C")), golden.Floats(t, s, "c"))
	golden.Equal(t, "Norm", must(r.Strings("param_tfidf.Norm")), golden.Strings(t, s, "norms"))
	golden.Equal(t, "Sublinear", must(r.Bools("param_tfidf.Sublinear")), golden.Bools(t, s, "sublinear"))
	splits := golden.Dense(t, s, "splits")
	for f := range 4 {
		golden.Equal(t, "scores", must(r.Floats("split"+string(rune('0'+f))+"_test_score")), splits.RawRowView(f))
	}
	golden.Near(t, "mean", must(r.Floats("mean_test_score")), golden.Floats(t, s, "means"), 1e-15, 0)
	golden.Near(t, "std", must(r.Floats("std_test_score")), golden.Floats(t, s, "stds"), 1e-12, 1e-16)
	golden.Equal(t, "rank", must(r.Ints("rank_test_score")), golden.Ints(t, s, "ranks"))
	best := golden.Ints(t, s, "best")[0]
	if g.BestScore() != golden.Floats(t, s, "means")[best] || g.BestParams()["model.C"] != nil && toFloat(g.BestParams()["model.C"]) != golden.Floats(t, s, "c")[best] {
		t.Errorf("%v %v", g.BestScore(), g.BestParams())
	}
	golden.Equal(t, "predicted", must(g.Best().Predict(docs)), golden.Strings(t, s, "predicted"))
}

func TestCrossValidationHasScikitLearnsScores(t *testing.T) {
	s := golden.Load(t, "crossvalidate")
	var scoring struct{ Scoring []string }
	if err := artefact.SetParams(&scoring, s.Params); err != nil {
		t.Fatal(err)
	}
	p := pipeline.New(pipeline.Step("count", &feature.CountVectorizer{}), pipeline.Step("model", &model.LogisticRegression{MaxIter: 1000}))
	r, err := pipeline.CrossValidate(t.Context(), p, golden.Strings(t, s, "docs"), golden.Strings(t, s, "labels"),
		pipeline.CVOpts{Folds: 3, Shuffle: true, Seed: 11, Scoring: scoring.Scoring, TrainScores: true})
	if err != nil {
		t.Fatal(err)
	}
	test, train := golden.Dense(t, s, "test"), golden.Dense(t, s, "train")
	for k, name := range scoring.Scoring {
		rel := 1e-12
		if name == "neg_log_loss" {
			rel = 1e-5 // as the probabilities of an optimum are
		}
		golden.Near(t, "test "+name, r.Test[name], test.RawRowView(k), rel, 0)
		golden.Near(t, "train "+name, r.Train[name], train.RawRowView(k), rel, 0)
	}
}

func toFloat(v any) float64 {
	if i, ok := v.(int); ok {
		return float64(i)
	}
	return v.(float64)
}
