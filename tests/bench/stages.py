"""What each stage of an order's way costs in processor time, ours and everybody else's.

One thread does one stage for all orders, then the next, so that what a process has spent in the
meantime is that stage's. The fleet's own processes do the same work at the same cost, but for
what threads that wait for one another add.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

from events.delivery import Delivery
from events.egress import Publisher
from events.envelope import STRUCTURED
from tests.bench import samples, spent, ways
from tests.bench.grounds import Ground, prepared
from tests.bench.place import Place
from tests.bench.section import Section
from tests.bench.spent import spending
from tests.bench.stopwatch import Stopwatch
from tests.bench.unlimited import without_limits
from workers.actors.orders import export_orders
from workers.actors.upkeep import tag_orders
from workers.relay import Relay

WARM_UP = 300
BATCH = 200
WHO = (spent.HERE, spent.POSTGRES, spent.RABBITMQ, spent.XERO, spent.MINTSOFT)


def stages(place: Place, orders: int) -> Section:
    """Milliseconds of a core for an order; chart, items and contacts are known."""
    section = Section(
        "Milliseconds of a core for an order, by stage", ["stage", *WHO, "together"], digits=3
    )
    with prepared(place) as ground:
        ground.fleet.runtime.parts["budget"] = without_limits(ground.fleet.runtime)
        _all(Stages(ground, WARM_UP, Section("", [])))
        _all(Stages(ground, orders, section))
    return section


class Stages:
    """The stages of one lot of orders."""

    def __init__(self, ground: Ground, count: int, section: Section) -> None:
        self.ground = ground
        self.count = count
        self.messages = ground.orders(count)
        self._section = section

    @property
    def deliveries(self) -> list[Delivery]:
        """The events as the broker hands them over."""
        return ways.deliveries([each.body for each in self.messages], samples.TYPE, STRUCTURED)

    def measure(self, name: str, act: Callable[[], object]) -> None:
        """Do one stage and note what it took."""
        with spending(self.ground.families) as cost:
            act()
        values = [cost.milliseconds(who, self.count) for who in WHO]
        self._section.rows.append([name, *values, cost.total(self.count)])

    def note(self, name: str, seconds: float) -> None:
        """Note a part of the stage before, of this process alone."""
        here = seconds / self.count * 1000
        self._section.rows.append([name, here, *("" for _ in WHO[1:]), here])


def _all(stages: Stages) -> None:
    ground, count, fleet = stages.ground, stages.count, stages.ground.fleet
    with ground.place.broker(stages.messages) as url:
        stages.measure(
            "ingress: consume, acknowledge", lambda: ways.batched(url, lambda _: None, count)
        )
    found = stages.deliveries
    stages.measure("ingress: decode, validate, store", lambda: _take_in(ground, found))
    began = time.thread_time()
    ways.decoding(found)
    stages.note("  of it: decode, validate", time.thread_time() - began)
    called = Stopwatch(time.thread_time)
    fleet.runtime.around_gateway = called.around
    stages.measure("export: claim, decide, seal, send, record", lambda: _export(ground))
    stages.note("  of it: the call to Xero", called.seconds)
    stages.measure("tag in Mintsoft", lambda: _tag(ground))
    with ground.place.broker() as url, Publisher(url) as publisher:
        relay = Relay(fleet.runtime.pool, publisher.publish_batch)
        stages.measure("relay: publish document.posted", lambda: _until_nothing(relay.once))


def _take_in(ground: Ground, found: list[Delivery]) -> None:
    for start in range(0, len(found), BATCH):
        ground.fleet.send(*found[start : start + BATCH])


def _export(ground: Ground) -> None:
    _for_each_connection(
        ground,
        "select distinct connection_id from documents where status = 'waiting'",
        lambda connection: export_orders(ground.fleet.runtime, str(connection)),
    )


def _tag(ground: Ground) -> None:
    _for_each_connection(
        ground,
        "select distinct connection_id from tags where done_at is null",
        lambda connection: tag_orders(ground.fleet.runtime, str(connection)),
    )


def _for_each_connection(ground: Ground, query: str, act: Callable[[UUID], None]) -> None:
    while due := ground.fleet.rows(query):
        for row in due:
            act(row["connection_id"])


def _until_nothing(act: Callable[[], int]) -> None:
    while act():
        continue
