package service

// This file tests the spans of requests.

import (
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func TestRequestsAreTraced(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	s := started(t, Opts{Tracer: provider})
	const parent = "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	call(s, "POST", "/pipelines/spam:predict", `{"documents":["a","b"]}`, parent)
	call(s, "POST", "/pipelines/ham:predict", `{"documents":["a"]}`)
	call(s, "GET", "/metrics", "")
	spans := recorder.Ended()
	if len(spans) != 2 {
		t.Fatalf("there are %d spans", len(spans))
	}
	has := func(i int, want attribute.KeyValue) {
		t.Helper()
		for _, a := range spans[i].Attributes() {
			if a == want {
				return
			}
		}
		t.Errorf("span %d has %v, not %v", i, spans[i].Attributes(), want)
	}
	if got := spans[0].SpanContext().TraceID().String(); got != "0af7651916cd43dd8448eb211c80319c" || spans[0].Parent().SpanID().String() != "b7ad6b7169203331" {
		t.Errorf("the span is in the trace %s", got)
	}
	has(0, attribute.String("pipeline.version", "1"))
	has(0, attribute.Int("pipeline.documents", 2))
	has(0, attribute.Int("http.response.status_code", 200))
	has(1, attribute.Int("http.response.status_code", 404))
	has(1, attribute.String("error.type", "not_found"))
}
