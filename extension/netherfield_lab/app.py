"""The extension: its configuration, its routes, its end."""

import shutil

from jupyter_client.kernelspec import NoSuchKernel
from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Dict, List, Unicode, default

from .daemon import Daemon
from .handlers import PanelHandler


class Netherfield(ExtensionApp):
    """Pipeline services beside the notebook."""

    name = "netherfield_lab"
    load_other_extensions = True

    program = Unicode(help="The netherfield program; that of the Go kernel, else the one on the path.").tag(config=True)
    services = Dict(
        key_trait=Unicode(), value_trait=Unicode(), help="Services to watch beside the one that PIPELINE_URL names: URLs by names."
    ).tag(config=True)
    token_files = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help="Files with the tokens of services, by names. They stay on the server.",
    ).tag(config=True)
    cluster = Bool(True, help="Show what is deployed in the cluster, if there are credentials of one.").tag(config=True)
    history = Unicode(help="The folder that remembers what was published; one in the user's home if empty.").tag(config=True)
    publish_flags = List(Unicode(), help="Further flags of netherfield publish.").tag(config=True)
    deploy_flags = List(Unicode(), help="Further flags of netherfield deploy, such as --namespace=team.").tag(config=True)

    @default("program")
    def _program(self):
        try:
            return self.serverapp.kernel_spec_manager.get_kernel_spec("netherfield").argv[0]
        except (NoSuchKernel, IndexError):
            return shutil.which("netherfield") or "netherfield"

    def command(self):
        """The daemon's command line, without its socket."""
        words = [self.program, "panel", "--root", self.serverapp.root_dir, "--until-stdin-closes"]
        words += [f"--service={name}={url}" for name, url in self.services.items()]
        words += [f"--token-file={name}={file}" for name, file in self.token_files.items()]
        words += [f"--publish-flag={flag}" for flag in self.publish_flags]
        words += [f"--deploy-flag={flag}" for flag in self.deploy_flags]
        if self.history:
            words += ["--history", self.history]
        if not self.cluster:
            words.append("--no-cluster")
        return words

    def initialize_settings(self):
        self.daemon = Daemon(self.command, self.log)
        self.settings["netherfield_daemon"] = self.daemon

    def initialize_handlers(self):
        self.handlers.append((r"/netherfield/api/(.*)", PanelHandler))

    async def stop_extension(self):
        await self.daemon.stop()
