package panel

// This file tests what requests are answered.

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/internal/panel/job"
	"github.com/netherfield/netherfield/internal/panel/preflight"
	"github.com/netherfield/netherfield/internal/panel/publish"
	"github.com/netherfield/netherfield/internal/panel/watch"
)

// notebook is the text of one with a cell.
func notebook(source string) string {
	text, err := json.Marshal(map[string]any{
		"nbformat": 4, "nbformat_minor": 5,
		"cells":    []any{map[string]any{"cell_type": "code", "id": "a", "metadata": map[string]any{}, "source": source, "outputs": []any{}, "execution_count": nil}},
		"metadata": map[string]any{"kernelspec": map[string]any{"name": "netherfield", "display_name": "Go"}},
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

const saves = `pipeline.SaveStage(p, "model.sav")`

// workshop makes a repository with notebooks in a folder whose name is no pattern.
func workshop(t *testing.T) (root string) {
	t.Helper()
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	root = t.TempDir()
	folder := filepath.Join(root, "draft [1]")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, folder, "model.ipynb", notebook(saves))
	put(t, folder, "plots.ipynb", notebook("plot()"))
	put(t, folder, "broken.ipynb", "{")
	put(t, root, "model.ipynb", notebook(saves))
	cmd := exec.Command("sh", "-euc", "git init -q -b main; git add .; git -c user.name=J -c user.email=j@example.com commit -qm First")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return root
}

func TestPlan(t *testing.T) {
	type plan struct {
		Notebooks       []preflight.Notebook
		Stages          []string
		Repository      *publish.Repository
		RepositoryError string `json:"repository_error"`
	}
	d := start(t, opts{root: workshop(t)})
	put(t, d.root, "new.txt", "")
	got := answered[plan](t, d, "POST", "/plan", `{"notebooks": ["draft [1]/model.ipynb", "draft [1]/plots.ipynb"]}`)
	if len(got.Notebooks) != 2 || !got.Notebooks[0].Stage || len(got.Notebooks[0].Problems) > 0 || got.Notebooks[1].Stage {
		t.Errorf("%+v", got.Notebooks)
	}
	if want := []string{"draft [1]/model.ipynb"}; !slices.Equal(got.Stages, want) {
		t.Errorf("stages are saved by %q, want %q", got.Stages, want)
	}
	if r := got.Repository; r == nil || r.Branch != "main" || len(r.Commit) != 40 || len(r.Changes) != 1 || r.Changes[0].Path != "new.txt" || got.RepositoryError != "" {
		t.Errorf("%+v %s", r, got.RepositoryError)
	}
	if err := os.RemoveAll(filepath.Join(d.root, ".git")); err != nil {
		t.Fatal(err)
	}
	if got := answered[plan](t, d, "POST", "/plan", `{"notebooks": ["model.ipynb"]}`); got.Repository != nil || !strings.Contains(got.RepositoryError, "in no git repository") || !slices.Equal(got.Stages, []string{"model.ipynb"}) {
		t.Errorf("without a repository: %+v", got)
	}
}

func TestManifests(t *testing.T) {
	d := start(t, opts{})
	put(t, d.desk, "manifests", "kind: Deployment # ARGS\n")
	got := answered[struct{ Manifests string }](t, d, "GET", "/manifests?pipeline=spam&image=registry.example.com%2Fspam:1", "")
	if want := "kind: Deployment # manifests deployment --image registry.example.com/spam:1 -- spam\n"; got.Manifests != want {
		t.Errorf("%q, want %q", got.Manifests, want)
	}
	put(t, d.desk, "manifests", "fail no such registry")
	if status, text := d.ask(t, "GET", "/manifests?pipeline=spam&image=x", ""); status != http.StatusBadRequest || text != `{"error":"no such registry"}`+"\n" {
		t.Errorf("%d %s", status, text)
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	d := start(t, opts{services: []watch.Service{{Name: "readable", URL: "http://127.0.0.1:1"}}})
	put(t, d.root, "a.ipynb", notebook(saves))
	put(t, filepath.Dir(d.root), "outside.ipynb", notebook(saves))
	large := `{"notebooks": ["` + strings.Repeat("a", largest) + `"]}`
	for _, tt := range []struct {
		request, body string
		status        int
		says          string
	}{
		{"POST /plan", ``, 400, "not understood: EOF"},
		{"POST /plan", `{`, 400, "not understood"},
		{"POST /plan", `[]`, 400, "not understood"},
		{"POST /plan", `{"notebooks": "a.ipynb"}`, 400, "not understood"},
		{"POST /plan", `{"notebooks": ["a.ipynb"], "more": 1}`, 400, `unknown field \"more\"`},
		{"POST /plan", `{"notebooks": ["a.ipynb"]} {}`, 400, "something follows it"},
		{"POST /plan", `{"notebooks": ["a.ipynb"]} x`, 400, "something follows it"},
		{"POST /plan", large, 400, "too large"},
		{"POST /plan", `{"notebooks": ["a.ipynb"]}` + strings.Repeat(" ", largest), 400, "something follows it"},
		{"POST /plan", `{}`, 400, "no notebook is named"},
		{"POST /plan", `{"notebooks": ["../outside.ipynb"]}`, 400, "no notebook below the folder"},
		{"POST /plan", `{"notebooks": ["a/../../outside.ipynb"]}`, 400, "no notebook below the folder"},
		{"POST /plan", `{"notebooks": ["` + d.root + `/a.ipynb"]}`, 400, "no notebook below the folder"},
		{"POST /plan", `{"notebooks": ["a.ipynb", "/etc/passwd"]}`, 400, "no notebook below the folder"},
		{"POST /plan", `{"notebooks": ["gone.ipynb"]}`, 400, "gone.ipynb"},
		{"POST /plan", `{"notebooks": ["a\u0000.ipynb"]}`, 400, "invalid argument"},
		{"POST /jobs", `{"kind": "preflight", "notebooks": ["../outside.ipynb"]}`, 400, "no notebook below the folder"},
		{"POST /jobs", `{"kind": "preflight"}`, 400, "no notebook is named"},
		{"POST /jobs", `{"kind": "publish", "notebooks": ["../outside.ipynb"], "pipeline": "spam", "image": "x"}`, 400, "no notebook below the folder"},
		{"POST /jobs", `{"kind": "publish", "notebooks": ["a.ipynb"], "pipeline": "spam", "target": "service:readable"}`, 400, "there is none here"},
		{"POST /jobs", `{"kind": "rollback", "publish": "../x"}`, 400, "is no publish"},
		{"POST /jobs", `{"kind": "rollback", "publish": "20260301T120000.000000"}`, 400, "not remembered any more"},
		{"POST /jobs", `{"kind": "dance"}`, 400, "no jobs of kind"},
		{"DELETE /jobs/none", ``, 404, "no such job"},
		{"POST /promote", `{"service": "nobody", "pipeline": "spam", "version": "1"}`, 502, "no such service"},
		{"POST /promote", `{"service": "readable", "pipeline": "spam", "version": "1"}`, 502, "does not answer"},
		{"GET /manifests?pipeline=..&image=x", ``, 400, "cannot be the name"},
		{"GET /manifests?pipeline=spam", ``, 400, "say where the image goes"},
		{"GET /manifests?pipeline=spam&image=--kubeconfig", ``, 400, "no name of an image"},
	} {
		method, path, _ := strings.Cut(tt.request, " ")
		status, text := d.ask(t, method, path, tt.body)
		var answer struct{ Error string }
		if err := json.Unmarshal([]byte(text), &answer); err != nil || status != tt.status || !strings.Contains(text, tt.says) || answer.Error == "" {
			t.Errorf("%s %.60s: %d %s, want %d %s", tt.request, tt.body, status, text, tt.status, tt.says)
		}
	}
	// A page of another site can send forms and texts, but not JSON.
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json2", ";"} {
		r, err := http.NewRequest("POST", "http://panel/plan", strings.NewReader(`{"notebooks": ["a.ipynb"]}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header["Content-Type"] = []string{kind}
		answer, err := d.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusUnsupportedMediaType {
			t.Errorf("a request of the type %q: %d", kind, answer.StatusCode)
		}
	}
	for request, want := range map[string]int{"GET /": 404, "GET /plan": 405, "POST /events": 405, "GET /jobs": 405} {
		method, path, _ := strings.Cut(request, " ")
		if status, _ := d.ask(t, method, path, "{}"); status != want {
			t.Errorf("%s: %d, want %d", request, status, want)
		}
	}
	if jobs := d.panel.jobs.List(); len(jobs) > 0 {
		t.Errorf("jobs were started: %+v", jobs)
	}
}

// ended tells that a job has.
func ended(s job.Snapshot) bool { return s.Ended != nil }

func TestAPreflight(t *testing.T) {
	d := start(t, opts{})
	s := d.listen(t)
	put(t, d.desk, "build", `{"digest": "d", "stages": [{"notebook": "a.ipynb", "steps": ["ARGS"], "seconds": 1}], "provenance": {}}`)
	began := answered[job.Snapshot](t, d, "POST", "/jobs", `{"kind": "preflight", "notebooks": ["b/a.ipynb", "-b.ipynb"]}`)
	if began.State != job.Running || began.Title != "Run a.ipynb, -b.ipynb in a clean kernel" {
		t.Errorf("%+v", began)
	}
	got := until(t, s, "job", ended)
	text, err := json.Marshal(got.Result)
	if got.ID != began.ID || got.State != job.Done || err != nil || !strings.Contains(string(text), " -- b/a.ipynb -b.ipynb") {
		t.Errorf("%+v", got)
	}
	put(t, d.desk, "build", "fail a.ipynb failed in cell 3")
	answered[job.Snapshot](t, d, "POST", "/jobs", `{"kind": "preflight", "notebooks": ["a.ipynb"]}`)
	if got := until(t, s, "job", ended); got.State != job.Failed || got.Error != "a.ipynb failed in cell 3" {
		t.Errorf("%+v", got)
	}
	if left := inFolder(t, d.socket); left != "panel" {
		t.Errorf("beside the socket, there is %s", left)
	}
}

func TestAJobIsCancelled(t *testing.T) {
	d := start(t, opts{})
	s := d.listen(t)
	began := answered[job.Snapshot](t, d, "POST", "/jobs", `{"kind": "preflight", "notebooks": ["a.ipynb"]}`)
	until(t, s, "job", func(j job.Snapshot) bool { return j.Steps[0].What == "waiting" })
	if status, text := d.ask(t, "POST", "/jobs", `{"kind": "preflight", "notebooks": ["a.ipynb"]}`); status != http.StatusConflict || !strings.Contains(text, "another job is running") {
		t.Errorf("a second job: %d %s", status, text)
	}
	answered[struct{}](t, d, "DELETE", "/jobs/"+began.ID, "")
	if got := until(t, s, "job", ended); got.State != job.Cancelled || got.Steps[0].State != job.Cancelled {
		t.Errorf("%+v", got)
	}
	if how, err := os.ReadFile(filepath.Join(d.desk, "ended")); string(how) != "interrupt" {
		t.Errorf("netherfield was ended by %q, %v", how, err)
	}
}

// The way of a publish is package publish's to test: here, that all hear of it.
func TestWhatIsPublishedIsTold(t *testing.T) {
	d := start(t, opts{root: workshop(t), publishFlags: []string{"--base", "x"}})
	put(t, d.desk, "build", `{"digest": "d1935", "stages": [{"steps": ["model"]}], "provenance": {}}`)
	put(t, d.desk, "publish", `{"exact": "registry.example.com/spam@sha256:d1935"}`)
	put(t, d.desk, "deploy", `{"namespace": "team"}`)
	s := d.listen(t)
	some := func(r []publish.Record) bool { return len(r) > 0 }
	began := answered[job.Snapshot](t, d, "POST", "/jobs", `{"kind": "publish", "notebooks": ["model.ipynb"], "pipeline": "spam", "image": "registry.example.com/spam:1", "target": "cluster"}`)
	if began.Title != "Publish spam" || len(began.Steps) != 4 {
		t.Errorf("%+v", began)
	}
	records := until(t, s, "history", some)
	got := until(t, s, "job", ended)
	if got.State != job.Done || records[0].Image != "registry.example.com/spam@sha256:d1935" || records[0].Namespace != "team" {
		t.Fatalf("%+v\n%+v", got, records)
	}
	back := answered[job.Snapshot](t, d, "POST", "/jobs", `{"kind": "rollback", "publish": "`+records[0].ID+`"}`)
	if back.Title != "Roll spam back to "+records[0].Version {
		t.Errorf("%+v", back)
	}
	if records := until(t, s, "history", some); records[0].RolledBack == nil {
		t.Errorf("%+v", records)
	}
	if got := until(t, s, "job", ended); got.State != job.Done {
		t.Errorf("%+v", got)
	}
	// Who comes later knows it as well.
	state := until(t, d.listen(t), "state", func(s struct {
		History []publish.Record
		Jobs    []job.Snapshot
	}) bool {
		return true
	})
	if len(state.History) != 1 || len(state.Jobs) != 2 || state.Jobs[0].ID != back.ID {
		t.Errorf("%+v", state)
	}
}

func TestModulesOfAProgram(t *testing.T) {
	d := start(t, opts{})
	// A test says of which module it is, though not what else it links.
	if got := d.panel.modules(); !slices.Equal(got, []string{"github.com/netherfield/netherfield"}) {
		t.Errorf("%q", got)
	}
	put(t, d.root, "script", "#!/bin/sh")
	if got := modulesOf(filepath.Join(d.root, "script"), d.panel.log); got != nil || !strings.Contains(d.log.String(), "not known which packages") {
		t.Errorf("of a script: %q; %s", got, d.log)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("application/json", `{"notebooks": ["a.ipynb"], "pipeline": "spam"}`)
	f.Add("application/json; x", `{} {}`)
	f.Add("text/plain", `{}`)
	f.Fuzz(func(t *testing.T, kind, body string) {
		r := httptest.NewRequest("POST", "/jobs", strings.NewReader(body))
		r.Header["Content-Type"] = []string{kind}
		w := httptest.NewRecorder()
		var got publish.Request
		if !decode(w, r, &got) {
			var answer struct{ Error string }
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Error == "" || w.Code/100 != 4 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			return
		}
		if kind, _, _ := mime.ParseMediaType(kind); kind != "application/json" || !json.Valid([]byte(body)) {
			t.Fatalf("%q of the type %q is understood as %+v", body, kind, got)
		}
	})
}
