package session

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// procStat is /proc/PID/stat of a process.
func procStat(name string, parent, user, system, pages int) *fstest.MapFile {
	return &fstest.MapFile{Data: fmt.Appendf(nil,
		"1 (%s) S %d 1 1 0 -1 4194560 9 9 0 0 %d %d 3 4 20 0 11 0 100 99999 %d 18446744073709551615", name, parent, user, system, pages)}
}

func TestUsageAddsUpTheKernelsProcesses(t *testing.T) {
	at := time.Unix(1000, 0)
	proc := fstest.MapFS{
		"1/stat":    procStat("init", 0, 500, 500, 1000),
		"10/stat":   procStat("netherfield", 1, 100, 50, 10),
		"11/stat":   procStat("a worker) S 1 (", 10, 200, 0, 20),
		"12/stat":   procStat("child of worker", 11, 0, 0, 5),
		"13/stat":   procStat("stranger", 1, 900, 0, 900),
		"14/stat":   {Data: []byte("14 (short")},
		"20/stat":   procStat("loop", 21, 1, 1, 1),
		"21/stat":   procStat("loop", 20, 1, 1, 1),
		"self/stat": procStat("not a number", 10, 1, 1, 1),
		"stat":      {Data: []byte("cpu  100 0 100 700 100 0 0 0 50 50\ncpu0 1 2 3\n")},
		"meminfo":   {Data: []byte("MemTotal:  1000 kB\nMemFree: 100 kB\nMemAvailable: 250 kB\n\nodd\n")},
	}
	m := &meter{proc: proc, pid: 10, pageSize: 4096, now: func() time.Time { return at }}
	memory := hostMemory{Total: 1000 << 10, Available: 250 << 10, Percent: 75, Used: 750 << 10, Free: 100 << 10}
	check := func(want usageReply) {
		t.Helper()
		got, err := m.measure()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	check(usageReply{Status: "ok", PID: 10, CPUCount: runtime.NumCPU(), KernelMemory: 35 * 4096, HostMemory: memory})

	at = at.Add(2 * time.Second)
	proc["11/stat"] = procStat("a worker) S 1 (", 10, 300, 50, 40)
	proc["stat"] = &fstest.MapFile{Data: []byte("cpu  300 0 200 750 150 0 0 0 50 50\n")}
	check(usageReply{Status: "ok", PID: 10, CPUCount: runtime.NumCPU(), KernelMemory: 55 * 4096, HostMemory: memory,
		KernelCPU: 75, HostCPU: 75})

	// A child that ended takes its time with it; use is never negative.
	at = at.Add(time.Second)
	delete(proc, "11/stat")
	delete(proc, "12/stat")
	check(usageReply{Status: "ok", PID: 10, CPUCount: runtime.NumCPU(), KernelMemory: 10 * 4096, HostMemory: memory})

	delete(proc, "meminfo")
	if _, err := m.measure(); err == nil {
		t.Error("no error without meminfo")
	}
}

func TestUsageOfThisProcess(t *testing.T) {
	s := New(Opts{Transport: newFakeTransport(), Evaluator: newFakeEvaluator()})
	content, err := s.usage(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	u := content.(usageReply)
	if u.PID != os.Getpid() || u.KernelMemory < 1<<20 || u.HostMemory.Total < u.KernelMemory || u.Hostname == "" || u.Netherfield.Tier != "compiled" {
		t.Errorf("%+v", u)
	}
}
