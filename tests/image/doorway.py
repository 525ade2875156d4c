"""A port of 127.0.0.1 that leads to the private PostgreSQL's socket, which containers can't see."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import parse_qs, urlsplit, urlunsplit

PORT = 5432
"""In the name of the socket's file."""


class _Door(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    path = ""


class _Guest(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, _Door)
        with socket.socket(socket.AF_UNIX) as inside:
            inside.connect(self.server.path)
            back = threading.Thread(target=_pour, args=(inside, self.request), daemon=True)
            back.start()
            _pour(self.request, inside)
            back.join()


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # either side may go without a word
        while piece := source.recv(65536):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@contextmanager
def doorway(url: str) -> Iterator[str]:
    """The same database by TCP, while the block runs; *url* names the socket's folder."""
    parts = urlsplit(url)
    folder = parse_qs(parts.query)["host"][0]
    with _Door(("127.0.0.1", 0), _Guest) as door:
        door.path = f"{folder}/.s.PGSQL.{PORT}"
        threading.Thread(target=door.serve_forever, daemon=True).start()
        user = parts.netloc.rpartition("@")[0] or "postgres"
        place = f"{user}@127.0.0.1:{door.server_address[1]}"
        try:
            yield urlunsplit((parts.scheme, place, parts.path, "", ""))
        finally:
            door.shutdown()
