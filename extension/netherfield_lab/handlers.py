"""Requests for the daemon, of those who may make them."""

import asyncio
from urllib.parse import quote

import httpx
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado import iostream, web

from .daemon import Unavailable

# All that goes either way. Cookies and tokens of Jupyter end here, and the daemon has none
# of its own to tell.
SENT = ("Content-Type", "Accept")
ANSWERED = ("Content-Type", "Cache-Control", "X-Accel-Buffering")

CONNECT_TIMEOUT = 10  # seconds


class PanelHandler(ExtensionHandlerMixin, APIHandler):
    """Forwards a request to the daemon, and streams what it answers."""

    auth_resource = "netherfield"

    @web.authenticated
    @authorized
    async def get(self, path):
        await self.forward(path)

    @web.authenticated
    @authorized
    async def post(self, path):
        await self.forward(path)

    @web.authenticated
    @authorized
    async def delete(self, path):
        await self.forward(path)

    async def forward(self, path):
        try:
            socket = await self.settings["netherfield_daemon"].socket()
        except Unavailable as e:
            self.refuse(str(e))
            return
        self.task = asyncio.current_task()
        try:
            async with httpx.AsyncClient(
                # There is no TLS on a socket of this machine, and reading certificates takes long.
                transport=httpx.AsyncHTTPTransport(uds=socket, verify=False),
                timeout=httpx.Timeout(None, connect=CONNECT_TIMEOUT),
                trust_env=False,
            ) as client:
                await self.exchange(client, path)
        except httpx.TransportError as e:
            # It has died. What was sent cannot be taken back; the browser asks again.
            if not self._headers_written:
                self.refuse(f"netherfield panel did not answer: {e or type(e).__name__}")
        except iostream.StreamClosedError:
            pass  # the browser has gone
        except asyncio.CancelledError:
            if not self.request.connection.stream.closed():
                raise

    async def exchange(self, client, path):
        query = "?" + self.request.query if self.request.query else ""
        headers = {name: self.request.headers[name] for name in SENT if name in self.request.headers}
        async with client.stream(
            self.request.method, "http://panel/" + quote(path) + query, content=self.request.body, headers=headers
        ) as answer:
            self.set_status(answer.status_code)
            for name in ANSWERED:
                if name in answer.headers:
                    self.set_header(name, answer.headers[name])
            await self.flush()
            async for chunk in answer.aiter_raw():
                self.write(chunk)
                await self.flush()
            await self.finish(set_content_type=answer.headers.get("Content-Type", "application/json"))

    def refuse(self, why):
        self.set_status(503)
        self.set_header("Retry-After", "2")
        self.finish({"error": why})

    def on_connection_close(self):
        super().on_connection_close()
        task = getattr(self, "task", None)
        if task is not None:
            task.cancel()
