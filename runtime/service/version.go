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
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
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
	takes   takes
	columns []feature.Input // of the records that it takes
	scorers sync.Pool
	meter   *meter
	explain func(one any, doc string, most int) ([]Term, error)

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
	if !s.Predicts() {
		return nil, fmt.Errorf("the pipeline has no model as its last step, %q, and so predicts nothing", p.Steps()[len(p.Steps())-1].Name)
	}
	switch s.Takes() {
	case "texts":
		v.takes = takesTexts
		// The first request is to find memory ready.
		if err := v.try(s); err != nil {
			return nil, err
		}
	case "frames":
		v.takes, v.columns = takesRecords, s.Inputs()
		if v.columns == nil {
			return nil, fmt.Errorf("its first step, %q, does not tell which columns it reads; feature.HasInputs is how it could", p.Steps()[0].Name)
		}
	default:
		v.takes = takesRows
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

// try scores a document, so that a pipeline that cannot is refused when it is loaded.
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

// takes is what a pipeline scores.
type takes string

// What clients are told of it.
const (
	takesTexts   takes = "texts"
	takesRows    takes = "rows"    // of numbers
	takesRecords takes = "records" // a row of a frame each, as a JSON object
)

// A sample is what a client wants scored: a record, a row of numbers, or else a text.
type sample struct {
	text   string
	row    []float64
	record record
}

func (s *sample) kind() takes {
	switch {
	case s.record != nil:
		return takesRecords
	case s.row != nil:
		return takesRows
	}
	return takesTexts
}

// document returns the sample as JSON has it.
func (s *sample) document() any {
	switch s.kind() {
	case takesRecords:
		return s.record
	case takesRows:
		return s.row
	}
	return s.text
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
	table, err := v.check(samples)
	if err != nil {
		return nil, err
	}
	workers := 1
	if len(samples) >= spread {
		workers = min(runtime.GOMAXPROCS(0), (len(samples)+chunk-1)/chunk)
	}
	if workers == 1 {
		for from := 0; from < len(samples); from += chunk {
			if err := v.scoreChunk(ctx, samples, table, out, from, proba); err != nil {
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
				if errs[w] = v.scoreChunk(ctx, samples, table, out, from, proba); errs[w] != nil {
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
// fails, and returns records as a frame.
func (v *Version) check(samples []sample) (*frame.Frame, error) {
	for i := range samples {
		s := &samples[i]
		if got := s.kind(); got != v.takes && !(got == takesTexts && v.isOneText()) {
			return nil, problem(http.StatusUnprocessableEntity, reasonUnscorable, "document %d is %s; the pipeline %s takes %s", i, a[got], v.Pipeline, v.wants())
		}
	}
	if v.takes != takesRecords {
		return nil, nil
	}
	return v.frame(samples)
}

// a names one of what is taken.
var a = map[takes]string{takesTexts: "a text", takesRows: "a row of numbers", takesRecords: "an object"}

func (v *Version) wants() string {
	switch v.takes {
	case takesTexts:
		return "texts"
	case takesRows:
		return "rows of numbers"
	}
	return "objects like " + v.example()
}

func (v *Version) scoreChunk(ctx context.Context, samples []sample, table *frame.Frame, out []scored, from int, proba bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s := v.scorers.Get().(*pipeline.Scorer)
	defer v.scorers.Put(s)
	to := min(from+chunk, len(samples))
	if table != nil {
		if err := v.load(ctx, s, table, from, to); err != nil {
			return err
		}
	}
	for i := from; i < to; i++ {
		if err := v.one(s, samples[i], i-from, &out[i], proba); err != nil {
			return problem(http.StatusUnprocessableEntity, reasonUnscorable, "document %d cannot be scored: %v", i, err)
		}
	}
	return nil
}

// one scores a sample, or a row that is loaded.
func (v *Version) one(s *pipeline.Scorer, in sample, row int, out *scored, proba bool) (err error) {
	var p []float64
	regressor := v.classes == nil
	switch {
	case v.takes == takesTexts && regressor:
		out.value, err = s.Value(in.text)
	case v.takes == takesTexts:
		out.class, p, err = s.Score(in.text)
	case v.takes == takesRows && regressor:
		out.value, err = s.ValueRow(in.row)
	case v.takes == takesRows:
		out.class, p, err = s.ScoreRow(in.row)
	case regressor:
		out.value, err = s.ValueLoaded(row)
	default:
		out.class, p, err = s.ScoreLoaded(row)
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
