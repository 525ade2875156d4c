"""The line that chaos cuts: it holds on to no connection that has ended."""

from __future__ import annotations

import contextlib
import socket
import threading

from tests.support.children import until
from tests.support.line import Line, tcp


def echo(server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection:
                while chunk := connection.recv(100):
                    connection.sendall(chunk)


def test_a_line_lets_go_of_connections_that_have_ended() -> None:
    """A run of hours must not end because its own relay has no sockets left."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=echo, args=(server,), daemon=True).start()
        with Line(tcp("127.0.0.1", server.getsockname()[1])) as line:
            for _ in range(20):
                with socket.create_connection(("127.0.0.1", line.port)) as client:
                    client.sendall(b"hello")
                    assert client.recv(100) == b"hello"
            until("all is let go of", lambda: line.open == 0, 5.0)
