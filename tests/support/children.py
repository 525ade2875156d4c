"""Commands as processes of their own, ended by signals, and waiting for what they do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

ROOT = Path(__file__).parents[2]
POLL = 0.05


def until(what: str, condition: Callable[[], bool], seconds: float = 45.0) -> None:
    """Return once `condition` holds; fail the test when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not after {seconds:.0f} s"
        time.sleep(POLL)


class Process(Protocol):
    """What is asked of a running process; :class:`subprocess.Popen` has it."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | Any | None: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int, /) -> None: ...

    def kill(self) -> None: ...


class Child:
    """A command that runs; what it prints is in files, so that no pipe can fill up."""

    def __init__(
        self,
        arguments: list[str],
        environment: Mapping[str, str],
        module: str = "workers",
        folder: Path = ROOT,
    ) -> None:
        self.born = time.monotonic()
        self._folder = folder
        self._out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by end()
        self._err: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by end()
        inherited = {name: each for name, each in os.environ.items() if not name.startswith("MX_")}
        command, environment = ["-m", module, *arguments], inherited | dict(environment)
        self.process = self.spawn(command, environment, self._out, self._err)

    def spawn(
        self, arguments: list[str], environment: Mapping[str, str], out: IO[bytes], err: IO[bytes]
    ) -> Process:
        """Start it: a Python with *arguments*."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=self._folder,
            env=environment,
        )

    @property
    def out(self) -> str:
        """Standard output so far."""
        return _content(self._out)

    @property
    def err(self) -> str:
        """Standard error so far."""
        return _content(self._err)

    def said(self, words: str) -> Callable[[], bool]:
        """Whether it has said something on standard error; a test fails if it ended instead."""

        def heard() -> bool:
            found = words in self.err
            assert found or self.process.poll() is None, self.err
            return found

        return heard

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def wait(self, seconds: float = 30.0) -> int:
        """Return the exit code; fails the test when it does not end in time."""
        return self.process.wait(seconds)

    def end(self) -> None:
        """End it whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._out.close()
        self._err.close()


def _content(file: IO[bytes]) -> str:
    size = os.fstat(file.fileno()).st_size
    return os.pread(file.fileno(), size, 0).decode(errors="replace")


@contextmanager
def child(*arguments: str, **environment: str) -> Iterator[Child]:
    """A command that is gone when the block ends."""
    running = Child(list(arguments), environment)
    try:
        yield running
    finally:
        running.end()
