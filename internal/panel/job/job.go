// Package job owns what the panel does that takes long: one job at a time, in steps, with
// progress, a log and an end, and it can be cancelled.
//
//	jobs := job.NewManager(func(s job.Snapshot) { show(s) })
//	s, err := jobs.Start("publish", "Publish spam", []string{"build", "push"}, func(ctx context.Context, r *job.Run) error {
//		r.Step("build")
//		return tools.Run(ctx, r, &built, "build", "model.ipynb")
//	})
package job

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// States of jobs and of their steps.
const (
	Waiting   = "waiting" // of steps
	Running   = "running"
	Done      = "done"
	Failed    = "failed"
	Cancelled = "cancelled"
)

const (
	// kept is how many jobs are remembered.
	kept = 20
	// lines is how many lines of a job's log are remembered, and width how long they are,
	// in bytes.
	lines, width = 400, 2000
	// apart is how far apart news of progress are.
	apart = 100 * time.Millisecond
)

// A Snapshot is a job at one moment.
type Snapshot struct {
	ID    string     `json:"id"`
	Kind  string     `json:"kind"`
	Title string     `json:"title"`
	State string     `json:"state"`
	Began time.Time  `json:"began"`
	Ended *time.Time `json:"ended,omitempty"`
	Steps []Step     `json:"steps"`
	Log   []string   `json:"log"`
	// Error is why it failed.
	Error string `json:"error,omitempty"`
	// Result is what it made.
	Result any `json:"result,omitempty"`
}

// A Step is one of a job's.
type Step struct {
	Name  string `json:"name"`
	State string `json:"state"`
	// What is done just now, and how far that is.
	What  string `json:"what,omitempty"`
	Done  int    `json:"done"`
	Total int    `json:"total"`
}

// ErrBusy says that another job runs.
var ErrBusy = errors.New("another job is running; wait for it, or cancel it")

// ErrNoJob says that there is no such job, or that it has ended.
var ErrNoJob = errors.New("there is no such job that runs")

// A Manager runs jobs.
type Manager struct {
	changed func(Snapshot)

	mu      sync.Mutex
	jobs    []*Run // in the order of their beginnings
	running sync.WaitGroup
	closed  bool
}

// NewManager returns a manager, which calls changed with what a job has become. It must not
// wait, nor call the manager.
func NewManager(changed func(Snapshot)) *Manager { return &Manager{changed: changed} }

// A Run is a job that runs, as what it does sees it.
type Run struct {
	manager *Manager
	cancel  context.CancelCauseFunc
	told    time.Time
	later   *time.Timer // tells what was not told at once; nil if all was
	now     Snapshot
}

var errCancelled = errors.New("it was cancelled")

// Start starts a job of some steps. There is one at a time: see [ErrBusy].
func (m *Manager) Start(kind, title string, steps []string, do func(context.Context, *Run) error) (Snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || slices.ContainsFunc(m.jobs, func(r *Run) bool { return r.now.State == Running }) {
		return Snapshot{}, ErrBusy
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	r := &Run{manager: m, cancel: cancel, now: Snapshot{
		ID: uuid.NewString(), Kind: kind, Title: title, State: Running, Began: time.Now(), Log: []string{},
	}}
	for _, name := range steps {
		r.now.Steps = append(r.now.Steps, Step{Name: name, State: Waiting})
	}
	m.jobs = append(m.jobs, r)
	if extra := len(m.jobs) - kept; extra > 0 {
		m.jobs = slices.Delete(m.jobs, 0, extra)
	}
	m.running.Go(func() {
		defer cancel(nil)
		r.end(ctx, attempt(ctx, r, do))
	})
	m.tell(r)
	return r.now.copied(), nil
}

// attempt makes a panic the job's error: the panel has other users.
func attempt(ctx context.Context, r *Run, do func(context.Context, *Run) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("this is a mistake in Netherfield: %v", p)
		}
	}()
	return do(ctx, r)
}

// Cancel cancels a job; it ends soon after.
func (m *Manager) Cancel(id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.jobs {
		if r.now.ID == id && r.now.State == Running {
			r.cancel(errCancelled)
			return nil
		}
	}
	return ErrNoJob
}

// List returns the jobs, the newest first.
func (m *Manager) List() []Snapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []Snapshot{}
	for _, r := range slices.Backward(m.jobs) {
		out = append(out, r.now.copied())
	}
	return out
}

// Close cancels what runs and waits for it.
func (m *Manager) Close() {
	m.mu.Lock()
	m.closed = true
	for _, r := range m.jobs {
		r.cancel(errCancelled)
	}
	m.mu.Unlock()
	m.running.Wait()
}

// tell tells what has become of a job. The lock is held.
func (m *Manager) tell(r *Run) {
	if r.later != nil {
		r.later.Stop()
		r.later = nil
	}
	r.told = time.Now()
	m.changed(r.now.copied())
}

func (s Snapshot) copied() Snapshot {
	s.Steps, s.Log = slices.Clone(s.Steps), slices.Clone(s.Log)
	return s
}

// Step begins a step, which ends the one before.
func (r *Run) Step(name string) {
	r.change(true, func() {
		for i := range r.now.Steps {
			switch s := &r.now.Steps[i]; {
			case s.State == Running:
				s.State, s.What = Done, ""
			case s.Name == name:
				s.State = Running
			}
		}
	})
}

// Progress tells how far the step is that runs.
func (r *Run) Progress(what string, done, total int) {
	r.change(done >= total, func() {
		for i := range r.now.Steps {
			if s := &r.now.Steps[i]; s.State == Running {
				s.What, s.Done, s.Total = what, done, total
			}
		}
	})
}

// Log adds a line to the log.
func (r *Run) Log(line string) {
	line = legible(line)
	r.change(false, func() {
		if r.now.Log = append(r.now.Log, line); len(r.now.Log) > lines {
			r.now.Log = slices.Delete(r.now.Log, 0, len(r.now.Log)-lines)
		}
	})
}

// legible makes a line of what a program has written.
func legible(line string) string {
	if line = strings.ToValidUTF8(strings.TrimRight(line, "\r\n"), "\uFFFD"); len(line) > width {
		line = strings.ToValidUTF8(line[:width], "") + "…"
	}
	return line
}

// Result says what the job has made.
func (r *Run) Result(v any) { r.change(true, func() { r.now.Result = v }) }

// change changes what is known of the job, and tells it at once, or soon with what comes
// meanwhile.
func (r *Run) change(atOnce bool, by func()) {
	r.manager.mu.Lock()
	defer r.manager.mu.Unlock()
	by()
	switch wait := apart - time.Since(r.told); {
	case atOnce || wait <= 0:
		r.manager.tell(r)
	case r.later == nil:
		r.later = time.AfterFunc(wait, func() {
			r.manager.mu.Lock()
			defer r.manager.mu.Unlock()
			if r.later != nil { // else all was told since
				r.manager.tell(r)
			}
		})
	}
}

func (r *Run) end(ctx context.Context, err error) {
	r.change(true, func() {
		now := time.Now()
		r.now.Ended = &now
		switch {
		case err == nil:
			r.now.State = Done
		case context.Cause(ctx) == errCancelled:
			r.now.State, r.now.Error = Cancelled, errCancelled.Error()
		default:
			r.now.State, r.now.Error = Failed, err.Error()
		}
		for i := range r.now.Steps {
			if s := &r.now.Steps[i]; s.State == Running {
				s.State = r.now.State
			}
		}
	})
}
