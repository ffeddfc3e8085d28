package pipeline_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

var (
	exampleTexts = []string{
		"a single man in possession of a good fortune must be in want of a wife",
		"the taffy is soft and chewy and the flavors are amazing",
		"she had a lively playful disposition which delighted in anything ridiculous",
		"this coffee tastes good and the price is great",
		"my dear mister bennet said his lady to him one day",
		"my dog loves this food and it arrived on time",
	}
	exampleLabels = []string{"legitimate", "spam", "legitimate", "spam", "legitimate", "spam"}
)

func Example() {
	pipe := pipeline.New(
		pipeline.Step("vectorize", &feature.HashingVectorizer{Buckets: 1024}),
		pipeline.Step("tfidf", &feature.TFIDF{}),
		pipeline.Step("model", &model.LogisticRegression{C: 10}),
	)
	fmt.Println(pipe)
	if err := pipe.Fit(exampleTexts, exampleLabels); err != nil {
		fmt.Println(err)
	}
	labels, err := pipe.Predict([]string{"the price of this coffee", "a lady in want of a good fortune"})
	fmt.Println(labels, err)
	// Output:
	// vectorize  feature.HashingVectorizer{Buckets: 1024}
	// tfidf      feature.TFIDF{}
	// model      model.LogisticRegression{C: 10}
	// [spam legitimate] <nil>
}

// A stage that was saved predicts as it did; its digest names it.
func ExampleSaveStage() {
	pipe := pipeline.New(
		pipeline.Step("count", &feature.CountVectorizer{}),
		pipeline.Step("model", &model.MultinomialNB{}),
	)
	if err := pipe.Fit(exampleTexts, exampleLabels); err != nil {
		fmt.Println(err)
	}
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.sav")
	if err := pipeline.SaveStage(pipe, path, pipeline.Origin{Commit: "ac0f434"}); err != nil {
		fmt.Println(err)
	}

	loaded, err := pipeline.LoadStage(path)
	if err != nil {
		fmt.Println(err)
	}
	labels, err := loaded.Predict([]string{"the food was great"})
	fmt.Println(labels, err)
	fmt.Println(loaded.Digest() == pipe.Digest(), loaded.Provenance()["commit"])
	// Output:
	// [spam] <nil>
	// true ac0f434
}

// A scorer is for one document after another.
func ExamplePipeline_Scorer() {
	pipe := pipeline.New(
		pipeline.Step("count", &feature.CountVectorizer{}),
		pipeline.Step("model", &model.MultinomialNB{}),
	)
	if err := pipe.Fit(exampleTexts, exampleLabels); err != nil {
		fmt.Println(err)
	}
	scorer, err := pipe.Scorer()
	if err != nil {
		fmt.Println(err)
	}
	class, proba, err := scorer.Score("great coffee, and the dog loves the taffy")
	fmt.Printf("%s %.4f %v\n", class, proba, err)
	// Output: spam [0.0003 0.9997] <nil>
}

func ExampleGridSearch() {
	search := pipeline.GridSearch{
		Pipeline: pipeline.New(
			pipeline.Step("count", &feature.CountVectorizer{}),
			pipeline.Step("tfidf", &feature.TFIDF{}),
			pipeline.Step("model", &model.LogisticRegression{}),
		),
		Grid: map[string][]any{
			"tfidf.Sublinear": {false, true},
			"model.C":         {0.01, 1, 100},
		},
		Folds: 3,
	}
	if err := search.Fit(exampleTexts, exampleLabels); err != nil {
		fmt.Println(err)
	}
	fmt.Println(search.BestParams())
	fmt.Printf("%.3f\n", search.BestScore())
	// Output:
	// map[model.C:0.01 tfidf.Sublinear:false]
	// 1.000
}

func ExamplePipeline_SetParams() {
	pipe := pipeline.New(
		pipeline.Step("tfidf", &feature.TFIDF{}),
		pipeline.Step("model", &model.LogisticRegression{}),
	)
	fmt.Println(pipe.SetParams(map[string]any{"model.C": 10, "tfidf.Norm": "l1"}))
	fmt.Println(pipe)
	fmt.Println(pipe.SetParams(map[string]any{"model.c": 10}))
	// Output:
	// <nil>
	// tfidf  feature.TFIDF{Norm: "l1"}
	// model  model.LogisticRegression{C: 10}
	// pipeline: there is no parameter "model.c"; did you mean "model.C"?
}
