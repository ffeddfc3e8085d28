// Package parallel runs loops on all cores with results that do not depend on
// how many there are.
//
// The work is cut into chunks by its size alone, never by the number of cores,
// and whoever adds up the chunks' results does so in the order of the chunks:
//
//	sums := make([]float64, parallel.Count(len(x), 4096))
//	err := parallel.Chunks(ctx, len(x), 4096, func(chunk, lo, hi int) error {
//		sums[chunk] = floats.Sum(x[lo:hi])
//		return nil
//	})
package parallel

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Count is the number of chunks of size that n elements make.
func Count(n, size int) int { return (n + size - 1) / size }

// Chunks calls f for each chunk [lo, hi) of n elements, at most size at a time,
// on as many goroutines as there are cores. It returns after all calls have: the
// error of the first chunk, in their order, that failed, or that of ctx. When a
// chunk fails or ctx ends, chunks that have not begun are left out. A panic of f
// is raised again on the caller's goroutine, with f's stack.
func Chunks(ctx context.Context, n, size int, f func(chunk, lo, hi int) error) error {
	chunks := Count(n, size)
	workers := min(runtime.GOMAXPROCS(0), chunks)
	if workers <= 1 {
		for c := range chunks {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := f(c, c*size, min(n, (c+1)*size)); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	var (
		next   atomic.Int64
		failed atomic.Bool
		wg     sync.WaitGroup
		mu     sync.Mutex
		first  = chunks
		err    error
		panics *Panic
	)
	for range workers {
		wg.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					failed.Store(true)
					mu.Lock()
					defer mu.Unlock()
					if panics == nil {
						panics = &Panic{v, debug.Stack()}
					}
				}
			}()
			for !failed.Load() && ctx.Err() == nil {
				c := int(next.Add(1)) - 1
				if c >= chunks {
					return
				}
				if e := f(c, c*size, min(n, (c+1)*size)); e != nil {
					failed.Store(true)
					mu.Lock()
					if c < first {
						first, err = c, e
					}
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	switch {
	case panics != nil:
		panic(panics)
	case err != nil:
		return err
	}
	return ctx.Err()
}

// Each calls f for every i below n as [Chunks] does for chunks of one.
func Each(ctx context.Context, n int, f func(i int) error) error {
	return Chunks(ctx, n, 1, func(i, _, _ int) error { return f(i) })
}

// A Panic is what a panic in a chunk became.
type Panic struct {
	Value any
	Stack []byte // where it was
}

func (p *Panic) Error() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }

// Unwrap returns the value if it was an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}
