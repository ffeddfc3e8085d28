package drift

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
)

// topical returns texts of words that go together: a text has one of ten subjects, which
// has words of its own.
func topical(r *rand.Rand, n, from int) []string {
	out := make([]string, n)
	for i := range out {
		subject := r.IntN(10)
		var b strings.Builder
		for range 20 + r.IntN(60) {
			w := r.IntN(300)
			if r.IntN(2) == 0 {
				w = 300 + 5*subject + r.IntN(5)
			}
			b.WriteString(name(from+w) + " ")
		}
		out[i] = b.String()
	}
	return out
}

// name returns a word for a number.
func name(n int) string {
	var b strings.Builder
	for ; b.Len() < 6; n /= 20 {
		b.WriteByte("abcdefghijklmnoprstu"[n%20])
	}
	return b.String()
}

func figures(t *testing.T, m *Monitor) map[string]Result {
	t.Helper()
	out := map[string]Result{}
	for _, f := range m.Figures() {
		out[f.Of] = f.Result
	}
	return out
}

// Words of a text go together, so that counts of words vary more than chance would have
// them. A monitor knows by how much.
func TestWordsWithoutDriftAreNoAlarm(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	b, err := ParseBaseline(NewBaseline(topical(r, 5000, 0), nil).String())
	if err != nil {
		t.Fatal(err)
	}
	if d := b.Vocabulary.design; d < 1.5 || d > 20 {
		t.Errorf("the design effect is %.2f", d)
	}
	m, err := NewMonitor(b, DetectorOpts{Window: 100})
	if err != nil {
		t.Fatal(err)
	}
	windows, low := 1000, 0
	if testing.Short() {
		windows = 100
	}
	alarms := map[string]int{}
	for range windows {
		for _, text := range topical(r, 100, 0) {
			m.AddText(text)
		}
		for of, f := range figures(t, m) {
			if f.Drift {
				alarms[of]++
			}
			if of == OfWords && f.PValue < 0.01 {
				low++
			}
		}
	}
	for of, n := range alarms { // one in 1,000 is allowed
		if n > 2+windows/500 {
			t.Errorf("%d windows without drift gave %d alarms of %s", windows, n, of)
		}
	}
	// One in a hundred would be; without the design effect nearly all are. The correction
	// is of the first order and lets through a few more.
	if low > windows/15 {
		t.Errorf("of %d windows, %d have a p-value below 0.01", windows, low)
	}
}

func TestNewWordsAreDrift(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	b := NewBaseline(topical(r, 3000, 0), nil)
	m, err := NewMonitor(b, DetectorOpts{Window: 200})
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range topical(r, 200, 0) {
		if s := m.AddText(text); s.Unknown > 0 || s.Words < 20 {
			t.Fatalf("text %d has %v words, %v of them unknown", i, s.Words, s.Unknown)
		}
	}
	for _, text := range topical(r, 200, 200) { // half of the words are others
		m.AddText(text)
	}
	got := figures(t, m)
	if !got[OfUnknownWords].Drift || !got[OfWords].Drift || got[OfLength].Drift {
		t.Errorf("%v", got)
	}
}

// What only one text of the training has would have been unknown without it: so much is
// no drift.
func TestRareWordsAreExpected(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	next := 2000
	rare := func(n int) []string {
		out := topical(r, n, 0)
		for i := range out {
			for range r.IntN(5) {
				next++
				out[i] += " " + name(next)
			}
		}
		return out
	}
	m, err := NewMonitor(NewBaseline(rare(3000), nil), DetectorOpts{Window: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range rare(500) {
		m.AddText(text)
	}
	if got := figures(t, m); got[OfUnknownWords].Drift {
		t.Errorf("%v", got[OfUnknownWords])
	}
}

func FuzzBaseline(f *testing.F) {
	f.Add([]byte(NewBaseline([]string{"a cup of tea", "bread and butter"}, []string{"ham", "spam"}).String()))
	f.Add([]byte(`{"classes":{"a":1},"vocabulary":{"known":"AAAA","design":1,"unknown":null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := ParseBaseline(string(data))
		if err != nil {
			return
		}
		m, err := NewMonitor(b, DetectorOpts{Window: 1})
		if err != nil {
			return
		}
		m.AddText("a cup of tea")
		m.Add("spam")
		m.Figures()
		if _, err := json.Marshal(b); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}

func BenchmarkAddText(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	texts := topical(r, 1000, 0)
	m, err := NewMonitor(NewBaseline(texts, nil), DetectorOpts{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := range b.N {
		m.AddText(texts[i%len(texts)])
	}
}
