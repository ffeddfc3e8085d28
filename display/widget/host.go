package widget

// This file is the way to the front end.

import (
	"encoding/json"
	"sync"
)

// A Message goes to or comes from the front end's counterpart of a widget.
type Message struct {
	Type     MessageType
	ID       string // of the widget
	Target   string // of Open: what it is opened to
	Data     json.RawMessage
	Metadata json.RawMessage
	Buffers  [][]byte
}

// A MessageType is the kind of a [Message], with the name that Jupyter gives it.
type MessageType string

// The types of messages.
const (
	Open  MessageType = "comm_open"  // a widget begins
	Tell  MessageType = "comm_msg"   // one side tells the other
	Close MessageType = "comm_close" // a widget ends
)

// Targets are what comms of widgets are opened to: a widget's own by the program, and
// that by which a front end asks for all of them.
const (
	Target        = "jupyter.widget"
	ControlTarget = "jupyter.widget.control"
)

// A Host brings messages to the front end. Its methods may be called by several
// goroutines at a time.
type Host interface {
	// Send sends a message, after what the program has printed before and before
	// what it prints next.
	Send(m Message)
	// Request returns the id of the request that output belongs to now.
	Request() string
	// Next returns the message that [Receive] is to take.
	Next() Message
}

var registered struct {
	sync.Mutex
	host Host
}

// SetHost registers the way to the front end; nil stands for none. It is for the host
// of a program, such as a notebook's kernel, which calls [Receive] with what the front
// end sends.
func SetHost(h Host) {
	registered.Lock()
	defer registered.Unlock()
	registered.host = h
}

func host() Host {
	registered.Lock()
	defer registered.Unlock()
	return registered.host
}
