package panel

// This file streams what happens to those who look.

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	// pending is how many events wait for somebody slow, who is then let go: they come back
	// and are told all anew.
	pending = 256
	// beat is how far apart signs of life are.
	beat = 10 * time.Second
	// unread is how long somebody may leave an event unread.
	unread = 30 * time.Second
)

// A hub tells events to all who listen.
type hub struct {
	log *slog.Logger

	mu        sync.Mutex
	listeners map[chan []byte]bool
}

func newHub(log *slog.Logger) *hub { return &hub{log: log, listeners: map[chan []byte]bool{}} }

// event returns an event as it is sent.
func event(name string, v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return append(append([]byte("event: "+name+"\ndata: "), data...), "\n\n"...), nil
}

// tell tells all who listen. It never waits.
func (h *hub) tell(name string, v any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.listeners) == 0 {
		return
	}
	text, err := event(name, v)
	if err != nil {
		h.log.Error("an event cannot be told", "event", name, "error", err)
		return
	}
	for l := range h.listeners {
		select {
		case l <- text:
		default:
			delete(h.listeners, l)
			close(l)
		}
	}
}

// listen returns what is told from now on, until leave is called. It is closed if it is not
// read.
func (h *hub) listen() (events <-chan []byte, leave func()) {
	l := make(chan []byte, pending)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners[l] = true
	return l, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listeners, l)
	}
}

// events answers with the stream.
func (p *panel) events(w http.ResponseWriter, r *http.Request) {
	// Before the state is looked at: what changes meanwhile is told twice rather than not.
	events, leave := p.hub.listen()
	defer leave()
	release := p.watcher.Watch()
	defer release()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // proxies are to pass on each event at once
	out := http.NewResponseController(w)
	text, err := event("state", p.state())
	if err != nil {
		p.log.Error("the state cannot be told", "error", err)
		return
	}
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	defer out.SetWriteDeadline(time.Time{}) // another request may come on the connection
	for {
		if out.SetWriteDeadline(time.Now().Add(unread)) != nil {
			return
		}
		if _, err := w.Write(text); err != nil || out.Flush() != nil {
			return // they have gone
		}
		select {
		case next, ok := <-events:
			if !ok {
				return
			}
			text = next
		case <-ticker.C:
			text = []byte(": still here\n\n")
		case <-r.Context().Done():
			return
		case <-p.closing:
			return
		}
	}
}
