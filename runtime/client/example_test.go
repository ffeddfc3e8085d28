package client_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/netherfield/netherfield/runtime/client"
)

// A service that calls everything spam.
func service() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/metrics" {
			fmt.Fprint(w, "# TYPE pipeline_predictions_total counter\npipeline_predictions_total{value=\"spam\"} 2\n")
			return
		}
		fmt.Fprint(w, `["spam", "spam"]`)
	}))
}

func ExampleClient() {
	server := service()
	defer server.Close()
	c, err := client.New(client.Opts{URL: server.URL})
	if err != nil {
		log.Fatal(err)
	}
	labels, err := c.ScoreText(context.Background(), []string{"buy tea", "buy coffee"})
	if err != nil {
		log.Fatal(err)
	}
	metrics, err := c.Metrics(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(labels, metrics.Value("pipeline_predictions_total", "value", "spam"))
	fmt.Println(metrics)
	// Output:
	// [spam spam] 2
	// pipeline_predictions_total{value="spam"}  2
	// 1 series, and 0 others in All
}
