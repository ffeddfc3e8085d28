"""Every object that netherfield manifests prints is one that a real API server takes, with
nothing in it that it does not know, and no pod of it is more than Pod Security allows."""

import json

import pytest
import yaml

IMAGE = "registry.example.com/team/spam:1"
EVERYTHING = [
    "--replicas", "3", "--max-replicas", "9", "--cpu", "250m", "--memory", "128Mi", "--host", "spam.example.com",
    "--token-secret", "tokens", "--admin-token-secret", "admin", "--monitoring",
]

VARIANTS = {
    "deployment": ["deployment"],
    "deployment with everything": ["deployment", *EVERYTHING],
    "openshift": ["deployment", *EVERYTHING, "--openshift", "--trigger", "spam:latest"],
    "knative": ["knative", "--replicas", "1", "--max-replicas", "3"],
    "kserve": ["kserve", "--cpu", "1", "--memory", "1Gi"],
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_real_server_takes_it(variant, cluster, namespace, manifests):
    kind, *more = VARIANTS[variant]
    text = manifests(kind, "spam", "--image", IMAGE, "--namespace", namespace, *more)
    done = cluster.kubectl("apply", "--server-side", "--validate=strict", "-f", "-", text=text)
    assert done.returncode == 0, done.stderr
    assert "arning" not in done.stderr, done.stderr  # Pod Security warns of templates, others of what is deprecated
    objects = list(yaml.safe_load_all(text))
    assert len(done.stdout.splitlines()) == len(objects)
    # Once more, as whoever deploys a new version does: nothing but that changes.
    again = cluster.must("apply", "--server-side", "--validate=strict", "-f", "-", text=text.replace("spam:1", "spam:2"))
    assert len(again.splitlines()) == len(objects)
    for o in objects:
        group, _, _ = o["apiVersion"].rpartition("/")
        kind = f"{o['kind']}.{group}" if "." in group else o["kind"]
        kept = json.loads(cluster.must("get", kind, o["metadata"]["name"], "-n", namespace, "-o", "json"))
        assert kept["metadata"]["labels"]["app"] == "spam"


@pytest.mark.parametrize("variant", VARIANTS)
def test_its_pods_are_restricted(variant, cluster, namespace, manifests):
    kind, *more = VARIANTS[variant]
    text = manifests(kind, "spam", "--image", IMAGE, "--namespace", namespace, *more)
    pods = 0
    for o in yaml.safe_load_all(text):
        spec = o.get("spec", {})
        spec = spec.get("template", {}).get("spec") or spec.get("predictor")
        if not spec:
            continue
        pods += 1
        pod = {key: value for key, value in spec.items() if key not in ("minReplicas", "maxReplicas")}
        cluster.kubectl("create", "serviceaccount", "spam", "-n", namespace)
        cluster.kubectl("create", "serviceaccount", "default", "-n", namespace)
        whole = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "spam", "namespace": namespace}, "spec": pod}
        done = cluster.kubectl("create", "--validate=strict", "-f", "-", text=json.dumps(whole))
        assert done.returncode == 0 and "arning" not in done.stderr, done.stderr
    assert pods == 1


def test_the_server_would_refuse_mistakes(cluster, namespace, manifests):
    """The tests above can fail."""
    text = manifests("deployment", "spam", "--image", IMAGE, "--namespace", namespace, "--monitoring")
    for good, bad, says in [
        ("readOnlyRootFilesystem", "readOnlyRootFileSystem", "field not declared"),
        ("interval: 15s", "intervall: 15s", "intervall"),
        ("maxUnavailable: 1", "maxUnavailable: -1", "greater than or equal to 0"),
    ]:
        assert good in text
        done = cluster.kubectl("apply", "--server-side", "--validate=strict", "-f", "-", text=text.replace(good, bad, 1))
        assert done.returncode != 0 and says in done.stderr, done.stderr
    done = cluster.kubectl("apply", "--server-side", "-f", "-", text=text.replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"))
    assert "would violate PodSecurity" in done.stderr, done.stderr
