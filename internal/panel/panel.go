package panel

// This file answers requests.

import (
	"context"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/netherfield/netherfield/internal/panel/job"
	"github.com/netherfield/netherfield/internal/panel/preflight"
	"github.com/netherfield/netherfield/internal/panel/publish"
	"github.com/netherfield/netherfield/internal/panel/watch"
)

// A panel answers requests.
type panel struct {
	root      string
	scratch   string // folder of what is thrown away
	log       *slog.Logger
	tools     job.Tools
	hub       *hub
	watcher   *watch.Watcher
	jobs      *job.Manager
	history   *publish.History
	publisher publish.Publisher
	modules   func() []string
	cluster   bool
	closing   chan struct{} // closed when the panel ends
}

// opts configure a panel.
type opts struct {
	root                      string
	scratch                   string // a folder of the panel's own
	program                   string // path of netherfield
	history                   string
	services                  []watch.Service
	cluster                   bool
	publishFlags, deployFlags []string
	log                       *slog.Logger
}

func newPanel(o opts) *panel {
	p := &panel{
		root: o.root, scratch: o.scratch, log: o.log, hub: newHub(o.log), cluster: o.cluster, closing: make(chan struct{}),
		tools:   job.Tools{Program: o.program, Dir: o.root},
		history: publish.OpenHistory(o.history, o.log),
		modules: sync.OnceValue(func() []string { return modulesOf(o.program, o.log) }),
	}
	w := watch.Opts{
		Services: o.services,
		Changed:  func(s watch.State) { p.hub.tell("service", s) },
		Sampled: func(name string, s watch.Sample) {
			p.hub.tell("sample", map[string]any{"service": name, "sample": s})
		},
		Gone:    func(name string) { p.hub.tell("gone", map[string]any{"service": name}) },
		Trouble: func(why string) { p.hub.tell("cluster", map[string]any{"error": why}) },
	}
	if o.cluster {
		w.Cluster = func(ctx context.Context) ([]watch.Service, string, error) {
			return deployed(ctx, p.tools, o.deployFlags)
		}
	}
	p.watcher = watch.New(w)
	p.jobs = job.NewManager(func(s job.Snapshot) { p.hub.tell("job", s) })
	p.publisher = publish.Publisher{
		Tools: p.tools, History: p.history, Service: p.watcher.Service,
		PublishFlags: o.publishFlags, DeployFlags: o.deployFlags,
	}
	return p
}

// modulesOf returns the modules that a Go program was built of: cells import their packages
// without getting them.
func modulesOf(program string, log *slog.Logger) []string {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		log.Warn("it is not known which packages cells have", "error", err)
		return nil
	}
	modules := []string{info.Main.Path}
	for _, m := range info.Deps {
		modules = append(modules, m.Path)
	}
	return modules
}

// state is all that the panel knows.
func (p *panel) state() map[string]any {
	services, trouble := p.watcher.States()
	return map[string]any{
		"services": services, "cluster": map[string]any{"known": p.cluster, "error": trouble},
		"jobs": p.jobs.List(), "history": p.history.List(),
	}
}

// close ends streams and jobs, and waits for them.
func (p *panel) close() {
	close(p.closing)
	p.jobs.Close()
}

func (p *panel) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /events", p.events)
	mux.HandleFunc("POST /plan", p.plan)
	mux.HandleFunc("GET /manifests", p.manifests)
	mux.HandleFunc("POST /jobs", p.start)
	mux.HandleFunc("DELETE /jobs/{id}", func(w http.ResponseWriter, r *http.Request) {
		if err := p.jobs.Cancel(r.PathValue("id")); err != nil {
			refuse(w, http.StatusNotFound, err)
			return
		}
		answer(w, map[string]any{})
	})
	mux.HandleFunc("POST /promote", p.promote)
	return mux
}

// plan looks at notebooks before they are published.
func (p *panel) plan(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Notebooks []string `json:"notebooks"`
	}
	if !decode(w, r, &request) {
		return
	}
	if err := p.below(request.Notebooks); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	notebooks, err := preflight.Look(request.Notebooks, preflight.Opts{Root: p.root, Modules: p.modules()})
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	folder := filepath.Dir(request.Notebooks[0])
	plan := map[string]any{"notebooks": notebooks, "stages": p.stages(folder)}
	if repository, err := publish.Look(r.Context(), filepath.Join(p.root, folder)); err != nil {
		plan["repository_error"] = err.Error()
	} else {
		plan["repository"] = repository
	}
	answer(w, plan)
}

// stages returns the notebooks of a folder that save stages.
func (p *panel) stages(folder string) []string {
	const most = 200
	out := []string{}
	entries, _ := os.ReadDir(filepath.Join(p.root, folder)) // one that cannot be read has none
	seen := 0
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".ipynb" {
			continue
		}
		if seen++; seen > most {
			break
		}
		if path := filepath.Join(folder, e.Name()); preflight.SavesStage(filepath.Join(p.root, path)) {
			out = append(out, filepath.ToSlash(path))
		}
	}
	return out
}

// below makes sure that paths are those of notebooks below the root.
func (p *panel) below(paths []string) error {
	if len(paths) == 0 {
		return errors.New("no notebook is named")
	}
	for _, path := range paths {
		if err := publish.CheckPath(path); err != nil {
			return err
		}
	}
	return nil
}

// manifests shows what a cluster would be given.
func (p *panel) manifests(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	pipeline, image := q.Get("pipeline"), q.Get("image")
	if err := p.publisher.Check(publish.Request{Notebooks: []string{"x.ipynb"}, Pipeline: pipeline, Image: image, Target: publish.ToCluster}); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	text, err := p.tools.Text(r.Context(), "manifests", "deployment", "--image", image, "--", pipeline)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	answer(w, map[string]any{"manifests": text})
}

// start starts a job.
func (p *panel) start(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Kind string `json:"kind"` // "preflight", "publish" or "rollback"
		// Of a preflight, its Notebooks; of a publish, all.
		publish.Request
		// Publish is what a rollback goes back to.
		Publish string `json:"publish"`
	}
	if !decode(w, r, &request) {
		return
	}
	var steps []string
	var title string
	var do func(context.Context, *job.Run) error
	var err error
	switch request.Kind {
	case "preflight":
		err = p.below(request.Notebooks)
		title, steps = "Run "+names(request.Notebooks)+" in a clean kernel", []string{"build"}
		do = func(ctx context.Context, run *job.Run) error { return p.clean(ctx, run, request.Notebooks) }
	case "publish":
		err = p.publisher.Check(request.Request)
		title, steps = "Publish "+request.Pipeline, p.publisher.Steps(request.Request)
		do = func(ctx context.Context, run *job.Run) error { return p.publisher.Publish(ctx, run, request.Request) }
	case "rollback":
		var record publish.Record
		record, err = p.history.Get(request.Publish)
		title, steps = fmt.Sprintf("Roll %s back to %s", record.Pipeline, record.Version), []string{"deploy"}
		do = func(ctx context.Context, run *job.Run) error { return p.publisher.RollBack(ctx, run, record) }
	default:
		err = fmt.Errorf("there are no jobs of kind %q", request.Kind)
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	s, err := p.jobs.Start(request.Kind, title, steps, func(ctx context.Context, run *job.Run) error {
		err := do(ctx, run)
		if request.Kind != "preflight" {
			p.watcher.Refresh()
			p.hub.tell("history", p.history.List())
		}
		return err
	})
	if err != nil {
		refuse(w, http.StatusConflict, err)
		return
	}
	answer(w, s)
}

func names(paths []string) string {
	var out []string
	for _, p := range paths {
		out = append(out, filepath.Base(p))
	}
	return strings.Join(out, ", ")
}

// preflights is what the names of folders begin with that clean works in.
const preflights = "preflight-"

// clean runs notebooks as a build does, and keeps nothing.
func (p *panel) clean(ctx context.Context, run *job.Run, notebooks []string) (err error) {
	run.Step("build")
	folder, err := os.MkdirTemp(p.scratch, preflights)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	var made struct {
		Stages []struct {
			Notebook string   `json:"notebook"`
			Steps    []string `json:"steps"`
			Seconds  float64  `json:"seconds"`
		} `json:"stages"`
	}
	arguments := slices.Concat([]string{"build", "--json", "--progress", "--output", filepath.Join(folder, "model.sav"), "--"}, notebooks)
	if err := p.tools.Run(ctx, run, &made, arguments...); err != nil {
		return err
	}
	run.Result(made)
	return nil
}

// promote has a service answer with another version.
func (p *panel) promote(w http.ResponseWriter, r *http.Request) {
	var request struct{ Service, Pipeline, Version string }
	if !decode(w, r, &request) {
		return
	}
	if err := p.publisher.Promote(r.Context(), request.Service, request.Pipeline, request.Version); err != nil {
		refuse(w, http.StatusBadGateway, err)
		return
	}
	p.watcher.Refresh()
	answer(w, map[string]any{})
}

// largest is how many bytes a request may have.
const largest = 1 << 20

// decode reads a request, or refuses it and returns false.
func decode(w http.ResponseWriter, r *http.Request, into any) bool {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, errors.New("a request is application/json"))
		return false
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, largest))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil && d.Decode(new(json.RawMessage)) != io.EOF {
		err = errors.New("something follows it")
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, fmt.Errorf("the request is not understood: %w", err))
		return false
	}
	return true
}

func answer(w http.ResponseWriter, v any) { write(w, http.StatusOK, v) }

func refuse(w http.ResponseWriter, status int, why error) {
	write(w, status, map[string]any{"error": why.Error()})
}

func write(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"error": "the answer cannot be encoded"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // who has gone needs no answer
}
