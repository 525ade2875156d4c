"""Which connections an event belongs to, and what it brings them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from events.envelope import Event
from events.shortcut import OrderHead
from schemas.connections import ConnectionRevokedV1, Mode
from schemas.exports import ExportRequestedV1, Kind
from schemas.invoices import InvoiceFinalisedV1, InvoiceUnconfirmedV1
from schemas.mintsoft import COST_CENTRES, ConfirmedInvoiceSummary, cost_of
from schemas.orders import OrderCancelledV1
from workers.mapping.arrivals import Arrival, Key
from workers.mapping.imports.references import xero_id_in
from workers.store.inbox import Route


class Directory:
    """Connections by what leads to them, so that an event meets few of however many there are."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = routes
        self._by_client: dict[tuple[str, int | None], list[Route]] = {}
        self._fulfilment: dict[str, list[Route]] = {}
        for route in routes:
            self._by_client.setdefault((route.account, route.client_id), []).append(route)
            if route.mode is Mode.FULFILMENT:
                self._fulfilment.setdefault(route.account, []).append(route)
        self.ambiguous = any(len(found) > 1 for found in self._by_client.values())

    def of_client(self, account: str, client: int) -> Sequence[Route]:
        """Return the accounting connections of one client."""
        return self._by_client.get((account, client), ())

    def fulfilment(self, account: str) -> Sequence[Route]:
        """Return the connections that take 3PL invoices of an account."""
        return self._fulfilment.get(account, ())


def clients_of(events: Iterable[Event]) -> set[int] | None:
    """Return the clients whose connections *events* may be about; None: anybody's.

    An event that may be about any connection of its account is rare; documents come by the hundred.
    """
    clients: set[int] = set()
    for event in events:
        match event.data:
            case OrderHead(client_id=client) | OrderCancelledV1(client_id=client):
                clients.add(client)
            case ExportRequestedV1() | ConnectionRevokedV1():
                return None
    return clients


def wants(event: Event, directory: Directory) -> bool:
    """Return whether some connection has a use for *event*."""
    match event.data:
        case ExportRequestedV1():
            return any(route.account == event.account for route in directory.routes)
        case ConnectionRevokedV1(connection_id=wanted):
            return any(
                route.id == wanted and route.account == event.account for route in directory.routes
            )
    return bool(_matching(event, directory))


def _matching(event: Event, directory: Directory) -> Sequence[Route]:
    """Return the connections that *event*'s document belongs to."""
    match event.data:
        case OrderHead(client_id=client, channel_id=channel):
            return _for_order(directory.of_client(event.account, client), channel)
        case OrderCancelledV1(client_id=client):
            return directory.of_client(event.account, client)
        case InvoiceFinalisedV1() | InvoiceUnconfirmedV1():
            return directory.fulfilment(event.account)
    return ()


def _for_order(of_client: Sequence[Route], channel: int | None) -> list[Route]:
    """A connection that names the order's channel comes before one for all channels."""
    named = [route for route in of_client if channel in (route.export_channels or [])]
    return named or [route for route in of_client if route.export_channels is None]


def arrivals_of(event: Event, directory: Directory) -> Iterator[Arrival]:
    """Yield what *event* brings to each of its connections."""
    for route in _matching(event, directory):
        arrival = _arrival(event, route)
        if arrival is not None:
            yield arrival


def _arrival(event: Event, route: Route) -> Arrival | None:
    match event.data:
        case OrderHead() as order:
            key = Key(route.id, Kind.ORDER, order.id)
            found = (order.number, order.last_updated, order.total_gross, order.currency)
            made_from = xero_id_in(order.external_reference)
            return _document(key, order.client_id, event, route, *found, xero_id=made_from)
        case InvoiceFinalisedV1(invoice=invoice, currency_code=currency):
            key = Key(route.id, Kind.INVOICE, invoice.id)
            found = (invoice.name or str(invoice.id), invoice.last_updated, _net(invoice), currency)
            return _document(key, invoice.client_id, event, route, *found)
        case OrderCancelledV1(order_id=number) as gone:
            key = Key(route.id, Kind.ORDER, number)
            return _withdrawal(key, gone.client_id, event, gone.reason)
        case InvoiceUnconfirmedV1(invoice_id=number) as gone:
            key = Key(route.id, Kind.INVOICE, number)
            return _withdrawal(key, gone.client_id, event, gone.reason)
    return None


def _document(
    key: Key,
    client_id: int,
    event: Event,
    route: Route,
    number: str,
    version: datetime,
    total: Decimal,
    currency: str | None,
    xero_id: UUID | None = None,
) -> Arrival:
    return Arrival(
        key,
        client_id,
        number,
        version,
        event.data_json,
        total,
        currency,
        asked_for=route.export_trigger == "automatic",
        traceparent=event.traceparent,
        xero_id=xero_id,
    )


def _withdrawal(key: Key, client_id: int, event: Event, why: str | None) -> Arrival:
    assert event.time is not None, "a withdrawal without its time can't be read"
    return Arrival(
        key,
        client_id,
        str(key.mintsoft_id),
        event.time,
        withdrawal=why or "no reason given",
        traceparent=event.traceparent,
    )


def _net(invoice: ConfirmedInvoiceSummary) -> Decimal:
    return sum((cost_of(invoice, centre) for centre in COST_CENTRES), Decimal(0))
