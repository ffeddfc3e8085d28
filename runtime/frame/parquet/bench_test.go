package parquet_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/netherfield/netherfield/runtime/frame"
	"github.com/netherfield/netherfield/runtime/internal/numpy"
)

// BenchmarkParquet reads and writes a table like the workshop's: 40,000 documents of
// about 100 words.
func BenchmarkParquet(b *testing.B) {
	const n = 40_000
	r := numpy.NewRandomState(1)
	texts, labels, index := make([]string, n), make([]string, n), make([]int, n)
	for i := range n {
		var text []byte
		for range 60 + r.Intn(80) {
			text = fmt.Appendf(text, "word%d ", min(r.Intn(5000), r.Intn(5000)))
		}
		texts[i], labels[i], index[i] = string(text), [...]string{"spam", "legitimate"}[i%2], i
	}
	f, err := frame.Of("index", index, "label", labels, "text", texts)
	if err != nil {
		b.Fatal(err)
	}
	var file bytes.Buffer
	if err := f.Encode(&file, "parquet"); err != nil {
		b.Fatal(err)
	}
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := frame.Decode(bytes.NewReader(file.Bytes()), "parquet"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			if err := f.Encode(&bytes.Buffer{}, "parquet"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
