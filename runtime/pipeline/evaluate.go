package pipeline

// This file defines how many candidates are fitted on the folds of the data, so that
// what they share is done once.

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/model"
	"gonum.org/v1/gonum/mat"
)

// Stateless is what a transformer has that learns nothing, such as a
// feature.HashingVectorizer: what it makes of a row depends on the row and the
// parameters alone. Searches apply it to all the data once instead of to each fold.
type Stateless interface {
	// Stateless tells whether that is so with the parameters as they are.
	Stateless() bool
}

func isStateless(stage any) bool {
	s, ok := stage.(Stateless)
	return ok && s.Stateless()
}

// A candidate is a pipeline with parameters that may be the best.
type candidate struct {
	name   string // its parameters, for errors
	leaves []leaf
	// keys are, for each leaf, which of the parameters that are tried it has: two
	// candidates whose keys are equal up to some leaf have equal steps up to it.
	keys []string
}

// A node is a transformer that is shared by all candidates below it: the same step
// with the same parameters after the same steps.
type node struct {
	leaf      leaf // of the first candidate; cloned for each fold
	parent    *node
	children  map[string]*node
	stateless bool // and all before it
	users     int  // transformers and models right below
	whole     cell // what a stateless one makes of all rows
	folds     []cell
}

// A cell is data that several wait for, one makes, and the last user lets go of.
type cell struct {
	once  sync.Once
	mu    sync.Mutex
	left  int // users that have not finished
	train samples
	test  samples
	err   error
}

// done says that one of the users has finished.
func (c *cell) done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left--; c.left == 0 {
		c.train, c.test = samples{}, samples{}
	}
}

// An evaluation fits candidates on folds.
type evaluation struct {
	data       samples
	labels     labels
	folds      []model.Fold
	metrics    []Metric
	trainScore bool
	root       *node
}

// run returns the scores of each candidate on each fold: by the metrics on the test
// rows, then, if wanted, on the training rows.
func (e *evaluation) run(ctx context.Context, candidates []candidate, progress func()) ([][][]float64, error) {
	e.root = &node{stateless: true, children: map[string]*node{}}
	ends := make([]*node, len(candidates)) // what the models learn from
	for i, c := range candidates {
		n := e.root
		for k, l := range c.leaves[:len(c.leaves)-1] {
			child := n.children[c.keys[k]]
			if child == nil {
				child = &node{leaf: l, parent: n, children: map[string]*node{}, stateless: n.stateless && isStateless(l.stage)}
				n.children[c.keys[k]] = child
				n.users++
			}
			n = child
		}
		ends[i] = n
		n.users++
	}
	e.prepare(e.root)
	order := depthFirst(e.root, ends)

	scores := make([][][]float64, len(candidates))
	for i := range scores {
		scores[i] = make([][]float64, len(e.folds))
	}
	// What waits within something larger does not report how far it is.
	inner := model.WithProgress(ctx, nil)
	err := parallel.Each(ctx, len(e.folds)*len(candidates), func(task int) error {
		f, i := task/len(candidates), order[task%len(candidates)]
		s, err := e.one(inner, candidates[i], ends[i], f)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			where := ""
			if candidates[i].name != "" {
				where = " with " + candidates[i].name
			}
			return fmt.Errorf("pipeline: the candidate%s fails on fold %d: %w", where, f+1, err)
		}
		scores[i][f] = s
		progress()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return scores, nil
}

// prepare counts who will use what a node makes.
func (e *evaluation) prepare(n *node) {
	n.folds = make([]cell, len(e.folds))
	stateless := 0
	for _, c := range n.children {
		e.prepare(c)
		if c.stateless {
			stateless++
		}
	}
	for f := range n.folds {
		n.folds[f].left = n.users - stateless
	}
	n.whole.left = stateless
	if n.users > stateless {
		n.whole.left += len(e.folds)
	}
}

// depthFirst returns the candidates in an order in which those that share steps
// follow each other, so that few nodes hold data at a time.
func depthFirst(root *node, ends []*node) []int {
	below := map[*node][]int{}
	var order []int
	var children = map[*node][]*node{}
	seen := map[*node]bool{}
	for i, end := range ends {
		below[end] = append(below[end], i)
		for n := end; n.parent != nil && !seen[n]; n = n.parent {
			seen[n] = true
			children[n.parent] = append(children[n.parent], n)
		}
	}
	var visit func(n *node)
	visit = func(n *node) {
		order = append(order, below[n]...)
		for _, c := range children[n] {
			visit(c)
		}
	}
	visit(root)
	return order
}

// all returns what a stateless node makes of all rows.
func (e *evaluation) all(ctx context.Context, n *node) (samples, error) {
	if n.parent == nil {
		return e.data, nil
	}
	n.whole.once.Do(func() {
		defer func() {
			if n.parent.parent != nil {
				n.parent.whole.done()
			}
		}()
		l := leaf{n.leaf.path, clone(n.leaf.stage)}
		x, err := e.all(ctx, n.parent)
		if err == nil {
			x, err = l.fitTransform(ctx, x)
		}
		n.whole.train, n.whole.err = x, err
	})
	return n.whole.train, n.whole.err
}

// at returns the cell with what a node makes of the rows of a fold.
func (e *evaluation) at(ctx context.Context, n *node, f int) *cell {
	c := &n.folds[f]
	c.once.Do(func() {
		c.train, c.test, c.err = e.make(ctx, n, f)
	})
	return c
}

func (e *evaluation) make(ctx context.Context, n *node, f int) (train, test samples, err error) {
	if n.stateless {
		x, err := e.all(ctx, n)
		if err == nil {
			train, err = x.take(e.folds[f].Train)
		}
		if err == nil {
			test, err = x.take(e.folds[f].Test)
		}
		if n.parent != nil {
			n.whole.done()
		}
		return train, test, err
	}
	from := e.at(ctx, n.parent, f)
	defer from.done()
	if from.err != nil {
		return train, test, from.err
	}
	l := leaf{n.leaf.path, clone(n.leaf.stage)}
	if train, err = l.fitTransform(ctx, from.train); err == nil {
		test, err = l.transform(ctx, from.test)
	}
	return train, test, err
}

// one fits and scores a candidate's model on a fold.
func (e *evaluation) one(ctx context.Context, c candidate, end *node, f int) ([]float64, error) {
	from := e.at(ctx, end, f)
	defer from.done()
	if from.err != nil {
		return nil, from.err
	}
	last := c.leaves[len(c.leaves)-1]
	last.stage = clone(last.stage)
	truth := e.labels.take(e.folds[f].Train)
	if err := last.fit(ctx, from.train, truth); err != nil {
		return nil, err
	}
	scores, err := e.score(last, from.test, e.labels.take(e.folds[f].Test))
	if err == nil && e.trainScore {
		var more []float64
		more, err = e.score(last, from.train, truth)
		scores = append(scores, more...)
	}
	return scores, err
}

// score rates the predictions of a model.
func (e *evaluation) score(l leaf, x samples, truth labels) ([]float64, error) {
	var (
		scores    []float64
		predicted []string
		proba     mat.Matrix
		values    []float64
		err       error
	)
	classifier, _ := l.stage.(model.Classifier)
	regressor, _ := l.stage.(model.Regressor)
	for _, m := range e.metrics {
		var score float64
		switch {
		case m.Labels != nil && classifier != nil:
			if predicted == nil {
				if predicted, err = classifier.Predict(x.matrix); err != nil {
					return nil, l.wrap(err)
				}
			}
			score, err = m.Labels(truth.classes, predicted)
		case m.Proba != nil && classifier != nil:
			if proba == nil {
				if proba, err = classifier.PredictProba(x.matrix); err != nil {
					return nil, l.wrap(err)
				}
			}
			score, err = m.Proba(truth.classes, proba, classifier.Classes())
		case m.Values != nil && regressor != nil:
			if values == nil {
				if values, err = regressor.Predict(x.matrix); err != nil {
					return nil, l.wrap(err)
				}
			}
			score, err = m.Values(truth.values, values)
		default:
			return nil, fmt.Errorf("the metric %q cannot rate a %T", m.Name, l.stage)
		}
		if err != nil {
			return nil, fmt.Errorf("metric %q: %w", m.Name, err)
		}
		if score != score {
			return nil, fmt.Errorf("metric %q: the score is NaN; has the fold too few samples?", m.Name)
		}
		scores = append(scores, score)
	}
	return scores, nil
}

// touches tells whether the parameter called name is one of the step at path, or
// replaces it.
func touches(name, path string) bool {
	return name == path || strings.HasPrefix(name, path+".") || strings.HasPrefix(path, name+".")
}
