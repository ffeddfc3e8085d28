package monitoring_test

import (
	"fmt"
	"strings"

	"github.com/netherfield/netherfield/runtime/monitoring"
)

func ExampleRules() {
	rules, err := monitoring.Rules(monitoring.Opts{Pipeline: "spam"})
	fmt.Println(strings.Contains(string(rules), "alert: PipelinePredictionsDrift"), err)
	// Output: true <nil>
}
