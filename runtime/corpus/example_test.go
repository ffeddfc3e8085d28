package corpus_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/netherfield/netherfield/runtime/corpus"
)

func ExampleGenerate() {
	data, err := corpus.Generate(corpus.Opts{Rows: 4, Seed: 43, MaxSentences: 1})
	if err != nil {
		panic(err)
	}
	fmt.Println(data)
	// Output:
	// index  label       text
	// 0      0  legitimate  The will was read in the pocket of each…
	// 1      1  legitimate  Her letters were the best of it was mad…
	// 2      2  spam        I would buy it with chicken on top.
	// 3      3  spam        We are now quite agreed.
	//
	// 4 rows × 3 columns
}

func ExampleChain() {
	chain, err := corpus.NewChain("The cat drank the milk. The dog drank the tea. The dog sat.", corpus.ChainOpts{Order: 1})
	if err != nil {
		panic(err)
	}
	fmt.Println(chain.Words(), "words")
	fmt.Println(chain.Sentence(rand.NewPCG(1, 2)))
	// Output:
	// 8 words
	// The dog sat.
}
