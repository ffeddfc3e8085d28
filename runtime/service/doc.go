// Package service owns the pipeline service: an HTTP server that scores documents with
// fitted pipelines.
//
//	s, err := service.New(service.Opts{})
//	v, err := s.Load(ctx, "spam", "1", file)
//	err = s.Serve(ctx, listener)
//
// # Model
//
// A Service holds pipelines by name, each in one or more versions. A version is what was
// loaded from an artefact, whose digest names it; it does not change. Requests choose a
// version by its number, by a label ("stable", "canary", …) or leave it to the service,
// which takes the one labelled stable, else the newest. Loading, labelling and unloading
// replace what is known in one step, and a version that is unloaded scores the requests
// that have chosen it to their end: no request fails because of a change, and none is
// scored by a version that is not loaded.
//
// # Surfaces
//
// The same pipelines answer on several surfaces. POST /predict and GET /metrics are those
// of nachlass services, which notebooks know by score_text and get_metrics.
// /pipelines lists, loads, labels and scores. /v2 is the Open Inference Protocol, which
// KServe and its clients speak. GET /openapi.json describes them all.
//
// A Service may be used by several goroutines at once.
package service
