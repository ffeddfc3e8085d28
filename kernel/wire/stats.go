package wire

// This file counts what happens to peers and messages.

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// Stats counts what a Sockets dropped, refused and disconnected since Listen.
type Stats struct {
	// Connections is the number of peers connected now, over all sockets;
	// those still in the handshake do not count.
	Connections int
	// BadSignature counts messages whose signature does not match the key.
	BadSignature uint64
	// Malformed counts messages that are not Jupyter messages.
	Malformed uint64
	// Unframed counts connections ended because of bytes that are not ZMTP.
	Unframed uint64
	// Oversized counts connections ended because of a message over a limit.
	Oversized uint64
	// BadHandshake counts connections refused in the handshake, those that
	// took too long included.
	BadHandshake uint64
	// OverLimit counts connections refused because there were too many.
	OverLimit uint64
	// SlowPeers counts connections ended because the peer did not read.
	SlowPeers uint64
	// Replaced counts connections ended because a new one has the same
	// routing identity.
	Replaced uint64
	// Faults counts connections ended by a mistake in this package.
	Faults uint64
}

// counters are the live Stats.
type counters struct {
	logger *slog.Logger

	connections  atomic.Int64
	badSignature counter
	malformed    counter
	unframed     counter
	oversized    counter
	badHandshake counter
	overLimit    counter
	slowPeers    counter
	replaced     counter
	faults       counter
}

// A counter counts one kind of event.
type counter struct{ atomic.Uint64 }

// event counts an event and logs it: the first of a kind as a warning, the
// rest for debugging only, since a stranger may cause any number of them.
func (cs *counters) event(c *counter, text string, args ...any) {
	level := slog.LevelDebug
	if c.Add(1) == 1 {
		level = slog.LevelWarn
	}
	cs.logger.Log(context.Background(), level, text, args...)
}

func (cs *counters) stats() Stats {
	return Stats{
		Connections:  int(cs.connections.Load()),
		BadSignature: cs.badSignature.Load(),
		Malformed:    cs.malformed.Load(),
		Unframed:     cs.unframed.Load(),
		Oversized:    cs.oversized.Load(),
		BadHandshake: cs.badHandshake.Load(),
		OverLimit:    cs.overLimit.Load(),
		SlowPeers:    cs.slowPeers.Load(),
		Replaced:     cs.replaced.Load(),
		Faults:       cs.faults.Load(),
	}
}
