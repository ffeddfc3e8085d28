// Package wire owns the five sockets of a Jupyter kernel: shell, control and
// stdin (ROUTER), iopub (XPUB) and the heartbeat (REP), on tcp and ipc. It
// frames, signs and verifies messages (HMAC-SHA256) and reads and writes the
// connection file. It knows nothing of what a message type means.
//
// # Model
//
// Every socket speaks ZMTP 3.1 with the NULL mechanism (3.0 peers are welcome)
// through a codec of its own, because everything that arrives before a
// signature is checked comes from strangers. A connection has a reader and a
// writer goroutine. The reader verifies messages and hands them to the
// channels [Sockets.Shell], [Sockets.Control] and [Sockets.Stdin]; what is
// mis-signed or malformed is dropped and counted in [Stats], never answered
// and never fatal. The writer empties the connection's queue, many small
// messages in one write.
//
// # Slow peers
//
// Nothing queued is ever dropped. A connection's queue is bounded in bytes
// ([Opts.QueueBytes]); a full queue holds the sender back, so a cell that
// prints without end runs at the speed of its reader. A peer that stops
// reading must not silence the others, though: while it is over its bound, the
// bound grows steadily, to four times its size within [Opts.Stall], so sending
// goes on at that rate, and after that time a peer that has taken next to
// nothing is disconnected. A peer that stops reading within its bound disturbs
// nobody and may take as long as it likes.
//
// # Concurrency
//
// All methods of [Sockets] may be called from any goroutine. Messages of one
// goroutine's calls to [Sockets.Publish] arrive in that order at every
// subscriber; so do those of calls ordered in any other way.
//
// # Example
//
//	info, err := wire.ReadConnectionFile(path)
//	if err != nil {
//		return err
//	}
//	sockets, err := wire.Listen(info, wire.Opts{Logger: logger})
//	if err != nil {
//		return err
//	}
//	defer sockets.Close(context.Background())
//	for request := range sockets.Shell() {
//		sockets.Publish(request, wire.Out{Type: "status", Content: busy})
//		sockets.Reply(request, wire.Out{Type: "kernel_info_reply", Content: info})
//		sockets.Publish(request, wire.Out{Type: "status", Content: idle})
//	}
package wire
