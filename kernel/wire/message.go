package wire

// This file is the Jupyter message: received frames to Message, Out to frames.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

const (
	// protocolVersion is the version of the messaging specification.
	protocolVersion = "5.5"
	// username stands in the header of every message sent.
	username = "kernel"
	// headerDate is RFC 3339 with microseconds.
	headerDate = "2006-01-02T15:04:05.000000Z07:00"
	// sharedSize is the size from which a buffer is queued as it is
	// instead of being copied into the message's bytes.
	sharedSize = 32 << 10
)

var delimiter = []byte("<IDS|MSG>")

// emptyObject stands for a dictionary that nobody gave.
var emptyObject = []byte("{}")

// A Channel is one of the sockets that carry messages.
type Channel int

// The channels.
const (
	Shell Channel = iota
	Control
	Stdin
	IOPub
)

// String returns the channel's name in Jupyter's words.
func (c Channel) String() string {
	switch c {
	case Shell:
		return "shell"
	case Control:
		return "control"
	case Stdin:
		return "stdin"
	case IOPub:
		return "iopub"
	}
	return "Channel(" + strconv.Itoa(int(c)) + ")"
}

// A Header names a message, its sender and its type.
type Header struct {
	MsgID      string `json:"msg_id"`
	Session    string `json:"session"`
	Username   string `json:"username"`
	Date       string `json:"date"`
	MsgType    string `json:"msg_type"`
	Version    string `json:"version"`
	SubshellID string `json:"subshell_id,omitempty"`
}

// A Message is one received message whose signature holds. The four
// dictionaries are JSON objects in valid UTF-8. A Message must not be changed:
// it is needed to answer it.
type Message struct {
	Channel Channel
	Header  Header
	// RawHeader is the header exactly as received; it becomes the
	// parent_header of every answer.
	RawHeader json.RawMessage
	// Parent is the received parent_header.
	Parent   json.RawMessage
	Metadata json.RawMessage
	Content  json.RawMessage
	Buffers  [][]byte

	// identity routes answers to the peer, route is what it put before the
	// delimiter itself and wants to have back.
	identity  string
	anonymous bool
	route     [][]byte
}

// An Out is a message to send.
type Out struct {
	// Type is the message's msg_type.
	Type string
	// Content and Metadata must marshal to JSON objects; nil is an empty one.
	Content, Metadata any
	// Buffers follow the message unsigned. They must not be changed once
	// they are sent.
	Buffers [][]byte
}

// The ways in which a received message can be unusable.
var (
	errMalformed = errors.New("malformed message")
	errSignature = errors.New("signature does not match")
)

// parseMessage checks and decodes a message's frames. Its errors wrap
// errMalformed or errSignature.
func parseMessage(frames [][]byte, sign *signer) (*Message, error) {
	i := 0
	for i < len(frames) && !bytes.Equal(frames[i], delimiter) {
		i++
	}
	if len(frames)-i < 6 {
		return nil, fmt.Errorf("%w: %d frames, %d of them after the delimiter", errMalformed, len(frames), max(0, len(frames)-i-1))
	}
	signature, dicts := frames[i+1], frames[i+2:i+6]
	if !sign.ok(signature, dicts[0], dicts[1], dicts[2], dicts[3]) {
		return nil, errSignature
	}
	m := &Message{
		RawHeader: dicts[0],
		Parent:    orEmpty(dicts[1]),
		Metadata:  orEmpty(dicts[2]),
		Content:   orEmpty(dicts[3]),
		Buffers:   frames[i+6:],
		route:     frames[:i],
	}
	for j, part := range [...]json.RawMessage{m.RawHeader, m.Parent, m.Metadata, m.Content} {
		if !isObject(part) || !utf8.Valid(part) || !json.Valid(part) {
			return nil, fmt.Errorf("%w: %s is no JSON object", errMalformed, [...]string{"header", "parent_header", "metadata", "content"}[j])
		}
	}
	if err := json.Unmarshal(m.RawHeader, &m.Header); err != nil {
		return nil, fmt.Errorf("%w: header: %w", errMalformed, err)
	}
	if m.Header.MsgID == "" || m.Header.MsgType == "" {
		return nil, fmt.Errorf("%w: header without msg_id or msg_type", errMalformed)
	}
	return m, nil
}

// orEmpty replaces null, which clients of some languages send for an empty
// dictionary.
func orEmpty(part []byte) []byte {
	if string(part) == "null" {
		return emptyObject
	}
	return part
}

// isObject tells whether JSON text can only be an object.
func isObject(text []byte) bool {
	for _, c := range text {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			return c == '{'
		}
	}
	return false
}

// A packet is an encoded message, ready to be written to any number of
// connections.
type packet struct {
	head []byte
	// rest continues head; it exists so that large buffers need not be copied.
	rest [][]byte
	size int
}

// single returns a packet of bytes that are encoded already.
func single(b []byte) packet { return packet{head: b, size: len(b)} }

// An encoder turns Outs into packets. It may be used by several goroutines.
type encoder struct {
	sign    *signer
	session string
	topic   string // what comes before an iopub message's type in its topic
	prefix  []byte // of a header, up to the message's number
	middle  []byte // of a header, from after the number to the date
	count   atomic.Uint64
	scratch sync.Pool // of *scratch
}

// A scratch is working memory for one message: its dictionaries in a row.
type scratch struct {
	dicts bytes.Buffer
	json  *json.Encoder // writes to dicts
}

func newEncoder(sign *signer, session string) *encoder {
	quoted, _ := json.Marshal(session) // cannot fail for a string
	id, _ := json.Marshal(session + "_" + strconv.Itoa(os.Getpid()) + "_")
	e := &encoder{
		sign:    sign,
		session: session,
		topic:   "kernel." + session + ".",
		prefix:  append([]byte(`{"msg_id":`), id[:len(id)-1]...),
		middle:  append(append([]byte(`","session":`), quoted...), `,"username":"`+username+`","date":"`...),
	}
	e.scratch.New = func() any {
		s := new(scratch)
		s.json = json.NewEncoder(&s.dicts)
		s.json.SetEscapeHTML(false)
		return s
	}
	return e
}

// encode makes a message's wire form. route is what stands before the
// delimiter; parent is the raw header of the message answered, nil for none.
func (e *encoder) encode(route [][]byte, topic string, parent []byte, m Out) (packet, error) {
	if m.Type == "" {
		panic("wire: message without a type")
	}
	s := e.scratch.Get().(*scratch)
	defer func() {
		if s.dicts.Cap() <= 1<<20 { // let go of what one large message needed
			e.scratch.Put(s)
		}
	}()
	d := &s.dicts
	d.Reset()
	e.writeHeader(d, m.Type)
	header := d.Len()
	if parent == nil {
		parent = emptyObject
	}
	if err := s.object(m.Metadata); err != nil {
		return packet{}, fmt.Errorf("wire: metadata of %s: %w", m.Type, err)
	}
	metadata := d.Len()
	if err := s.object(m.Content); err != nil {
		return packet{}, fmt.Errorf("wire: content of %s: %w", m.Type, err)
	}
	all := d.Bytes()
	dicts := [...][]byte{all[:header], parent, all[header:metadata], all[metadata:]}

	room := 9 * (len(route) + len(m.Buffers) + 7)
	for _, r := range route {
		room += len(r)
	}
	room += len(topic) + len(delimiter) + e.sign.signatureLen() + len(all) + len(parent)
	for _, b := range m.Buffers {
		if len(b) < sharedSize {
			room += len(b)
		}
	}
	b := make([]byte, 0, room)
	for _, r := range route {
		b = appendFrame(b, flagMore, r)
	}
	if topic != "" {
		b = appendFrameHeader(b, flagMore, len(topic))
		b = append(b, topic...)
	}
	return e.finish(b, dicts, m.Buffers), nil
}

// finish appends everything from the delimiter on.
func (e *encoder) finish(b []byte, dicts [4][]byte, buffers [][]byte) packet {
	b = appendFrame(b, flagMore, delimiter)
	n := e.sign.signatureLen()
	b = appendFrameHeader(b, flagMore, n)
	b = b[:len(b)+n] // encode made room
	e.sign.put(b[len(b)-n:], dicts[0], dicts[1], dicts[2], dicts[3])
	for i, dict := range dicts {
		b = appendFrame(b, more(i < len(dicts)-1 || len(buffers) > 0), dict)
	}
	// Buffers: small ones are copied, large ones cut the bytes in two.
	var pieces [][]byte
	start, size := 0, 0
	for i, buffer := range buffers {
		b = appendFrameHeader(b, more(i < len(buffers)-1), len(buffer))
		if len(buffer) < sharedSize {
			b = append(b, buffer...)
			continue
		}
		pieces = append(pieces, b[start:len(b):len(b)], buffer)
		size += len(buffer)
		start = len(b)
	}
	size += len(b)
	if pieces == nil {
		return packet{head: b, size: size}
	}
	if start < len(b) {
		pieces = append(pieces, b[start:])
	}
	return packet{head: pieces[0], rest: pieces[1:], size: size}
}

// more returns the flags of a frame that is or is not followed by another.
func more(follows bool) byte {
	if follows {
		return flagMore
	}
	return 0
}

// writeHeader writes a new header of the given type.
func (e *encoder) writeHeader(d *bytes.Buffer, msgType string) {
	b := d.AvailableBuffer()
	b = append(b, e.prefix...)
	b = strconv.AppendUint(b, e.count.Add(1), 10)
	b = append(b, e.middle...)
	b = time.Now().UTC().AppendFormat(b, headerDate)
	b = append(b, `","msg_type":`...)
	b = appendString(b, msgType)
	b = append(b, `,"version":"`+protocolVersion+`"}`...)
	d.Write(b)
}

// appendString appends s as a JSON string.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // cannot fail for a string
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// object appends the JSON object that v marshals to.
func (s *scratch) object(v any) error {
	if v == nil {
		s.dicts.Write(emptyObject)
		return nil
	}
	start := s.dicts.Len()
	if err := s.json.Encode(v); err != nil {
		return fmt.Errorf("cannot be written as JSON: %w", err)
	}
	s.dicts.Truncate(s.dicts.Len() - 1) // the encoder's newline
	switch text := s.dicts.Bytes()[start:]; {
	case len(text) > 0 && text[0] == '{':
		return nil
	case string(text) == "null": // a nil map or pointer
		s.dicts.Truncate(start)
		s.dicts.Write(emptyObject)
		return nil
	}
	return fmt.Errorf("a %T does not marshal to a JSON object", v)
}
