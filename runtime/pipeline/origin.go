package pipeline

// This file defines what a file says about where it comes from.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// An Origin is what a saved stage says about where it comes from, beyond its
// parameters. What is empty is found out, if it can be:
//
//   - Commit ("commit", and "dirty" if files that git knows differ from it, though not
//     where only the outputs of a notebook do) by git in the working directory, else
//     from $OPENSHIFT_BUILD_COMMIT.
//   - Notebook ("notebook") from $NETHERFIELD_NOTEBOOK, else from
//     $JPY_SESSION_NAME, which JupyterLab sets. "notebook_sha256" is the SHA-256 of
//     the JSON array of its cells, each [type, source]: outputs do not change it.
//   - "go" and "platform" name Go's version and the machine's kind; "netherfield" and
//     "gonum" the libraries' versions, if the program was built from modules.
//
// Data ("data_sha256") and Seed ("seed") only the caller knows.
type Origin struct {
	Commit   string
	Notebook string            // path
	Data     string            // SHA-256 of the training data
	Seed     *int64            // that the data was split with
	More     map[string]string // anything else
}

func (o Origin) provenance() map[string]string {
	out := maps.Clone(o.More)
	if out == nil {
		out = map[string]string{}
	}
	set := func(name, value string) {
		if value != "" {
			out[name] = value
		}
	}
	set("go", runtime.Version())
	set("platform", runtime.GOOS+"/"+runtime.GOARCH)
	netherfield, gonum := versions()
	set("netherfield", netherfield)
	set("gonum", gonum)
	commit, dirty := o.Commit, false
	if commit == "" {
		commit, dirty = gitCommit()
	}
	if commit == "" {
		commit = os.Getenv("OPENSHIFT_BUILD_COMMIT")
	}
	set("commit", commit)
	if dirty {
		set("dirty", "true")
	}
	notebook := o.Notebook
	for _, name := range []string{"NETHERFIELD_NOTEBOOK", "JPY_SESSION_NAME"} {
		if notebook == "" {
			notebook = os.Getenv(name)
		}
	}
	set("notebook", notebook)
	set("notebook_sha256", notebookHash(notebook))
	set("data_sha256", o.Data)
	if o.Seed != nil {
		set("seed", strconv.FormatInt(*o.Seed, 10))
	}
	return out
}

func versions() (netherfield, gonum string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", ""
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Replace != nil {
			m = m.Replace
		}
		switch m.Path {
		case "github.com/netherfield/netherfield":
			netherfield = m.Version
		case "gonum.org/v1/gonum":
			gonum = m.Version
		}
	}
	if netherfield == "(devel)" {
		netherfield = ""
	}
	return netherfield, gonum
}

// gitCommit asks git, and takes no answer for one: where there is no git or no
// repository, or only one that belongs to somebody else, the commit is unknown.
func gitCommit() (commit string, dirty bool) {
	git := func(args ...string) (string, bool) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		// Reading must not take the lock that somebody's commit waits for.
		out, err := exec.CommandContext(ctx, "git", append([]string{"--no-optional-locks"}, args...)...).Output()
		return string(out), err == nil
	}
	commit, ok := git("rev-parse", "HEAD")
	if !ok {
		return "", false
	}
	commit = strings.TrimSpace(commit)
	top, ok := git("rev-parse", "--show-toplevel")
	if !ok {
		return commit, true
	}
	changes, ok := git("status", "--porcelain", "-z", "--untracked-files=no")
	if !ok {
		return commit, true
	}
	for change := range strings.SplitSeq(strings.TrimSuffix(changes, "\x00"), "\x00") {
		if change == "" {
			continue
		}
		// Anything but " M path" is a change, whatever is in it.
		path, modified := strings.CutPrefix(change, " M ")
		if !modified || filepath.Ext(path) != ".ipynb" {
			return commit, true
		}
		before, ok := git("show", "HEAD:"+path)
		after, err := os.ReadFile(filepath.Join(strings.TrimSuffix(top, "\n"), path))
		if !ok || err != nil || !runsAlike([]byte(before), after) {
			return commit, true
		}
	}
	return commit, false
}

// runsAlike tells whether two notebooks differ at most in what running or opening them
// leaves there. It knows as much of notebooks as that takes: compiled cells link it.
func runsAlike(a, b []byte) bool {
	type notebook struct {
		Cells []struct {
			Type     string `json:"cell_type"`
			Metadata struct {
				Tags []string `json:"tags"` // one of them marks parameters
			} `json:"metadata"`
		} `json:"cells"`
		Metadata struct {
			Kernel struct {
				Name string `json:"name"`
			} `json:"kernelspec"`
		} `json:"metadata"`
	}
	var x, y notebook
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil &&
		reflect.DeepEqual(x, y) && cellsHash(a) == cellsHash(b)
}

// notebookHash returns "" if there is no notebook at path.
func notebookHash(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return cellsHash(data)
}

// cellsHash returns the hash of a notebook's cells, "" if the data are no notebook.
func cellsHash(data []byte) string {
	var notebook struct {
		Cells []struct {
			Type   string `json:"cell_type"`
			Source any    `json:"source"` // a text, or a list of its lines
		} `json:"cells"`
	}
	if json.Unmarshal(data, &notebook) != nil {
		return ""
	}
	cells := make([][2]string, len(notebook.Cells))
	for i, c := range notebook.Cells {
		cells[i][0] = c.Type
		switch source := c.Source.(type) {
		case string:
			cells[i][1] = source
		case []any:
			for _, line := range source {
				if s, ok := line.(string); ok {
					cells[i][1] += s
				}
			}
		}
	}
	text, err := json.Marshal(cells)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
