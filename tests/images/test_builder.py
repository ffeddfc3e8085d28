"""From notebooks to a service, by each of the ways that the builder offers."""

import json
import os
import re
import shutil
import subprocess
import uuid

import pytest
import yaml

import engine
import gonotebook
from conftest import BINARY, ROOT, free_port
from test_publish import running_registry

NOTEBOOKS = "03-feature-engineering-tfidf.ipynb,04-model-logistic-regression.ipynb"
DOCUMENTS = ["I ordered another box of this tea", "She was not at all satisfied with the answer of her sister, and walked to the park"]


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A repository with the workshop's notebooks and their data."""
    folder = tmp_path_factory.mktemp("sources") / "team"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns("data", ".ipynb_checkpoints"))
    subprocess.run([BINARY, "data", "data/training.parquet"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    for folder_, _, files in os.walk(folder):
        os.chmod(folder_, 0o755)
        for name in files:
            os.chmod(os.path.join(folder_, name), 0o644)
    return folder


def assemble(sources, notebooks=NOTEBOOKS, name=None, artifacts=None, **env):
    """What s2i does: run assemble as the image's user or another, and keep the container."""
    volumes = [(sources, "/tmp/src:ro")] + ([(artifacts, "/tmp/artifacts:ro")] if artifacts else [])
    environment = {"OPENSHIFT_BUILD_COMMIT": "0123456789abcdef0123456789abcdef01234567", **env}
    if notebooks is not None:
        environment["S2I_SOURCE_NOTEBOOK_LIST"] = notebooks
    # A builder's root can be written to: what is made becomes the image.
    options = [a for a in engine.restricted(volumes=volumes, env=environment, read_only=False) if a not in ("--tmpfs", "/tmp")]
    return engine.podman("run", "--name", name or uuid.uuid4().hex[:8], *options, engine.BUILDER, "/usr/libexec/s2i/assemble", check=False)


@pytest.fixture(scope="module")
def built(sources):
    """The image that s2i makes of the workshop."""
    name = f"netherfield-s2i-{uuid.uuid4().hex[:8]}"
    image = f"localhost/netherfield-tests/{name}:latest"
    try:
        done = assemble(sources, name=name)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "04-model-logistic-regression.ipynb: " in done.stdout and "sha256" in done.stdout
        engine.podman("commit", "--quiet", "--change", 'CMD ["/usr/libexec/s2i/run"]', "--change", "ENV PIPELINE_NAME=spam", name, image)
        yield image
    finally:
        engine.podman("rm", "--force", name)
        engine.podman("rmi", "--force", image, check=False)


def predicts(container, port, pipeline="spam"):
    """The service scores, as score_text has it, and says where its pipeline is from."""
    container.wait(lambda: engine.get(f"http://127.0.0.1:{port}/health/ready")[0] == 200)
    text = subprocess.run(
        ["curl", "--silent", "--fail", f"http://127.0.0.1:{port}/predict", "--data-urlencode", f"json_args={json.dumps(DOCUMENTS)}"],
        check=True, capture_output=True, text=True,
    ).stdout
    assert json.loads(text) == ["spam", "legitimate"], text
    [about] = json.loads(engine.get(f"http://127.0.0.1:{port}/pipelines")[1])["pipelines"]
    assert about["name"] == pipeline
    metrics = engine.get(f"http://127.0.0.1:{port}/metrics")[1].decode()
    assert [line for line in metrics.splitlines() if line.startswith("pipeline_predictions_total{") and f'"{pipeline}"' in line and line.endswith(" 1")], metrics
    return about


def test_s2i_makes_a_service_of_the_workshop(built):
    port = free_port()
    with engine.running(built, env={"PORT": port}) as container:
        about = predicts(container, port)
        assert "0123456789abcdef" in json.dumps(about)
        assert container.stop() == 0


def test_score_text_of_the_workbench_asks_it(built, tmp_path):
    port = free_port()
    gonotebook.write(tmp_path / "n.ipynb", f"score_text([]string{{{', '.join(map(json.dumps, DOCUMENTS))}}})", "get_metrics()")
    tmp_path.chmod(0o777)
    with engine.running(built, env={"PORT": port}) as container:
        container.wait(lambda: engine.get(f"http://127.0.0.1:{port}/health/ready")[0] == 200)
        engine.run(
            engine.WORKBENCH, "netherfield", "run", "/work/n.ipynb", "--output", "/work/out.ipynb",
            env={"PIPELINE_URL": f"http://127.0.0.1:{port}"}, volumes=[(tmp_path, "/work")],
        )
    told = (tmp_path / "out.ipynb").read_text()
    assert "spam" in told and "legitimate" in told and "pipeline_predictions_total" in told, told


def test_the_next_build_finds_the_cells_compiled(built, sources, tmp_path):
    archive = tmp_path / "artifacts.tar"
    with open(archive, "wb") as out:
        subprocess.run([*engine.ENGINE, "run", "--rm", *engine.restricted(), built, "/usr/libexec/s2i/save-artifacts"], stdout=out, check=True)
    folder = tmp_path / "artifacts"
    folder.mkdir()
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", folder], check=True)
    assert (folder / "netherfield").is_dir()
    tmp_path.chmod(0o755)
    name = uuid.uuid4().hex[:8]
    try:
        done = assemble(sources, name=name, artifacts=folder)
        assert done.returncode == 0, done.stderr
    finally:
        engine.podman("rm", "--force", name)


def test_usage():
    assert "S2I_SOURCE_NOTEBOOK_LIST" in engine.run(engine.BUILDER)
    assert engine.inspect(engine.BUILDER)["Config"]["Labels"]["io.openshift.s2i.scripts-url"] == "image:///usr/libexec/s2i"


@pytest.mark.parametrize(
    "notebooks, status, says",
    [
        ("fails.ipynb", 1, [r"fails\.ipynb: cell \[?2\]?", "integer divide by zero"]),
        ("saves-nothing.ipynb", 1, [r"saves-nothing\.ipynb: it saved no stage", "pipeline.SaveStage"]),
        ("missing.ipynb", 1, [r"missing\.ipynb: no such file"]),
        (None, 2, ["S2I_SOURCE_NOTEBOOK_LIST is empty: set it to the notebooks"]),
    ],
)
def test_a_build_that_fails_says_where(notebooks, status, says, tmp_path):
    gonotebook.write(tmp_path / "fails.ipynb", "x := 1", "x / (x - 1)")
    gonotebook.write(tmp_path / "saves-nothing.ipynb", "1 + 1")
    tmp_path.chmod(0o755)
    name = uuid.uuid4().hex[:8]
    try:
        done = assemble(tmp_path, notebooks, name=name)
        told = done.stdout + done.stderr
        assert done.returncode == status, told
        for pattern in says:
            assert re.search(pattern, told), told
    finally:
        engine.podman("rm", "--force", name)


def build(file, context, tag, *arguments):
    command = ["buildah", "build", "--pull-never", "--isolation", "chroot", "--file", file, "--tag", tag, *arguments, context]
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=600)


def test_a_containerfile_makes_a_small_image(sources):
    tag = f"localhost/netherfield-tests/pipeline-{uuid.uuid4().hex[:8]}:latest"
    arguments = [f"--build-arg=BUILDER_IMAGE={engine.BUILDER}", f"--build-arg=RUNTIME_IMAGE={engine.RUNTIME}", f"--build-arg=NOTEBOOKS={NOTEBOOKS}", "--build-arg=NAME=spam"]
    try:
        done = build(ROOT / "images" / "pipeline-builder" / "pipeline.Containerfile", sources, tag, *arguments)
        assert done.returncode == 0, done.stderr[-4000:]
        assert engine.inspect(tag)["Size"] < 60_000_000
        port = free_port()
        with engine.running(tag, "/models", f"--listen=127.0.0.1:{port}") as container:
            predicts(container, port)
            assert container.stop() == 0
    finally:
        engine.podman("rmi", "--force", tag, check=False)


def test_a_base_image_that_is_missing(sources):
    done = build(ROOT / "images" / "pipeline-builder" / "pipeline.Containerfile", sources, "localhost/x", "--build-arg=BUILDER_IMAGE=localhost/nobody/nothing:1")
    assert done.returncode != 0 and "localhost/nobody/nothing:1: image not known" in done.stderr


def test_images_build_says_what_is_missing(tmp_path):
    for env, status, says in [
        ({"IMAGE_ENGINE": "kaniko"}, 2, "podman, docker or buildah, not 'kaniko'"),
        ({"IMAGE_ENGINE": "buildah", "BASE_IMAGE": "localhost/nobody/nothing:1", "IMAGE_FLAGS": "--pull-never"}, 1, "pipeline-builder:latest could not be built"),
    ]:
        done = subprocess.run([ROOT / "images" / "build", "pipeline-builder"], env={**os.environ, **env}, capture_output=True, text=True, timeout=600)
        assert done.returncode == status and says in done.stderr, done.stderr


def test_it_is_published_and_run_from_a_registry(built, tmp_path):
    """netherfield publish of the builder's artefact, by the builder itself, as Tekton does."""
    with running_registry(tmp_path) as registry:
        told = engine.run(built, "netherfield", "publish", "/opt/app-root/pipeline/model.sav", f"{registry}/team/spam:1", "--insecure", "--json")
        answer = json.loads(told)
        image = answer["exact"]
        engine.podman("pull", "--tls-verify=false", image)
        try:
            about = engine.inspect(image)
            assert about["Size"] < 60_000_000 and about["Config"]["User"] == "1001:0"
            port = free_port()
            # The image's own command, elsewhere than on 8080, which may be taken here.
            command = about["Config"]["Cmd"] or []
            with engine.running(image, *command, f"--listen=127.0.0.1:{port}") as container:
                predicts(container, port)
                assert container.stop() == 0
        finally:
            engine.podman("rmi", "--force", image)


def test_the_steps_of_the_task(sources, tmp_path):
    """Tekton's steps, with what Tekton puts in place of names: a volume between them, a file
    for each result, and the source as the workspace."""
    task = yaml.safe_load((ROOT / "images" / "pipeline-builder" / "task.yaml").read_text())["spec"]
    made, work = tmp_path / "made", tmp_path / "work"
    made.mkdir()
    made.chmod(0o777)
    shutil.copytree(sources, work)
    subprocess.run(["chmod", "--recursive", "a+rwX", work], check=True)
    tmp_path.chmod(0o755)
    build, publish = task["steps"]
    volumes = [(made, "/made"), (work, "/work")]
    with running_registry(tmp_path) as registry:
        command = ["bash", "-c", 'cd /work && mkdir /tmp/home && HOME=/tmp/home exec "$@"', "-"]
        engine.run(engine.BUILDER, *command, *build["command"], *NOTEBOOKS.split(","), volumes=volumes)
        script = publish["script"]
        for name in ("IMAGE_URL", "IMAGE_DIGEST"):
            script = script.replace(f"$(results.{name}.path)", f"/made/{name}")
        assert "$(" not in script.replace("$(head", ""), script
        (made / "script").write_text(script)
        engine.run(engine.BUILDER, "bash", "/made/script", env={"IMAGE": f"{registry}/team/spam:2"}, volumes=volumes)
        url, digest = (made / "IMAGE_URL").read_text(), (made / "IMAGE_DIGEST").read_text()
        assert url == f"{registry}/team/spam@{digest}" and re.fullmatch("sha256:[0-9a-f]{64}", digest)
        engine.podman("pull", "--tls-verify=false", url)
        engine.podman("rmi", "--force", url)


def test_the_runtime_serves_a_folder_of_artefacts(built, tmp_path):
    subprocess.run(["chmod", "777", tmp_path], check=True)
    engine.run(built, "cp", "/opt/app-root/pipeline/model.sav", "/models/spam.sav", volumes=[(tmp_path, "/models")])
    port = free_port()
    with engine.running(engine.RUNTIME, "/models", f"--listen=127.0.0.1:{port}", volumes=[(tmp_path, "/models:ro")]) as container:
        predicts(container, port)
    assert engine.inspect(engine.RUNTIME)["Size"] < 60_000_000
    empty = tmp_path / "empty"
    empty.mkdir(mode=0o755)
    done = engine.attempt(engine.RUNTIME, volumes=[(empty, "/models:ro")])
    assert done.returncode != 0 and "/models" in done.stderr, done.stderr


def test_the_same_sources_make_the_same_layers():
    """Of our own files: nothing in the runtime's image is of others."""
    env = {
        **os.environ, "IMAGE_ENGINE": "buildah", "GO_IMAGE": os.environ["NETHERFIELD_TEST_GO"],
        "IMAGE_FLAGS": f"{os.environ['NETHERFIELD_TEST_FLAGS']} --no-cache",
    }
    layers = []
    for tag in ("once", "again"):
        done = subprocess.run([ROOT / "images" / "build", "pipeline-runtime"], env={**env, "IMAGE_TAG": tag}, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr[-4000:]
        image = f"{engine.PREFIX}/pipeline-runtime:{tag}"
        layers.append(engine.inspect(image)["RootFS"]["Layers"])
        engine.podman("rmi", "--force", image)
    assert layers[0] == layers[1]
