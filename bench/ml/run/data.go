package main

// The texts, and what several pieces of work start from, made once.

import (
	"gonum.org/v1/gonum/mat"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	_ "github.com/netherfield/netherfield/runtime/frame/parquet"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

// tests is how many documents, the last ones, nothing learns from.
const tests = 4000

type data struct {
	path              string
	table             *frame.Frame
	texts, labels     []string
	testTexts, testOf []string
	made              map[string]any
}

func readTexts(path string) (table *frame.Frame, texts, labels []string, err error) {
	if table, err = frame.Read(path); err != nil {
		return nil, nil, nil, err
	}
	if texts, err = table.Strings("text"); err != nil {
		return nil, nil, nil, err
	}
	labels, err = table.Strings("label")
	return table, texts, labels, err
}

func read(path string) (*data, error) {
	table, texts, labels, err := readTexts(path)
	if err != nil {
		return nil, err
	}
	n := len(texts) - tests
	return &data{path, table, texts[:n], labels[:n], texts[n:], labels[n:], map[string]any{}}, nil
}

// once returns what make made the first time.
func once[T any](d *data, name string, make func() (T, error)) (T, error) {
	if made, is := d.made[name]; is {
		return made.(T), nil
	}
	made, err := make()
	if err == nil {
		d.made[name] = made
	}
	return made, err
}

func hashing(buckets int) *feature.HashingVectorizer {
	return &feature.HashingVectorizer{Buckets: buckets, NonNegative: true, Norm: "none"}
}

func textPipeline(buckets int) *pipeline.Pipeline {
	return pipeline.New(
		pipeline.Step("vectorize", hashing(buckets)),
		pipeline.Step("tfidf", &feature.TFIDF{}),
		pipeline.Step("model", &model.LogisticRegression{MaxIter: 4000}),
	)
}

// A pair is what to learn from, and what to test with.
type pair struct{ train, test mat.Matrix }

func (d *data) tfidf(buckets int) (pair, error) {
	return once(d, "tfidf "+hashName(buckets), func() (pair, error) {
		var weights feature.TFIDF
		counts, err := hashing(buckets).Transform(d.texts)
		if err != nil {
			return pair{}, err
		}
		train, err := weights.FitTransform(counts)
		if err != nil {
			return pair{}, err
		}
		if counts, err = hashing(buckets).Transform(d.testTexts); err != nil {
			return pair{}, err
		}
		test, err := weights.Transform(counts)
		return pair{train, test}, err
	})
}

func hashName(buckets int) string {
	if buckets == 256 {
		return "256"
	}
	return "2^18"
}

func (d *data) dense() (pair, error) {
	return once(d, "dense", func() (pair, error) {
		x, err := d.tfidf(256)
		if err != nil {
			return pair{}, err
		}
		return pair{feature.Dense(x.train), feature.Dense(x.test)}, nil
	})
}

func (d *data) counts() (*feature.CSR, error) {
	return once(d, "counts", func() (*feature.CSR, error) { return hashing(1 << 20).Transform(d.texts) })
}
