"""Print, as JSON, the pods that JupyterHub on Kubernetes makes of the chart's values, one for
each profile, and the volume of a user: by KubeSpawner itself, configured as the chart does.

    .images/hub/bin/python pods.py images/jupyterhub/values.yaml NAMESPACE
"""

import asyncio
import json
import os
import pathlib
import sys
import tempfile
import types

import yaml

# A cluster that nobody is asked of: KubeSpawner wants one to begin with.
folder = tempfile.TemporaryDirectory()
nowhere = pathlib.Path(folder.name, "config")
nowhere.write_text(yaml.safe_dump({
    "apiVersion": "v1", "kind": "Config", "current-context": "none", "users": [{"name": "none", "user": {}}],
    "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:1"}}],
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
}))
os.environ["KUBECONFIG"] = str(nowhere)

from kubernetes_asyncio.client import ApiClient
from kubespawner import KubeSpawner
from traitlets.config import Config

# What the chart's configuration takes from below "singleuser", by the names of the traits.
TRAITS = {
    "start_timeout": "startTimeout", "image_pull_policy": "image.pullPolicy", "cmd": "cmd", "default_url": "defaultUrl",
    "uid": "uid", "fs_gid": "fsGid", "allow_privilege_escalation": "allowPrivilegeEscalation",
    "mem_limit": "memory.limit", "mem_guarantee": "memory.guarantee", "cpu_limit": "cpu.limit", "cpu_guarantee": "cpu.guarantee",
    "environment": "extraEnv", "profile_list": "profileList", "storage_capacity": "storage.capacity",
    "storage_access_modes": "storage.dynamic.storageAccessModes", "storage_class": "storage.dynamic.storageClass",
}  # fmt: skip


def at(values, path):
    for part in path.split("."):
        values = (values or {}).get(part)
    return values


def configuration(values):
    single = values["singleuser"]
    spawner = {trait: at(single, path) for trait, path in TRAITS.items() if at(single, path) is not None}
    spawner["image"] = f"{single['image']['name']}:{single['image']['tag']}"
    spawner["pvc_name_template"] = spawner["pod_name_template"] = "jupyter-{user_server}"
    spawner["storage_pvc_ensure"] = single["storage"]["type"] == "dynamic"
    home = {"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}
    spawner["volumes"] = [home, *single["storage"]["extraVolumes"]]
    spawner["volume_mounts"] = [{"name": "home", "mountPath": single["storage"]["homeMountPath"]}, *single["storage"]["extraVolumeMounts"]]
    spawner["common_labels"] = {"app": "jupyterhub"}
    spawner["automount_service_account_token"] = False
    config = {"KubeSpawner": spawner}
    for name, traits in values["hub"]["config"].items():
        config.setdefault(name, {}).update(traits)
    return Config(config)


async def main(values, namespace):
    objects = []
    hub = types.SimpleNamespace(public_host="", base_url="/hub/", api_url="http://hub:8081/hub/api", url="http://hub:8081/hub/", port=8081)
    for profile in values["singleuser"]["profileList"]:
        user = types.SimpleNamespace(
            name="ann", id=1, url="/user/ann/", settings={}, admin=False, escaped_name="ann", server=None, proxy_spec="", json_escaped_name="ann",
        )
        orm = types.SimpleNamespace(name="", server=None, state=None, user_options={})
        spawner = KubeSpawner(config=configuration(values), hub=hub, user=user, api_token="x", server=None, _mock=True, orm_spawner=orm, oauth_roles=[])
        spawner.namespace = namespace
        spawner.user_options = {"profile": profile["slug"]}
        await spawner.load_user_options()
        spawner.pod_name = f"jupyter-ann-{profile['slug']}"
        pod = await spawner.get_pod_manifest()
        pod.metadata.namespace = namespace
        objects.append(ApiClient().sanitize_for_serialization(pod))
        volume = spawner.get_pvc_manifest()
        volume.metadata.namespace = namespace
    objects.append(ApiClient().sanitize_for_serialization(volume))
    print(json.dumps(objects))


asyncio.run(main(yaml.safe_load(open(sys.argv[1])), sys.argv[2]))
