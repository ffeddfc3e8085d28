package display

// This file tests what bars show, by a clock of its own.

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// watch returns what f shows, with f's clock.
func watch(t *testing.T, f func()) *recorder {
	t.Helper()
	r := &recorder{}
	synctest.Test(t, func(t *testing.T) {
		SetPublisher(r)
		defer SetPublisher(nil)
		f()
	})
	return r
}

func (r *recorder) texts() (texts []string) {
	for _, p := range r.shown {
		texts = append(texts, fmt.Sprint(p.what, ": ", p.b.Data[textPlain]))
	}
	return texts
}

func TestABarSaysHowFarWorkIs(t *testing.T) {
	r := watch(t, func() {
		b := NewBar("reading", 1000)
		for range 4 {
			time.Sleep(10 * time.Second)
			b.Add(250)
		}
		b.Done()
	})
	want := []string{
		"show: reading |                    | 0 %, 0 of 1,000",
		"update: reading |█████               | 25 %, 250 of 1,000, 25/s, 30 s left",
		"update: reading |██████████          | 50 %, 500 of 1,000, 25/s, 20 s left",
		"update: reading |███████████████     | 75 %, 750 of 1,000, 25/s, 10 s left",
		"update: reading |████████████████████| 100 %, 1,000 of 1,000, in 40 s, 25/s",
	}
	if d := cmp.Diff(want, r.texts()); d != "" {
		t.Error(d)
	}
	for _, p := range r.shown[1:] {
		if p.id != r.shown[0].id || p.id == "" {
			t.Errorf("the display %q changes, not %q", p.id, r.shown[0].id)
		}
	}
	html := r.shown[1].b.Data[textHTML].(string)
	if !strings.Contains(html, `<progress value="250" max="1000"`) || !strings.Contains(html, "25 % · 250 of 1,000 · 25/s · 30 s left") {
		t.Error(html)
	}
}

func TestABarIsDrawnTenTimesASecond(t *testing.T) {
	r := watch(t, func() {
		b := NewBar("", 100_000)
		for range 100_000 {
			time.Sleep(10 * time.Microsecond)
			b.Add(1)
		}
	})
	if n := len(r.shown); n != 11 {
		t.Errorf("it is drawn %d times in a second", n)
	}
	if got := r.texts()[10]; got != "update: |████████████████████| 100 %, 100,000 of 100,000, in 1.0 s, 100,000/s" {
		t.Error(got)
	}
}

func TestABarWithoutATotalCounts(t *testing.T) {
	r := watch(t, func() {
		b := NewBar("words", 0)
		time.Sleep(2 * time.Second)
		b.Add(1)
		b.Note("<i>\x1b[2J\nloss 0.5")
		time.Sleep(time.Minute)
		b.Add(2000)
		b.Set(5, 10) // now it is known
		time.Sleep(time.Hour)
		b.Set(6, 10)
		b.Done()
		b.Remove()
		b.Done()
	})
	want := []string{
		"show: words",
		"update: words 1, 2.0 s each",
		"update: words 2,001, 33.3/s, <i> [2J loss 0.5",
		"update: words |████████████        | 60 %, 6 of 10, 33.3/s, 120 ms left, <i> [2J loss 0.5",
		"update: words |████████████        | 60 %, 6 of 10, in 1 h 01 min, 10 min 10 s each, <i> [2J loss 0.5",
		"update: ",
	}
	if d := cmp.Diff(want, r.texts()); d != "" {
		t.Error(d)
	}
	if html := r.shown[2].b.Data[textHTML].(string); strings.Contains(html, "<i>") || strings.Contains(html, "value=") {
		t.Error(html)
	}
	if html := r.shown[5].b.Data[textHTML]; html != "" {
		t.Error(html)
	}
}

func TestStepsShowABar(t *testing.T) {
	sum := 0
	r := watch(t, func() {
		for i := range Steps("adding", 5) {
			time.Sleep(time.Second)
			if i == 3 {
				break
			}
			sum += i
		}
	})
	if got := r.texts(); sum != 3 || got[len(got)-1] != "update: adding |████████████        | 60 %, 3 of 5, in 4.0 s, 1.3 s each" {
		t.Errorf("%d: %q", sum, got)
	}
}

func TestABarIsUsedByManyAndHeardByNobody(t *testing.T) {
	r := &recorder{fail: errors.New("the kernel is gone")}
	SetPublisher(r)
	defer SetPublisher(nil)
	b := NewBar("many", 4000)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1000 {
				b.Add(1)
			}
		})
	}
	wg.Wait()
	if len(r.shown) != 1 {
		t.Errorf("%d attempts to show it", len(r.shown))
	}
	if got := b.String(); !strings.HasPrefix(got, "many |████████████████████| 100 %, 4,000 of 4,000, in ") {
		t.Error(got)
	}
}

func TestDurationsAndRatesAreReadable(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 ms", 999 * time.Millisecond: "999 ms", 1500 * time.Millisecond: "1.5 s", 59 * time.Second: "59 s",
		125 * time.Second: "2 min 05 s", 2*time.Hour + 3*time.Minute: "2 h 03 min", 5000 * time.Hour: "5,000 h 00 min",
	} {
		if got := duration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
	for rate, want := range map[float64]string{1: "1/s", 12.34: "12.3/s", 1e6: "1,000,000/s", 1e300: "2,147,483,647/s", 0.5: "2.0 s each", 1e-300: "596,523 h 14 min each"} {
		if got := rateOf(rate); got != want {
			t.Errorf("%v is %q, want %q", rate, got, want)
		}
	}
}

func TestATerminalWritesOverBars(t *testing.T) {
	var out bytes.Buffer
	l := &barLines{out: &out, width: func() int { return 12 }}
	now := time.Now()
	for _, step := range []struct {
		line barLine
		want string
	}{
		{barLine{id: "a", text: "outer 0 %"}, "\r\x1b[Jouter 0 %\n"},
		{barLine{id: "b", text: "inner 0 % of many"}, "\x1b[1A\r\x1b[Jouter 0 %\ninner 0 % o\n"},
		{barLine{id: "b", text: "inner", over: true}, "\x1b[2A\r\x1b[Jouter 0 %\ninner\n"},
		{barLine{id: "b", over: true}, "\x1b[2A\r\x1b[Jouter 0 %\n"},
		{barLine{id: "a", text: "outer", over: true}, "\x1b[1A\r\x1b[Jouter\n"},
		{barLine{id: "c", text: "next"}, "\r\x1b[Jnext\n"},
	} {
		out.Reset()
		if err := l.draw(step.line, now); err != nil || out.String() != step.want {
			t.Errorf("%+v: %q %v, want %q", step.line, &out, err, step.want)
		}
	}
}

func TestALogSaysNowAndThenHowFarWorkIs(t *testing.T) {
	var out bytes.Buffer
	l := &barLines{out: &out, width: func() int { return 0 }}
	now := time.Now()
	for i := range 250 {
		if err := l.draw(barLine{id: "a", text: fmt.Sprint("step ", i), over: i == 249}, now.Add(time.Duration(i)*100*time.Millisecond)); err != nil {
			t.Fatal(err)
		}
	}
	if got := out.String(); got != "step 100\nstep 200\nstep 249\n" {
		t.Errorf("%q", got)
	}
}
