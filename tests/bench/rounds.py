"""The rounds of one run: ours, plain, ours, plain, ... so that whatever slows the machine down
for a while slows both, and then the ceilings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from statistics import median

from psycopg_pool import ConnectionPool

from events.delivery import Delivery
from events.envelope import STRUCTURED
from tests.bench import samples, ways
from tests.bench.place import Place
from tests.bench.scaling import plain_to_the_ledger, scaled
from tests.bench.storing import storing
from workers.broker import Waker, open_broker
from workers.intake import Intake
from workers.store.pool import open_pool


@dataclass
class Measure:
    """Events of one round and the seconds that each round took."""

    name: str
    events: int
    seconds: list[float] = field(default_factory=list)

    @property
    def rates(self) -> list[float]:
        """Events per second of each round."""
        return [self.events / each for each in self.seconds]

    @property
    def median(self) -> float:
        """Events per second, the middle one of the rounds."""
        return median(self.rates)


@dataclass
class Result:
    """What was measured."""

    ours: Measure
    two: Measure
    plain: Measure
    plain_stored: Measure
    ceilings: list[Measure]

    @property
    def ratio(self) -> float:
        """How many times the plain way: one process against one process."""
        return self.ours.median / self.plain.median

    @property
    def ratio_of_two(self) -> float:
        """How many times the plain way are two ingress processes."""
        return self.two.median / self.plain.median

    @property
    def ratio_for_the_same_work(self) -> float:
        """How many times the plain way when that, too, ends in the ledger."""
        return self.ours.median / self.plain_stored.median


def run(place: Place, events: int, rounds: int, say: Callable[[str], None]) -> Result:
    """Measure; *say* hears of each round. The plain way gets a fifth of the events."""
    ours = Measure("ours: ingress, validation, ledger", events)
    two = Measure("ours, two processes", events)
    plain = Measure("the plain way: one by one to Dramatiq", max(events // 5, 1))
    stored = Measure("the plain way with the worker that stores them", plain.events)
    _warm_up(place)
    for number in range(1, rounds + 1):
        ours.seconds.append(_ours(place, events))
        plain.seconds.append(_plain(place, plain.events))
        two.seconds.append(scaled(place, events, 2))
        stored.seconds.append(plain_to_the_ledger(place, plain.events))
        rates = [f"{each.name} {each.rates[-1]:,.0f}/s" for each in (ours, plain, two, stored)]
        say(f"round {number}: {'; '.join(rates)}")
    return Result(ours, two, plain, stored, list(_ceilings(place, events, min(rounds, 3))))


def _warm_up(place: Place) -> None:
    """Connections, prepared statements and caches are there in a process that has run a while."""
    _ours(place, 400)
    _plain(place, 40)


def _ours(place: Place, count: int) -> float:
    known = place.count_documents()
    with place.broker(place.events(count)) as url, closing(open_broker(url)) as broker:
        intake = Intake(place.runtime.pool, Waker(broker))
        seconds = ways.batched(url, intake.handle, count)
    if place.count_documents() - known != count:
        raise SystemExit("not every event is in the ledger: the figure would mean nothing")
    return seconds


def _plain(place: Place, count: int) -> float:
    with place.broker(place.events(count)) as url:
        return ways.plain(url, count)


def _ceilings(place: Place, events: int, rounds: int) -> Iterator[Measure]:
    consume = Measure("only consume, one ack a batch", events)
    decode = Measure("only decode and validate", events)
    store = Measure("only the database (batches of 200)", events)
    with _own_pool(place) as pool:
        for _ in range(rounds):
            messages = place.events(events)
            with place.broker(messages) as url:
                consume.seconds.append(ways.batched(url, lambda _batch: None, events))
            found = _deliveries([each.body for each in messages])
            decode.seconds.append(ways.decoding(found))
            store.seconds.append(storing(pool, ways.events_of(found)))
    yield from (consume, decode, store)


def _deliveries(bodies: Sequence[bytes]) -> list[Delivery]:
    return ways.deliveries(bodies, samples.TYPE, STRUCTURED)


@contextmanager
def _own_pool(place: Place) -> Iterator[ConnectionPool]:
    pool = open_pool(place.database_url, size=2)
    try:
        yield pool
    finally:
        pool.close()
