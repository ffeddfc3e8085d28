package image_test

import (
	"archive/tar"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"github.com/netherfield/netherfield/internal/image"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"github.com/netherfield/netherfield/runtime/pipeline"
)

// program builds what `make build` puts beside netherfield.
var program = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "netherfield-image-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(folder, "pipeline-runtime")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", file, "../../images/pipeline-runtime")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = errors.Join(errors.New(string(out)), err)
	}
	return file, err
})

func TestMain(m *testing.M) {
	status := m.Run()
	if file, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(file))
	}
	os.Exit(status)
}

func runtimeFile(t *testing.T) string {
	t.Helper()
	file, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// fitted returns a small pipeline and its artefact.
func fitted(t *testing.T) (*pipeline.Pipeline, []byte) {
	t.Helper()
	p := pipeline.New(pipeline.Step("vectorize", &feature.HashingVectorizer{Buckets: 64}), pipeline.Step("model", &model.LogisticRegression{}))
	if err := p.Fit([]string{"buy coffee", "single man", "buy tea", "good fortune"}, []string{"spam", "ham", "spam", "ham"}); err != nil {
		t.Fatal(err)
	}
	t.Setenv(pipeline.SaveFile, "")
	file := filepath.Join(t.TempDir(), "model.sav")
	if err := pipeline.SaveStage(p, file, pipeline.Origin{Commit: "0123abcd"}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return p, data
}

func built(t *testing.T, name string) v1.Image {
	t.Helper()
	_, artefact := fitted(t)
	img, err := image.Build(image.Opts{Name: name, Artefact: artefact, Runtime: runtimeFile(t), Source: "https://example.com/repository"})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// aRegistry is a real one, in this process, with a handler before it.
func aRegistry(t *testing.T, before func(next http.Handler) http.Handler) string {
	t.Helper()
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	if before != nil {
		handler = before(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func TestTheSameMakesTheSameImage(t *testing.T) {
	a, b := built(t, "spam"), built(t, "spam")
	first, err := a.Digest()
	if err != nil {
		t.Fatal(err)
	}
	if second, err := b.Digest(); err != nil || first != second {
		t.Errorf("%v, and %v the second time: %v", first, second, err)
	}
	c, err := a.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if c.Config.User != "1001:0" || !slices.Equal(c.Config.Entrypoint, []string{"/usr/bin/netherfield", "serve"}) || !slices.Equal(c.Config.Cmd, []string{"/models"}) {
		t.Errorf("%+v", c.Config)
	}
	for key, want := range map[string]string{
		"org.opencontainers.image.revision": "0123abcd", "org.opencontainers.image.title": "spam", "org.opencontainers.image.source": "https://example.com/repository",
	} {
		if got := c.Config.Labels[key]; got != want {
			t.Errorf("the label %s is %q", key, got)
		}
	}
	if c.OS != "linux" || !c.Created.IsZero() && c.Created.Unix() != 0 || len(c.RootFS.DiffIDs) != 2 || len(c.History) != 2 {
		t.Errorf("%+v", c)
	}
	size, err := image.Size(a)
	if err != nil || size > 20<<20 {
		t.Errorf("%d bytes, %v", size, err)
	}
	files := map[string]*tar.Header{}
	var sbom struct {
		BOMFormat  string
		Components []struct{ Name, Version, PURL string }
	}
	rootfs := mutate.Extract(a)
	defer rootfs.Close()
	for r := tar.NewReader(rootfs); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = h
		if h.ModTime.Unix() != 0 || h.Uid != 0 || h.Gid != 0 {
			t.Errorf("%s is of %v, %d:%d", h.Name, h.ModTime, h.Uid, h.Gid)
		}
		if strings.HasSuffix(h.Name, ".cdx.json") {
			if err := json.NewDecoder(r).Decode(&sbom); err != nil {
				t.Error(err)
			}
		}
	}
	if files["usr/bin/netherfield"].Mode != 0o755 || files["models/spam.sav"].Mode != 0o444 {
		t.Errorf("%v", files)
	}
	listed := map[string]string{}
	for _, c := range sbom.Components {
		listed[c.Name] = c.PURL
	}
	if sbom.BOMFormat != "CycloneDX" || !strings.HasPrefix(listed["github.com/prometheus/client_golang"], "pkg:golang/github.com/prometheus/client_golang@v1.") || listed["std"] == "" {
		t.Errorf("%+v", listed)
	}
}

// What is pulled from the registry runs as a user that nobody has heard of, who owns
// nothing and may write nowhere, in a root that has nothing else in it.
func TestAPublishedImageServes(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may start a program in another root as another user")
	}
	p, _ := fitted(t)
	at := aRegistry(t, nil) + "/team/spam:1"
	img := built(t, "spam")
	var done, total int64
	pushed, err := image.Push(t.Context(), at, img, image.PushOpts{Progress: func(d, n int64) { done, total = d, n }})
	if err != nil {
		t.Fatal(err)
	}
	if done == 0 || done != total {
		t.Errorf("%d of %d bytes have arrived", done, total)
	}
	pulled, err := image.Pull(t.Context(), pushed.Exact, "linux/amd64", image.PushOpts{})
	if err != nil {
		t.Fatal(err)
	}
	if digest, err := pulled.Digest(); err != nil || digest.String() != pushed.Digest {
		t.Errorf("%v is pulled, %v was pushed: %v", digest, pushed.Digest, err)
	}
	root := t.TempDir()
	unpack(t, pulled, root)
	for dir := root; dir != "/tmp" && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil { // of the test alone until now
			t.Fatal(err)
		}
	}
	c, err := pulled.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(c.Config.Entrypoint[0], append(append(c.Config.Entrypoint[1:], c.Config.Cmd...), "--listen", "127.0.0.1:0", "--json")...)
	cmd.Path, cmd.Dir, cmd.Env = c.Config.Entrypoint[0], "/", []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 1000650000, Gid: 0, Groups: []uint32{1000650000}}}
	var told strings.Builder
	cmd.Stderr = &told
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	line, _ := bufio.NewReader(out).ReadBytes('\n')
	var said struct{ Address string }
	if err := json.Unmarshal(line, &said); err != nil {
		t.Fatalf("%q: %v, %s", line, err, told.String())
	}
	texts := []string{"buy tea", "a man of good fortune"}
	want, err := p.Predict(texts)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.PostForm("http://"+said.Address+"/predict", url.Values{"json_args": {string(asked)}})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var got []string
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, not %v: %v", got, want, err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, told.String())
	}
}

// unpack writes the files of an image to a folder.
func unpack(t *testing.T, img v1.Image, root string) {
	t.Helper()
	rootfs := mutate.Extract(img)
	defer rootfs.Close()
	for r := tar.NewReader(rootfs); ; {
		h, err := r.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(root, h.Name)
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, h.FileInfo().Mode().Perm())
		} else {
			var data []byte
			if data, err = io.ReadAll(r); err == nil {
				err = os.WriteFile(path, data, h.FileInfo().Mode().Perm())
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A pipeline is added to an image that serves already.
func TestABaseImage(t *testing.T) {
	at := aRegistry(t, nil)
	if _, err := image.Push(t.Context(), at+"/runtime:1", built(t, "none"), image.PushOpts{}); err != nil {
		t.Fatal(err)
	}
	base, err := image.Pull(t.Context(), at+"/runtime:1", "linux/amd64", image.PushOpts{})
	if err != nil {
		t.Fatal(err)
	}
	_, artefact := fitted(t)
	img, err := image.Build(image.Opts{Name: "spam", Artefact: artefact, Base: base})
	if err != nil {
		t.Fatal(err)
	}
	c, err := img.ConfigFile()
	if err != nil || !slices.Equal(c.Config.Cmd, []string{"/models"}) || c.Config.Entrypoint[1] != "serve" || len(c.RootFS.DiffIDs) != 3 {
		t.Errorf("%+v %v", c, err)
	}
	file := filepath.Join(t.TempDir(), "spam.tar")
	if err := image.Save(file, "spam:1", img); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Size() < 1<<20 {
		t.Errorf("%v %v", info, err)
	}
}

func TestWhatCannotBeMadeIsTold(t *testing.T) {
	_, artefact := fitted(t)
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	self, err := exec.LookPath("ls")
	if err != nil {
		t.Fatal(err)
	}
	for says, o := range map[string]image.Opts{
		`name "Spam" cannot be`:   {Name: "Spam", Artefact: artefact, Runtime: text},
		`name "" cannot be`:       {Artefact: artefact, Runtime: text},
		"artefact":                {Name: "spam", Artefact: []byte("nothing"), Runtime: text},
		"is no program for Linux": {Name: "spam", Artefact: artefact, Runtime: text},
		"needs a dynamic linker":  {Name: "spam", Artefact: artefact, Runtime: self},
		"no such file":            {Name: "spam", Artefact: artefact, Runtime: text + "no"},
	} {
		if _, err := image.Build(o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

// A registry that refuses gets no manifest, and people one sentence that says what to do.
func TestRegistriesThatRefuse(t *testing.T) {
	img := built(t, "spam")
	refuse := func(status int, code string) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch {
					w.WriteHeader(status)
					io.WriteString(w, `{"errors":[{"code":"`+code+`","message":"no"}]}`)
					return
				}
				next.ServeHTTP(w, r)
			})
		}
	}
	for says, before := range map[string]func(http.Handler) http.Handler{
		"docker login":     refuse(http.StatusUnauthorized, "UNAUTHORIZED"),
		"credentials that": refuse(http.StatusForbidden, "DENIED"),
		"larger quota":     refuse(http.StatusRequestEntityTooLarge, "SIZE_INVALID"),
		"no such image":    refuse(http.StatusNotFound, "NAME_UNKNOWN"),
	} {
		at := aRegistry(t, before)
		_, err := image.Push(t.Context(), at+"/team/spam:1", img, image.PushOpts{})
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "team/spam cannot be pushed to "+at) {
			t.Errorf("%s: %v", says, err)
		}
		if _, err := image.Pull(t.Context(), at+"/team/spam:1", "linux/amd64", image.PushOpts{}); err == nil || !strings.Contains(err.Error(), "no such image") {
			t.Errorf("it is there after all: %v", err)
		}
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	for ref, says := range map[string]string{
		strings.TrimPrefix(closed.URL, "http://") + "/spam:1": "cannot be reached",
		"a b": `"a b" is no name of an image`,
		"127.0.0.1:1/spam@sha256:" + strings.Repeat("0", 64): "give it a tag instead",
		"registry.invalid/spam:1":                            "no registry of that name",
	} {
		if _, err := image.Push(t.Context(), ref, img, image.PushOpts{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", ref, err)
		}
	}
	if _, err := image.Pull(t.Context(), "127.0.0.1:1/spam", "lin/ux/am/d64/x", image.PushOpts{}); err == nil || !strings.Contains(err.Error(), "is no platform") {
		t.Error(err)
	}
}

// A push that is interrupted ends at once and leaves no manifest.
func TestAPushIsInterrupted(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	at := aRegistry(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPatch || r.Method == http.MethodPut {
				once.Do(func() { close(begun) })
				<-release
			}
			next.ServeHTTP(w, r)
		})
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	img := built(t, "spam")
	go func() {
		_, err := image.Push(ctx, at+"/spam:1", img, image.PushOpts{Progress: func(int64, int64) {}})
		ended <- err
	}()
	<-begun
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(release)
	if _, err := image.Pull(t.Context(), at+"/spam:1", "linux/amd64", image.PushOpts{}); err == nil {
		t.Error("half an image is there")
	}
}
