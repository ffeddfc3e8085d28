"""Print how long each notebook of the workshop takes, from the start of its kernel to the end
of its last cell: with an empty cache of compiled cells, and once more. The exit status says
whether all of them ran, never whether they were fast."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from bench.__main__ import machine

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "bin" / "netherfield"
LINE = "{:<40} {:>12} {:>16}"


def run_all(folder, cache):
    """The seconds of each notebook, run in the order of their names, and of everything: the
    data and the service, too."""
    began = time.perf_counter()
    env = {**os.environ, "NETHERFIELD_CACHE": str(cache)}
    subprocess.run([BINARY, "data", "data/training.parquet"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    names = sorted(path.name for path in folder.glob("*.ipynb"))
    done = subprocess.run([BINARY, "run", "--service", "--json", *names], cwd=folder, env=env, stdout=subprocess.PIPE)
    answers = json.loads(done.stdout)
    for answer in answers:
        if "error" in answer:
            sys.exit(f"{answer['notebook']}: {answer['error']}")
    return {a["notebook"]: a["seconds"] for a in answers}, time.perf_counter() - began


def main():
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        leave = shutil.ignore_patterns("data", ".ipynb_checkpoints")
        shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=leave)
        first, first_total = run_all(folder / "notebooks", folder / "cache")
        again, again_total = run_all(folder / "notebooks", folder / "cache")
    print()
    print(LINE.format("seconds", "first time", "compiled before"))
    for name in first:
        print(LINE.format(name, f"{first[name]:.1f}", f"{again[name]:.1f}"))
    print(LINE.format("all, with the data and the service", f"{first_total:.1f}", f"{again_total:.1f}"))


main()
