package publish

// This file publishes, and goes back.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/netherfield/netherfield/internal/panel/job"
	"github.com/netherfield/netherfield/internal/panel/watch"
	"github.com/netherfield/netherfield/runtime/client"
)

// ToCluster is the target of what is deployed by netherfield deploy.
const ToCluster = "cluster"

// service is what targets begin with that are services which load pipelines.
const service = "service:"

// A Request says what is to be published.
type Request struct {
	// Notebooks are paths relative to the root, in the order of their stages.
	Notebooks []string `json:"notebooks"`
	// Pipeline is its name.
	Pipeline string `json:"pipeline"`
	// Image is where its image goes, as registry.example.com/team/spam:1; "" makes none.
	Image string `json:"image"`
	// Insecure speaks with a registry that has no TLS.
	Insecure bool `json:"insecure"`
	// Target is where it is deployed to: "" for nowhere, "service:NAME" or "cluster".
	Target string `json:"target"`
	// Message commits what has changed; without one, a tree that has changes is refused.
	Message string `json:"message"`
}

// A Publisher publishes.
type Publisher struct {
	Tools   job.Tools
	History *History
	// Service returns a service by its name.
	Service func(name string) (watch.Service, error)
	// PublishFlags and DeployFlags are further flags of netherfield publish and deploy.
	PublishFlags, DeployFlags []string
}

// names are those that services and images both take.
var names = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// CheckPath makes sure that a path is one of a notebook below the root.
func CheckPath(path string) error {
	if !filepath.IsLocal(path) || filepath.Ext(path) != ".ipynb" {
		return fmt.Errorf("%q is no notebook below the folder that JupyterLab shows", path)
	}
	return nil
}

// Check returns what is wrong with a request, whatever the state of things.
func (p *Publisher) Check(r Request) error {
	if len(r.Notebooks) == 0 {
		return errors.New("choose the notebooks whose stages make the pipeline")
	}
	for i, n := range r.Notebooks {
		if err := CheckPath(n); err != nil {
			return err
		}
		if slices.ContainsFunc(r.Notebooks[:i], func(other string) bool { return filepath.Clean(other) == filepath.Clean(n) }) {
			return fmt.Errorf("%s is there twice", n)
		}
	}
	if !names.MatchString(r.Pipeline) {
		return fmt.Errorf("%q cannot be the name of a pipeline: it takes small letters, digits and hyphens, at most 63 of them", r.Pipeline)
	}
	if strings.HasPrefix(r.Image, "-") || strings.ContainsAny(r.Image, " \t\n") {
		return fmt.Errorf("%q is no name of an image", r.Image)
	}
	name, isService := strings.CutPrefix(r.Target, service)
	switch {
	case isService:
		s, err := p.Service(name)
		if err != nil {
			return fmt.Errorf("%w: %s", err, name)
		}
		if s.Token == "" {
			return fmt.Errorf("%s loads pipelines for those who have its token, and there is none here", name)
		}
	case r.Target == ToCluster && r.Image == "":
		return errors.New("a cluster takes images: say where the image goes")
	case r.Target == "" && r.Image == "":
		return errors.New("say where the image goes, or which service is to load the pipeline")
	case r.Target != "" && r.Target != ToCluster:
		return fmt.Errorf("%q is nowhere to deploy to", r.Target)
	}
	return nil
}

// Names of steps.
const (
	stepCheck  = "check"
	stepCommit = "commit"
	stepBuild  = "build"
	stepPush   = "push"
	stepDeploy = "deploy"
)

// Steps are those that publishing takes.
func (p *Publisher) Steps(r Request) []string {
	steps := []string{stepCheck}
	if r.Message != "" {
		steps = append(steps, stepCommit)
	}
	steps = append(steps, stepBuild)
	if r.Image != "" {
		steps = append(steps, stepPush)
	}
	if r.Target != "" {
		steps = append(steps, stepDeploy)
	}
	return steps
}

// built is what netherfield build answers.
type built struct {
	Digest string `json:"digest"`
	Stages []struct {
		Steps []string `json:"steps"`
	} `json:"stages"`
	Provenance map[string]string `json:"provenance"`
}

// Publish publishes. The request has been checked. If it fails, what was deployed before is
// deployed still; an image may have been pushed.
func (p *Publisher) Publish(ctx context.Context, run *job.Run, r Request) (err error) {
	began := time.Now()
	run.Step(stepCheck)
	repository, files, err := p.clean(ctx, run, r)
	if err != nil {
		return err
	}
	record := Record{
		When: began, Pipeline: r.Pipeline, Notebooks: r.Notebooks, Target: r.Target,
		Commit: repository.Commit, Branch: repository.Branch,
	}
	if subject, err := git(ctx, repository.Root, "log", "-1", "--format=%s"); err == nil {
		record.Subject = strings.TrimSpace(subject)
	}
	folder, err := p.History.Begin()
	if err != nil {
		return fmt.Errorf("there is no place for the artefact: %w", err)
	}
	defer os.RemoveAll(folder) // it has another name when all went well
	artefact := filepath.Join(folder, artefactFile)

	run.Step(stepBuild)
	var b built
	arguments := append([]string{"build", "--json", "--progress", "--output", artefact, "--"}, r.Notebooks...)
	if err := p.Tools.Run(ctx, run, &b, arguments...); err != nil {
		return err
	}
	record.Digest, record.Provenance = b.Digest, b.Provenance
	for _, s := range b.Stages {
		record.Steps = append(record.Steps, s.Steps...)
	}
	after, err := Look(ctx, repository.Root)
	if err != nil {
		return err
	}
	if after.Commit != repository.Commit {
		return fmt.Errorf("the repository went from commit %s to %s while the notebooks ran; publish once more", short(repository.Commit), short(after.Commit))
	}
	if changed := after.changed(files); len(changed) > 0 {
		return fmt.Errorf("%s was changed while the notebooks ran, so nobody could say what the pipeline was made of; publish once more", changed[0].Path)
	}
	if len(after.Changes) > 0 {
		// Cells may write files that git knows.
		run.Log("note: running the notebooks has changed " + after.Changes[0].Path)
	}
	if r.Image != "" {
		run.Step(stepPush)
		if record.Image, err = p.push(ctx, run, r, artefact); err != nil {
			return err
		}
	}
	if r.Target != "" {
		run.Step(stepDeploy)
		record.Version = versionOf(record)
		if err := p.deploy(ctx, run, &record, artefact); err != nil {
			return err
		}
	}
	record.Seconds = time.Since(began).Seconds()
	if record, err = p.History.Add(folder, record); err != nil {
		return fmt.Errorf("it is published, but not remembered: %w", err)
	}
	run.Result(record)
	return nil
}

// clean makes sure that a commit has all that is published, and makes that commit if there
// is a message for it. The files are those of the notebooks.
func (p *Publisher) clean(ctx context.Context, run *job.Run, r Request) (repository *Repository, files []string, err error) {
	for _, n := range r.Notebooks {
		// Of a symbolic link, a commit has only where it leads to; and git's own paths have none.
		file, err := filepath.EvalSymlinks(filepath.Join(p.Tools.Dir, n))
		if err != nil {
			return nil, nil, fmt.Errorf("%s cannot be read: %w", n, err)
		}
		files = append(files, file)
	}
	if repository, err = lookAt(ctx, files); err != nil {
		return nil, nil, err
	}
	if r.Message != "" {
		run.Step(stepCommit)
		if len(repository.Changes) == 0 {
			run.Log("note: there is nothing to commit")
		} else {
			for _, c := range repository.Changes {
				run.Log(c.What + " " + c.Path)
			}
			if err := repository.commit(ctx, r.Message); err != nil {
				return nil, nil, err
			}
			if repository, err = lookAt(ctx, files); err != nil {
				return nil, nil, err
			}
		}
	}
	if len(repository.Changes) > 0 {
		return nil, nil, &DirtyError{repository.Changes}
	}
	if repository.Commit == "" {
		return nil, nil, errors.New("the repository has no commit yet, so nobody could say what the pipeline was made of; give a message to have one made")
	}
	return repository, files, nil
}

// lookAt looks at the repository of files, which are to be git's.
func lookAt(ctx context.Context, files []string) (*Repository, error) {
	repository, err := Look(ctx, filepath.Dir(files[0]))
	if err != nil {
		return nil, err
	}
	return repository, repository.tracks(ctx, files)
}

// push makes an image and pushes it, and returns its name with its digest.
func (p *Publisher) push(ctx context.Context, run *job.Run, r Request, artefact string) (string, error) {
	arguments := append([]string{"publish", "--json", "--progress", "--name", r.Pipeline}, p.PublishFlags...)
	if r.Insecure {
		arguments = append(arguments, "--insecure")
	}
	var pushed struct {
		Exact string `json:"exact"`
	}
	err := p.Tools.Run(ctx, run, &pushed, append(arguments, "--", artefact, r.Image)...)
	return pushed.Exact, err
}

// versionOf is what a publish is called where it is deployed: the same artefact of the same
// commit is the same version.
func versionOf(r Record) string {
	return short(cmp.Or(r.Commit, "none")) + "-" + short(r.Digest)
}

// short is the beginning of a hash.
func short(hash string) string { return hash[:min(len(hash), 8)] }

// deploy deploys what a record is of.
func (p *Publisher) deploy(ctx context.Context, run *job.Run, record *Record, artefact string) error {
	if name, ok := strings.CutPrefix(record.Target, service); ok {
		return p.load(ctx, run, name, record, artefact)
	}
	var deployed struct {
		Namespace string `json:"namespace"`
	}
	arguments := append([]string{"deploy", "--json", "--progress", "--image", record.Image}, p.DeployFlags...)
	if record.Namespace != "" {
		arguments = append(arguments, "--namespace", record.Namespace)
	}
	err := p.Tools.Run(ctx, run, &deployed, append(arguments, "--", record.Pipeline)...)
	record.Namespace = cmp.Or(deployed.Namespace, record.Namespace)
	return err
}

// load has a service load the artefact, and answer with it.
func (p *Publisher) load(ctx context.Context, run *job.Run, name string, record *Record, artefact string) error {
	s, err := p.Service(name)
	if err != nil {
		return fmt.Errorf("%w: %s", err, name)
	}
	c, err := s.Client()
	if err != nil {
		return errors.New(s.Tell(err))
	}
	run.Progress("loading "+record.Version, 0, 2)
	loaded, err := c.Pipelines(ctx)
	if err == nil && !has(loaded, record) {
		var data []byte
		if data, err = os.ReadFile(artefact); err != nil {
			return fmt.Errorf("the artefact is not kept any more: %w", err)
		}
		_, err = c.Load(ctx, record.Pipeline, record.Version, data)
	}
	if err == nil {
		run.Progress("labelling "+record.Version, 1, 2)
		err = stable(ctx, c, record.Pipeline, record.Version)
	}
	if err != nil {
		return errors.New(s.Tell(err))
	}
	run.Progress(record.Version+" answers", 2, 2)
	return nil
}

// has tells whether what a record is of is among what a service has loaded.
func has(loaded []client.Pipeline, record *Record) bool {
	return slices.ContainsFunc(loaded, func(p client.Pipeline) bool {
		return p.Name == record.Pipeline && slices.ContainsFunc(p.Versions, func(v client.Version) bool {
			return v.Version == record.Version && v.Digest == record.Digest
		})
	})
}

func stable(ctx context.Context, c *client.Client, pipeline, version string) error {
	return c.Label(ctx, pipeline, "stable", version, 0)
}

// RollBack deploys again what a record is of.
func (p *Publisher) RollBack(ctx context.Context, run *job.Run, record Record) error {
	if record.Target == "" {
		return errors.New("it was deployed nowhere, so there is nowhere to go back")
	}
	run.Step(stepDeploy)
	if err := p.deploy(ctx, run, &record, p.History.artefact(record.ID)); err != nil {
		return err
	}
	now := time.Now()
	record.RolledBack = &now
	run.Result(record)
	return p.History.Update(record)
}

// Promote makes a version that a service has loaded the one that answers.
func (p *Publisher) Promote(ctx context.Context, name, pipeline, version string) error {
	s, err := p.Service(name)
	if err != nil {
		return err
	}
	c, err := s.Client()
	if err == nil {
		err = stable(ctx, c, pipeline, version)
	}
	if err != nil {
		return errors.New(s.Tell(err))
	}
	return nil
}
