package parallel_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
)

func TestEveryElementIsVisitedOnce(t *testing.T) {
	for _, cores := range []int{1, 2, 8} {
		old := runtime.GOMAXPROCS(cores)
		for _, n := range []int{0, 1, 9, 10, 11, 1000} {
			seen := make([]atomic.Int32, n)
			if err := parallel.Chunks(t.Context(), n, 10, func(c, lo, hi int) error {
				if lo != 10*c || hi > n || hi-lo > 10 || hi <= lo {
					return fmt.Errorf("chunk %d is [%d, %d)", c, lo, hi)
				}
				for i := lo; i < hi; i++ {
					seen[i].Add(1)
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
			for i := range seen {
				if seen[i].Load() != 1 {
					t.Errorf("%d cores, n %d: %d visited %d times", cores, n, i, seen[i].Load())
				}
			}
		}
		runtime.GOMAXPROCS(old)
	}
}

func TestErrorsPanicsAndCancellationEndTheLoop(t *testing.T) {
	bad := errors.New("bad")
	for _, cores := range []int{1, 4} {
		old := runtime.GOMAXPROCS(cores)
		var calls atomic.Int32
		err := parallel.Each(t.Context(), 1_000_000, func(i int) error {
			calls.Add(1)
			if i == 3 {
				return bad
			}
			return nil
		})
		if err != bad || calls.Load() == 1_000_000 {
			t.Errorf("%v after %d calls", err, calls.Load())
		}
		ctx, cancel := context.WithCancel(t.Context())
		if err := parallel.Each(ctx, 100, func(i int) error { cancel(); return nil }); err != context.Canceled {
			t.Error(err)
		}
		func() {
			defer func() {
				v := recover()
				if err, ok := v.(error); !ok || !errors.Is(err, bad) {
					if v != bad {
						t.Errorf("recovered %v", v)
					}
				}
			}()
			parallel.Each(t.Context(), 10, func(i int) error { panic(bad) })
			t.Error("it returned")
		}()
		runtime.GOMAXPROCS(old)
	}
}
