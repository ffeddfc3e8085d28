package corpus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/metric"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

// generate makes messages, or fails.
func generate(t testing.TB, opts Opts) *frame.Frame {
	t.Helper()
	f, err := Generate(opts)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// column returns a column of texts.
func column(t testing.TB, f *frame.Frame, name string) []string {
	t.Helper()
	values, err := f.Strings(name)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// Everybody who follows the workshop has the very same messages. If the texts or the
// generator are changed on purpose, so is this sum, and what the notebooks say of them.
func TestMessagesNeverChange(t *testing.T) {
	const want = "f91929851f5d222e542c56d33467ea143d7e1692b8c14f3112c0ff201961af9f"
	for _, cores := range []int{1, 2, 7} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		f := generate(t, Opts{Rows: 2000, Seed: 43})
		sum := sha256.New()
		for _, s := range slices.Concat(column(t, f, "label"), column(t, f, "text")) {
			sum.Write([]byte(s + "\n"))
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != want {
			t.Errorf("on %d cores the sum is %s", cores, got)
		}
	}
}

func TestMessagesAreLabelled(t *testing.T) {
	f := generate(t, Opts{Rows: 1000, Spam: 0.25, Seed: 1})
	if got := f.Columns(); !slices.Equal(got, []string{"index", "label", "text"}) || f.NumRows() != 1000 {
		t.Fatal(got, f.NumRows())
	}
	labels, texts := column(t, f, "label"), column(t, f, "text")
	for i := range labels {
		if want := []string{Legitimate, Spam}[i/750]; labels[i] != want {
			t.Fatalf("message %d is %s", i, labels[i])
		}
		if n := len(strings.Fields(texts[i])); n < 1 || !strings.ContainsAny(texts[i][len(texts[i])-2:], ".!?") {
			t.Errorf("message %d has %d words: %s", i, n, texts[i])
		}
	}
	// What others there are does not matter.
	more := column(t, generate(t, Opts{Rows: 4000, Spam: 0.5, Seed: 1}), "text")
	if !slices.Equal(texts[:750], more[:750]) || !slices.Equal(texts[750:], more[2000:2250]) {
		t.Error("a message depends on how many there are")
	}
	if other := column(t, generate(t, Opts{Rows: 1000, Spam: 0.25, Seed: 2}), "text"); slices.Equal(texts[:10], other[:10]) {
		t.Error("the seed makes no difference")
	}
	if none := generate(t, Opts{Rows: 10, Spam: -1}); column(t, none, "label")[9] != Legitimate {
		t.Error("there is spam where none is wanted")
	}
}

// The task is worth a workshop: the classes share most of what they say, no simple rule
// tells them apart, and a good pipeline does, though not always.
func TestClassesAreNeitherTheSameNorTrivial(t *testing.T) {
	f := generate(t, Opts{Rows: 8000, Seed: 43})
	texts, labels := column(t, f, "text"), column(t, f, "label")

	// A word that both classes have makes up most of what is written.
	count := map[string][2]int{}
	for i, text := range texts {
		for w := range strings.FieldsSeq(strings.ToLower(text)) {
			c := count[w]
			if labels[i] == Spam {
				c[1]++
			} else {
				c[0]++
			}
			count[w] = c
		}
	}
	shared, all := 0, 0
	for _, c := range count {
		all += c[0] + c[1]
		if min(c[0], c[1]) > 0 {
			shared += c[0] + c[1]
		}
	}
	if s := float64(shared) / float64(all); s < 0.7 || s > 0.98 {
		t.Errorf("%.2f of the words are of both classes", s)
	}

	train, test, err := model.TrainTestSplit(f, model.SplitOpts{Seed: 43})
	if err != nil {
		t.Fatal(err)
	}
	accuracy := func(steps ...pipeline.NamedStep) float64 {
		p := pipeline.New(steps...)
		if err := p.Fit(column(t, train, "text"), column(t, train, "label")); err != nil {
			t.Fatal(err)
		}
		predicted, err := p.Predict(column(t, test, "text"))
		if err != nil {
			t.Fatal(err)
		}
		a, err := metric.Accuracy(column(t, test, "label"), predicted)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for name, c := range map[string]struct {
		got, least, most float64
	}{
		"tf-idf of 256 buckets": {accuracy(
			pipeline.Step("hash", &feature.HashingVectorizer{Buckets: 256, NonNegative: true}),
			pipeline.Step("tfidf", &feature.TFIDF{}),
			pipeline.Step("model", &model.LogisticRegression{MaxIter: 4000})), 0.95, 0.99},
		"summaries": {accuracy(
			pipeline.Step("summaries", &feature.Summaries{}),
			pipeline.Step("scale", &feature.StandardScaler{}),
			pipeline.Step("model", &model.LogisticRegression{})), 0.6, 0.9},
		"all words": {accuracy(
			pipeline.Step("hash", &feature.HashingVectorizer{NonNegative: true}),
			pipeline.Step("model", &model.MultinomialNB{})), 0.97, 0.999},
	} {
		t.Logf("%s: %.4f", name, c.got)
		if c.got < c.least || c.got > c.most {
			t.Errorf("%s: an accuracy of %.4f is not from %v to %v", name, c.got, c.least, c.most)
		}
	}
	if a := bestThreshold(texts, labels, meanWordLength); a > 0.9 {
		t.Errorf("the length of words alone tells the classes apart: %.3f", a)
	}
}

func meanWordLength(text string) float64 {
	words := strings.Fields(text)
	letters := 0
	for _, w := range words {
		letters += utf8.RuneCountInString(w)
	}
	return float64(letters) / float64(len(words))
}

// bestThreshold returns the accuracy of the best rule of the form "spam if the figure is
// below a limit", or above it.
func bestThreshold(texts, labels []string, figure func(string) float64) float64 {
	type scored struct {
		v    float64
		spam bool
	}
	all := make([]scored, len(texts))
	spam := 0
	for i, text := range texts {
		all[i] = scored{figure(text), labels[i] == Spam}
		if all[i].spam {
			spam++
		}
	}
	slices.SortFunc(all, func(a, b scored) int {
		switch {
		case a.v < b.v:
			return -1
		case a.v > b.v:
			return 1
		}
		return 0
	})
	best, right := 0, spam // of "spam if above"
	for _, s := range all {
		if s.spam {
			right--
		} else {
			right++
		}
		best = max(best, right, len(all)-right)
	}
	return float64(best) / float64(len(all))
}

func TestSentences(t *testing.T) {
	got := Sentences("Mr. Hollis came. \"Did he?\" she\nsaid!\n\n* * *\n\nA heading\n\nThe end (at last.) Of it")
	want := []string{"Mr. Hollis came.", `"Did he?"`, "she said!", "A heading", "The end (at last.)", "Of it"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// A chain says nothing but what follows in its text, in pairs.
func TestChainFollowsItsText(t *testing.T) {
	c, err := NewChain("The cat sat. The dog sat. The cat ran home.", ChainOpts{Forget: -1})
	if err != nil {
		t.Fatal(err)
	}
	source := rand.NewPCG(1, 2)
	seen := map[string]bool{}
	for range 1000 {
		seen[c.Sentence(source)] = true
	}
	if len(seen) != 3 || !seen["The cat sat."] || !seen["The dog sat."] || !seen["The cat ran home."] || c.Words() != 6 {
		t.Errorf("%v, %d words", seen, c.Words())
	}
	if one, err := NewChain("a b. a c. d b.", ChainOpts{Order: 1}); err != nil || !strings.Contains("a b.,a c.,d b.", one.Sentence(source)) {
		t.Error(err)
	}
}

func TestBadInputIsTold(t *testing.T) {
	long := strings.Repeat("word ", 100) + "."
	for want, opts := range map[string]Opts{
		"-1 messages":            {Rows: -1},
		"share of spam of 2":     {Spam: 2},
		"at most -1 sentences":   {MaxSentences: -1},
		"chain of order 3":       {Chain: ChainOpts{Order: 3}},
		"words that forget":      {Chain: ChainOpts{Forget: 2}},
		"at most 1 words":        {Chain: ChainOpts{MaxWords: 1}},
		"no sentence of at most": {SpamText: long},
		"text of 2 sentences":    {LegitimateText: "One thing. Two things."},
	} {
		if _, err := Generate(opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := GenerateContext(ctx, Opts{}); err == nil {
		t.Error("a context that has ended ends nothing")
	}
	file := filepath.Join(t.TempDir(), "latin.txt")
	if err := os.WriteFile(file, []byte("caf\xe9"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadText(file); err == nil || !strings.Contains(err.Error(), file+" is no text in UTF-8") {
		t.Error(err)
	}
}

func FuzzChain(f *testing.F) {
	f.Add("A cup of tea. \"Is it?\" she said.\n\nMr. Hollis!", uint64(1))
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		c, err := NewChain(text, ChainOpts{})
		if err != nil {
			return
		}
		s := c.Sentence(rand.NewPCG(seed, 0))
		for _, w := range strings.Fields(s) {
			if !strings.Contains(text, w) {
				t.Errorf("%q is not of the text", w)
			}
		}
	})
}

func BenchmarkGenerate(b *testing.B) {
	for range b.N {
		generate(b, Opts{})
	}
}
