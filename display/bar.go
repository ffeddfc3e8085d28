package display

// This file shows how far long work is.

import (
	"fmt"
	"html"
	"iter"
	"math"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// A Bar shows how far long work is, at what rate it goes on and how long it will still
// take. In a notebook it is one display that changes, in a terminal a line, in a log a
// line now and then. Work within the work has a bar of its own, which stands below. Its
// methods may be called by several goroutines at a time, as often as they like: what is
// shown changes ten times a second at most.
//
//	bar := display.NewBar("reading", len(files))
//	for _, f := range files {
//		…
//		bar.Add(1)
//	}
//
// Set has the form in which other packages report how far they are:
//
//	search := pipeline.GridSearch{…, Progress: display.NewBar("grid search", 0).Set}
type Bar struct {
	name string
	id   string
	show func(b Bundle, id string, update bool) error // nil for the publisher

	mu          sync.Mutex
	done, total int
	note        string
	began       time.Time
	ended       time.Time // zero while the work goes on
	removed     bool
	quiet       bool // nobody hears any more

	drawn     time.Time // when it was last shown
	drawnDone int
	rate      float64 // steps a second, of late
}

const (
	barPause = 100 * time.Millisecond
	barWidth = 20 // characters
	// barMemory is over how many seconds the rate is averaged, those long ago counting
	// less and less.
	barMemory = 5
)

// NewBar shows a bar for work of total steps; 0 stands for a number that is not known.
func NewBar(name string, total int) *Bar { return NewBarOn(nil, name, total) }

// NewBarOn is NewBar for hosts: show shows the bar's bundle under an id, or again with
// update; nil stands for where [Show] does.
func NewBarOn(show func(b Bundle, id string, update bool) error, name string, total int) *Bar {
	b := &Bar{name: name, id: newID(), show: show, total: max(0, total), began: time.Now()}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.draw(false)
	return b
}

// Steps goes from 0 to total-1 and shows a bar meanwhile, which stays as it is if the
// loop is left early:
//
//	for i := range display.Steps("reading", len(files)) {
//		read(files[i])
//	}
func Steps(name string, total int) iter.Seq[int] {
	return func(yield func(int) bool) {
		b := NewBar(name, total)
		defer b.Done()
		for i := range total {
			if !yield(i) {
				return
			}
			b.Add(1)
		}
	}
}

// Add counts n more steps as done.
func (b *Bar) Add(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.step(b.done+n, b.total)
}

// Set says how many of total steps are done. The work is over when all are.
func (b *Bar) Set(done, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.step(done, total)
}

func (b *Bar) step(done, total int) {
	b.done, b.total = max(0, done), max(0, total)
	over := b.total > 0 && b.done >= b.total
	if over && b.ended.IsZero() {
		b.ended = time.Now()
		b.draw(true)
		return
	}
	if !over {
		b.ended = time.Time{} // there is more to do than it seemed
	}
	if time.Since(b.drawn) >= barPause {
		b.draw(true)
	}
}

// Note writes something behind the bar, such as the loss so far.
func (b *Bar) Note(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.note = text
	if time.Since(b.drawn) >= barPause {
		b.draw(true)
	}
}

// Done says that the work is over, whether or not all steps were done.
func (b *Bar) Done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended.IsZero() {
		b.ended = time.Now()
		b.draw(true)
	}
}

// Remove takes the bar away. In a terminal it stays if all others are complete: what
// is written there since may lie below it.
func (b *Bar) Remove() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended.IsZero() {
		b.ended = time.Now()
	}
	b.removed = true
	b.draw(true)
}

// String returns the bar as a terminal has it.
func (b *Bar) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text(time.Now())
}

// draw shows the bar as it is now.
func (b *Bar) draw(again bool) {
	if b.quiet {
		return
	}
	now := time.Now()
	if passed := now.Sub(b.drawn).Seconds(); again && passed > 0 && b.done >= b.drawnDone {
		if rate := float64(b.done-b.drawnDone) / passed; b.rate == 0 {
			b.rate = rate
		} else {
			b.rate += (1 - math.Exp(-passed/barMemory)) * (rate - b.rate)
		}
	}
	b.drawn, b.drawnDone = now, b.done
	var err error
	p := publisher()
	if b.show != nil {
		err = b.show(b.bundle(now), b.id, again)
	} else if drawer, ok := p.(interface{ drawBar(*Bar) error }); ok {
		err = drawer.drawBar(b)
	} else {
		err = p.Publish(b.bundle(now), b.id, again)
	}
	// The work goes on although nobody sees how far it is.
	b.quiet = err != nil
}

// bundle is the bar in all representations.
func (b *Bar) bundle(now time.Time) Bundle {
	if b.removed {
		return Bundle{Data: map[string]any{textPlain: "", textHTML: ""}}
	}
	var value string // without one, a browser shows that something is going on
	switch {
	case b.total > 0:
		value = fmt.Sprintf(` value="%d" max="%d"`, min(b.done, b.total), b.total)
	case !b.ended.IsZero():
		value = ` value="1" max="1"`
	}
	return Bundle{Data: map[string]any{
		textPlain: b.text(now),
		textHTML: fmt.Sprintf(`<div style="display: flex; gap: 0.8em; align-items: center"><span>%s</span><progress%s style="width: 16em"></progress><span style="font-variant-numeric: tabular-nums">%s</span></div>`,
			html.EscapeString(b.name), value, html.EscapeString(strings.Join(b.facts(now), " · "))),
	}}
}

// text is the bar in one line.
func (b *Bar) text(now time.Time) string {
	var line strings.Builder
	if b.name != "" {
		line.WriteString(foldNested.text(oneLine(b.name)) + " ")
	}
	if b.total > 0 {
		// Eighths of a character show a little more.
		full := int(float64(barWidth*8) * b.share())
		line.WriteString("|" + strings.Repeat("█", full/8))
		if full%8 > 0 {
			line.WriteString(string(rune('█' + 8 - full%8)))
		}
		line.WriteString(strings.Repeat(" ", barWidth-(full+7)/8) + "| ")
	}
	line.WriteString(strings.Join(b.facts(now), ", "))
	return strings.TrimRight(line.String(), " ")
}

func (b *Bar) share() float64 { return min(1, float64(b.done)/float64(b.total)) }

// facts says what is known: the steps, the time, the rate, the note.
func (b *Bar) facts(now time.Time) (facts []string) {
	switch {
	case b.total > 0:
		facts = append(facts, fmt.Sprintf("%d %%", int(100*b.share())), count(b.done)+" of "+count(b.total))
	case b.done > 0:
		facts = append(facts, count(b.done))
	}
	if !b.ended.IsZero() {
		passed := b.ended.Sub(b.began)
		facts = append(facts, "in "+duration(passed))
		if passed >= barPause && b.done > 0 {
			facts = append(facts, rateOf(float64(b.done)/passed.Seconds()))
		}
	} else if b.rate > 0 {
		facts = append(facts, rateOf(b.rate))
		if b.total > 0 {
			left := float64(b.total-b.done) / b.rate
			facts = append(facts, duration(time.Duration(min(left, math.MaxInt32)*float64(time.Second)))+" left")
		}
	} else if passed := now.Sub(b.began); passed >= time.Second {
		facts = append(facts, duration(passed))
	}
	if b.note != "" {
		facts = append(facts, foldNested.text(oneLine(b.note)))
	}
	return facts
}

// rateOf says how many steps are done in a second, or how long one takes.
func rateOf(rate float64) string {
	if rate < 1 {
		return duration(time.Duration(min(1/rate, math.MaxInt32)*float64(time.Second))) + " each"
	}
	if rate < 100 {
		return fmt.Sprintf("%.3g/s", rate)
	}
	return count(int(min(rate, math.MaxInt32))) + "/s"
}

// duration is d to two units, of which the smaller is worth reading.
func duration(d time.Duration) string {
	switch s := int(d.Seconds()); {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case s < 10:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %02d s", s/60, s%60)
	default:
		return fmt.Sprintf("%s h %02d min", count(s/3600), s/60%60)
	}
}

// oneLine has no characters that would leave the line.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)
}
