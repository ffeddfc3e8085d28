package model_test

import (
	"fmt"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"gonum.org/v1/gonum/mat"
)

func ExampleLogisticRegression() {
	// Words of a message, and how many of them are in capitals.
	x := mat.NewDense(6, 2, []float64{9, 0, 12, 1, 10, 1, 3, 2, 5, 4, 4, 3})
	y := []string{"legitimate", "legitimate", "legitimate", "spam", "spam", "spam"}

	m := model.LogisticRegression{C: 10}
	if err := m.Fit(x, y); err != nil {
		fmt.Println(err)
		return
	}
	message := mat.NewDense(1, 2, []float64{6, 3})
	proba, err := m.PredictProba(message)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %.2f\n", m.Classes()[1], proba.At(0, 1))
	// Output: spam: 0.90
}

func ExampleLogisticRegression_Explain() {
	x := mat.NewDense(6, 2, []float64{9, 0, 12, 1, 10, 1, 3, 2, 5, 4, 4, 3})
	y := []string{"legitimate", "legitimate", "legitimate", "spam", "spam", "spam"}
	var m model.LogisticRegression
	if err := m.Fit(x, y); err != nil {
		fmt.Println(err)
		return
	}
	explanations, err := m.Explain(mat.NewDense(1, 2, []float64{6, 3}))
	if err != nil {
		fmt.Println(err)
		return
	}
	e := explanations[0]
	fmt.Printf("%s of %s: %.2f\n", e.Unit, e.Outputs[1], e.Score[1])
	fmt.Printf("without features: %.2f\n", e.Base[1])
	for _, term := range e.Terms {
		fmt.Printf("feature %d: %+.2f\n", term.Feature, term.Contribution[1])
	}
	// Output:
	// log-odds of spam: 1.33
	// without features: 4.97
	// feature 0: -4.91
	// feature 1: +1.28
}

func ExampleMultinomialNB() {
	var count feature.CountVectorizer
	docs := []string{"a truth universally acknowledged", "universally known", "tasty food", "good food, good taste"}
	x, err := count.FitTransform(docs)
	if err != nil {
		fmt.Println(err)
		return
	}
	var m model.MultinomialNB
	if err := m.Fit(x, []string{"legitimate", "legitimate", "spam", "spam"}); err != nil {
		fmt.Println(err)
		return
	}
	test, err := count.Transform([]string{"food is universally good"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Predict(test))
	// Output: [spam] <nil>
}

func ExampleRidge() {
	x := mat.NewDense(4, 1, []float64{0, 1, 2, 3})
	y := []float64{1, 3, 5, 7}
	for _, alpha := range []float64{1e-9, 5} {
		m := model.Ridge{Alpha: alpha}
		if err := m.Fit(x, y); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.3f·x + %.3f\n", m.Coef()[0], m.Intercept())
	}
	// Output:
	// 2.000·x + 1.000
	// 1.000·x + 2.500
}
