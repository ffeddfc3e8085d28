package publish

// This file tests the way from notebooks to a service and back: with real repositories and a
// real service, and a netherfield that only pretends to run notebooks.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/netherfield/netherfield/internal/panel/job"
	"github.com/netherfield/netherfield/internal/panel/watch"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
	serving "github.com/netherfield/netherfield/runtime/service"
)

// TestMain makes the test binary a netherfield when asked to.
func TestMain(m *testing.M) {
	if desk := os.Getenv("BE_NETHERFIELD"); desk != "" {
		if err := pretend(desk, os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "netherfield:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// pretend is netherfield build, publish and deploy. What it is asked it adds to the file
// "asked" on the desk. A script there that is called as the command goes first; if it fails,
// so does the command. The artefact lies there too.
func pretend(desk string, args []string) error {
	asked, err := os.OpenFile(filepath.Join(desk, "asked"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = json.NewEncoder(asked).Encode(args)
	if err := errors.Join(err, asked.Close()); err != nil {
		return err
	}
	if script := filepath.Join(desk, args[0]); exists(script) {
		if out, err := exec.Command("sh", "-eu", script).CombinedOutput(); err != nil {
			return fmt.Errorf("%s fails: %s", args[0], out)
		}
	}
	answer := map[string]any{}
	switch args[0] {
	case "build":
		data, err := os.ReadFile(filepath.Join(desk, artefactFile))
		if err == nil {
			err = os.WriteFile(args[slices.Index(args, "--output")+1], data, 0o600)
		}
		if err != nil {
			return err
		}
		digest := sha256.Sum256(data)
		answer = map[string]any{
			"digest": hex.EncodeToString(digest[:]), "provenance": map[string]string{"go": "go1.26"},
			"stages": []any{map[string]any{"steps": []string{"vectorize", "tfidf"}}, map[string]any{"steps": []string{"model"}}},
		}
	case "publish":
		answer = map[string]any{"image": args[len(args)-1], "exact": "registry.example.com/spam@sha256:d1935"}
	case "deploy":
		answer = map[string]any{"namespace": "team"}
	}
	return json.NewEncoder(os.Stdout).Encode(answer)
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// A desk is where somebody publishes from.
type desk struct {
	*Publisher
	dir  string // of the repository
	desk string // see pretend
	// service is the one that is called ours.
	service *serving.Service
}

const adminToken = "netherfield-park"

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{dir: repository(t), desk: t.TempDir(), service: serving.New(serving.Opts{AdminToken: adminToken})}
	t.Setenv("BE_NETHERFIELD", d.desk)
	t.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector would wait a second for what it has to say
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(d.service)
	t.Cleanup(func() {
		server.Close()
		d.service.Close()
	})
	history, _ := opened(t)
	d.Publisher = &Publisher{
		Tools: job.Tools{Program: program, Dir: d.dir}, History: history,
		Service: func(name string) (watch.Service, error) {
			switch name {
			case "ours":
				return watch.Service{Name: name, URL: server.URL, Token: adminToken}, nil
			case "theirs":
				return watch.Service{Name: name, URL: server.URL}, nil
			}
			return watch.Service{}, watch.ErrNoService
		},
		PublishFlags: []string{"--base", "registry.example.com/base:1"}, DeployFlags: []string{"--replicas", "3"},
	}
	d.makes(t, 1)
	return d
}

// makes has builds make another model for another strength.
func (d *desk) makes(t *testing.T, c float64) {
	t.Helper()
	t.Setenv(pipeline.SaveFile, "")
	p := pipeline.New(
		pipeline.Step("vectorize", &feature.HashingVectorizer{Buckets: 64}),
		pipeline.Step("model", &model.LogisticRegression{C: c}),
	)
	if err := p.Fit([]string{"buy coffee", "single man", "buy tea", "good fortune"}, []string{"spam", "ham", "spam", "ham"}); err != nil {
		t.Fatal(err)
	}
	if err := pipeline.SaveStage(p, filepath.Join(d.desk, artefactFile), pipeline.Origin{Commit: "none"}); err != nil {
		t.Fatal(err)
	}
}

// asked returns what netherfield was asked since this was last called.
func (d *desk) asked(t *testing.T) (commands [][]string) {
	t.Helper()
	file := filepath.Join(d.desk, "asked")
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		var command []string
		err = errors.Join(err, json.Unmarshal([]byte(line), &command))
		commands = append(commands, command)
	}
	if err := errors.Join(err, os.Remove(file)); err != nil {
		t.Fatal(err)
	}
	return commands
}

// does has a job done, and returns what it has become.
func does(t *testing.T, steps []string, do func(context.Context, *job.Run) error) job.Snapshot {
	t.Helper()
	ended := make(chan job.Snapshot, 1)
	m := job.NewManager(func(s job.Snapshot) {
		if s.Ended != nil {
			ended <- s
		}
	})
	if _, err := m.Start("test", "A test", steps, do); err != nil {
		t.Fatal(err)
	}
	return <-ended
}

func (d *desk) publish(t *testing.T, r Request) job.Snapshot {
	t.Helper()
	if err := d.Check(r); err != nil {
		t.Fatal(err)
	}
	return does(t, d.Steps(r), func(ctx context.Context, run *job.Run) error { return d.Publish(ctx, run, r) })
}

// published returns the record of a publish that has to succeed.
func (d *desk) published(t *testing.T, r Request) Record {
	t.Helper()
	s := d.publish(t, r)
	record, ok := s.Result.(Record)
	if s.State != job.Done || !ok {
		t.Fatalf("%+v", s)
	}
	for _, step := range s.Steps {
		if step.State != job.Done {
			t.Errorf("the job is done, and its step %+v", step)
		}
	}
	return record
}

// stable returns which version of the pipeline answers, "" if none does.
func (d *desk) stable() string {
	for _, p := range d.service.Pipelines() {
		for _, v := range p.Versions {
			if p.Name == "spam" && slices.Contains(v.Labels, "stable") {
				return v.Version + " " + v.Digest
			}
		}
	}
	return ""
}

func both() []string { return []string{"features.ipynb", "model.ipynb"} }

func toService() Request {
	return Request{Notebooks: both(), Pipeline: "spam", Target: "service:ours"}
}

func toCluster() Request {
	return Request{Notebooks: both(), Pipeline: "spam", Image: "registry.example.com/spam:1", Target: ToCluster}
}

func TestPublishingToAService(t *testing.T) {
	d := newDesk(t)
	r := d.published(t, toService())
	commit := shell(t, d.dir, "git rev-parse HEAD")
	data, err := os.ReadFile(d.History.artefact(r.ID))
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(data)
	want := Record{
		ID: r.ID, When: r.When, Seconds: r.Seconds, Pipeline: "spam", Notebooks: both(),
		Commit: commit, Branch: "main", Subject: "First impressions", Digest: hex.EncodeToString(digest[:]),
		Steps: []string{"vectorize", "tfidf", "model"}, Provenance: map[string]string{"go": "go1.26"},
		Target: "service:ours", Version: commit[:8] + "-" + hex.EncodeToString(digest[:4]), Kept: true,
	}
	if diff := cmp.Diff([]Record{want}, d.History.List()); diff != "" || !cmp.Equal(r, want) || r.Seconds <= 0 {
		t.Errorf("the history (-want +got):\n%s\nthe job's: %+v", diff, r)
	}
	if got := d.stable(); got != want.Version+" "+want.Digest {
		t.Errorf("%s answers, not %s", got, want.Version)
	}
	asked := d.asked(t)
	if len(asked) != 1 || !slices.Equal(slices.Concat(asked[0][:4], asked[0][5:]), slices.Concat([]string{"build", "--json", "--progress", "--output", "--"}, both())) {
		t.Errorf("netherfield was asked %q", asked)
	}
	// Once more, it is the same version, which is loaded already.
	if again := d.published(t, toService()); again.Version != r.Version || again.ID == r.ID {
		t.Errorf("once more it is %+v", again)
	}
}

func TestPublishingToACluster(t *testing.T) {
	d := newDesk(t)
	request := toCluster()
	request.Insecure = true
	r := d.published(t, request)
	if r.Image != "registry.example.com/spam@sha256:d1935" || r.Namespace != "team" || r.Target != ToCluster {
		t.Errorf("%+v", r)
	}
	asked := d.asked(t)
	artefact := asked[0][4]
	want := [][]string{
		{"build", "--json", "--progress", "--output", artefact, "--", "features.ipynb", "model.ipynb"},
		{"publish", "--json", "--progress", "--name", "spam", "--base", "registry.example.com/base:1", "--insecure", "--", artefact, "registry.example.com/spam:1"},
		{"deploy", "--json", "--progress", "--image", "registry.example.com/spam@sha256:d1935", "--replicas", "3", "--", "spam"},
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("netherfield was asked (-want +got):\n%s", diff)
	}
	// Back there, it needs nothing but the image.
	if err := os.Remove(d.History.artefact(r.ID)); err != nil {
		t.Fatal(err)
	}
	s := does(t, []string{"deploy"}, func(ctx context.Context, run *job.Run) error { return d.RollBack(ctx, run, r) })
	want = [][]string{{"deploy", "--json", "--progress", "--image", r.Image, "--replicas", "3", "--namespace", "team", "--", "spam"}}
	if diff := cmp.Diff(want, d.asked(t)); diff != "" || s.State != job.Done {
		t.Errorf("%s %s; netherfield was asked (-want +got):\n%s", s.State, s.Error, diff)
	}
}

func TestPublishingAnImageAlone(t *testing.T) {
	d := newDesk(t)
	request := toCluster()
	request.Target = ""
	r := d.published(t, request)
	if asked := d.asked(t); len(asked) != 2 || r.Image == "" || r.Version != "" || r.Namespace != "" {
		t.Errorf("%+v of %q", r, asked)
	}
	if s := does(t, nil, func(ctx context.Context, run *job.Run) error { return d.RollBack(ctx, run, r) }); !strings.Contains(s.Error, "deployed nowhere") {
		t.Errorf("%+v", s)
	}
}

func TestWhatIsPublishedIsInACommit(t *testing.T) {
	for name, tt := range map[string]struct {
		script    string // runs in the repository before
		notebooks []string
		message   string
		says      string // "" if it is published
		subject   string
	}{
		"nothing has changed":                {message: "", subject: "First impressions"},
		"nothing has changed, but a message": {message: "More", subject: "First impressions"},
		"only outputs have changed":          {script: "echo '" + cell("m := 1", "ran") + "' >model.ipynb", subject: "First impressions"},
		"a change":                           {script: "echo x >new.txt; echo x >>notes.txt", says: "changes that no commit has, so nobody could say what the pipeline was made of: notes.txt (modified), new.txt (new); commit them"},
		"many changes":                       {script: "for i in 0 1 2 3 4 5 6 7 8 9; do echo x >$i.txt; done", says: "6.txt (new), 7.txt (new), 2 more; commit them"},
		"a change, and a message":            {script: "echo x >new.txt", message: "Pride", subject: "Pride"},
		"conflicts":                          {script: conflicting, says: "notes.txt (conflict)"},
		"conflicts, and a message":           {script: conflicting, message: "Peace", says: "notes.txt has conflicts that nobody has resolved"},
		"no commit yet":                      {script: "rm -rf .git; git init -q -b main; echo '*' >.git/info/exclude", notebooks: both(), says: "git ignores features.ipynb"},
		"nothing to commit in a new one":     {script: "rm -rf .git; git init -q -b main; git config user.name J; git config user.email j@x", message: "First", subject: "First"},
		"no repository":                      {script: "rm -rf .git", says: "in no git repository"},
		"a notebook that git ignores":        {script: "echo secret.ipynb >.gitignore; git add .; git commit -qm x; echo '" + cell("m := 1", "") + "' >secret.ipynb", notebooks: []string{"model.ipynb", "secret.ipynb"}, says: "git ignores secret.ipynb"},
		"one whose name is a pattern":        {script: "echo ':x.ipynb' >.gitignore; git add .; git commit -qm x; cp model.ipynb :x.ipynb", notebooks: []string{":x.ipynb"}, says: "git ignores :x.ipynb"},
		"a notebook ignored, but committed":  {script: "echo model.ipynb >.gitignore; git add .; git commit -qm Ignored", subject: "Ignored"},
		"notebooks of two repositories":      {script: "git init -q sub; echo sub >>.git/info/exclude; cp model.ipynb sub; cd sub; git add .; git -c user.name=J -c user.email=j@x commit -qm x", notebooks: []string{"model.ipynb", "sub/model.ipynb"}, says: "one commit must have them all"},
		"a link to a notebook elsewhere":     {script: "mv model.ipynb ../elsewhere.ipynb; ln -s ../elsewhere.ipynb model.ipynb; git add .; git commit -qm x", says: "in no git repository"},
		"a notebook that is not there":       {notebooks: []string{"gone.ipynb"}, says: "gone.ipynb cannot be read"},
		"git knows nobody":                   {script: "echo x >new.txt; git config --unset user.email; git config user.useConfigOnly true", message: "Pride", says: "Please tell me who you are"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			shell(t, d.dir, tt.script)
			request := toService()
			request.Message = tt.message
			if tt.notebooks != nil {
				request.Notebooks = tt.notebooks
			}
			if tt.says == "" {
				if r := d.published(t, request); r.Subject != tt.subject || r.Commit != shell(t, d.dir, "git rev-parse HEAD") {
					t.Errorf("%+v", r)
				}
				return
			}
			s := d.publish(t, request)
			if s.State != job.Failed || !strings.Contains(s.Error, tt.says) {
				t.Errorf("%s: %s, want %s", s.State, s.Error, tt.says)
			}
			d.nothingHasCome(t)
		})
	}
}

// nothingHasCome makes sure that nothing was run, deployed or remembered, and nothing is left.
func (d *desk) nothingHasCome(t *testing.T) {
	t.Helper()
	if asked := d.asked(t); asked != nil {
		t.Errorf("netherfield was asked %q", asked)
	}
	d.nothingIsRemembered(t)
}

func (d *desk) nothingIsRemembered(t *testing.T) {
	t.Helper()
	if entries, err := os.ReadDir(d.History.dir); err == nil && len(entries) > 0 {
		t.Errorf("%v is left", entries)
	}
	if got := d.stable(); got != "" {
		t.Errorf("%s answers", got)
	}
}

func TestWhatFailsIsNotRemembered(t *testing.T) {
	for name, tt := range map[string]struct {
		command, script string // see pretend; it runs in the repository
		request         Request
		says            string
		steps           string
	}{
		"a build":                    {"build", "echo no kernel; exit 1", toService(), "build fails: no kernel", "failed, waiting"},
		"a push":                     {"publish", "echo no registry; exit 1", toCluster(), "publish fails: no registry", "done, failed, waiting"},
		"a deployment":               {"deploy", "echo no pods; exit 1", toCluster(), "deploy fails: no pods", "done, done, failed"},
		"a load":                     {"build", `echo damaged >"$BE_NETHERFIELD/model.sav"`, toService(), "answers 4", "done, failed"},
		"a notebook changes":         {"build", "echo '" + cell("m := 2", "") + "' >model.ipynb", toService(), "model.ipynb was changed while the notebooks ran", "failed, waiting"},
		"a notebook goes":            {"build", "echo x >a.txt; rm model.ipynb", toService(), "model.ipynb was changed while the notebooks ran", "failed, waiting"},
		"a commit comes":             {"build", "git commit -q --allow-empty -m x", toService(), "while the notebooks ran; publish once more", "failed, waiting"},
		"a commit and a change come": {"build", "git commit -q --allow-empty -m x; rm model.ipynb", toService(), "while the notebooks ran; publish once more", "failed, waiting"},
		"the repository goes":        {"build", "rm -rf .git", toService(), "in no git repository", "failed, waiting"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			put(t, d.desk, tt.command, tt.script)
			s := d.publish(t, tt.request)
			var steps []string
			for _, step := range s.Steps {
				steps = append(steps, step.State)
			}
			if got := strings.Join(steps, ", "); s.State != job.Failed || !strings.Contains(s.Error, tt.says) || got != "done, "+tt.steps {
				t.Errorf("%s (%s): %s, want %s (%s)", s.State, got, s.Error, tt.says, tt.steps)
			}
			if strings.Contains(s.Error, adminToken) {
				t.Errorf("the token is told: %s", s.Error)
			}
			d.nothingIsRemembered(t)
		})
	}
}

// Cells may write what git knows: the notebooks are what the pipeline is made of.
func TestWhatNotebooksWriteIsNoted(t *testing.T) {
	d := newDesk(t)
	put(t, d.desk, "build", "echo written >notes.txt; echo '"+cell("m := 1", "ran")+"' >model.ipynb")
	s := d.publish(t, toService())
	if s.State != job.Done || !slices.Contains(s.Log, "note: running the notebooks has changed notes.txt") {
		t.Errorf("%s %s: %q", s.State, s.Error, s.Log)
	}
}

// JupyterLab's folder need not be the repository's, and may be reached by a link.
func TestThePathsOfNotebooks(t *testing.T) {
	d := newDesk(t)
	shell(t, d.dir, `mkdir a; git mv model.ipynb a/model.ipynb; git commit -qm Moved`)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(d.dir, "a"), link); err != nil {
		t.Fatal(err)
	}
	d.Tools.Dir = link
	request := toService()
	request.Notebooks = []string{"model.ipynb"}
	if r := d.published(t, request); r.Subject != "Moved" {
		t.Errorf("%+v", r)
	}
	// A change to it is found by its path in the repository.
	put(t, d.desk, "build", "echo '"+cell("m := 2", "")+"' >model.ipynb")
	if s := d.publish(t, request); !strings.Contains(s.Error, "a/model.ipynb was changed") {
		t.Errorf("%+v", s)
	}
}

func TestRollingBack(t *testing.T) {
	d := newDesk(t)
	back := func(id, says string) {
		t.Helper()
		r, err := d.History.Get(id)
		if err != nil {
			t.Fatal(err)
		}
		s := does(t, []string{"deploy"}, func(ctx context.Context, run *job.Run) error { return d.RollBack(ctx, run, r) })
		if says != "" {
			if s.State != job.Failed || !strings.Contains(s.Error, says) {
				t.Errorf("%s: %s, want %s", s.State, s.Error, says)
			}
			return
		}
		if s.State != job.Done || d.stable() != r.Version+" "+r.Digest {
			t.Errorf("%s %s; %s answers, not %s", s.State, s.Error, d.stable(), r.Version)
		}
		if now, err := d.History.Get(id); err != nil || now.RolledBack == nil || !cmp.Equal(s.Result, any(now)) {
			t.Errorf("%v: %+v is remembered, and told to be %+v", err, now, s.Result)
		}
	}
	first := d.published(t, toService())
	d.makes(t, 10)
	second := d.published(t, toService())
	if first.Version == second.Version || d.stable() != second.Version+" "+second.Digest {
		t.Fatalf("%s was published, then %s; %s answers", first.Version, second.Version, d.stable())
	}
	d.asked(t)
	back(first.ID, "") // which is still loaded
	if err := d.service.Unload(t.Context(), "spam", second.Version); err != nil {
		t.Fatal(err)
	}
	back(second.ID, "") // of the artefact that was kept
	if err := errors.Join(d.service.Unload(t.Context(), "spam", first.Version), os.Remove(d.History.artefact(first.ID))); err != nil {
		t.Fatal(err)
	}
	back(first.ID, "the artefact is not kept any more")
	if got := d.stable(); got != second.Version+" "+second.Digest {
		t.Errorf("what failed has changed what answers: %s", got)
	}
	if asked := d.asked(t); asked != nil {
		t.Errorf("nothing is built anew, but netherfield was asked %q", asked)
	}
}

func TestPromoting(t *testing.T) {
	d := newDesk(t)
	first := d.published(t, toService())
	d.makes(t, 10)
	d.published(t, toService())
	if err := d.Promote(t.Context(), "ours", "spam", first.Version); err != nil || d.stable() != first.Version+" "+first.Digest {
		t.Errorf("%v; %s answers", err, d.stable())
	}
	for _, tt := range []struct{ service, version, says string }{
		{"ours", "none", "404"}, {"theirs", first.Version, "answers 40"}, {"nobody", first.Version, "no such service"},
	} {
		if err := d.Promote(t.Context(), tt.service, "spam", tt.version); err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), adminToken) {
			t.Errorf("%s of %s: %v, want %s", tt.version, tt.service, err, tt.says)
		}
	}
}

func TestCheck(t *testing.T) {
	p := &Publisher{Service: func(name string) (watch.Service, error) {
		if name == "nobody" {
			return watch.Service{}, watch.ErrNoService
		}
		return watch.Service{Name: name, Token: map[string]string{"ours": "secret"}[name]}, nil
	}}
	const image = "registry.example.com/spam:1"
	for _, tt := range []struct {
		r    Request
		says string // "" if it is right
		step string
	}{
		{Request{Notebooks: []string{"a.ipynb"}, Pipeline: "spam", Target: "service:ours"}, "", "check build deploy"},
		{Request{Notebooks: []string{"a.ipynb"}, Pipeline: "spam", Target: "service:ours", Message: "x"}, "", "check commit build deploy"},
		{Request{Notebooks: []string{"a.ipynb"}, Pipeline: "spam", Image: image}, "", "check build push"},
		{Request{Notebooks: []string{"a b/ä.ipynb", "a.ipynb"}, Pipeline: "s-1", Image: image, Target: "cluster"}, "", "check build push deploy"},
		{Request{Notebooks: []string{"-a.ipynb"}, Pipeline: strings.Repeat("s", 63), Image: image, Target: "service:ours"}, "", "check build push deploy"},
		{r: Request{Pipeline: "spam", Image: image}, says: "choose the notebooks"},
		{r: Request{Notebooks: []string{"a.ipynb", "a.ipynb"}, Pipeline: "spam", Image: image}, says: "a.ipynb is there twice"},
		{r: Request{Notebooks: []string{"a.ipynb", "./a.ipynb"}, Pipeline: "spam", Image: image}, says: "a.ipynb is there twice"},
		{r: Request{Notebooks: []string{"../a.ipynb"}, Pipeline: "spam", Image: image}, says: "no notebook below"},
		{r: Request{Notebooks: []string{"b/../../a.ipynb"}, Pipeline: "spam", Image: image}, says: "no notebook below"},
		{r: Request{Notebooks: []string{"/a.ipynb"}, Pipeline: "spam", Image: image}, says: "no notebook below"},
		{r: Request{Notebooks: []string{""}, Pipeline: "spam", Image: image}, says: "no notebook below"},
		{r: Request{Notebooks: []string{"a.py"}, Pipeline: "spam", Image: image}, says: "no notebook below"},
		{r: Request{Notebooks: []string{"a.ipynb"}, Image: image}, says: "cannot be the name of a pipeline"},
		{r: Request{Notebooks: []string{"a.ipynb"}, Pipeline: "Spam", Image: image}, says: "cannot be the name of a pipeline"},
		{r: Request{Notebooks: []string{"a.ipynb"}, Pipeline: "--help", Image: image}, says: "cannot be the name of a pipeline"},
		{r: Request{Notebooks: []string{"a.ipynb"}, Pipeline: "spam\n", Image: image}, says: "cannot be the name of a pipeline"},
		{r: Request{Notebooks: []string{"a.ipynb"}, Pipeline: "spam/../ham", Image: image}, says: "cannot be the name of a pipeline"},
		{r: Request{Notebooks: []string{"a.ipynb"}, Pipeline: strings.Repeat("s", 64), Image: image}, says: "cannot be the name of a pipeline"},
		{r: Request{Notebooks: []string{"a.ipynb"}, Pipeline: "spam", Image: "--insecure"}, says: "no name of an image"},
		{r: Request{Notebooks: []string{"a.ipynb"}, Pipeline: "spam", Image: "a b"}, says: "no name of an image"},
		{r: Request{Notebooks: []string{"a.ipynb"}, Pipeline: "spam"}, says: "say where the image goes, or which service"},
		{r: Request{Notebooks: []string{"a.ipynb"}, Pipeline: "spam", Target: "cluster"}, says: "a cluster takes images"},
		{r: Request{Notebooks: []string{"a.ipynb"}, Pipeline: "spam", Target: "moon", Image: image}, says: "nowhere to deploy to"},
		{r: Request{Notebooks: []string{"a.ipynb"}, Pipeline: "spam", Target: "service:theirs"}, says: "there is none here"},
		{r: Request{Notebooks: []string{"a.ipynb"}, Pipeline: "spam", Target: "service:nobody"}, says: "no such service: nobody"},
	} {
		err := p.Check(tt.r)
		if (err != nil) != (tt.says != "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%+v: %v, want %q", tt.r, err, tt.says)
		}
		if got := strings.Join(p.Steps(tt.r), " "); tt.says == "" && got != tt.step {
			t.Errorf("%+v takes the steps %s, want %s", tt.r, got, tt.step)
		}
	}
}
