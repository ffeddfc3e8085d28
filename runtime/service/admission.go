package service

// This file keeps the service answering when more is asked of it than it can do.

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"
)

// A gate lets so many requests be decoded and scored at a time and so many wait; the rest
// is told to come again, before any work is done for it but to read it.
type gate struct {
	slots    chan struct{}
	waiting  atomic.Int64
	most     int64
	patience time.Duration
}

func newGate(slots, waiting int, patience time.Duration) *gate {
	return &gate{slots: make(chan struct{}, slots), most: int64(waiting), patience: patience}
}

// enter waits for a slot, which leave gives back.
func (g *gate) enter(ctx context.Context) error {
	select {
	case g.slots <- struct{}{}:
		return nil
	default:
	}
	if g.waiting.Add(1) > g.most {
		g.waiting.Add(-1)
		return busy("%d requests wait already", g.most)
	}
	defer g.waiting.Add(-1)
	t := time.NewTimer(g.patience)
	defer t.Stop()
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-t.C:
		return busy("it was not the request's turn within %v", g.patience)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *gate) leave() { <-g.slots }

// turn waits until it is the turn of a request that has arrived. The caller gives the
// turn back by calling done.
func (s *Service) turn(ctx context.Context) (done func(), err error) {
	begun := time.Now()
	if err := s.gate.enter(ctx); err != nil {
		return nil, s.refused(s.blame(ctx, err))
	}
	s.metrics.queue.Observe(time.Since(begun).Seconds())
	turned(ctx)
	return s.gate.leave, nil
}

func busy(format string, args ...any) *Problem {
	p := problem(http.StatusTooManyRequests, reasonBusy, "the service is busy: "+format+"; try again later", args...)
	p.RetryAfter = time.Second
	return p
}
