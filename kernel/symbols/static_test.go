package symbols

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The tables are laid out by the compiler; a table that it had to build when
// the process starts would show in the trace of package initialisation.
func TestProcessStartBuildsNothing(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, trace)
	}
	if !strings.Contains(string(trace), "init net/http ") {
		t.Fatalf("this is no trace of the initialisation: %s", trace)
	}
	if strings.Contains(string(trace), "kernel/symbols ") {
		t.Errorf("package symbols initialises something:\n%s", trace)
	}
}
