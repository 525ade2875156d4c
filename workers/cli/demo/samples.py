"""Everything the demo publishes, from a fixed seed, in a random but fixed order.

Messages of one document keep their order; some are published twice, as brokers and publishers
do, which must change nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from events.envelope import Message
from workers.cli.demo.invoices import invoices, unconfirmation
from workers.cli.demo.orders import FIRST_ID, good_orders
from workers.cli.demo.shapes import Expected, Sample
from workers.cli.demo.wrong import (
    CANCELLED_LATE,
    LATE_REASON,
    POISON_CODES,
    cancellation,
    poison,
    wrong_orders,
)

SEED = 20261123

DOUBLED = 30
"""Orders whose message comes a second time, and a third time under another id."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is published, in three parts, and what must be there in the end."""

    samples: Sequence[Sample]
    first: Sequence[Message]
    late: Sequence[Message]
    warm: Sequence[Sample]
    parked: Sequence[str] = field(default=POISON_CODES)

    @property
    def expected(self) -> list[Expected]:
        """How every document must stand in the end."""
        found = [each.expected for each in (*self.samples, *self.warm)]
        return [each for each in found if each is not None]


def story(orders: int, invoice_count: int, warm: int, now: datetime, lock_date: date) -> Story:
    """Return the demo's story: so many good orders, so many invoices, so many warm orders."""
    moment = now.replace(microsecond=0) - timedelta(minutes=5)
    wrong = wrong_orders(moment, lock_date)
    good = good_orders(orders, SEED, moment)
    billed = invoices(invoice_count, SEED, moment)
    samples = [*good, *wrong, *billed]
    doubles = [double for each in good[:DOUBLED] for double in _doubles(each)]
    after = moment + timedelta(minutes=1)
    late = next(each for each in wrong if each.body.get("ID") == CANCELLED_LATE)
    return Story(
        samples=samples,
        first=shuffled([*(each.messages for each in samples), *_alone(doubles)], poison(moment)),
        late=[
            cancellation(late.body, after, LATE_REASON),
            unconfirmation(billed[-1].body, after),
        ],
        warm=good_orders(warm, SEED + 1, moment, FIRST_ID + 10_000),
    )


def _doubles(each: Sample) -> list[Message]:
    """Return a message again, and the same order under another event id."""
    same = each.messages[0]
    name = f"{same.message_id}"
    renamed = same.body.replace(f'"{name}"'.encode(), f'"{name}:again"'.encode(), 1)
    return [same, replace(same, body=renamed, message_id=f"{name}:again")]


def _alone(messages: Iterable[Message]) -> list[tuple[Message, ...]]:
    return [(message,) for message in messages]


def shuffled(documents: Sequence[tuple[Message, ...]], others: Sequence[Message]) -> list[Message]:
    """Return all messages in a random order that keeps each document's own."""
    rng = Random(SEED)  # noqa: S311  sample data, no secrets
    keyed = [(sorted(rng.random() for _ in each), each) for each in [*documents, *_alone(others)]]
    flat = [(key, message) for keys, each in keyed for key, message in zip(keys, each, strict=True)]
    return [message for _, message in sorted(flat, key=lambda pair: pair[0])]
