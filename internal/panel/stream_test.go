package panel

// This file tests what is told to those who listen.

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netherfield/netherfield/internal/panel/job"
	"github.com/netherfield/netherfield/internal/panel/watch"
)

func listeners(h *hub) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.listeners)
}

// serving starts a service whose metrics are what the function answers.
func serving(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server.URL
}

func wellServing(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/metrics" {
		fmt.Fprint(w, "pipeline_predictions_total{pipeline=\"spam\",value=\"ham\"} NaN\npipeline_processing_seconds_count{pipeline=\"spam\"} 1\n")
		return
	}
	fmt.Fprint(w, `{"pipelines": [{"name": "spam", "versions": []}]}`)
}

func TestEventsBeginWithTheState(t *testing.T) {
	url := serving(t, wellServing)
	d := start(t, opts{services: []watch.Service{{Name: "ours", URL: url, Origin: watch.Configured}}})
	first := d.listen(t)
	name, data, err := first.next()
	if err != nil || name != "state" {
		t.Fatalf("%s %s %v", name, data, err)
	}
	// Lists are lists from the beginning.
	want := `{"cluster":{"error":"","known":false},"history":[],"jobs":[],"services":[{"name":"ours","url":"` + url + `","origin":"configured","loads":false,"asked":false,"pipelines":[],"samples":[]}]}`
	if asked := strings.Replace(want, `"samples":[]`, `"samples":[{`, 1); data != want && !strings.HasPrefix(data, asked[:len(asked)-4]) {
		t.Errorf("%s\nwant %s", data, want)
	}
	state := until(t, first, "service", func(s watch.State) bool { return s.Asked })
	if state.Error != "" || len(state.Pipelines) != 1 {
		t.Errorf("%+v", state)
	}
	type sampled struct {
		Service string
		Sample  watch.Sample
	}
	if got := until(t, first, "sample", func(sampled) bool { return true }); got.Service != "ours" || got.Sample.At == 0 {
		t.Errorf("%+v", got)
	}
	// Who comes second knows what there was before, and hears what the first hears.
	second := d.listen(t)
	until(t, second, "state", func(s struct{ Services []watch.State }) bool { return len(s.Services[0].Samples) > 0 })
	put(t, d.desk, "build", `{"stages": []}`)
	answered[job.Snapshot](t, d, "POST", "/jobs", `{"kind": "preflight", "notebooks": ["a.ipynb"]}`)
	for _, s := range []*stream{first, second} {
		until(t, s, "job", ended)
	}
	// One who leaves is missed by nobody.
	first.leave()
	until(t, second, "sample", func(sampled) bool { return true })
	second.leave()
	eventually(t, "nobody listens", func() bool { return listeners(d.panel.hub) == 0 })
}

func TestListenersHearTheEnd(t *testing.T) {
	d := start(t, opts{})
	s := d.listen(t)
	if err := d.stop(); err != nil {
		t.Fatal(err)
	}
	for {
		if _, _, err := s.next(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("it ends with %v", err)
		}
	}
}

func TestASlowListenerIsLetGo(t *testing.T) {
	h := newHub(slog.New(slog.DiscardHandler))
	slow, leave := h.listen()
	quick, leaveQuick := h.listen()
	for i := range pending + 1 {
		h.tell("n", i)
		if text := string(<-quick); text != fmt.Sprintf("event: n\ndata: %d\n\n", i) {
			t.Fatalf("%d is told as %q", i, text)
		}
	}
	n := 0
	for range slow { // which ends as it is closed
		n++
	}
	if n != pending {
		t.Errorf("%d events waited for the slow one", n)
	}
	leave()
	leaveQuick()
	h.tell("n", 0) // to nobody
	if n := listeners(h); n > 0 {
		t.Errorf("%d listen", n)
	}
}

// Nobody is asked for somebody who does not read, and nobody waits for them: after a while
// they have gone, and much earlier when the panel ends.
func TestWhoDoesNotReadIsLetGo(t *testing.T) {
	for _, ends := range []bool{false, true} {
		history := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			p := newPanel(opts{history: history, log: slog.New(slog.DiscardHandler)})
			near, far := net.Pipe() // which holds nothing that is not read
			ctx, end := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- serve(ctx, &single{far, make(chan struct{})}, p) }()
			fmt.Fprint(near, "GET /events HTTP/1.1\r\nHost: panel\r\n\r\n")
			synctest.Wait()
			if n := listeners(p.hub); n != 1 {
				t.Errorf("%d listen", n)
			}
			if !ends {
				time.Sleep(unread + time.Second)
				synctest.Wait()
				if listeners(p.hub) > 0 {
					t.Error("they still listen")
				}
			}
			began := time.Now()
			end()
			if err := <-ended; err != nil || time.Since(began) > unread/2 {
				t.Errorf("it ends after %v: %v", time.Since(began), err)
			}
		})
	}
}

// A single connection is a listener that has no other.
type single struct {
	conn   net.Conn
	closed chan struct{}
}

func (s *single) Accept() (net.Conn, error) {
	if c := s.conn; c != nil {
		s.conn = nil
		return c, nil
	}
	<-s.closed
	return nil, net.ErrClosed
}

func (s *single) Addr() net.Addr { return &net.UnixAddr{} }

func (s *single) Close() error {
	close(s.closed)
	return nil
}

// What JSON has no word for ends no stream.
func TestWhatCannotBeToldIsLeftOut(t *testing.T) {
	log := &locked{}
	h := newHub(slog.New(slog.NewTextHandler(log, nil)))
	events, leave := h.listen()
	defer leave()
	h.tell("n", func() {})
	h.tell("n", 1)
	if text := string(<-events); text != "event: n\ndata: 1\n\n" || !strings.Contains(log.String(), "cannot be told") {
		t.Errorf("%q; %s", text, log)
	}
}

// Whatever fails, no answer has a token or a password in it, nor has the log.
func TestNoCredentialIsTold(t *testing.T) {
	secrets := []string{"netherfield-park", "jane", "austen", "amFuZTphdXN0ZW4="} // the last is what requests bear
	// It answers with all that it was sent.
	echo := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(w, "%s %s %v %s", r.Method, r.URL, r.Header, body)
	}
	url := strings.Replace(serving(t, echo), "://", "://jane:austen@", 1)
	away := "http://jane:austen@127.0.0.1:1"
	d := start(t, opts{root: workshop(t), services: []watch.Service{
		{Name: "both", URL: url, Token: "netherfield-park"}, {Name: "token", URL: away, Token: "netherfield-park"}, {Name: "password", URL: url},
	}})
	put(t, d.desk, "build", `{"digest": "d1935", "stages": [], "provenance": {}}`)
	s := d.listen(t)
	failed := map[string]bool{}
	until(t, s, "service", func(s watch.State) bool {
		failed[s.Name] = failed[s.Name] || s.Error != ""
		return failed["both"] && failed["token"] && failed["password"]
	})
	for _, name := range []string{"both", "token", "password"} {
		if status, text := d.ask(t, "POST", "/promote", `{"service": "`+name+`", "pipeline": "spam", "version": "1"}`); status != http.StatusBadGateway {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
	for _, name := range []string{"both", "token"} {
		answered[job.Snapshot](t, d, "POST", "/jobs", `{"kind": "publish", "notebooks": ["model.ipynb"], "pipeline": "spam", "target": "service:`+name+`"}`)
		if got := until(t, s, "job", ended); got.State != job.Failed || len(got.Steps) != 3 || got.Steps[2].State != job.Failed {
			t.Errorf("%s: %+v", name, got)
		}
	}
	until(t, d.listen(t), "state", func(s map[string]any) bool { return true })
	told := d.wire.String()
	if !strings.Contains(told, "/metrics") || !strings.Contains(told, "does not answer") {
		t.Fatalf("what fails is not told: %s", told)
	}
	for _, secret := range secrets {
		for where, text := range map[string]string{"an answer": told, "the log": d.log.String()} {
			if i := strings.Index(text, secret); i >= 0 {
				t.Errorf("%s tells %s: …%s…", where, secret, text[max(0, i-200):min(len(text), i+200)])
			}
		}
	}
}

func TestStateIsJSONWhateverServicesSay(t *testing.T) {
	url := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/metrics" {
			fmt.Fprint(w, "pipeline_predictions_total{value=\"a\"} +Inf\npipeline_predictions_total{value=\"b\"} NaN\npipeline_processing_seconds_count NaN\npipeline_drift_psi NaN\npipeline_baseline_ratio{value=\"a\"} -Inf\n")
			return
		}
		http.NotFound(w, r)
	})
	d := start(t, opts{services: []watch.Service{{Name: "ours", URL: url}}})
	s := d.listen(t)
	for range 2 {
		until(t, s, "sample", func(map[string]any) bool { return true })
	}
	if text, err := json.Marshal(d.panel.state()); err != nil || d.log.String() != "" {
		t.Errorf("%s, %v; %s", text, err, d.log)
	}
}
