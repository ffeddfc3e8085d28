package client

// This file is what cells call as score_text and get_metrics.

import (
	"context"
	"time"
)

// patience is how long a call of a cell may take: an interrupt cannot reach it.
const patience = 5 * time.Minute

// ScoreText is [Client.ScoreText] of the service that $PIPELINE_URL names now. It gives
// up after five minutes.
func ScoreText(texts []string) ([]string, error) {
	c, err := New(Opts{})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return c.ScoreText(ctx, texts)
}

// GetMetrics is [Client.Metrics] of the service that $PIPELINE_URL names now. It gives up
// after a minute.
func GetMetrics() (*Metrics, error) {
	c, err := New(Opts{})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience/5)
	defer cancel()
	return c.Metrics(ctx)
}
