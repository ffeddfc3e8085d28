package feature_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/runtime/feature"
)

// benchDocs returns n documents of about 100 words.
func benchDocs(n int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 8000)
	for i := range words {
		b := make([]byte, 2+r.IntN(9))
		for k := range b {
			b[k] = byte('a' + r.IntN(26))
		}
		words[i] = string(b)
	}
	zipf := rand.NewZipf(r, 1.2, 8, uint64(len(words)-1))
	docs := make([]string, n)
	for i := range docs {
		var b strings.Builder
		for k := range 60 + r.IntN(80) {
			w := words[zipf.Uint64()]
			if k%12 == 0 {
				w = strings.ToUpper(w[:1]) + w[1:]
			}
			b.WriteString(w)
			if k%12 == 11 {
				b.WriteString(".")
			}
			b.WriteByte(' ')
		}
		docs[i] = b.String()
	}
	return docs
}

func BenchmarkHashing(b *testing.B) {
	docs := benchDocs(40_000)
	for _, buckets := range []int{256, 1 << 18} {
		b.Run(fmt.Sprint(buckets), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v := feature.HashingVectorizer{Buckets: buckets, NonNegative: true, Norm: "none"}
				if _, err := v.Transform(docs); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
