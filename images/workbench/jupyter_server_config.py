"""What JupyterLab needs to know of containers. Arguments say otherwise, and people's own
configuration, which is read after this."""

import os

from jupyter_core.paths import jupyter_data_dir, jupyter_runtime_dir

c = get_config()  # noqa: F821

# What is deleted is gone: a trash on another volume than the file's fails, and one on the
# same volume fills it unseen.
c.FileContentsManager.delete_to_trash = False
# Passwd says which shell the user has, but any user id need not be there.
c.ServerApp.terminado_settings = {"shell_command": ["/bin/bash"]}
# Where somebody has worked with another user id, what they have signed is theirs: signatures
# then begin anew.
secret = os.path.join(jupyter_data_dir(), "notebook_secret")
if os.path.exists(secret) and not os.access(secret, os.R_OK):
    c.NotebookNotary.secret_file = os.path.join(jupyter_runtime_dir(), "notebook_secret")
    c.NotebookNotary.db_file = ":memory:"

if "JUPYTERHUB_API_TOKEN" not in os.environ:  # the hub says where, and who comes in
    c.ServerApp.ip = "0.0.0.0"
    c.ServerApp.port = int(os.environ.get("NOTEBOOK_PORT", 8888))
    c.ServerApp.port_retries = 0  # nobody would look for it elsewhere
    c.ServerApp.root_dir = os.environ.get("NOTEBOOK_ROOT_DIR", os.environ["HOME"])
    c.ServerApp.base_url = os.environ.get("NB_PREFIX") or os.environ.get("NOTEBOOK_BASE_URL") or "/"
    c.ServerApp.open_browser = False
    if os.environ.get("NB_PREFIX"):
        # Behind the proxy of Kubeflow or Open Data Hub, which lets nobody in but its users.
        c.IdentityProvider.token = ""
