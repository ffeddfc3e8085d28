package feature

// This file numbers the tokens of texts, chunk by chunk.

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// docTokens holds the tokens of texts as columns, -1 for those that do not count.
type docTokens struct {
	size   int // texts a chunk
	chunks []tokenChunk
}

type tokenChunk struct {
	ids   []int32
	ends  []int32
	words vocabulary
}

// A vocabulary numbers tokens in the order in which they come.
type vocabulary struct {
	table  *wordTable
	text   []byte // token i is text[ends[i-1]:ends[i]]
	ends   []int
	totals []total
}

// total says how often a token comes, in how many texts, and in which text it was last.
type total struct {
	count, texts int
	last         int32
}

// add returns the number of a token.
func (v *vocabulary) add(token []byte) int32 {
	id := v.table.add(token, int32(len(v.ends)))
	v.grow(id, token)
	return id
}

func (v *vocabulary) grow(id int32, token []byte) {
	if int(id) == len(v.ends) {
		v.text = append(v.text, token...)
		v.ends = append(v.ends, len(v.text))
		v.totals = append(v.totals, total{last: -1})
	}
}

func (v *vocabulary) token(id int) []byte {
	if id == 0 {
		return v.text[:v.ends[0]]
	}
	return v.text[v.ends[id-1]:v.ends[id]]
}

// of returns the tokens of a text, for the caller to use up.
func (d *docTokens) of(i int) []int32 {
	c, k := &d.chunks[i/d.size], i%d.size
	lo := int32(0)
	if k > 0 {
		lo = c.ends[k-1]
	}
	return c.ids[lo:c.ends[k]]
}

// read takes texts apart.
func (c *tokenChunk) read(ctx context.Context, a *analyzer, docs []string) error {
	c.words.table = newWordTable(0)
	var s scratch
	for i, doc := range docs {
		if i%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		first := len(c.ids)
		if a.plainWords(doc, &s) {
			c.readPlain(a, &s)
		} else {
			a.eachSlowly(doc, &s, func(token []byte) { c.ids = append(c.ids, c.words.add(token)) })
		}
		for _, id := range c.ids[first:] {
			t := &c.words.totals[id]
			t.count++
			if t.last != int32(i) {
				t.last = int32(i)
				t.texts++
			}
		}
		if len(c.ids) > math.MaxInt32 {
			return errors.New("feature: a sixteenth of the texts has more than 2^31 tokens; use a HashingVectorizer")
		}
		c.ends = append(c.ends, int32(len(c.ids)))
	}
	c.words.table = nil
	return nil
}

// readPlain numbers the words that plainWords has found.
func (c *tokenChunk) readPlain(a *analyzer, s *scratch) {
	for k := 0; k+1 < len(s.bounds); k += 2 {
		lo, size := int(s.bounds[k]), int(s.bounds[k+1]-s.bounds[k])
		if !a.isToken(s.text[lo], size) {
			continue
		}
		var id int32
		if size <= shortWord {
			x, y := keyPadded(s.text, lo, size)
			id = c.words.table.addShort(x, y, int32(len(c.words.ends)))
			c.words.grow(id, s.text[lo:lo+size])
		} else {
			id = c.words.add(s.text[lo : lo+size])
		}
		c.ids = append(c.ids, id)
	}
}

// merge puts the vocabularies of the chunks together. It returns, for each chunk, the
// numbers of its tokens in that of all.
func (d *docTokens) merge() (all *vocabulary, numbers [][]int32, err error) {
	most := 0
	for k := range d.chunks {
		most = max(most, len(d.chunks[k].words.ends))
	}
	all = &vocabulary{table: newWordTable(most)}
	numbers = make([][]int32, len(d.chunks))
	for k := range d.chunks {
		c := &d.chunks[k].words
		numbers[k] = make([]int32, len(c.ends))
		for i := range c.ends {
			id := all.add(c.token(i))
			numbers[k][i] = id
			all.totals[id].count += c.totals[i].count
			all.totals[id].texts += c.totals[i].texts
		}
		if len(all.ends) > math.MaxInt32-1<<24 {
			return nil, nil, errors.New("feature: the texts have more than 2^31 different tokens; use a HashingVectorizer")
		}
		d.chunks[k].words = vocabulary{}
	}
	return all, numbers, nil
}

// numbered maps words to their places.
func numbered(words []string) (*wordTable, error) {
	t := newWordTable(len(words))
	for j, w := range words {
		if first := t.add([]byte(w), int32(j)); int(first) != j {
			return nil, fmt.Errorf("feature: the vocabulary has %q twice, at %d and %d", w, first, j)
		}
	}
	return t, nil
}
