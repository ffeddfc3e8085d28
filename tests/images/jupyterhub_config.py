"""JupyterHub for the tests: the workbench in containers of podman, each time as another user,
with a volume for each person."""

import os
import pathlib

import engine
from jupyterhub.spawner import SimpleLocalProcessSpawner

c = get_config()  # noqa: F821

address = "http://127.0.0.1:"
c.JupyterHub.bind_url = address + os.environ["TEST_PORT"]
c.JupyterHub.hub_bind_url = address + os.environ["TEST_HUB_PORT"]
c.ConfigurableHTTPProxy.api_url = address + os.environ["TEST_PROXY_PORT"]
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
c.JupyterHub.cookie_secret_file = "cookie_secret"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "the password of everybody"
c.Authenticator.allow_all = True

c.JupyterHub.services = [{"name": "test", "api_token": os.environ["TEST_ADMIN_TOKEN"]}]
c.JupyterHub.load_roles = [{"name": "test", "scopes": ["admin:users", "admin:servers", "tokens", "access:servers"], "services": ["test"]}]

users = iter(range(engine.USER, engine.USER + 1000))


def in_a_container(spawner):
    volume = pathlib.Path(os.environ["TEST_VOLUMES"], spawner.user.name)
    if not volume.exists():
        volume.mkdir()
        volume.chmod(0o2770)
    options = engine.restricted(user=f"{next(users)}:0", volumes=[(volume, "/opt/app-root/src")])
    # Variables by their names alone: what they hold is none of the other processes' business.
    for name in spawner.get_env():
        if name.startswith(("JUPYTERHUB_", "JPY_", "MEM_", "CPU_")):
            options += ["--env", name]
    spawner.cmd = [*engine.ENGINE, "run", "--rm", "--label", "netherfield-test-hub", *options, os.environ["TEST_IMAGE"], "jupyterhub-singleuser"]


class InContainers(SimpleLocalProcessSpawner):
    """It ends servers as clusters do: not with what Ctrl-C sends, upon which Jupyter cleans
    nothing up."""

    async def stop(self, now=False):
        await super().stop(now=True)


c.JupyterHub.spawner_class = InContainers
c.Spawner.term_timeout = 60
c.Spawner.pre_spawn_hook = in_a_container
c.Spawner.env_keep = ["PATH", "CONTAINERS_STORAGE_CONF", "HOME"]
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120
