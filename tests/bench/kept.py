"""What the console's kept figures cost the ingress: by turns with them and without.

Triggers are disabled and indexes dropped in the benchmark's own database. Processor time is
counted apart from the clock, since other programs slow the clock down and hardly that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from statistics import median

from tests.bench import ways
from tests.bench.place import Place
from tests.bench.section import Section
from tests.bench.spent import HERE, POSTGRES, RABBITMQ, servers, spending
from workers.broker import Waker, open_broker
from workers.intake import Intake

BALANCE = ("documents_balance_insert", "documents_balance_update")
TALLIES = ("documents_tally_insert", "documents_tally_update")
LISTS = {
    "documents_by_status": "documents (status, id)",
    "documents_by_connection": "documents (connection_id, id)",
}


@dataclass
class Way:
    """The ingress without some of what pages need, and what its rounds took."""

    name: str
    triggers: tuple[str, ...] = ()
    indexes: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    broker: list[float] = field(default_factory=list)


def ways_of() -> list[Way]:
    """Return the ways, each without one thing more."""
    return [
        Way("as it is"),
        Way("without the reconciliation's triggers", BALANCE),
        Way("without the tallies' triggers either", (*BALANCE, *TALLIES)),
        Way("nor the indexes of lists", (*BALANCE, *TALLIES), LISTS),
    ]


def measure(place: Place, events: int, rounds: int, say: Callable[[str], None]) -> Section:
    """Take *events* in by each way, in turns; return what one event costs."""
    found = ways_of()
    _take(place, Way("to warm up"), 400)
    for number in range(1, rounds + 1):
        for way in found:
            _without(place, way)
            _take(place, way, events)
            _with(place, way)
        say(f"round {number}: " + "; ".join(f"{events / way.seconds[-1]:,.0f}/s" for way in found))
    return _section(found, events)


def _without(place: Place, way: Way) -> None:
    for name in way.triggers:
        place.fleet.execute(f"alter table documents disable trigger {name}")
    for name in way.indexes:
        place.fleet.execute(f"drop index {name}")


def _with(place: Place, way: Way) -> None:
    for name in way.triggers:
        place.fleet.execute(f"alter table documents enable trigger {name}")
    for name, what in way.indexes.items():
        place.fleet.execute(f"create index {name} on {what}")


def _take(place: Place, way: Way, events: int) -> None:
    messages = place.events(events)
    with place.broker(messages) as url, closing(open_broker(url)) as broker:
        intake = Intake(place.runtime.pool, Waker(broker))
        with spending(servers(place.state)) as spent:
            began = time.perf_counter()
            ways.batched(url, intake.handle, events)
            way.seconds.append(time.perf_counter() - began)
    way.ours.append(spent.milliseconds(HERE, events))
    way.database.append(spent.milliseconds(POSTGRES, events))
    way.broker.append(spent.milliseconds(RABBITMQ, events))


def _section(found: list[Way], events: int) -> Section:
    table = Section(
        f"The ingress without what pages need, milliseconds of a core an event of {events:,}",
        ["way", "this process", "PostgreSQL", "RabbitMQ", "together", "events/s, best"],
        digits=3,
    )
    for way in found:
        parts = [median(each) for each in (way.ours, way.database, way.broker)]
        table.rows.append((way.name, *parts, sum(parts), events / min(way.seconds)))
    return table
