"""The two processes, and the files that they need."""

import json
import subprocess
import sys

from bench.kernels import ROOT, Lost


def build(folder):
    """Build Netherfield's side; its path."""
    binary = folder / "run"
    built = subprocess.run(["go", "build", "-o", binary, "./bench/ml/run"], cwd=ROOT, capture_output=True, text=True)
    if built.returncode:
        raise Lost(f"go build fails: {built.stderr}")
    return [binary]


THEIRS = [sys.executable, "-m", "bench.ml.theirs"]


class Side:
    """A process that has read the texts and works when it is asked to."""

    def __init__(self, command, corpus):
        self.process = subprocess.Popen(
            [*command, corpus], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def work(self, name, times=1):
        """What the process answers: seconds, and what shows that the work was done."""
        try:
            self.process.stdin.write(json.dumps([name, times]) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it says nothing more, which is found out now
        line = self.process.stdout.readline()
        if not line:
            raise Lost(f"{self.process.args[0]} ended with {self.process.wait()}")
        return json.loads(line)

    def close(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.stdout.close()
        self.process.wait()


def whole(command, corpus, buckets):
    """What a process answers that does the whole workflow and nothing else: the bytes
    of memory at its peak. It says so itself, since the system's account of a child
    begins with its parent's memory."""
    done = subprocess.run([*command, corpus, str(buckets)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise Lost(f"{command[0]} ended with {done.returncode}")
    return json.loads(done.stdout)
