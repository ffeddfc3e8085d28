package session

// This file holds the execution queue: what waits for the execution goroutine.

import (
	"context"
	"sync"
	"time"

	"github.com/netherfield/netherfield/kernel/wire"
)

// A job is one request for the execution goroutine.
type job struct {
	request  *wire.Message
	received time.Time
	run      func(context.Context, job)
}

// A queue holds jobs in the order they came. It is not bounded: it holds what
// clients were willing to send ahead.
type queue struct {
	mu     sync.Mutex
	filled sync.Cond
	jobs   []job
	closed bool
}

func newQueue() *queue {
	q := new(queue)
	q.filled.L = &q.mu
	return q
}

// push appends a job. It reports false if the queue is closed.
func (q *queue) push(j job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.jobs = append(q.jobs, j)
	q.filled.Signal()
	return true
}

// pop waits for the next job. It reports false once the queue is closed, also
// if jobs are left.
func (q *queue) pop() (job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.jobs) == 0 && !q.closed {
		q.filled.Wait()
	}
	if q.closed {
		return job{}, false
	}
	j := q.jobs[0]
	q.jobs[0] = job{}
	q.jobs = q.jobs[1:]
	return j, true
}

// takeExecutes removes and returns the execute requests; other jobs stay.
func (q *queue) takeExecutes() []job {
	q.mu.Lock()
	defer q.mu.Unlock()
	var taken, kept []job
	for _, j := range q.jobs {
		if j.request.Header.MsgType == "execute_request" {
			taken = append(taken, j)
		} else {
			kept = append(kept, j)
		}
	}
	q.jobs = kept
	return taken
}

// close ends pop. What is queued stays for takeExecutes.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.filled.Broadcast()
}

// enqueue hands a job to the execution goroutine.
func (s *Session) enqueue(j job) {
	if !s.queue.push(j) {
		s.abort(j)
	}
}

// work is the execution goroutine. When the session ends, it tells the clients
// whose cells were still waiting that they will not run.
func (s *Session) work(ctx context.Context) {
	for {
		j, ok := s.queue.pop()
		if !ok {
			break
		}
		j.run(ctx, j)
	}
	s.abortAll(s.queue.takeExecutes())
}

// abortAll answers execute requests that will not run.
func (s *Session) abortAll(jobs []job) {
	for _, j := range jobs {
		s.abort(j)
	}
}

// abort answers one job that will not run. A comm message has no answer.
func (s *Session) abort(j job) {
	s.beside(j.request, func() {
		if j.request.Header.MsgType == "execute_request" {
			s.reply(j.request, okReply{Status: "aborted"}, nil)
		}
	})
}
