package engine

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/netherfield/netherfield/kernel/cell"
)

func TestAnInterruptedLoopKeepsWhatItCounted(t *testing.T) {
	e := startCompiling(t)
	run := func(tier cell.Tier, src string) (Value, error) {
		return e.RunIn(context.Background(), tier, 0, src, &text{})
	}
	if _, err := run(cell.AnyTier, "n, xs := 0, []int{1}"); err != nil {
		t.Fatal(err)
	}
	for _, loop := range []string{
		"for i := 0; i < 1_000_000_000_000; i++ { n++ }",          // stores at its end
		"for i := 0; i < 1_000_000_000_000; i++ { n += xs[i*0] }", // stores at each turn
	} {
		stop := time.AfterFunc(time.Second, e.Interrupt)
		_, err := run(cell.Compiled, loop)
		stop.Stop()
		var f *Failure
		if !errors.As(err, &f) || f.Kind != Interrupted {
			t.Fatalf("%s ended with %v", loop, err)
		}
		v, err := run(cell.AnyTier, "fmt.Sprint(n > 1000, len(xs))")
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Bundle.Data["text/plain"]; got != `"true 1"` {
			t.Errorf("after %s: %v", loop, got)
		}
		if _, err := run(cell.AnyTier, "n = 0"); err != nil {
			t.Fatal(err)
		}
	}
}
