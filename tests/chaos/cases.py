"""What Mintsoft says during a run, drawn from the seed, and what must have become of it at the end.

A case is one document with its events in the order they happened. ``wanted`` lists how it may
end: several ways where the outcome depends on which of two things came first, never more.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from events.delivery import Delivery
from schemas.exports import Kind
from tests.support.documents import (
    Json,
    delivery,
    dispatched,
    event,
    finalised,
    invoice,
    item,
    order,
)

CLIENTS = (3, 4)
"""Each has a connection to an organisation of its own."""

LATE_CLIENT = 5
"""Gets its connection after its first events: those were wanted by nobody, and stay so."""

STRANGER = 9
"""Has no connection at all."""

FADING = "FADES"
"""A SKU whose account is archived in Xero half-way."""

LATER = "2026-11-02T18:00:00"
CANCELLED_AT = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
ARCHIVED = ("account_archived", "xero_account_archived", "item_refused")


@dataclass(frozen=True)
class Wanted:
    """One way to end: the ledger's status and reason, and the total in Xero if it is there."""

    status: str
    code: str | None = None
    in_xero: Decimal | None = None


@dataclass(frozen=True)
class Case:
    """A document: ``wanted`` is empty when no trace of it may be in the ledger."""

    kind: Kind
    mintsoft_id: int
    number: str
    events: tuple[Delivery, ...]
    wanted: tuple[Wanted, ...]
    name: str


@dataclass(frozen=True)
class Poison:
    """A message nobody can read; ``code`` says why it must be parked."""

    message: Delivery
    code: str


def some_cases(rng: random.Random, first: int, count: int) -> list[Case]:
    """Draw *count* documents with ids from *first* on."""
    return [_some_case(rng, number) for number in range(first, first + count)]


def _some_case(rng: random.Random, number: int) -> Case:
    makers = (_plain, _cancelled, _changed, _wrong, _fading, _invoice, _stranger)
    [make] = rng.choices(makers, weights=(64, 6, 6, 4, 8, 8, 4))
    return make(rng, number)


def some_order(rng: random.Random, number: int, **more: object) -> Json:
    """An order of one to three lines, of either client."""
    lines = [
        item(
            f"SKU-{rng.randrange(30):02}",
            Decimal(rng.randrange(100, 9900, 5)) / 100,
            quantity=rng.randint(1, 4),
        )
        for _ in range(rng.randint(1, 3))
    ]
    return order(number, *lines, **{"ClientId": rng.choice(CLIENTS), **more})


def _of_order(name: str, bodies: list[Json], events: list[Delivery], *wanted: Wanted) -> Case:
    number = bodies[0]["ID"]
    return Case(Kind.ORDER, number, f"MS-ORD-{number}", tuple(events), wanted, name)


def _plain(rng: random.Random, number: int) -> Case:
    body = some_order(rng, number)
    wanted = Wanted("posted", in_xero=body["TotalOrderGross"])
    return _of_order("plain order", [body], [dispatched(body, event_id=f"d-{number}")], wanted)


def _cancelled(rng: random.Random, number: int) -> Case:
    body = some_order(rng, number)
    gone = {"OrderId": number, "ClientId": body["ClientId"], "Reason": "changed mind"}
    events = [
        dispatched(body, event_id=f"d-{number}"),
        event("order.cancelled.v1", gone, event_id=f"c-{number}", time=CANCELLED_AT),
    ]
    there = Wanted("needs_attention", "withdrawn_after_posting", body["TotalOrderGross"])
    return _of_order("cancelled order", [body], events, Wanted("withdrawn"), there)


def _changed(rng: random.Random, number: int) -> Case:
    first = some_order(rng, number)
    second = some_order(rng, number, ClientId=first["ClientId"], LastUpdated=LATER)
    before, after = first["TotalOrderGross"], second["TotalOrderGross"]
    events = [
        dispatched(first, event_id=f"d-{number}"),
        dispatched(second, event_id=f"u-{number}"),
    ]
    ways = [Wanted("posted", in_xero=after)]
    if before != after:
        ways.append(Wanted("needs_attention", "changed_after_posting", before))
    return _of_order("changed order", [first, second], events, *ways)


def _wrong(rng: random.Random, number: int) -> Case:
    body = some_order(rng, number)
    body["TotalOrderGross"] += Decimal("5.00")
    body["TotalOrderNet"] += Decimal("5.00")
    events = [dispatched(body, event_id=f"d-{number}")]
    wanted = Wanted("needs_attention", "totals_differ")
    return _of_order("order with a wrong total", [body], events, wanted)


def _fading(rng: random.Random, number: int) -> Case:
    body = order(number, item(FADING, "7.50"), ClientId=rng.choice(CLIENTS))
    events = [dispatched(body, event_id=f"d-{number}")]
    ways = [Wanted("needs_attention", code) for code in ARCHIVED]
    there = Wanted("posted", in_xero=body["TotalOrderGross"])
    return _of_order("order to an account that is archived", [body], events, there, *ways)


def _invoice(rng: random.Random, number: int) -> Case:
    net = Decimal(rng.randrange(100, 90000)) / 100
    body = invoice(number, PickingCost=net)
    gross = net + (net * Decimal("0.2")).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    events = (finalised(body, event_id=f"i-{number}"),)
    wanted = (Wanted("posted", in_xero=gross),)
    return Case(Kind.INVOICE, number, f"MS-INV-{number}", events, wanted, "3PL invoice")


def _stranger(rng: random.Random, number: int) -> Case:
    body = some_order(rng, number, ClientId=STRANGER)
    return _of_order("order of a stranger", [body], [dispatched(body, event_id=f"d-{number}")])


def early_cases(rng: random.Random, first: int, count: int) -> list[Case]:
    """Draw orders of the client that has no connection yet: nobody wants them, for ever."""
    bodies = [some_order(rng, n, ClientId=LATE_CLIENT) for n in range(first, first + count)]
    return [
        _of_order("order before its connection", [body], [dispatched(body, event_id=f"d-{n}")])
        for n, body in enumerate(bodies, start=first)
    ]


def some_poison(rng: random.Random, number: int) -> Poison:
    """Draw a message that nobody can read; its number makes it one of its kind."""
    kind = rng.choice(("not-json", "wrong-data", "unknown-type", "not-cloudevent", "too-large"))
    mark = f"poison {number}"
    body = {"Comments": mark, "ID": number}
    key = "order.dispatched.v1"
    match kind:
        case "not-json":
            return Poison(delivery(f"{{{mark}".encode(), key), kind)
        case "wrong-data":
            return Poison(event(key, body), kind)
        case "unknown-type":
            return Poison(event("order.dispatched.v9", body), kind)
        case "too-large":
            return Poison(delivery(mark.encode() + b" " * 1_100_000, key), kind)
    return Poison(delivery(f'{{"mark": "{mark}"}}'.encode(), key), kind)


def as_sent(rng: random.Random, cases: list[Case]) -> Iterator[Delivery]:
    """Yield the events of *cases* as a network brings them: in any order, a third of them twice."""
    found = [each for case in cases for each in case.events]
    found += rng.sample(found, len(found) // 3)
    rng.shuffle(found)
    yield from found
