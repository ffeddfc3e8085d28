package service

// This file is one loaded version of a pipeline.

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/netherfield/netherfield/runtime/drift"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

// A Version is a fitted pipeline that the service scores with. It does not change.
type Version struct {
	Pipeline string // its name
	Name     string // the version's
	Digest   string // of its artefact
	Loaded   time.Time

	fitted  *pipeline.Pipeline
	classes []string // nil for a regressor
	texts   bool     // it takes texts, not rows of numbers
	scorers sync.Pool
	meter   *meter
	explain func(doc string, most int) ([]Term, error)

	baseline *drift.Baseline // nil if the artefact has none
	monitor  *drift.Monitor  // the same

	users atomic.Int64 // requests that have chosen it, and -retired if it is unloaded
	idle  chan struct{}
	once  sync.Once
}

// retired is added to users when a version is unloaded.
const retired = math.MinInt64 / 2

// newVersion makes a version of a fitted pipeline, if that can score single documents.
func newVersion(name, version string, p *pipeline.Pipeline) (*Version, error) {
	s, err := p.Scorer()
	if err != nil {
		return nil, err
	}
	v := &Version{
		Pipeline: name, Name: version, Digest: p.Digest(), Loaded: time.Now(),
		fitted: p, classes: s.Classes(), idle: make(chan struct{}),
	}
	// The first document tells what the pipeline takes.
	if _, err := s.Features("a"); err == nil {
		v.texts = true
		if err := v.try(s); err != nil {
			return nil, err
		}
	}
	v.scorers.New = func() any {
		s, err := p.Scorer()
		if err != nil {
			panic("service: " + err.Error()) // it could be made before
		}
		return s
	}
	v.scorers.Put(s)
	v.explain = explainer(p)
	return v, nil
}

// try scores a document, so that a pipeline without a model is refused when it is
// loaded, and the first request finds memory ready.
func (v *Version) try(s *pipeline.Scorer) (err error) {
	if v.classes != nil {
		_, _, err = s.Score("a")
	} else {
		_, err = s.Value("a")
	}
	return err
}

// choose counts a request that is to be scored by the version. It reports false if the
// version was unloaded meanwhile.
func (v *Version) choose() bool {
	if v.users.Add(1) < 0 {
		v.release()
		return false
	}
	return true
}

// release ends what choose began.
func (v *Version) release() {
	if v.users.Add(-1) == retired {
		v.once.Do(func() { close(v.idle) })
	}
}

// retire lets nobody choose the version any more, and waits for those that have.
func (v *Version) retire(ctx context.Context) error {
	if v.users.Add(retired) == retired {
		v.once.Do(func() { close(v.idle) })
	}
	select {
	case <-v.idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("version %s of %s is unloaded, but requests that have chosen it are still being scored: %w", v.Name, v.Pipeline, context.Cause(ctx))
	}
}

// A sample is what a client wants scored: a text or a row of numbers.
type sample struct {
	text string
	row  []float64
}

// A scored sample has a class, or a value if the pipeline is a regressor.
type scored struct {
	class string
	value float64
	proba []float64 // if they are wanted
}

// Samples of one request are scored on one core, until they are so many that others
// would wait too long.
const (
	chunk  = 64  // samples that one core scores before it looks whether the client has gone
	spread = 256 // samples from which on all cores take part
)

// score scores samples. The answers are those that the pipeline gives in a notebook, bit
// for bit. The error names the sample.
func (v *Version) score(ctx context.Context, samples []sample, proba bool) ([]scored, error) {
	out := make([]scored, len(samples))
	if err := v.check(samples); err != nil {
		return nil, err
	}
	workers := 1
	if len(samples) >= spread {
		workers = min(runtime.GOMAXPROCS(0), (len(samples)+chunk-1)/chunk)
	}
	if workers == 1 {
		for from := 0; from < len(samples); from += chunk {
			if err := v.scoreChunk(ctx, samples, out, from, proba); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	var next atomic.Int64
	errs := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for {
				from := int(next.Add(chunk)) - chunk
				if from >= len(samples) {
					return
				}
				if errs[w] = v.scoreChunk(ctx, samples, out, from, proba); errs[w] != nil {
					next.Store(int64(len(samples)))
					return
				}
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// check finds samples of the wrong kind, so that nothing is counted of a request that
// fails.
func (v *Version) check(samples []sample) error {
	for i, s := range samples {
		switch {
		case v.texts && s.row != nil:
			return problem(http.StatusUnprocessableEntity, reasonUnscorable, "document %d is a row of numbers; the pipeline %s takes texts", i, v.Pipeline)
		case !v.texts && s.row == nil:
			return problem(http.StatusUnprocessableEntity, reasonUnscorable, "document %d is a text; the pipeline %s takes rows of numbers", i, v.Pipeline)
		}
	}
	return nil
}

func (v *Version) scoreChunk(ctx context.Context, samples []sample, out []scored, from int, proba bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s := v.scorers.Get().(*pipeline.Scorer)
	defer v.scorers.Put(s)
	for i := from; i < min(from+chunk, len(samples)); i++ {
		if err := v.one(s, samples[i], &out[i], proba); err != nil {
			return problem(http.StatusUnprocessableEntity, reasonUnscorable, "document %d cannot be scored: %v", i, err)
		}
	}
	return nil
}

func (v *Version) one(s *pipeline.Scorer, in sample, out *scored, proba bool) (err error) {
	var p []float64
	switch {
	case v.classes == nil && v.texts:
		out.value, err = s.Value(in.text)
	case v.classes == nil:
		out.value, err = s.ValueRow(in.row)
	case v.texts:
		out.class, p, err = s.Score(in.text)
	default:
		out.class, p, err = s.ScoreRow(in.row)
	}
	if proba {
		out.proba = append([]float64(nil), p...)
	}
	v.meter.multiplications.Observe(float64(s.Active() * v.outputs()))
	return err
}

// outputs is how many numbers the model makes of the features of one sample.
func (v *Version) outputs() int {
	if len(v.classes) > 2 {
		return len(v.classes)
	}
	return 1
}
