"""Every notebook runs from top to bottom, by nbclient and by `netherfield run` (and some of
them in JupyterLab: test_lab.py), says what its text says it says, and is committed without
outputs."""

import os
import re
import subprocess
from unittest import mock

import nbclient
import nbformat
import pytest

import workshop
from conftest import BINARY, ROOT

# In the order of their names: later ones read what earlier ones write.
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))

# What cells say, by notebook and id: a pattern for the plain text of their outputs. Where a
# number depends on the rounding of a machine, the pattern leaves room for it.
SAYS = {
    "00-generator": {
        "small": r"The (cat|dog) (drank the (milk|tea)|sat)\.",
        "shares": r"legitimate  20000\n1  spam +20000",
        "generate": "8 rows × 3 columns",
        "save": 'Name: "label", Kind: string',
    },
    "01-vectors-and-visualization": {
        "by-hand": r'"tea ", "ea t", "a ti", " tim", "time"',
        "vectors": r"3000\n256",
        "first-rows": "5 rows × 256 columns",
        "pca": "PCA of shingles.*3,000 rows",
        "tsne": "100 %, 1,000 of 1,000.*\n?.*t-SNE of shingles.*800 rows",
    },
    "02-evaluating-models": {
        "data": r"30000\n10000",
        "memorise": "^1$",
        "unseen": r"^0\.5\d",
        "constant": r"^0\.95$",
        "rule": r"spam +0\.07 +0\.88",
        "lengths-model": r"accuracy +0\.7[3-6] +10000",
        "auc": r"^0\.(79|80)",
    },
    "03-feature-engineering-tfidf": {
        "three": "3 rows × 9 columns",
        "idf": r'"the": 1,',
        "by-hand": r'"cat": 0\.53058734',
        "tfidf": r"0\.530587",
        "pipeline": r"40000\n256",
        "save": r"40000\n257",
    },
    "03-feature-engineering-summaries": {"means": "2 rows × 6 columns", "save": r"40000\n10"},
    "04-model-logistic-regression": {
        "split": r"30000\n10000",
        "report": r"accuracy +0\.97 +10000",
        "coefficients": "16 rows × 3 columns",
    },
    "04-model-random-forest": {
        "fit": "growing trees.*100 %, 20 of 20",
        "report": r"accuracy +0\.96 +10000",
        "training-accuracy": r"^(1|0\.99)",
        "importances": "10 rows × 3 columns",
    },
    "05-data-drift": {
        "pipeline": r"spam +0\.97 +0\.97 +0\.97",
        "after": r"spam +0\.9[56] +0\.(6[6-9]|7[0-2])",  # recall has fallen
        "report": r"domain classifier 0\.6\d+, limit 0\.55, p [^\n]*: drift",
        "psi": r"45 %[^\n]* drift false\n[^\n]*\n 25 %[^\n]* drift true",
        "retrain": r"spam +0\.9\d +0\.8\d",
    },
    "06-pipelines": {
        "refit": r"^0\.97",
        "search": r'"vectorize\.Buckets": 1024',
        "results": "8 rows × 5 columns",
        "best": r"accuracy +0\.99 +10000",
    },
    "07-services": {
        "single": '"legitimate"',
        "several": '"spam", "legitimate"',
        "predictions": "200 rows × 4 columns",
        "judge": r"accuracy +0\.9[5-9] +200",
        "experiment": r"50 % spam sent: 20000 messages, (49|50)\.\d % spam",
        "ninety-five": r"95 % spam sent: 20000 messages, 9[1-4]\.\d % spam",
        "drift": r"\n(0\.[6-9]|1\.)\d+\n1$",
        "no-drift": r"\n(0|0\.0\d+|\S+e-\d+)\n0$",
    },
    "08-rest-api": {
        "bayes": r"spam +workshop +\[stable[^\n]*\nspam +bayes +\[\]",
        "compare": r"workshop +9[67]\d of 1000 right\nbayes +99\d of 1000",
        "canary": r"true\n400",
        "promote": '"bayes"',
        "rollback": '"workshop"',
        "lengths": "5 predictions of size, version 1",
        "explain": "because of",
        "v2": '"legitimate"',
        "clean": r"^spam +workshop[^\n]*$",
    },
    "09-alerting": {
        "rules": "alert: PipelinePredictionsDrift",
        "measure": r"50 % spam: PSI 0\.0\d+\n75 % spam: PSI 0\.2\d+\n95 % spam: PSI 1\.",
    },
    "99-baseline": {"report": r"accuracy +0\.99 +10000"},
}


def text(output):
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return output.data.get("text/plain", "")


def check(name, notebook):
    """Holds a notebook that was run to what it should say."""
    nbformat.validate(notebook)
    for cell in notebook.cells:
        errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
        expected = "raises-exception" in cell.metadata.get("tags", [])
        assert len(errors) == expected, f"{name}, cell {cell.id}: {[text(e) for e in errors]}"
    says = {cell.id: "\n".join(text(o).rstrip("\n") for o in cell.outputs) for cell in notebook.cells if cell.cell_type == "code"}
    for id, pattern in SAYS.get(name.removesuffix(".ipynb"), {}).items():
        assert re.search(pattern, says[id]), f"{name}, cell {id} says {says[id]!r}, not {pattern!r}"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with workshop.service(tmp_path_factory.mktemp("service")) as variables:
        with mock.patch.dict(os.environ, variables):
            yield


@pytest.fixture(scope="module")
def by_nbclient(tmp_path_factory):
    return workshop.copy(tmp_path_factory.mktemp("nbclient") / "notebooks")


@pytest.fixture(scope="module")
def by_run(tmp_path_factory):
    return workshop.copy(tmp_path_factory.mktemp("run") / "notebooks")


def test_there_are_notebooks():
    assert {name.removesuffix(".ipynb") for name in NOTEBOOKS} >= SAYS.keys() | {"00-intro", "00-display"}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_runs_in_nbclient(name, service, by_nbclient):
    notebook = nbformat.read(by_nbclient / name, as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": by_nbclient}}).execute()
    check(name, notebook)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_runs_in_netherfield_run(name, service, by_run):
    done = subprocess.run([BINARY, "run", "--in-place", name], cwd=by_run, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    check(name, nbformat.read(by_run / name, as_version=4))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_is_committed_without_outputs(name):
    path = ROOT / "notebooks" / name
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "netherfield"
    kept = [
        cell.id
        for cell in notebook.cells
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None)
    ]
    assert not kept, f"{name}: clear the outputs of {kept} before committing, or `netherfield strip` it"
    # As Jupyter itself writes it, so that opening and saving it is no change.
    assert nbformat.writes(notebook) + "\n" == path.read_text()
    assert subprocess.run([BINARY, "strip", "--check", path]).returncode == 0
