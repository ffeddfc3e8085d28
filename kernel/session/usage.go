package session

// This file measures what the kernel and the machine consume, for
// usage_request, from Linux's /proc.

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/netherfield/netherfield/kernel/wire"
)

// clockTicks is the number of CPU time units a second in /proc; Linux fixes it
// for user space.
const clockTicks = 100

// A meter measures a process together with its descendants, so that the
// process that runs the cells counts. Processor use is the mean since the
// measurement before.
type meter struct {
	proc     fs.FS
	pid      int
	pageSize int
	now      func() time.Time

	mu     sync.Mutex
	before measurement
}

// A measurement is the state of the counters at one time.
type measurement struct {
	at          time.Time
	kernelTicks uint64
	hostTicks   uint64
	idleTicks   uint64
}

func newMeter() *meter {
	return &meter{proc: os.DirFS("/proc"), pid: os.Getpid(), pageSize: os.Getpagesize(), now: time.Now}
}

// usageReply is the content of usage_reply, with the names that ipykernel
// gives it and resource monitors read, and below a name of its own what only this kernel
// has. CPU use is in percent of one processor for the kernel and of all for the host; memory
// is in bytes.
type usageReply struct {
	Status       string     `json:"status"`
	Hostname     string     `json:"hostname"`
	PID          int        `json:"pid"`
	CPUCount     int        `json:"cpu_count"`
	KernelCPU    float64    `json:"kernel_cpu"`
	KernelMemory uint64     `json:"kernel_memory"`
	HostCPU      float64    `json:"host_cpu_percent"`
	HostMemory   hostMemory `json:"host_virtual_memory"`
	Netherfield  Status     `json:"netherfield"`
}

type hostMemory struct {
	Total     uint64  `json:"total"`
	Available uint64  `json:"available"`
	Percent   float64 `json:"percent"`
	Used      uint64  `json:"used"`
	Free      uint64  `json:"free"`
}

// usage answers usage_request.
func (s *Session) usage(context.Context, *wire.Message) (any, error) {
	reply, err := s.meter.measure()
	if err != nil {
		return nil, err
	}
	reply.Netherfield = s.opts.Evaluator.Status()
	reply.Hostname, err = os.Hostname()
	return reply, err
}

// measure reads the counters.
func (m *meter) measure() (usageReply, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	reply := usageReply{Status: "ok", PID: m.pid, CPUCount: runtime.NumCPU()}
	now := measurement{at: m.now()}
	pages, err := m.kernel(&now)
	if err == nil {
		err = m.host(&now)
	}
	if err == nil {
		err = m.memory(&reply.HostMemory)
	}
	if err != nil {
		return usageReply{}, fmt.Errorf("measuring usage: %w", err)
	}
	reply.KernelMemory = pages * uint64(m.pageSize)
	if b := m.before; !b.at.IsZero() {
		if d := now.at.Sub(b.at).Seconds(); d > 0 && now.kernelTicks > b.kernelTicks {
			reply.KernelCPU = 100 * float64(now.kernelTicks-b.kernelTicks) / clockTicks / d
		}
		if total, idle := now.hostTicks-b.hostTicks, now.idleTicks-b.idleTicks; total > 0 && idle <= total {
			reply.HostCPU = 100 * float64(total-idle) / float64(total)
		}
	}
	m.before = now
	return reply, nil
}

// kernel adds up the processes of the kernel: their processor time, and their
// resident memory in pages.
func (m *meter) kernel(now *measurement) (pages uint64, err error) {
	type process struct {
		parent       int
		ticks, pages uint64
	}
	all := map[int]process{}
	dirs, err := fs.ReadDir(m.proc, ".")
	if err != nil {
		return 0, err
	}
	for _, d := range dirs {
		pid, err := strconv.Atoi(d.Name())
		if err != nil {
			continue
		}
		stat, err := fs.ReadFile(m.proc, d.Name()+"/stat")
		if err != nil {
			continue // it ended
		}
		// The name in parentheses may hold anything.
		f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(f) < 22 {
			continue
		}
		all[pid] = process{int(number(f[1])), number(f[11]) + number(f[12]), number(f[21])}
	}
	for pid, p := range all {
		// Up the tree; a chain longer than the number of processes is
		// a loop of numbers that were reused while they were read.
		ancestor := pid
		for range len(all) {
			if ancestor == m.pid {
				now.kernelTicks += p.ticks
				pages += p.pages
				break
			}
			ancestor = all[ancestor].parent
		}
	}
	return pages, nil
}

// host reads the processor time of the machine.
func (m *meter) host(now *measurement) error {
	text, err := fs.ReadFile(m.proc, "stat")
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	for i, f := range strings.Fields(first) {
		switch {
		case i == 0 || i > 8: // the name; guests count as user already
		case i == 4 || i == 5: // idle, waiting for input or output
			now.idleTicks += number(f)
			fallthrough
		default:
			now.hostTicks += number(f)
		}
	}
	return nil
}

// memory reads the memory of the machine.
func (m *meter) memory(h *hostMemory) error {
	text, err := fs.ReadFile(m.proc, "meminfo")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		bytes := number(f[1]) << 10
		switch f[0] {
		case "MemTotal:":
			h.Total = bytes
		case "MemFree:":
			h.Free = bytes
		case "MemAvailable:":
			h.Available = bytes
		}
	}
	if h.Total > 0 && h.Available <= h.Total {
		h.Used = h.Total - h.Available
		h.Percent = 100 * float64(h.Used) / float64(h.Total)
	}
	return nil
}

// number reads a counter; what is none counts as 0.
func number(s string) uint64 {
	n, _ := strconv.ParseUint(s, 10, 64)
	return n
}
