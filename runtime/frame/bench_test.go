package frame_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/internal/numpy"
)

// corpus is a table like the workshop's: 40,000 documents of about 100 words.
func corpus() *frame.Frame {
	const n = 40_000
	r := numpy.NewRandomState(1)
	words := make([]string, 4096)
	for i := range words {
		b := make([]byte, 2+r.Intn(8))
		for k := range b {
			b[k] = byte('a' + r.Intn(26))
		}
		words[i] = string(b)
	}
	labels, texts, numbers, index, keys := make([]string, n), make([]string, n), make([]float64, n), make([]int, n), make([]int, n)
	for i := range n {
		var b strings.Builder
		for k := range 60 + r.Intn(80) {
			if k > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(words[min(r.Intn(len(words)), r.Intn(len(words)))])
		}
		texts[i], labels[i] = b.String(), [...]string{"spam", "legitimate"}[r.Intn(2)]
		numbers[i], index[i], keys[i] = r.Normal(), i, r.Intn(5000)
	}
	return must(frame.Of("index", index, "label", labels, "text", texts, "x", numbers, "key", keys))
}

func BenchmarkFrame(b *testing.B) {
	f := corpus()
	var csv, jsonl bytes.Buffer
	must(0, f.Encode(&csv, "csv"))
	must(0, f.Encode(&jsonl, "jsonl"))
	for _, c := range []struct {
		name string
		run  func() error
	}{
		{"where-text", func() error { return second(f.Where(frame.Col("label").Eq("spam"))) }},
		{"where-number", func() error { return second(f.Where(frame.Col("x").Gt(0))) }},
		{"where-both", func() error { return second(f.Where(frame.Col("label").Eq("spam").And(frame.Col("x").Gt(0)))) }},
		{"filter", func() error { return second(f.Filter(func(r frame.Row) bool { return r.String("label") == "spam" })) }},
		{"sort-number", func() error { return second(f.Sort("x")) }},
		{"sort-text", func() error { return second(f.Sort("text")) }},
		{"sort-both", func() error { return second(f.Sort("label", frame.Desc("x"))) }},
		{"group-label", func() error { return second(f.GroupBy("label").Agg(frame.Mean("x"))) }},
		{"group-key", func() error {
			return second(f.GroupBy("key").Agg(frame.Count(), frame.Mean("x"), frame.Std("x"), frame.Max("x")))
		}},
		{"counts-label", func() error { return second(f.ValueCounts("label")) }},
		{"counts-text", func() error { return second(f.ValueCounts("text")) }},
		{"describe", func() error { return second(f.Describe()) }},
		{"sample", func() error { return second(f.Sample(200, frame.Seed(43))) }},
		{"strings", func() error { return second(f.Strings("text")) }},
		{"show", func() error { f.MIMEBundle(); return nil }},
		{"read-csv", func() error { return second(frame.Decode(bytes.NewReader(csv.Bytes()), "csv")) }},
		{"read-jsonl", func() error { return second(frame.Decode(bytes.NewReader(jsonl.Bytes()), "jsonl")) }},
		{"write-csv", func() error { var out bytes.Buffer; return f.Encode(&out, "csv") }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := c.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
