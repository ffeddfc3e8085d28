package evaluator

// This file runs sessions: testdata/sessions/*.txtar hold cells and what a
// person sees of each, run by a real worker process.

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/tools/txtar"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/display/widget"
	"github.com/netherfield/netherfield/kernel/engine"
	"github.com/netherfield/netherfield/kernel/session"
)

var update = flag.Bool("update", false, "write what the sessions show into their files")

// TestMain makes the test binary its own worker.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		if err := engine.Work(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func start(t *testing.T) *Evaluator {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ev, err := Start(Opts{Worker: []string{exe, "worker"}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ev.Close(); err != nil {
			t.Error(err)
		}
	})
	return ev
}

// A transcript is an Output that writes down what it is shown.
type transcript struct {
	mu      sync.Mutex
	b       strings.Builder
	stream  string
	answers []string
	comms   []widget.Message
	waiting chan struct{} // closed by the first question without an answer
	once    sync.Once
}

func (tr *transcript) write(kind, text string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.stream != kind || kind != "stdout" && kind != "stderr" {
		if s := tr.b.String(); s != "" && !strings.HasSuffix(s, "\n") {
			tr.b.WriteString("\n")
		}
		fmt.Fprintf(&tr.b, "%s: ", kind)
	}
	tr.stream = kind
	tr.b.WriteString(text)
}

func (tr *transcript) Stream(name string, text []byte) { tr.write(name, string(text)) }

func (tr *transcript) Display(b display.Bundle, id string, update bool) {
	kind := "display"
	if id != "" {
		kind += " " + id
	}
	if update {
		kind = "update " + id
	}
	tr.write(kind, bundleText(b))
}

func (tr *transcript) Clear(wait bool) { tr.write("clear", fmt.Sprintf("wait %v", wait)) }

func (tr *transcript) Comm(m widget.Message) {
	tr.write(string(m.Type), string(m.Data))
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.comms = append(tr.comms, m)
}

func (tr *transcript) Request() string { return "request" }

func (tr *transcript) Input(ctx context.Context, prompt string, password bool) (string, error) {
	tr.mu.Lock()
	if len(tr.answers) > 0 {
		a := tr.answers[0]
		tr.answers = tr.answers[1:]
		tr.mu.Unlock()
		kind := "input"
		if password {
			kind = "password"
		}
		tr.write(kind, fmt.Sprintf("%q → %q", prompt, a))
		return a, nil
	}
	tr.mu.Unlock()
	if tr.waiting == nil {
		return "", fmt.Errorf("this front end does not allow input")
	}
	tr.once.Do(func() { close(tr.waiting) })
	<-ctx.Done()
	return "", ctx.Err()
}

// bundleText returns a bundle's text, and its other types by name.
func bundleText(b display.Bundle) string {
	var others []string
	for mime := range b.Data {
		if mime != "text/plain" {
			others = append(others, mime)
		}
	}
	sort.Strings(others)
	s := fmt.Sprint(b.Data["text/plain"])
	if len(others) > 0 {
		s += " [" + strings.Join(others, ", ") + "]"
	}
	return s
}

var (
	ansi     = regexp.MustCompile("\x1b\\[[0-9;]*m")
	varying  = regexp.MustCompile(`ran in .*|\d{4}/\d\d/\d\d \d\d:\d\d:\d\d|\d{4,} (more )?calls`)
	trailing = regexp.MustCompile(`[ \t]+\n`)
)

// show runs a cell and returns what a person sees.
func show(ev *Evaluator, count int, code string, tr *transcript) string {
	o := ev.Execute(context.Background(), session.Cell{Code: code, Count: count}, tr)
	if o.Result != nil {
		tr.write("result", bundleText(*o.Result))
	}
	for _, p := range o.Payloads {
		tr.write(p.Source, p.Text+bundleText(p.Data))
	}
	if o.Err != nil {
		tr.write("error", fmt.Sprintf("%s: %s\n%s", o.Err.Name, o.Err.Message, strings.Join(o.Err.Traceback, "\n")))
	}
	s := ansi.ReplaceAllString(tr.b.String(), "")
	s = varying.ReplaceAllString(s, "(varies)")
	// The signal may arrive before the call that sends it has returned.
	s = strings.ReplaceAll(s, "SIGABRT: abort\nsyscall.Kill\n", "SIGABRT: abort\n")
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return trailing.ReplaceAllString(s, "\n")
}

// TestSessions runs each file as one session. A section "cell" is run; the
// section "shows" after it is what must be seen, and a section "answers" before
// it holds the lines that are typed when the cell asks.
func TestSessions(t *testing.T) {
	files, err := filepath.Glob("testdata/sessions/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sessions: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			t.Setenv("HOME", "/nonexistent-home")
			ev := start(t)
			out := &txtar.Archive{Comment: a.Comment}
			count := 0
			var answers []string
			for i, f := range a.Files {
				switch f.Name {
				case "answers":
					answers = strings.Split(strings.TrimRight(string(f.Data), "\n"), "\n")
					out.Files = append(out.Files, f)
				case "cell":
					count++
					code := strings.TrimSuffix(string(f.Data), "\n")
					got := show(ev, count, code, &transcript{answers: answers})
					answers = nil
					out.Files = append(out.Files, f, txtar.File{Name: "shows", Data: []byte(got)})
					if *update {
						continue
					}
					want := ""
					if i+1 < len(a.Files) && a.Files[i+1].Name == "shows" {
						want = string(a.Files[i+1].Data)
					}
					if d := cmp.Diff(want, got); d != "" {
						t.Errorf("cell %d:\n%s\n%s", count, code, d)
					}
				case "shows":
				default:
					t.Fatalf("%s: unknown section %q", file, f.Name)
				}
			}
			if *update {
				back := filepath.Join(sourceDir, file)
				if err := os.WriteFile(back, txtar.Format(out), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// sourceDir is where the test started: the sessions change the directory.
var sourceDir, _ = os.Getwd()

func TestInterruptsStopCellsAndKeepTheSession(t *testing.T) {
	ev := start(t)
	if got := show(ev, 1, "n := 41\nvar mu sync.Mutex\nmu.Lock()", &transcript{}); got != "" {
		t.Fatal(got)
	}
	for i, code := range []string{
		"for {}",
		"for { n++; n-- }",
		"func spin() { for {} }\nspin()",
		"select {}",
		"<-make(chan int)",
		"for range (chan int)(nil) {}",
		"time.Sleep(time.Hour)",
		"mu.Lock()",
		`exec.Command("sleep", "100").Run()`,
		"!sleep 100",
		"%%bash\nsleep 100",
		"%%bash\ntrap '' INT\nsleep 100",
		"var s string\nfmt.Scan(&s)",
		`display.Input("?")`,
		"func forever(n int) { defer func() { recover() }(); for {} }\nforever(1)",
		"sort.Slice([]int{2, 1}, func(i, j int) bool { for {} })",
	} {
		tr := &transcript{waiting: make(chan struct{})}
		done := make(chan session.Outcome, 1)
		ctx, cancel := context.WithCancel(context.Background())
		go func() { done <- ev.Execute(ctx, session.Cell{Code: code, Count: i + 2}, tr) }()
		// The cell has begun once its worker has it; interrupting again
		// and again makes the test independent of when that is.
		tick := time.NewTicker(20 * time.Millisecond)
		var o session.Outcome
	wait:
		for {
			select {
			case o = <-done:
				break wait
			case <-tick.C:
				ev.Interrupt()
			}
		}
		tick.Stop()
		cancel()
		if o.Err == nil {
			t.Errorf("%s: ended without an error", code)
			continue
		}
		if strings.Contains(strings.Join(o.Err.Traceback, "\n"), "session are gone") {
			t.Errorf("%s: the session was lost", code)
		}
	}
	if got, want := show(ev, 99, "n + 1", &transcript{}), "result: 42\n"; got != want {
		t.Errorf("after the interrupts: %q, want %q", got, want)
	}
}

func TestOutputIsInTheOrderItWasMade(t *testing.T) {
	ev := start(t)
	got := show(ev, 1, `
for i := range 100 {
	fmt.Print("a", i, " ")
	display.Show(i)
	fmt.Print("b", i, " ")
}
exec.Command("sh", "-c", "echo child").Run()
cmd := exec.Command("sh", "-c", "echo child")
cmd.Stdout = os.Stdout
cmd.Run()
fmt.Println("end")
1`, &transcript{})
	var want strings.Builder
	for i := range 100 {
		if i == 0 {
			want.WriteString("stdout: ")
		}
		fmt.Fprintf(&want, "a%d \ndisplay: %d\nstdout: b%d ", i, i, i)
	}
	want.WriteString("child\nend\nresult: 1\n")
	if d := cmp.Diff(trailing.ReplaceAllString(want.String(), "\n"), got); d != "" {
		t.Error(d)
	}
}

func TestAThousandCellsLeaveNothingBehind(t *testing.T) {
	ev := start(t)
	show(ev, 1, "x := 0", &transcript{})
	pid := workerPID(t, ev)
	before := descriptors(t, pid) + descriptors(t, os.Getpid())
	for i := range 1000 {
		code := fmt.Sprintf("x++\nv%d := x\nfunc f%d() int { return v%d }\nf%d()", i%50, i%50, i%50, i%50)
		if got, want := show(ev, i+2, code, &transcript{}), fmt.Sprintf("result: %d\n", i+1); got != want {
			t.Fatalf("cell %d shows %q, want %q", i, got, want)
		}
	}
	if after := descriptors(t, pid) + descriptors(t, os.Getpid()); after > before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
	// Goroutines of the worker: one cell more must not have more of them
	// than one cell did.
	if got := show(ev, 2000, "runtime.NumGoroutine() < 20", &transcript{}); got != "result: true\n" {
		t.Errorf("fewer than 20 goroutines: %s", got)
	}
}

func workerPID(t *testing.T, ev *Evaluator) int {
	t.Helper()
	var pid int
	if _, err := fmt.Sscanf(show(ev, 0, "os.Getpid()", &transcript{}), "result: %d", &pid); err != nil {
		t.Fatal(err)
	}
	return pid
}

func descriptors(t *testing.T, pid int) int {
	t.Helper()
	fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	return len(fds)
}

func TestTheWorkerEndsWithTheEvaluator(t *testing.T) {
	ev := start(t)
	show(ev, 1, "go func() { for {} }()", &transcript{})
	pid := workerPID(t, ev)
	if err := ev.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); err == nil {
		t.Errorf("process %d is still there", pid)
	}
}
