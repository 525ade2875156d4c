"""The fleet's processes, started, killed, and started again as a supervisor would.

Each role has its own lines to RabbitMQ, PostgreSQL and Xero, so that a fault can hit one role
alone. A part that ends by itself is a violation, unless it was only just starting while a server
was away: it says so and a supervisor starts it again.
"""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil

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
"""What SIGTERM may take, whatever is held or away."""


@dataclass
class Parts(Processes):
    """All processes of a run. ``environments`` by role; ``without`` names a guard taken away."""

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
        part = Child(COMMANDS[role], environment, "tests.chaos.part")
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
        part.signal(signal.SIGTERM)
        self._end_in_time(role, part)
        self.start(role)
        return role

    def stop_all(self) -> None:
        """SIGTERM every part at once, and see each end in time."""
        running = list(self.running)
        for _, part in running:
            part.signal(signal.SIGTERM)
        for role, part in running:
            self._end_in_time(role, part)

    def _end_in_time(self, role: str, part: Child) -> None:
        just_started = time.monotonic() - part.born < STARTING_SECONDS
        allowed = {0, -signal.SIGTERM} if just_started else {0}
        began = time.monotonic()
        self._forget(part)
        try:
            code = part.wait(TERM_SECONDS + 10)
        except subprocess.TimeoutExpired:
            self.ended.append(f"{role} did not obey SIGTERM: {where_it_hangs(part)}")
            kill_family(part)
        else:
            took = time.monotonic() - began
            self.slowest_end = max(self.slowest_end, took)
            if took > TERM_SECONDS:
                self.ended.append(f"{role} took {took:.1f} s to end on SIGTERM")
            if code not in allowed and not (just_started and code == 1):
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

    def threads(self) -> int:
        """The most threads that any process of the fleet has now."""
        return max((_threads(part) for _, part in self.running), default=0)


def where_it_hangs(part: Child) -> str:
    """The end of what a part has said, with the stacks of its threads."""
    part.signal(signal.SIGUSR1)
    time.sleep(1)
    return part.err[-6000:]


def _threads(part: Child) -> int:
    try:
        main = psutil.Process(part.process.pid)
        return max(each.num_threads() for each in [main, *main.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0
