package wire

// This file is a connection's queue of outgoing packets: bounded in bytes,
// lossless, and unable to hold a sender back for long.

import (
	"errors"
	"net"
	"sync"
	"time"
)

const (
	// growth is how many times its size a bound reaches while its peer is late.
	growth = 4
	// leastShare is the part of the bound that a late peer must take within
	// the stall time in order not to count as stalled.
	leastShare = 64
	// writeSize is the most that goes into one write. It bounds the time
	// between two signs of progress.
	writeSize = 128 << 10
)

var errClosed = errors.New("connection is closed")

// An outbox queues packets for one peer and, in run, writes them.
//
// A peer is late while more than bound bytes wait for it. Senders then wait,
// each until the queue is shorter than the present bound; that is bound at the
// moment at which the peer becomes late and grows steadily to growth*bound
// within stall. So a peer that has stopped reading slows the senders down to a
// known rate, but never stops them; and by the time that the largest bound is
// reached it has been found stalled and is disconnected. What is left to wait
// for at the largest bound is a peer that does read, slowly.
type outbox struct {
	bound   int
	stall   time.Duration
	stalled func() // disconnects the peer, called once at most

	mu      sync.Mutex
	work    sync.Cond // for run: packets or a change of state
	queue   []packet
	bytes   int // waiting, including what run is writing
	taken   int // bytes written in all
	idle    bool
	state   outboxState
	changed chan struct{} // closed when senders should look again; nil if none waits

	late  bool
	since time.Time   // start of being late
	mark  int         // taken at the start of the present stall time
	timer *time.Timer // ends the present stall time
}

type outboxState int

const (
	outboxOpen     outboxState = iota
	outboxDraining             // takes nothing new, run ends when the queue is empty
	outboxClosed
)

func newOutbox(bound int, stall time.Duration, stalled func()) *outbox {
	o := &outbox{bound: bound, stall: stall, stalled: stalled}
	o.work.L = &o.mu
	return o
}

// try queues p if there is room now.
func (o *outbox) try(p packet) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.state != outboxOpen {
		return false, errClosed
	}
	if o.bytes >= o.limit() {
		return false, nil
	}
	o.push(p)
	return true, nil
}

// put queues p as soon as there is room.
func (o *outbox) put(p packet) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.room(); err != nil {
		return err
	}
	o.push(p)
	return nil
}

// force queues p without waiting, for a caller that must not; it should call
// wait afterwards.
func (o *outbox) force(p packet) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.state != outboxOpen {
		return errClosed
	}
	o.push(p)
	return nil
}

// wait returns when there is room.
func (o *outbox) wait() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.room()
}

// push queues p. o.mu is held.
func (o *outbox) push(p packet) {
	o.queue = append(o.queue, p)
	o.bytes += p.size
	if o.idle {
		o.work.Signal()
	}
	if o.bytes >= o.bound && !o.late {
		o.late, o.since, o.mark = true, time.Now(), o.taken
		if o.timer == nil {
			o.timer = time.AfterFunc(o.stall, o.judge)
		} else {
			o.timer.Reset(o.stall)
		}
	}
}

// limit returns the present bound. o.mu is held.
func (o *outbox) limit() int {
	if !o.late {
		return o.bound
	}
	part := min(1, float64(time.Since(o.since))/float64(o.stall))
	return o.bound + int(part*float64((growth-1)*o.bound))
}

// room waits until there is room. o.mu is held, but not while it waits.
func (o *outbox) room() error {
	for {
		if o.state != outboxOpen {
			return errClosed
		}
		over := o.bytes - o.limit()
		if over < 0 {
			return nil
		}
		// The limit grows by (growth-1)*bound within stall; over tells how
		// long that takes. At the largest limit only progress helps.
		wait := o.stall
		if time.Since(o.since) < o.stall {
			wait = time.Duration(float64(over+1) / float64((growth-1)*o.bound) * float64(o.stall))
		}
		if o.changed == nil {
			o.changed = make(chan struct{})
		}
		changed := o.changed
		o.mu.Unlock()
		timer := time.NewTimer(max(wait, 100*time.Microsecond))
		select {
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
		o.mu.Lock()
	}
}

// judge runs when a stall time is over: the peer is stalled if it was late all
// the time and took next to nothing.
func (o *outbox) judge() {
	o.mu.Lock()
	if !o.late || o.state == outboxClosed {
		o.mu.Unlock()
		return
	}
	stalled := o.taken-o.mark < max(1, o.bound/leastShare)
	if !stalled {
		o.mark = o.taken
		o.timer.Reset(o.stall)
	}
	o.mu.Unlock()
	if stalled {
		o.stalled()
	}
}

// wrote books n bytes as taken by the peer.
func (o *outbox) wrote(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.taken += n
	o.bytes -= n
	if o.late && o.bytes < o.bound {
		o.late = false
		o.timer.Stop()
	}
	o.wake()
}

// wake lets waiting senders look again. o.mu is held.
func (o *outbox) wake() {
	if o.changed != nil {
		close(o.changed)
		o.changed = nil
	}
}

// waiting returns the bytes that the peer has not taken.
func (o *outbox) waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes
}

// drain makes run end when everything queued is written.
func (o *outbox) drain() { o.end(outboxDraining) }

// close throws the queue away and makes run end after the present write. The
// caller closes the connection, too, in order to end that write.
func (o *outbox) close() { o.end(outboxClosed) }

// abandon closes the outbox and returns what nobody has begun to write.
func (o *outbox) abandon() []packet {
	o.mu.Lock()
	queue := o.queue
	o.queue = nil
	o.mu.Unlock()
	o.close()
	return queue
}

func (o *outbox) end(state outboxState) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.state >= state {
		return
	}
	o.state = state
	if state == outboxClosed {
		o.queue, o.late = nil, false
		if o.timer != nil {
			o.timer.Stop()
		}
	}
	o.work.Signal()
	o.wake()
}

// take waits for packets and returns all there are, in spare's memory. It
// returns false when run should end.
func (o *outbox) take(spare []packet) ([]packet, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.queue) == 0 && o.state == outboxOpen {
		o.idle = true
		o.work.Wait()
	}
	o.idle = false
	if len(o.queue) == 0 {
		return nil, false
	}
	batch := o.queue
	o.queue = spare
	return batch, true
}

// run writes to nc until the outbox is closed, or drained, or writing fails.
func (o *outbox) run(nc net.Conn) error {
	w := gather{nc: nc, wrote: o.wrote}
	var spare []packet
	for {
		batch, ok := o.take(spare)
		if !ok {
			return nil
		}
		for _, p := range batch {
			if err := w.add(p.head); err != nil {
				return err
			}
			for _, piece := range p.rest {
				if err := w.add(piece); err != nil {
					return err
				}
			}
		}
		if err := w.flush(); err != nil {
			return err
		}
		clear(batch) // the packets' memory
		spare = batch[:0]
		if cap(spare) > 4096 {
			spare = nil // do not keep what one burst needed
		}
	}
}

// A gather joins small pieces into large writes.
type gather struct {
	nc      net.Conn
	wrote   func(n int)
	pending []byte // the only piece so far, or buffer
	buffer  []byte
	joined  bool // pending is buffer
}

// add writes a piece, now or with a later call. The piece must not change
// until flush.
func (g *gather) add(piece []byte) error {
	switch {
	case len(g.pending) == 0:
		g.pending, g.joined = piece, false
	case len(g.pending)+len(piece) > writeSize:
		if err := g.flush(); err != nil {
			return err
		}
		g.pending, g.joined = piece, false
	default:
		if !g.joined {
			g.buffer = append(g.buffer[:0], g.pending...)
			g.joined = true
		}
		g.buffer = append(g.buffer, piece...)
		g.pending = g.buffer
	}
	return nil
}

// flush writes what is pending.
func (g *gather) flush() error {
	for len(g.pending) > 0 {
		n, err := g.nc.Write(g.pending[:min(len(g.pending), writeSize)])
		g.wrote(n)
		if err != nil {
			return err
		}
		g.pending = g.pending[n:]
	}
	g.pending = nil
	return nil
}
