package service

// This file says why a document was classified as it was.

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

// A Term is what a token, or another feature, added to the score of the class that was
// predicted.
type Term struct {
	Token  string  `json:"token"`
	Weight float64 `json:"weight"`
}

// explainer returns what explains predictions of a pipeline: the terms that count most, in
// the unit of [model.Explanation]. One is what the pipeline is given for one document, and
// doc its text if it is one.
func explainer(p *pipeline.Pipeline) func(one any, doc string, most int) ([]Term, error) {
	names := namer(p)
	return func(one any, doc string, most int) ([]Term, error) {
		all, err := p.Explain(one)
		if err != nil {
			return nil, problem(http.StatusNotImplemented, reasonUnscorable, "%v", err)
		}
		e := all[0]
		k := 0 // the class that is predicted
		for i, s := range e.Score {
			if s > e.Score[k] {
				k = i
			}
		}
		terms := make([]Term, 0, most)
		slices.SortStableFunc(e.Terms, func(a, b model.Term) int { return cmp.Compare(b.Contribution[k], a.Contribution[k]) })
		for _, t := range e.Terms[:min(most, len(e.Terms))] {
			terms = append(terms, Term{names(doc, t.Feature), t.Contribution[k]})
		}
		return terms, nil
	}
}

// namer returns how the columns that the model sees are called: by the words of the
// document, if the steps before it keep the vectorizer's columns.
func namer(p *pipeline.Pipeline) func(doc string, column int) string {
	plain := func(_ string, column int) string { return fmt.Sprintf("feature %d", column) }
	steps := p.Steps()
	if len(steps) == 0 {
		return plain
	}
	for _, s := range steps[1:max(1, len(steps)-1)] {
		switch s.Stage.(type) {
		case *feature.TFIDF, *feature.StandardScaler:
		default:
			return plain
		}
	}
	switch first := steps[0].Stage.(type) {
	case interface{ FeatureNames() []string }: // words, or columns of frames
		names := first.FeatureNames()
		return func(doc string, column int) string {
			if column < len(names) {
				return names[column]
			}
			return plain(doc, column)
		}
	case *feature.HashingVectorizer:
		return func(doc string, column int) string {
			words, err := first.Words([]string{doc}, column)
			if err != nil || len(words) == 0 {
				return plain(doc, column)
			}
			return strings.Join(words, " ")
		}
	}
	return plain
}
