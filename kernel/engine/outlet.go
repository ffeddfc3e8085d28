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
	"github.com/netherfield/netherfield/display/widget"
)

// suspicion is how long text that looks like the last words of a Go process
// is held back, to find out whether the process dies of it.
const suspicion = 300 * time.Millisecond

// A text that is such a report is held back longer, unless the process shows
// that it lives: the runtime takes 10 s to count the calls of an endless
// recursion. But not more of it than maxWords.
const (
	strongSuspicion = time.Minute
	maxWords        = 8 << 20
)

// An outlet passes output on to the current Output.
type outlet struct {
	mu    sync.Mutex
	out   Output
	words []byte // held back
	since time.Time
	timer *time.Timer
	holds uint64 // how often text has been held back
	// ask makes a worker that lives call alive with the number.
	ask func(holds uint64)
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
	text = plain(text)
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
		o.words = append(o.words, text...)
		full := len(o.words) > maxWords
		o.mu.Unlock()
		if full {
			o.letGo()
		}
		return
	}
	at := lastWordsAt(text)
	if at >= 0 {
		o.words = append(o.words, text[at:]...)
		text = text[:at]
		o.holds++
		o.since = time.Now()
		o.timer = time.AfterFunc(suspicion, o.release)
	}
	o.mu.Unlock()
	if len(text) > 0 {
		o.say("stderr", text)
	}
}

// release lets held-back text through: the process lives, it seems.
func (o *outlet) release() {
	o.mu.Lock()
	wait := o.isReport() && time.Since(o.since) < strongSuspicion
	if wait && o.timer != nil {
		o.timer.Reset(suspicion)
	}
	holds := o.holds
	o.mu.Unlock()
	if wait {
		o.ask(holds)
	} else {
		o.letGo()
	}
}

// isReport tells whether what is held back is the report of a dying process,
// its own or a child's, as far as it has come.
func (o *outlet) isReport() bool {
	if isPrelude(string(o.words)) {
		return true
	}
	_, ok := readTrace(string(o.words))
	return ok
}

// alive lets text through that was held back: the worker lives.
func (o *outlet) alive(holds uint64) {
	o.mu.Lock()
	same := o.holds == holds
	o.mu.Unlock()
	if same {
		o.letGo()
	}
}

// settle lets held-back text through because the cell is done: the text belongs
// to it, not to the next one. But if the process dies of it, it stays.
func (o *outlet) settle(ended <-chan struct{}) {
	o.mu.Lock()
	held := len(o.words) > 0
	o.mu.Unlock()
	if !held {
		return
	}
	select {
	case <-ended:
	case <-time.After(suspicion):
		o.release()
	}
}

func (o *outlet) letGo() {
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

// lastWordsMarks are how lines begin with which a dying Go process begins.
var lastWordsMarks = [][]byte{
	[]byte("fatal error: "), []byte("panic: "), []byte("fatal: "), []byte("runtime: "), []byte("SIG"),
	[]byte("unexpected fault address"),
}

// lastWordsAt returns where text begins to look like the report of a dying Go
// process; -1 if it does not.
func lastWordsAt(text []byte) int {
	for start := 0; start < len(text); {
		for _, mark := range lastWordsMarks {
			if bytes.HasPrefix(text[start:], mark) {
				return start
			}
		}
		end := bytes.IndexByte(text[start:], '\n')
		if end < 0 {
			break
		}
		start += end + 1
	}
	return -1
}

func (o *outlet) display(b display.Bundle, id string, update bool) {
	if out := o.get(); out != nil {
		out.Display(b, id, update)
	}
}

func (o *outlet) comm(m widget.Message) {
	if out := o.get(); out != nil {
		out.Comm(m)
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
