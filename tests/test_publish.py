"""netherfield publish, as people call it, with the registry that others run: Docker's own."""

import contextlib
import json
import os
import socket
import subprocess
import tarfile
import time
import urllib.request

import pytest

import gonotebook
from conftest import BINARY, ROOT

ACCEPT = "application/vnd.oci.image.manifest.v1+json"

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]

@contextlib.contextmanager
def running_registry(folder, htpasswd=None):
    port = free_port()
    config = {
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": str(folder / "registry")}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    if htpasswd:
        (folder / "htpasswd").write_text(htpasswd)
        config["auth"] = {"htpasswd": {"realm": "test", "path": str(folder / "htpasswd")}}
    (folder / "config.yml").write_text(json.dumps(config))
    log = open(folder / "registry.log", "wb")
    process = subprocess.Popen(["docker-registry", "serve", folder / "config.yml"], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
                break
            assert process.poll() is None and time.monotonic() < deadline, (folder / "registry.log").read_text()
            time.sleep(0.05)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
        log.close()

def netherfield(*arguments, **options):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=300, **options)

@pytest.fixture(scope="module")
def artefact(tmp_path_factory):
    folder = tmp_path_factory.mktemp("artefact")
    notebook = folder / "spam.ipynb"
    cells = [
        'texts, labels := []string{"buy tea", "a man", "buy coffee", "good fortune"}, []string{"spam", "ham", "spam", "ham"}',
        'pipe := pipeline.New(pipeline.Step("vectorize", &feature.HashingVectorizer{Buckets: 64}), pipeline.Step("model", &model.LogisticRegression{}))\npipe.Fit(texts, labels)',
        'pipeline.SaveStage(pipe, "stage.sav")',
    ]
    gonotebook.write(notebook, *cells)
    done = netherfield("build", notebook, "--output", folder / "model.sav")
    assert done.returncode == 0, done.stderr
    return folder / "model.sav"

def test_a_pipeline_goes_to_a_registry(artefact, tmp_path):
    with running_registry(tmp_path) as registry:
        name = f"{registry}/team/spam"
        first = netherfield("publish", artefact, f"{name}:1", "--json")
        assert first.returncode == 0, first.stderr
        answer = json.loads(first.stdout)
        assert answer["exact"] == f"{name}@{answer['digest']}" and answer["pipeline"] == "spam"
        assert answer["platform"].startswith("linux/") and answer["bytes"] < 20_000_000
        request = urllib.request.Request(f"http://{registry}/v2/team/spam/manifests/1", headers={"Accept": ACCEPT})
        with urllib.request.urlopen(request, timeout=30) as response:
            assert response.headers["Docker-Content-Digest"] == answer["digest"]
            assert len(json.loads(response.read())["layers"]) == 2
        # The same again is the same image; another pipeline goes on top of it.
        again = json.loads(netherfield("publish", artefact, f"{name}:2", "--json").stdout)
        assert again["digest"] == answer["digest"]
        based = netherfield("publish", artefact, f"{registry}/ham:1", "--base", f"{name}:1")
        assert based.returncode == 0 and f"{registry}/ham@sha256:" in based.stdout, based.stderr
        missing = netherfield("publish", artefact, f"{registry}/ham:1", "--base", f"{registry}/nobody:1")
        assert missing.returncode == 1 and "nobody cannot be pulled from" in missing.stderr and "no such image" in missing.stderr

def test_credentials_are_those_of_docker_login(artefact, tmp_path):
    bcrypt = subprocess.run(["htpasswd", "-nbB", "user", "secret"], capture_output=True, text=True)
    assert bcrypt.returncode == 0, "htpasswd is missing: apt-get install apache2-utils"
    with running_registry(tmp_path, bcrypt.stdout) as registry:
        config = tmp_path / "docker"
        config.mkdir()
        env = {**os.environ, "DOCKER_CONFIG": str(config)}
        refused = netherfield("publish", artefact, f"{registry}/spam:1", env=env)
        assert refused.returncode == 1 and f"docker login {registry}" in refused.stderr
        assert "secret" not in refused.stderr
        (config / "config.json").write_text(json.dumps({"auths": {registry: {"username": "user", "password": "secret"}}}))
        done = netherfield("publish", artefact, f"{registry}/spam:1", env=env)
        assert done.returncode == 0 and "secret" not in done.stdout + done.stderr, done.stderr

def test_an_image_as_a_file(artefact, tmp_path):
    done = netherfield("publish", artefact, "spam:1", "--tar", tmp_path / "spam.tar")
    assert done.returncode == 0, done.stderr
    with tarfile.open(tmp_path / "spam.tar") as image:
        manifest = json.load(image.extractfile("manifest.json"))
        assert manifest[0]["RepoTags"] == ["spam:1"] and len(manifest[0]["Layers"]) == 2

@pytest.mark.parametrize(
    "arguments, status, says",
    [
        (["model.sav"], 2, "publish needs an artefact and the name of an image"),
        (["nothing.sav", "spam:1", "--tar", "x"], 1, "the artefact cannot be read"),
        (["bad.sav", "spam:1", "--tar", "x"], 1, "artefact"),
        (["model.sav", "Spam!", "--tar", "x"], 1, "cannot be one of a deployment"),
        (["model.sav", "spam:1", "--tar", "x", "--base", "a", "--runtime", "b"], 2, "contradict"),
        (["model.sav", "127.0.0.1:1/spam:1"], 1, "it cannot be reached"),
        (["model.sav", "spam:1", "--runtime", "bad.sav"], 1, "is no program for Linux"),
    ],
)
def test_mistakes_are_told(arguments, status, says, artefact, tmp_path):
    (tmp_path / "model.sav").write_bytes(artefact.read_bytes())
    (tmp_path / "bad.sav").write_text("nothing")
    done = netherfield("publish", *arguments, cwd=tmp_path)
    assert done.returncode == status and says in done.stderr, done.stderr
    assert not (tmp_path / "x").exists()

def test_netherfield_alone_says_what_is_missing(tmp_path):
    (tmp_path / "netherfield").write_bytes(BINARY.read_bytes())
    (tmp_path / "netherfield").chmod(0o755)
    done = subprocess.run([tmp_path / "netherfield", "publish", "a", "b"], capture_output=True, text=True)
    assert done.returncode == 1 and "netherfield-deploy, which is not beside netherfield; `make build` makes both" in done.stderr
    assert (ROOT / "bin" / "netherfield-deploy").exists()
