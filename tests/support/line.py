"""A TCP relay in front of a server, whose traffic a test can cut, hold, slow down or cut short.

What TCP promises stays true: bytes come in order or the connection breaks. So "lost" traffic is
traffic that is held until its connections are cut.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Self

Dial = Callable[[], socket.socket]
"""Opens a connection to the server; raises OSError while it is away."""

CHUNK = 65536


class Line:
    """Listens on a free port of the loop-back interface; ``port`` stays while the server goes."""

    def __init__(self, dial: Dial) -> None:
        self._dial = dial
        self._server = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._flows = {"up": threading.Event(), "down": threading.Event()}
        self._closing = threading.Event()
        self._left: int | None = None
        self._pause = 0.0
        self.port = int(self._server.getsockname()[1])
        self.release()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        # shutdown wakes the thread in accept(); close alone would leave it there
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.calm()
        self.cut()

    @property
    def open(self) -> int:
        """Ends of connections that the line holds."""
        with self._lock:
            return len(self._sockets)

    def cut(self) -> None:
        """End every connection at once, as a broken cable or a restarted server would."""
        with self._lock:
            ends, self._sockets = self._sockets, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def hold(self, *ways: str) -> None:
        """Let nothing pass ``up`` (to the server), ``down`` or, without a word, either way."""
        for way in ways or tuple(self._flows):
            self._flows[way].clear()

    def release(self) -> None:
        """Let everything pass again, what was held first."""
        for flow in self._flows.values():
            flow.set()

    def slow(self, seconds: float) -> None:
        """Hold each piece of traffic for so long."""
        self._pause = seconds

    def cut_after(self, count: int) -> None:
        """Let so many more bytes pass, in the middle of whatever they are, then cut."""
        with self._lock:
            self._left = count

    def calm(self) -> None:
        """Be an ordinary network again."""
        self.release()
        self.slow(0)
        with self._lock:
            self._left = None

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                if self._closing.is_set():
                    return
                raise
            self._join(near)

    def _join(self, near: socket.socket) -> None:
        try:
            far = self._dial()
        except OSError:
            near.close()
            return
        with self._lock:
            self._sockets += [near, far]
        threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        """Pass both ways until both have ended, then let go of both ends."""
        up = threading.Thread(target=self._pass, args=(near, far, "up"), daemon=True)
        up.start()
        self._pass(far, near, "down")
        up.join()
        with self._lock:
            self._sockets = [each for each in self._sockets if each not in (near, far)]
        for end in (near, far):
            end.close()

    def _pass(self, source: socket.socket, target: socket.socket, way: str) -> None:
        try:
            while chunk := source.recv(CHUNK):
                self._flows[way].wait()
                if self._pause:
                    self._closing.wait(self._pause)
                passing = self._allowed(len(chunk))
                target.sendall(chunk[:passing])
                if passing < len(chunk):
                    self.cut()
            target.shutdown(socket.SHUT_WR)
        except OSError:  # one end is gone without a word: the other must hear of it
            for end in (source, target):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _allowed(self, size: int) -> int:
        """Return how many bytes of a piece of *size* may pass: fewer, and the line is cut."""
        with self._lock:
            if self._left is None:
                return size
            passing = min(size, self._left)
            self._left = None if passing < size else self._left - passing
        return passing


def tcp(host: str, port: int) -> Dial:
    """Dial a TCP server."""
    return lambda: socket.create_connection((host, port), timeout=None)


def unix(path: str) -> Dial:
    """Dial a server on a Unix socket."""

    def dial() -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(path)
        except OSError:
            connection.close()
            raise
        return connection

    return dial
