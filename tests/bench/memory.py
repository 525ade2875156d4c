"""What each process of the fleet holds once it has worked: one of each part, on one machine.

Resident memory counts pages that several processes share once for each; the proportional share
(PSS) does not, so its sum is what the machine needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import psutil

from tests.bench.grounds import Ground, prepared
from tests.bench.place import Place
from tests.bench.section import Section
from tests.support.children import Child, child, until

PARTS = {
    "ingress": ["ingress"],
    "worker": ["worker", "--threads", "8"],
    "scheduler": ["scheduler"],
    "relay": ["relay"],
    "console": ["console", "--port", "0"],
}
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Held:
    """Megabytes of one process."""

    resident: float
    share: float
    own: float


def memory(place: Place, orders: int) -> Section:
    """What is held after *orders* have gone all the way, and each page of the start was loaded."""
    section = Section(
        f"Megabytes after {orders:,} orders, by process",
        ["process", "resident (RSS)", "its share (PSS)", "its own (USS)"],
        digits=0,
    )
    with (
        prepared(place) as ground,
        place.broker(ground.orders(orders)) as url,
        ExitStack() as stack,
    ):
        environment = ground.environment(url) | {"MX_LOG_LEVEL": "ERROR"}
        running = {
            name: stack.enter_context(child(*command, **environment))
            for name, command in PARTS.items()
        }
        until("all orders are tagged", lambda: ground.tagged() == orders, 300)
        until("all events are published", lambda: _unpublished(ground) == 0, 60)
        for name, part in running.items():
            for label, process in _processes(name, part):
                held = _held(process)
                section.rows.append([label, held.resident, held.share, held.own])
    shares = sum(float(row[2]) for row in section.rows)
    section.rows.append(["together", "", shares, ""])
    return section


def _processes(name: str, part: Child) -> Iterator[tuple[str, psutil.Process]]:
    """Yield a part and its children; Dramatiq's worker is a child of its master."""
    main = psutil.Process(part.process.pid)
    children = main.children(recursive=True)
    yield f"{name} (master)" if children else name, main
    for process in children:
        yield f"{name}: {process.name()}", process


def _held(process: psutil.Process) -> Held:
    found = process.memory_full_info()
    return Held(found.rss / MEGABYTE, found.pss / MEGABYTE, found.uss / MEGABYTE)


def _unpublished(ground: Ground) -> int:
    [row] = ground.fleet.rows("select count(*) as n from outbox where published_at is null")
    return int(row["n"])
