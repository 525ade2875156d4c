"""Processor time by process: what a second of wall clock hides on a machine that others use too.

Linux counts it for each process; that of children which have ended is their parent's. What a
grandchild had spent is lost with it, so that a server that does nothing may seem to have less than
before: it is shown as nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

POSTGRES = "PostgreSQL"
RABBITMQ = "RabbitMQ"
XERO = "Xero (simulated)"
MINTSOFT = "Mintsoft (simulated)"
HERE = "this process"

_SERVERS = {"postgres": POSTGRES, "beam.smp": RABBITMQ}


@dataclass
class Spent:
    """Seconds of a core, by who spent them."""

    seconds: dict[str, float] = field(default_factory=dict)

    def milliseconds(self, who: str, count: int) -> float:
        """What each of *count* things cost."""
        return self.seconds.get(who, 0.0) / count * 1000

    def total(self, count: int) -> float:
        """Milliseconds of all together for each of *count* things."""
        return sum(self.seconds.values()) / count * 1000


Families = Mapping[str, Sequence[int]]
"""Who, and the processes that began theirs; children are counted with them."""


def servers(state: Path) -> dict[str, list[int]]:
    """The local engine's servers, by their data's folder."""
    found: dict[str, list[int]] = {}
    for process in psutil.process_iter(["name", "cmdline"]):
        who = _SERVERS.get(process.info["name"])
        mine = any(str(state) in argument for argument in process.info["cmdline"] or ())
        if who and mine:
            found.setdefault(who, []).append(process.pid)
    return found


@contextmanager
def spending(families: Families, *, here: bool = True) -> Iterator[Spent]:
    """Measure what is spent while the block runs; with *here* by this process too."""
    spent = Spent()
    before = _all(families, here=here)
    yield spent
    after = _all(families, here=here)
    spent.seconds = {who: max(after[who] - before[who], 0.0) for who in before}


def _all(families: Families, *, here: bool) -> dict[str, float]:
    found = {who: sum(map(_family, pids)) for who, pids in families.items()}
    return found | {HERE: _own(psutil.Process(os.getpid()))} if here else found


def _family(pid: int) -> float:
    main = psutil.Process(pid)
    ended = main.cpu_times()
    living = [main, *main.children(recursive=True)]
    return ended.children_user + ended.children_system + sum(map(_own, living))


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # ended meanwhile; its parent has it now
        return 0.0
    return float(times.user + times.system)
