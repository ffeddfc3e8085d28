"""netherfield run, build, strip, diff and git-setup, as people call them."""

import json
import os
import re
import signal
import socket
import subprocess
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import gitrepo
import workshop
from conftest import BINARY, ROOT


def netherfield(*arguments, **options):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, **options)


def written(path, *sources, kernel="netherfield", language="go", tags=()):
    """A notebook of code cells; tags are those of cells by number."""
    cells = [new_code_cell(s, metadata={"tags": list(dict(tags).get(i, []))}) for i, s in enumerate(sources)]
    spec = {"name": kernel, "display_name": kernel, "language": language}
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Title"), *cells], metadata={"kernelspec": spec}), path)
    return path


def outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path_factory, monkeypatch):
    """No process and no folder of a run outlives it."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(folder))
    yield
    deadline = time.monotonic() + 10
    while True:
        left = [p.name for p in folder.glob("netherfield-[rb]u*")]
        kernels = subprocess.run(["pgrep", "-f", f"{folder}/netherfield-run-"], capture_output=True, text=True).stdout.split()
        if not left and not kernels:
            return
        assert time.monotonic() < deadline, (left, kernels)
        time.sleep(0.1)


KERNELS = {
    "netherfield": ("go", ['n := 3', 'fmt.Println("hello")\nn * 2', 'panic("on purpose")']),
    "python3": ("python", ["n = 3", 'print("hello")\nn * 2', 'raise ValueError("on purpose")']),
}


@pytest.mark.parametrize("kernel", KERNELS)
def test_outputs_are_those_that_nbclient_gets(kernel, tmp_path):
    import nbclient

    language, sources = KERNELS[kernel]
    path = written(tmp_path / "a.ipynb", *sources, kernel=kernel, language=language, tags={2: ["raises-exception"]})
    expected = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(expected, timeout=60).execute()
    done = netherfield("run", "--output", tmp_path / "b.ipynb", path)
    assert done.returncode == 0, done.stderr
    theirs = [cell.outputs for cell in expected.cells if cell.cell_type == "code"]
    assert outputs(tmp_path / "b.ipynb") == theirs
    ours = nbformat.read(tmp_path / "b.ipynb", as_version=4)
    assert [c.get("execution_count") for c in ours.cells] == [c.get("execution_count") for c in expected.cells]
    assert ours.metadata.language_info == expected.metadata.language_info
    # What has run is written as Jupyter would write it.
    assert nbformat.writes(ours) + "\n" == (tmp_path / "b.ipynb").read_text()
    assert outputs(path) == [[], [], []], "the notebook itself has changed"


def test_parameters_are_set(tmp_path):
    path = written(tmp_path / "a.ipynb", 'n, who := 1, "you"', "fmt.Println(n+1, who)", tags={0: ["parameters"]})
    assert netherfield("run", "-p", "n=41", "-p", "who=everybody out there", "--in-place", path).returncode == 0
    assert outputs(path)[2][0].text == "42 everybody out there\n"
    again = netherfield("run", "-p", "n=1", "--in-place", path)
    assert again.returncode == 0 and outputs(path)[2][0].text == "2 you\n" and len(outputs(path)) == 3
    wrong = netherfield("run", "-p", "n=many", path)
    assert wrong.returncode == 1 and "injected" not in wrong.stdout and "many" in wrong.stderr


def test_a_failure_names_the_cell(tmp_path):
    path = written(tmp_path / "a.ipynb", "x := 1", "// here\nundefined + x", "x = 2")
    done = netherfield("run", "--output", tmp_path / "b.ipynb", path)
    assert done.returncode == 1
    assert f"{path}: cell 2 (" in done.stderr and "undefined: undefined" in done.stderr and "undefined + x" in done.stderr
    assert "\x1b" not in done.stderr, "colours are for terminals"
    kept = outputs(tmp_path / "b.ipynb")
    assert kept[1][0].output_type == "error" and kept[2] == []
    assert netherfield("run", "--allow-errors", path).returncode == 0
    told = json.loads(netherfield("run", "--json", path).stdout)
    assert told[0]["failed"]["cell"] == 2 and told[0]["cells"] == 3


def test_time_is_bounded(tmp_path):
    endless = written(tmp_path / "a.ipynb", "x := 1", "for { time.Sleep(time.Millisecond) }")
    began = time.monotonic()
    done = netherfield("run", "--cell-timeout", "1s", endless)
    assert done.returncode == 1 and "cell 2" in done.stderr and "longer than 1s" in done.stderr
    done = netherfield("run", "--timeout", "2s", endless)
    assert done.returncode == 1 and "longer than 2s" in done.stderr
    assert time.monotonic() - began < 60


def test_a_kernel_that_dies_is_told(tmp_path):
    path = written(tmp_path / "a.ipynb", "import os\nos._exit(7)", kernel="python3", language="python")
    done = netherfield("run", path)
    assert done.returncode == 1 and "the kernel python3 has died: exit status 7" in done.stderr


def test_ctrl_c_ends_a_run(tmp_path):
    path = written(tmp_path / "a.ipynb", 'fmt.Println("here")', "for { time.Sleep(time.Millisecond) }")
    process = subprocess.Popen([BINARY, "run", path], stderr=subprocess.PIPE, text=True)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1 and "interrupted" in told


def test_a_service_runs_beside_notebooks(tmp_path):
    """score_text answers, and the service is gone afterwards."""
    path = written(tmp_path / "a.ipynb", 'score_text([]string{"buy this tea"}), os.Getenv("PIPELINE_URL")')
    done = netherfield("run", "--service", "--in-place", path)
    assert done.returncode == 0, done.stderr
    said = outputs(path)[0][0].data["text/plain"]
    assert '"spam"' in said
    port = int(re.search(r":(\d+)", said)[1])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)


MISTAKES = {
    "no notebook": ("{", "line 1, column 2: this is no notebook"),
    "an old one": ('{"nbformat": 3, "worksheets": []}', "format 3, not 4"),
    "a wrong cell": (
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "id": "a b", "source": "", "outputs": [], "metadata": {}, "execution_count": null}]}',
        'cell 1 has the id "a b"',
    ),
    "another kernel": (
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "fortran", "display_name": "F"}}, "cells": []}',
        'there is no kernel "fortran"; there are',
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_bad_input_is_told(mistake, tmp_path):
    content, message = MISTAKES[mistake]
    path = tmp_path / "a.ipynb"
    path.write_text(content)
    done = netherfield("run", "--in-place", path)
    assert done.returncode == 1 and message in done.stderr
    assert path.read_text() == content


def test_what_we_call_a_notebook_is_what_jupyter_calls_one(tmp_path):
    """Of many damaged notebooks ours and Jupyter's validation say the same."""
    good = json.loads((ROOT / "notebooks" / "00-intro.ipynb").read_text())
    good["cells"] = good["cells"][:3]
    good["cells"][1].update(cell_type="code", source="", outputs=[], execution_count=None)
    code = good["cells"][1]
    stream = {"output_type": "stream", "name": "stdout", "text": "a"}
    result = {"output_type": "execute_result", "data": {"text/plain": "a"}, "metadata": {}, "execution_count": 1}
    error = {"output_type": "error", "ename": "a", "evalue": "b", "traceback": []}
    changes = [
        {}, {"id": "a b"}, {"id": "x" * 65}, {"id": "x" * 64}, {"metadata": []}, {"source": [1]}, {"source": ["1", "+1"]},
        {"outputs": {}}, {"outputs": [stream]}, {"outputs": [result]}, {"outputs": [error]}, {"outputs": [{**stream, "more": 1}]},
        {"outputs": [{"output_type": "stream", "text": "a"}]}, {"outputs": [{**stream, "text": 3}]}, {"outputs": [{**stream, "text": ["a", "b"]}]},
        {"outputs": [{**result, "execution_count": -1}]}, {"outputs": [{**result, "execution_count": None}]}, {"outputs": [{**result, "data": []}]},
        {"outputs": [{**result, "data": {"text/plain": 1}}]}, {"outputs": [{**result, "data": {"application/json": 1}}]},
        {"outputs": [{**result, "data": {"application/x+json": {}}}]}, {"outputs": [{**error, "traceback": [1]}]}, {"outputs": [{"output_type": "x"}]},
        {"execution_count": -1}, {"execution_count": 3}, {"execution_count": "3"}, {"metadata": {"tags": "a"}}, {"metadata": {"tags": ["a", "a"]}},
        {"metadata": {"tags": ["a,b"]}}, {"metadata": {"collapsed": 1}}, {"metadata": {"scrolled": "auto"}}, {"metadata": {"scrolled": "x"}},
        {"metadata": {"jupyter": {"source_hidden": True}}}, {"metadata": {"execution": {"a": 1}}}, {"metadata": {"anything": [1]}}, {"cell_type": "query"}, {"more": 1},
    ]
    path = tmp_path / "a.ipynb"
    for change in changes:
        code_now = {**code, **change}
        path.write_text(json.dumps({**good, "cells": [good["cells"][0], code_now, good["cells"][2]]}))
        try:
            nbformat.validate(json.loads(path.read_text()))
            theirs = True
        except nbformat.ValidationError:
            theirs = False
        done = netherfield("run", "--kernel", "netherfield", path)
        assert (done.returncode == 0) == theirs, f"{change}: Jupyter says {theirs}, we say {done.stderr}"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The workshop in a repository of its own."""
    return gitrepo.begin(workshop.copy(tmp_path_factory.mktemp("build") / "notebooks"), "*.ipynb")


STAGES = ["03-feature-engineering-tfidf.ipynb", "04-model-logistic-regression.ipynb"]


def test_notebooks_become_an_artefact(place, tmp_path):
    first, second = tmp_path / "first.sav", tmp_path / "second.sav"
    done = netherfield("build", *STAGES, "--output", first, cwd=place)
    assert done.returncode == 0, done.stderr
    assert "vectorize, tfidf" in done.stdout and "logisticregression" in done.stdout
    # Named otherwise and from elsewhere: the same bytes.
    env = {**os.environ, "S2I_SOURCE_NOTEBOOK_LIST": ", ".join(STAGES)}
    again = json.loads(netherfield("build", "--output", second, "--json", cwd=place, env=env).stdout)
    assert first.read_bytes() == second.read_bytes()
    commit = gitrepo.git(place, "rev-parse", "HEAD")
    origin = again["provenance"]
    assert origin["commit"] == commit and "dirty" not in origin
    assert origin["notebook"] == ", ".join(STAGES) and len(origin["notebook_sha256"].split(", ")) == 2
    assert origin["seed"] == "43" and len(origin["data_sha256"]) == 64 and "baseline" in origin
    # Other parameters, another artefact.
    other = json.loads(netherfield("build", *STAGES, "-p", "buckets=512", "--output", tmp_path / "third.sav", "--json", cwd=place).stdout)
    assert other["digest"] != again["digest"]


def test_a_build_that_fails_writes_nothing(place, tmp_path):
    target = tmp_path / "model.sav"
    broken = written(tmp_path / "broken.ipynb", "x := 1", 'panic("no features today")')
    done = netherfield("build", broken, "--output", target)
    assert done.returncode == 1 and f"{broken}: cell 2" in done.stderr and "no features today" in done.stderr
    silent = written(tmp_path / "silent.ipynb", "x := 1")
    done = netherfield("build", silent, "--output", target)
    assert done.returncode == 1 and f"{silent}: it saved no stage" in done.stderr
    done = netherfield("build", *STAGES, "-p", "bucket=1", "--output", target, cwd=place)
    assert done.returncode == 1 and "no notebook declares the parameter bucket" in done.stderr
    backwards = netherfield("build", *reversed(STAGES), "--output", target, cwd=place)
    assert backwards.returncode == 1 and "the stages cannot be joined" in backwards.stderr
    assert netherfield("build").returncode == 2
    assert not target.exists()


def test_git_keeps_no_outputs(tmp_path):
    def git(*arguments, code=0):
        done = subprocess.run(["git", *arguments], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    git("init", "--quiet")
    git("config", "user.name", "test")
    git("config", "user.email", "test@example.org")
    path = written(tmp_path / "a.ipynb", "x := 20", "x + 1")
    clean = path.read_text()
    setup = netherfield("git-setup", cwd=tmp_path)
    assert setup.returncode == 0 and ".gitattributes" in setup.stdout, setup.stderr
    assert netherfield("git-setup", cwd=tmp_path).returncode == 0, "twice is as good as once"
    assert netherfield("run", "--in-place", path).returncode == 0
    assert "21" in path.read_text()
    git("add", "--all")
    git("commit", "--quiet", "--message", "first")
    committed = nbformat.reads(git("show", "HEAD:a.ipynb"), as_version=4)
    assert all(c.cell_type != "code" or c.outputs == [] and c.execution_count is None for c in committed.cells)
    assert "21" in path.read_text(), "the file itself has lost its outputs"
    assert git("status", "--porcelain") == "", "outputs count as a change"

    path.write_text(path.read_text().replace("x + 1", "x + 2"))
    diff = git("diff")
    assert "-x + 1\n+x + 2\n" in diff and '"' not in diff.split("@@")[-1], diff
    assert "── code" in diff.split("@@")[2], "the hunk does not name its cell"
    ours = netherfield("diff", "a.ipynb", cwd=tmp_path)
    assert ours.returncode == 0 and "-x + 1\n+x + 2\n" in ours.stdout

    # Around the filter: the hook refuses.
    git("config", "filter.netherfield.clean", "cat")
    git("add", "a.ipynb")
    assert "a.ipynb: the notebook has outputs" in git("commit", "--message", "second", code=1)
    taken = netherfield("git-setup", "--undo", cwd=tmp_path)
    assert taken.returncode == 0 and not (tmp_path / ".gitattributes").exists(), taken.stderr
    assert "netherfield" not in (tmp_path / ".git" / "config").read_text()
    assert not (tmp_path / ".git" / "hooks" / "pre-commit").exists()
    stripped = netherfield("strip", path)
    assert stripped.returncode == 0 and nbformat.reads(clean, 4).cells[2].id in path.read_text()
    assert netherfield("strip", "--check", path).returncode == 0
    assert netherfield("git-setup", cwd="/").returncode == 1


def test_diff_of_two_notebooks(tmp_path):
    a = written(tmp_path / "a.ipynb", "x := 1")
    b = written(tmp_path / "b.ipynb", "x := 2")
    done = netherfield("diff", a, b)
    assert done.returncode == 0 and "-x := 1" in done.stdout and "+x := 2" in done.stdout
    assert netherfield("diff").returncode == 2
    assert netherfield("diff", a, tmp_path / "none.ipynb").returncode == 1
