package wire

// This file is the ROUTER role of shell, control and stdin: messages come in
// verified, answers go out by routing identity.

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// inbox is how many verified messages wait in a channel before their senders
// are held back.
const inbox = 64

// A router is the role of the sockets that receive messages.
type router struct {
	channel Channel
	sign    *signer
	count   *counters
	closing <-chan struct{}
	in      chan *Message
	numbers atomic.Uint64 // for identities of anonymous peers

	mu      sync.Mutex
	peers   map[string]*conn // by identity
	arrival chan struct{}    // closed at the next join; nil if nobody waits
}

// join makes c the peer of its identity. From an older connection it takes over
// the identity and the answers that are still queued.
func (r *router) join(c *conn) {
	if c.identity == "" {
		c.identity, c.anonymous = autoIdentity(r.numbers.Add(1)), true
	}
	if r.enter(c) {
		r.count.event(&r.count.replaced, "a new connection takes over a routing identity", c.args()...)
	}
}

// enter puts c on the list of peers and reports whether it replaced another.
func (r *router) enter(c *conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.peers[c.identity]
	r.peers[c.identity] = c
	if r.arrival != nil {
		close(r.arrival)
		r.arrival = nil
	}
	if old == nil {
		return false
	}
	for _, p := range old.out.abandon() {
		c.out.force(p) // c is closed at worst, and the answers lost with it
	}
	old.close()
	return true
}

func (r *router) leave(c *conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.peers[c.identity] == c {
		delete(r.peers, c.identity)
	}
}

// message verifies a message and hands it on.
func (r *router) message(c *conn, frames [][]byte) error {
	m, err := parseMessage(frames, r.sign)
	switch {
	case errors.Is(err, errSignature):
		r.count.event(&r.count.badSignature, "dropping a message with a wrong signature", c.args()...)
		return nil
	case err != nil:
		r.count.event(&r.count.malformed, "dropping a malformed message", append(c.args(), "error", err)...)
		return nil
	}
	c.reader.trust()
	m.Channel, m.identity, m.anonymous = r.channel, c.identity, c.anonymous
	select {
	case r.in <- m:
		return nil
	case <-r.closing:
		return errStop
	}
}

// command ignores what a ROUTER has no use for.
func (r *router) command(*conn, string, []byte) error { return nil }

// send queues a packet for the peer of an identity, whichever connection that
// is, and reports whether there is one.
func (r *router) send(identity string, p packet) bool {
	var failed *conn
	for {
		c := r.peer(identity)
		if c == nil || c == failed {
			return false
		}
		if c.out.put(p) == nil {
			return true
		}
		failed = c
	}
}

// peer returns the connection that has an identity now, or nil.
func (r *router) peer(identity string) *conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.peers[identity]
}

// await returns when there is a peer of an identity, when that takes too long,
// or when the router closes.
func (r *router) await(identity string, patience time.Duration) {
	var timeout <-chan time.Time
	for {
		r.mu.Lock()
		if r.peers[identity] != nil {
			r.mu.Unlock()
			return
		}
		if r.arrival == nil {
			r.arrival = make(chan struct{})
		}
		arrival := r.arrival
		r.mu.Unlock()
		if timeout == nil {
			timer := time.NewTimer(patience)
			defer timer.Stop()
			timeout = timer.C
		}
		select {
		case <-arrival:
		case <-timeout:
			return
		case <-r.closing:
			return
		}
	}
}
