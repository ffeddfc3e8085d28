"""Netherfield in JupyterLab: the server's part of the panel.

It starts `netherfield panel` when somebody opens the panel, and forwards the requests of
those who may. All that the panel knows and does is there, in Go.

    c.Netherfield.services = {"spam": "http://spam.team.svc:8080"}  # jupyter_server_config.py
"""

from .app import Netherfield

__all__ = ["Netherfield"]


def _jupyter_server_extension_points():
    return [{"module": "netherfield_lab", "app": Netherfield}]
