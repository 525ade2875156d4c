"""Orders at a steady rate while something is done to the fleet, and what became of each.

Every order has a total of its own. What the simulators have at the end is the measure; how long
nothing went on follows from the times at which each stage was done with a document.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import cycle, pairwise
from typing import Any

from events.egress import NotConfirmed, Publisher
from events.envelope import STRUCTURED, Message
from events.topology import INGRESS, INGRESS_DEAD
from schemas.catalogue import MINTSOFT_EVENTS
from schemas.exports import Kind
from tests.chaos.cases import Case, Wanted
from tests.chaos.judge import Snapshot, violations
from tests.support.children import until
from tests.support.documents import dispatched, item, order
from tests.support.fleet import Fleet
from tests.support.processes import depth, outgoing

CLIENTS = tuple(range(3, 9))
"""Six organisations: at four orders a second none comes near its sixty calls a minute."""

PER_SECOND = 4.0

PATIENCE_SECONDS = 15.0
"""For a confirm, before the next try; Mintsoft's own publishers wait no longer."""

SETTLE_SECONDS = 240.0
"""For what was put off: a wake-up that was lost is replaced after a minute."""

STAGES = ("confirmed", "in the ledger", "in Xero", "told")
"""By the broker to Mintsoft; the ingress's work; the workers'; the relay's."""


def some_order(number: int, client: int) -> Case:
    """An order whose total follows from its number; it has to end in Xero."""
    price, quantity = Decimal(500 + 5 * (number % 2000)) / 100, 1 + number % 3
    body = order(number, item("TEA-01", str(price), quantity=quantity), ClientId=client)
    total = (price * quantity * Decimal("1.2")).quantize(Decimal("0.01"))
    wanted = (Wanted("posted", None, total),)
    return Case(Kind.ORDER, number, f"MS-ORD-{number}", (dispatched(body),), wanted, "an order")


def longest_gap(times: Sequence[float], begin: float, end: float) -> float:
    """The longest time between *begin* and *end* in which nothing happened; *times* are sorted."""
    inside = times[bisect_left(times, begin) : bisect_left(times, end)]
    return max(after - before for before, after in pairwise([begin, *inside, end]))


@dataclass
class Stream:
    """The load, in a thread of its own. ``url`` may name several nodes."""

    fleet: Fleet
    url: str
    per_second: float = PER_SECOND
    cases: list[Case] = field(default_factory=list)
    confirmed: list[float] = field(default_factory=list)
    refused: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)

    def connect_clients(self) -> None:
        """Give each client a connection to an organisation of its own."""
        for client in CLIENTS:
            self.fleet.connect(client_id=client)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Publish what is left, and no more."""
        self._stop.set()
        self._thread.join(10 * PATIENCE_SECONDS)
        assert not self._thread.is_alive(), "the broker confirms nothing"

    def give_up(self) -> None:
        """End, whatever is left: the run has."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(PATIENCE_SECONDS)

    def _run(self) -> None:
        clients = cycle(CLIENTS)
        due = time.monotonic()
        with closing(Publisher(self.url, timeout=PATIENCE_SECONDS)) as publisher:
            while not self._stop.wait(max(0.0, due - time.monotonic())):
                due = max(due + 1 / self.per_second, time.monotonic() - 1.0)
                self._publish(publisher, some_order(len(self.cases) + 1, next(clients)))

    def _publish(self, publisher: Publisher, case: Case) -> None:
        """Publish until it is confirmed, as whoever has an outbox does."""
        known = [{"ID": case.mintsoft_id, "OrderNumber": f"ORD-{case.mintsoft_id}"}]
        self.fleet.mintsoft.admin.post("/_sim/orders", json=known).raise_for_status()
        self.cases.append(case)
        [event] = case.events
        message = Message(
            MINTSOFT_EVENTS, event.routing_key, event.body, event.content_type or STRUCTURED
        )
        while True:
            with suppress(NotConfirmed):
                publisher.publish_batch([message])
                self.confirmed.append(time.time())
                return
            self.refused += 1
            time.sleep(0.1)


def stage_times(stream: Stream) -> dict[str, list[float]]:
    """When each stage was done with a document, in seconds since 1970, by stage."""
    queries = {
        "in the ledger": "select received_at as at from inbox",
        "in Xero": "select posted_at as at from documents where posted_at is not null",
        "told": "select published_at as at from outbox where published_at is not null",
    }
    rows = stream.fleet.rows
    found = {name: sorted(r["at"].timestamp() for r in rows(q)) for name, q in queries.items()}
    return {"confirmed": list(stream.confirmed)} | found


def settle(stream: Stream, seconds: float = SETTLE_SECONDS) -> dict[str, Any]:
    """Wait until all is done; returns what is left undone, by its name."""
    with suppress(AssertionError):
        until("all is done", lambda: not unfinished(stream), seconds)
    return unfinished(stream)


def unfinished(stream: Stream) -> dict[str, Any]:
    """What is still to be done, by its name."""
    queries = {
        "attempts": "select count(*) as n from attempts where state <> 'done'",
        "tags": "select count(*) as n from tags where done_at is null",
        "untold": "select count(*) as n from outbox where published_at is null",
        "parked": "select count(*) as n from parked",
    }
    left: dict[str, Any] = {
        name: stream.fleet.rows(query)[0]["n"] for name, query in queries.items()
    }
    statuses = stream.fleet.statuses()
    left["not posted"] = len(stream.cases) - statuses.get("posted", 0)
    left |= {queue: depth(stream.url, queue) for queue in (INGRESS, INGRESS_DEAD)}
    return {name: found for name, found in left.items() if found}


def judged(stream: Stream, left: dict[str, Any], mishaps: Sequence[str]) -> list[str]:
    """Everything that is not as it must be, by the simulators' books and the listener's queue."""
    fleet = stream.fleet
    tags = fleet.mintsoft.admin.get("/_sim/tags").json()["tags"]
    found = Snapshot(
        invoices=fleet.invoices(),
        documents=fleet.rows(
            "select kind, mintsoft_id, status, reason_code, xero_id::text as xero_id, xero_total"
            " from documents"
        ),
        tags={int(number): names for number, names in tags.items()},
        outbox=fleet.rows("select event_id, type, data from outbox order by id"),
        heard=outgoing(stream.url),
        parked=fleet.rows("select body, code from parked"),
        left=left,
        mishaps=mishaps,
    )
    return violations(stream.cases, [], found)


def books(stream: Stream) -> Iterator[str]:
    """What the run came to, in words."""
    invoices = stream.fleet.invoices()
    numbers = {each["InvoiceNumber"] for each in invoices}
    wanted = {case.number for case in stream.cases}
    total = sum((case.wanted[0].in_xero or Decimal(0) for case in stream.cases), Decimal(0))
    yield f"documents published           {len(stream.cases):>10,}"
    yield f"in Xero                       {len(invoices):>10,}"
    yield f"lost                          {len(wanted - numbers):>10,}"
    yield f"doubled                       {len(invoices) - len(numbers):>10,}"
    yield f"total published               {total:>10,.2f}"
    yield f"total in Xero                 {stream.fleet.xero_total():>10,.2f}"
    yield f"publications not confirmed    {stream.refused:>10,}"


Windows = Sequence[tuple[str, float, float]]
"""What was done, and from when to when it is counted."""


def gap_rows(windows: Windows, times: dict[str, list[float]]) -> Iterator[tuple[str, ...]]:
    """Yield, for each window, its name and the longest standstill of each stage in seconds."""
    for name, begin, end in windows:
        gaps = (longest_gap(times[stage], begin, end) for stage in STAGES)
        yield (name, *(f"{gap:.1f}" for gap in gaps))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as Markdown has it."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
