package model_test

import (
	"context"
	"fmt"

	"github.com/netherfield/netherfield/runtime/model"
	"gonum.org/v1/gonum/mat"
)

func ExampleRandomForestClassifier() {
	// Length and share of capitals of some messages.
	x := mat.NewDense(6, 2, []float64{
		120, 0.02,
		80, 0.03,
		200, 0.01,
		30, 0.4,
		25, 0.6,
		40, 0.5,
	})
	y := []string{"legitimate", "legitimate", "legitimate", "spam", "spam", "spam"}
	forest := model.RandomForestClassifier{Trees: 50, Seed: 43}
	if err := forest.Fit(x, y); err != nil {
		fmt.Println(err)
		return
	}
	predicted, err := forest.Predict(mat.NewDense(2, 2, []float64{150, 0.02, 20, 0.7}))
	fmt.Println(predicted, err)
	// Output: [legitimate spam] <nil>
}

func ExampleRandomForestRegressor_Explain() {
	x := mat.NewDense(8, 2, []float64{1, 0, 2, 0, 3, 0, 4, 0, 1, 1, 2, 1, 3, 1, 4, 1})
	y := []float64{1, 2, 3, 4, 11, 12, 13, 14}
	forest := model.RandomForestRegressor{NoBootstrap: true, Trees: 1}
	if err := forest.Fit(x, y); err != nil {
		fmt.Println(err)
		return
	}
	explanations, err := forest.Explain(mat.NewDense(1, 2, []float64{1, 1}))
	if err != nil {
		fmt.Println(err)
		return
	}
	e := explanations[0]
	fmt.Println("on average", e.Base[0])
	for _, term := range e.Terms {
		fmt.Printf("column %d: %+.1f\n", term.Feature, term.Contribution[0])
	}
	fmt.Println("together", e.Score[0])
	// Output:
	// on average 7.5
	// column 1: +5.0
	// column 0: -1.5
	// together 11
}

func ExampleWithProgress() {
	x := mat.NewDense(2, 1, []float64{0, 1})
	ctx := model.WithProgress(context.Background(), func(done, total int) {
		fmt.Printf("%d of %d trees\n", done, total)
	})
	forest := model.RandomForestClassifier{Trees: 3}
	fmt.Println(forest.FitContext(ctx, x, []string{"a", "b"}))
	// Output:
	// 1 of 3 trees
	// 2 of 3 trees
	// 3 of 3 trees
	// <nil>
}
