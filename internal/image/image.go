// Package image owns container images of pipelines: a runtime, the artefact of a pipeline,
// and a list of what is inside, put together without a container engine and without root,
// and pushed to a registry.
//
//	img, err := image.Build(image.Opts{Name: "spam", Artefact: data, Runtime: "bin/pipeline-runtime"})
//	pushed, err := image.Push(ctx, "registry.example.com/team/spam:1", img, image.PushOpts{})
//
// The same artefact and runtime make the same image, to the last byte of its digest.
package image

import (
	"archive/tar"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/netherfield/netherfield/runtime/service"
)

// Where things are in the image, and who runs there.
const (
	runtimePath = "/usr/bin/netherfield"
	sbomFolder  = "/usr/share/sbom"
	// ModelFolder has the artefacts of the pipelines, which the image serves.
	ModelFolder = "/models"
	// User is the one that an image names: not root, and of the group that OpenShift gives
	// to the user that it takes instead.
	User = "1001:0"
	// Port is where the service listens.
	Port = 8080
)

// Opts say what an image is made of.
type Opts struct {
	// Name is that of the pipeline in the service.
	Name string
	// Artefact is what pipeline.SaveStage writes.
	Artefact []byte
	// Runtime is the path of the static program that serves; Base is an image that has
	// it, and starts it with the arguments it is given. One of them is set.
	Runtime string
	Base    v1.Image
	// Source is the address of the repository that the pipeline comes from, if that is to
	// be known.
	Source string
}

// names are those that a pipeline, a Kubernetes object and a file may all have.
var names = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

// CheckName returns an error if a pipeline cannot be deployed under a name.
func CheckName(name string) error {
	if !names.MatchString(name) {
		return fmt.Errorf("the pipeline's name %q cannot be one of a deployment: that has up to 63 lower case letters, digits and hyphens, and begins and ends with a letter or digit", name)
	}
	return nil
}

// Build makes an image that serves a pipeline. It loads the artefact first, so that none
// is made of something that would not start.
func Build(o Opts) (v1.Image, error) {
	if err := CheckName(o.Name); err != nil {
		return nil, err
	}
	provenance, err := tried(o)
	if err != nil {
		return nil, err
	}
	img := o.Base
	if img == nil {
		if img, err = withRuntime(o.Runtime); err != nil {
			return nil, err
		}
	}
	file := ModelFolder + "/" + o.Name + ".sav"
	model, err := layer(entry{file, 0o444, o.Artefact})
	if err != nil {
		return nil, err
	}
	img, err = mutate.Append(img, mutate.Addendum{
		Layer: model, History: v1.History{CreatedBy: "netherfield publish " + o.Name, Comment: "the pipeline"},
	})
	if err != nil {
		return nil, fmt.Errorf("image: the pipeline cannot be added: %w", err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("image: the base has no configuration: %w", err)
	}
	config = config.DeepCopy()
	config.Config.Cmd = []string{ModelFolder}
	if config.Config.Labels == nil {
		config.Config.Labels = map[string]string{}
	}
	for key, value := range map[string]string{
		"org.opencontainers.image.title":    o.Name,
		"org.opencontainers.image.source":   o.Source,
		"org.opencontainers.image.revision": provenance.Commit,
		"io.netherfield.pipeline":           o.Name,
		"io.netherfield.digest":             provenance.Digest,
	} {
		if value != "" {
			config.Config.Labels[key] = value
		}
	}
	if img, err = mutate.ConfigFile(img, config); err != nil {
		return nil, fmt.Errorf("image: the configuration cannot be set: %w", err)
	}
	return img, nil
}

// origin is what an artefact says of itself.
type origin struct{ Commit, Digest string }

// tried loads the artefact as the service in the image will.
func tried(o Opts) (origin, error) {
	s := service.New(service.Opts{})
	defer s.Close()
	v, err := s.Load(o.Name, "1", o.Artefact)
	if err != nil {
		return origin{}, err
	}
	return origin{s.Pipelines()[0].Versions[0].Provenance["commit"], v.Digest}, nil
}

// withRuntime returns an image that has the program, and a list of what is in it.
func withRuntime(file string) (v1.Image, error) {
	binary, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("image: the runtime cannot be read: %w", err)
	}
	platform, err := platformOf(file)
	if err != nil {
		return nil, err
	}
	list, err := billOfMaterials(file)
	if err != nil {
		return nil, err
	}
	l, err := layer(entry{runtimePath, 0o755, binary}, entry{sbomFolder + "/netherfield.cdx.json", 0o444, list})
	if err != nil {
		return nil, err
	}
	img := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	img, err = mutate.Append(img, mutate.Addendum{Layer: l, History: v1.History{CreatedBy: "netherfield publish", Comment: "the runtime"}})
	if err != nil {
		return nil, fmt.Errorf("image: the runtime cannot be added: %w", err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = platform.OS, platform.Architecture
	config.Config = v1.Config{
		User: User, WorkingDir: "/",
		Entrypoint:   []string{runtimePath, "serve"},
		ExposedPorts: map[string]struct{}{fmt.Sprintf("%d/tcp", Port): {}},
		StopSignal:   "SIGTERM",
	}
	return mutate.ConfigFile(img, config)
}

// An entry is a file of a layer.
type entry struct {
	path string
	mode int64
	data []byte
}

// epoch is when all files were made: layers depend on what is in them, not on when.
var epoch = time.Unix(0, 0)

// layer returns a layer of files, and of the folders that they are in.
func layer(entries ...entry) (v1.Layer, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	seen := map[string]bool{}
	var folders func(dir string) error
	folders = func(dir string) error {
		if dir == "/" || seen[dir] {
			return nil
		}
		seen[dir] = true
		if err := folders(path.Dir(dir)); err != nil {
			return err
		}
		return w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: strings.TrimPrefix(dir, "/") + "/", Mode: 0o755, ModTime: epoch, Format: tar.FormatPAX})
	}
	for _, e := range entries {
		err := folders(path.Dir(e.path))
		if err == nil {
			err = w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: strings.TrimPrefix(e.path, "/"), Mode: e.mode, Size: int64(len(e.data)), ModTime: epoch, Format: tar.FormatPAX})
		}
		if err == nil {
			_, err = w.Write(e.data)
		}
		if err != nil {
			return nil, fmt.Errorf("image: %s cannot be packed: %w", e.path, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("image: a layer cannot be packed: %w", err)
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }
	l, err := tarball.LayerFromOpener(open, tarball.WithMediaType(types.OCILayer), tarball.WithCompressedCaching)
	if err != nil {
		return nil, fmt.Errorf("image: a layer cannot be made: %w", err)
	}
	return l, nil
}

// Size returns how many bytes the layers of an image have in a registry.
func Size(img v1.Image) (int64, error) {
	layers, err := img.Layers()
	if err != nil {
		return 0, fmt.Errorf("image: %w", err)
	}
	var total int64
	for _, l := range layers {
		n, sizeErr := l.Size()
		err = errors.Join(err, sizeErr)
		total += n
	}
	return total, err
}

// Platform returns what an image runs on, as linux/amd64.
func Platform(img v1.Image) (string, error) {
	c, err := img.ConfigFile()
	if err != nil {
		return "", fmt.Errorf("image: %w", err)
	}
	return cmp.Or(c.OS, "linux") + "/" + c.Architecture, nil
}
