package service

// This file puts a service together.

import (
	"cmp"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
)

// Opts configures a service. The zero value works.
type Opts struct {
	// Default is the pipeline for requests that name none; without it, it is the only
	// one that is loaded.
	Default string
	// Token, if it is not empty, is what requests for predictions must bear, as
	// "Authorization: Bearer TOKEN". AdminToken is that for loading, labelling and
	// unloading over HTTP; without one they are refused. It is good for predictions too.
	Token, AdminToken string

	// MaxBody bounds a request's body in bytes, and a line of a stream; 8 MiB if 0.
	MaxBody int64
	// MaxArtefact bounds an artefact that is loaded over HTTP; 1 GiB if 0.
	MaxArtefact int64
	// MaxDocuments bounds the documents of a request; 10,000 if 0.
	MaxDocuments int
	// MaxScoring is how many requests are scored at a time; twice the cores if 0.
	// MaxWaiting is how many wait for their turn, for Patience at most; 128 and 1 s if
	// 0. MaxOpen is how many requests there are in all, with those whose bodies are
	// still arriving; 4,000 if 0. What is beyond gets 429 and Retry-After.
	MaxScoring, MaxWaiting, MaxOpen int
	Patience                        time.Duration
	// Timeout is how long a request's documents may take to be scored; 30 s if 0.
	Timeout time.Duration

	// PredictionLog takes a line of JSON for each prediction that is sampled; the share
	// is from 0 to 1. The documents themselves are written too if LogDocuments is set.
	PredictionLog io.Writer
	LogShare      float64
	LogDocuments  bool

	// Source returns the artefact of a pipeline for the load of the Open Inference
	// Protocol; nil if there is none to load from.
	Source func(pipeline string) ([]byte, error)

	// Tracer makes spans of requests for predictions; nil makes none.
	Tracer trace.TracerProvider

	// Logger takes what happens to the service; nil discards it.
	Logger *slog.Logger
}

// A Service scores documents. [New] makes one.
type Service struct {
	opts    Opts
	log     *slog.Logger
	metrics *metrics
	gate    *gate
	journal *journal
	tracer  trace.Tracer // nil for none
	mux     http.Handler

	loaded   atomic.Pointer[catalogue]
	changing sync.Mutex // held while loaded is changed

	open     atomic.Int64 // requests under way
	draining atomic.Bool
	shadows  chan struct{} // holds a value for each request that is scored for Shadow
	behind   sync.WaitGroup
}

// New returns a service without pipelines.
func New(opts Opts) *Service {
	opts.MaxBody = cmp.Or(opts.MaxBody, 8<<20)
	opts.MaxArtefact = cmp.Or(opts.MaxArtefact, 1<<30)
	opts.MaxDocuments = cmp.Or(opts.MaxDocuments, 10_000)
	opts.MaxScoring = cmp.Or(opts.MaxScoring, 2*runtime.GOMAXPROCS(0))
	opts.MaxWaiting = cmp.Or(opts.MaxWaiting, 128)
	opts.MaxOpen = cmp.Or(opts.MaxOpen, 4000)
	opts.Patience = cmp.Or(opts.Patience, time.Second)
	opts.Timeout = cmp.Or(opts.Timeout, 30*time.Second)
	s := &Service{
		opts: opts, log: opts.Logger, metrics: newMetrics(),
		gate:    newGate(opts.MaxScoring, opts.MaxWaiting, opts.Patience),
		journal: newJournal(opts.PredictionLog, opts.LogShare, opts.LogDocuments),
		shadows: make(chan struct{}, opts.MaxScoring),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if opts.Tracer != nil {
		s.tracer = opts.Tracer.Tracer("github.com/netherfield/netherfield/runtime/service")
	}
	s.loaded.Store(&catalogue{})
	s.metrics.registry.MustRegister(driftCollector{s})
	s.mux = s.routes()
	return s
}

// Registry returns the registry of the service's metrics, for further ones.
func (s *Service) Registry() *prometheus.Registry { return s.metrics.registry }

// Close waits for what is scored behind requests' backs. The service must have no more
// requests.
func (s *Service) Close() { s.behind.Wait() }
