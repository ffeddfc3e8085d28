package sbom

// This file asks the operating system for its packages.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"

	"github.com/CycloneDX/cyclonedx-go"
)

// managers print a line for each package: name, version and architecture, with tabs between.
var managers = []struct {
	kind string // of the package URL
	argv []string
}{
	{"deb", []string{"dpkg-query", "--show", "--showformat", "${Package}\\t${Version}\\t${Architecture}\\n"}},
	{"rpm", []string{"rpm", "--query", "--all", "--queryformat", "%{NAME}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\n"}},
}

var errNoManager = errors.New("this system has neither dpkg nor rpm")

func systemPackages(ctx context.Context) ([]cyclonedx.Component, error) {
	release, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return nil, fmt.Errorf("which system this is: %w", err)
	}
	for _, m := range managers {
		if _, err := exec.LookPath(m.argv[0]); err != nil {
			continue
		}
		out, err := exec.CommandContext(ctx, m.argv[0], m.argv[1:]...).Output()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.argv[0], err)
		}
		return parsePackages(m.kind, distribution(string(release)), string(out))
	}
	return nil, errNoManager
}

// distribution returns the ID in an os-release file, linux if there is none, as
// os-release(5) has it.
func distribution(release string) string {
	for line := range strings.Lines(release) {
		if id, ok := strings.CutPrefix(strings.TrimSpace(line), "ID="); ok {
			return strings.Trim(id, `"'`)
		}
	}
	return "linux"
}

func parsePackages(kind, distribution, list string) ([]cyclonedx.Component, error) {
	var out []cyclonedx.Component
	lines := bufio.NewScanner(strings.NewReader(list))
	for lines.Scan() {
		parts := strings.Split(lines.Text(), "\t")
		if len(parts) != 3 {
			return nil, fmt.Errorf("the list of %s packages has the line %q", kind, lines.Text())
		}
		name, version, architecture := parts[0], parts[1], parts[2]
		purl := fmt.Sprintf("pkg:%s/%s/%s@%s?arch=%s", kind, distribution, url.PathEscape(name), url.PathEscape(version), url.QueryEscape(architecture))
		out = append(out, component(name, version, purl))
	}
	return out, lines.Err()
}
