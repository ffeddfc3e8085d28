package serving_test

// This file tests `netherfield serve` as a process: it serves, follows its file, and
// drains.

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/serving"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

// TestMain makes the test binary netherfield itself when asked to: so the tests run real
// command lines.
func TestMain(m *testing.M) {
	if os.Getenv("BE_NETHERFIELD") == "" {
		os.Exit(m.Run())
	}
	root := &cobra.Command{Use: "netherfield"}
	root.AddCommand(serving.Command())
	os.Exit(command.Run(context.Background(), root, os.Args[1:], os.Stdout, os.Stderr))
}

// saveModel writes a small classifier of texts; another strength is another model.
func saveModel(t *testing.T, path string, c float64) {
	t.Helper()
	p := pipeline.New(
		pipeline.Step("vectorize", &feature.HashingVectorizer{Buckets: 64}),
		pipeline.Step("model", &model.LogisticRegression{C: c}),
	)
	if err := p.Fit([]string{"buy coffee", "single man", "buy tea", "good fortune"}, []string{"spam", "ham", "spam", "ham"}); err != nil {
		t.Fatal(err)
	}
	t.Setenv(pipeline.SaveFile, "")
	if err := pipeline.SaveStage(p, path); err != nil {
		t.Fatal(err)
	}
}

// A served is a running `netherfield serve`.
type served struct {
	cmd    *exec.Cmd
	url    string
	stderr *strings.Builder
	exited chan struct{}
}

func startServe(t *testing.T, args ...string) *served {
	t.Helper()
	s := &served{stderr: &strings.Builder{}, exited: make(chan struct{})}
	s.cmd = exec.Command("/proc/self/exe", append([]string{"serve", "--listen", "127.0.0.1:0", "--json", "--watch", "10ms"}, args...)...)
	s.cmd.Env = append(os.Environ(), "BE_NETHERFIELD=1")
	s.cmd.Stderr = s.stderr
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		<-s.exited
	})
	lines := bufio.NewReader(stdout)
	line, _ := lines.ReadString('\n')
	go func() {
		defer close(s.exited)
		io.Copy(io.Discard, lines)
		s.cmd.Wait()
	}()
	var said struct{ URL string }
	if err := json.Unmarshal([]byte(line), &said); err != nil {
		t.Fatalf("it says %q: %v; %s", line, err, s.stderr)
	}
	s.url = strings.Replace(said.URL, "localhost", "127.0.0.1", 1)
	return s
}

func (s *served) post(t *testing.T, path, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequest("POST", s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Close = true
	r.Header.Set("Content-Type", "application/json")
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text)
}

func (s *served) digest(t *testing.T) string {
	t.Helper()
	status, text := s.post(t, "/pipelines/spam:predict", `{"documents":["tea"]}`)
	var answer struct{ Digest string }
	if err := json.Unmarshal([]byte(text), &answer); err != nil || status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	return answer.Digest
}

func (s *served) becomes(t *testing.T, before string) string {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if now := s.digest(t); now != before {
			return now
		}
	}
	t.Fatalf("the version stays; %s", s.stderr)
	return ""
}

func TestServeFollowsItsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "model.sav")
	saveModel(t, file, 1)
	s := startServe(t, "spam="+file)
	if status, text := s.post(t, "/predict", "json_args=%5B%22tea%22%5D", "Content-Type: application/x-www-form-urlencoded"); status != 200 || text != `["spam"]` {
		t.Errorf("%d %s", status, text)
	}
	first := s.digest(t)
	saveModel(t, file, 10)
	second := s.becomes(t, first)
	// What is damaged does not take its place, also when it is asked for.
	if err := os.WriteFile(file, []byte("nfield but no more"), 0o666); err != nil {
		t.Fatal(err)
	}
	s.cmd.Process.Signal(syscall.SIGHUP)
	for !strings.Contains(metrics(t, s), `pipeline_loads_total{outcome="refused",pipeline="spam"}`) {
		time.Sleep(5 * time.Millisecond)
	}
	if got := s.digest(t); got != second {
		t.Errorf("a damaged file is served as %s", got)
	}
	saveModel(t, file, 1)
	if got := s.becomes(t, second); got != first {
		t.Errorf("the same model has the digests %s and %s", first, got)
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	<-s.exited
	if code := s.cmd.ProcessState.ExitCode(); code != 0 || !strings.Contains(s.stderr.String(), "the running version stays") {
		t.Errorf("exit status %d, %s", code, s.stderr)
	}
}

func metrics(t *testing.T, s *served) string {
	t.Helper()
	r, err := http.Get(s.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, _ := io.ReadAll(r.Body)
	return string(text)
}

func TestServeWithTokens(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "spam.sav")
	saveModel(t, file, 1)
	for name, token := range map[string]string{"token": "reader\n", "admin": "writer"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := startServe(t, file, "--token-file", filepath.Join(dir, "token"), "--admin-token-file", filepath.Join(dir, "admin"))
	for header, want := range map[string]int{"X: 1": 401, "Authorization: Bearer reader": 200} {
		if status, text := s.post(t, "/pipelines/spam:predict", `{"documents":["tea"]}`, header); status != want {
			t.Errorf("%s: %d %s", header, status, text)
		}
	}
	if status, text := s.post(t, "/v2/repository/models/spam/load", "", "Authorization: Bearer writer"); status != 200 {
		t.Errorf("%d %s", status, text)
	}
}

func TestServeComplains(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "model.sav")
	saveModel(t, file, 1)
	wrong := filepath.Join(dir, "pickle.sav")
	if err := os.WriteFile(wrong, []byte("\x80\x04\x95"), 0o666); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]struct {
		status int
		says   string
	}{
		"":                                    {2, "needs the file of a pipeline"},
		"=x":                                  {2, "no NAME=FILE"},
		file + " " + file:                     {2, "have the name model"},
		file + " --log-format xml":            {2, "text or json"},
		file + " --tls-cert x":                {2, "go together"},
		filepath.Join(dir, "missing.sav"):     {1, "cannot be loaded"},
		wrong:                                 {1, "not an artefact"},
		t.TempDir():                           {2, "has no artefact, whose name ends in .sav"},
		file + " --token-file " + dir + "/no": {1, "token cannot be read"},
		file + " --listen nowhere:http":       {1, "lookup nowhere"},
	} {
		cmd := exec.Command("/proc/self/exe", append([]string{"serve"}, strings.Fields(args)...)...)
		cmd.Env = append(os.Environ(), "BE_NETHERFIELD=1")
		out, err := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != want.status || !strings.Contains(string(out), want.says) {
			t.Errorf("serve %s: status %d, %v: %s", args, code, err, out)
		}
	}
}

func TestServeSendsTraces(t *testing.T) {
	got := make(chan string, 10)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- r.URL.Path + " " + string(body)
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
	file := filepath.Join(t.TempDir(), "spam.sav")
	saveModel(t, file, 1)
	s := startServe(t, file)
	s.digest(t)
	s.cmd.Process.Signal(syscall.SIGTERM)
	<-s.exited
	if sent := <-got; !strings.HasPrefix(sent, "/v1/traces ") || !strings.Contains(sent, "predict") || !strings.Contains(sent, "netherfield") {
		t.Errorf("the collector got %q", sent)
	}
}

// A folder stands for the artefacts in it.
func TestServeAFolder(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{"spam.sav", "ham.sav"} {
		saveModel(t, filepath.Join(dir, name), float64(i+1))
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	s := startServe(t, dir)
	for _, name := range []string{"spam", "ham"} {
		if status, text := s.post(t, "/pipelines/"+name+":predict", `{"documents":["tea"]}`); status != 200 {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
}
