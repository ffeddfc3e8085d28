"""The Go daemon: started when it is first asked for, and again when it has died."""

import asyncio
import atexit
import collections
import os
import shutil
import tempfile
import time

START_TIMEOUT = 30  # seconds until it answers; a busy machine takes its time
STOP_TIMEOUT = 20
PAUSE = 2  # seconds between two attempts to start one that dies at once


class Unavailable(Exception):
    """There is no daemon, and this is why."""


class Daemon:
    """One process, and the private folder with its socket."""

    def __init__(self, command, log):
        """Command returns the command line; nothing is started yet."""
        self._command = command
        self._log = log
        self._lock = asyncio.Lock()
        self._folder = None
        self._process = None
        self._reader = None
        self._said = collections.deque(maxlen=20)
        self._failed = None  # when it last died at once, and what it said
        self._stopped = False

    async def socket(self):
        """The path of the socket of a daemon that answers. Raises Unavailable."""
        async with self._lock:
            if self._stopped:
                raise Unavailable("the server is stopping")
            if self._process is None or self._process.returncode is not None:
                await self._start()
            return self._path()

    def _path(self):
        return os.path.join(self._folder, "panel")

    async def _start(self):
        if self._failed and time.monotonic() - self._failed[0] < PAUSE:
            raise Unavailable(self._failed[1])
        if self._process is not None:
            self._log.warning("netherfield panel ended with %s; starting it again", self._process.returncode)
            await self._reader
        if self._folder is None:
            self._folder = tempfile.mkdtemp(prefix="netherfield-panel-")  # for this user alone
            # Servers that end by SIGINT without a terminal stop no extension.
            atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        self._said.clear()
        command = [*self._command(), "--socket", self._path()]
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,  # Ctrl-C in the terminal is for the server
            )
        except OSError as e:
            self._fail(f"netherfield cannot be started: {e}; `c.Netherfield.program` in jupyter_server_config.py says where it is")
        self._reader = asyncio.create_task(self._read(self._process.stderr))
        deadline = time.monotonic() + START_TIMEOUT
        while not await self._answers():
            if self._process.returncode is not None:
                await self._reader
                self._fail("netherfield panel ends at once: " + ("\n".join(self._said) or "it says nothing"))
            if time.monotonic() > deadline:
                self._process.kill()
                self._fail(f"netherfield panel did not answer within {START_TIMEOUT} s")
            await asyncio.sleep(0.02)
        self._failed = None

    def _fail(self, why):
        self._failed = (time.monotonic(), why)
        self._log.error("%s", why)
        raise Unavailable(why)

    async def _answers(self):
        try:
            _, writer = await asyncio.open_unix_connection(self._path())
        except OSError:
            return False
        writer.close()
        return True

    async def _read(self, stream):
        while line := await stream.readline():
            text = line.decode(errors="replace").rstrip()
            self._said.append(text)
            self._log.info("netherfield panel: %s", text)

    async def stop(self):
        """End the daemon and wait for it; it ends what it has started."""
        self._stopped = True
        async with self._lock:
            if self._process is not None:
                self._process.stdin.close()
                try:
                    await asyncio.wait_for(self._process.wait(), STOP_TIMEOUT)
                except asyncio.TimeoutError:
                    self._process.kill()
                    await self._process.wait()
                await self._reader
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
