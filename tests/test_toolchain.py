"""What works where cells cannot be compiled: notebooks that were compiled
elsewhere run whole, and of all others what the interpreter can run."""

import json
import os
import shutil
import subprocess

import nbclient
import nbformat
import pytest

from conftest import BINARY
from test_kernel import Kernel

CELLS = [
    "type Point struct{ X, Y int }\n\nfunc (p Point) Norm() int { return p.X*p.X + p.Y*p.Y }",
    "func fib(n int) int {\n\tif n < 2 {\n\t\treturn n\n\t}\n\treturn fib(n-1) + fib(n-2)\n}",
    "points := []Point{{3, 4}, {1, 2}}\npoints[0].Norm() + fib(20)",
    "func Map[T, U any](list []T, f func(T) U) (out []U) {\n\tfor _, x := range list {\n\t\tout = append(out, f(x))\n\t}\n\treturn out\n}",
    "%time norms := Map(points, Point.Norm)\nnorms",
    "%%compile\ntotal := 0\nfor i := range 10 {\n\ttotal += i * fib(i)\n}\nfmt.Println(total)",
    "slices.SortFunc(points, func(a, b Point) int { return a.Norm() - b.Norm() })\npoints",
    "// An error of the runtime\npoints[len(points)]",
    "func (p Point) String() string { return fmt.Sprintf(\"(%d|%d)\", p.X, p.Y) }",
    "fmt.Sprint(Point{1, 2}) + fmt.Sprint(total)",
    "func judge(texts []string) []string {\n\tout, err := score_text(texts)\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\treturn out\n}\nlen(judge(nil))",
]


def write_notebook(path, cells):
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "netherfield", "display_name": "Go", "language": "go"}},
        cells=[nbformat.v4.new_markdown_cell("# Points"), *map(nbformat.v4.new_code_cell, cells)],
    )
    for cell in notebook.cells:
        if cell.source.startswith("// An error"):
            cell.metadata["tags"] = ["raises-exception"]
    nbformat.write(notebook, path)
    return notebook


def precompile(*arguments, status=0, env=None):
    done = subprocess.run(
        [BINARY, "precompile", "--json", *arguments], env=dict(os.environ, **(env or {})),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=200,
    )
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout), done.stderr


def texts(cell):
    return "".join(
        output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs
    )


def test_a_precompiled_notebook_needs_no_toolchain(tmp_path, monkeypatch):
    cache, overlay = tmp_path / "cache", tmp_path / "overlay"
    notebook = write_notebook(tmp_path / "points.ipynb", CELLS)
    [first], _ = precompile("--cache", cache, tmp_path / "points.ipynb")
    [again], _ = precompile("--cache", cache, tmp_path / "points.ipynb")
    assert (first["cells"], first["failed"]) == (len(CELLS), [])
    assert first["built"] >= 6
    assert (again["built"], again["cached"]) == (0, first["built"] + first["cached"])

    # Should there be a go command in /usr/local/go, it has no C compiler.
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("GOROOT", "")
    monkeypatch.setenv("NETHERFIELD_CACHE", str(overlay))
    monkeypatch.setenv("NETHERFIELD_CACHE_READONLY", str(cache))
    nbclient.NotebookClient(notebook, timeout=60).execute()
    assert "6790" in texts(notebook.cells[3])
    assert "[]int{25, 5}" in texts(notebook.cells[5])
    assert texts(notebook.cells[10]) == '"(1|2)659"'
    assert texts(notebook.cells[11]) == "0"
    assert not list(overlay.rglob("*.so"))


def test_what_fails_is_reported_and_the_rest_compiled(tmp_path):
    write_notebook(tmp_path / "a.ipynb", ["type T int", "var t T = \"a\"", "%nonsense", "type U []T", "func (T) x( {"])
    (tmp_path / "b.ipynb").write_text('{"cells": [\n  7 }')
    (tmp_path / "c.ipynb").write_text('{"nbformat": 4, "metadata": {"language_info": {"name": "python"}}, "cells": []}')
    [answer], errors = precompile("--cache", tmp_path / "cache", *(tmp_path / f"{n}.ipynb" for n in "abc"), status=1)
    assert (answer["built"], [f["cell"] for f in answer["failed"]]) == (2, [2, 3, 5])
    assert f"{tmp_path}/a.ipynb: cell 2: 1:11: cannot use \"a\"" in errors
    assert f"{tmp_path}/b.ipynb: line 2, column 5: this is no notebook" in errors
    assert f"{tmp_path}/c.ipynb is a notebook of python, not of Go" in errors
    assert "not everything compiles in 3 of 3 notebooks" in errors


def tools_without_space(folder):
    """A Go distribution whose linker finds the disk full."""
    tools = folder / "tools"
    tools.mkdir()
    real = subprocess.check_output(["go", "env", "GOTOOLDIR"], text=True).strip()
    (tools / "compile").symlink_to(os.path.join(real, "compile"))
    script(tools / "link", 'echo "link: writing: no space left on device" >&2; exit 1')
    fake_go(folder, "GOTOOLDIR", tools)


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def fake_go(folder, key, value):
    """A go command, first in PATH, that says something else of itself."""
    script(folder / "go", f"""{shutil.which("go")} "$@" | sed 's|"{key}": ".*"|"{key}": "{value}"|'""")
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def told_otherwise(folder, setting, other):
    """The binary, which takes itself to be built otherwise: to build it so would
    take a minute."""
    binary = folder / "netherfield"
    text = BINARY.read_bytes()
    assert setting in text and len(setting) == len(other)
    binary.write_bytes(text.replace(setting, other))
    binary.chmod(0o755)
    return binary


def situation(name, folder):
    """The environment, the binary, and what the kernel is to say."""
    path = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    match name:
        case "no C compiler":
            return {"CC": "no-such-gcc"}, BINARY, "no C compiler (no-such-gcc) for linking was found: install it"
        case "no tools at all":
            return {"PATH": str(folder), "GOROOT": ""}, BINARY, "was found: install"
        case "another version":
            fake_go(folder, "GOVERSION", "go1.25.1")
            return {**path, "CC": "no-such-gcc"}, BINARY, "is go1.25.1 but this kernel was built with go"
        case "no cache":
            return {"NETHERFIELD_CACHE": "/proc/cache"}, BINARY, "cannot be written to, set NETHERFIELD_CACHE to another directory"
        case "full disk":
            tools_without_space(folder)
            return path, BINARY, "there is no space left for compiled cells"
        case "no cgo":
            return {}, told_otherwise(folder, b"\tCGO_ENABLED=1\n", b"\tCGO_ENABLED=0\n"), "this kernel was built without cgo"
        case "no trimpath":
            return {}, told_otherwise(folder, b"\t-trimpath=true\n", b"\t-trimpath=none\n"), "this kernel was built without -trimpath"


@pytest.mark.parametrize(
    "name",
    ["no C compiler", "no tools at all", "another version", "no cache", "full disk", "no cgo", "no trimpath"],
)
def test_without_the_compiler_cells_are_interpreted(name, tmp_path, monkeypatch):
    env, binary, sentence = situation(name, tmp_path)
    monkeypatch.setenv("NETHERFIELD_CACHE", str(tmp_path / "cache"))
    for key, value in env.items():
        monkeypatch.setenv(key, value)
    kernel = Kernel(binary)
    try:
        assert kernel.value("1 + 1") == "2"
        for _ in range(2):
            reply, messages = kernel.run(CELLS[1])
            assert reply["status"] == "ok", messages
            assert kernel.value("fib(15)") == "610"
            reply, messages = kernel.run("x := 1\n" + CELLS[0])
            assert reply["status"] == "error"
            assert "a type declaration needs the compiler: " in reply["evalue"] and sentence in reply["evalue"], reply
            assert reply["evalue"].startswith("2:6: ") and "\n" not in reply["evalue"]
        assert "Cells cannot be compiled: " in (tier := kernel.value("%tier")) and sentence in tier, tier
        assert "this would be interpreted" in kernel.value("%tier fib(3)").lower()
    finally:
        kernel.close()
