// Run is Netherfield's side of the benchmark of the workflow library: a process that
// reads the texts and then does, and times, the work that each line of its input names.
// It answers with a line of JSON: the seconds, and what shows that the work was done.
// The other side is bench/ml/theirs.py, in which the same pieces of work stand in the
// same order.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A piece of work is timed by run; check makes of its result the numbers that are
// compared with the other side's.
type piece struct {
	run   func() (any, error)
	check func(result any) (map[string]float64, error)
}

// of is a piece of work whose result is a T.
func of[T any](run func() (T, error), check func(T) (map[string]float64, error)) (piece, error) {
	return piece{
		run:   func() (any, error) { return run() },
		check: func(result any) (map[string]float64, error) { return check(result.(T)) },
	}, nil
}

type answer struct {
	Seconds float64            `json:"seconds,omitempty"`
	CPU     float64            `json:"cpu,omitempty"`  // seconds of all cores
	Peak    int64              `json:"peak,omitempty"` // bytes
	Check   map[string]float64 `json:"check"`
}

func main() {
	if err := serve(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(args []string) error {
	out := json.NewEncoder(os.Stdout)
	if len(args) == 2 {
		buckets, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		check, err := wholeWorkflow(args[0], buckets)
		if err != nil {
			return err
		}
		peak, err := peakMemory()
		if err != nil {
			return err
		}
		return out.Encode(answer{Peak: peak, Check: check})
	}
	d, err := read(args[0])
	if err != nil {
		return err
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var name string
		var times int
		if err := json.Unmarshal(in.Bytes(), &[]any{&name, &times}); err != nil {
			return err
		}
		a, err := do(d, name, times)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := out.Encode(a); err != nil {
			return err
		}
	}
	return nil
}

// do prepares a piece of work and times it, as often as asked in a row.
func do(d *data, name string, times int) (answer, error) {
	prepare := work[name]
	if prepare == nil {
		return answer{}, fmt.Errorf("no such work")
	}
	p, err := prepare(d)
	if err != nil {
		return answer{}, err
	}
	runtime.GC()
	var result any
	before, began := cpuTime(), time.Now()
	for range times {
		if result, err = p.run(); err != nil {
			return answer{}, err
		}
	}
	seconds := time.Since(began).Seconds() / float64(times)
	cpu := (cpuTime() - before) / float64(times)
	check, err := p.check(result)
	return answer{Seconds: seconds, CPU: cpu, Check: check}, err
}

// cpuTime is how many seconds of all cores this process has taken.
func cpuTime() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

// peakMemory is the most that was ever resident, in bytes.
func peakMemory() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, is := strings.CutPrefix(line, "VmHWM:"); is {
			kB, err := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			return kB * 1024, err
		}
	}
	return 0, fmt.Errorf("/proc/self/status has no VmHWM")
}
