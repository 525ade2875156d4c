"""Which connection an event belongs to."""

from __future__ import annotations

from uuid import UUID

import pytest

from events.delivery import read
from events.envelope import Event
from schemas.connections import Mode
from tests.support.documents import dispatched, event, finalised, invoice, order
from workers.routing import Directory, arrivals_of, clients_of, wants
from workers.store.inbox import Route


def route(number: int, mode: Mode, client: int | None, channels: list[int] | None = None) -> Route:
    return Route(UUID(int=number), mode, "acme", client, channels, "automatic")


ROUTES = Directory(
    [
        route(1, Mode.ACCOUNTING, 3),
        route(2, Mode.ACCOUNTING, 3, [7, 8]),
        route(3, Mode.ACCOUNTING, 4, [7]),
        route(4, Mode.FULFILMENT, None),
    ]
)

CASES = [
    (order(1, ChannelId=2), [1]),
    (order(1, ChannelId=7), [2]),
    (order(1, ChannelId=None), [1]),
    (order(1, ClientId=4, ChannelId=7), [3]),
    (order(1, ClientId=4, ChannelId=2), []),
    (order(1, ClientId=5), []),
]


@pytest.mark.parametrize(("body", "connections"), CASES)
def test_orders(body: dict[str, object], connections: list[int]) -> None:
    """By client; a connection that names the channel comes before one for all channels."""
    event = read(dispatched(body))
    assert isinstance(event, Event)
    found = [each.key.connection_id.int for each in arrivals_of(event, ROUTES)]
    assert found == connections
    assert wants(event, ROUTES) == bool(connections)


def test_3pl_invoices_go_to_the_fulfilment_connection_of_their_account() -> None:
    """For all clients; another account's connection never sees them."""
    ours, theirs = read(finalised(invoice(1))), read(finalised(invoice(1), account="other"))
    assert isinstance(ours, Event)
    assert isinstance(theirs, Event)
    assert [each.key.connection_id.int for each in arrivals_of(ours, ROUTES)] == [4]
    assert not wants(theirs, ROUTES)


def test_of_many_connections_an_event_meets_its_own() -> None:
    """A 3PL may have a thousand clients; an account may have another's client's number."""
    many = [route(n, Mode.ACCOUNTING, n) for n in range(1, 1001)]
    other = Route(UUID(int=2000), Mode.ACCOUNTING, "other", 7, None, "automatic")
    event = read(dispatched(order(1, ClientId=7)))
    assert isinstance(event, Event)
    found = list(arrivals_of(event, Directory([*many, other])))
    assert [each.key.connection_id.int for each in found] == [7]


def test_only_an_event_about_a_whole_account_asks_for_all_its_connections() -> None:
    """A batch of documents reads the connections of its clients, however many others there are."""
    orders = [read(dispatched(order(n, ClientId=client))) for n, client in enumerate((3, 4, 3), 1)]
    asked = read(event("export.requested.v1", {"Kind": "order", "Id": 1}))
    assert clients_of(map(known, orders)) == {3, 4}
    assert clients_of([known(read(finalised(invoice(1))))]) == set()
    assert clients_of(map(known, [*orders, asked])) is None


def known(found: object) -> Event:
    assert isinstance(found, Event)
    return found
