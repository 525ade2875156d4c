"""Networks of their own for three nodes, so that a partition is one.

Each node sits in a network namespace, joined by a cable to a bridge that this machine is on, too.
A way between two is barred by a route into nothing at both ends: what is on its way is lost
without a word, as when a switch fails, and connections hang rather than end. Needs root on Linux.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

SUBNET = "198.18.{}.{}"
"""Of the range that is kept for measurements: nobody's real network."""

HERE = 254


def can_be_made() -> bool:
    """Whether namespaces may be made here."""
    return os.geteuid() == 0 and shutil.which("ip") is not None


class Networks:
    """Namespaces numbered from 1, and this machine as number 0; named after this process."""

    def __init__(self, count: int) -> None:
        self._third = os.getpid() % 256
        self._names = [f"mx{os.getpid()}n{number}" for number in range(count + 1)]
        self._barred: set[tuple[int, int]] = set()

    def address(self, number: int) -> str:
        """The address of a namespace, or this machine's on the bridge."""
        return SUBNET.format(self._third, 10 + number if number else HERE)

    def within(self, number: int) -> tuple[str, ...]:
        """The beginning of a command that runs inside."""
        return ("ip", "netns", "exec", self._names[number]) if number else ()

    @contextmanager
    def laid(self) -> Iterator[Networks]:
        """Lay the cables, and take all of it away at the end."""
        bridge = self._names[0]
        with ExitStack() as stack:
            _run("ip", "link", "add", bridge, "type", "bridge")
            stack.callback(_run, "ip", "link", "del", bridge)
            _run("ip", "addr", "add", f"{self.address(0)}/24", "dev", bridge)
            _run("ip", "link", "set", bridge, "up")
            for number, name in enumerate(self._names[1:], 1):
                _run("ip", "netns", "add", name)
                stack.callback(_run, "ip", "netns", "del", name)
                self._join(number, name, bridge)
            stack.callback(self.mend)
            yield self

    def _join(self, number: int, name: str, bridge: str) -> None:
        cable = ("type", "veth", "peer", "name", "eth0", "netns", name)
        _run("ip", "link", "add", name, *cable)
        _run("ip", "link", "set", name, "master", bridge, "up")
        for words in (
            ("link", "set", "lo", "up"),
            ("addr", "add", f"{self.address(number)}/24", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
        ):
            _run(*self.within(number), "ip", *words)

    def bar(self, *pairs: tuple[int, int]) -> None:
        """Let nothing pass between the two of each pair; 0 is this machine, with the fleet."""
        for one, other in pairs:
            self._route("add", one, other)
            self._barred.add((one, other))

    def mend(self) -> None:
        """Let everything pass again."""
        for one, other in self._barred:
            self._route("del", one, other)
        self._barred.clear()

    def _route(self, act: str, one: int, other: int) -> None:
        for here, there in ((one, other), (other, one)):
            _run(*self.within(here), "ip", "route", act, "blackhole", self.address(there))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
