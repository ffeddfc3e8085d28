"""What the README tells people to type works in a new clone.

Every fenced block of the language sh is run, in the order of the page. A word
after `sh` says how:

    sh          each line must exit with 0
    sh server   the last line starts JupyterLab: it is probed and stopped
    sh gate     the line runs these very tests, or a part of them: it is only
                compared with what CI runs

"""

import os
import re
import shutil
import subprocess

import pytest

import lab_server
from conftest import ROOT

README = (ROOT / "README.md").read_text()
BLOCKS = [
    (mark.strip(), text.strip().splitlines())
    for mark, text in re.findall(r"^```sh([^\n]*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
]
URL = "https://github.com/netherfield/netherfield"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder to type in, and an environment in which the repository's public
    address means a copy of this working tree."""
    origin = tmp_path_factory.mktemp("origin") / "netherfield"
    leave_out = shutil.ignore_patterns(".git", ".venv", "bin", "artifacts", "__pycache__", ".pytest_cache")
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


@pytest.mark.patience(1200)
def test_every_command_works_as_written(place):
    folder, env = place
    for number, (mark, lines) in enumerate(BLOCKS):
        if mark == "gate":
            continue
        for line in lines[:-1] if mark == "server" else lines:
            if line.startswith("cd "):
                folder = folder / line.removeprefix("cd ")
                assert folder.is_dir(), line
                continue
            done = subprocess.run(
                line, shell=True, cwd=folder, env=env, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900,
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}"
        if mark == "server":
            log = folder.parent / f"server-{number}.log"
            with lab_server.running(["bash", "-c", lines[-1]], log, cwd=folder, env=env) as lab:
                assert "netherfield" in lab.json("api/kernelspecs")["kernelspecs"]
                assert "00-intro.ipynb" in {entry["name"] for entry in lab.json("api/contents")["content"]}


def test_marks_are_known_and_gates_are_run_by_ci():
    assert {mark for mark, _ in BLOCKS} == {"", "server", "gate"}
    gates = [line for mark, lines in BLOCKS if mark == "gate" for line in lines]
    assert gates == ["make test", "make check"]
    assert "exec make test\n" in (ROOT / ".ci" / "run").read_text()


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("https://"):
            assert (ROOT / target).exists(), target
