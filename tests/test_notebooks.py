"""Every notebook runs from top to bottom in a fresh kernel, and is committed
without outputs."""

import nbclient
import nbformat
import pytest

from conftest import ROOT

NOTEBOOKS = sorted(
    path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
)


def name(path):
    return str(path.relative_to(ROOT))


def test_there_are_notebooks():
    assert ROOT / "notebooks" / "00-intro.ipynb" in NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_notebook_runs_without_unexpected_errors(path):
    notebook = nbformat.read(path, as_version=4)
    # nbclient raises on an error in a cell that is not tagged for it.
    nbclient.NotebookClient(notebook, timeout=120).execute()
    for cell in notebook.cells:
        if "raises-exception" in cell.metadata.get("tags", []):
            errors = [output for output in cell.outputs if output.output_type == "error"]
            assert len(errors) == 1, f"{cell.id} is tagged raises-exception: {cell.outputs}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_notebook_is_committed_without_outputs(path):
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "netherfield"
    kept = [
        cell.id
        for cell in notebook.cells
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count is not None)
    ]
    assert not kept, f"{name(path)}: clear the outputs of {kept} before committing"
