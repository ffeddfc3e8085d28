package feature

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestPaddedWordsAreHashedAndFoundAlike(t *testing.T) {
	var s scratch
	s.padded(strings.Repeat("The quick brown fox; ", 5))
	for n := range 40 {
		for at := range 20 {
			word := s.text[at : at+n]
			if got, want := murmurPadded(s.text, at, n), murmur3(word); got != want {
				t.Errorf("%q: the hash is %x, want %x", word, got, want)
			}
			if n > shortWord {
				continue
			}
			a, b := keyPadded(s.text, at, n)
			if x, y := keyOf(word); a != x || b != y {
				t.Errorf("%q: the key is %x %x, want %x %x", word, a, b, x, y)
			}
		}
	}
}

func TestAWordTableNumbersWords(t *testing.T) {
	table, want := newWordTable(0), map[string]int32{}
	for i := range 20_000 {
		// Long and short ones, an empty one, and such that differ by zeros.
		w := []string{strings.Repeat("x", i%40), fmt.Sprint(i % 3000), fmt.Sprintf("%030d", i%3000), strings.Repeat("\x00", i%20)}[i%4]
		next := int32(len(want))
		id, ok := want[w]
		if !ok {
			want[w], id = next, next
			if got := table.find([]byte(w)); got != -1 {
				t.Fatalf("%q has the number %d before it is there", w, got)
			}
		}
		if got := table.add([]byte(w), next); got != id {
			t.Fatalf("%q has the number %d, want %d", w, got, id)
		}
	}
	for w, id := range want {
		if got := table.find([]byte(w)); got != id {
			t.Errorf("%q has the number %d, want %d", w, got, id)
		}
		if n := len(w); n > 0 && n <= shortWord {
			if got := table.has(keyOf([]byte(w))); got != 1 {
				t.Errorf("has(%q) is %d", w, got)
			}
			if got, want := table.has(keyOf([]byte(w[1:]+"#"))), 0; got != want {
				t.Errorf("has(%q) is %d", w[1:]+"#", got)
			}
		}
	}
}

// FuzzPlain compares what is done with many bytes at once with what is done with one
// after another.
func FuzzPlain(f *testing.F) {
	for _, d := range []string{"", "The 'quick' b-r-o-w-n FOX. ", strings.Repeat("_", 64), strings.Repeat("a", 63) + " the", strings.Repeat("-", 64) + "the-", strings.Repeat("a1 ", 70),
		"Café naïve—CRÈME é É1, £5\u00a0the\u2003the", strings.Repeat("x", 62) + "éé" + strings.Repeat("y", 60) + "中文字", "ΑΣ ΑΣα İx", "ȺȾ ẞ \u212a", "a\xffb\xc3 é\xe2\x82", "ÀÞ×Øµÿß"} {
		f.Add(d)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		v := Summaries{StopWords: []string{"the", "a1", "incomprehensibilities", "THE"}}
		s, err := v.summarizer()
		if err != nil {
			t.Fatal(err)
		}
		var text scratch
		var one, other lengths
		p, q := tracker{lengths: &one, shortest: math.MaxInt}, tracker{lengths: &other, shortest: math.MaxInt}
		marks := s.plain(doc, &text, &p)
		if want := s.anyText(doc, &q); marks != want || one.short != other.short || !slices.Equal(one.long, other.long) {
			t.Errorf("%q: %d marks, lengths %v %v; want %d, %v %v", doc, marks, one.short, one.long, want, other.short, other.long)
		}
		p.lengths, q.lengths = nil, nil
		if p != q {
			t.Errorf("%q: %+v, want %+v", doc, p, q)
		}
		for _, v := range []Shingles{{Counts: true, AlternateSign: true}, {K: 3, Buckets: 300, Counts: true}} {
			v, err := v.resolve()
			if err != nil {
				t.Fatal(err)
			}
			want := make([]float64, v.Buckets)
			runes := []rune(doc)
			for i := 0; i+v.K <= len(runes); i++ {
				h, n := int32(murmur3([]byte(string(runes[i:i+v.K])))), 1.0
				if v.AlternateSign && h < 0 {
					n = -1
				}
				want[bucketOf(h, v.Buckets)] += n
			}
			got := make([]float64, v.Buckets)
			cols, values := v.row(doc, &text, nil, nil)
			for k, j := range cols {
				got[j] = values[k]
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q: the shingles of %d are %v, want %v", doc, v.K, got, want)
			}
		}
		for _, keep := range []bool{false, true} {
			a, err := newAnalyzer(textOpts{keepCase: keep})
			if err != nil {
				t.Fatal(err)
			}
			var fast, slow []string
			a.each(doc, &text, func(token []byte) { fast = append(fast, string(token)) })
			a.eachSlowly(doc, &text, func(token []byte) { slow = append(slow, string(token)) })
			if !slices.Equal(fast, slow) {
				t.Errorf("%q: %q, want %q", doc, fast, slow)
			}
			var c tokenChunk
			if err := c.read(t.Context(), a, []string{doc}); err != nil {
				t.Fatal(err)
			}
			for i, id := range c.ids {
				if got := string(c.words.token(int(id))); got != slow[i] {
					t.Errorf("%q: token %d is %q, want %q", doc, i, got, slow[i])
				}
			}
		}
	})
}
