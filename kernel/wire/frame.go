package wire

// This file is the ZMTP framing: frames to bytes and back. A frame is a flag
// byte, a length of one or eight bytes and a body; a message is one frame or
// more, a command always one.

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// The flag bits of a frame.
const (
	flagMore    = 1 << iota // another frame of this message follows
	flagLong                // the length has eight bytes
	flagCommand             // a command, not part of a message
)

const (
	// maxCommand bounds a command's body. The longest one that means
	// anything here is a subscription.
	maxCommand = 64 << 10
	// frameCost is what a frame counts against the message limit beside its
	// bytes: the slice that holds it.
	frameCost = 32
	// firstChunk is how much memory the mere announcement of a frame gets;
	// a longer frame's buffer grows as its bytes arrive.
	firstChunk = 16 << 10
	// freeBytes is what an unfinished message may hold without charge to the
	// budget, so that strangers who use it up shut out no ordinary client.
	freeBytes = 64 << 10
)

var (
	errTooBig = errors.New("message exceeds the size limit")
	errBudget = errors.New("unfinished messages of unknown peers exceed the limit")
)

// appendFrameHeader appends the flags and length of a frame with n bytes.
func appendFrameHeader(b []byte, flags byte, n int) []byte {
	if n > 255 {
		b = append(b, flags|flagLong)
		return binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return append(b, flags, byte(n))
}

// appendFrame appends a whole frame.
func appendFrame(b []byte, flags byte, body []byte) []byte {
	return append(appendFrameHeader(b, flags, len(body)), body...)
}

// appendCommand appends a command frame.
func appendCommand(b []byte, name string, body []byte) []byte {
	b = appendFrameHeader(b, flagCommand, 1+len(name)+len(body))
	b = append(b, byte(len(name)))
	b = append(b, name...)
	return append(b, body...)
}

// splitCommand takes a command frame's body apart.
func splitCommand(b []byte) (name string, body []byte, err error) {
	if len(b) == 0 || b[0] == 0 || int(b[0]) > len(b)-1 {
		return "", nil, errors.New("command without a name")
	}
	n := 1 + int(b[0])
	return string(b[1:n]), b[n:], nil
}

// A budget bounds the bytes that the unfinished messages of several
// connections hold together.
type budget struct {
	limit int64
	held  atomic.Int64
}

// A frameReader reads messages and commands from an untrusted peer.
type frameReader struct {
	r *bufio.Reader
	// limit bounds one message, frameCost included.
	limit int64
	// budget, if not nil, is charged with what the unfinished message holds.
	budget *budget

	frames [][]byte // of the unfinished message
	size   int64    // of the unfinished message, frameCost included
	held   int64    // memory of the unfinished message
}

// next returns the next message's frames, or a command's body. A command may
// stand between the frames of a message: libzmq sends its heartbeats so.
func (fr *frameReader) next() (frames [][]byte, command []byte, err error) {
	for {
		flags, n, err := fr.header()
		if err != nil {
			return nil, nil, err
		}
		if flags&flagCommand != 0 {
			if flags&flagMore != 0 {
				return nil, nil, errors.New("command with the MORE flag")
			}
			if n > maxCommand {
				return nil, nil, errTooBig
			}
			command = make([]byte, n)
			if _, err := io.ReadFull(fr.r, command); err != nil {
				return nil, nil, err
			}
			return nil, command, nil
		}
		// n may be anything up to 2^64-1: compare before adding.
		if n > uint64(fr.limit) || fr.size+int64(n)+frameCost > fr.limit {
			return nil, nil, errTooBig
		}
		fr.size += int64(n) + frameCost
		body, err := fr.body(int(n))
		if err != nil {
			return nil, nil, err
		}
		fr.frames = append(fr.frames, body)
		if flags&flagMore == 0 {
			frames, fr.frames, fr.size = fr.frames, nil, 0
			fr.release()
			return frames, nil, nil
		}
	}
}

// header reads a frame's flags and length.
func (fr *frameReader) header() (flags byte, n uint64, err error) {
	b, err := fr.r.Peek(2)
	if err != nil {
		return 0, 0, err
	}
	flags = b[0]
	if flags&^(flagMore|flagLong|flagCommand) != 0 {
		return 0, 0, fmt.Errorf("frame with unknown flags %#02x", flags)
	}
	if flags&flagLong == 0 {
		n = uint64(b[1])
		fr.r.Discard(2)
		return flags, n, nil
	}
	if b, err = fr.r.Peek(9); err != nil {
		return 0, 0, err
	}
	n = binary.BigEndian.Uint64(b[1:])
	fr.r.Discard(9)
	return flags, n, nil
}

// body reads n bytes without trusting n: memory is taken as bytes arrive.
func (fr *frameReader) body(n int) ([]byte, error) {
	b := make([]byte, 0, min(n, firstChunk))
	if err := fr.charge(int64(cap(b)) + frameCost); err != nil {
		return nil, err
	}
	for {
		have := len(b)
		b = b[:cap(b)]
		if _, err := io.ReadFull(fr.r, b[have:]); err != nil {
			return nil, err
		}
		if len(b) == n {
			return b, nil
		}
		size := min(n, 2*len(b))
		if err := fr.charge(int64(size - len(b))); err != nil {
			return nil, err
		}
		grown := make([]byte, len(b), size)
		copy(grown, b)
		b = grown
	}
}

// charge books n more bytes of the unfinished message, those beyond freeBytes
// to the budget.
func (fr *frameReader) charge(n int64) error {
	before := max(0, fr.held-freeBytes)
	fr.held += n
	after := max(0, fr.held-freeBytes)
	if fr.budget == nil || after == before {
		return nil
	}
	if fr.budget.held.Add(after-before) > fr.budget.limit {
		return errBudget
	}
	return nil
}

// release gives back what was charged; it must be called when reading ends.
func (fr *frameReader) release() {
	if fr.budget != nil && fr.held > freeBytes {
		fr.budget.held.Add(freeBytes - fr.held)
	}
	fr.held = 0
}

// trust takes the reader's peer off the budget.
func (fr *frameReader) trust() {
	fr.release()
	fr.budget = nil
}
