package engine

// This file stops cells that use too much memory, before the system ends one
// process or another. The kernel watches from outside: a worker that is busy
// with nothing but memory would not get to it.

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"
)

const (
	// growth is how many bytes a worker is thought to use up in a second at
	// the most. The time to the next look follows from it.
	growth = 16 << 30
	// The next look is not sooner, and not later, than these.
	soonestLook = 5 * time.Millisecond
	latestLook  = 500 * time.Millisecond
	// idleAllowance is how long a worker may be above its limit while no
	// cell runs: the garbage collector may still bring it down.
	idleAllowance = 2 * time.Second
)

// untilNextLook returns how long a worker cannot pass the limit.
func (l memoryLimit) untilNextLook(used int64) time.Duration {
	left := time.Duration(float64(l.bytes-used) / growth * float64(time.Second))
	return max(soonestLook, min(left, latestLook))
}

// Memory returns how many bytes the worker has, 0 if there is none, and how many it may
// have, 0 without a limit.
func (e *Engine) Memory() (used, limit int64) {
	e.mu.Lock()
	p := e.proc
	e.mu.Unlock()
	if p != nil && p.cmd.Process != nil {
		used = residentMemory(p.cmd.Process.Pid)
	}
	return used, e.limit.bytes
}

// watchMemory looks at the worker's memory until it ends. Above the limit the
// running cell is interrupted, which keeps the session's state; far above it
// the worker is ended.
func (e *Engine) watchMemory(p *process) {
	defer e.serving.Done()
	timer := time.NewTimer(0)
	defer timer.Stop()
	var idle time.Time // since when it is above the limit without a cell
	for {
		select {
		case <-p.ended:
			return
		case <-timer.C:
		}
		used := residentMemory(p.cmd.Process.Pid)
		timer.Reset(e.limit.untilNextLook(used))
		if used <= e.limit.bytes {
			idle = time.Time{}
			continue
		}
		e.mu.Lock()
		run := e.running
		e.mu.Unlock()
		switch {
		case run != nil && run.trim:
		case run == nil && idle.IsZero():
			idle = time.Now()
			p.pipe.send(order{Kind: orderTrim})
		case run == nil && time.Since(idle) < idleAllowance:
		case run != nil && used < e.limit.hard():
			idle = time.Time{}
			run.used.Store(max(used, run.used.Load()))
			run.interrupt()
		default:
			p.used.Store(used)
			p.kill()
			return
		}
	}
}

// settle has the last word about a run that was interrupted because of its
// memory: if that does not free enough, the worker is ended after all.
func (e *Engine) settle(p *process, r *run, rep report) report {
	used := r.used.Load()
	if used == 0 || rep.Failure != nil && rep.Failure.Kind == WorkerDied {
		return rep
	}
	// What it says does not matter, only what it has done.
	e.order(e.ctx, order{Kind: orderTrim}, nil)
	if left := residentMemory(p.cmd.Process.Pid); left == 0 || left > e.limit.bytes {
		p.kill()
		e.awaitReplacement(p)
		f := e.limit.lost(used)
		if rep.Failure != nil {
			f.Frames, f.Depth = rep.Failure.Frames, rep.Failure.Depth
		}
		return report{Failure: f}
	}
	if f := rep.Failure; f != nil && f.Kind == Interrupted {
		f.Kind = OutOfMemory
		f.Message = e.limit.exceeded(used)
		f.Note = "The cell was stopped in time: the session's variables are kept. " + howToRaise
	}
	return rep
}

const howToRaise = `To allow more, start the kernel with another NETHERFIELD_MEMORY, such as "8GiB", "95%" or "off".`

// exceeded says how much memory was used, and what the limit is.
func (l memoryLimit) exceeded(used int64) string {
	s := "more than its limit of " + l.String()
	if amount(used) != amount(l.bytes) {
		s = amount(used) + ", " + s
	}
	return "the session used " + s
}

// lost makes the failure of a cell whose worker was ended for its memory.
func (l memoryLimit) lost(used int64) *Failure {
	return &Failure{Kind: WorkerDied, Message: "out of memory: " + l.exceeded(used), Note: howToRaise + " " + lostState}
}

// trim gives the system back what the worker does not need any more.
func (w *worker) trim(o order) {
	runtime.GC() // once more than FreeOSMemory does: sync.Pool keeps things for a cycle
	debug.FreeOSMemory()
	w.pipe.send(report{Kind: reportDone, ID: o.ID})
}

// oomScore is added to how readily the system kills the worker when memory runs
// out, in thousandths of all memory: sooner than the kernel, which can then say
// what happened, and than the server.
const oomScore = 100

// obeyLimit makes the worker's garbage collector work harder near the limit.
func (w *worker) obeyLimit(soft int64) {
	if soft < debug.SetMemoryLimit(-1) {
		debug.SetMemoryLimit(soft)
	}
}

// volunteer makes the system prefer this process when it must end one. It does
// no harm if the system does not allow it.
func volunteer() {
	os.WriteFile("/proc/self/oom_score_adj", []byte(strconv.Itoa(oomScore)), 0)
}
