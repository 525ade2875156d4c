"""The console's HTTP server: one process, threads for the pages.

Its own access log stays off: addresses carry OAuth codes and states on their way back from Xero.
"""

import socket
import threading

import uvicorn

from workers.console.app import create_app
from workers.console.passwords import Passwords
from workers.runtime import Runtime

BACKLOG = 256
"""Browsers that may wait to be let in."""

GRACE_SECONDS = 5
"""How long an answer may still take when the console is told to end."""


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens already. Raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(BACKLOG)
    return listener


class Server:
    """Serves the console from a thread of this process."""

    def __init__(
        self, runtime: Runtime, listener: socket.socket, passwords: Passwords | None = None
    ) -> None:
        self._listener = listener
        self._server = uvicorn.Server(
            uvicorn.Config(
                create_app(runtime, passwords or Passwords()),
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._thread = threading.Thread(target=self._run, name="console", daemon=True)

    @property
    def url(self) -> str:
        """Where it listens; browsers come by MX_PUBLIC_URL."""
        host, port = self._listener.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def is_alive(self) -> bool:
        """Whether it serves, or is about to."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start serving and return."""
        self._thread.start()

    def stop(self) -> None:
        """End after the answers at hand."""
        self._server.should_exit = True
        self._thread.join(GRACE_SECONDS + 5)
        self._listener.close()

    def _run(self) -> None:
        self._server.run([self._listener])
