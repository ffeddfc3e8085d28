"""netherfield deploy on a real API server. Nothing runs there: what controllers would say of
pods, a thread of the test says."""

import base64
import json
import os
import signal
import subprocess
import threading
import time

import pytest
import yaml

from conftest import BINARY, TOKEN

IMAGE = "registry.example.com/team/spam:"


@pytest.fixture
def kubeconfig(cluster, tmp_path):
    def write(token=TOKEN, server=cluster.server, name="config"):
        config = {
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": {"server": server, "insecure-skip-tls-verify": True}}],
            "users": [{"name": "test", "user": {"token": token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        }
        path = tmp_path / name
        path.write_text(yaml.safe_dump(config))
        return path

    return write


@pytest.fixture
def deploy(kubeconfig, namespace):
    config = kubeconfig()

    def run(version, *arguments, kubeconfig=config):
        command = [BINARY, "deploy", "spam", "--image", IMAGE + version, "--namespace", namespace, *arguments]
        return subprocess.run(command, env={**os.environ, "KUBECONFIG": str(kubeconfig)}, capture_output=True, text=True, timeout=200)

    return run


@pytest.fixture
def deployed(kubeconfig, namespace):
    config = kubeconfig()

    def run(*arguments, kubeconfig=config, **env):
        command = [BINARY, "deployed", "--namespace", namespace, *arguments]
        return subprocess.run(command, env={**os.environ, "KUBECONFIG": str(kubeconfig), **env}, capture_output=True, text=True, timeout=60)

    return run


class Controller:
    """Says of each new generation of the Deployment what it is told to."""

    def __init__(self, cluster, namespace, kind="deployment"):
        self.cluster, self.namespace, self.kind = cluster, namespace, kind
        self.fails = set()  # images whose pods do not start
        self.seen = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()

    def run(self):
        looked = None
        while not self.stop.wait(0.2):
            done = self.cluster.kubectl("get", self.kind, "spam", "-n", self.namespace, "-o", "json")
            if done.returncode:
                continue
            d = json.loads(done.stdout)
            if d["metadata"]["generation"] == looked:
                continue
            looked = d["metadata"]["generation"]
            image = d["spec"]["template"]["spec"]["containers"][0]["image"]
            self.seen.append(image)
            status = {"observedGeneration": looked, "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1, "conditions": []}
            if image in self.fails:
                status = {
                    "observedGeneration": looked, "replicas": 2, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1, "unavailableReplicas": 1,
                    "conditions": [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": 'ReplicaSet "spam-2" has timed out progressing.'}],
                }
            if self.kind != "deployment":
                status = {"observedGeneration": looked, "conditions": [{"type": "Ready", "status": "True"}]}
            self.cluster.kubectl("patch", self.kind, "spam", "-n", self.namespace, "--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))


def state(cluster, namespace):
    kinds = "serviceaccount,service,deployment,poddisruptionbudget,horizontalpodautoscaler,networkpolicy,configmap,servicemonitors.monitoring.coreos.com"
    items = json.loads(cluster.must("get", kinds, "-n", namespace, "-o", "json"))["items"]
    return {
        (i["kind"], i["metadata"]["name"]): {k: v for k, v in i.items() if k not in ("metadata", "status")} for i in items
    }


def test_it_is_deployed_changed_and_taken_back(cluster, namespace, deploy):
    with Controller(cluster, namespace) as controller:
        first = deploy("1", "--json")
        assert first.returncode == 0, first.stderr
        answer = json.loads(first.stdout)
        assert {o["change"] for o in answer["objects"]} == {"created"} and len(answer["objects"]) == 6
        again = json.loads(deploy("1", "--json").stdout)
        assert {o["change"] for o in again["objects"]} == {"unchanged"}
        before = state(cluster, namespace)
        dry = deploy("2", "--dry-run")
        assert dry.returncode == 0 and "would be deployed" in dry.stdout and state(cluster, namespace) == before
        second = deploy("2")
        assert second.returncode == 0 and "Deployment spam: changed" in second.stdout and "spam is ready in" in second.stdout, second.stderr
        before = state(cluster, namespace)
        controller.fails.add(IMAGE + "3")
        third = deploy("3", "--monitoring", "--cpu", "300m")
        assert third.returncode == 1
        assert "its pods do not start in time" in third.stderr and "everything is as it was before" in third.stderr
        assert state(cluster, namespace) == before
        # It can be deployed again, and nobody stands in its way.
        fourth = deploy("4", "--cpu", "300m")
        assert fourth.returncode == 0 and "Deployment spam: changed" in fourth.stdout, fourth.stderr
        assert controller.seen[-1] == IMAGE + "4"


def test_a_first_deployment_that_fails_leaves_nothing(cluster, namespace, deploy):
    before = state(cluster, namespace)
    done = deploy("1", "--wait", "2s")
    assert done.returncode == 1 and "it was not ready within 2s" in done.stderr and "everything is as it was before" in done.stderr, done.stderr
    assert state(cluster, namespace) == before


def test_an_interrupt_takes_it_back(cluster, namespace, kubeconfig):
    before = state(cluster, namespace)
    command = [BINARY, "deploy", "spam", "--image", IMAGE + "1", "--namespace", namespace, "--kubeconfig", kubeconfig()]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while cluster.kubectl("get", "networkpolicy", "spam", "-n", namespace).returncode:
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=90)
    assert process.returncode == 1 and "everything is as it was before" in told, told
    assert state(cluster, namespace) == before


def test_what_is_half_refused_is_taken_back(cluster, namespace, deploy):
    """A quota lets in some of the objects."""
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"}, "spec": {"hard": {"count/deployments.apps": "0"}}}
    cluster.must("apply", "-n", namespace, "-f", "-", text=json.dumps(quota))
    hard = {"status": {"hard": {"count/deployments.apps": "0"}, "used": {"count/deployments.apps": "0"}}}
    cluster.must("patch", "resourcequota", "few", "-n", namespace, "--subresource=status", "--type=merge", "-p", json.dumps(hard))
    before = state(cluster, namespace)
    done = deploy("1")
    assert done.returncode == 1 and "the namespace's quota is used up" in done.stderr and "everything is as it was before" in done.stderr, done.stderr
    assert state(cluster, namespace) == before


def test_fields_of_others_are_left_to_them(cluster, namespace, deploy):
    assert deploy("1", "--wait", "0").returncode == 0
    cluster.must("set", "image", "deployment/spam", "spam=other:1", "-n", namespace)
    done = deploy("2", "--wait", "0")
    assert done.returncode == 1 and "--force takes them over" in done.stderr, done.stderr
    assert deploy("2", "--wait", "0", "--force").returncode == 0


@pytest.mark.parametrize("variant, kind", [("knative", "services.serving.knative.dev"), ("kserve", "inferenceservices.serving.kserve.io")])
def test_the_other_variants(variant, kind, cluster, namespace, deploy):
    if variant == "knative":
        with Controller(cluster, namespace, kind):
            done = deploy("1", "--as", variant)
    else:
        done = deploy("1", "--as", variant, "--wait", "0")
    assert done.returncode == 0, done.stderr
    cluster.must("get", kind, "spam", "-n", namespace)


def limited(cluster, namespace, name="looker", role="--clusterrole=system:aggregate-to-view"):
    """The token of an account that may only look. Where there are controllers, the role
    "view" is what that one is, and what operators add to it."""
    cluster.must("create", "serviceaccount", name, "-n", namespace)
    if role:
        cluster.must("create", "rolebinding", name, role, f"--serviceaccount={namespace}:{name}", "-n", namespace)
        # The server takes a moment to hear of it.
        what, deadline = "deployments.apps" if "view" in role else "services.serving.knative.dev", time.monotonic() + 60
        while cluster.kubectl("auth", "can-i", "list", what, "-n", namespace, f"--as=system:serviceaccount:{namespace}:{name}").returncode:
            assert time.monotonic() < deadline
    token = cluster.must("create", "token", name, "-n", namespace).strip()
    assert base64.b64decode(token.split(".")[0] + "==")
    return token


def test_refusals_are_told(cluster, namespace, deploy, kubeconfig, tmp_path):
    for says, config in {
        "the credentials are none that it knows": kubeconfig(token="nobody", name="nobody"),
        "the credentials do not allow it": kubeconfig(token=limited(cluster, namespace), name="looker"),
        "connection refused": kubeconfig(server="https://127.0.0.1:1", name="closed"),
        "there is no cluster: neither $KUBECONFIG nor": tmp_path / "nothing",
    }.items():
        done = deploy("1", kubeconfig=config)
        assert done.returncode == 1 and says in done.stderr, done.stderr
        assert TOKEN not in done.stderr
    missing = deploy("1", "--namespace", "nowhere")
    assert missing.returncode == 1 and "is the namespace there?" in missing.stderr, missing.stderr
    wrong = deploy("1", "--as", "cron")
    assert wrong.returncode == 2 and "--as is deployment, knative or kserve" in wrong.stderr


def say(cluster, namespace, kind, name, **status):
    """What a controller would say of an object."""
    cluster.must("patch", kind, name, "-n", namespace, "--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))


@pytest.fixture
def pipelines(cluster, namespace, deploy, manifests):
    """One of each variant, among objects of others; what is to be told of them."""
    def there(name, kind, ready, wanted, url):
        return {"name": name, "kind": kind, "namespace": namespace, "image": IMAGE + "1", "ready": ready, "wanted": wanted, "url": url}

    def apply(*arguments):
        cluster.must("apply", "--server-side", "-f", "-", text=manifests(*arguments, "--image", IMAGE + "1", "--namespace", namespace))

    assert deploy("1", "--wait", "0", "--host", "spam.example.com").returncode == 0
    cluster.must("scale", "deployment/spam", "--replicas=3", "-n", namespace)
    say(cluster, namespace, "deployment", "spam", observedGeneration=2, replicas=3, updatedReplicas=3, readyReplicas=2, availableReplicas=2)
    apply("deployment", "alone")
    apply("deployment", "routed", "--host", "routed.example.com", "--openshift")
    apply("knative", "sometimes")
    ready = [{"type": "Ready", "status": "True"}]
    say(
        cluster, namespace, "services.serving.knative.dev", "sometimes", conditions=ready,
        url="https://sometimes.team.example.com", address={"url": "http://sometimes.team.svc.cluster.local"},
    )
    apply("kserve", "inferred")
    say(cluster, namespace, "inferenceservices.serving.kserve.io", "inferred", conditions=[{"type": "Ready", "status": "False"}], url="http://inferred.team.example.com")
    apply("kserve", "young")
    # Of others: what is made by hand, and what looks like ours by one of the two labels.
    for labels in ({}, {"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/component": "pipeline"}, {"app.kubernetes.io/managed-by": "netherfield"}):
        name = f"other-{len(labels)}"
        text = manifests("deployment", name, "--image", "other:1", "--namespace", namespace)
        [other] = [o for o in yaml.safe_load_all(text) if o["kind"] == "Deployment"]
        other["metadata"]["labels"] = labels
        cluster.must("apply", "-f", "-", text=json.dumps(other))
    # And what a controller makes of one of ours, with its labels.
    text = manifests("deployment", "inferred-predictor", "--image", "other:1", "--namespace", namespace)
    [made] = [o for o in yaml.safe_load_all(text) if o["kind"] == "Deployment"]
    uid = json.loads(cluster.must("get", "inferenceservices.serving.kserve.io", "inferred", "-n", namespace, "-o", "json"))["metadata"]["uid"]
    made["metadata"]["ownerReferences"] = [{"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "name": "inferred", "uid": uid, "controller": True}]
    cluster.must("apply", "-f", "-", text=json.dumps(made))
    return [
        there("alone", "Deployment", 0, 1, ""),
        there("routed", "Deployment", 0, 1, "https://routed.example.com"),
        there("spam", "Deployment", 2, 3, "https://spam.example.com"),
        there("sometimes", "Knative", 1, 1, "https://sometimes.team.example.com"),
        there("inferred", "KServe", 0, 1, "http://inferred.team.example.com"),
        there("young", "KServe", 0, 1, ""),
    ]


def test_what_is_deployed_is_listed(cluster, namespace, deployed, pipelines):
    done = deployed("--json")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert json.loads(done.stdout) == {"server": cluster.server, "namespace": namespace, "pipelines": pipelines, "hidden": []}
    # For people.
    done = deployed()
    assert done.returncode == 0 and done.stderr == "", done.stderr
    head, *rows = [line.split() for line in done.stdout.splitlines()]
    assert head == ["PIPELINE", "KIND", "READY", "IMAGE", "ADDRESS"]
    assert rows == [[str(v) for v in (p["name"], p["kind"], f"{p['ready']}/{p['wanted']}", p["image"], p["url"]) if v] for p in pipelines]


def test_within_the_cluster_addresses_are_those_of_services(namespace, deployed, pipelines):
    done = deployed("--json", KUBERNETES_SERVICE_HOST="10.0.0.1", KUBERNETES_SERVICE_PORT="443")
    assert done.returncode == 0, done.stderr
    assert {p["name"]: p["url"] for p in json.loads(done.stdout)["pipelines"]} == {
        "alone": f"http://alone.{namespace}.svc:8080", "routed": f"http://routed.{namespace}.svc:8080", "spam": f"http://spam.{namespace}.svc:8080",
        "sometimes": "http://sometimes.team.svc.cluster.local", "inferred": "http://inferred.team.example.com", "young": "",
    }


def test_where_nothing_is_deployed(cluster, namespace, deployed):
    done = deployed()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"no pipelines in {namespace} on {cluster.server}\n")
    assert json.loads(deployed("--json").stdout)["pipelines"] == []


def test_what_credentials_do_not_allow_is_left_out_and_named(cluster, namespace, deployed, pipelines, kubeconfig):
    """Roles of Kubernetes' own know nothing of what operators add."""
    done = deployed("--json", kubeconfig=kubeconfig(token=limited(cluster, namespace), name="looker"))
    assert done.returncode == 0 and done.stderr == "", done.stderr
    answer = json.loads(done.stdout)
    assert answer["pipelines"] == [{**p, "url": "" if p["name"] == "routed" else p["url"]} for p in pipelines if p["kind"] == "Deployment"]
    assert answer["hidden"] == ["routes.route.openshift.io", "services.serving.knative.dev", "inferenceservices.serving.kserve.io"]
    # The least that shows one kind; and a note for people.
    cluster.must("create", "role", "serverless", "--verb=list", "--resource=services.serving.knative.dev", "-n", namespace)
    done = deployed(kubeconfig=kubeconfig(token=limited(cluster, namespace, "serverless", "--role=serverless"), name="serverless"))
    assert done.returncode == 0 and [line.split()[0] for line in done.stdout.splitlines()] == ["PIPELINE", "sometimes"]
    assert done.stderr == "note: the credentials do not allow to list ingresses.networking.k8s.io, routes.route.openshift.io, deployments.apps, inferenceservices.serving.kserve.io\n"


def test_why_nothing_can_be_listed(cluster, namespace, deployed, kubeconfig, tmp_path):
    for says, config in {
        "the credentials are none that it knows": kubeconfig(token="nobody", name="nobody"),
        "the credentials do not allow it: ask for the role view": kubeconfig(token=limited(cluster, namespace, "stranger", role=None), name="stranger"),
        "connection refused": kubeconfig(server="https://127.0.0.1:1", name="closed"),
        "there is no cluster: neither $KUBECONFIG nor": tmp_path / "nothing",
    }.items():
        for arguments in ([], ["--json"]):
            done = deployed(*arguments, kubeconfig=config)
            assert done.returncode == 1 and done.stdout == "", done.stdout
            assert says in done.stderr and done.stderr.count("\n") == 1, done.stderr
            assert TOKEN not in done.stderr
