package jupyter

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// install writes a kernel.json into a data folder.
func install(t *testing.T, data, name, text string) {
	t.Helper()
	dir := filepath.Join(data, "kernels", name)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "kernel.json"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// alone leaves one environment with kernels, and a user's.
func alone(t *testing.T) (environment, user string) {
	t.Helper()
	environment, user = t.TempDir(), t.TempDir()
	t.Setenv("JUPYTER_PATH", "")
	t.Setenv("VIRTUAL_ENV", environment)
	t.Setenv("CONDA_PREFIX", "")
	t.Setenv("JUPYTER_DATA_DIR", user)
	return filepath.Join(environment, "share", "jupyter"), user
}

func TestSpecsAreFoundInJupytersOrder(t *testing.T) {
	environment, user := alone(t)
	install(t, user, "go", `{"argv": ["user"], "display_name": "Go", "language": "go"}`)
	install(t, environment, "go", `{"argv": ["environment", "{connection_file}"], "interrupt_mode": "message", "env": {"A": "b"}}`)
	install(t, user, "other", `{"argv": ["x"]}`)
	s, err := FindSpec("go")
	if err != nil || s.Argv[0] != "environment" || s.InterruptMode != "message" || s.Env["A"] != "b" || s.Name != "go" {
		t.Errorf("%+v, %v", s, err)
	}
	if got := Installed(); !slices.Contains(got, "go") || !slices.Contains(got, "other") {
		t.Error(got)
	}
}

func TestSpecsThatCannotBeUsedAreTold(t *testing.T) {
	environment, _ := alone(t)
	install(t, environment, "broken", `{"argv": [`)
	install(t, environment, "empty", `{"display_name": "Empty"}`)
	for name, want := range map[string]string{
		"broken":    "kernel.json: unexpected end",
		"empty":     "kernel.json has no argv",
		"missing":   "there is no kernel \"missing\"; there are broken, empty",
		"../broken": "is no name of a kernel",
	} {
		if _, err := FindSpec(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

func TestKernelsThatDoNotStartAreTold(t *testing.T) {
	before, _ := filepath.Glob(filepath.Join(os.TempDir(), "netherfield-run-*"))
	start := func(patience time.Duration, argv ...string) error {
		k, err := Start(context.Background(), &Spec{Name: "k", Argv: argv}, StartOpts{Patience: patience})
		if err == nil {
			k.Shutdown()
		}
		return err
	}
	err := start(0, "sh", "-c", "echo out of luck >&2; exit 3")
	var died *DiedError
	if !errors.As(err, &died) || !strings.Contains(err.Error(), "exit status 3; it said: out of luck") {
		t.Error(err)
	}
	if err := start(0, "/nowhere/kernel"); err == nil || !strings.Contains(err.Error(), "the kernel k cannot be started") {
		t.Error(err)
	}
	if err := start(100*time.Millisecond, "sh", "-c", "echo thinking; exec sleep 100"); err == nil || !strings.Contains(err.Error(), "has not answered for 100ms; it says: thinking") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("changed my mind"))
	if _, err := Start(ctx, &Spec{Name: "k", Argv: []string{"sleep", "100"}}, StartOpts{}); err == nil || !strings.Contains(err.Error(), "changed my mind") {
		t.Error(err)
	}
	after, _ := filepath.Glob(filepath.Join(os.TempDir(), "netherfield-run-*"))
	if len(after) > len(before) {
		t.Errorf("folders are left: %v", after)
	}
}

func TestMessagesGoThere(t *testing.T) {
	for _, key := range []string{"", "secret"} {
		c := codec{[]byte(key), "session"}
		frames, id, err := c.pack("execute_request", map[string]any{"code": "x"})
		if err != nil {
			t.Fatal(err)
		}
		var header map[string]string
		if err := json.Unmarshal(frames[2], &header); err != nil || header["msg_id"] != id || header["msg_type"] != "execute_request" {
			t.Error(header, err)
		}
		// The answer of a kernel: a topic before it, the request's header as its parent.
		answer := [][]byte{[]byte("topic"), delimiter, nil, []byte(`{"msg_id":"2","msg_type":"stream"}`), frames[2], []byte("{}"), []byte(`{"text":"a"}`), []byte("buffer")}
		answer[2] = c.sign(answer[3:7])
		m, err := c.unpack(answer)
		if err != nil || m.Type != "stream" || m.Parent != id || string(m.Content) != `{"text":"a"}` || len(m.Buffers) != 1 {
			t.Errorf("%+v, %v", m, err)
		}
		answer[6] = []byte(`{"text":"b"}`)
		if _, err := c.unpack(answer); key != "" && err == nil {
			t.Error("a message that somebody has changed is taken")
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte("<IDS|MSG>"), []byte(`{"msg_id":"1","msg_type":"status"}`), []byte(`{}`), []byte(`{}`), 5)
	f.Fuzz(func(t *testing.T, a, b, c, d []byte, n int) {
		frames := [][]byte{[]byte("topic"), delimiter, a, b, c, d, a, b}
		if n < 0 || n > len(frames) {
			return
		}
		unsigned, signed := codec{}, codec{key: []byte("k")}
		if m, err := unsigned.unpack(frames[:n]); err == nil && n < 7 {
			t.Errorf("%d frames make %+v", n, m)
		}
		if _, err := signed.unpack(frames[:n]); err == nil {
			t.Error("a message that is not signed is taken")
		}
	})
}

func TestTailKeepsTheEnd(t *testing.T) {
	tl := &tail{}
	for range 1000 {
		if _, err := tl.Write([]byte("0123456789")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tl.Write([]byte("end\n")); err != nil {
		t.Fatal(err)
	}
	if s := tl.String(); len(s) > 2*tailBytes || !strings.HasSuffix(s, "789end") {
		t.Errorf("%d bytes: %s", len(s), s[max(0, len(s)-20):])
	}
}
