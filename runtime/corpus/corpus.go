package corpus

// This file makes labelled messages.

import (
	"context"
	_ "embed" // the texts
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
)

// The classes.
const (
	Legitimate = "legitimate"
	Spam       = "spam"
)

var (
	//go:embed seed/prose.txt
	period string
	//go:embed seed/food.txt
	reviews string
)

// Period returns the text that legitimate messages are made of: prose in the manner of
// about 1810.
func Period() string { return period }

// Reviews returns the text that spam is made of: reviews of food.
func Reviews() string { return reviews }

// Opts configure Generate. The zero value works.
type Opts struct {
	// Rows is how many messages there are in all; 40,000 if 0.
	Rows int
	// Spam is the share of them that is spam; a half if 0, none if negative.
	Spam float64
	// Seed chooses the messages.
	Seed uint64
	// MaxSentences is how many sentences a message has at most; it has as many or fewer,
	// each number as often as any other. 8 if 0.
	MaxSentences int
	// LegitimateText and SpamText are what to learn from, instead of [Period] and
	// [Reviews].
	LegitimateText, SpamText string
	// Chain configures the chains.
	Chain ChainOpts
}

func (o *Opts) setDefaults() error {
	if o.Rows == 0 {
		o.Rows = 40_000
	}
	switch {
	case o.Spam == 0:
		o.Spam = 0.5
	case o.Spam < 0:
		o.Spam = 0
	}
	if o.MaxSentences == 0 {
		o.MaxSentences = 8
	}
	switch {
	case o.Rows < 0 || o.Rows > 100_000_000:
		return fmt.Errorf("corpus: %d messages cannot be made", o.Rows)
	case !(o.Spam <= 1):
		return fmt.Errorf("corpus: a share of spam of %v cannot be; it is from 0 to 1", o.Spam)
	case o.MaxSentences < 1 || o.MaxSentences > 1000:
		return fmt.Errorf("corpus: messages of at most %d sentences cannot be made", o.MaxSentences)
	}
	if o.LegitimateText == "" {
		o.LegitimateText = period
	}
	if o.SpamText == "" {
		o.SpamText = reviews
	}
	return nil
}

// Generate makes messages: a frame with the columns index (from 0), label ([Legitimate],
// [Spam]) and text, the legitimate ones first. Message i depends on the texts, the options
// and the seed alone, and not on how many others there are of its class. The error says
// that the options are none, or that a text is too short.
func Generate(opts Opts) (*frame.Frame, error) { return GenerateContext(context.Background(), opts) }

// GenerateContext is [Generate] until ctx ends.
func GenerateContext(ctx context.Context, opts Opts) (*frame.Frame, error) {
	if err := opts.setDefaults(); err != nil {
		return nil, err
	}
	spam := int(float64(opts.Rows)*opts.Spam + 0.5)
	index, labels, texts := make([]int64, opts.Rows), make([]string, opts.Rows), make([]string, opts.Rows)
	at := 0
	for class, c := range []struct {
		label, text string
		rows        int
	}{{Legitimate, opts.LegitimateText, opts.Rows - spam}, {Spam, opts.SpamText, spam}} {
		made, err := messages(ctx, c.text, c.rows, uint64(class), opts)
		if err != nil {
			return nil, fmt.Errorf("%s messages: %w", c.label, err)
		}
		for i, text := range made {
			index[at+i], labels[at+i], texts[at+i] = int64(at+i), c.label, text
		}
		at += c.rows
	}
	return frame.New(frame.Ints("index", index), frame.Strings("label", labels), frame.Strings("text", texts))
}

// fewest is how many sentences a text must have for messages to vary.
const fewest = 20

func messages(ctx context.Context, text string, rows int, class uint64, opts Opts) ([]string, error) {
	chain, err := NewChain(text, opts.Chain)
	if err != nil {
		return nil, err
	}
	if chain.starts < fewest {
		return nil, fmt.Errorf("corpus: a text of %d sentences says the same again and again; it takes %d at least", chain.starts, fewest)
	}
	out := make([]string, rows)
	err = parallel.Chunks(ctx, rows, 256, func(_, lo, hi int) error {
		for i := lo; i < hi; i++ {
			// Each message has a source of its own, so that they can be made in any order.
			source := rand.NewPCG(opts.Seed, uint64(i)<<1|class)
			var b strings.Builder
			for n := range 1 + below(source, opts.MaxSentences) {
				if n > 0 {
					b.WriteByte(' ')
				}
				chain.sentence(&b, source)
			}
			out[i] = b.String()
		}
		return nil
	})
	return out, err
}

// ReadText reads a text to learn from, in UTF-8. The error names the file, and says so if
// it holds something else.
func ReadText(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if !utf8.Valid(text) {
		return "", fmt.Errorf("%s is no text in UTF-8", path)
	}
	return strings.TrimPrefix(string(text), "\ufeff"), nil
}
