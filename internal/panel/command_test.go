package panel

// This file tests the command: its flags, its socket, and its end as a process.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/panel/job"
	"github.com/netherfield/netherfield/internal/panel/watch"
	"github.com/netherfield/netherfield/runtime/client"
)

func TestFlagsAndEnvironment(t *testing.T) {
	root, home := t.TempDir(), t.TempDir()
	put(t, root, "token", "netherfield-park\n")
	put(t, root, "file", "")
	t.Chdir(root)
	for _, tt := range []struct {
		args string
		env  map[string]string
		want string // what is not as it is without flags, or the error
	}{
		{want: "cluster false, root " + root + ", history " + home + "/.local/share/netherfield/publishes"},
		{args: "--root /", want: "root /, history"},
		{args: "--root gone", want: "error: --root is to be a folder, and gone is none"},
		{args: "--root file", want: "error: --root is to be a folder, and file is none"},
		{args: "--history h", want: "history " + root + "/h"},
		{env: map[string]string{"XDG_DATA_HOME": "/data"}, want: "history /data/netherfield/publishes"},
		{env: map[string]string{"XDG_DATA_HOME": "/data"}, args: "--history /h", want: "history /h"},
		{env: map[string]string{"HOME": ""}, want: "error: there is no home to remember publishes in; --history names a folder"},
		{env: map[string]string{"HOME": ""}, args: "--history /h", want: "history /h"},
		{env: map[string]string{"KUBECONFIG": "/k"}, want: "cluster true"},
		{env: map[string]string{"KUBECONFIG": "/k"}, args: "--no-cluster", want: "cluster false"},
		{args: "--publish-flag=--base=x --publish-flag=a,b --deploy-flag=--replicas --deploy-flag=3", want: `publish ["--base=x" "a,b"], deploy ["--replicas" "3"]`},
		{env: map[string]string{"PIPELINE_URL": "http://p:8080"}, want: "default http://p:8080 environment"},
		{env: map[string]string{"PIPELINE_URL": "http://p:8080", "PIPELINE_TOKEN": "t"}, want: "default http://p:8080 environment t"},
		{env: map[string]string{"PIPELINE_TOKEN": "t"}, want: ""},
		{args: "--service spam=http://spam:8080 --service=eggs=https://u:p@eggs/x", want: "eggs https://u:p@eggs/x configured, spam http://spam:8080 configured"},
		{args: "--service spam=http://spam:8080 --token-file spam=token", want: "spam http://spam:8080 configured netherfield-park"},
		{args: "--service default=http://spam:8080", want: "default http://spam:8080 configured"},
		{env: map[string]string{"PIPELINE_URL": "http://p:8080"}, args: "--service default=http://spam:8080", want: "error: PIPELINE_URL names the service that is called default"},
		{args: "--service spam=http://spam:8080 --token-file spam=gone", want: "error: the token of spam cannot be read"},
		{args: "--token-file spam=token", want: "error: --token-file is for spam, which no --service names"},
		{args: "--service spam=", want: "error: the address of the service spam is no URL"},
		{args: "--service spam=spam:8080", want: "error: the address of the service spam is no URL"},
		{args: "--service spam=ftp://u:p@spam", want: "error: the address of the service spam is no URL such as http://spam:8080"},
		{env: map[string]string{"PIPELINE_URL": "http://"}, want: "error: the address of the service default is no URL"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			for _, name := range []string{"XDG_DATA_HOME", "KUBECONFIG", client.URLVariable, client.TokenVariable} {
				t.Setenv(name, "")
			}
			t.Setenv("HOME", home)
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			said := func() string {
				o, err := optsOf(t, strings.Fields(tt.args))
				if err != nil {
					return "error: " + err.Error()
				}
				var out []string
				slices.SortFunc(o.services, func(a, b watch.Service) int { return strings.Compare(a.Name, b.Name) })
				for _, s := range o.services {
					out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", s.Name, s.URL, s.Origin, s.Token)))
				}
				out = append(out,
					fmt.Sprint("cluster ", o.cluster), "root "+o.root, "history "+o.history,
					fmt.Sprintf("publish %q", o.publishFlags), fmt.Sprintf("deploy %q", o.deployFlags))
				if o.program != "netherfield" {
					t.Errorf("the program is %s", o.program)
				}
				return strings.Join(out, ", ")
			}()
			if strings.HasPrefix(tt.want, "error: ") {
				if !strings.HasPrefix(said, tt.want) {
					t.Errorf("%v %s: %s, want %s", tt.env, tt.args, said, tt.want)
				}
				return
			}
			if !strings.Contains(said, tt.want) || !strings.Contains(tt.want, "http") && strings.Contains(said, "http") {
				t.Errorf("%v %s: %s, want %s", tt.env, tt.args, said, tt.want)
			}
		})
	}
}

// optsOf returns what the command makes of arguments.
func optsOf(t *testing.T, args []string) (o opts, err error) {
	t.Helper()
	var f flags
	cmd := &cobra.Command{Use: "panel", RunE: func(*cobra.Command, []string) error {
		o, err = f.opts("netherfield", io.Discard)
		return err
	}}
	f.add(cmd)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	err = cmd.Execute()
	return o, err
}

func TestWhoMayComeToTheSocket(t *testing.T) {
	dir := private(t)
	at := filepath.Join(dir, "panel")
	stale := func(path string) {
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		l.SetUnlinkOnClose(false)
		l.Close()
	}
	for _, tt := range []struct {
		name    string
		prepare func() error
		says    string // "" if it is listened on
	}{
		{"nothing is there", func() error { return nil }, ""},
		{"a socket that nobody answers at", func() error { stale(at); return nil }, ""},
		{"a file", func() error { return os.WriteFile(at, []byte("mine"), 0o600) }, "is no socket"},
		{"a folder", func() error { return os.Mkdir(at, 0o700) }, "is no socket"},
		{"a link to a socket that nobody answers at", func() error { stale(at + "2"); return os.Symlink(at+"2", at) }, "is no socket"},
		{"others may enter", func() error { return os.Chmod(dir, 0o750) }, "others may enter"},
		{"others may look", func() error { return os.Chmod(dir, 0o701) }, "others may enter"},
		{"no folder", func() error { return os.Remove(dir) }, "has no folder"},
	} {
		if err := tt.prepare(); err != nil {
			t.Fatal(err)
		}
		before, _ := os.Lstat(at)
		l, err := listen(at)
		if tt.says != "" {
			after, _ := os.Lstat(at)
			if err == nil || !strings.Contains(err.Error(), tt.says) || before != nil && !os.SameFile(before, after) {
				t.Errorf("%s: %v, want %s; and what is there is to stay", tt.name, err, tt.says)
			}
		} else {
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			if info, err := os.Lstat(at); err != nil || info.Mode().Type() != fs.ModeSocket || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v %v", tt.name, info.Mode(), err)
			}
			// A second panel does not take it away.
			if _, err := listen(at); err == nil || !strings.Contains(err.Error(), "another panel answers") || !answers(at) {
				t.Errorf("%s: a second panel: %v", tt.name, err)
			}
			if err := l.Close(); err != nil || !gone(at) {
				t.Errorf("%s: it is left at the end: %v", tt.name, err)
			}
		}
		os.Chmod(dir, 0o700)
		os.Remove(at)
		os.Remove(at + "2")
	}
}

func TestAFolderOfAnotherUser(t *testing.T) {
	dir := private(t)
	if err := mine(dir, os.Geteuid()+1); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
		t.Error(err)
	}
	if os.Geteuid() != 0 {
		return // only root can make one of somebody else's
	}
	if err := os.Chown(dir, 65534, -1); err != nil {
		t.Fatal(err)
	}
	if _, err := listen(filepath.Join(dir, "panel")); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
		t.Error(err)
	}
}

// A process is a panel in one of its own.
type process struct {
	desk
	cmd    *exec.Cmd
	leash  io.Closer
	stderr *locked
}

// startProcess starts one, and its programs beside it.
func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{desk: desk{socket: filepath.Join(private(t), "panel"), root: t.TempDir(), wire: &locked{}}, stderr: &locked{}}
	var test string
	p.desk.desk, test = fakes(t)
	bin := t.TempDir()
	for _, name := range []string{"netherfield", "netherfield-panel"} {
		if err := os.Link(test, filepath.Join(bin, name)); err != nil {
			// On another file system.
			data, readErr := os.ReadFile(test)
			if err := os.WriteFile(filepath.Join(bin, name), data, 0o700); err != nil || readErr != nil {
				t.Fatal(err, readErr)
			}
		}
	}
	p.cmd = exec.Command(filepath.Join(bin, "netherfield-panel"), append([]string{
		"panel", "--socket", p.socket, "--root", p.root, "--history", filepath.Join(p.root, "history"), "--no-cluster", "--until-stdin-closes",
	}, args...)...)
	p.cmd.Stderr = p.stderr
	leash, err := p.cmd.StdinPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	p.leash = leash
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		p.cmd.Wait()
	})
	p.client = clientOf(p.socket, p.wire)
	t.Cleanup(p.client.CloseIdleConnections)
	eventually(t, "it answers", func() bool { return answers(p.socket) })
	return p
}

// busy has the panel run a job that does not end by itself.
func (p *process) busy(t *testing.T) {
	t.Helper()
	s := p.listen(t)
	answered[job.Snapshot](t, &p.desk, "POST", "/jobs", `{"kind": "preflight", "notebooks": ["a.ipynb"]}`)
	until(t, s, "job", func(j job.Snapshot) bool { return j.Steps[0].What == "waiting" })
}

// howEnded returns what has ended the job's program, once it has.
func (p *process) howEnded(t *testing.T) string {
	t.Helper()
	var how []byte
	eventually(t, "the job's program ends", func() bool {
		how, _ = os.ReadFile(filepath.Join(p.desk.desk, "ended"))
		return len(how) > 0
	})
	return string(how)
}

func TestAPanelEndsOrderly(t *testing.T) {
	for name, end := range map[string]func(*process) error{
		"its standard input closes": func(p *process) error { return p.leash.Close() },
		"SIGTERM":                   func(p *process) error { return p.cmd.Process.Signal(syscall.SIGTERM) },
		"Ctrl-C":                    func(p *process) error { return p.cmd.Process.Signal(os.Interrupt) },
	} {
		t.Run(name, func(t *testing.T) {
			p := startProcess(t)
			p.busy(t)
			if err := end(p); err != nil {
				t.Fatal(err)
			}
			if err := p.cmd.Wait(); err != nil || p.stderr.String() != "" {
				t.Errorf("%v: %s", err, p.stderr)
			}
			if !gone(p.socket) {
				t.Error("the socket is left")
			}
			if how := p.howEnded(t); how != "interrupt" {
				t.Errorf("the job's program was ended by %q", how)
			}
		})
	}
}

func TestAPanelThatIsKilledLeavesNoJobBehind(t *testing.T) {
	p := startProcess(t)
	p.busy(t)
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.cmd.Wait()
	if how := p.howEnded(t); how != "terminated" {
		t.Errorf("the job's program was ended by %q", how)
	}
	// Its socket is still there, and what the job worked in; the next takes over the one and
	// removes the other.
	if left := inFolder(t, p.socket); !strings.Contains(left, "panel "+preflights) {
		t.Errorf("in its folder, there is %s", left)
	}
	next := exec.Command(p.cmd.Path, p.cmd.Args[1:]...)
	leash, err := next.StdinPipe()
	if err == nil {
		err = next.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the next answers", func() bool { return answers(p.socket) })
	if err := errors.Join(leash.Close(), next.Wait()); err != nil {
		t.Error(err)
	}
	if left := inFolder(t, p.socket); left != "" {
		t.Errorf("the next has left %s", left)
	}
}

func TestMisuse(t *testing.T) {
	for args, says := range map[string]string{
		"panel":                        "panel needs --socket",
		"panel x":                      `no subcommand "x"`,
		"panel --socket":               "flag needs an argument",
		"panel --socket x --service y": "must be formatted as key=value",
	} {
		root := &cobra.Command{Use: "netherfield"}
		root.AddCommand(Command())
		var stderr bytes.Buffer
		if status := command.Run(context.Background(), root, strings.Fields(args), io.Discard, &stderr); status != 2 || !strings.Contains(stderr.String(), says) {
			t.Errorf("%s: %d, %s", args, status, stderr.String())
		}
	}
}

func TestServicesOfTheCluster(t *testing.T) {
	desk, program := fakes(t)
	put(t, desk, "deployed", `{"server": "https://k", "namespace": "team", "hidden": ["routes.route.openshift.io", "services.serving.knative.dev"], "pipelines": [
		{"name": "spam", "kind": "Deployment", "namespace": "ARGS", "image": "i", "ready": 1, "wanted": 2, "url": "http://spam"},
		{"name": "mute", "kind": "KServe", "namespace": "team", "image": "j", "ready": 0, "wanted": 1, "url": ""}]}`)
	tools := job.Tools{Program: program, Dir: desk}
	got, hidden, err := deployed(t.Context(), tools, []string{"--replicas", "3", "--namespace", "team", "--context=c", "--kubeconfig", "k", "-n", "x", "--wait=0"})
	want := []watch.Service{
		{Name: "spam", URL: "http://spam", Origin: watch.Cluster, Deployed: &watch.Deployed{Name: "spam", Kind: "Deployment", Namespace: "deployed --json --namespace team --context=c --kubeconfig k -n x", Image: "i", Ready: 1, Wanted: 2}},
		{Name: "mute", Origin: watch.Cluster, Deployed: &watch.Deployed{Name: "mute", Kind: "KServe", Namespace: "team", Image: "j", Wanted: 1}},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if hidden != "the credentials do not allow to list routes.route.openshift.io, services.serving.knative.dev" {
		t.Errorf("hidden is %q", hidden)
	}
	put(t, desk, "deployed", "fail the cluster refuses to list deployments")
	if _, _, err := deployed(t.Context(), tools, nil); err == nil || err.Error() != "the cluster refuses to list deployments" {
		t.Error(err)
	}
	// The panel tells what it says.
	d := start(t, opts{cluster: true})
	put(t, d.desk, "deployed", "fail nobody answers")
	s := d.listen(t)
	until(t, s, "state", func(s struct{ Cluster struct{ Known bool } }) bool { return s.Cluster.Known })
	until(t, s, "cluster", func(c struct{ Error string }) bool { return c.Error == "nobody answers" })
}

func TestWhetherThereIsACluster(t *testing.T) {
	t.Setenv("KUBECONFIG", "")
	home := t.TempDir()
	t.Setenv("HOME", home)
	if inPod := !gone("/var/run/secrets/kubernetes.io/serviceaccount/token"); hasCluster() != inPod {
		t.Errorf("there are credentials: %t", !inPod)
	}
	if err := os.Mkdir(filepath.Join(home, ".kube"), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(home, ".kube"), "config", "")
	if !hasCluster() {
		t.Error("there is a ~/.kube/config")
	}
}
