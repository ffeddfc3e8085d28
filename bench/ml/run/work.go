package main

// The pieces of work, by the names that both sides know them by.

import (
	"math"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/metric"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

const (
	fewer  = 4000 // documents for what Python's own loops do
	points = 800
	calls  = 300 // single documents
	rounds = 20  // of these
)

type numbers = map[string]float64

var work = map[string]func(d *data) (piece, error){
	"hash 256":  func(d *data) (piece, error) { return hashTFIDF(d, 256) },
	"hash 2^18": func(d *data) (piece, error) { return hashTFIDF(d, 1<<18) },
	"count": func(d *data) (piece, error) {
		return of(func() (*feature.CSR, error) { return new(feature.CountVectorizer).FitTransform(d.texts) },
			func(x *feature.CSR) (numbers, error) {
				n := marks(x, x.Rows)
				n["columns"] = float64(x.Cols)
				return n, nil
			})
	},
	"shingles": func(d *data) (piece, error) {
		return of(func() (*feature.CSR, error) { return new(feature.Shingles).FitTransform(d.texts) },
			func(x *feature.CSR) (numbers, error) { return marks(x, fewer), nil })
	},
	"summaries": func(d *data) (piece, error) {
		return of(func() (*mat.Dense, error) { return new(feature.Summaries).FitTransform(d.texts) },
			func(x *mat.Dense) (numbers, error) { return marks(feature.Sparse(x), fewer), nil })
	},
	"logistic 256":   func(d *data) (piece, error) { return logisticDense(d, sameTol) },
	"optimum 256":    func(d *data) (piece, error) { return logisticDense(d, 0) },
	"logistic 2^18":  func(d *data) (piece, error) { return logisticSparse(d, sameTol) },
	"optimum 2^18":   func(d *data) (piece, error) { return logisticSparse(d, 0) },
	"forest 10":      func(d *data) (piece, error) { return forest(d, 10) },
	"forest 100":     func(d *data) (piece, error) { return forest(d, 100) },
	"forest predict": forestPredict,
	"bayes fit": func(d *data) (piece, error) {
		x, err := d.counts()
		if err != nil {
			return piece{}, err
		}
		return of(func() (*model.MultinomialNB, error) {
			m := new(model.MultinomialNB)
			return m, m.Fit(x, d.labels)
		}, func(m *model.MultinomialNB) (numbers, error) {
			n, err := accuracy(m, x, d.labels)
			if err == nil {
				n["weights"] = mat.Sum(m.FeatureLogProb())
			}
			return n, err
		})
	},
	"bayes predict": func(d *data) (piece, error) {
		x, err := d.counts()
		if err != nil {
			return piece{}, err
		}
		m, err := once(d, "bayes", func() (*model.MultinomialNB, error) {
			m := new(model.MultinomialNB)
			return m, m.Fit(x, d.labels)
		})
		if err != nil {
			return piece{}, err
		}
		return of(func() ([]string, error) { return m.Predict(x) },
			func(y []string) (numbers, error) { return agreement(y, d.labels) })
	},
	"pca dense": func(d *data) (piece, error) {
		x, err := d.dense()
		if err != nil {
			return piece{}, err
		}
		return pca(x.train)
	},
	"pca sparse": func(d *data) (piece, error) {
		x, err := d.tfidf(256)
		if err != nil {
			return piece{}, err
		}
		return pca(x.train)
	},
	"tsne": func(d *data) (piece, error) {
		x, err := d.dense()
		if err != nil {
			return piece{}, err
		}
		some := x.train.(*mat.Dense).Slice(0, points, 0, 256)
		return of(func() (*feature.TSNE, error) {
			t := new(feature.TSNE)
			_, err := t.FitTransform(some)
			return t, err
		}, func(t *feature.TSNE) (numbers, error) {
			return numbers{"divergence": t.KLDivergence()}, nil
		})
	},
	"one document": oneDocument,
	"grid search":  gridSearch,

	"filter": func(d *data) (piece, error) {
		return of(func() (*frame.Frame, error) { return d.table.Where(frame.Col("label").Eq("spam")) },
			func(t *frame.Frame) (numbers, error) {
				sum, err := t.Sum("words")
				return numbers{"rows": float64(t.NumRows()), "sum": sum}, err
			})
	},
	"filter and texts": func(d *data) (piece, error) {
		return of(func() ([]string, error) {
			t, err := d.table.Where(frame.Col("label").Eq("spam"))
			if err != nil {
				return nil, err
			}
			return t.Strings("text")
		}, func(texts []string) (numbers, error) {
			bytes := 0
			for _, t := range texts {
				bytes += len(t)
			}
			return numbers{"rows": float64(len(texts)), "bytes": float64(bytes)}, nil
		})
	},
	"sort numbers": func(d *data) (piece, error) { return sorted(d, "words", "index") },
	"sort texts":   func(d *data) (piece, error) { return sorted(d, "text") },
	"group mean": func(d *data) (piece, error) {
		return of(func() (*frame.Frame, error) { return d.table.GroupBy("label").Agg(frame.Mean("words")) },
			func(t *frame.Frame) (numbers, error) {
				groups, err := t.Strings(t.Columns()[0])
				if err != nil {
					return nil, err
				}
				means, err := t.Floats(t.Columns()[1])
				if err != nil {
					return nil, err
				}
				return numbers{groups[0]: means[0], groups[1]: means[1]}, nil
			})
	},
	"value counts": func(d *data) (piece, error) {
		return of(func() (*frame.Frame, error) { return d.table.ValueCounts("label") },
			func(t *frame.Frame) (numbers, error) {
				kinds, err := t.Strings(t.Columns()[0])
				if err != nil {
					return nil, err
				}
				counts, err := t.Floats(t.Columns()[1])
				if err != nil {
					return nil, err
				}
				return numbers{"spam": counts[slices.Index(kinds, "spam")], "kinds": float64(len(kinds))}, nil
			})
	},
	"read parquet": func(d *data) (piece, error) {
		return of(func() (*frame.Frame, error) { return frame.Read(d.path) },
			func(t *frame.Frame) (numbers, error) {
				sum, err := t.Sum("words")
				if err != nil {
					return nil, err
				}
				texts, err := t.Strings("text")
				if err != nil {
					return nil, err
				}
				return numbers{"rows": float64(t.NumRows()), "sum": sum, "last": float64(len(texts[len(texts)-1]))}, nil
			})
	},
}

// marks is what tells the first rows of a matrix from those of another.
func marks(x *feature.CSR, rows int) numbers {
	entries, sum, mixed := 0, 0.0, 0.0
	for i := range rows {
		cols, values := x.Row(i)
		for k, v := range values {
			if v != 0 {
				entries++
			}
			sum += v
			mixed += v * float64((i%97+1)*(int(cols[k])%89+1))
		}
	}
	return numbers{"entries": float64(entries), "sum": sum, "mixed": mixed}
}

func agreement(predicted, labels []string) (numbers, error) {
	share, err := metric.Accuracy(labels, predicted)
	return numbers{"accuracy": share}, err
}

func accuracy(m model.Classifier, x mat.Matrix, labels []string) (numbers, error) {
	predicted, err := m.Predict(x)
	if err != nil {
		return nil, err
	}
	return agreement(predicted, labels)
}

func hashTFIDF(d *data, buckets int) (piece, error) {
	return of(func() (*feature.CSR, error) {
		counts, err := hashing(buckets).Transform(d.texts)
		if err != nil {
			return nil, err
		}
		return new(feature.TFIDF).FitTransform(counts)
	}, func(x *feature.CSR) (numbers, error) { return marks(x, x.Rows), nil })
}

// sameTol is scikit-learn's default for when a logistic regression ends.
const sameTol = 1e-4

func logisticDense(d *data, tol float64) (piece, error) {
	x, err := d.dense()
	if err != nil {
		return piece{}, err
	}
	return logistic(d, x, tol)
}

func logisticSparse(d *data, tol float64) (piece, error) {
	x, err := d.tfidf(1 << 18)
	if err != nil {
		return piece{}, err
	}
	return logistic(d, x, tol)
}

func logistic(d *data, x pair, tol float64) (piece, error) {
	return of(func() (*model.LogisticRegression, error) {
		m := &model.LogisticRegression{MaxIter: 4000, Tol: tol}
		return m, m.Fit(x.train, d.labels)
	}, func(m *model.LogisticRegression) (numbers, error) {
		n, err := accuracy(m, x.test, d.testOf)
		if err != nil {
			return nil, err
		}
		proba, err := m.PredictProba(x.train)
		if err != nil {
			return nil, err
		}
		objective, classes := 0.0, m.Classes()
		for i, label := range d.labels {
			objective -= math.Log(proba.At(i, slices.Index(classes, label)))
		}
		norm := mat.Norm(m.Coef(), 2)
		n["objective"] = objective + norm*norm/2
		return n, nil
	})
}

func fittedForest(d *data, trees int) (*model.RandomForestClassifier, error) {
	x, err := d.dense()
	if err != nil {
		return nil, err
	}
	m := &model.RandomForestClassifier{Trees: trees}
	return m, m.Fit(x.train, d.labels)
}

func forest(d *data, trees int) (piece, error) {
	x, err := d.dense()
	if err != nil {
		return piece{}, err
	}
	return of(func() (*model.RandomForestClassifier, error) { return fittedForest(d, trees) },
		func(m *model.RandomForestClassifier) (numbers, error) {
			if trees == 100 {
				d.made["forest"] = m
			}
			return accuracy(m, x.test, d.testOf)
		})
}

func forestPredict(d *data) (piece, error) {
	x, err := d.dense()
	if err != nil {
		return piece{}, err
	}
	m, err := once(d, "forest", func() (*model.RandomForestClassifier, error) { return fittedForest(d, 100) })
	if err != nil {
		return piece{}, err
	}
	return of(func() ([]string, error) { return m.Predict(x.train) },
		func(y []string) (numbers, error) { return agreement(y, d.labels) })
}

func pca(x mat.Matrix) (piece, error) {
	type result struct {
		model  *feature.PCA
		placed mat.Matrix
	}
	return of(func() (result, error) {
		p := &feature.PCA{Components: 2}
		if err := p.Fit(x); err != nil {
			return result{}, err
		}
		placed, err := p.Transform(x)
		return result{p, placed}, err
	}, func(r result) (numbers, error) {
		ratios, norm := r.model.ExplainedVarianceRatio(), mat.Norm(r.placed, 2)
		return numbers{"first": ratios[0], "second": ratios[1], "spread": norm * norm}, nil
	})
}

func oneDocument(d *data) (piece, error) {
	pipe, err := once(d, "pipe", func() (*pipeline.Pipeline, error) {
		pipe := textPipeline(256)
		return pipe, pipe.Fit(d.texts, d.labels)
	})
	if err != nil {
		return piece{}, err
	}
	scorer, err := pipe.Scorer()
	if err != nil {
		return piece{}, err
	}
	type result struct{ median, mean, allocations float64 }
	return of(func() (result, error) {
		var took []time.Duration
		total := 0.0
		for range rounds {
			for _, doc := range d.testTexts[:calls] {
				began := time.Now()
				_, proba, err := scorer.Score(doc)
				took = append(took, time.Since(began))
				if err != nil {
					return result{}, err
				}
				total += proba[1]
			}
		}
		slices.Sort(took)
		i := 0
		allocations := testing.AllocsPerRun(calls, func() {
			_, _, err = scorer.Score(d.testTexts[i%calls])
			i++
		})
		return result{took[len(took)/2].Seconds(), total / rounds / calls, allocations}, err
	}, func(r result) (numbers, error) {
		return numbers{"median": r.median, "mean": r.mean, "allocations": r.allocations}, nil
	})
}

func gridSearch(d *data) (piece, error) {
	return of(func() (*pipeline.GridSearch, error) {
		g := &pipeline.GridSearch{
			Pipeline: textPipeline(256),
			Grid:     map[string][]any{"vectorize.Buckets": {256, 1024}, "model.C": {0.1, 1, 10, 100}},
		}
		return g, g.Fit(d.texts, d.labels)
	}, func(g *pipeline.GridSearch) (numbers, error) {
		results, err := g.Results()
		if err != nil {
			return nil, err
		}
		all, err := results.Sum("mean_test_score")
		buckets, _ := g.BestParams()["vectorize.Buckets"].(int)
		return numbers{"score": g.BestScore(), "buckets": float64(buckets), "all": all}, err
	})
}

func sorted(d *data, by ...string) (piece, error) {
	keys := make([]frame.Key, len(by))
	for i, column := range by {
		keys[i] = frame.Asc(column)
	}
	return of(func() (*frame.Frame, error) { return d.table.Sort(keys...) },
		func(t *frame.Frame) (numbers, error) {
			index, err := t.Ints("index")
			mixed := 0.0
			for i, v := range index {
				mixed += float64(v * (i%97 + 1))
			}
			return numbers{"mixed": mixed}, err
		})
}

// wholeWorkflow goes from the file to a model.
func wholeWorkflow(path string, buckets int) (numbers, error) {
	_, texts, labels, err := readTexts(path)
	if err != nil {
		return nil, err
	}
	pipe := textPipeline(buckets)
	if err := pipe.Fit(texts, labels); err != nil {
		return nil, err
	}
	predicted, err := pipe.Predict(texts)
	if err != nil {
		return nil, err
	}
	return agreement(predicted, labels)
}
