package drift

// This file tells whether texts have changed, and which words show it.

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/metric"
	"github.com/netherfield/netherfield/runtime/model"
)

// A Token is a word whose share has changed.
type Token struct {
	Word string
	// Reference and Live are the shares of the texts that it comes in.
	Reference, Live float64
	// ChiSquare is how clearly: the statistic of a table of two by two.
	ChiSquare float64
}

// A TextResult is how well texts of a reference and live ones can be told apart.
type TextResult struct {
	// Result has the area under the ROC curve as its statistic: 0.5 if they cannot be
	// told apart, 1 if always.
	Result
	// Rows is how many texts were compared in all.
	Rows int
	// Tokens are the words that have changed most, at most 20.
	Tokens []Token
}

// TextOpts configure Texts. The zero value works.
type TextOpts struct {
	// Seed chooses the folds.
	Seed uint32
	// Words is how many of the commonest words are looked at; 5,000 if 0.
	Words int
}

// Limits of the domain classifier.
const (
	limitAUC = 0.55
	rowsAUC  = 1000
	folds    = 5
	tokens   = 20
)

// Texts trains a classifier to tell live texts from those of the reference, and returns
// how well it does on texts that it has not seen: logistic regression on the tf-idf of
// words, in five folds. (Lopez-Paz and Oquab, Revisiting classifier two-sample tests, ICLR
// 2017.) There is drift if the area under its ROC curve is over 0.55, or over what chance
// makes it with a probability of Alpha if that is more, and there are 1,000 texts at
// least; the p-value is that of the normal approximation to the area's distribution
// without drift (Mann and Whitney, 1947). The same texts and the same seed give the same
// numbers. The error says that there are too few texts, or that they have no words.
func Texts(ctx context.Context, reference, live []string, opts TextOpts) (*TextResult, error) {
	n, m := len(reference), len(live)
	if n < folds || m < folds {
		return nil, fmt.Errorf("drift: %d and %d texts are too few to be told apart; there are to be %d of each at least", n, m, folds)
	}
	texts := slices.Concat(reference, live)
	classes := make([]string, len(texts))
	for i := range classes {
		if classes[i] = "reference"; i >= n {
			classes[i] = "live"
		}
	}
	words := &feature.CountVectorizer{Binary: true, MaxFeatures: cmp.Or(opts.Words, 5000)}
	counts, err := words.FitTransformContext(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("drift: %w", err)
	}
	tfidf := &feature.TFIDF{}
	weighed, err := tfidf.FitTransform(counts)
	if err != nil {
		return nil, fmt.Errorf("drift: %w", err)
	}
	scores, err := foldScores(ctx, weighed, classes, opts.Seed)
	if err != nil {
		return nil, err
	}
	auc, err := metric.ROCAUC(classes, scores, "live")
	if err != nil {
		return nil, fmt.Errorf("drift: %w", err)
	}
	out := &TextResult{Rows: n + m, Tokens: changed(counts, words.FeatureNames(), n)}
	sd := math.Sqrt(float64(n+m+1) / (12 * float64(n) * float64(m)))
	z := (auc - 0.5) / sd
	out.Result = Result{Test: "domain classifier", Statistic: auc, Limit: max(limitAUC, 0.5+normalQuantile(1-Alpha)*sd), PValue: math.Erfc(z/math.Sqrt2) / 2}
	out.Drift = auc > out.Limit && out.Rows >= rowsAUC
	return out, nil
}

func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

// foldScores returns for each row the probability that it is live, by a model that has not
// seen it.
func foldScores(ctx context.Context, x mat.Matrix, classes []string, seed uint32) ([]float64, error) {
	split, err := model.KFold{Folds: folds, Shuffle: true, Seed: seed}.SplitStratified(classes)
	if err != nil {
		return nil, fmt.Errorf("drift: %w", err)
	}
	scores := make([]float64, len(classes))
	for _, f := range split {
		train, err := feature.Rows(x, f.Train)
		if err != nil {
			return nil, fmt.Errorf("drift: %w", err)
		}
		test, err := feature.Rows(x, f.Test)
		if err != nil {
			return nil, fmt.Errorf("drift: %w", err)
		}
		of := make([]string, len(f.Train))
		for i, row := range f.Train {
			of[i] = classes[row]
		}
		lr := &model.LogisticRegression{}
		if err := lr.FitContext(ctx, train, of); err != nil {
			return nil, fmt.Errorf("drift: %w", err)
		}
		proba, err := lr.PredictProba(test)
		if err != nil {
			return nil, fmt.Errorf("drift: %w", err)
		}
		column := slices.Index(lr.Classes(), "live")
		for i, row := range f.Test {
			scores[row] = proba.At(i, column)
		}
	}
	return scores, nil
}

// changed returns the words whose shares of texts differ most clearly between the first n
// rows and the others.
func changed(counts *feature.CSR, names []string, n int) []Token {
	rows, cols := counts.Dims()
	in := [2][]float64{make([]float64, cols), make([]float64, cols)}
	for i := range rows {
		side := 0
		if i >= n {
			side = 1
		}
		columns, _ := counts.Row(i)
		for _, j := range columns {
			in[side][j]++
		}
	}
	of := [2]float64{float64(n), float64(rows - n)}
	all := make([]Token, 0, cols)
	for j, name := range names {
		a, b := in[0][j], in[1][j]
		// χ² of the table of those with and without the word.
		total, with := of[0]+of[1], a+b
		d := a*(of[1]-b) - b*(of[0]-a)
		if spread := of[0] * of[1] * with * (total - with); spread > 0 {
			all = append(all, Token{name, a / of[0], b / of[1], total * d * d / spread})
		}
	}
	slices.SortStableFunc(all, func(x, y Token) int { return cmp.Compare(y.ChiSquare, x.ChiSquare) })
	return slices.Clone(all[:min(tokens, len(all))])
}
