// Package images holds what is for OpenShift against the types of its own server.
package images

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	buildv1 "github.com/openshift/api/build/v1"
	imagev1 "github.com/openshift/api/image/v1"
	"sigs.k8s.io/yaml"
)

// OpenShift's own server knows these kinds, and no server of Kubernetes: their types stand in
// for it. A field that they do not have is an error.
var kinds = map[string]func() any{
	"build.openshift.io/v1 BuildConfig": func() any { return new(buildv1.BuildConfig) },
	"image.openshift.io/v1 ImageStream": func() any { return new(imagev1.ImageStream) },
}

func decode(text []byte) (any, error) {
	var header struct{ APIVersion, Kind string }
	if err := yaml.Unmarshal(text, &header); err != nil {
		return nil, err
	}
	make, ok := kinds[header.APIVersion+" "+header.Kind]
	if !ok {
		return nil, fmt.Errorf("%s %s is none of OpenShift's", header.APIVersion, header.Kind)
	}
	object := make()
	return object, yaml.UnmarshalStrict(text, object)
}

func objects(t *testing.T) map[string][]any {
	t.Helper()
	files, err := filepath.Glob("../../images/openshift/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no manifests: %v", err)
	}
	out := map[string][]any{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range bytes.Split(text, []byte("\n---\n")) {
			object, err := decode(part)
			if err != nil {
				t.Errorf("%s: %v\n%s", file, err, part)
				continue
			}
			out[filepath.Base(file)] = append(out[filepath.Base(file)], object)
		}
	}
	return out
}

// TestOpenShiftKnowsEveryField also holds what is named together: a build needs a
// Containerfile, and an image stream to write to.
func TestOpenShiftKnowsEveryField(t *testing.T) {
	streams, builds := map[string]*imagev1.ImageStream{}, map[string]*buildv1.BuildConfig{}
	for _, list := range objects(t) {
		for _, object := range list {
			switch o := object.(type) {
			case *imagev1.ImageStream:
				streams[o.Name] = o
			case *buildv1.BuildConfig:
				builds[o.Name] = o
			}
		}
	}
	if len(streams) != 4 || len(builds) != 4 {
		t.Errorf("%d image streams, %d build configurations", len(streams), len(builds))
	}
	stream := func(tag string) {
		t.Helper()
		name, _, ok := strings.Cut(tag, ":")
		if !ok || streams[name] == nil {
			t.Errorf("no image stream for %q", tag)
		}
	}
	for name, b := range builds {
		stream(b.Spec.Output.To.Name)
		if d := b.Spec.Strategy.DockerStrategy; d != nil {
			text, err := os.ReadFile(filepath.Join("../..", d.DockerfilePath))
			if err != nil {
				t.Error(err)
			}
			if d.From != nil {
				stream(d.From.Name)
				// It takes the place of the last base only, which therefore is no stage.
				if bases := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllSubmatch(text, -1); len(bases) == 0 || !bytes.HasPrefix(bases[len(bases)-1][1], []byte("${")) {
					t.Errorf("%s: what %s is built on cannot be replaced", name, d.DockerfilePath)
				}
			}
			for _, a := range d.BuildArgs {
				if !bytes.Contains(text, []byte("\nARG "+a.Name+"=")) {
					t.Errorf("%s: %s has no ARG %s", name, d.DockerfilePath, a.Name)
				}
			}
		}
		if s := b.Spec.Strategy.SourceStrategy; s != nil {
			stream(s.From.Name)
		}
	}
	workbench := streams["netherfield-workbench"]
	if workbench.Labels["opendatahub.io/notebook-image"] != "true" {
		t.Error("Open Data Hub would not show the workbench")
	}
	for _, name := range []string{"opendatahub.io/notebook-software", "opendatahub.io/notebook-python-dependencies"} {
		var list []struct{ Name, Version string }
		if err := json.Unmarshal([]byte(workbench.Spec.Tags[0].Annotations[name]), &list); err != nil || len(list) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMistakesAreFound(t *testing.T) {
	for _, text := range []string{
		"apiVersion: build.openshift.io/v1\nkind: BuildConfig\nspec:\n  strategy:\n    sourceStrategie: {}\n",
		"apiVersion: image.openshift.io/v1\nkind: ImageStream\nspec:\n  lookupPolicy:\n    local: maybe\n",
		"apiVersion: apps.openshift.io/v1\nkind: DeploymentConfig\n",
	} {
		if _, err := decode([]byte(text)); err == nil {
			t.Errorf("taken:\n%s", text)
		}
	}
}
