package workshop_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/netherfield/netherfield/internal/workshop"
	"github.com/netherfield/netherfield/runtime/corpus"
	"github.com/netherfield/netherfield/runtime/drift"
	"github.com/netherfield/netherfield/runtime/metric"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

// The pipeline is as good as the notebooks say, on messages that it has not seen, and the
// same each time.
func TestPipeline(t *testing.T) {
	t.Setenv(pipeline.SaveFile, "")
	data, err := workshop.Pipeline(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := workshop.Pipeline(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, again) {
		t.Error("it is another one the second time")
	}
	file := filepath.Join(t.TempDir(), "model.sav")
	if err := os.WriteFile(file, data, 0o666); err != nil {
		t.Fatal(err)
	}
	p, err := pipeline.LoadStage(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := drift.ParseBaseline(p.Provenance()[drift.BaselineKey]); err != nil {
		t.Error(err)
	}
	messages, err := corpus.Generate(corpus.Opts{Seed: workshop.Seed})
	if err != nil {
		t.Fatal(err)
	}
	_, test, err := model.TrainTestSplit(messages, model.SplitOpts{Seed: workshop.Seed})
	if err != nil {
		t.Fatal(err)
	}
	texts, err := test.Strings("text")
	if err != nil {
		t.Fatal(err)
	}
	labels, err := test.Strings("label")
	if err != nil {
		t.Fatal(err)
	}
	predictions, err := p.Predict(texts)
	if err != nil {
		t.Fatal(err)
	}
	accuracy, err := metric.Accuracy(labels, predictions)
	if err != nil {
		t.Fatal(err)
	}
	if accuracy < 0.95 || accuracy > 0.99 {
		t.Errorf("accuracy %v", accuracy)
	}
}
