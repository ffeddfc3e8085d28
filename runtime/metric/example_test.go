package metric_test

import (
	"fmt"

	"github.com/netherfield/netherfield/runtime/metric"
)

var (
	truth     = []string{"spam", "spam", "spam", "legitimate", "legitimate"}
	predicted = []string{"spam", "spam", "legitimate", "legitimate", "legitimate"}
)

func ExampleConfusion() {
	m, err := metric.Confusion(truth, predicted)
	if err != nil {
		panic(err)
	}
	fmt.Println(m)
	// Output:
	// true \ predicted  legitimate  spam
	// legitimate                 2     0
	// spam                       1     2
}

func ExampleReport() {
	r, err := metric.Report(truth, predicted)
	if err != nil {
		panic(err)
	}
	fmt.Print(r)
	// Output:
	//               precision    recall  f1-score   support
	//
	//   legitimate       0.67      1.00      0.80         2
	//         spam       1.00      0.67      0.80         3
	//
	//     accuracy                           0.80         5
	//    macro avg       0.83      0.83      0.80         5
	// weighted avg       0.87      0.80      0.80         5
}

func ExampleRecall() {
	spam, _ := metric.Recall(truth, predicted, metric.Opts{Positive: "spam"})
	all, _ := metric.Recall(truth, predicted, metric.Opts{Average: metric.Macro})
	fmt.Printf("%.3f of spam was found, %.3f of a class on average\n", spam, all)
	// Output: 0.667 of spam was found, 0.833 of a class on average
}

func ExampleROC() {
	c, err := metric.ROC(truth, []float64{0.9, 0.8, 0.3, 0.4, 0.1}, "spam")
	if err != nil {
		panic(err)
	}
	fmt.Println(c.FPR, c.TPR, c.Thresholds)
	fmt.Printf("%.3f\n", c.AUC())
	// Output:
	// [0 0 0 0.5 0.5 1] [0 0.3333333333333333 0.6666666666666666 0.6666666666666666 1 1] [+Inf 0.9 0.8 0.4 0.3 0.1]
	// 0.833
}
