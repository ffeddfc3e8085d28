package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// open opens a history and closes it at the end of the test.
func open(t testing.TB, path string) *History {
	t.Helper()
	h, err := OpenHistory(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// texts puts entries as session:line:input.
func texts(t testing.TB, entries []Entry, err error) string {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%d:%d:%s ", e.Session, e.Line, e.Input)
	}
	return strings.TrimSpace(b.String())
}

func add(t testing.TB, h *History, line int, input string) {
	t.Helper()
	if err := h.Add(line, input); err != nil {
		t.Error(err)
	}
}

func TestHistoryOfSeveralSessions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "history.jsonl")
	h1 := open(t, path)
	add(t, h1, 1, "a")
	add(t, h1, 2, "b")
	h1.Close()
	h2 := open(t, path)
	h3 := open(t, path) // at the same time
	add(t, h3, 1, "x")
	add(t, h2, 1, "c")
	add(t, h3, 2, "a")
	add(t, h2, 2, "d\ne")

	tests := []struct {
		name string
		get  func() ([]Entry, error)
		want string
	}{
		{"tail crosses sessions", func() ([]Entry, error) { return h2.Tail(3) }, "2:2:d\ne 3:1:x 3:2:a"},
		{"tail of all", func() ([]Entry, error) { return h3.Tail(99) }, "1:1:a 1:2:b 2:1:c 2:2:d\ne 3:1:x 3:2:a"},
		{"tail of none", func() ([]Entry, error) { return h3.Tail(0) }, ""},
		{"range of the current session", func() ([]Entry, error) { return h3.Range(0, 0, 0) }, "3:1:x 3:2:a"},
		{"range of the session before", func() ([]Entry, error) { return h3.Range(-1, 1, 2) }, "2:1:c"},
		{"range of a numbered session", func() ([]Entry, error) { return h3.Range(1, 2, 9) }, "1:2:b"},
		{"range from the end", func() ([]Entry, error) { return h3.Range(1, -1, 0) }, "1:2:b"},
		{"range up to before the end", func() ([]Entry, error) { return h3.Range(1, 1, -1) }, "1:1:a"},
		{"range of a session that never was", func() ([]Entry, error) { return h3.Range(-9, 1, 2) }, ""},
		{"search for all of it", func() ([]Entry, error) { return h3.Search("a", 0, false) }, "1:1:a 3:2:a"},
		{"search for nothing there is", func() ([]Entry, error) { return h3.Search("nothing", 0, true) }, ""},
		{"unique keeps the last", func() ([]Entry, error) { return h3.Search("?", 0, true) }, "1:2:b 2:1:c 3:1:x 3:2:a"},
		{"a star crosses lines", func() ([]Entry, error) { return h3.Search("d*e", 0, false) }, "2:2:d\ne"},
		{"the last n found", func() ([]Entry, error) { return h3.Search("*", 2, false) }, "3:1:x 3:2:a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.get()
			if diff := cmp.Diff(tt.want, texts(t, got, err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDamagedLinesAreSkippedAndCounted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	lines := []string{
		`{"session":7,"line":1,"input":"kept"}`,
		`{"session":7,"line":`,
		`null and void`,
		`{"session":"seven","line":2,"input":"x"}`,
		`{"session":9000000000000000000,"line":2,"input":"x"}`,
		`{"session":-1,"line":2,"input":"x"}`,
		"",
		`{"session":7,"line":2,"input":"` + strings.Repeat("long", historyLineLimit/4) + `"}`,
		`{"session":7,"line":3,"input":"kept too"}`,
		`{"session":8,"line":1,"inp`, // a kernel that died
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	h := open(t, path)
	add(t, h, 1, "new")
	got, err := open(t, path).Tail(9)
	if diff := cmp.Diff("7:1:kept 7:3:kept too 8:1:new", texts(t, got, err)); diff != "" {
		t.Error(diff)
	}
	if h.Damaged() != 7 {
		t.Errorf("%d damaged lines, want 7", h.Damaged())
	}
}

func TestLongFileIsShortenedToTheNewestCells(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for i := range historyLimit + 500 {
		enc.Encode(record{Session: 1 + i/5000, Line: 1 + i%5000, Input: fmt.Sprint("cell ", i)})
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	before := open(t, path) // shortens it
	again := open(t, path)
	add(t, before, 1, "from before")
	add(t, again, 1, "from again")
	recs, damaged, err := readFile(path)
	if err != nil || damaged != 0 {
		t.Fatal(damaged, err)
	}
	if len(recs) != historyLimit+4 || recs[0].Input != "cell 500" {
		t.Errorf("%d records, the first is %+v", len(recs), recs[0])
	}
	got, err := again.Tail(3)
	if diff := cmp.Diff("3:500:cell 10499 4:1:from before 5:1:from again", texts(t, got, err)); diff != "" {
		t.Error(diff)
	}
	if leftovers, _ := filepath.Glob(path + ".*"); len(leftovers) != 0 {
		t.Errorf("left behind: %v", leftovers)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
}

// A kernel that had the file open before another one replaced it writes to the
// new file.
func TestShorteningKeepsWhatOtherKernelsAdd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	first := open(t, path)
	add(t, first, 1, "one")
	if err := first.lock(openPatience); err != nil {
		t.Fatal(err)
	}
	recs, _, err := readFile(path)
	if err != nil {
		t.Fatal(err)
	}
	second := open2(t, path, first, recs)
	add(t, first, 2, "two")
	add(t, second, 1, "other")
	got, err := second.Tail(9)
	if diff := cmp.Diff("1:1:one 1:2:two 2:1:other", texts(t, got, err)); diff != "" {
		t.Error(diff)
	}
}

// open2 opens a second history while the first holds the lock and replaces the
// file.
func open2(t *testing.T, path string, first *History, recs []record) *History {
	var second *History
	var wg sync.WaitGroup
	opening, err := openRegular(path) // what the second one waits for
	if err != nil {
		t.Fatal(err)
	}
	second = &History{path: path, file: opening}
	wg.Go(func() {
		if err := second.open(); err != nil {
			t.Error(err)
		}
	})
	if err := first.compact(recs); err != nil {
		t.Error(err)
	}
	first.unlock()
	wg.Wait()
	t.Cleanup(func() { second.Close() })
	return second
}

func TestKernelsShareAHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	const kernels, cells = 4, 50
	var wg sync.WaitGroup
	for k := range kernels {
		wg.Go(func() {
			h, err := OpenHistory(path)
			if err != nil {
				t.Error(err)
				return
			}
			defer h.Close()
			for i := range cells {
				if err := h.Add(i+1, fmt.Sprintf("kernel %d cell %d", k, i)); err != nil {
					t.Error(err)
				}
			}
			if own, err := h.Range(0, 0, 0); err != nil || len(own) != cells {
				t.Errorf("kernel %d sees %d of its cells, %v", k, len(own), err)
			}
		})
	}
	wg.Wait()
	h := open(t, path)
	all, err := h.Tail(kernels * cells * 2)
	if err != nil || len(all) != kernels*cells || h.Session() != kernels+1 || h.Damaged() != 0 {
		t.Errorf("%d cells, session %d, %d damaged, %v", len(all), h.Session(), h.Damaged(), err)
	}
}

func TestHistoryThatCannotBeKept(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, pipe, filepath.Join(file, "history"), "/proc/history/x"} {
		h, err := OpenHistory(path)
		if err == nil {
			h.Close()
			t.Errorf("%s: no error", path)
		} else if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "in memory") {
			t.Errorf("%s: unclear error: %v", path, err)
		}
	}
}

func TestHistoryInMemory(t *testing.T) {
	h := new(History)
	for i := range 2*historyLimit + 5 {
		add(t, h, i+1, "x")
	}
	got, err := h.Tail(1)
	if diff := cmp.Diff(fmt.Sprintf("1:%d:x", 2*historyLimit+5), texts(t, got, err)); diff != "" {
		t.Error(diff)
	}
	if len(h.own) > 2*historyLimit {
		t.Errorf("%d cells are kept", len(h.own))
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

// A cell must not wait for a lock that is never given back; it is kept in
// memory.
func TestLockedHistoryDoesNotStopACell(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	h := open(t, path)
	other, err := openRegular(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := unix.Flock(int(other.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if err := h.Add(1, "cell"); err == nil || !strings.Contains(err.Error(), "locked") {
		t.Errorf("got error %v", err)
	}
	got, err := h.Tail(1)
	if err == nil || texts(t, got, nil) != "1:1:cell" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestTooLongCellIsNotSaved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	h := open(t, path)
	if err := h.Add(1, strings.Repeat("x", historyLineLimit)); err == nil {
		t.Error("no error")
	}
	add(t, h, 2, "short")
	got, err := open(t, path).Tail(9)
	if diff := cmp.Diff("1:2:short", texts(t, got, err)); diff != "" {
		t.Error(diff)
	}
}

func readFile(path string) ([]record, int, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	return readHistory(f)
}

func FuzzReadHistory(f *testing.F) {
	f.Add([]byte(`{"session":1,"line":2,"input":"x := 1"}` + "\n"))
	f.Add([]byte("{\"session\":1}\n\n{\n{}\nnull\n[]"))
	f.Add([]byte(`{"session":1e99}`))
	f.Add([]byte(`{"session":01,"line":1,"input":"x"}`))
	f.Add([]byte(`{"session":1,"line":1,"input":"x","session":5}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		recs, damaged, err := readHistory(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for line := range bytes.Lines(data) {
			if len(bytes.TrimSpace(line)) > 0 {
				lines++
			}
		}
		if len(recs)+damaged != lines {
			t.Errorf("%d records and %d damaged of %d lines", len(recs), damaged, lines)
		}
		// Opening looks less closely, but overlooks no line.
		sum, err := surveyHistory(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if sum.damaged > damaged || sum.entries > len(recs)+damaged || sum.lastSession > sessionLimit {
			t.Errorf("surveyed %+v, and %d are damaged", sum, damaged)
		}
		// What was read can be written and read again.
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		for _, r := range recs {
			if err := enc.Encode(r); err != nil {
				t.Fatal(err)
			}
		}
		again, damaged, err := readHistory(&b)
		if err != nil || damaged != 0 {
			t.Fatal(damaged, err)
		}
		if diff := cmp.Diff(recs, again); diff != "" {
			t.Error(diff)
		}
	})
}

func TestGlob(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "a\nb", true},
		{"a*", "abc", true}, {"*c", "abc", true}, {"a*c", "abcbc", true}, {"a*d", "abc", false},
		{"?", "世", true}, {"??", "世", false}, {"*?", "", false}, {"a?c", "abc", true},
		{"[a]", "a", true}, {"[a]", "[a]", false}, {"*[*]*", "6 * 7", true}, {"*[*]*", "1 + 2", false},
		{"[^a-c]", "d", true}, {"[^a-c]", "b", false}, {"[a-c世]x", "世x", true}, {"[]a]", "]", true}, {"[a-]", "-", true},
		{"[]int*", "[]int{1}", true}, {"x[", "x[", true}, {"*[b-d]*[?]", "abc?", true}, {"[", "", false},
		{"*b*b*", "abcb", true}, {"*世?", "x世界", true},
		{strings.Repeat("*a", 50) + "b", strings.Repeat("a", 5000), false},
	}
	for _, tt := range tests {
		if got := globMatch(tt.pattern, tt.text); got != tt.want {
			t.Errorf("%q matches %q: %v", tt.pattern, tt.text, got)
		}
	}
}

func BenchmarkOpenHistory(b *testing.B) {
	path := filepath.Join(b.TempDir(), "history.jsonl")
	h := open(b, path)
	for i := range historyLimit - 1 {
		if err := h.Add(i+1, strings.Repeat("x := fmt.Sprint(1)\n", 10)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		h, err := OpenHistory(path)
		if err != nil {
			b.Fatal(err)
		}
		h.Close()
	}
}

func BenchmarkTail(b *testing.B) {
	h := open(b, filepath.Join(b.TempDir(), "history.jsonl"))
	for i := range historyLimit - 1 {
		if err := h.Add(i+1, strings.Repeat("x := fmt.Sprint(1)\n", 10)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if got, err := h.Tail(10); err != nil || len(got) != 10 {
			b.Fatal(len(got), err)
		}
	}
}
