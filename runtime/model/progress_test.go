package model_test

import (
	"context"
	"sync"
	"testing"

	"github.com/netherfield/netherfield/runtime/model"
)

func TestProgressAscendsToTheTotalFromAnyGoroutine(t *testing.T) {
	var seen []int
	ctx := model.WithProgress(t.Context(), func(done, total int) {
		if total != 50 {
			t.Errorf("total %d", total)
		}
		seen = append(seen, done)
	})
	step := model.Progress(ctx, 50)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(step)
	}
	wg.Wait()
	for i, done := range seen {
		if done != i+1 {
			t.Fatalf("reported %d as number %d", done, i+1)
		}
	}
	if len(seen) != 50 {
		t.Errorf("%d reports", len(seen))
	}
	model.Progress(context.Background(), 1)()
	model.Progress(model.WithProgress(ctx, nil), 1)()
	if len(seen) != 50 {
		t.Error("a report that nobody asked for")
	}
}
