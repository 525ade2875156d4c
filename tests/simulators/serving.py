"""Serves a simulator from a thread of this process, on a free port of the loop-back interface."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

STOP_SECONDS = 5.0

GRACE_SECONDS = 1
"""How long an answer may still take when its server is told to end."""

GLANCE_SECONDS = 0.001
"""Between two looks at connections that are being closed."""


def listening_socket(port: int = 0) -> socket.socket:
    """A socket that already listens, so that the first client never comes too early.

    TCP is named because asyncio switches Nagle's delay (40 ms an answer) off only then.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(256)
    return listener


def base_url(listener: socket.socket) -> str:
    """The address that the socket is reached at."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def quiet(app: ASGIApp) -> uvicorn.Config:
    """No log: faults are meant, so the server's complaints about them are noise."""
    return uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        date_header=False,  # a simulator tells the time of its own clock, or none
        lifespan="off",
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=75,
    )


def server_for(app: ASGIApp) -> uvicorn.Server:
    """A server for a process of its own, which ends by a signal."""
    return uvicorn.Server(quiet(app))


class PromptServer(uvicorn.Server):
    """A server that ends when it is told to.

    Uvicorn's own looks ten times a second whether it should, and then sleeps: a fifth of a second
    for each simulator of each test.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told: Future[None] = Future()

    def end(self) -> None:
        """Have it close its connections and end, from any thread."""
        self._told.set_result(None)

    async def main_loop(self) -> None:
        """Wait for `end`."""
        await self.on_tick(0)
        await asyncio.wrap_future(self._told)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
        """Close everything; an answer that takes too long is given up."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closed(), GRACE_SECONDS)
        for task in self.server_state.tasks:
            task.cancel()

    async def _closed(self) -> None:
        while self.server_state.connections or self.server_state.tasks:
            await asyncio.sleep(GLANCE_SECONDS)


@contextmanager
def serve(app: ASGIApp) -> Iterator[str]:
    """Run `app` while the block runs; gives its base URL without a trailing slash."""
    listener = listening_socket()
    server = PromptServer(quiet(app))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield base_url(listener)
    finally:
        server.end()
        thread.join(STOP_SECONDS)
        listener.close()
