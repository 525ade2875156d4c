"""The fleet's processes, started, killed, and started again as a supervisor would.

Each role has its own lines to RabbitMQ, PostgreSQL and Xero, so that a fault can hit one role
alone. A part that ends by itself is a violation, unless it was only just starting while a server
was away: it says so and a supervisor starts it again.
"""

from __future__ import annotations

import random
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.chaos.nursery import Nursery, Part
from tests.support.children import Child
from tests.support.processes import COMMANDS, Processes, kill_family

ROLES = ("ingress", "worker", "scheduler", "relay")
EACH = 2
"""Processes of each role: what one does must agree with what the other does."""

STARTING_SECONDS = 15.0
"""A part gives a server ten seconds to answer before it gives up starting."""

SKEW_SECONDS = 75
"""So far the clock of each role's second process is ahead of the others'."""

TERM_SECONDS = 20.0
"""What SIGTERM may take, whatever is held or away, once a part is up ..."""

BOOT_SECONDS = 10.0
"""... and so much more while it starts: Dramatiq's master hears nothing while its workers boot."""


SHOWN_CHARACTERS = 6000


@dataclass
class Parts(Processes):
    """All processes of a run. ``environments`` by role; ``without`` names a guard taken away."""

    nursery: Nursery = field(kw_only=True)
    environments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    without: str = ""
    starts: int = 0
    failed_starts: int = 0
    ended: list[str] = field(default_factory=list)
    slowest_end: float = 0.0

    def start(self, role: str) -> Child:
        """Start a part; every second one of a role has a clock that is ahead."""
        self.starts += 1
        ahead = SKEW_SECONDS if self.starts % 2 else 0
        own = {"CHAOS_WITHOUT": self.without, "CHAOS_AHEAD": str(ahead)}
        environment = self.environment | dict(self.environments[role]) | own
        part = Part(self.nursery, COMMANDS[role], environment)
        self.running.append((role, part))
        return part

    def start_all(self) -> None:
        """Start two of each role."""
        for role in ROLES * EACH:
            self.start(role)

    def of(self, role: str) -> list[Child]:
        """The running parts of one role."""
        return [part for other, part in self.running if other == role]

    def kill_one(self, role: str, rng: random.Random) -> None:
        """kill -9 one part of a role with its children, and start another."""
        self.kill(rng.choice(self.of(role)))
        self.start(role)

    def kill_all(self, role: str) -> None:
        """kill -9 every part of a role, and start as many others."""
        for part in self.of(role):
            self.kill(part)
        for _ in range(EACH):
            self.start(role)

    def kill_master(self, rng: random.Random) -> list[int]:
        """kill -9 Dramatiq's master alone; returns its children, which must follow it."""
        part = rng.choice(self.of("worker"))
        orphans = [each.pid for each in psutil.Process(part.process.pid).children(recursive=True)]
        part.process.kill()
        part.process.wait()
        self._forget(part)
        part.end()
        self.start("worker")
        return orphans

    def kill_child(self, rng: random.Random) -> None:
        """kill -9 a worker process alone; its master ends the rest and is started again."""
        part = rng.choice(self.of("worker"))
        self._forget(part)
        workers = psutil.Process(part.process.pid).children()
        for each in workers[:1]:
            each.kill()
        try:
            if workers:  # else it has none yet
                part.wait(1.5 * TERM_SECONDS)
        except subprocess.TimeoutExpired:
            self.ended.append(f"a master did not notice its worker's death: {part.err[-2000:]}")
        kill_family(part)
        part.end()
        self.start("worker")

    def terminate_one(self, rng: random.Random) -> str:
        """SIGTERM a part, see it end in time, and start another; returns its role."""
        role, part = rng.choice(self.running)
        self._end_in_time(role, part, is_up=_told_to_end(part))
        self.start(role)
        return role

    def stop_all(self) -> None:
        """SIGTERM every part at once, and see each end in time."""
        told = [(role, part, _told_to_end(part)) for role, part in self.running]
        for role, part, is_up in told:
            self._end_in_time(role, part, is_up=is_up)

    def _end_in_time(self, role: str, part: Child, *, is_up: bool) -> None:
        allowed = {0} if is_up else {0, 1, -signal.SIGTERM}
        seconds = TERM_SECONDS + (0 if is_up else BOOT_SECONDS)
        began = time.monotonic()
        self._forget(part)
        try:
            code = part.wait(seconds + 10)
        except subprocess.TimeoutExpired:
            self.ended.append(f"{role} did not obey SIGTERM: {where_it_hangs(part)}")
            kill_family(part)
        else:
            took = time.monotonic() - began
            if is_up:
                self.slowest_end = max(self.slowest_end, took)
            if took > seconds:
                self.ended.append(f"{role} took {took:.1f} s to end on SIGTERM")
            if code not in allowed:
                self.ended.append(f"{role} ended SIGTERM with {code}: {part.err[-2000:]}")
        part.end()

    def supervise(self) -> None:
        """Start again what has ended by itself, and note whether it may have."""
        for role, part in list(self.running):
            if (code := part.process.poll()) is None:
                continue
            if time.monotonic() - part.born > 2 * STARTING_SECONDS:
                self.ended.append(f"{role} ended by itself with {code}: {part.err[-2000:]}")
            self.failed_starts += 1
            self._forget(part)
            part.end()
            self.start(role)

    def diagnosis(self) -> str:
        """What every part is doing now, for whoever looks into a run that did not end."""
        return "\n".join(f"--- {role}\n{where_it_hangs(part)}" for role, part in self.running)

    def threads(self) -> int:
        """The most threads that any process of the fleet has now."""
        return max((_threads(part) for _, part in self.running), default=0)


def _told_to_end(part: Child) -> bool:
    """Send SIGTERM; returns whether the part was up, and has to obey it as promised."""
    is_up = listens(part.process.pid) and time.monotonic() - part.born > STARTING_SECONDS
    part.signal(signal.SIGTERM)
    return is_up


def listens(pid: int) -> bool:
    """Whether a process has a handler for SIGTERM by now; where nobody can say, it has."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
    [caught] = re.findall(r"^SigCgt:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


def where_it_hangs(part: Child) -> str:
    """The end of what a part has said, with the stacks of its threads."""
    part.signal(signal.SIGUSR1)
    time.sleep(1)
    return part.err[-SHOWN_CHARACTERS:]


def _threads(part: Child) -> int:
    try:
        main = psutil.Process(part.process.pid)
        return max(each.num_threads() for each in [main, *main.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0
