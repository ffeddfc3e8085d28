"""A Kubernetes API server of this machine: the real one, built of its sources (see go.mod),
with a store, and without anything that would run pods."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import time
import urllib.request

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BINARY = ROOT / "bin" / "netherfield"
ARTIFACTS = ROOT / "artifacts"
PROGRAMS = ROOT / ".cluster"  # which `make test-images` fills
TOKEN = "the-token-of-the-tests"

# Definitions of what is not Kubernetes' own: a module, and files in it.
DEFINITIONS = {
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": [
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
    ],
    "knative.dev/serving@v0.46.6": ["config/core/300-resources/service.yaml"],
    "github.com/kserve/kserve@v0.15.2": ["config/crd/full/serving.kserve.io_inferenceservices.yaml"],
    "github.com/tektoncd/pipeline@v1.3.0": ["config/300-crds/300-task.yaml"],
    "github.com/openshift/api@v0.0.0-20250305225826-b8da3bfeaf77": ["route/v1/zz_generated.crd-manifests/routes-Default.crd.yaml"],
}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Cluster:
    def __init__(self, port, folder):
        self.server, self.folder = f"https://127.0.0.1:{port}", folder

    def kubectl(self, *arguments, text=None):
        command = [
            PROGRAMS / "kubectl", "--server", self.server, "--token", TOKEN, "--insecure-skip-tls-verify",
            "--cache-dir", self.folder / "cache", *arguments,
        ]
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)

    def knows_its_definitions(self):
        items = json.loads(self.must("get", "crd", "-o", "json"))["items"]
        return all(
            any(c["type"] == "Established" and c["status"] == "True" for c in item.get("status", {}).get("conditions") or [])
            for item in items
        )

    def must(self, *arguments, text=None):
        done = self.kubectl(*arguments, text=text)
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextlib.contextmanager
def running(command, log):
    with open(log, "wb") as output:
        process = subprocess.Popen([str(c) for c in command], stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait(what, process, log):
    deadline = time.monotonic() + 120
    while not what():
        assert process.poll() is None and time.monotonic() < deadline, pathlib.Path(log).read_text()[-4000:]
        time.sleep(0.1)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    missing = [p for p in ("etcd", "kube-apiserver", "kubectl") if not (PROGRAMS / p).exists()]
    assert not missing, f"{missing} are missing in {PROGRAMS}; `make test-images` builds them"
    folder = tmp_path_factory.mktemp("cluster")
    key = folder / "key.pem"
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
    (folder / "tokens.csv").write_text(f'{TOKEN},admin,1,"system:masters"\n')
    client, peer, port = free_port(), free_port(), free_port()
    store, peers = f"http://127.0.0.1:{client}", f"http://127.0.0.1:{peer}"
    etcd = [
        PROGRAMS / "etcd", "--data-dir", folder / "etcd", "--listen-client-urls", store, "--advertise-client-urls", store,
        "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", f"default={peers}",
        "--unsafe-no-fsync",
    ]
    apiserver = [
        PROGRAMS / "kube-apiserver", "--etcd-servers", store, "--secure-port", port, "--bind-address", "127.0.0.1",
        "--cert-dir", folder / "certificates", "--token-auth-file", folder / "tokens.csv", "--authorization-mode", "RBAC",
        "--service-account-issuer", "https://cluster.test", "--service-account-key-file", key, "--service-account-signing-key-file", key,
        "--service-cluster-ip-range", "10.0.0.0/24",
    ]
    with running(etcd, folder / "etcd.log") as process:
        def healthy():
            with contextlib.suppress(OSError):
                return urllib.request.urlopen(f"{store}/health", timeout=5).status == 200

        wait(healthy, process, folder / "etcd.log")
        with running(apiserver, folder / "apiserver.log") as process:
            it = Cluster(port, folder)
            wait(lambda: it.kubectl("get", "--raw", "/readyz").returncode == 0, process, folder / "apiserver.log")
            for module, files in DEFINITIONS.items():
                done = subprocess.run(
                    ["go", "mod", "download", "-json", module], cwd=folder, env={**os.environ, "GOFLAGS": "-mod=mod"}, capture_output=True, text=True
                )
                source = pathlib.Path(json.loads(done.stdout)["Dir"])
                for file in files:
                    it.must("apply", "--server-side", "-f", source / file)
            wait(it.knows_its_definitions, process, folder / "apiserver.log")
            yield it


@pytest.fixture
def namespace(cluster, request):
    """A namespace in which nothing may run that Pod Security's "restricted" forbids."""
    name = f"test-{abs(hash(request.node.name)) % 10**9}"
    cluster.must("create", "namespace", name)
    for mode in ("enforce", "warn"):
        cluster.must("label", "namespace", name, f"pod-security.kubernetes.io/{mode}=restricted")
    yield name
    cluster.must("delete", "namespace", name, "--wait=false")


@pytest.fixture
def manifests():
    def make(*arguments):
        done = subprocess.run([BINARY, "manifests", *arguments], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return make
