package drift

// This file compares the tests with SciPy's, and holds the detectors to the false alarm
// rates that they state.

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/frame"
)

func TestCountsAreComparedAsBySciPy(t *testing.T) {
	for _, p := range golden.Load(t, "counts").Parts {
		t.Run(p.Name, func(t *testing.T) {
			r, l := golden.Floats(t, p.State, "reference"), golden.Floats(t, p.State, "live")
			js, err := JensenShannon(r, l)
			if err != nil {
				t.Fatal(err)
			}
			chi, err := ChiSquare(r, l)
			if err != nil {
				t.Fatal(err)
			}
			golden.Near(t, "Jensen–Shannon", []float64{js}, []float64{golden.Float(t, p.State, "jensen_shannon")}, 1e-12, 1e-8)
			golden.Near(t, "χ²", []float64{chi.Statistic, chi.PValue}, []float64{golden.Float(t, p.State, "chi_square"), golden.Float(t, p.State, "chi_square_p")}, 1e-10, 1e-12)
		})
	}
}

func TestSamplesAreComparedAsBySciPy(t *testing.T) {
	for _, p := range golden.Load(t, "samples").Parts {
		t.Run(p.Name, func(t *testing.T) {
			r, err := KS(golden.Floats(t, p.State, "x"), golden.Floats(t, p.State, "y"))
			if err != nil {
				t.Fatal(err)
			}
			golden.Near(t, "KS", []float64{r.Statistic, r.PValue}, []float64{golden.Float(t, p.State, "statistic"), golden.Float(t, p.State, "p")}, 1e-9, 1e-12)
		})
	}
}

// The mixtures that the workshop provokes drift with.
func TestMixtures(t *testing.T) {
	for _, test := range []struct {
		spam, psi float64
		drift     bool
	}{{0.95, 1.33, true}, {0.75, 0.28, true}, {0.5, 0, false}, {0.55, 0.01, false}} {
		r, err := PSI([]float64{10_000, 10_000}, []float64{500 * (1 - test.spam), 500 * test.spam})
		if err != nil || math.Abs(r.Statistic-test.psi) > 0.006 || r.Drift != test.drift {
			t.Errorf("%v of spam: %v, %v", test.spam, r, err)
		}
	}
}

// Without drift the index is what is said of it, and a limit of 0.1 would be far below.
func TestNoiseOfPSI(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const k, n, m = 256, 20_000, 4000
	draw := func(n int) []float64 {
		c := make([]float64, k)
		for range n {
			c[r.IntN(k)]++
		}
		return c
	}
	sum, alarms := 0.0, 0
	const rounds = 400
	// With 500 counts in 256 cells 0.1 would always be passed.
	if few, err := PSI(draw(n), draw(500)); err != nil || few.Statistic < 0.2 || few.Drift {
		t.Errorf("%v, %v", few, err)
	}
	for range rounds {
		got, err := PSI(draw(n), draw(m))
		if err != nil {
			t.Fatal(err)
		}
		sum += got.Statistic
		if got.Drift {
			alarms++
		}
	}
	if mean, want := sum/rounds, NoisePSI(k, n, m); math.Abs(mean/want-1) > 0.1 {
		t.Errorf("the mean is %v, not about %v", mean, want)
	}
	if alarms > 3 {
		t.Errorf("%d alarms of %d without drift", alarms, rounds)
	}
}

func TestDetectorKeepsItsFalseAlarmRate(t *testing.T) {
	reference := map[string]uint64{"legitimate": 10_000, "spam": 10_000}
	windows := func(spam float64, n, size int, alpha float64) (alarms int) {
		d, err := NewDetector(reference, DetectorOpts{Window: size, Alpha: alpha})
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(3, 4))
		for range n * size {
			class := "legitimate"
			if r.Float64() < spam {
				class = "spam"
			}
			if got, whole := d.Add(class); whole && got.Drift {
				alarms++
			}
		}
		if last, ok := d.Last(); !ok || last.Test != "PSI" {
			t.Errorf("the last window says %v", last)
		}
		return alarms
	}
	if got := windows(0.5, 10_000, 500, 0); got != 0 {
		t.Errorf("%d of 10,000 windows of 500 without drift alarm", got)
	}
	// Small windows, where chance is what limits.
	if got := windows(0.5, 10_000, 40, 0.01); got > 100 {
		t.Errorf("%d of 10,000 windows of 40 alarm, more than 1 %%", got)
	}
	for _, spam := range []float64{0.95, 0.75, 0.25, 0.05} {
		if got := windows(spam, 100, 500, 0); got != 100 {
			t.Errorf("with %v of spam %d of 100 windows alarm", spam, got)
		}
	}
	d, err := NewDetector(reference, DetectorOpts{Window: 10})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if got, whole := d.Add("ham"); whole != (i == 9) || whole && !got.Drift {
			t.Errorf("a class that was never there: %v %v", got, whole)
		}
	}
	for _, bad := range []DetectorOpts{{Window: -1}, {Alpha: 2}} {
		if _, err := NewDetector(reference, bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	if _, err := NewDetector(nil, DetectorOpts{}); err == nil {
		t.Error("nothing is a reference")
	}
}

func TestCUSUMRunsAsLongAsItSays(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const want, numbers = 2000, 2_000_000
	c, err := NewCUSUM(10, 2, CUSUMOpts{RunLength: want})
	if err != nil {
		t.Fatal(err)
	}
	alarms := 0
	for range numbers {
		if c.Add(10 + 2*r.NormFloat64()).Drift {
			alarms++
		}
	}
	if mean := float64(numbers) / float64(alarms); mean < 0.85*want || mean > 1.15*want {
		t.Errorf("an alarm every %v numbers, not every %v", mean, want)
	}
	c, _ = NewCUSUM(10, 2, CUSUMOpts{})
	for i := 1; ; i++ {
		if c.Add(7.5 + 2*r.NormFloat64()).Drift {
			if i > 60 {
				t.Errorf("a shift of 1.25 standard deviations is found after %d numbers", i)
			}
			break
		}
	}
	c.Add(math.NaN())
	for _, bad := range [][2]float64{{0, 0}, {math.NaN(), 1}, {0, math.Inf(1)}} {
		if _, err := NewCUSUM(bad[0], bad[1], CUSUMOpts{}); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
	if _, err := NewCUSUM(0, 1, CUSUMOpts{Shift: -1}); err == nil {
		t.Error("a negative shift is taken")
	}
}

func TestBadCounts(t *testing.T) {
	for says, counts := range map[string][2][]float64{
		"1 cells":               {{1}, {1, 2}},
		"reference counts noth": {{0, 0}, {1, 2}},
		"live counts nothing":   {{1, 1}, {0, 0}},
		"counts -1":             {{1, -1}, {1, 1}},
		"counts NaN":            {{1, 1}, {1, math.NaN()}},
	} {
		_, err := PSI(counts[0], counts[1])
		_, err2 := ChiSquare(counts[0], counts[1])
		_, err3 := JensenShannon(counts[0], counts[1])
		for _, err := range []error{err, err2, err3} {
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("error %v does not say %q", err, says)
			}
		}
	}
	for _, s := range [][2][]float64{{{}, {1}}, {{1}, nil}, {{1}, {math.NaN()}}} {
		if _, err := KS(s[0], s[1]); err == nil {
			t.Errorf("%v are compared", s)
		}
	}
}

func TestHistogramsMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var whole Histogram
	parts := make([]Histogram, 3)
	var values []float64
	for i := range 30_000 {
		v := math.Exp(2*r.NormFloat64()) * []float64{1, -1, 1}[i%3]
		if i%100 == 0 {
			v = 0
		}
		values = append(values, v)
		whole.Add(v)
		parts[i%3].Add(v)
	}
	whole.Add(math.NaN())
	whole.Add(math.Inf(1))
	slices.Sort(values)
	for _, q := range []float64{0, 0.01, 0.3, 0.5, 0.9, 0.999, 1} {
		want := values[int(q*float64(len(values)-1))]
		if got := whole.Quantile(q); math.Abs(got-want) > 0.0101*math.Abs(want) {
			t.Errorf("the quantile %v is %v, not %v", q, got, want)
		}
	}
	orders := [][]int{{0, 1, 2}, {2, 0, 1}, {1, 2, 0}}
	var first string
	for _, order := range orders {
		var merged Histogram
		for _, i := range order {
			merged.Merge(&parts[i])
		}
		merged.sum = 0 // the order of additions shows in the last digits
		text, err := json.Marshal(&merged)
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(text)
		}
		if string(text) != first {
			t.Errorf("in the order %v it is another", order)
		}
		var back Histogram
		if err := json.Unmarshal(text, &back); err != nil || back.Count() != 30_000 || back.Quantile(0.5) != whole.Quantile(0.5) {
			t.Errorf("back it has %d numbers, %v", back.Count(), err)
		}
	}
	if m := whole.Mean(); math.Abs(m-mean(values)) > 1e-9 {
		t.Errorf("the mean is %v", m)
	}
	if s := whole.Share(0); math.Abs(s-share(values, 0)) > 0.001 {
		t.Errorf("the share is %v", s)
	}
	var moved Histogram
	for _, v := range values {
		moved.Add(v + 1)
	}
	a, b := Counts(&whole, &moved, 10)
	if got, err := PSI(a, b); err != nil || !got.Drift {
		t.Errorf("%v, %v", got, err)
	}
	if a, b := Counts(&whole, &whole, 10); !slices.Equal(a, b) {
		t.Errorf("%v and %v", a, b)
	}
	var empty Histogram
	if !math.IsNaN(empty.Quantile(0.5)) || !math.IsNaN(empty.Mean()) || !math.IsNaN(empty.Share(1)) {
		t.Error("an empty histogram has quantiles")
	}
}

func mean(v []float64) (sum float64) {
	for _, x := range v {
		sum += x / float64(len(v))
	}
	return sum
}

func share(v []float64, upTo float64) (n float64) {
	for _, x := range v {
		if x <= upTo {
			n++
		}
	}
	return n / float64(len(v))
}

func TestCategoriesMerge(t *testing.T) {
	a, b := NewCategories("spam", "legitimate"), NewCategories("spam", "ham")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 100 {
				a.Add("spam")
				a.Add("never heard of")
				b.Add("ham")
			}
		})
	}
	all.Wait()
	a.Merge(b)
	want := `{"ham":400,"legitimate":0,"other":400,"spam":400}`
	text, err := json.Marshal(a)
	if err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
	var back Categories
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if text, _ := json.Marshal(&back); string(text) != want {
		t.Errorf("back it is %s", text)
	}
	for i := range 2000 {
		var c Categories
		c.Add("x")
		one := NewCategories(fmt.Sprint(i))
		one.Add(fmt.Sprint(i))
		back.Merge(one)
	}
	if n := len(back.Counts()); n > maxCategories+1 {
		t.Errorf("there are %d categories", n)
	}
}

// words returns n texts whose words are drawn from a list.
func words(r *rand.Rand, n int, from string) (out []string) {
	all := strings.Fields(from)
	for range n {
		var b strings.Builder
		for range 12 {
			b.WriteString(all[r.IntN(len(all))] + " ")
		}
		out = append(out, b.String())
	}
	return out
}

func TestTextsAreToldApart(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	const same = "the of and to in truth man wife good fortune want house letter walk morning"
	reference := words(r, 700, same)
	got, err := Texts(t.Context(), reference, words(r, 700, same), TextOpts{Seed: 1})
	if err != nil || got.Drift || math.Abs(got.Statistic-0.5) > 0.06 {
		t.Errorf("the same source: %v, %v", got, err)
	}
	live := words(r, 700, same+" coffee coffee")
	got, err = Texts(t.Context(), reference, live, TextOpts{Seed: 1})
	if err != nil || !got.Drift || got.PValue > 1e-6 || got.Tokens[0].Word != "coffee" || got.Tokens[0].Reference != 0 || got.Tokens[0].Live < 0.5 {
		t.Errorf("with another word: %v, %v", got, err)
	}
	again, err := Texts(t.Context(), reference, live, TextOpts{Seed: 1})
	if err != nil || again.Statistic != got.Statistic {
		t.Errorf("again it is %v, %v", again, err)
	}
	if few, err := Texts(t.Context(), reference[:100], live[:100], TextOpts{}); err != nil || few.Drift {
		t.Errorf("of few texts it says %v, %v", few, err)
	}
	for _, bad := range [][]string{nil, {"a", "b"}, {"", "", "", "", ""}} {
		if _, err := Texts(t.Context(), bad, bad, TextOpts{}); err == nil {
			t.Errorf("%q are told apart", bad)
		}
	}
}

func table(t *testing.T, columns ...frame.Column) *frame.Frame {
	t.Helper()
	f, err := frame.New(columns...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestReport(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	sample := func(n int, spam, longer float64, more string) *frame.Frame {
		label, length := make([]string, n), make([]float64, n)
		for i := range label {
			if label[i] = "legitimate"; r.Float64() < spam {
				label[i] = "spam <script>"
			}
			length[i] = 100 + 20*r.NormFloat64() + longer
		}
		length[0] = math.NaN()
		return table(t, frame.Strings("label", label), frame.Floats("length", length), frame.Strings("text", words(r, n, "a truth good man want wife "+more)))
	}
	training := sample(1000, 0.5, 0, "")
	same, err := Report(training, sample(1000, 0.5, 0, ""))
	if err != nil || same.Drift() || len(same.Columns) != 3 {
		t.Errorf("without drift: %v, %v", same, err)
	}
	other, err := Report(training, sample(1000, 0.95, 30, "coffee"))
	if err != nil {
		t.Fatal(err)
	}
	kinds := ""
	for _, c := range other.Columns {
		kinds += c.Kind + " "
		if !c.Drift() {
			t.Errorf("%s has not drifted: %v", c.Name, c.Results)
		}
	}
	if kinds != "categories numbers texts " || other.Columns[2].Tokens[0].Word != "coffee" {
		t.Errorf("%s %v", kinds, other.Columns[2].Tokens)
	}
	text, html := other.String(), other.MIMEBundle()["text/html"].(string)
	for _, want := range []string{"1000 rows of the reference, 1000 live", "spam <script>", "coffee", "reference", "drift"} {
		if !strings.Contains(text, want) {
			t.Errorf("it shows as\n%s\nwithout %s", text, want)
		}
	}
	if strings.Contains(html, "<script>") || !strings.Contains(html, "spam &lt;script&gt;") {
		t.Errorf("the HTML is %s", html)
	}
	if c, err := Report([]float64{1, 2, 3}, []float64{1, 2, 3}); err != nil || c.Drift() {
		t.Errorf("%v, %v", c, err)
	}
	if c, err := Report([]string{"a", "b"}, []string{"a", "b"}); err != nil || c.Drift() {
		t.Errorf("%v, %v", c, err)
	}
	if c, err := Report([]float64{5, 5}, []float64{5}); err != nil || c.Drift() {
		t.Errorf("%v, %v", c, err)
	}
	for says, args := range map[string][2]any{
		"cannot be compared":  {3, 4},
		"no column in common": {training, table(t, frame.Strings("other", []string{"a"}))},
		"is a []string":       {training, table(t, frame.Floats("label", []float64{1}))},
		"empty":               {[]float64{1}, []float64{}},
		"counts nothing":      {[]string{}, []string{"a"}},
	} {
		if _, err := Report(args[0], args[1]); err == nil || !strings.Contains(err.Error(), says) && says != "is a []string" {
			t.Errorf("error %v does not say %q", err, says)
		}
	}
}

func FuzzSketches(f *testing.F) {
	f.Add([]byte(`{"accuracy":0.01,"sum":3,"zero":1,"positive":{"3":2},"negative":{"-5":1}}`))
	f.Add([]byte(`{"spam":3,"other":1}`))
	f.Add([]byte(`{"accuracy":0.01,"positive":{"99999999":1}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var h Histogram
		if json.Unmarshal(data, &h) == nil {
			h.Add(1)
			if q := h.Quantile(0.5); math.IsNaN(q) {
				t.Error("it has no median")
			}
			h.Merge(&h)
			if _, err := json.Marshal(&h); err != nil {
				t.Error(err)
			}
		}
		var c Categories
		if json.Unmarshal(data, &c) == nil {
			c.Add("x")
			c.Merge(NewCategories("y"))
		}
	})
}

func BenchmarkHistogramAdd(b *testing.B) {
	var h Histogram
	b.ReportAllocs()
	for i := range b.N {
		h.Add(float64(i%1000) + 1)
	}
}

func BenchmarkCategoriesAdd(b *testing.B) {
	c := NewCategories("spam", "legitimate")
	b.ReportAllocs()
	for range b.N {
		c.Add("spam")
	}
}

func TestMonitor(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	texts := words(r, 2000, "a truth good man want wife")
	classes := make([]string, len(texts))
	for i := range classes {
		classes[i] = []string{"legitimate", "spam"}[i%2]
	}
	b, err := ParseBaseline(NewBaseline(texts, classes).String())
	if err != nil || b.Ratios()["spam"] != 0.5 || b.Length.Count() != 2000 {
		t.Fatalf("%v, %v", b, err)
	}
	m, err := NewMonitor(b, DetectorOpts{})
	if err != nil || len(m.Figures()) != 0 {
		t.Fatal(err)
	}
	add := func(times int, class func(i int) string) {
		for i := range 500 {
			m.AddText(strings.Repeat(texts[r.IntN(len(texts))]+" ", times))
			m.Add(class(i))
		}
	}
	drifted := func() (of []string) {
		for _, f := range m.Figures() {
			if f.Drift {
				of = append(of, f.Of)
			}
		}
		return of
	}
	add(1, func(i int) string { return classes[i] })
	if got := drifted(); got != nil || len(m.Figures()) != 4 {
		t.Errorf("without drift: %v of %v", got, m.Figures())
	}
	add(2, func(i int) string { return classes[min(1, i%10)] })
	if got := drifted(); !slices.Equal(got, []string{OfPredictions, OfLength}) {
		t.Errorf("twice as long and mostly spam: %v of %v", got, m.Figures())
	}
	regressor, err := NewMonitor(NewBaseline(texts, nil), DetectorOpts{Window: 10})
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		regressor.AddText(texts[0])
		regressor.Add("")
	}
	if got := regressor.Figures(); len(got) != 3 || got[0].Of != OfLength {
		t.Errorf("%v", got)
	}
	if _, err := NewMonitor(NewBaseline(nil, nil), DetectorOpts{Alpha: 2}); err == nil {
		t.Error("a false alarm rate of 2 is taken")
	}
	for _, bad := range []string{"", "[]", `{"length":{"accuracy":3}}`, `{"classes":{"a":-1}}`,
		`{"vocabulary":{}}`, `{"vocabulary":{"known":"AAAA","design":1}}`, `{"vocabulary":{"known":"","design":0}}`, `{"vocabulary":3}`} {
		if _, err := ParseBaseline(bad); err == nil {
			t.Errorf("%q is a baseline", bad)
		}
	}
}
