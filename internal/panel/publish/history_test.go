package publish

// This file tests what is remembered, and what is forgotten.

import (
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// opened returns a history in a folder that is not there yet, and what it complains of.
func opened(t *testing.T) (*History, *strings.Builder) {
	t.Helper()
	var log strings.Builder
	return OpenHistory(filepath.Join(t.TempDir(), "a", "publishes"), slog.New(slog.NewTextHandler(&log, nil))), &log
}

var began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// remember adds a record that was made so long after the first, with an artefact.
func remember(t *testing.T, h *History, after time.Duration) Record {
	t.Helper()
	folder, err := h.Begin()
	if err != nil {
		t.Fatal(err)
	}
	put(t, folder, artefactFile, "artefact")
	r, err := h.Add(folder, Record{
		When: began.Add(after), Pipeline: "spam", Notebooks: []string{"model.ipynb"}, Commit: "c0ffee", Digest: "d1935",
		Steps: []string{"model"}, Provenance: map[string]string{"commit": "c0ffee"}, Target: "service:ours", Version: "1",
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAHistoryRemembers(t *testing.T) {
	h, log := opened(t)
	if got := h.List(); got == nil || len(got) > 0 {
		t.Errorf("before anything was published there is %+v", got)
	}
	first := remember(t, h, 0)
	second := remember(t, h, time.Microsecond)
	if diff := cmp.Diff([]Record{second, first}, h.List()); diff != "" {
		t.Errorf("newest first (-want +got):\n%s", diff)
	}
	if !first.Kept || first.ID == "" || first.ID == second.ID {
		t.Errorf("%+v", first)
	}
	if got, err := h.Get(first.ID); err != nil || !cmp.Equal(got, first) {
		t.Errorf("%v: %+v", err, got)
	}
	if err := os.Remove(h.artefact(first.ID)); err != nil {
		t.Fatal(err)
	}
	first.Kept, first.RolledBack = false, &began
	if err := h.Update(first); err != nil {
		t.Fatal(err)
	}
	// Another process has the same.
	if got, err := OpenHistory(h.dir, h.log).Get(first.ID); err != nil || !cmp.Equal(got, first) {
		t.Errorf("%v: %+v, want %+v", err, got, first)
	}
	if log.Len() > 0 {
		t.Errorf("it complains: %s", log)
	}
}

func TestTheUmaskSaysWhoMayReadAHistory(t *testing.T) {
	for umask, modes := range map[int][2]fs.FileMode{0o077: {0o700, 0o600}, 0o022: {0o750, 0o640}, 0o002: {0o770, 0o660}} {
		before := syscall.Umask(umask)
		h, _ := opened(t)
		remember(t, h, 0)
		_, err := h.Begin()
		syscall.Umask(before)
		if err != nil {
			t.Fatal(err)
		}
		if err := filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			want := modes[1]
			if d.IsDir() {
				want = modes[0]
			}
			if err == nil && d.Name() != artefactFile && info.Mode().Perm() != want {
				t.Errorf("with the umask %03o, %s has the mode %v, want %v", umask, path, info.Mode(), want)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatIsOldIsForgotten(t *testing.T) {
	h, log := opened(t)
	const more = 3
	for i := range remembered + more {
		remember(t, h, time.Duration(i)*time.Second)
	}
	list := h.List()
	if len(list) != remembered || !list[remembered-1].When.Equal(began.Add(more*time.Second)) {
		t.Errorf("%d are remembered, from %v on", len(list), list[len(list)-1].When)
	}
	for i, r := range list {
		if r.Kept != (i < artefacts) {
			t.Errorf("the artefact of number %d is kept: %t", i, r.Kept)
		}
	}
	// What was begun and never ended goes after a day.
	for name, age := range map[string]time.Duration{".unfinished-1": 25 * time.Hour, ".unfinished-2": 23 * time.Hour} {
		folder := filepath.Join(h.dir, name)
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		put(t, folder, artefactFile, "half")
		if err := os.Chtimes(folder, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	remember(t, h, time.Hour)
	left, err := filepath.Glob(filepath.Join(h.dir, ".*"))
	if err != nil || len(left) != 1 || filepath.Base(left[0]) != ".unfinished-2" {
		t.Errorf("%q are left, %v", left, err)
	}
	if log.Len() > 0 {
		t.Errorf("it complains: %s", log)
	}
}

func TestADamagedRecordIsLeftOut(t *testing.T) {
	for name, text := range map[string]string{"half a file": `{"when": "2026-`, "no record": `{}`, "no time": `{"pipeline": "spam"}`, "nothing": ""} {
		h, log := opened(t)
		first, second := remember(t, h, 0), remember(t, h, time.Second)
		put(t, filepath.Join(h.dir, second.ID), recordFile, text)
		if list := h.List(); len(list) != 1 || list[0].ID != first.ID || !strings.Contains(log.String(), second.ID) {
			t.Errorf("%s: there is %+v; it says %s", name, list, log)
		}
		if _, err := h.Get(second.ID); err == nil || !strings.Contains(err.Error(), second.ID) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIDsAreNoPaths(t *testing.T) {
	h, _ := opened(t)
	r := remember(t, h, 0)
	// It would be a record, were it asked for.
	text, err := os.ReadFile(filepath.Join(h.dir, r.ID, recordFile))
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Dir(h.dir), recordFile, string(text))
	put(t, h.dir, recordFile, string(text))
	for _, id := range []string{"", ".", "..", "../..", "../publishes/" + r.ID, "./" + r.ID, r.ID + "/", "/" + r.ID, r.ID + "/../" + r.ID, ".unfinished-1", "x\x00", "20260301T120000.000001"} {
		if got, err := h.Get(id); err == nil {
			t.Errorf("%q is %+v", id, got)
		}
	}
}

func TestAHistoryThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "file", "")
	h := OpenHistory(filepath.Join(dir, "file"), slog.New(slog.NewTextHandler(io.Discard, nil)))
	if folder, err := h.Begin(); err == nil {
		t.Errorf("there is %s", folder)
	}
	if got := h.List(); len(got) > 0 {
		t.Errorf("%+v", got)
	}
}

func FuzzParseRecord(f *testing.F) {
	f.Add([]byte(`{"when": "2026-03-01T12:00:00Z", "pipeline": "spam", "seconds": 1e9, "provenance": {"a": "b"}, "rolled_back": "2026-03-01T12:00:00+01:00"}`))
	f.Add([]byte(`{"when": "0001-01-01T00:00:00Z", "pipeline": "spam"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parseRecord(data)
		if err != nil {
			return
		}
		// What can be read can be told, and written again as it is.
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseRecord(text)
		if err != nil || !cmp.Equal(again, r) {
			t.Fatalf("%v: %+v becomes %+v", err, r, again)
		}
	})
}
