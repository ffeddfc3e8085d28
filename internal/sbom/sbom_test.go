package sbom

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/CycloneDX/cyclonedx-go"
)

func refs(bom *cyclonedx.BOM) (out []string) {
	for _, c := range *bom.Components {
		out = append(out, c.BOMRef)
	}
	return out
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestAProgramListsItsModules(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bom, err := Of(t.Context(), Contents{Programs: []string{self}})
	if err != nil {
		t.Fatal(err)
	}
	if bom.Metadata.Component.Name != "github.com/netherfield/netherfield" {
		t.Errorf("it is the list of %q", bom.Metadata.Component.Name)
	}
	if got := refs(bom); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "pkg:golang/std@go1.") }) || !slices.IsSorted(got) {
		t.Errorf("%q", got)
	}
	text, err := Encode(bom)
	if err != nil || !strings.Contains(string(text), `"specVersion": "1.6"`) {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := Of(t.Context(), Contents{Programs: []string{"sbom.go"}}); err == nil || !strings.Contains(err.Error(), "sbom.go does not say what it was built of") {
		t.Error(err)
	}
}

func TestAPythonEnvironmentListsItsDistributions(t *testing.T) {
	prefix := t.TempDir()
	packages := filepath.Join(prefix, "lib", "python3.11", "site-packages")
	write(t, filepath.Join(packages, "jupyter_server-2.21.1.dist-info", "METADATA"),
		"Metadata-Version: 2.4\nName: Jupyter_Server\nVersion: 2.21.1\nDescription-Content-Type: text/markdown\n\n# Jupyter Server\nName: none\n")
	bom, err := Of(t.Context(), Contents{Python: prefix})
	if err != nil {
		t.Fatal(err)
	}
	if got := refs(bom); !slices.Equal(got, []string{"pkg:pypi/jupyter-server@2.21.1"}) {
		t.Errorf("%q", got)
	}
	write(t, filepath.Join(packages, "bad-1.dist-info", "METADATA"), "Name: bad\n\n")
	if _, err := Of(t.Context(), Contents{Python: prefix}); err == nil || !strings.Contains(err.Error(), "bad-1.dist-info/METADATA has no name or no version") {
		t.Error(err)
	}
	if _, err := Of(t.Context(), Contents{Python: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "is no Python environment") {
		t.Error(err)
	}
}

func TestPackagesOfTheSystem(t *testing.T) {
	packages, err := parsePackages("deb", distribution("NAME=\"Debian\"\nVERSION_ID=\"12\"\nID=debian\n"), "g++\t4:12.2.0-3\tamd64\nlibc6\t2.36-9+deb12u14\tamd64\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := packages[0].PackageURL; got != "pkg:deb/debian/g++@4:12.2.0-3?arch=amd64" {
		t.Error(got)
	}
	packages, err = parsePackages("rpm", distribution(`ID="rhel"`), "glibc\t2.34-100.el9\tx86_64\n")
	if err != nil || packages[0].PackageURL != "pkg:rpm/rhel/glibc@2.34-100.el9?arch=x86_64" {
		t.Error(packages, err)
	}
	if _, err := parsePackages("deb", "debian", "half\t"); err == nil {
		t.Error("half a line was taken")
	}
	if got := distribution("NAME=x\n"); got != "linux" {
		t.Error(got)
	}
	bom, err := Of(t.Context(), Contents{System: true})
	if errors.Is(err, errNoManager) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := refs(bom); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "libc") }) {
		t.Errorf("there is no C library among %q", got)
	}
}
