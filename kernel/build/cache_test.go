package build

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// noToolchain makes a Builder unable to build.
func noToolchain(o *Opts) { o.Go = "/nonexistent/go" }

func TestReadOnlyCacheUnderAnOverlay(t *testing.T) {
	image := builder(t)
	file := mustBuild(t, image, small("cell/shipped"))
	overlay := builder(t, noToolchain, func(o *Opts) { o.ReadOnly = []string{t.TempDir(), image.opts.Cache} })
	for _, get := range []func() (string, error){
		func() (string, error) { return overlay.Build(t.Context(), small("cell/shipped")) },
		func() (string, error) {
			got, ok := overlay.Plugin(t.Context(), "cell/shipped")
			if !ok {
				return "", errors.New("not found")
			}
			return got, nil
		},
	} {
		if got, err := get(); err != nil || got != file {
			t.Errorf("got %q, %v; want %q", got, err, file)
		}
	}
	if _, err := overlay.Build(t.Context(), small("cell/other")); err == nil || !strings.Contains(err.Error(), "/nonexistent/go") {
		t.Errorf("without a toolchain: %v", err)
	}
	if got := runHost(t, hostFile, "cell/shipped", file); got != smallOutput {
		t.Errorf("got %q", got)
	}
}

func TestEnvironmentNamesTheCaches(t *testing.T) {
	t.Setenv("NETHERFIELD_CACHE", "/a")
	t.Setenv("NETHERFIELD_CACHE_READONLY", "/b:/c")
	b := New(Opts{})
	if b.opts.Cache != "/a" || !slices.Equal(b.opts.ReadOnly, []string{"/b", "/c"}) {
		t.Errorf("got %+v", b.opts)
	}
}

func TestDamagedFilesAreBuiltAgain(t *testing.T) {
	damages := map[string]func(file string) error{
		"truncated": func(file string) error { return os.Truncate(file, 1000) },
		"removed":   os.Remove,
		"changed": func(file string) error {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			text[len(text)/2] ^= 1
			return os.WriteFile(file, text, 0o666)
		},
	}
	b := builder(t)
	u := small("cell/damaged")
	file := mustBuild(t, b, u)
	base := strings.TrimSuffix(file, ".so")
	for name, damage := range damages {
		for _, suffix := range []string{".so", ".a", ".rec"} {
			fresh := New(b.opts)
			if suffix != ".rec" {
				fresh = b // one that has seen the files well
			}
			if err := damage(base + suffix); err != nil {
				t.Fatal(err)
			}
			if _, ok := fresh.Plugin(t.Context(), u.Path); ok != (suffix == ".a") {
				t.Errorf("%s %s: Plugin says %v", name, suffix, ok)
			}
			// Later units need the archive.
			_, err := fresh.Build(t.Context(), unit("cell/later", "", "", u.Path))
			var missing *MissingUnit
			if !errors.As(err, &missing) || missing.Path != u.Path {
				t.Errorf("%s %s: got %v", name, suffix, err)
			}
			mustBuild(t, fresh, u)
			if got := runHost(t, hostFile, u.Path, file); got != smallOutput {
				t.Errorf("%s %s: got %q", name, suffix, got)
			}
		}
	}
}

func TestDamagedPackagesAreTakenAgain(t *testing.T) {
	b := builder(t, func(o *Opts) { o.ReadOnly = nil })
	mustBuild(t, b, small("cell/one"))
	e, ok := b.store.find("fmt", needArchive)
	if !ok {
		t.Fatal("no fmt")
	}
	// Not in place: the file may be a link to one of the go command's.
	os.Remove(e.archiveFile())
	if err := os.WriteFile(e.archiveFile(), []byte("!<arch>\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	file := mustBuild(t, b, small("cell/two"))
	if got := runHost(t, hostFile, "cell/two", file); got != smallOutput {
		t.Errorf("got %q", got)
	}
}

// The go command's own cache may be emptied.
func TestArchivesOutliveTheGoCache(t *testing.T) {
	gocache := t.TempDir()
	t.Setenv("GOCACHE", gocache)
	b := builder(t, func(o *Opts) { o.ReadOnly = nil })
	if testing.Short() {
		t.Skip("compiles the runtime")
	}
	if err := b.Warm(t.Context(), []string{guardPath}); err != nil {
		t.Fatal(err)
	}
	if err := exec.Command("go", "clean", "-cache").Run(); err != nil {
		t.Fatal(err)
	}
	again := New(b.opts)
	again.opts.Go = "/nonexistent/go"
	if err := again.Warm(t.Context(), []string{guardPath}); err != nil {
		t.Error(err)
	}
}

func age(t *testing.T, b *Builder, name string, by time.Duration) {
	t.Helper()
	e, ok := b.store.find(name, 0)
	if !ok {
		t.Fatalf("no %s", name)
	}
	then := time.Now().Add(-by)
	if err := os.Chtimes(e.base+".rec", then, then); err != nil {
		t.Fatal(err)
	}
}

func TestCacheKeepsWithinItsBound(t *testing.T) {
	// Room for two plugins.
	b := builder(t, func(o *Opts) { o.MaxBytes = 8 << 20 })
	for _, path := range []string{"cell/old", "cell/older", "cell/new"} {
		mustBuild(t, b, small(path))
	}
	age(t, b, "cell/old", time.Hour)
	age(t, b, "cell/older", 2*time.Hour)

	old := New(b.opts)
	if _, ok := old.Plugin(t.Context(), "cell/old"); !ok {
		t.Fatal("all that is recent must stay")
	}
	age(t, b, "cell/new", time.Hour) // cell/old has just been used
	stray := filepath.Join(old.store.place(old.opts.Cache), "tmp", "w1")
	loose := filepath.Join(old.store.place(old.opts.Cache), "0123.a")
	foreign := filepath.Join(old.opts.Cache, "notes.txt")
	for _, file := range []string{stray, loose, foreign} {
		if err := os.WriteFile(file, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-3 * time.Hour)
		os.Chtimes(file, then, then)
	}
	mustBuild(t, old, small("cell/newer"))
	for path, want := range map[string]bool{"cell/older": false, "cell/new": false, "cell/old": true, "cell/newer": true} {
		if _, ok := New(b.opts).Plugin(t.Context(), path); ok != want {
			t.Errorf("%s is there: %v", path, ok)
		}
	}
	if isFile(stray) || isFile(loose) || !isFile(foreign) {
		t.Error("leftovers, and only they, should be gone")
	}
	if files, _ := filepath.Glob(filepath.Join(old.store.place(old.opts.Cache), "*.so")); len(files) != 2 {
		t.Errorf("plugins: %q", files)
	}
}

func TestLocksExcludeAndVanish(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lock")
	var inside, total atomic.Int32
	done := make(chan bool)
	for range 8 {
		go func() {
			for range 20 {
				unlock, err := lock(t.Context(), file)
				if err != nil {
					t.Error(err)
					break
				}
				if inside.Add(1) != 1 {
					t.Error("two inside")
				}
				total.Add(1)
				inside.Add(-1)
				unlock()
			}
			done <- true
		}()
	}
	for range 8 {
		<-done
	}
	if total.Load() != 160 || isFile(file) {
		t.Errorf("%d turns; file left: %v", total.Load(), isFile(file))
	}
}
