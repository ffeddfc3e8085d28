package engine

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// machine makes a root folder with some files of /proc and /sys.
func machine(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const meminfo = "MemTotal:       16777216 kB\nMemFree:        23794520 kB\n"

func TestMemoryThereIsComesFromTheNarrowestGroup(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"a machine", map[string]string{"proc/meminfo": meminfo}, "16.0 GiB (the machine)"},
		{"nothing known", nil, "0.00 MiB (the machine)"},
		{"version 2", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n",
			"sys/fs/cgroup/a/memory.max": "4294967296\n", "sys/fs/cgroup/a/b/memory.max": "max\n",
		}, "4.00 GiB (the container)"},
		{"version 2, the container's own", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/../../x\n", "sys/fs/cgroup/memory.max": "1073741824\n",
		}, "1.00 GiB (the container)"},
		{"version 1", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "8:pids:/p\n4:memory:/m\n0::/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes":   "9223372036854771712\n",
			"sys/fs/cgroup/memory/m/memory.limit_in_bytes": "2147483648\n",
		}, "2.00 GiB (the container)"},
		{"version 1 without a limit", map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "4:memory:/m\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, "16.0 GiB (the machine)"},
	} {
		bytes, whose := memoryThereIs(machine(t, c.files))
		if got := amount(bytes) + " (" + whose + ")"; got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestMemoryLimitIsRead(t *testing.T) {
	root := machine(t, map[string]string{"proc/meminfo": meminfo})
	for text, want := range map[string]string{
		"":          "14.4 GiB (90 % of the 16.0 GiB of the machine)",
		"off":       "no limit",
		"4GiB":      "4.00 GiB (NETHERFIELD_MEMORY=4GiB)",
		"1.5 gib":   "1.50 GiB (NETHERFIELD_MEMORY=1.5 gib)",
		"512MB":     "488 MiB (NETHERFIELD_MEMORY=512MB)",
		"512Mi":     "512 MiB (NETHERFIELD_MEMORY=512Mi)",
		"80%":       "12.8 GiB (NETHERFIELD_MEMORY=80%)",
		"536870912": "512 MiB (NETHERFIELD_MEMORY=536870912)",
		"64GiB":     "64.0 GiB (NETHERFIELD_MEMORY=64GiB)",
	} {
		l, err := limitMemory(text, root)
		if err != nil || l.String() != want {
			t.Errorf("%q: %v %v, want %s", text, l, err, want)
		}
	}
	for text, want := range map[string]string{
		"lots":                        "no amount of memory",
		"4 cows":                      "no amount of memory",
		"-4GiB":                       "no amount of memory",
		"1.2.3G":                      "no amount of memory",
		"%":                           "no amount of memory",
		"120%":                        "more than there is",
		"1MB":                         "less than the 64.0 MiB that a kernel needs",
		"0":                           "less than the 64.0 MiB that a kernel needs",
		strings.Repeat("9", 30) + "T": "more than a machine can have",
	} {
		l, err := limitMemory(text, root)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "the default is used: 14.4 GiB") {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
		if math.Abs(float64(l.bytes)-14.4*(1<<30)) > 1 {
			t.Errorf("%q: %d bytes", text, l.bytes)
		}
	}
	if _, err := limitMemory("50%", machine(t, nil)); err == nil || !strings.Contains(err.Error(), "not known") {
		t.Errorf("a share of what is not known: %v", err)
	}
}

func TestHardLimitIsBelowTheMemoryThereIs(t *testing.T) {
	for _, l := range []memoryLimit{{bytes: 900, ceiling: 1000}, {bytes: 100, ceiling: 1000}, {bytes: 100}, {bytes: 100, ceiling: 90}} {
		if h := l.hard(); h <= l.bytes || l.ceiling > l.bytes && h >= l.ceiling {
			t.Errorf("%+v: %d", l, h)
		}
		if s := l.soft(); s >= l.bytes {
			t.Errorf("%+v: soft %d", l, s)
		}
	}
}

func TestKillsForWantOfMemoryAreCounted(t *testing.T) {
	for want, files := range map[int64]map[string]string{
		0: nil,
		3: {"proc/vmstat": "oom_kill 3\n"},
		2: {"proc/vmstat": "oom_kill 3\n", "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.events": "low 0\noom 5\noom_kill 2\n"},
		1: {"proc/self/cgroup": "4:memory:/\n", "sys/fs/cgroup/memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n"},
	} {
		if got := outOfMemoryKills(machine(t, files)); got != want {
			t.Errorf("%d, want %d", got, want)
		}
	}
}

func TestMemoryOfThisProcessIsKnown(t *testing.T) {
	if n := residentMemory(os.Getpid()); n < 1<<20 || n > 1<<40 {
		t.Errorf("%s", amount(n))
	}
	if n := residentMemory(-1); n != 0 {
		t.Errorf("of no process: %s", amount(n))
	}
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"4GiB", "80%", "off", "1e9", ".", "1.5 gib"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := parseAmount(s, 1<<34)
		if err == nil && n != 0 && n < leastMemory {
			t.Errorf("%q: %d", s, n)
		}
	})
}
