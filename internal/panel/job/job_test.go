package job

// This file tests jobs: what they become, and what is told of that. The clock is synctest's.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// TestMain makes the test binary a netherfield when asked to; see tools_test.go.
func TestMain(m *testing.M) {
	if os.Getenv("BE_NETHERFIELD") != "" {
		os.Exit(pretend(os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}

// A teller keeps what a manager tells.
type teller struct {
	mu   sync.Mutex
	told []Snapshot
}

func (l *teller) tell(s Snapshot) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = append(l.told, s)
}

// take returns what was told since it was last taken.
func (l *teller) take() []Snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	told := l.told
	l.told = nil
	return told
}

// run starts a job, waits for its end, and returns what it has become.
func run(t *testing.T, m *Manager, steps []string, do func(context.Context, *Run) error) Snapshot {
	t.Helper()
	s, err := m.Start("test", "A test", steps, do)
	if err != nil {
		t.Fatal(err)
	}
	m.running.Wait()
	now := m.List()[0]
	if now.ID != s.ID || now.Ended == nil || now.Ended.Before(now.Began) {
		t.Errorf("%s became %+v", s.ID, now)
	}
	return now
}

func states(s Snapshot) string {
	out := s.State
	for _, step := range s.Steps {
		out += ", " + step.Name + " " + step.State
	}
	return out
}

func TestHowJobsEnd(t *testing.T) {
	m := NewManager(func(Snapshot) {})
	for name, tt := range map[string]struct {
		do         func(context.Context, *Run) error
		want, says string
	}{
		"it does all": {func(_ context.Context, r *Run) error {
			r.Step("build")
			r.Step("push")
			return nil
		}, "done, build done, push done", ""},
		"a step fails": {func(_ context.Context, r *Run) error {
			r.Step("build")
			return errors.New("no notebook")
		}, "failed, build failed, push waiting", "no notebook"},
		"it fails before its first step": {func(context.Context, *Run) error { return errors.New("no") }, "failed, build waiting, push waiting", "no"},
		"it panics": {func(_ context.Context, r *Run) error {
			r.Step("build")
			r.Step("push")
			panic("spam")
		}, "failed, build done, push failed", "this is a mistake in Netherfield: spam"},
		"it is cancelled": {func(ctx context.Context, r *Run) error {
			r.Step("build")
			if err := m.Cancel(m.List()[0].ID); err != nil {
				return err
			}
			<-ctx.Done()
			return ctx.Err()
		}, "cancelled, build cancelled, push waiting", "it was cancelled"},
		"it is cancelled too late": {func(ctx context.Context, r *Run) error {
			r.Step("build")
			r.Step("push")
			return m.Cancel(m.List()[0].ID)
		}, "done, build done, push done", ""},
	} {
		got := run(t, m, []string{"build", "push"}, tt.do)
		if states(got) != tt.want || got.Error != tt.says {
			t.Errorf("%s: %s, %q; want %s, %q", name, states(got), got.Error, tt.want, tt.says)
		}
		if err := m.Cancel(got.ID); !errors.Is(err, ErrNoJob) {
			t.Errorf("%s, and can be cancelled after that: %v", name, err)
		}
	}
}

func TestOneJobAtATime(t *testing.T) {
	var l teller
	m := NewManager(l.tell)
	wait := func(ctx context.Context, _ *Run) error {
		<-ctx.Done()
		return ctx.Err()
	}
	first, err := m.Start("test", "First", []string{"a"}, wait)
	if err != nil || first.State != Running || states(first) != "running, a waiting" {
		t.Fatalf("%+v, %v", first, err)
	}
	if _, err := m.Start("test", "Second", nil, wait); !errors.Is(err, ErrBusy) {
		t.Errorf("a second job: %v", err)
	}
	if err := m.Cancel("another"); !errors.Is(err, ErrNoJob) {
		t.Errorf("another job can be cancelled: %v", err)
	}
	m.Close()
	// It has waited, has told the end, and takes no more.
	if last := m.List()[0]; last.State != Cancelled || last.Steps[0].State != Waiting {
		t.Errorf("%+v", last)
	}
	if told := l.take(); told[len(told)-1].State != Cancelled {
		t.Errorf("at last it is told to be %s", told[len(told)-1].State)
	}
	if _, err := m.Start("test", "Third", nil, wait); !errors.Is(err, ErrBusy) {
		t.Errorf("a job after the end: %v", err)
	}
}

func TestTheLastJobsAreRemembered(t *testing.T) {
	m := NewManager(func(Snapshot) {})
	for i := range kept + 5 {
		run(t, m, nil, func(_ context.Context, r *Run) error {
			r.Result(i)
			return nil
		})
	}
	var results []any
	for _, s := range m.List() {
		results = append(results, s.Result)
	}
	var want []any
	for i := kept + 4; i >= 5; i-- {
		want = append(want, i)
	}
	if diff := cmp.Diff(want, results); diff != "" {
		t.Errorf("newest first (-want +got):\n%s", diff)
	}
}

func TestProgressThatComesFastIsToldAtLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l teller
		m := NewManager(l.tell)
		leave := make(chan struct{})
		if _, err := m.Start("test", "A test", []string{"build"}, func(_ context.Context, r *Run) error {
			r.Step("build")
			for i := range 50 {
				r.Progress("cell", i+1, 100)
				r.Log(fmt.Sprint("line ", i))
			}
			<-leave
			r.Progress("cell", 60, 100)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		// Its beginning and that of its step are told at once, and nothing more.
		if told := l.take(); len(told) != 2 || told[1].Steps[0].Done != 0 {
			t.Errorf("%d snapshots are told at once", len(told))
		}
		time.Sleep(apart)
		synctest.Wait()
		told := l.take()
		if len(told) != 1 || told[0].Steps[0] != (Step{"build", Running, "cell", 50, 100}) || len(told[0].Log) != 50 {
			t.Errorf("soon after, %+v is told", told)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if told := l.take(); told != nil {
			t.Errorf("nothing has changed, and %+v is told", told)
		}
		close(leave)
		synctest.Wait()
		// After a while of silence, progress is told at once; then the end.
		told = l.take()
		if len(told) != 2 || told[0].Steps[0].Done != 60 || states(told[1]) != "done, build done" {
			t.Errorf("at the end, %+v is told", told)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if told := l.take(); told != nil {
			t.Errorf("it has ended, and %+v is told", told)
		}
	})
}

// What is told at once has what came before it, which then is not told again.
func TestTheEndOvertakesWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l teller
		m := NewManager(l.tell)
		run(t, m, []string{"build"}, func(_ context.Context, r *Run) error {
			r.Step("build")
			r.Progress("cell", 1, 2)
			r.Progress("cell", 2, 2) // the last of a step is told at once
			r.Log("line")
			return nil
		})
		time.Sleep(time.Hour)
		synctest.Wait()
		var told []string
		for _, s := range l.take() {
			told = append(told, fmt.Sprint(states(s), " ", s.Steps[0].Done, " ", s.Log))
		}
		if diff := cmp.Diff([]string{
			"running, build waiting 0 []", "running, build running 0 []", "running, build running 2 []", "done, build done 2 [line]",
		}, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

func TestLogsAreBounded(t *testing.T) {
	long := strings.Repeat("ä", width)
	for line, want := range map[string]string{
		"line\r\n":          "line",
		"  as it is ":       "  as it is ",
		"a\xffb":            "a\uFFFDb",
		long:                strings.Repeat("ä", width/2) + "…",
		"x" + long:          "x" + strings.Repeat("ä", width/2-1) + "…",
		"\xff" + long + "z": "\uFFFD" + strings.Repeat("ä", (width-3)/2) + "…",
	} {
		m := NewManager(func(Snapshot) {})
		got := run(t, m, nil, func(_ context.Context, r *Run) error {
			r.Log(line)
			return nil
		}).Log
		if len(got) != 1 || got[0] != want || !utf8.ValidString(got[0]) {
			t.Errorf("%.20q… becomes %.20q…, %d bytes", line, got[0], len(got[0]))
		}
	}
	log := run(t, NewManager(func(Snapshot) {}), nil, func(_ context.Context, r *Run) error {
		for i := range lines + 10 {
			r.Log(fmt.Sprint(i))
		}
		return nil
	}).Log
	if len(log) != lines || log[0] != "10" || log[lines-1] != fmt.Sprint(lines+9) {
		t.Errorf("%d lines, from %s to %s", len(log), log[0], log[len(log)-1])
	}
}

// What was told stays as it was: who got it may still be writing it down.
func TestWhatWasToldDoesNotChange(t *testing.T) {
	var l teller
	m := NewManager(l.tell)
	run(t, m, []string{"a", "b"}, func(_ context.Context, r *Run) error {
		for i := range lines + 1 {
			r.Log(fmt.Sprint(i))
		}
		r.Step("a")
		r.Log("more")
		r.Step("b")
		return nil
	})
	for _, s := range l.take() {
		if states(s) == "running, a running, b waiting" && (s.Log[0] != "1" || s.Log[len(s.Log)-1] != fmt.Sprint(lines)) {
			t.Errorf("the log was %s to %s", s.Log[0], s.Log[len(s.Log)-1])
		}
	}
}
