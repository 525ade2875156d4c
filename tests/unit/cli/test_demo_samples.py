"""The demo's samples are what they claim to be, every day of the year."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from events.delivery import Delivery, Parked, read
from events.envelope import Message
from workers.cli.demo import lock_date
from workers.cli.demo.samples import Story, story
from workers.cli.demo.wrong import POISON_CODES

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def told() -> Story:
    """The story in its usual size."""
    return story(240, 24, 50, NOW, lock_date(NOW.date()))


def delivered(message: Message) -> Delivery:
    return Delivery(
        0, message.body, message.headers, message.content_type, message.routing_key, False, 0
    )


def test_there_is_enough_and_of_every_kind(told: Story) -> None:
    """At least 200 orders and 20 invoices, three currencies, three rates, splits, discounts."""
    bodies = [each.body for each in told.samples]
    orders = [body for body in bodies if "OrderNumber" in body]
    lines = [line for body in orders for line in body["OrderItems"]]
    assert len(orders) >= 200
    assert len([body for body in bodies if "Invoice" in body]) >= 20
    assert {body["Currency"]["Code"] for body in orders if body["Currency"]} >= {
        "GBP", "EUR", "USD",
    }  # fmt: skip
    assert {line["TaxRate"] for line in lines} >= {0, 5, 20}
    assert any(line["DiscountNet"] for line in lines)
    assert any(body["DiscountNet"] for body in orders)
    assert any(body["NumberOfParts"] == 2 for body in orders)
    assert {body["ChannelId"] for body in orders} == {7, 8, 9}


def test_only_the_poison_can_not_be_read(told: Story) -> None:
    found = [read(delivered(each)) for each in (*told.first, *told.late)]
    codes = [each.code.value for each in found if isinstance(each, Parked)]
    assert sorted(codes) == sorted(POISON_CODES)


def test_messages_come_twice_and_in_the_order_of_their_document(told: Story) -> None:
    ids = [each.message_id for each in told.first if each.message_id]
    assert len(ids) - len(set(ids)) == 30
    positions = {name: at for at, name in reversed(list(enumerate(ids)))}
    early = next(name for name in positions if name.startswith("order.cancelled.v1:90012"))
    order = next(name for name in positions if name.startswith("order.dispatched.v1:90012"))
    assert positions[early] < positions[order]


def test_the_same_seed_gives_the_same_story(told: Story) -> None:
    again = story(240, 24, 50, NOW, lock_date(NOW.date()))
    assert [each.body for each in again.first] == [each.body for each in told.first]


@pytest.mark.parametrize(
    ("today", "locked"),
    [
        (date(2026, 11, 23), date(2026, 9, 30)),
        (date(2026, 1, 1), date(2025, 11, 30)),
        (date(2028, 3, 31), date(2028, 1, 31)),
    ],
)
def test_books_are_locked_up_to_the_month_before_last(today: date, locked: date) -> None:
    """So that an order of the last few days is never in a locked period."""
    assert lock_date(today) == locked
