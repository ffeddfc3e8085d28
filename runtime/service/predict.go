package service

// This file scores the documents of a request, whatever surface it came by.

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// A question is what a request wants scored.
type question struct {
	wish
	samples []sample
	proba   bool
	explain int // how many terms
	id      string
	arrived time.Time
}

// An answer is what the service says to a question.
type answer struct {
	version *Version
	scored  []scored
	terms   [][]Term // of each document, if they are wanted
}

// ask scores the documents of a question, whose turn it is (see [gate]). It counts the
// question, however it ends; an error is a *Problem.
func (s *Service) ask(ctx context.Context, q question) (*answer, error) {
	a, v, err := s.tryAsk(ctx, q)
	if err == nil {
		s.metrics.answered(v, nil)
		v.meter.seconds.Observe(time.Since(q.arrived).Seconds())
		return a, nil
	}
	p := s.blame(ctx, err)
	s.metrics.answered(v, p)
	return nil, p
}

// blame turns what went wrong into what a client is told.
func (s *Service) blame(ctx context.Context, err error) *Problem {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return problem(http.StatusServiceUnavailable, reasonTimeout, "the documents could not be scored within %v; send fewer at a time", s.opts.Timeout)
	case errors.Is(err, context.Canceled):
		return problem(statusGone, reasonGone, "the client has gone")
	}
	return problemOf(err)
}

func (s *Service) tryAsk(ctx context.Context, q question) (*answer, *Version, error) {
	if len(q.samples) > s.opts.MaxDocuments {
		return nil, nil, problem(http.StatusRequestEntityTooLarge, reasonTooLarge, "%d documents are more than %d; send them in several requests", len(q.samples), s.opts.MaxDocuments)
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	begun := time.Now()
	f, v, err := s.choose(q.wish)
	if err != nil {
		return nil, nil, err
	}
	defer v.release()
	mark(ctx, v, len(q.samples))
	a := &answer{version: v}
	if q.proba && v.classes == nil {
		return nil, v, problem(http.StatusUnprocessableEntity, reasonUnscorable, "%s predicts values, which have no probabilities", v.Pipeline)
	}
	if a.scored, err = v.score(ctx, q.samples, q.proba); err != nil {
		return nil, v, err
	}
	if q.explain > 0 {
		if a.terms, err = v.explanations(ctx, q); err != nil {
			return nil, v, err
		}
	}
	v.meter.processing.Observe(time.Since(begun).Seconds())
	v.meter.counted(a.scored)
	v.watch(q.samples, a.scored)
	s.journal.write(v, q.id, q.samples, a.scored)
	s.shadow(f, v, q)
	return a, v, nil
}

func (v *Version) explanations(ctx context.Context, q question) ([][]Term, error) {
	table, err := v.check(q.samples)
	if err != nil {
		return nil, err
	}
	out := make([][]Term, len(q.samples))
	for i, in := range q.samples {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var one any = []string{in.text}
		switch v.takes {
		case takesRows:
			one = [][]float64{in.row}
		case takesRecords:
			if one, err = table.Slice(i, i+1); err != nil {
				return nil, err
			}
		}
		if out[i], err = v.explain(one, in.text, q.explain); err != nil {
			return nil, fmt.Errorf("document %d: %w", i, err)
		}
	}
	return out, nil
}

// shadow scores the same documents by the version labelled [Shadow], behind the
// request's back: only metrics tell. If the service is too busy for it, it is left out.
func (s *Service) shadow(f *shelf, by *Version, q question) {
	l, ok := f.labels[Shadow]
	if !ok || l.version == by || q.version != "" || q.label != "" {
		return
	}
	select {
	case s.shadows <- struct{}{}:
	default:
		return
	}
	v := l.version
	if !v.choose() {
		<-s.shadows
		return
	}
	samples := q.samples
	s.behind.Go(func() {
		defer func() { <-s.shadows }()
		defer v.release()
		ctx, cancel := context.WithTimeout(context.Background(), s.opts.Timeout)
		defer cancel()
		begun := time.Now()
		scored, err := v.score(ctx, samples, false)
		if err != nil {
			s.metrics.answered(v, s.blame(ctx, err))
			return
		}
		s.metrics.answered(v, nil)
		v.meter.processing.Observe(time.Since(begun).Seconds())
		v.meter.counted(scored)
	})
}
