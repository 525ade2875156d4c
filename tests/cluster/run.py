"""One run: a cluster, the fleet as processes, orders all the time, one fault after the other."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.cluster.faults import Fault, carry_out
from tests.cluster.nodes import COUNT, Cluster
from tests.simulators.mintsoft.app import create_app as create_mintsoft
from tests.simulators.xero.app import create_app as create_xero
from tests.support.children import until
from tests.support.fleet import Fleet, make_fleet
from tests.support.processes import Processes, prepare_broker, settings_of
from tests.support.simulators import simulator
from tests.support.stream import (
    Stream,
    Windows,
    gap_rows,
    judged,
    settle,
    stage_times,
)
from workers.clock import SYSTEM

ROLES = ("ingress", "ingress", "worker", "worker", "scheduler", "relay")
FIRST_SECONDS = 300.0
"""For six processes on a machine that is busy with other things."""


@dataclass
class Place:
    """What faults are done to."""

    cluster: Cluster
    fleet: Fleet
    parts: Processes
    stream: Stream


@dataclass(frozen=True)
class Result:
    """What a run came to."""

    windows: Windows
    times: dict[str, list[float]]
    members: dict[str, int]
    violations: list[str]


@contextmanager
def place(cluster: Cluster, database_url: str) -> Iterator[Place]:
    """Simulators and a running fleet on *cluster*, with the addresses of all its nodes."""
    with ExitStack() as stack:
        xero = stack.enter_context(simulator(create_xero(None)))
        mintsoft = stack.enter_context(simulator(create_mintsoft(None)))
        fleet = make_fleet(database_url, xero, mintsoft, SYSTEM)
        stack.callback(fleet.runtime.close)
        prepare_broker(cluster.url)
        stream = Stream(fleet, cluster.url)
        stack.callback(stream.give_up)
        stream.connect_clients()
        parts = stack.enter_context(Processes(settings_of(fleet, cluster.url)))
        for role in ROLES:
            parts.start(role)
        yield Place(cluster, fleet, parts, stream)


def run(
    here: Place,
    faults: Sequence[Fault],
    tell: Callable[[str], object] = lambda _: None,
    minutes: float = math.inf,
) -> Result:
    """Carry the faults out under load, settle, judge.

    *tell* hears of each fault when it is over; none is begun after so many *minutes*.
    """
    here.stream.start()
    try:
        until("documents flow", lambda: here.fleet.statuses().get("posted", 0) > 0, FIRST_SECONDS)
    except AssertionError as error:
        said = "\n".join(f"--- {role}\n{part.err[-1500:]}" for role, part in here.parts.running)
        raise AssertionError(f"{error}\n{said}") from None
    members = here.cluster.members()
    here.cluster.until_whole()
    windows = []
    until_time = time.monotonic() + 60 * minutes
    for fault in faults:
        if time.monotonic() > until_time:
            tell(f"no time is left for: {fault.name}")
            continue
        windows.append(carry_out(fault, here.cluster))
        [row] = gap_rows(windows[-1:], stage_times(here.stream))
        tell("  ".join(row))
    here.stream.end()
    left = settle(here.stream)
    mishaps = [
        *(f"{name} has {count} members" for name, count in members.items() if count != COUNT),
        *ended(here.parts),
    ]
    return Result(windows, stage_times(here.stream), members, judged(here.stream, left, mishaps))


def ended(parts: Processes) -> Iterator[str]:
    """What has ended by itself, which nothing may."""
    for role, part in parts.running:
        if part.process.poll() is not None:
            yield f"{role} ended by itself with {part.process.poll()}: {part.err[-2000:]}"
