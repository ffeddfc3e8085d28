package feature_test

import (
	"fmt"

	"github.com/netherfield/netherfield/runtime/feature"
)

func ExampleCountVectorizer() {
	docs := []string{
		"Whatever bears affinity to cunning is despicable.",
		"Cunning and affinity, affinity and cunning!",
	}
	var v feature.CountVectorizer
	counts, err := v.FitTransform(docs)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(v.FeatureNames())
	for i := range docs {
		columns, values := counts.Row(i)
		fmt.Println(columns, values)
	}
	// Output:
	// [affinity and bears cunning despicable is to whatever]
	// [0 2 3 4 5 6 7] [1 1 1 1 1 1 1]
	// [0 1 3] [2 2 2]
}

func ExampleHashingVectorizer() {
	v := feature.HashingVectorizer{Buckets: 8, NonNegative: true, Norm: "none"}
	counts, err := v.Transform([]string{"affinity to cunning", ""})
	fmt.Println(counts.Rows, counts.Cols, counts.NNZ(), err)
	// Output: 2 8 2 <nil>
}

func ExampleHashingVectorizer_Words() {
	v := feature.HashingVectorizer{Buckets: 2}
	words, err := v.Words([]string{"a truth universally acknowledged", "a universally known truth"}, 0)
	fmt.Println(words, err)
	// Output: [universally acknowledged known] <nil>
}

func ExampleTFIDF() {
	var counter feature.CountVectorizer
	counts, err := counter.FitTransform([]string{"good tea", "good coffee", "good tea and good coffee"})
	if err != nil {
		fmt.Println(err)
		return
	}
	var tfidf feature.TFIDF
	weights, err := tfidf.FitTransform(counts)
	if err != nil {
		fmt.Println(err)
		return
	}
	// "good" is in every text, so it says less than "tea".
	fmt.Println(counter.FeatureNames())
	fmt.Printf("%.2f\n", tfidf.IDF())
	fmt.Printf("%.2f %.2f\n", weights.At(0, 2), weights.At(0, 3))
	// Output:
	// [and coffee good tea]
	// [1.69 1.29 1.00 1.29]
	// 0.61 0.79
}

func ExampleSummaries() {
	var v feature.Summaries
	x, err := v.Transform([]string{"Mr. Darcy was proud; she was not."})
	if err != nil {
		fmt.Println(err)
		return
	}
	for j, name := range v.FeatureNames() {
		fmt.Printf("%s %.1f\n", name, x.At(0, j))
	}
	// Output:
	// punctuation 3.0
	// words 7.0
	// mean_length 3.4
	// max_length 5.0
	// min_length 2.0
	// lower_quantile 2.6
	// upper_quantile 5.0
	// capitalized 2.0
	// stop_words 4.0
}
