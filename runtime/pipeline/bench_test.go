package pipeline_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

// corpus makes documents of about 100 words of two kinds.
func corpus(n int) (docs, labels []string) {
	r := rand.New(rand.NewPCG(3, 4))
	words := make([]string, 8000)
	for i := range words {
		word := make([]byte, 2+r.IntN(9))
		for k := range word {
			word[k] = byte('a' + r.IntN(26))
		}
		words[i] = string(word)
	}
	var b strings.Builder
	for i := range n {
		kind := i % 2
		b.Reset()
		for range 80 + r.IntN(41) {
			// Common words come more often, as they do in language.
			at := int(float64(len(words)-1000) * r.Float64() * r.Float64() * r.Float64())
			if r.IntN(12) == 0 {
				at += kind * 1000
			}
			fmt.Fprintf(&b, "%s ", words[at])
		}
		docs = append(docs, b.String())
		labels = append(labels, []string{"legitimate", "spam"}[kind])
	}
	return docs, labels
}

func textPipeline() *pipeline.Pipeline {
	return pipeline.New(
		pipeline.Step("vectorize", &feature.HashingVectorizer{Buckets: 256, NonNegative: true, Norm: "none"}),
		pipeline.Step("tfidf", &feature.TFIDF{}),
		pipeline.Step("model", &model.LogisticRegression{}),
	)
}

// BenchmarkScore is one document of about 100 words through hashing to 256 buckets,
// tf-idf and logistic regression.
func BenchmarkScore(b *testing.B) {
	docs, labels := corpus(2000)
	p := textPipeline()
	if err := p.Fit(docs, labels); err != nil {
		b.Fatal(err)
	}
	s, err := p.Scorer()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, _, err := s.Score(docs[i%len(docs)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

// BenchmarkGridSearch is a search over 2 × 4 combinations on 5 folds.
func BenchmarkGridSearch(b *testing.B) {
	docs, labels := corpus(4000)
	for b.Loop() {
		g := pipeline.GridSearch{Pipeline: textPipeline(), Grid: map[string][]any{"tfidf.Sublinear": {false, true}, "model.C": {0.01, 0.1, 1, 10}}}
		if err := g.Fit(docs, labels); err != nil {
			b.Fatal(err)
		}
	}
}
