package model

// This file lets those who wait for a fit see how far it is.

import (
	"context"
	"sync"
)

type progressKey struct{}

// WithProgress returns a context that makes what is fitted with it report how
// far it is: report is called with how many of total parts are done, such as trees
// of a forest, one call at a time, with done ascending to total. It should return
// soon. A nil report stops reports, as is wise for what is fitted within something
// larger that reports by itself.
//
//	forest.FitContext(model.WithProgress(ctx, func(done, total int) { bar.Set(done, total) }), x, y)
func WithProgress(ctx context.Context, report func(done, total int)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// Progress returns the function to call whenever one of total parts is done, from
// any goroutine. It does nothing if nobody asked by [WithProgress].
func Progress(ctx context.Context, total int) (step func()) {
	report, _ := ctx.Value(progressKey{}).(func(done, total int))
	if report == nil {
		return func() {}
	}
	var (
		mu   sync.Mutex
		done int
	)
	return func() {
		mu.Lock()
		defer mu.Unlock()
		done++
		report(done, total)
	}
}
