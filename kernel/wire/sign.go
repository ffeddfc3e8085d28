package wire

// This file signs messages and checks signatures.

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"hash"
	"sync"
)

// hexSize is the length of a signature frame.
const hexSize = 2 * sha256.Size

// A signer signs with one key; with an empty key it does nothing. It may be
// used by several goroutines. Preparing a MAC costs two blocks of SHA-256 and
// some allocations, so signers keep prepared ones.
type signer struct {
	unsigned bool
	macs     sync.Pool // of *mac
}

// A mac is a prepared MAC with room for its result.
type mac struct {
	hash.Hash
	sum [sha256.Size]byte
	hex [hexSize]byte
}

func newSigner(key string) *signer {
	s := &signer{unsigned: key == ""}
	s.macs.New = func() any { return &mac{Hash: hmac.New(sha256.New, []byte(key))} }
	return s
}

// put writes the signature of the four dictionaries to dst, which has
// signatureLen bytes.
func (s *signer) put(dst []byte, header, parent, metadata, content []byte) {
	if s.unsigned {
		return
	}
	m := s.macs.Get().(*mac)
	copy(dst, m.sign(header, parent, metadata, content))
	s.macs.Put(m)
}

// ok tells whether signature is that of the four dictionaries, in a time that
// does not depend on where it differs.
func (s *signer) ok(signature, header, parent, metadata, content []byte) bool {
	if s.unsigned {
		return true
	}
	m := s.macs.Get().(*mac)
	same := subtle.ConstantTimeCompare(m.sign(header, parent, metadata, content), signature) == 1
	s.macs.Put(m)
	return same
}

// signatureLen is the length of a signature frame.
func (s *signer) signatureLen() int {
	if s.unsigned {
		return 0
	}
	return hexSize
}

// sign returns the signature in hexadecimal digits, valid until the next call.
func (m *mac) sign(header, parent, metadata, content []byte) []byte {
	m.Reset()
	m.Write(header)
	m.Write(parent)
	m.Write(metadata)
	m.Write(content)
	hex.Encode(m.hex[:], m.Sum(m.sum[:0]))
	return m.hex[:]
}
