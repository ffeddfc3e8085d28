package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
	"gonum.org/v1/gonum/mat"
)

func TestMain(m *testing.M) {
	pipeline.Register("test.lengths", func() artefact.Stateful { return &lengths{} })
	pipeline.Register("test.center", func() artefact.Stateful { return &center{} })
	pipeline.Register("test.nearest", func() artefact.Stateful { return &nearest{} })
	pipeline.Register("test.memo", func() artefact.Stateful { return &memo{} })
	for _, name := range []string{pipeline.SaveFile, "NETHERFIELD_NOTEBOOK", "JPY_SESSION_NAME", "OPENSHIFT_BUILD_COMMIT"} {
		os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

// A memo is kept in files, but no step.
type memo struct{ Text string }

func (m *memo) State() (*artefact.State, error) {
	p, err := artefact.Params(m)
	return &artefact.State{Kind: "test.memo", Params: p}, err
}
func (m *memo) SetState(s *artefact.State) error { return artefact.SetParams(m, s.Params) }

// A stranger is a transformer of no known kind.
type stranger struct{ center }

func (s *stranger) State() (*artefact.State, error) {
	return &artefact.State{Kind: "test.stranger"}, nil
}

func TestAStageIsLoadedAsItWasSaved(t *testing.T) {
	dir := t.TempDir()
	p := pipeline.New(
		pipeline.Step("features", pipeline.New(pipeline.Step("lengths", &lengths{Letters: "ae"}), pipeline.Step("center", &center{Strength: 0.5}))),
		pipeline.Step("model", &nearest{Seed: 3}))
	if err := pipeline.SaveStage(p, filepath.Join(dir, "x")); err == nil || !strings.Contains(err.Error(), `step "features": pipeline: step "center": test.center is not fitted`) {
		t.Error(err)
	}
	if err := p.Fit(docs, labels); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "model.sav")
	if err := pipeline.SaveStage(p, path); err != nil {
		t.Fatal(err)
	}
	q, err := pipeline.LoadStage(path)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(must(q.Predict(docs)), labels) || !mat.Equal(must(q.PredictProba(docs)), must(p.PredictProba(docs))) || !reflect.DeepEqual(q.Params(), p.Params()) {
		t.Error("the loaded pipeline differs")
	}
	if q.Digest() != p.Digest() || len(q.Digest()) != 64 || q.Provenance()["go"] == "" {
		t.Errorf("digests %q, %q; %v", p.Digest(), q.Digest(), q.Provenance())
	}
	if r, err := pipeline.Load[*pipeline.Pipeline](path); err != nil || r.Digest() != p.Digest() {
		t.Error(err)
	}
	again := filepath.Join(dir, "again.sav")
	if err := pipeline.SaveStage(q, again); err != nil || q.Digest() != p.Digest() {
		t.Errorf("the same model has another digest: %v", err)
	}
	if err := q.SetParams(map[string]any{"model.Seed": 4}); err != nil || q.Digest() != "" {
		t.Errorf("%v, digest %q of a pipeline that has changed", err, q.Digest())
	}
	if err := p.Fit(docs, labels); err != nil || p.Digest() != "" || p.Provenance() != nil {
		t.Errorf("%v, digest %q of a pipeline that has changed", err, p.Digest())
	}
}

func TestASingleStepIsAStageToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.sav")
	m := &nearest{}
	if err := m.FitContext(t.Context(), mat.NewDense(2, 1, []float64{1, 5}), []string{"a", "b"}); err != nil {
		t.Fatal(err)
	}
	if err := pipeline.SaveStage(m, path); err != nil {
		t.Fatal(err)
	}
	p, err := pipeline.LoadStage(path)
	if err != nil || p.Steps()[0].Name != "nearest" {
		t.Fatal(err)
	}
	if got := must(p.Predict([][]float64{{0}})); got[0] != "a" {
		t.Error(got)
	}
	step := pipeline.Step("model", p)
	if n, ok := step.Stage.(*nearest); !ok || n.classes[0] != "a" {
		t.Errorf("%T", step.Stage)
	}
	if err := pipeline.SaveStage(p, path+"2"); err != nil {
		t.Error(err)
	}
	if a, b := must(artefact.ReadFile(path)), must(artefact.ReadFile(path+"2")); a.Digest != b.Digest || a.Root.Kind != "test.nearest" {
		t.Errorf("%s, %s, %s", a.Digest, b.Digest, a.Root.Kind)
	}
	if m, err := pipeline.Load[*nearest](path); err != nil || m.means[1] != 5 {
		t.Error(err)
	}
	if err := pipeline.SaveStage(&memo{"hello"}, path); err != nil {
		t.Fatal(err)
	}
	if m, err := pipeline.Load[*memo](path); err != nil || m.Text != "hello" {
		t.Error(err)
	}
	if _, err := pipeline.LoadStage(path); err == nil || !strings.Contains(err.Error(), "pipeline.Load[*pipeline_test.memo]") {
		t.Error(err)
	}
	if _, err := pipeline.Load[*nearest](path); err == nil || !strings.Contains(err.Error(), "holds a *pipeline_test.memo, not a *pipeline_test.nearest") {
		t.Error(err)
	}
}

func TestTheBuildSaysWhereStagesGo(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(pipeline.SaveFile, filepath.Join(dir, "there"))
	if err := pipeline.SaveStage(&memo{}, filepath.Join(dir, "here")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "here")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := pipeline.Load[*memo](filepath.Join(dir, "there")); err != nil {
		t.Error(err)
	}
}

func TestAFileSaysWhereItComesFrom(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("OPENSHIFT_BUILD_COMMIT", "abcdef")
	save := func(origin ...pipeline.Origin) (map[string]string, string) {
		t.Helper()
		if err := pipeline.SaveStage(&memo{}, "memo.sav", origin...); err != nil {
			t.Fatal(err)
		}
		f := must(artefact.ReadFile("memo.sav"))
		return f.Provenance, f.Digest
	}
	p, digest := save()
	if p["commit"] != "abcdef" || p["go"] == "" || p["notebook"] != "" {
		t.Errorf("%v", p)
	}
	if _, again := save(); again != digest {
		t.Error("the same stage has two digests")
	}
	git := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	write := func(outputs int, source any) {
		data, _ := json.Marshal(map[string]any{"cells": []any{map[string]any{"cell_type": "code", "source": source, "execution_count": outputs}}})
		os.WriteFile("book.ipynb", data, 0o666)
	}
	git("init", "-q")
	write(1, "x := 1\ny")
	git("add", "book.ipynb")
	git("commit", "-q", "-m", "one")
	t.Setenv("JPY_SESSION_NAME", "book.ipynb")
	seed := int64(43)
	origin := pipeline.Origin{Data: "d1", Seed: &seed, More: map[string]string{"who": "me"}}
	p, _ = save(origin)
	hash := p["notebook_sha256"]
	if p["commit"] != git("rev-parse", "HEAD") || p["dirty"] != "" || p["notebook"] != "book.ipynb" || len(hash) != 64 || p["data_sha256"] != "d1" || p["seed"] != "43" || p["who"] != "me" {
		t.Errorf("%v", p)
	}
	write(2, []string{"x := 1\n", "y"})
	if p, _ = save(); p["dirty"] != "" || p["notebook_sha256"] != hash {
		t.Errorf("other outputs alone: %v, want the hash %s", p, hash)
	}
	write(2, "x := 2")
	if p, _ = save(); p["dirty"] != "true" {
		t.Errorf("another source: %v", p)
	}
	t.Setenv("NETHERFIELD_NOTEBOOK", filepath.Join(dir, "book.ipynb"))
	if p, _ = save(); p["notebook_sha256"] == hash || p["notebook"] != filepath.Join(dir, "book.ipynb") {
		t.Errorf("%v", p)
	}
	if err := pipeline.SaveStage(&memo{}, "memo.sav", origin, origin); err == nil {
		t.Error("a stage with two origins")
	}
}

func TestWhatCannotBeSavedOrLoadedSaysWhy(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.sav")
	save := func(stage any) error { return pipeline.SaveStage(stage, path) }
	type plain struct{ feature.Matrices }
	load := func(s *artefact.State) error {
		if err := artefact.WriteFile(path, &artefact.File{Root: s}); err != nil {
			t.Fatal(err)
		}
		_, err := pipeline.LoadStage(path)
		return err
	}
	part := func(s *artefact.State) *artefact.State {
		return &artefact.State{Kind: "pipeline.Pipeline", Parts: []artefact.Part{{Name: "one", State: s}}}
	}
	_, missing := pipeline.LoadStage(filepath.Join(dir, "missing.sav"))
	os.WriteFile(path, []byte("\x80\x04pickle"), 0o666)
	_, pickle := pipeline.LoadStage(path)
	for want, err := range map[string]error{
		"no stage":                               save(nil),
		"a *pipeline_test.plain cannot be saved": save(&plain{}),
		`step "plain": a *pipeline_test.plain cannot be saved`: save(pipeline.New(pipeline.Step("plain", &plain{}))),
		`nothing is known of the kind "test.stranger"`:         save(&stranger{}),
		"missing.sav":            missing,
		"x.sav: not an artefact": pickle,
		`nothing is known of the kind "test.centre"; did you mean "test.center"`:  load(&artefact.State{Kind: "test.centre"}),
		`x.sav: pipeline: step "one": artefact: test.center has no array "means"`: load(part(&artefact.State{Kind: "test.center"})),
		`step "one": pipeline: there are no steps`:                                load(part(&artefact.State{Kind: "pipeline.Pipeline"})),
		`"one", a *pipeline_test.memo, is neither`:                                load(part(&artefact.State{Kind: "test.memo"})),
		`no directory`: nil,
	} {
		if want == `no directory` {
			if err = pipeline.SaveStage(&memo{}, filepath.Join(dir, "none", "x")); !errors.Is(err, os.ErrNotExist) {
				t.Error(err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
	for _, kind := range []string{"test.memo", "pipeline.Pipeline", ""} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("the kind %q was registered", kind)
				}
			}()
			pipeline.Register(kind, func() artefact.Stateful { return &memo{} })
		}()
	}
}

// texts makes documents that are long or short, with noise.
func texts(n int) (docs, labels []string) {
	r := rand.New(rand.NewPCG(1, 2))
	for range n {
		label, length := "short", 5
		if r.IntN(2) == 0 {
			label, length = "long", 9
		}
		docs = append(docs, strings.Repeat("a", max(0, length+r.IntN(7)-3)))
		labels = append(labels, label)
	}
	return docs, labels
}

func TestCrossValidationRepeatsWhatAPipelineDoes(t *testing.T) {
	docs, labels := texts(100)
	r, err := pipeline.CrossValidate(t.Context(), example(), docs, labels, pipeline.CVOpts{Folds: 4, Shuffle: true, Seed: 7, TrainScores: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Test["accuracy"]) != 4 || len(r.Train["accuracy"]) != 4 || r.Mean("accuracy") < 0.6 {
		t.Errorf("%+v", r)
	}
	// The same by hand, with the folds of package model.
	folds := must(model.KFold{Folds: 4, Shuffle: true, Seed: 7}.SplitStratified(labels))
	take := func(list []string, rows []int) (out []string) {
		for _, i := range rows {
			out = append(out, list[i])
		}
		return out
	}
	for f, fold := range folds {
		p := example()
		if err := p.Fit(take(docs, fold.Train), take(labels, fold.Train)); err != nil {
			t.Fatal(err)
		}
		if score := must(p.Score(take(docs, fold.Test), take(labels, fold.Test))); score != r.Test["accuracy"][f] {
			t.Errorf("fold %d: %v, want %v", f, r.Test["accuracy"][f], score)
		}
	}
	table := must(r.Results())
	if want := []string{"fold", "test_accuracy", "train_accuracy"}; !slices.Equal(table.Columns(), want) || table.NumRows() != 4 {
		t.Errorf("%v", table)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pipeline.CrossValidate(ctx, example(), docs, labels, pipeline.CVOpts{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestMetricsAreNamedAsInScikitLearn(t *testing.T) {
	docs, labels := texts(100)
	rows := make([][]float64, len(docs))
	values := make([]float64, len(docs))
	for i, d := range docs {
		rows[i] = []float64{float64(len(d))}
		values[i] = float64(3 * len(d))
	}
	classifier := pipeline.CVOpts{Positive: "long", Scoring: []string{"accuracy", "balanced_accuracy", "cohen_kappa", "matthews_corrcoef",
		"f1", "f1_macro", "f1_micro", "f1_weighted", "precision", "precision_macro", "precision_micro", "precision_weighted",
		"recall", "recall_macro", "recall_micro", "recall_weighted", "roc_auc", "average_precision", "neg_brier_score", "neg_log_loss",
		"roc_auc_ovr", "roc_auc_ovr_weighted", "roc_auc_ovo", "roc_auc_ovo_weighted"},
		Metrics: []pipeline.Metric{{Name: "share", Labels: func(truth, predicted []string) (float64, error) { return 0.25, nil }}}}
	r, err := pipeline.CrossValidate(t.Context(), example(), docs, labels, classifier)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Metrics) != 25 || r.Mean("share") != 0.25 || r.Std("share") != 0 || r.Mean("f1") < 0.5 || r.Mean("neg_log_loss") >= 0 {
		t.Errorf("%+v", r.Test)
	}
	// Of a class and its opposite, both count.
	classifier.Positive, classifier.Scoring, classifier.Metrics = "short", []string{"recall", "roc_auc"}, nil
	other, err := pipeline.CrossValidate(t.Context(), example(), docs, labels, classifier)
	if err != nil || other.Mean("recall") == r.Mean("recall") || math.Abs(other.Mean("roc_auc")-r.Mean("roc_auc")) > 1e-15 {
		t.Errorf("%v: %v", err, other)
	}
	regressor := pipeline.CVOpts{Scoring: []string{"r2", "explained_variance", "neg_mean_squared_error", "neg_root_mean_squared_error", "neg_mean_absolute_error", "neg_mean_absolute_percentage_error", "neg_median_absolute_error"}}
	r, err = pipeline.CrossValidate(t.Context(), &line{}, rows, values, regressor)
	if err != nil || r.Mean("r2") != 1 || r.Mean("neg_mean_squared_error") != 0 {
		t.Errorf("%v: %+v", err, r)
	}
	for want, opts := range map[string]pipeline.CVOpts{
		`set Positive to it, or take "f1_macro"`:         {Scoring: []string{"f1"}},
		`the metric "roc_auc" is about one class`:        {Scoring: []string{"roc_auc"}},
		`there is no class "spam"; there are ["long"`:    {Scoring: []string{"roc_auc"}, Positive: "spam"},
		`no metric "f1macro"; did you mean "f1_macro"`:   {Scoring: []string{"f1macro"}},
		`"r2" rates regressors, not classifiers`:         {Scoring: []string{"r2"}},
		`two metrics are called "accuracy"`:              {Scoring: []string{"accuracy", "accuracy"}},
		`"x" has 0 functions; it has a name and exactly`: {Metrics: []pipeline.Metric{{Name: "x"}}},
		`the score is NaN`:                               {Metrics: []pipeline.Metric{{Name: "x", Labels: func(_, _ []string) (float64, error) { return math.NaN(), nil }}}},
		`metric "x": no such luck`:                       {Metrics: []pipeline.Metric{{Name: "x", Labels: func(_, _ []string) (float64, error) { return 0, errors.New("no such luck") }}}},
	} {
		if _, err := pipeline.CrossValidate(t.Context(), example(), docs, labels, opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
	if _, err := pipeline.CrossValidate(t.Context(), &line{}, rows, values, pipeline.CVOpts{Scoring: []string{"accuracy"}}); err == nil || !strings.Contains(err.Error(), "not regressors") {
		t.Error(err)
	}
	for _, bad := range []any{nil, 7, &center{}, (*pipeline.Pipeline)(nil), pipeline.New(), pipeline.New(pipeline.Step("center", &center{}))} {
		if _, err := pipeline.CrossValidate(t.Context(), bad, rows, values, pipeline.CVOpts{}); err == nil {
			t.Errorf("%T was validated", bad)
		}
	}
}

func TestFramesAreSamples(t *testing.T) {
	docs, labels := texts(60)
	data := must(frame.New(frame.Strings("text", docs), frame.Strings("label", labels)))
	p := example()
	if err := p.Fit(must(data.Select("text")), labels); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(must(p.Predict(must(data.Select("text")))), must(p.Predict(docs))) {
		t.Error("a frame of texts is not what its texts are")
	}
	if err := p.Fit(data, labels); err == nil || !strings.Contains(err.Error(), "one column of them, not 2 (text, label)") {
		t.Error(err)
	}
	columns := pipeline.New(
		pipeline.Step("columns", &feature.ColumnTransformer{Branches: []feature.Branch{{Name: "text", Columns: []string{"text"}, Transformer: &feature.Summaries{}}}}),
		pipeline.Step("scale", &feature.StandardScaler{}),
		pipeline.Step("model", &model.LogisticRegression{}),
	)
	g := pipeline.GridSearch{Pipeline: columns, Grid: map[string][]any{"model.C": {0.1, 1.0}, "scale.WithoutMean": {false, true}}}
	if err := g.Fit(data, labels); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "model.sav")
	if err := pipeline.SaveStage(g.Best(), path); err != nil {
		t.Fatal(err)
	}
	if q := must(pipeline.LoadStage(path)); !slices.Equal(must(q.Predict(data)), must(g.Best().Predict(data))) {
		t.Error("the loaded pipeline differs")
	}
	if _, err := columns.Predict(docs); err == nil || !strings.Contains(err.Error(), "takes a *frame.Frame; it cannot take a []string") && !strings.Contains(err.Error(), "cannot take a []string") {
		t.Error(err)
	}
}

func TestDataIsNamedByItsContent(t *testing.T) {
	data := must(frame.New(frame.Strings("text", docs), frame.Floats("n", []float64{1, 2, 3, 4, 5, 6}), frame.Ints("i", []int{1, 2, 3, 4, 5, 6})))
	null := must(frame.New(frame.Strings("text", docs), frame.Floats("n", []float64{1, 2, 3, 4, 5, 6}), frame.Ints("i", []int{1, 2, 3, 4, 5, 6}).Null(2)))
	seen := map[string]int{}
	for i, d := range [][]any{
		{}, {docs}, {docs, labels}, {labels, docs}, {docs[:5]}, {[]string{"\xff"}}, {[]string{"\xfe"}}, {[]int{1, 0}}, {[]float64{1, 0}}, {[]bool{true, false}},
		{data}, {null}, {must(data.Select("text"))}, {must(data.Rename("text", "txt"))}, {must(data.Take([]int{1, 0, 2, 3, 4, 5}))},
		{mat.NewDense(1, 2, nil)}, {mat.NewDense(2, 1, nil)}, {&feature.CSR{Rows: 1, Cols: 2, Start: []int{0, 0}}},
	} {
		hash, err := pipeline.DataHash(d...)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[hash]; ok {
			t.Errorf("data %d and %d have the same hash", i, other)
		}
		seen[hash] = i
	}
	if must(pipeline.DataHash([][]float64{{1}, {2}})) != must(pipeline.DataHash(mat.NewDense(2, 1, []float64{1, 2}))) || must(pipeline.DataHash([]int{1})) != must(pipeline.DataHash([]int64{1})) {
		t.Error("the same data has two hashes")
	}
	for _, bad := range []any{nil, 7, "text", (*frame.Frame)(nil), (*mat.Dense)(nil), [][]float64{{1}, {1, 2}}} {
		if _, err := pipeline.DataHash(docs, bad); err == nil || !strings.Contains(err.Error(), "argument 2") {
			t.Errorf("%T: %v", bad, err)
		}
	}
}

func TestAFittedPipelineIsForManyGoroutines(t *testing.T) {
	docs, labels := texts(200)
	p := textPipeline()
	if err := p.Fit(docs, labels); err != nil {
		t.Fatal(err)
	}
	want := must(p.PredictProba(docs))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s := must(p.Scorer())
			got := must(p.PredictProba(docs))
			for i, d := range docs {
				if _, proba, err := s.Score(d); err != nil || !slices.Equal(proba, want.RawRowView(i)) || !slices.Equal(got.RawRowView(i), want.RawRowView(i)) {
					t.Errorf("document %d: %v, %v", i, proba, err)
				}
			}
			must(p.State())
			p.Params()
			p.Clone()
		})
	}
	wg.Wait()
}
