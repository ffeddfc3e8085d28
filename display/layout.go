package display

// This file sets a tree of nodes as text: on one line if it fits, else over
// several, as gofmt would.

import (
	"strings"
	"unicode/utf8"
)

const (
	lineWidth   = 80
	indentation = "    "
	packWidth   = 38 // leaves up to this width share lines
)

// A node is a piece of a value's text: a leaf, or a bracketed list.
type node struct {
	key   string // what stands before it in its list, such as a field's name
	text  string // of a leaf
	open  string // of a list, with the bracket; empty for a leaf
	items []node
	rest  string // stands in place of items that were left out
	width int    // of all of it on one line
}

func leaf(text string) node {
	return node{text: text, width: utf8.RuneCountInString(text)}
}

func list(open string, items []node, rest string) node {
	n := node{open: open, items: items, rest: rest}
	n.width = utf8.RuneCountInString(open) + len("}")
	for i, item := range items {
		if i > 0 {
			n.width += len(", ")
		}
		n.width += item.width
	}
	if rest != "" {
		n.width += len(", ") + utf8.RuneCountInString(rest)
	}
	return n
}

// keyed returns n with a key before it.
func (n node) keyed(key string) node {
	n.key = key
	n.width += utf8.RuneCountInString(key)
	return n
}

// prefixed returns n with a prefix that belongs to its text.
func (n node) prefixed(prefix string) node {
	if n.open != "" {
		n.open = prefix + n.open
	} else {
		n.text = prefix + n.text
	}
	n.width += utf8.RuneCountInString(prefix)
	return n
}

func (n node) isLeaf() bool { return n.open == "" }

// String returns n set within lineWidth as far as its leaves allow.
func (n node) String() string {
	var b strings.Builder
	n.set(&b, "", 0)
	return b.String()
}

// set writes n, which begins after indent and is followed by after bytes.
func (n node) set(b *strings.Builder, indent string, after int) {
	if n.isLeaf() || len(indent)+n.width+after <= lineWidth {
		n.flat(b)
		return
	}
	b.WriteString(n.key)
	b.WriteString(n.open)
	inner := indent + indentation
	if n.packs() {
		n.pack(b, inner)
	} else {
		for _, item := range n.items {
			b.WriteString("\n" + inner)
			item.set(b, inner, len(","))
			b.WriteByte(',')
		}
		if n.rest != "" {
			b.WriteString("\n" + inner + n.rest)
		}
	}
	b.WriteString("\n" + indent + "}")
}

// flat writes n on one line.
func (n node) flat(b *strings.Builder) {
	b.WriteString(n.key)
	if n.isLeaf() {
		b.WriteString(n.text)
		return
	}
	b.WriteString(n.open)
	for i, item := range n.items {
		if i > 0 {
			b.WriteString(", ")
		}
		item.flat(b)
	}
	if n.rest != "" {
		if len(n.items) > 0 {
			b.WriteString(", ")
		}
		b.WriteString(n.rest)
	}
	b.WriteByte('}')
}

// packs reports whether n is a list of short values without keys, of which
// many lines with one each would be a waste.
func (n node) packs() bool {
	for _, item := range n.items {
		if !item.isLeaf() || item.key != "" || item.width > packWidth {
			return false
		}
	}
	return true
}

func (n node) pack(b *strings.Builder, inner string) {
	column := lineWidth // as good as full: the first item begins a line
	put := func(s string, width int) {
		if column+1+width > lineWidth {
			b.WriteString("\n" + inner)
			column = len(inner)
		} else {
			b.WriteByte(' ')
			column++
		}
		b.WriteString(s)
		column += width
	}
	for _, item := range n.items {
		put(item.text+",", item.width+1)
	}
	if n.rest != "" {
		put(n.rest, utf8.RuneCountInString(n.rest))
	}
}
