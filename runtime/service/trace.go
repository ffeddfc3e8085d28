package service

// This file makes a span of each request for predictions, within the trace that the
// client has begun.

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// traced begins the span of a request. The caller calls end with what was wrong, nil if
// nothing was.
func (s *Service) traced(r *http.Request) (ctx context.Context, end func(*Problem)) {
	if s.tracer == nil {
		return r.Context(), func(*Problem) {}
	}
	ctx = propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, span := s.tracer.Start(ctx, "predict", trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("http.request.method", r.Method), attribute.String("url.path", r.URL.Path),
	))
	return ctx, func(p *Problem) {
		status := http.StatusOK
		if p != nil {
			status = p.Status
			span.SetAttributes(attribute.String("error.type", p.Reason))
			if status >= 500 {
				span.SetStatus(codes.Error, p.Message)
			}
		}
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		span.End()
	}
}

// mark says in the span of a request what has scored it.
func mark(ctx context.Context, v *Version, documents int) {
	if span := trace.SpanFromContext(ctx); span.IsRecording() {
		span.SetAttributes(
			attribute.String("pipeline.name", v.Pipeline), attribute.String("pipeline.version", v.Name),
			attribute.String("pipeline.digest", v.Digest), attribute.Int("pipeline.documents", documents),
		)
	}
}

// turned says in the span when the request's turn had come.
func turned(ctx context.Context) { trace.SpanFromContext(ctx).AddEvent("turn") }
