"""Print the table. The load comes from a process of its own on the same machine. The
exit status says whether everything could be measured, never whether it was fast."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import psutil

from bench.__main__ import machine
from bench.ml import corpus
from bench.service import theirs

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SECONDS = int(os.environ.get("BENCH_SECONDS", "10"))
DOCUMENTS = 2_000  # different bodies
LINE = "{:<44} {:>14} {:>14} {:>8}"


def free_port():
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def post(port, documents):
    body = urllib.parse.urlencode({"json_args": json.dumps(documents)}).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/predict", body, timeout=60) as answer:
        return json.loads(answer.read())


class Service:
    """A running service of one side."""

    def __init__(self, command, port, environment=None):
        self.port = port
        started = time.monotonic()
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        while True:
            try:
                post(port, ["a"])
                break
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError(self.process.stderr.read().decode()) from None
                time.sleep(0.002)
        self.ready = time.monotonic() - started
        # What it says must not fill the pipe.
        self.process.stderr.close()

    def processes(self):
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def resident(self):
        return sum(p.memory_info().rss for p in self.processes())

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=60)


def load(folder, port, bodies, rate=0, connections=32, seconds=SECONDS):
    command = [
        folder / "load",
        f"-address=127.0.0.1:{port}",
        f"-bodies={folder / bodies}",
        f"-rate={rate}",
        f"-connections={connections}",
        f"-duration={seconds}s",
    ]
    result = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    if result["errors"]:
        raise RuntimeError(f"{result['errors']} requests were not answered: {result.get('last_error')}")
    return result


def build(folder):
    subprocess.run(["make", "-s", "build"], cwd=ROOT, check=True)
    for name in ("load", "fit"):
        subprocess.run(["go", "build", "-o", folder / name, f"./bench/service/{name}"], cwd=ROOT, check=True)
    corpus.write(folder / "corpus.parquet")
    subprocess.run([folder / "fit", folder / "corpus.parquet", folder / "spam.sav"], check=True)
    theirs.fit(folder / "corpus.parquet", folder / "spam.joblib")
    texts = corpus.table()["text"].tolist()[-DOCUMENTS:]
    for name, size in (("single", 1), ("batch", 100)):
        with open(folder / name, "w") as file:
            for i in range(0, len(texts), size):
                file.write(urllib.parse.urlencode({"json_args": json.dumps(texts[i : i + size])}) + "\n")
    return texts


@contextlib.contextmanager
def ours(folder):
    port = free_port()
    service = Service([ROOT / "bin/netherfield", "serve", folder / "spam.sav", "--listen", f"127.0.0.1:{port}"], port)
    try:
        yield service
    finally:
        service.close()


@contextlib.contextmanager
def flask(folder):
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "--workers", str(os.cpu_count()), "--worker-class", "gthread", "--threads", "4",
        "--keep-alive", "60", "--bind", f"127.0.0.1:{port}", "--log-level", "error", "bench.service.theirs:app()",
    ]  # fmt: skip
    # One thread each for BLAS: the workers have the cores already.
    limits = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    service = Service(command, port, {theirs.MODEL: str(folder / "spam.joblib"), **limits})
    try:
        yield service
    finally:
        service.close()


def milliseconds(seconds):
    return f"{seconds * 1e3:,.2f} ms"


def row(name, their, our, show, ratio):
    print(LINE.format(name, show(their), show(our), f"{ratio:,.1f}" if ratio else ""), flush=True)


def measure(folder, service, rates):
    """All of one side, with open loads at the rates given."""
    out = {"ready": service.ready, "idle": service.resident()}
    out["single"] = load(folder, service.port, "single")
    out["batch"] = load(folder, service.port, "batch", connections=8)
    out["open"] = [load(folder, service.port, "single", rate, connections=64) for rate in rates(out)]
    out["resident"] = service.resident()
    # Documents enough in a request that it is the service which has too much to do, not
    # the network or the load's own process.
    out["twice"] = load(folder, service.port, "batch", 2 * out["batch"]["goodput"], connections=1000)
    return out


def main():
    print(machine(), f"{SECONDS} s each, load from another process on the same cores", sep="; ")
    with tempfile.TemporaryDirectory(prefix="bench-service-") as name:
        folder = pathlib.Path(name)
        texts = build(folder)
        with flask(folder) as service:
            expected = post(service.port, texts)
            other = measure(folder, service, lambda out: [out["single"]["goodput"] * 0.8])
        with ours(folder) as service:
            if (got := post(service.port, texts)) != expected:
                differ = sum(a != b for a, b in zip(got, expected))
                print(f"the two differ on {differ} of {len(texts)} documents")
                return 1
            mine = measure(folder, service, lambda _: [other["open"][0]["sent"] / SECONDS, 5000])
    print(LINE.format("", "Flask", "Netherfield", "ratio"))

    def both(name, of, show, better=lambda a, b: b / a):
        a, b = of(other), of(mine)
        row(name, a, b, show, better(a, b))

    rate = lambda n: f"{n:,.0f}/s"  # noqa: E731
    less = lambda a, b: a / b  # noqa: E731
    both("single documents, 32 connections", lambda x: x["single"]["goodput"], rate)
    both("documents, 100 a request, 8 connections", lambda x: x["batch"]["goodput"] * 100, rate)
    at = other["open"][0]["sent"] / SECONDS
    for name, key in (("p50", "p50"), ("p99", "p99"), ("p99.9", "p999")):
        both(f"open load of {at:,.0f}/s, {name}", lambda x, k=key: x["open"][0][k], milliseconds, less)
    both("ready after", lambda x: x["ready"], milliseconds, less)
    both("resident at the end", lambda x: x["resident"], lambda n: f"{n / 1e6:,.0f} MB", less)
    both("goodput at twice the load, 100 a request", lambda x: x["twice"]["goodput"] * 100, rate)
    five, twice = mine["open"][1], mine["twice"]
    print(f"Netherfield, open load of 5,000/s: p50 {milliseconds(five['p50'])}, p99 {milliseconds(five['p99'])}, p99.9 {milliseconds(five['p999'])}, goodput {five['goodput']:,.0f}/s, {five['statuses']}")
    print(
        f"Netherfield, twice the load: goodput {twice['goodput'] / mine['batch']['goodput']:.0%} of the most, "
        f"p50 {milliseconds(twice['p50'])}; {twice['statuses']}, {twice['retry_after']} with Retry-After"
    )
    print(f"Netherfield, resident when idle: {mine['idle'] / 1e6:,.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
