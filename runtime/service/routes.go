package service

// This file takes each request to what answers it, past what guards the service.

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const requestIDHeader = "X-Request-Id"

// ServeHTTP makes a Service an [http.Handler].
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header()[requestIDHeader] = []string{requestID(r)}
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.log.Error("panic", "path", r.URL.Path, "value", fmt.Sprint(p), "stack", string(debug.Stack()))
			writeProblem(w, problem(http.StatusInternalServerError, reasonInternal, "the service failed; its log says why"))
		}
	}()
	s.mux.ServeHTTP(w, r)
}

// requestID returns the id that the client or a proxy has given the request, or a new
// one.
func requestID(r *http.Request) string {
	if id := r.Header.Get(requestIDHeader); id != "" && len(id) <= 128 && !strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return id
	}
	return uuid.NewString()
}

// routes returns what answers all paths.
func (s *Service) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/predict", s.nachlass)
	mux.Handle("/metrics", methods(promhttp.InstrumentMetricHandler(s.metrics.registry, promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{Registry: s.metrics.registry})), http.MethodGet, http.MethodHead))
	mux.HandleFunc("/health/live", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, status{"live"}) })
	mux.HandleFunc("/health/ready", func(w http.ResponseWriter, _ *http.Request) {
		if err := s.ready(); err != nil {
			writeProblem(w, problemOf(err))
			return
		}
		writeJSON(w, http.StatusOK, status{"ready"})
	})
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		writeBody(w, http.StatusOK, "application/json", openAPI)
	})
	mux.HandleFunc("/pipelines", s.pipelines)
	mux.HandleFunc("/pipelines/", s.pipelines)
	mux.HandleFunc("/v2", s.v2)
	mux.HandleFunc("/v2/", s.v2)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, problem(http.StatusNotFound, reasonUnknown, "there is nothing at %s; /openapi.json says what there is", r.URL.Path))
	})
	return mux
}

// status is the answer to a question about health.
type status struct {
	Status string `json:"status"`
}

// ready tells whether requests for predictions are answered.
func (s *Service) ready() error {
	switch {
	case s.draining.Load():
		return problem(http.StatusServiceUnavailable, reasonDraining, "the service is shutting down")
	case len(*s.loaded.Load()) == 0:
		return problem(http.StatusServiceUnavailable, reasonUnknown, "no pipeline is loaded yet")
	}
	return nil
}

// methods refuses others.
func methods(h http.Handler, allowed ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := wantsMethod(w, r, allowed...); err != nil {
			writeProblem(w, problemOf(err))
			return
		}
		h.ServeHTTP(w, r)
	})
}

func wantsMethod(w http.ResponseWriter, r *http.Request, allowed ...string) error {
	for _, m := range allowed {
		if r.Method == m {
			return nil
		}
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return problem(http.StatusMethodNotAllowed, reasonMethod, "%s is answered to %s, not to %s", r.URL.Path, strings.Join(allowed, ", "), r.Method)
}

// enter lets a request for predictions in. The caller calls leave if there is no error.
func (s *Service) enter(r *http.Request) error {
	if err := s.authorized(r, s.opts.Token, s.opts.AdminToken); err != nil {
		return err
	}
	if s.open.Add(1) > int64(s.opts.MaxOpen) {
		s.open.Add(-1)
		return busy("%d requests are open already", s.opts.MaxOpen)
	}
	s.metrics.inFlight.Inc()
	return nil
}

func (s *Service) leave() {
	s.open.Add(-1)
	s.metrics.inFlight.Dec()
}

// authorized checks what the request bears; one of the tokens will do, and the first, if
// it is empty, asks for none.
func (s *Service) authorized(r *http.Request, tokens ...string) error {
	if tokens[0] == "" {
		return nil
	}
	scheme, got, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	sum := sha256.Sum256([]byte(strings.TrimSpace(got)))
	for _, want := range tokens {
		if want == "" {
			continue
		}
		// Of the same length, and compared in the same time, whatever was sent.
		if wanted := sha256.Sum256([]byte(want)); strings.EqualFold(scheme, "bearer") && subtle.ConstantTimeCompare(sum[:], wanted[:]) == 1 {
			return nil
		}
	}
	return problem(http.StatusUnauthorized, reasonUnauthorized, `the service wants the header "Authorization: Bearer TOKEN"`)
}

// authorizedToChange checks a request that loads, labels or unloads.
func (s *Service) authorizedToChange(r *http.Request) error {
	if s.opts.AdminToken == "" {
		return problem(http.StatusForbidden, reasonForbidden, "this service is not changed over HTTP; it was started without a token for that")
	}
	return s.authorized(r, s.opts.AdminToken)
}

// refused counts a request that was turned away before it had chosen a version.
func (s *Service) refused(err error) *Problem {
	p := problemOf(err)
	s.metrics.answered(nil, p)
	return p
}

// A guarded handler answers a request for predictions that was let in.
type guarded func(ctx context.Context, w http.ResponseWriter, r *http.Request, arrived time.Time) error

// guard runs h for a request that is let in, and hands what is wrong to tell.
func (s *Service) guard(w http.ResponseWriter, r *http.Request, tell func(http.ResponseWriter, *Problem), h guarded) {
	arrived := time.Now()
	if err := s.enter(r); err != nil {
		tell(w, s.refused(err))
		return
	}
	defer s.leave()
	ctx, end := s.traced(r)
	err := h(ctx, w, r, arrived)
	if err == nil {
		end(nil)
		return
	}
	p := problemOf(err)
	end(p)
	if p.Status != statusGone { // else nobody is there to be told
		tell(w, p)
	}
}
