package engine

// This file decides how much memory a worker may use.

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// defaultShare is the part of the memory there is that a worker may use: what
// is left over is for the kernel, the server and the programs that cells start.
const defaultShare = 0.9

// leastMemory is the smallest limit: the worker itself needs some of it.
const leastMemory = 64 << 20

// A memoryLimit is what a worker may use.
type memoryLimit struct {
	// bytes is the limit; 0 for none.
	bytes int64
	// ceiling is the memory there is: the container's or the machine's; 0
	// if that is not known.
	ceiling int64
	// whose says which of the two.
	whose string
	// origin says where the limit comes from.
	origin string
}

// limitMemory turns a text as in NETHERFIELD_MEMORY into a limit. The text is
// an amount such as "4GiB" or "512MB", a share such as "80%" of the memory
// there is, "off", or "" for a share of 90 %. If it is none of these, the error
// says why and the limit is that of "". root is "/".
func limitMemory(text, root string) (memoryLimit, error) {
	ceiling, whose := memoryThereIs(root)
	l := memoryLimit{ceiling: ceiling, whose: whose}
	if ceiling > 0 {
		l.bytes = int64(defaultShare * float64(ceiling))
		l.origin = fmt.Sprintf("%.0f %% of the %s of %s", defaultShare*100, amount(ceiling), whose)
	}
	if strings.TrimSpace(text) == "" {
		return l, nil
	}
	bytes, err := parseAmount(text, ceiling)
	if err != nil {
		return l, fmt.Errorf("NETHERFIELD_MEMORY=%s: %w; the default is used: %s", text, err, l)
	}
	return memoryLimit{bytes: bytes, ceiling: ceiling, whose: whose, origin: "NETHERFIELD_MEMORY=" + text}, nil
}

// String words the limit.
func (l memoryLimit) String() string {
	if l.bytes == 0 {
		return "no limit"
	}
	return amount(l.bytes) + " (" + l.origin + ")"
}

// hard is where a worker is ended without an attempt to save its state: half
// way to the end of the memory there is, and at most a quarter above the limit.
func (l memoryLimit) hard() int64 {
	h := l.bytes + l.bytes/4
	if l.ceiling > l.bytes {
		h = min(h, l.bytes+(l.ceiling-l.bytes)/2)
	}
	return h
}

// soft is what the worker's garbage collector aims at.
func (l memoryLimit) soft() int64 { return l.bytes - l.bytes/16 }

var units = map[string]float64{
	"": 1, "b": 1,
	"k": 1 << 10, "ki": 1 << 10, "kib": 1 << 10, "kb": 1e3,
	"m": 1 << 20, "mi": 1 << 20, "mib": 1 << 20, "mb": 1e6,
	"g": 1 << 30, "gi": 1 << 30, "gib": 1 << 30, "gb": 1e9,
	"t": 1 << 40, "ti": 1 << 40, "tib": 1 << 40, "tb": 1e12,
}

// parseAmount reads "512MB", "1.5 GiB", "80%" or "off", for which it returns 0.
func parseAmount(text string, ceiling int64) (int64, error) {
	t := strings.ToLower(strings.TrimSpace(text))
	if t == "off" {
		return 0, nil
	}
	digits := len(t) - len(strings.TrimLeft(t, "0123456789."))
	n, err := strconv.ParseFloat(t[:digits], 64)
	unit := strings.TrimSpace(t[digits:])
	size, known := units[unit]
	switch {
	case err != nil || !known && unit != "%":
		return 0, fmt.Errorf(`that is no amount of memory; write for example "4GiB", "512MB", "80%%" or "off"`)
	case unit == "%" && ceiling == 0:
		return 0, fmt.Errorf("the size of the machine's memory is not known, so a share of it is not either")
	case unit == "%" && n > 100:
		return 0, fmt.Errorf("that is more than there is")
	case unit == "%":
		size = float64(ceiling) / 100
	}
	if n *= size; n < leastMemory {
		return 0, fmt.Errorf("that is less than the %s that a kernel needs for itself", amount(leastMemory))
	}
	if n >= math.MaxInt64 {
		return 0, fmt.Errorf("that is more than a machine can have")
	}
	return int64(n), nil
}

// amount words a number of bytes, with three digits.
func amount(bytes int64) string {
	x, unit := float64(bytes)/(1<<20), "MiB"
	if x >= 1000 {
		x, unit = x/(1<<10), "GiB"
	}
	return strconv.FormatFloat(x, 'f', max(0, 2-int(math.Log10(max(x, 1)))), 64) + " " + unit
}

// memoryThereIs returns how much memory this process and its children can
// have, and whose it is; 0 if that is not known.
func memoryThereIs(root string) (bytes int64, whose string) {
	bytes, whose = fieldOf(filepath.Join(root, "proc/meminfo"), "MemTotal:")*1024, "the machine"
	for _, dir := range controlGroups(root) {
		for _, name := range []string{"memory.max", "memory.limit_in_bytes"} {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				continue
			}
			// The word "max" and numbers beyond the machine's are no limit.
			n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
			if err == nil && n > 0 && (bytes == 0 || n < bytes) {
				bytes, whose = n, "the container"
			}
		}
	}
	return bytes, whose
}

// controlGroups returns the folders of the control groups that may bound this
// process's memory.
func controlGroups(root string) (dirs []string) {
	b, err := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(b)) {
		// 4:memory:/path, or 0::/path for version 2
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		mount := filepath.Join(root, "sys/fs/cgroup")
		switch {
		case parts[1] == "memory":
			mount = filepath.Join(mount, "memory")
		case parts[0] != "0" || parts[1] != "":
			continue
		}
		// Each group bounds those within it. In a container the path may
		// be the host's and then does not exist here, but the mount is
		// the container's own group.
		for path := filepath.Clean("/" + parts[2]); ; path = filepath.Dir(path) {
			dirs = append(dirs, filepath.Join(mount, path))
			if path == "/" {
				break
			}
		}
	}
	return dirs
}

// fieldOf returns the number after a name in a file such as /proc/meminfo; 0 if
// there is none.
func fieldOf(file, name string) int64 {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	return field(string(b), name)
}

func field(text, name string) int64 {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			if f := strings.Fields(rest); len(f) > 0 {
				n, _ := strconv.ParseInt(f[0], 10, 64)
				return n
			}
		}
	}
	return 0
}

// residentMemory returns how much memory a process uses that nobody else does,
// swapped out or not; 0 if it is gone.
func residentMemory(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	text := string(b)
	used := field(text, "RssAnon:") + field(text, "RssShmem:")
	if used == 0 { // a system that does not tell them apart
		used = field(text, "VmRSS:")
	}
	return (used + field(text, "VmSwap:")) * 1024
}

// outOfMemoryKills returns how many processes the system has killed so far for
// want of memory: in the control groups if they count, else altogether.
func outOfMemoryKills(root string) (n int64) {
	counted := false
	for _, dir := range controlGroups(root) {
		for _, name := range []string{"memory.events", "memory.oom_control"} {
			if b, err := os.ReadFile(filepath.Join(dir, name)); err == nil && strings.Contains(string(b), "oom_kill ") {
				n += field(string(b), "oom_kill ")
				counted = true
			}
		}
	}
	if !counted {
		n = fieldOf(filepath.Join(root, "proc/vmstat"), "oom_kill ")
	}
	return n
}
