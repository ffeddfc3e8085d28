package wire

// This file is the ZMTP greeting and the NULL handshake.

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	greetingSize = 64
	// signatureSize is the part of the greeting that every ZMTP version has.
	signatureSize = 10
	// maxIdentity is ZMTP's bound on a routing identity.
	maxIdentity = 255
)

// A handshake is what a peer says of itself.
type handshake struct {
	minor    byte   // of ZMTP 3
	socket   string // the peer's socket type
	identity string // empty if it has none
}

// shake performs the handshake as a socket of type local that takes peers of
// the types allowed. r must read from the same connection that w writes to.
// It returns an error if the peer is not one to talk to, or talks nonsense.
func shake(r *bufio.Reader, w io.Writer, local string, allowed []string) (handshake, error) {
	var hs handshake
	if _, err := w.Write(greeting()); err != nil {
		return hs, err
	}
	var g [greetingSize]byte
	// The signature first: a peer that is no ZMTP at all, such as a browser,
	// may never send 64 bytes.
	if _, err := io.ReadFull(r, g[:signatureSize]); err != nil {
		return hs, err
	}
	if g[0] != 0xff || g[9]&1 == 0 {
		return hs, errors.New("peer does not speak ZMTP")
	}
	if _, err := io.ReadFull(r, g[signatureSize:]); err != nil {
		return hs, err
	}
	if g[10] < 3 {
		return hs, fmt.Errorf("peer speaks ZMTP %d; 3.0 is the oldest supported", g[10])
	}
	hs.minor = g[11]
	if mechanism := string(bytes.TrimRight(g[12:32], "\x00")); mechanism != "NULL" {
		return hs, fmt.Errorf("peer asks for mechanism %q; only NULL is supported", mechanism)
	}
	if _, err := w.Write(appendCommand(nil, "READY", appendProperty(nil, "Socket-Type", local))); err != nil {
		return hs, err
	}
	fr := frameReader{r: r, limit: maxCommand}
	_, command, err := fr.next()
	if err != nil {
		return hs, err
	}
	name, body, err := splitCommand(command)
	if err != nil {
		return hs, err
	}
	switch name {
	case "READY":
	case "ERROR":
		return hs, fmt.Errorf("peer refused the handshake: %q", body)
	default:
		return hs, fmt.Errorf("peer sent %q where READY belongs", name)
	}
	if err := hs.properties(body); err != nil {
		return hs, err
	}
	for _, t := range allowed {
		if hs.socket == t {
			return hs, nil
		}
	}
	return hs, fmt.Errorf("a %s peer does not fit a %s socket", hs.socket, local)
}

// greeting returns the 64 bytes that open a ZMTP 3.1 NULL connection.
func greeting() []byte {
	g := make([]byte, greetingSize)
	g[0], g[9] = 0xff, 0x7f
	g[10], g[11] = 3, 1
	copy(g[12:], "NULL")
	return g
}

// appendProperty appends one property of a READY command.
func appendProperty(b []byte, name, value string) []byte {
	b = append(b, byte(len(name)))
	b = append(b, name...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(value)))
	return append(b, value...)
}

// properties reads the metadata of a READY command.
func (hs *handshake) properties(b []byte) error {
	for len(b) > 0 {
		n := int(b[0])
		if n == 0 || len(b) < 1+n+4 {
			return errors.New("READY with a truncated property")
		}
		name := string(b[1 : 1+n])
		size := binary.BigEndian.Uint32(b[1+n:])
		b = b[1+n+4:]
		if uint64(size) > uint64(len(b)) {
			return fmt.Errorf("READY with a truncated value of %q", name)
		}
		value := b[:size]
		b = b[size:]
		switch strings.ToLower(name) { // names are case-insensitive
		case "socket-type":
			hs.socket = string(value)
		case "identity":
			if len(value) > maxIdentity {
				return fmt.Errorf("READY with an identity of %d bytes; %d is the most", len(value), maxIdentity)
			}
			hs.identity = string(value)
		}
	}
	return nil
}
