"""What stands in images/ for clusters is what clusters take: JupyterHub's environment and
values, and Tekton's task. Of OpenShift's own kinds, openshift_test.go knows."""

import json
import subprocess

import pytest
import yaml

from conftest import HERE, ROOT

IMAGES = ROOT / "images"
HUB_PYTHON = ROOT / ".images" / "hub" / "bin" / "python"


def test_openshift_knows_every_field():
    done = subprocess.run(["go", "test", "./..."], cwd=HERE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_manifest_is_tried():
    tried = {"jupyterhub/environment.yaml", "jupyterhub/values.yaml", "pipeline-builder/task.yaml"}
    openshift = {f"openshift/{p.name}" for p in (IMAGES / "openshift").iterdir()}  # all of them, by openshift_test.go
    assert {str(p.relative_to(IMAGES)) for p in IMAGES.glob("**/*.y*ml")} == tried | openshift


@pytest.fixture(scope="module")
def environment(cluster):
    text = (IMAGES / "jupyterhub" / "environment.yaml").read_text()
    done = cluster.kubectl("apply", "--server-side", "--validate=strict", "-f", "-", text=text)
    assert done.returncode == 0 and "arning" not in done.stderr, done.stderr
    cluster.must("create", "serviceaccount", "default", "-n", "discovery")
    # What a controller would say.
    hard = json.loads(cluster.must("get", "resourcequota", "discovery", "-n", "discovery", "-o", "json"))["spec"]["hard"]
    zero = dict.fromkeys(hard, "0")
    status = json.dumps({"status": {"hard": hard, "used": zero}})
    cluster.must("patch", "resourcequota", "discovery", "-n", "discovery", "--subresource=status", "--type=merge", "-p", status)
    yield "discovery"
    cluster.must("delete", "namespace", "discovery", "--wait=false")


@pytest.fixture(scope="module")
def workbenches(environment):
    """What KubeSpawner makes of the values: a pod for each profile, and a user's volume."""
    done = subprocess.run([HUB_PYTHON, HERE / "pods.py", IMAGES / "jupyterhub" / "values.yaml", environment], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *pods, volume = json.loads(done.stdout)
    return pods, volume


def test_the_hub_may_spawn_every_profile(cluster, environment, workbenches):
    pods, volume = workbenches
    assert len(pods) == 3
    for o in [*pods, volume]:
        done = cluster.kubectl("create", "--validate=strict", "-f", "-", text=json.dumps(o))
        assert done.returncode == 0 and "arning" not in done.stderr, done.stderr
    for pod in pods:
        [container] = pod["spec"]["containers"]
        mounts = {m["mountPath"]: m for m in container["volumeMounts"]}
        assert mounts["/opt/app-root/data"]["readOnly"] and "/opt/app-root/src" in mounts and "/tmp" in mounts
        assert container["securityContext"]["readOnlyRootFilesystem"] and container["args"] == ["jupyterhub-singleuser"]
        assert pod["spec"]["securityContext"]["runAsNonRoot"]
    assert sorted(p["spec"]["containers"][0]["resources"]["limits"]["cpu"] for p in pods) == [2, 4, 8]


def test_the_walls_name_what_is_there(cluster, environment, workbenches):
    """The policy keeps all pods, the workbenches among them, from each other."""
    policy = json.loads(cluster.must("get", "networkpolicy", "nobody-by-default", "-n", environment, "-o", "json"))["spec"]
    assert policy == {"podSelector": {}, "policyTypes": ["Ingress"]}
    rules = yaml.safe_load((IMAGES / "jupyterhub" / "values.yaml").read_text())["singleuser"]["networkPolicy"]
    assert rules["enabled"] and not rules["egressAllowRules"]["privateIPs"] and not rules["egressAllowRules"]["cloudMetadataServer"]
    [egress] = rules["egress"]
    whole = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "egress", "namespace": environment}, "spec": {"podSelector": {}, "egress": [egress]}}
    done = cluster.kubectl("create", "--validate=strict", "-f", "-", text=json.dumps(whole))
    assert done.returncode == 0, done.stderr


def test_a_quota_that_is_used_up_is_told(cluster, environment, workbenches):
    pods, _ = workbenches
    pod = json.loads(json.dumps(pods[0]))
    pod["metadata"]["name"] = "jupyter-too-much"
    pod["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "8", "memory": "200Gi"}, "limits": {"cpu": "8", "memory": "200Gi"}}
    done = cluster.kubectl("create", "-f", "-", text=json.dumps(pod))
    assert done.returncode != 0 and "forbidden" in done.stderr and ("maximum memory usage" in done.stderr or "exceeded quota" in done.stderr), done.stderr


def test_tekton_takes_the_task(cluster, namespace):
    text = (IMAGES / "pipeline-builder" / "task.yaml").read_text()
    done = cluster.kubectl("apply", "--server-side", "--validate=strict", "-n", namespace, "-f", "-", text=text)
    assert done.returncode == 0 and "arning" not in done.stderr, done.stderr
    task = yaml.safe_load(text)
    bad = cluster.kubectl("apply", "--server-side", "--validate=strict", "-n", namespace, "-f", "-", text=text.replace("workingDir:", "workingDirectory:"))
    assert bad.returncode != 0 and "workingDirectory" in bad.stderr
    # The pod that Tekton makes of it is one that "restricted" lets in.
    steps = [
        {"name": s["name"], "image": "x", "securityContext": task["spec"]["stepTemplate"]["securityContext"], "resources": s["computeResources"]}
        for s in task["spec"]["steps"]
    ]
    cluster.kubectl("create", "serviceaccount", "default", "-n", namespace)
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "task", "namespace": namespace}, "spec": {"containers": steps, "volumes": task["spec"]["volumes"]}}
    done = cluster.kubectl("create", "--validate=strict", "-f", "-", text=json.dumps(pod))
    assert done.returncode == 0 and "arning" not in done.stderr, done.stderr
