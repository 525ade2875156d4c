"""The whole way: from an event on RabbitMQ to the invoice in (simulated) Xero and the order's tag.

Each side is one process with eight worker threads, without Xero's limits; the simulators are
processes of their own. Rates are steady ones, from the first order that has arrived to the last,
so that neither start-up nor the first read of a chart is in them. Latency is measured at a steady
pace, from an event's publication to `posted` in the ledger.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import quantiles

from events.egress import Publisher
from events.envelope import Message
from tests.bench import spent
from tests.bench.grounds import Ground, Way, id_of, prepared, way_of
from tests.bench.place import CLIENTS, Place
from tests.bench.rounds import Measure
from tests.bench.section import Section
from tests.bench.spent import Spent, spending
from tests.support.children import until

PACE = 100
"""Events a second while latency is measured."""

PATIENCE = 180.0
"""Seconds after which a round has failed."""

WARM_UP = 200
"""Orders that make chart, items and contacts known."""

MEASURED = "the measured process"

_TAGGED = """
select t.done_at as at, count(*) as n from tags t join documents d on d.id = t.document_id
where d.mintsoft_id between %s and %s group by 1 order by 1
"""
_POSTED = """
select posted_at as at, count(*) as n from documents
where mintsoft_id between %s and %s group by 1 order by 1
"""


@dataclass
class Whole:
    """Both ways to the end, and how long one order takes at a steady pace (seconds)."""

    ours: Measure
    posted: Measure
    plain: Measure
    costs: dict[str, Spent] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """How many times the plain way."""
        return self.ours.median / self.plain.median

    @property
    def measures(self) -> list[Measure]:
        """As they are shown."""
        return [self.ours, self.posted, self.plain]

    def latency(self, per_cent: int) -> float:
        """Seconds within which so many of a hundred orders were posted."""
        return quantiles(self.latencies, n=100)[per_cent - 1]


def run(place: Place, orders: int, rounds: int, say: Callable[[str], None]) -> Whole:
    """Measure; the plain way gets a fifth of the orders."""
    whole = Whole(
        Measure("ours: until the order carries its tag", orders),
        Measure("ours: until it is in Xero, meanwhile", orders),
        Measure("the plain way: one call and one tag an order", max(orders // 5, 2)),
    )
    with prepared(place) as servers:
        _ours(servers, WARM_UP)
        for number in range(1, rounds + 1):
            _round(servers, whole)
            rates = [f"{each.name} {each.rates[-1]:,.0f}/s" for each in whole.measures]
            say(f"whole way, round {number}: {'; '.join(rates)}")
        whole.latencies = _latencies(servers, seconds=20)
    return whole


def _round(ground: Ground, whole: Whole) -> None:
    tagged, posted, whole.costs[whole.ours.name] = _ours(ground, whole.ours.events)
    whole.ours.seconds.append(tagged)
    whole.posted.seconds.append(posted)
    plain, whole.costs[whole.plain.name] = _plain(ground, whole.plain.events)
    whole.plain.seconds.append(plain)


def costs(whole: Whole) -> Section:
    """Milliseconds of a core that each order took, by process, in the last round."""
    who = (MEASURED, spent.POSTGRES, spent.RABBITMQ, spent.XERO, spent.MINTSOFT)
    section = Section("Milliseconds of a core for an order, by process", ["what", *who, "together"])
    for each in (whole.ours, whole.plain):
        found = whole.costs[each.name]
        values = [found.milliseconds(name, each.events) for name in who]
        section.rows.append([each.name, *values, found.total(each.events)])
    return section


def _ours(ground: Ground, count: int) -> tuple[float, float, Spent]:
    """Return seconds of *count* orders until tagged and until posted, and what they took.

    The process is at work already: an order of each client has gone all the way before.
    """
    first, messages = ground.orders(len(CLIENTS)), ground.orders(count)
    with ground.place.broker(first) as url, way_of(ground, url, "ours") as way:
        known = ground.tagged()
        way.go()
        until("it is at work", lambda: ground.tagged() == known + len(first), PATIENCE)
        known += len(first)
        with spending(_families(ground, way), here=False) as cost, Publisher(url) as publisher:
            publisher.publish_batch(messages)
            until("all orders are tagged", lambda: ground.tagged() == known + count, PATIENCE)
    span = [id_of(messages[0]), id_of(messages[-1])]
    return _steady(ground, _TAGGED, span, count), _steady(ground, _POSTED, span, count), cost


def _families(ground: Ground, way: Way) -> dict[str, list[int]]:
    return ground.families | {MEASURED: [way.pid]}


def _steady(ground: Ground, query: str, span: Sequence[int], count: int) -> float:
    """Seconds for *count* at the pace between the first batch that arrived and the last."""
    batches = ground.fleet.rows(query, span)
    between = (batches[-1]["at"] - batches[0]["at"]).total_seconds()
    return float(between * count / (count - batches[0]["n"])) if len(batches) > 1 else between


def _plain(ground: Ground, count: int) -> tuple[float, Spent]:
    """The same of the plain way, which is at work once its first order has arrived."""
    with (
        ground.place.broker(ground.orders(count + 1)) as url,
        way_of(ground, url, "plain", str(count + 1)) as way,
    ):
        way.go()
        way.hear("first")
        began = time.perf_counter()
        with spending(_families(ground, way), here=False) as cost:
            way.hear("done")
        return time.perf_counter() - began, cost


def _latencies(ground: Ground, seconds: int) -> list[float]:
    messages = ground.orders(PACE * seconds)
    known = ground.posted()
    with ground.place.broker() as url, way_of(ground, url, "ours") as way:
        way.go()
        published = _at_a_steady_pace(url, messages)
        until("all orders are in Xero", lambda: ground.posted() == known + len(messages), PATIENCE)
    rows = ground.fleet.rows(
        "select mintsoft_id, posted_at from documents where mintsoft_id = any(%s)",
        [list(published)],
    )
    return [(row["posted_at"] - published[row["mintsoft_id"]]).total_seconds() for row in rows]


def _at_a_steady_pace(url: str, messages: Sequence[Message]) -> dict[int, datetime]:
    """Publish one after the other, whatever becomes of them; return when each was."""
    published: dict[int, datetime] = {}
    began = time.perf_counter()
    with Publisher(url) as publisher:
        for number, message in enumerate(messages):
            time.sleep(max(0.0, began + number / PACE - time.perf_counter()))
            published[id_of(message)] = datetime.now(UTC)
            publisher.publish_batch([message])
    return published
