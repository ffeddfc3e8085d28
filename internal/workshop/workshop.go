// Package workshop owns the pipeline that the workshop's notebooks end in, made at once:
// what answers score_text on a laptop before anybody has trained and deployed one.
//
//	artefact, err := workshop.Pipeline(ctx)
//	version, err := service.Load(workshop.Name, workshop.Version, artefact)
package workshop

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/netherfield/netherfield/runtime/corpus"
	"github.com/netherfield/netherfield/runtime/drift"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

// What the pipeline is called in a service.
const (
	Name    = "spam"
	Version = "workshop"
)

// Seed is that of the workshop's messages, and of their split.
const Seed = 43

// Pipeline makes the messages, fits the pipeline of notebooks 03 (tf-idf) and 04 (logistic
// regression) to three quarters of them, and returns its artefact, with the baseline that
// drift is measured against.
func Pipeline(ctx context.Context) ([]byte, error) {
	data, err := corpus.GenerateContext(ctx, corpus.Opts{Seed: Seed})
	if err != nil {
		return nil, err
	}
	train, _, err := model.TrainTestSplit(data, model.SplitOpts{Seed: Seed})
	if err != nil {
		return nil, err
	}
	texts, err := train.Strings("text")
	if err != nil {
		return nil, err
	}
	labels, err := train.Strings("label")
	if err != nil {
		return nil, err
	}
	p := pipeline.New(
		pipeline.Step("vectorize", &feature.HashingVectorizer{Buckets: 256, NonNegative: true}),
		pipeline.Step("tfidf", &feature.TFIDF{}),
		pipeline.Step("model", &model.LogisticRegression{MaxIter: 4000}),
	)
	if err := p.FitContext(ctx, texts, labels); err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "netherfield-workshop-")
	if err != nil {
		return nil, fmt.Errorf("the workshop's pipeline has no place: %w", err)
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "model.sav")
	seed := int64(Seed)
	origin := pipeline.Origin{Seed: &seed, More: map[string]string{drift.BaselineKey: drift.NewBaseline(texts, labels).String()}}
	if err := pipeline.WriteStage(p, file, origin); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}
