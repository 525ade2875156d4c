"""A process that has imported everything and starts parts of the fleet as forks of itself.

Importing is most of what a start costs. A storm starts dozens of parts, and on a busy machine
they would be killed again before they came to do anything. The nursery has one thread, opens
nothing and runs nothing of the fleet: a fork of it is as fresh as a process of its own. It ends,
and its forks with it, when whoever asked it is gone.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, Self

from tests.support.children import ROOT, Child

IMPORTED = (
    "dramatiq.cli",
    "dramatiq.worker",
    "events.ingress",
    "tests.chaos.part",
    "workers.actors",
    "workers.cli.fleet",
    "workers.cli.roles",
    "workers.cli.session",
    "workers.relay",
    "workers.runtime",
    "workers.scheduler",
)
MESSAGE = 65536
POLL_SECONDS = 0.02


class Nursery:
    """The process, for a ``with`` block; each question is answered before the next is asked."""

    def __init__(self) -> None:
        self._line, far = socket.socketpair()
        with far:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.nursery", str(far.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[far.fileno()],
                cwd=ROOT,
            )

    def ask(self, question: Mapping[str, Any], *files: int) -> Any:
        """Return the answer. Raises ConnectionError when the nursery has ended."""
        socket.send_fds(self._line, [f"{json.dumps(question)}\n".encode()], files)
        answer = b""
        while not answer.endswith(b"\n"):
            if not (piece := self._line.recv(MESSAGE)):
                raise ConnectionError("the nursery has ended")
            answer += piece
        return json.loads(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End it with all its forks."""
        self._line.close()
        self._process.wait()


@dataclass
class Fork:
    """A part that runs; has what is needed of :class:`subprocess.Popen`."""

    nursery: Nursery
    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, the negative signal, or None while it runs."""
        if self.returncode is None:
            self.returncode = self.nursery.ask({"look": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code. Raises subprocess.TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(POLL_SECONDS)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended: its number may be another's then."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it with -9."""
        self.send_signal(signal.SIGKILL)


class Part(Child):
    """A part of the fleet that the nursery starts."""

    def __init__(
        self, nursery: Nursery, arguments: list[str], environment: Mapping[str, str]
    ) -> None:
        self._nursery = nursery
        super().__init__(arguments, environment, "tests.chaos.part")

    def spawn(
        self, arguments: list[str], environment: Mapping[str, str], out: IO[bytes], err: IO[bytes]
    ) -> Fork:
        """Have the nursery fork."""
        question = {"arguments": arguments[2:], "environment": dict(environment)}
        pid = self._nursery.ask(question, out.fileno(), err.fileno())
        return Fork(self._nursery, pid)


def serve(line: socket.socket) -> list[str] | None:
    """Fork on request. Returns a part's arguments in the fork, None in the nursery at the end."""
    running: dict[int, int | None] = {}
    while received := _receive(line):
        question, files = received
        if "look" in question:
            answer: int | None = _code_of(running, question["look"])
        elif answer := os.fork():
            running[answer] = None
        else:
            line.close()
            _become(question["environment"], files)
            return list(question["arguments"])
        for file in files:
            os.close(file)
        line.sendall(f"{json.dumps(answer)}\n".encode())
    for pid in running:
        if _code_of(running, pid) is None:
            os.kill(pid, signal.SIGKILL)
    return None


def _receive(line: socket.socket) -> tuple[Mapping[str, Any], list[int]] | None:
    with contextlib.suppress(ConnectionError):
        text, files, _, _ = socket.recv_fds(line, MESSAGE, 2)
        while text and not text.endswith(b"\n"):
            text += line.recv(MESSAGE)
        if text:
            return json.loads(text), files
    return None


def _code_of(running: dict[int, int | None], pid: int) -> int | None:
    if running[pid] is None:
        found, status = os.waitpid(pid, os.WNOHANG)
        running[pid] = os.waitstatus_to_exitcode(status) if found else None
    return running[pid]


def _become(environment: Mapping[str, str], files: list[int]) -> None:
    """Be a process of its own: its files, its environment, its dice."""
    from workers import clock

    for file, number in zip(files, (1, 2), strict=True):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    clock.SYSTEM.rng.seed()


def main() -> None:
    """Import, serve; a fork goes on as the part that it is to be."""
    line = socket.socket(fileno=int(sys.argv[1]))
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    arguments = serve(line)
    if arguments is not None:
        from tests.chaos import part

        sys.argv = ["mintsoft-xero", *arguments]
        part.main()


if __name__ == "__main__":
    main()
