package engine

// This file holds where the worker's output goes: to the cell that runs, or
// to the one that ran last.

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/netherfield/netherfield/display"
)

// suspicion is how long text that looks like the last words of a Go process
// is held back, to find out whether the process dies of it.
const suspicion = 300 * time.Millisecond

// maxWords bounds the last words that are kept.
const maxWords = 256 << 10

// An outlet passes output on to the current Output.
type outlet struct {
	mu    sync.Mutex
	out   Output
	words []byte // held back
	timer *time.Timer
}

func (o *outlet) set(out Output) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if out != nil {
		o.out = out
	}
}

func (o *outlet) get() Output {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.out
}

func (o *outlet) say(name string, text []byte) {
	if out := o.get(); out != nil {
		out.Stream(name, text)
	}
}

func (o *outlet) stdout(text []byte) { o.say("stdout", text) }

// stderr passes text on, except from the point where it looks like a dying
// process.
func (o *outlet) stderr(text []byte) {
	o.mu.Lock()
	if len(o.words) > 0 {
		if len(o.words) < maxWords {
			o.words = append(o.words, text...)
		}
		o.mu.Unlock()
		return
	}
	at := lastWordsAt(text)
	if at >= 0 {
		o.words = append(o.words, text[at:]...)
		text = text[:at]
		o.timer = time.AfterFunc(suspicion, o.release)
	}
	o.mu.Unlock()
	if len(text) > 0 {
		o.say("stderr", text)
	}
}

// release lets held-back text through: the process lives.
func (o *outlet) release() {
	if words := o.lastWords(); words != "" {
		o.say("stderr", []byte(words))
	}
}

// lastWords takes what is held back.
func (o *outlet) lastWords() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := string(o.words)
	o.words = nil
	if o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
	return s
}

// lastWordsAt returns where text begins to look like the report of a dying Go
// process; -1 if it does not.
func lastWordsAt(text []byte) int {
	for _, mark := range []string{"fatal error: ", "panic: ", "runtime: ", "SIGSEGV", "SIGABRT", "SIGBUS", "unexpected fault address"} {
		if i := bytes.Index(text, []byte(mark)); i == 0 || i > 0 && text[i-1] == '\n' {
			return i
		}
	}
	return -1
}

func (o *outlet) display(b display.Bundle, id string, update bool) {
	if out := o.get(); out != nil {
		out.Display(b, id, update)
	}
}

func (o *outlet) clear(wait bool) {
	if out := o.get(); out != nil {
		out.Clear(wait)
	}
}

func (o *outlet) input(ctx context.Context, prompt string, password bool) (string, error) {
	out := o.get()
	if out == nil {
		return "", errors.New("there is nobody to ask")
	}
	return out.Input(ctx, prompt, password)
}
