package wire

// This file is the REP role of the heartbeat: everything comes back as it is.

// heartbeatLimit bounds a heartbeat, which by convention says "ping".
const heartbeatLimit = 64 << 10

// An echo is the role of the heartbeat socket.
type echo struct{}

func (echo) join(*conn)  {}
func (echo) leave(*conn) {}

// message returns the frames. A REQ peer's empty first frame is among them, as
// it must be.
func (echo) message(c *conn, frames [][]byte) error {
	var b []byte
	for i, frame := range frames {
		b = appendFrame(b, more(i < len(frames)-1), frame)
	}
	return c.out.put(single(b))
}

func (echo) command(*conn, string, []byte) error { return nil }
