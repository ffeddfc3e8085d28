// Package client owns the way to pipeline services: it has documents scored and reads
// metrics.
//
//	c, err := client.New(client.Opts{URL: "http://pipeline:8080"})
//	labels, err := c.ScoreText(ctx, []string{"It is a truth universally acknowledged"})
//	metrics, err := c.Metrics(ctx)
//	metrics.Value("pipeline_predictions_total", "value", "spam")
//
// [Client.ScoreText], [Client.ScoreNumbers] and [Client.Metrics] speak to the services
// that nachlass builds of notebooks, and to package service, which answers in the same
// way. The other methods are for package service alone, or, where they say so, for
// whatever speaks the Open Inference Protocol. A prediction is never asked for twice: the
// service would count it twice.
//
// In a notebook, score_text and get_metrics are [ScoreText] and [GetMetrics].
//
// A Client may be used by several goroutines at once.
package client
