package session

// This file merges small writes to stdout and stderr into few stream messages
// without cutting a UTF-8 sequence.

import (
	"slices"
	"unicode/utf8"
)

// streamLimit is the size at which pending text goes out at once.
const streamLimit = 64 << 10

// A coalescer gathers adjacent writes to one stream. It keeps no time and no
// lock; its publisher does. The text emitted for a stream, put together, is
// what was written to it, with every byte that is not part of valid UTF-8
// replaced by U+FFFD, however the writes were cut.
type coalescer struct {
	// name is the stream that buf belongs to.
	name string
	buf  []byte
	// tails are the incomplete UTF-8 sequences at the end of the other
	// streams' text so far, at most three bytes each.
	tails map[string][]byte
}

// add appends text to a stream and emits what exceeds the limit. Text of the
// other stream goes out first.
func (c *coalescer) add(name string, text []byte, emit func(name, text string)) {
	if name != c.name {
		c.flush(emit)
		if len(c.buf) > 0 {
			if c.tails == nil {
				c.tails = make(map[string][]byte)
			}
			c.tails[c.name] = slices.Clone(c.buf)
		}
		c.name = name
		c.buf = append(c.buf[:0], c.tails[name]...)
		delete(c.tails, name)
	}
	for len(text) > 0 {
		n := min(len(text), streamLimit-len(c.buf))
		c.buf = append(c.buf, text[:n]...)
		text = text[n:]
		if len(c.buf) >= streamLimit {
			c.flush(emit)
		}
	}
}

// flush emits the pending text, except for an incomplete sequence at its end.
func (c *coalescer) flush(emit func(name, text string)) {
	n := len(c.buf) - incomplete(c.buf)
	if n == 0 {
		return
	}
	emit(c.name, validText(c.buf[:n]))
	c.buf = c.buf[:copy(c.buf, c.buf[n:])]
}

// finish emits everything; what is still incomplete never will be complete.
func (c *coalescer) finish(emit func(name, text string)) {
	c.flush(emit)
	if len(c.buf) > 0 {
		emit(c.name, validText(c.buf))
		c.buf = c.buf[:0]
	}
	for _, name := range []string{"stdout", "stderr"} {
		if tail := c.tails[name]; len(tail) > 0 {
			emit(name, validText(tail))
		}
	}
	clear(c.tails)
}

// incomplete returns how many bytes at the end of p begin a UTF-8 sequence
// that more bytes could complete.
func incomplete(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if tail := p[len(p)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// validText returns p as text, each byte that is not valid UTF-8 as U+FFFD.
func validText(p []byte) string {
	if utf8.Valid(p) {
		return string(p)
	}
	return string([]rune(string(p)))
}
