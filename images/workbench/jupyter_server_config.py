"""What JupyterLab needs to know of containers. Hubs and people may say otherwise: their
configuration is read after this."""

c = get_config()  # noqa: F821

# What is deleted is gone: a trash on another volume than the file's fails, and one on the
# same volume fills it unseen.
c.FileContentsManager.delete_to_trash = False
# There is one for the user if passwd has an entry, which any user id need not have.
c.ServerApp.terminado_settings = {"shell_command": ["/bin/bash"]}
