"""What the README and the pages in docs tell people to type works in a new clone.

Every fenced block of the language sh is run, in the order of the page. A word
after `sh` says how:

    sh            each line must exit with 0
    sh server     the last line starts JupyterLab: it is probed and stopped
    sh together   the lines are one script
    sh gate       the line runs these very tests, or a part of them: it is only
                  compared with what CI runs

Those of the language go are cells, and run too.
"""

import os
import re
import shutil
import subprocess
from unittest import mock

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import lab_server
import workshop
from conftest import BINARY, ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page, language):
    """The marks and the texts of a page's blocks in a language."""
    found = re.findall(rf"^```{language}\b([^\n]*)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    return [(mark.strip(), text.strip()) for mark, text in found]


URL = "https://github.com/netherfield/netherfield"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder to type in, and an environment in which the repository's public
    address means a copy of this working tree."""
    origin = tmp_path_factory.mktemp("origin") / "netherfield"
    leave_out = shutil.ignore_patterns(".git", ".venv", ".images", ".cluster", "bin", "artifacts", "node_modules", "__pycache__", ".pytest_cache")
    shutil.copytree(ROOT, origin, ignore=leave_out, symlinks=True)
    config = {
        "safe.directory": "*",
        "user.name": "test",
        "user.email": "test@example.org",
        f"url.{origin}.insteadOf": URL,
    }
    env = dict(os.environ, GIT_CONFIG_COUNT=str(len(config)))
    for i, (key, value) in enumerate(config.items()):
        env[f"GIT_CONFIG_KEY_{i}"] = key
        env[f"GIT_CONFIG_VALUE_{i}"] = value
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "everything"]):
        subprocess.run(["git", *command], cwd=origin, env=env, check=True)
    return tmp_path_factory.mktemp("readme"), env


def run(script, folder, env):
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}"


@pytest.mark.patience(1200)
def test_every_command_works_as_written(place):
    """Those of the README in the folder where somebody begins, those of the other pages in
    the clone that it has made."""
    folder, env = place
    for page in PAGES:
        for number, (mark, text) in enumerate(blocks(page, "sh")):
            if mark == "together":
                run(f"set -e -o pipefail\n{text}", folder, env)
                continue
            lines = text.splitlines() if mark != "gate" else []
            server = lines.pop() if mark == "server" else None
            for line in lines:
                if line.startswith("cd "):
                    folder = folder / line.removeprefix("cd ")
                    assert folder.is_dir(), line
                else:
                    run(line, folder, env)
            if server:
                log = folder.parent / f"server-{number}.log"
                with lab_server.running(["bash", "-c", server], log, cwd=folder, env=env) as lab:
                    assert "netherfield" in lab.json("api/kernelspecs")["kernelspecs"]
                    contents = {entry["name"] for entry in lab.json("api/contents")["content"]}
                    assert contents >= {"00-intro.ipynb", "data"}
    left = subprocess.run(["git", "status", "--porcelain"], cwd=folder, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout
    unexpected = [line for line in left.splitlines() if not line.endswith((".parquet", ".yml", ".json", ".gitattributes"))]
    assert not unexpected, "following the pages changes files of the repository"


def run_cells(cells, folder):
    """Runs cells in a folder, and returns the last one's outputs as text."""
    path = folder / "cells.ipynb"
    spec = {"name": "netherfield", "display_name": "Go"}
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata={"kernelspec": spec}), path)
    subprocess.run([BINARY, "run", "--in-place", path], check=True)
    return "\n".join(output.data["text/plain"] for output in nbformat.read(path, as_version=4).cells[-1].outputs)


def test_the_cells_of_the_page_on_cells_run(tmp_path):
    """In a module like the one that it speaks of."""
    (tmp_path / "go.mod").write_text("module example.com/you/module\n\ngo 1.26\n")
    (tmp_path / "parse").mkdir()
    (tmp_path / "parse" / "parse.go").write_text(PARSE)
    (tmp_path / "testdata").mkdir()
    (tmp_path / "testdata" / "input.txt").write_text("short\nthe longest of all\n")
    cells = [text for _, text in blocks(ROOT / "docs" / "cells.md", "go")]
    assert len(cells) == 2
    assert run_cells(cells, tmp_path) == '"the longest of all"'


PARSE = """package parse

import "strings"

type Section struct{ Text string }

type Document struct{ Sections []Section }

func Parse(text []byte) *Document {
	d := new(Document)
	for line := range strings.Lines(string(text)) {
		d.Sections = append(d.Sections, Section{strings.TrimSpace(line)})
	}
	return d
}
"""


def test_the_cells_of_the_other_pages_run(tmp_path):
    folder = workshop.copy(tmp_path / "notebooks")
    readme = [text for _, text in blocks(ROOT / "README.md", "go")]
    assert re.search(r"accuracy +0\.9[67] +10000", run_cells(readme, folder))
    assert [text for _, text in blocks(ROOT / "docs" / "library.md", "go")] == readme
    ask, metrics, save = [text for _, text in blocks(ROOT / "docs" / "services.md", "go")]
    with workshop.service(tmp_path) as variables, mock.patch.dict(os.environ, variables):
        said = run_cells([*readme, "sample := data.Sample(200)", save, ask, metrics], folder)
    assert "pipeline_predictions_total" in said
    assert (folder / "model.sav").stat().st_size > 0


def test_marks_are_known_and_gates_are_run_by_ci():
    marked = [block for page in PAGES for block in blocks(page, "sh")]
    assert {mark for mark, _ in marked} == {"", "server", "gate", "together"}
    gates = [text for mark, text in marked if mark == "gate"]
    assert gates == ["make test", "make check"]
    assert "exec make test\n" in (ROOT / ".ci" / "run").read_text()


def test_links_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            if not target.startswith("https://"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
