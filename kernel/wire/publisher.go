package wire

// This file is the XPUB role of iopub: subscriptions, their welcome, and the
// distribution of messages.

import (
	"errors"
	"strings"
	"sync"
)

const (
	// maxTopics and maxTopicBytes bound one connection's subscriptions.
	maxTopics     = 1024
	maxTopicBytes = 64 << 10
)

// A publisher is the role of the iopub socket.
type publisher struct {
	encode *encoder
	end    *endpoint

	// order makes every subscriber see messages in the same order.
	order sync.Mutex
	late  []*conn // working memory of publish
}

// topics are one subscriber's subscriptions.
type topics struct {
	// mu makes a new subscription and its welcome one event: no message
	// that matches it gets between them.
	mu    sync.Mutex
	count map[string]int // a topic may be subscribed to several times
	bytes int
}

// match tells whether the subscriber wants a topic. t.mu is held.
func (t *topics) match(topic string) bool {
	if t.count[""] > 0 {
		return true
	}
	for prefix := range t.count {
		if strings.HasPrefix(topic, prefix) {
			return true
		}
	}
	return false
}

func (p *publisher) join(*conn)  {}
func (p *publisher) leave(*conn) {}

// message takes a ZMTP 3.0 peer's subscriptions, which come as messages: a
// byte 1 or 0 and the topic. Anything else that a subscriber says is no
// business of a kernel.
func (p *publisher) message(c *conn, frames [][]byte) error {
	if len(frames) != 1 || len(frames[0]) == 0 {
		return nil
	}
	switch topic := frames[0][1:]; frames[0][0] {
	case 1:
		return p.subscribe(c, string(topic))
	case 0:
		p.cancel(c, string(topic))
	}
	return nil
}

// command takes a ZMTP 3.1 peer's subscriptions.
func (p *publisher) command(c *conn, name string, body []byte) error {
	switch name {
	case "SUBSCRIBE":
		return p.subscribe(c, string(body))
	case "CANCEL":
		p.cancel(c, string(body))
	}
	return nil
}

// subscribe adds a topic and, if it is new to the connection, welcomes it.
func (p *publisher) subscribe(c *conn, topic string) error {
	welcome, err := p.encode.encode([][]byte{[]byte(topic)}, "", nil, Out{
		Type:    "iopub_welcome",
		Content: map[string]string{"subscription": topic},
	})
	if err != nil {
		return err
	}
	if err := c.topics.add(topic, func() error { return c.out.force(welcome) }); err != nil {
		return err
	}
	return c.out.wait() // a peer that subscribes without reading gets no further
}

// add counts a subscription and calls welcome if its topic is new.
func (t *topics) add(topic string, welcome func() error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count[topic] > 0 {
		t.count[topic]++
		return nil
	}
	if len(t.count) >= maxTopics || t.bytes+len(topic) > maxTopicBytes {
		return errors.New("too many subscriptions")
	}
	if t.count == nil {
		t.count = map[string]int{}
	}
	t.count[topic] = 1
	t.bytes += len(topic)
	return welcome()
}

func (p *publisher) cancel(c *conn, topic string) {
	t := &c.topics
	t.mu.Lock()
	defer t.mu.Unlock()
	switch t.count[topic] {
	case 0:
	case 1:
		delete(t.count, topic)
		t.bytes -= len(topic)
	default:
		t.count[topic]--
	}
}

// publish queues a packet for every subscriber of its topic. It waits for
// those that are late, after the others have got theirs.
func (p *publisher) publish(topic string, packet packet) {
	p.order.Lock()
	defer p.order.Unlock()
	p.late = p.late[:0]
	for _, c := range p.end.conns() {
		if p.offer(c, topic, packet) {
			p.late = append(p.late, c)
		}
	}
	for _, c := range p.late {
		c.out.put(packet) // fails only if the peer is gone by now
	}
	clear(p.late)
}

// offer queues a packet for c if c wants it, and tells whether it does but has
// no room.
func (p *publisher) offer(c *conn, topic string, packet packet) (late bool) {
	c.topics.mu.Lock()
	defer c.topics.mu.Unlock()
	if !c.topics.match(topic) {
		return false
	}
	ok, err := c.out.try(packet)
	return !ok && err == nil
}
