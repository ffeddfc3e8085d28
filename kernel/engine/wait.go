package engine

// This file shows that a cell waits for something of the kernel's.

import (
	"sync"
	"time"

	"github.com/netherfield/netherfield/display"
)

const (
	// waitPatience is how long a cell waits without a word.
	waitPatience = time.Second
	// waitPause is how often it is shown for how long it has waited.
	waitPause = time.Second
)

// A shower shows a bundle, or again with update, where the user sees it; nil where
// nobody does.
type shower func(b display.Bundle, id string, update bool)

// A waiting shows a bar while something goes on that takes long. It is gone when that
// ends.
type waiting struct {
	stop func() bool
	over chan struct{} // closed by end

	mu    sync.Mutex
	bar   *display.Bar // nil until it took long
	count int
	note  string
	ended bool
	done  sync.WaitGroup
}

// wait begins something.
func (show shower) wait(name string) *waiting {
	w := &waiting{over: make(chan struct{}), stop: func() bool { return true }}
	if show == nil {
		return w
	}
	w.stop = time.AfterFunc(waitPatience, func() { w.begin(show, name) }).Stop
	return w
}

func (w *waiting) begin(show shower, name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	w.bar = display.NewBarOn(func(b display.Bundle, id string, update bool) error {
		show(b, id, update)
		return nil
	}, name, 0)
	w.bar.Add(w.count)
	w.bar.Note(w.note)
	w.done.Go(func() {
		tick := time.NewTicker(waitPause)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				w.bar.Add(0)
			case <-w.over:
				return
			}
		}
	})
}

// step tells what goes on now.
func (w *waiting) step(note string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count++
	w.note = note
	if w.bar != nil {
		w.bar.Add(1)
		w.bar.Note(note)
	}
}

// end takes the bar away.
func (w *waiting) end() {
	w.stop()
	close(w.over)
	w.mu.Lock()
	w.ended = true
	w.mu.Unlock()
	w.done.Wait()
	if w.bar != nil {
		w.bar.Remove()
	}
}
