package watch

// This file asks the services.

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/netherfield/netherfield/runtime/client"
)

const (
	// often is how far apart two samples are, and seldom after minutes without a request.
	often, seldom = time.Second, 2 * time.Second
	quiet         = 2 * time.Minute
	// A service that does not answer is asked after longest at the latest.
	longest = 30 * time.Second
	// answers is how long a service may take.
	answers = 10 * time.Second
	// catalogue is how far apart it is asked what it has loaded, if nothing tells that this
	// has changed.
	catalogue = 10 * time.Second
	// again is how far apart the cluster is asked what is there.
	again = 30 * time.Second
	// kept is how many samples of a service are kept.
	kept = 300
)

// Opts configure a [Watcher].
type Opts struct {
	// Services are those that are always there.
	Services []Service
	// Cluster returns those of the cluster, and what it does not show, "" if it shows all; it
	// is nil if there is no cluster.
	Cluster func(context.Context) (found []Service, hidden string, err error)
	// Changed is told of a service that has changed, and Sampled of a new sample. They must
	// not wait, nor call the watcher.
	Changed func(State)
	Sampled func(service string, s Sample)
	// Gone is told of a service that the cluster has no more.
	Gone func(service string)
	// Trouble is told why not all of the cluster is known; "" when it is again.
	Trouble func(why string)
}

// A Watcher watches services while somebody looks.
type Watcher struct {
	opts    Opts
	changed chan struct{} // see Refresh

	mu       sync.Mutex
	watched  map[string]*watched
	trouble  string
	watchers int
	stop     context.CancelFunc // of what runs for the watchers
	running  sync.WaitGroup
}

// A watched service.
type watched struct {
	Service
	stop     context.CancelFunc // nil while nobody watches
	changed  chan struct{}      // see Refresh
	readings []reading
	state    State
}

// New returns a watcher that asks nobody yet.
func New(o Opts) *Watcher {
	w := &Watcher{opts: o, changed: make(chan struct{}, 1), watched: map[string]*watched{}}
	for _, s := range o.Services {
		w.watched[s.Name] = newWatched(s)
	}
	return w
}

func newWatched(s Service) *watched {
	return &watched{Service: s, changed: make(chan struct{}, 1), state: State{
		Name: s.Name, URL: s.Shown(), Origin: s.Origin, Loads: s.Token != "", Deployed: s.Deployed,
		Pipelines: []client.Pipeline{}, Samples: []Sample{},
	}}
}

// Watch has services asked until release is called, once.
func (w *Watcher) Watch() (release func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.watchers++; w.watchers == 1 {
		ctx, cancel := context.WithCancel(context.Background())
		w.stop = cancel
		for _, s := range w.watched {
			w.start(ctx, s)
		}
		if w.opts.Cluster != nil {
			w.running.Go(func() { w.follow(ctx) })
		}
	}
	return sync.OnceFunc(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.watchers--; w.watchers == 0 {
			w.stop()
		}
	})
}

// Close waits until nobody is asked any more. All watchers must have been released.
func (w *Watcher) Close() { w.running.Wait() }

// Service returns one by its name, or [ErrNoService].
func (w *Watcher) Service(name string) (Service, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s, ok := w.watched[name]; ok {
		return s.Service, nil
	}
	return Service{}, ErrNoService
}

// States returns what is known of all services, in alphabetical order, and why the cluster
// cannot be asked, "" if it can.
func (w *Watcher) States() (states []State, trouble string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	states = []State{}
	for _, name := range slices.Sorted(maps.Keys(w.watched)) {
		states = append(states, w.watched[name].copied())
	}
	return states, w.trouble
}

func (s *watched) copied() State {
	state := s.state
	state.Samples = slices.Clone(state.Samples)
	return state
}

// start begins to ask a service, if it has an address. The lock is held.
func (w *Watcher) start(ctx context.Context, s *watched) {
	s.stop = func() {}
	if s.URL == "" {
		s.state.Asked = true
		return
	}
	ctx, s.stop = context.WithCancel(ctx)
	// What was counted while nobody looked is no rate.
	s.readings = nil
	service := s.Service
	w.running.Go(func() { w.ask(ctx, s, service) })
}

// ask samples a service until ctx ends.
func (w *Watcher) ask(ctx context.Context, s *watched, service Service) {
	c, err := service.Client()
	if err != nil {
		w.change(ctx, s, func(state *State) { state.Error, state.Asked = service.Tell(err), true })
		return
	}
	var listed time.Time
	active := time.Now() // when something was last asked of it
	var known loads      // when it was listed
	failures := 0
	for {
		wait := often
		r, moved, err := w.sample(ctx, c, s)
		if moved {
			active = time.Now()
		}
		if err == nil && (r.loads != known || time.Since(listed) > catalogue) {
			if err = w.list(ctx, c, s); err == nil {
				known, listed = r.loads, time.Now()
			}
		}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			failures++
			listed = time.Time{} // when it answers again, that is told at once
			wait = backOff(failures)
			retry := time.Now().Add(wait)
			w.change(ctx, s, func(state *State) { state.Error, state.Retry, state.Asked = service.Tell(err), &retry, true })
		default:
			failures = 0
			if time.Since(active) > quiet {
				wait = seldom
			}
		}
		select {
		case <-time.After(wait):
		case <-s.changed:
			listed = time.Time{}
		case <-ctx.Done():
			return
		}
	}
}

// Refresh has services asked at once what they have loaded, and the cluster what it has:
// something was changed there.
func (w *Watcher) Refresh() {
	w.mu.Lock()
	defer w.mu.Unlock()
	again := []chan struct{}{w.changed}
	for _, s := range w.watched {
		again = append(again, s.changed)
	}
	for _, c := range again {
		select {
		case c <- struct{}{}:
		default: // it is about to be
		}
	}
}

// backOff returns how long to wait after so many failures: ever longer, and never the same
// for all who wait.
func backOff(failures int) time.Duration {
	wait := min(often<<min(failures, 10), longest)
	return wait/2 + rand.N(wait/2)
}

// sample takes a sample of a service, and tells whether it was asked something since the
// one before.
func (w *Watcher) sample(ctx context.Context, c *client.Client, s *watched) (r reading, moved bool, err error) {
	limited, cancel := context.WithTimeout(ctx, answers)
	defer cancel()
	m, err := c.Metrics(limited)
	if err != nil {
		return reading{}, false, err
	}
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() != nil {
		return reading{}, false, ctx.Err() // another may ask it by now
	}
	r = read(m, s.Name, now)
	n := len(s.readings)
	moved = n == 0 || !maps.Equal(s.readings[n-1].requests, r.requests)
	s.readings = append(s.readings, r)
	for now.Sub(s.readings[0].at) > window {
		s.readings = s.readings[1:]
	}
	sample := figures(s.readings)
	s.state.Samples = append(s.state.Samples, sample)
	if extra := len(s.state.Samples) - kept; extra > 0 {
		s.state.Samples = slices.Delete(s.state.Samples, 0, extra)
	}
	w.opts.Sampled(s.Name, sample)
	return r, moved, nil
}

// list asks a service what it has loaded. Services of nachlass cannot tell.
func (w *Watcher) list(ctx context.Context, c *client.Client, s *watched) error {
	limited, cancel := context.WithTimeout(ctx, answers)
	defer cancel()
	pipelines, err := c.Pipelines(limited)
	var refused *client.StatusError
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		pipelines, err = []client.Pipeline{}, nil
	}
	if err != nil {
		return err
	}
	w.change(ctx, s, func(state *State) {
		state.Pipelines, state.Error, state.Retry, state.Asked = pipelines, "", nil, true
	})
	return nil
}

// change changes what is known of a service, and tells it without the samples, which are
// told on their own; unless ctx has ended, as the service may be gone then.
func (w *Watcher) change(ctx context.Context, s *watched, by func(*State)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	by(&s.state)
	state := s.state
	state.Samples = nil
	w.opts.Changed(state)
}

// follow asks the cluster until ctx ends.
func (w *Watcher) follow(ctx context.Context) {
	for {
		found, hidden, err := w.opts.Cluster(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			w.blame(err.Error())
		default:
			w.blame(hidden)
			w.take(ctx, found)
		}
		select {
		case <-time.After(again):
		case <-w.changed:
		case <-ctx.Done():
			return
		}
	}
}

func (w *Watcher) blame(why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.trouble != why {
		w.trouble = why
		w.opts.Trouble(why)
	}
}

// take makes what the cluster has what is watched.
func (w *Watcher) take(ctx context.Context, found []Service) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	there := map[string]bool{}
	for _, f := range found {
		f.Origin = Cluster
		if s, ok := w.watched[f.Name]; ok && s.Origin != Cluster {
			// Configured ones are named by people.
			f.Name += " (" + f.Deployed.Namespace + ")"
		}
		if there[f.Name] {
			f.Name += " (" + f.Deployed.Kind + ")"
		}
		there[f.Name] = true
		s, ok := w.watched[f.Name]
		switch {
		case !ok || s.URL != f.URL:
			if ok {
				s.stop()
			}
			s = newWatched(f)
			w.watched[f.Name] = s
			w.start(ctx, s)
		case *s.Deployed == *f.Deployed:
			continue
		default:
			s.Service, s.state.Deployed = f, f.Deployed
		}
		w.opts.Changed(s.copied())
	}
	for name, s := range w.watched {
		if s.Origin == Cluster && !there[name] {
			s.stop()
			delete(w.watched, name)
			w.opts.Gone(name)
		}
	}
}
