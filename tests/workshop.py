"""The workshop as somebody has it who has just typed `make lab`: the notebooks, the data,
and the service beside JupyterLab."""

import contextlib
import json
import shutil
import subprocess

from conftest import BINARY, ROOT

TOKEN = "workshop-token"


def copy(folder):
    """A copy of the notebooks with their data."""
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns("data", ".ipynb_checkpoints"))
    subprocess.run([BINARY, "data", "data/training.parquet"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder


@contextlib.contextmanager
def service(folder):
    """The service that `netherfield lab` starts; the variables that name it."""
    token = folder / "token"
    token.write_text(TOKEN)
    command = [BINARY, "serve", "--workshop", "--listen", "127.0.0.1:0", "--json", "--until-stdin-closes"]
    process = subprocess.Popen(
        [*command, "--admin-token-file", token], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        yield {"PIPELINE_URL": json.loads(process.stdout.readline())["url"], "PIPELINE_TOKEN": TOKEN}
    finally:
        process.stdin.close()
        assert process.wait(timeout=60) == 0, "the service does not end with its standard input"
        process.stdout.close()
