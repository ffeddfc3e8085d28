package corpus

// This file learns which words follow which, and makes sentences of that.

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"strings"
	"unicode"
)

// ChainOpts configure a Chain. The zero value works.
type ChainOpts struct {
	// Order is how many words the next one depends on: 1, or 2, which is what 0 means.
	// With 1 sentences vary more and mean less.
	Order int
	// Forget is the share of words that depend on one word only although the order is 2.
	// It is what makes a short text say new things: two words in a row are mostly
	// followed by what follows them in the text. 0.15 if 0, none if negative.
	Forget float64
	// MaxWords is how many words a sentence has at most; 60 if 0. Longer ones are begun
	// anew.
	MaxWords int
}

func (o *ChainOpts) setDefaults() error {
	switch o.Order {
	case 0:
		o.Order = 2
	case 1, 2:
	default:
		return fmt.Errorf("corpus: a chain of order %d cannot be; there are those of order 1 and 2", o.Order)
	}
	switch {
	case o.Forget == 0:
		o.Forget = 0.15
	case o.Forget < 0:
		o.Forget = 0
	case !(o.Forget <= 1):
		return fmt.Errorf("corpus: the share %v of words that forget is none", o.Forget)
	}
	if o.MaxWords == 0 {
		o.MaxWords = 60
	}
	if o.MaxWords < 2 {
		return fmt.Errorf("corpus: sentences of at most %d words cannot be", o.MaxWords)
	}
	return nil
}

// border is before the first word of a sentence, and after the last.
const border = 0

// A pair is two words in a row.
type pair [2]int32

// A Chain knows which words follow which in a text. It does not change, and several
// goroutines may use it.
type Chain struct {
	opts  ChainOpts
	words []string // words[border] is ""
	// What follows a word, and two words, as often as it does in the text.
	afterOne [][]int32
	afterTwo map[pair][]int32
	starts   int
}

// NewChain learns from a text. Paragraphs are divided by empty lines, sentences end with a
// full stop, a question or an exclamation mark, and words are what stands between spaces.
// The error says that the options are none, or that the text has no sentence.
func NewChain(text string, opts ChainOpts) (*Chain, error) {
	if err := opts.setDefaults(); err != nil {
		return nil, err
	}
	c := &Chain{opts: opts, words: []string{""}, afterOne: [][]int32{nil}, afterTwo: map[pair][]int32{}}
	index := map[string]int32{}
	for _, s := range Sentences(text) {
		last := pair{border, border}
		follow := func(w int32) {
			c.afterOne[last[1]] = append(c.afterOne[last[1]], w)
			c.afterTwo[last] = append(c.afterTwo[last], w)
			last = pair{last[1], w}
		}
		words := strings.Fields(s)
		if len(words) > opts.MaxWords {
			continue // no sentence may be as long
		}
		for _, w := range words {
			i, ok := index[w]
			if !ok {
				i = int32(len(c.words))
				index[w] = i
				c.words, c.afterOne = append(c.words, w), append(c.afterOne, nil)
			}
			follow(i)
		}
		follow(border)
		c.starts++
	}
	if c.starts == 0 {
		return nil, fmt.Errorf("corpus: the text has no sentence of at most %d words; sentences end with . ! or ?", opts.MaxWords)
	}
	return c, nil
}

// Words returns how many different words the chain knows.
func (c *Chain) Words() int { return len(c.words) - 1 }

// Sentence returns a sentence that source chooses.
func (c *Chain) Sentence(source rand.Source) string {
	var b strings.Builder
	c.sentence(&b, source)
	return b.String()
}

// attempts is how often a sentence that grows too long is begun anew. Half of the
// sentences of prose have fewer than 20 words, so that it never comes to the last.
const attempts = 1000

func (c *Chain) sentence(b *strings.Builder, source rand.Source) {
	from := b.Len()
	for range attempts {
		if c.walk(b, source) {
			return
		}
		text := b.String()[:from]
		b.Reset()
		b.WriteString(text)
	}
}

// walk writes a sentence, and reports false if it has too many words.
func (c *Chain) walk(b *strings.Builder, source rand.Source) bool {
	last := pair{border, border}
	for n := 0; ; n++ {
		next := c.afterTwo[last]
		if c.opts.Order == 1 || last[1] != border && chance(source) < c.opts.Forget {
			next = c.afterOne[last[1]]
		}
		w := next[below(source, len(next))]
		if w == border {
			return true
		}
		if n == c.opts.MaxWords {
			return false
		}
		if n > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(c.words[w])
		last = pair{last[1], w}
	}
}

// below returns a number from 0 to n−1. It is ours because math/rand/v2 promises the
// numbers of a source, but not what is made of them, and messages must never change.
func below(source rand.Source, n int) int {
	hi, _ := bits.Mul64(source.Uint64(), uint64(n))
	return int(hi)
}

// chance returns a number from 0 to 1, without 1.
func chance(source rand.Source) float64 { return float64(source.Uint64()>>11) / (1 << 53) }

// abbreviations end with a full stop that ends no sentence.
var abbreviations = map[string]bool{
	"mr.": true, "mrs.": true, "ms.": true, "dr.": true, "st.": true, "messrs.": true, "rev.": true, "esq.": true,
	"vs.": true, "etc.": true, "e.g.": true, "i.e.": true, "oz.": true, "lb.": true, "lbs.": true, "no.": true,
}

// Sentences divides a text into sentences. A sentence ends with a full stop, a question or
// an exclamation mark, quotes and brackets behind it included, and at the end of a
// paragraph, that is, at an empty line. What has no letter is left out.
func Sentences(text string) []string {
	var out, words []string
	end := func() {
		s := strings.Join(words, " ")
		words = nil
		if strings.ContainsFunc(s, unicode.IsLetter) {
			out = append(out, s)
		}
	}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			end()
		}
		for _, w := range fields {
			words = append(words, w)
			bare := strings.TrimRight(w, `"'”’)]_*`)
			if bare != "" && strings.ContainsRune(".!?", rune(bare[len(bare)-1])) && !abbreviations[strings.ToLower(strings.TrimLeft(bare, `"'“‘([_*`))] {
				end()
			}
		}
	}
	end()
	return out
}
