"""What is done to the cluster: by its name, for how long, and how it is mended.

Node 1 was started first and leads most queues in the beginning; each node gets its turn. In
partitions 0 is this machine, where the fleet and Mintsoft's publisher are.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.cluster.nodes import Cluster

SHORT_SECONDS = 15.0
"""Long enough for everybody to have noticed that a node ended, and gone elsewhere."""

LONG_SECONDS = 80.0
"""Nodes notice that another is silent after 45 to 75 seconds (net_ticktime is 60)."""

REST_SECONDS = 5.0

Act = Callable[[Cluster], object]


@dataclass(frozen=True)
class Fault:
    """*act*, *seconds* of it, *mend*; ``apart`` when it takes networks of their own."""

    name: str
    act: Act
    mend: Act = lambda _: None
    seconds: float = SHORT_SECONDS
    apart: bool = False


def _killed(*numbers: int) -> Fault:
    names = " and ".join(map(str, numbers))

    def kill(cluster: Cluster) -> None:
        for number in numbers:
            cluster.nodes[number].kill()

    def start(cluster: Cluster) -> None:
        cluster.start_all(numbers)

    return Fault(f"kill -9 node {names}", kill, start)


def _restarted(number: int) -> Fault:
    return Fault(
        f"stop node {number}, start it",
        lambda cluster: cluster.nodes[number].stop(),
        lambda cluster: cluster.start_all([number]),
        seconds=0.0,
    )


def _still(number: int) -> Fault:
    return Fault(
        f"node {number} stands still",
        lambda cluster: cluster.nodes[number].stand_still(),
        lambda cluster: cluster.nodes[number].go_on(),
        LONG_SECONDS,
    )


def _barred(name: str, *pairs: tuple[int, int]) -> Fault:
    def bar(cluster: Cluster) -> None:
        assert cluster.networks is not None
        cluster.networks.bar(*pairs)

    def mend(cluster: Cluster) -> None:
        assert cluster.networks is not None
        cluster.networks.mend()

    return Fault(name, bar, mend, LONG_SECONDS, apart=True)


FAULTS: tuple[Fault, ...] = (
    Fault("nothing", lambda _: None),
    _killed(1),
    _restarted(2),
    _barred("node 1 cut off from 2 and 3; the fleet sees all", (1, 2), (1, 3)),
    _barred("node 3 and the fleet cut off from 1 and 2", (3, 1), (3, 2), (0, 1), (0, 2)),
    _killed(2),
    _killed(3),
    _barred("node 2 cut off from everybody", (2, 1), (2, 3), (2, 0)),
    _still(2),
    _killed(1, 2),
    _restarted(3),
    _restarted(1),
    _barred("all three cut off from each other", (1, 2), (1, 3), (2, 3)),
)

SHORT: tuple[Fault, ...] = (FAULTS[1], FAULTS[2])
"""For a test: one is killed, one is stopped."""


def carry_out(fault: Fault, cluster: Cluster) -> tuple[str, float, float]:
    """Do it and mend it; returns its name, when it began, and when all was as before."""
    began = time.time()
    fault.act(cluster)
    time.sleep(fault.seconds)
    fault.mend(cluster)
    cluster.until_whole()
    time.sleep(REST_SECONDS)
    return fault.name, began, time.time()
