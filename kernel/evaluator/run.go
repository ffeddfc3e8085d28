package evaluator

// This file holds what the commands do.

import (
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"go/types"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/engine"
	"github.com/netherfield/netherfield/kernel/session"
)

// misuse is the error of a command with wrong arguments.
func misuse(p piece, why string) error {
	return &commandError{line: p.line, source: p.command.name + " " + p.text, msg: fmt.Sprintf("%s: %s; write %s", p.command.name, why, p.command.usage)}
}

func (k *call) print(format string, args ...any) {
	k.out.Stream("stdout", fmt.Appendf(nil, format, args...))
}

func (k *call) help(piece) error {
	var text, rows strings.Builder
	text.WriteString("Everything that is not a command is Go.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&text, "%-26s %s\n", c.usage, c.help)
		fmt.Fprintf(&rows, "| `%s` | %s |\n", c.usage, c.help)
	}
	text.WriteString("\nTab completes, Shift-Tab shows help on the name at the cursor.\n")
	b := display.Bundle{Data: map[string]any{
		"text/plain": text.String(),
		"text/markdown": "Everything that is not a command is Go.\n\n| command | what it does |\n|---|---|\n" + rows.String() +
			"\n<kbd>Tab</kbd> completes, <kbd>Shift</kbd>-<kbd>Tab</kbd> shows help on the name at the cursor.",
	}}
	k.value = &b
	return nil
}

func (k *call) vars(p piece) error {
	names := k.ev.engine.Frontend().Names()
	if p.text != "" {
		return misuse(p, "it takes no arguments")
	}
	if len(names) == 0 {
		b := display.Text("No names yet: x := 1 makes one.")
		k.value = &b
		return nil
	}
	var ids []int
	for _, n := range names {
		if _, ok := n.Object.(*types.Var); ok {
			ids = append(ids, n.ID)
		}
	}
	lines, err := k.ev.engine.Describe(k.ctx, ids, k.out)
	if err != nil {
		return err
	}
	value := map[int]string{}
	for i, id := range ids {
		if i < len(lines) {
			value[id] = lines[i]
		}
	}
	qualifier := func(p *types.Package) string {
		if p.Path() == "main" {
			return ""
		}
		return p.Name()
	}
	var text, rows strings.Builder
	w1, w2 := len("name"), len("type")
	type row struct{ name, typ, value string }
	var table []row
	for _, n := range names {
		r := row{n.Object.Name(), types.TypeString(n.Object.Type(), qualifier), value[n.ID]}
		if c, ok := n.Object.(*types.Const); ok {
			r.value = "const " + c.Val().String()
		}
		w1, w2 = max(w1, len(r.name)), max(w2, min(len(r.typ), 40))
		table = append(table, r)
	}
	fmt.Fprintf(&text, "%-*s  %-*s  %s\n", w1, "name", w2, "type", "value")
	for _, r := range table {
		fmt.Fprintf(&text, "%-*s  %-*s  %s\n", w1, r.name, w2, r.typ, r.value)
		fmt.Fprintf(&rows, "<tr><td><code>%s</code></td><td><code>%s</code></td><td><code>%s</code></td></tr>\n",
			html.EscapeString(r.name), html.EscapeString(r.typ), html.EscapeString(r.value))
	}
	k.value = &display.Bundle{Data: map[string]any{
		"text/plain": strings.TrimRight(text.String(), "\n"),
		"text/html":  "<table>\n<thead><tr><th>name</th><th>type</th><th>value</th></tr></thead>\n<tbody>\n" + rows.String() + "</tbody>\n</table>",
	}}
	return nil
}

func (k *call) typeOf(p piece) error {
	if p.text == "" {
		return misuse(p, "it wants an expression")
	}
	if err := k.prepare(p.text); err != nil {
		return err
	}
	c, err := k.ev.engine.Plan(k.ctx, cell.AnyTier, k.number, padTo(p), k.out)
	if err != nil {
		return err
	}
	if len(c.Results) == 0 {
		return misuse(p, "that has no value")
	}
	b := display.Text(strings.Join(c.Results, ", "))
	k.value = &b
	return nil
}

// padTo returns a command's arguments at the line of the command, for errors.
func padTo(p piece) string { return strings.Repeat("\n", p.line-1) + p.text }

func (k *call) time(p piece) error {
	if p.text == "" {
		return misuse(p, "it wants a line of Go")
	}
	return k.timed(p)
}

func (k *call) timed(p piece) error {
	src, _, _ := p.goText()
	start := time.Now()
	v, err := k.goCode(src)
	if err != nil {
		return err
	}
	total := time.Since(start)
	k.print("ran in %s (%s with checking and transport)\n", round(v.Elapsed), round(total))
	return nil
}

// round keeps three digits or so.
func round(d time.Duration) time.Duration {
	for unit := time.Second; unit > 1; unit /= 1000 {
		if d >= unit {
			return d.Round(unit / 100)
		}
	}
	return d
}

func (k *call) reset(p piece) error {
	if p.text != "" && p.text != "-f" {
		return misuse(p, "it takes no arguments")
	}
	if err := k.ev.engine.Reset(k.ctx); err != nil {
		return err
	}
	k.ev.record, k.made = record{}, nil
	k.print("All names and imports are forgotten.\n")
	return nil
}

func (k *call) cd(p piece) error {
	dir := strings.Trim(p.text, `"'`)
	if dir == "" {
		dir = "~"
	}
	if dir == "~" || strings.HasPrefix(dir, "~/") {
		home, err := os.UserHomeDir()
		if err != nil {
			return misuse(p, "there is no home directory: "+err.Error())
		}
		dir = filepath.Join(home, dir[1:])
	}
	now, err := k.ev.engine.Chdir(k.ctx, dir, k.out)
	if err != nil {
		return commandFailed(p, err)
	}
	k.print("%s\n", now)
	return nil
}

func commandFailed(p piece, err error) error {
	if f, ok := asError[*engine.Failure](err); ok && f.Kind != engine.Returned {
		return err
	}
	return &commandError{line: p.line, source: strings.TrimSpace(p.command.name + " " + p.text), msg: err.Error()}
}

func (k *call) env(p piece) error {
	name, value, set := strings.Cut(p.text, "=")
	if !set {
		name, value, set = strings.Cut(p.text, " ")
	}
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if set {
		if err := k.ev.engine.Setenv(k.ctx, name, value, k.out); err != nil {
			return commandFailed(p, err)
		}
		k.print("%s=%s\n", name, value)
		return nil
	}
	all, err := k.ev.engine.Environ(k.ctx, k.out)
	if err != nil {
		return err
	}
	sort.Strings(all)
	for _, line := range all {
		n, _, _ := strings.Cut(line, "=")
		if name == "" || n == name {
			k.print("%s\n", line)
			set = true
		}
	}
	if !set {
		return misuse(p, "there is no environment variable "+name)
	}
	return nil
}

func (k *call) writeFile(p piece) error {
	args := strings.Fields(p.text)
	mode := os.O_TRUNC
	if len(args) == 2 && args[0] == "-a" {
		mode, args = os.O_APPEND, args[1:]
	}
	if len(args) != 1 {
		return misuse(p, "it wants one file name")
	}
	path := args[0]
	if !filepath.IsAbs(path) {
		dir, err := k.ev.engine.Chdir(k.ctx, ".", k.out)
		if err != nil {
			return commandFailed(p, err)
		}
		path = filepath.Join(dir, path)
	}
	verb := "wrote"
	if _, err := os.Stat(path); err == nil {
		verb = "overwrote"
	}
	if mode == os.O_APPEND {
		verb = "appended to"
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|mode, 0o666)
	if err != nil {
		return commandFailed(p, err)
	}
	body := p.body
	if body != "" && !strings.HasSuffix(body, "\n") {
		body += "\n" // front ends cut the last line's end off
	}
	_, err = f.WriteString(body)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return commandFailed(p, err)
	}
	k.print("%s %s\n", verb, args[0])
	return nil
}

// shellPath returns bash, or the system's sh where there is none.
func shellPath() (string, error) {
	for _, sh := range []string{"bash", "sh"} {
		if p, err := exec.LookPath(sh); err == nil {
			return p, nil
		}
	}
	return "", fmt.Errorf("neither bash nor sh is on PATH")
}

func (k *call) bash(p piece) error {
	if p.text != "" {
		return misuse(p, "it takes no arguments")
	}
	return k.runShell(p, p.body)
}

func (k *call) shell(p piece) error {
	if strings.TrimSpace(p.text) == "" {
		return misuse(p, "it wants a command")
	}
	return k.runShell(p, p.text)
}

func (k *call) runShell(p piece, script string) error {
	sh, err := shellPath()
	if err != nil {
		return commandFailed(p, err)
	}
	if err := k.ev.engine.Shell(k.ctx, []string{sh, "-c", script}, k.out); err != nil {
		return commandFailed(p, err)
	}
	return nil
}

func (k *call) inspect(p piece) error       { return k.page(p, 0) }
func (k *call) inspectSource(p piece) error { return k.page(p, 1) }

func (k *call) page(p piece, detail int) error {
	b, ok := inspectCommand(p.text, len(p.text))
	if !ok {
		d, found := k.ev.engine.Frontend().Inspect(p.text, len(p.text), detail)
		if !found {
			d, found = k.ev.describePrelude(p.text, len(p.text), detail)
		}
		if !found {
			return &commandError{line: p.line, source: p.text + p.command.name, msg: fmt.Sprintf("there is nothing named %s", p.text)}
		}
		b = describe(d)
	}
	k.payloads = append(k.payloads, session.Payload{Source: "page", Data: b})
	return nil
}
