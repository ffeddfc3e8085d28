package evaluator

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netherfield/netherfield/kernel/session"
)

func TestReplayIsInterruptible(t *testing.T) {
	ev := start(t)
	for i, code := range []string{"before := 1", "if os.Getenv(\"SLOW\") != \"\" {\n\tfor {\n\t}\n}", "after := 2", "%env SLOW=yes"} {
		show(ev, i+1, code, &transcript{})
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(300*time.Millisecond, cancel)
	o := ev.Execute(ctx, session.Cell{Code: "%replay", Count: 5}, &transcript{})
	if o.Err == nil || o.Err.Name != "interrupted" {
		t.Fatalf("%+v", o.Err)
	}
	if got, want := o.Err.Traceback[len(o.Err.Traceback)-1], "%replay stopped at cell [2]; not run: 3-4."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := show(ev, 6, "before + after", &transcript{}), "result: 3\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestReplayForgetsWhatTheFrontEndRanForItself(t *testing.T) {
	ev := start(t)
	ev.Execute(context.Background(), session.Cell{Code: "x := 1", Count: 1, Silent: true}, &transcript{})
	show(ev, 1, "y := 2", &transcript{})
	if got, want := show(ev, 2, "%replay list", &transcript{}), "result:   [1] y := 2\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNumbersOfCellsAreRead(t *testing.T) {
	for text, want := range map[string]string{
		"":           "",
		"3":          "3",
		"3-7":        "3-7",
		"2 4 6-9":    "2 4 6-9",
		"2, 4,\t6-6": "2 4 6",
		"7-3":        "error", "0": "error", "-3": "error", "3-": "error", "x": "error", "1-2-3": "error",
	} {
		spans, err := parseSpans(text)
		var words []string
		for _, s := range spans {
			words = append(words, s.String())
		}
		got := strings.Join(words, " ")
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestNumbersOfCellsAreWorded(t *testing.T) {
	var list []execution
	for _, n := range []int{1, 2, 3, 0, 5, 7, 8, 8} {
		list = append(list, execution{number: n})
	}
	if d := cmp.Diff("1-3, one without a number, 5, 7-8, 8", numbers(list)); d != "" {
		t.Error(d)
	}
}

func TestAnInterruptThatComesTooLateChangesNothing(t *testing.T) {
	ev := start(t)
	show(ev, 1, "x := 1", &transcript{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	// %reset does not stop once it has begun.
	if o := ev.Execute(ctx, session.Cell{Code: "%reset", Count: 2}, &transcript{}); o.Err != nil {
		t.Fatalf("%+v", o.Err)
	}
	if got, want := show(ev, 3, "%replay list", &transcript{}), "result: There is nothing to run again yet.\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
