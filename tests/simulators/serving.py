"""Serves a simulator from a thread of this process, on a free port of the loop-back interface."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

STOP_SECONDS = 5.0


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


def server_for(app: ASGIApp) -> uvicorn.Server:
    """A quiet server: faults are meant, so the server's complaints about them are noise."""
    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        date_header=False,  # a simulator tells the time of its own clock, or none
        lifespan="off",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,
    )
    return uvicorn.Server(config)


@contextmanager
def serve(app: ASGIApp) -> Iterator[str]:
    """Run `app` while the block runs; gives its base URL without a trailing slash."""
    listener = listening_socket()
    server = server_for(app)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        yield base_url(listener)
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS)
        listener.close()
