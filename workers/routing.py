"""Which connections an event belongs to, and what it brings them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

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


def wants(event: Event, routes: Sequence[Route]) -> bool:
    """Return whether some connection has a use for *event*."""
    match event.data:
        case ExportRequestedV1():
            return any(route.account == event.account for route in routes)
        case ConnectionRevokedV1(connection_id=wanted):
            return any(route.id == wanted and route.account == event.account for route in routes)
    return any(_matching(event, routes))


def _matching(event: Event, routes: Sequence[Route]) -> Iterator[Route]:
    """Yield the connections that *event*'s document belongs to."""
    of_account = [route for route in routes if route.account == event.account]
    match event.data:
        case OrderHead(client_id=client, channel_id=channel):
            yield from _for_order(of_account, client, channel)
        case OrderCancelledV1(client_id=client):
            yield from (route for route in of_account if route.client_id == client)
        case InvoiceFinalisedV1() | InvoiceUnconfirmedV1():
            yield from (route for route in of_account if route.mode is Mode.FULFILMENT)


def _for_order(routes: Iterable[Route], client: int, channel: int | None) -> list[Route]:
    """A connection that names the order's channel comes before one for all channels."""
    of_client = [route for route in routes if route.client_id == client]
    named = [route for route in of_client if channel in (route.export_channels or [])]
    return named or [route for route in of_client if route.export_channels is None]


def arrivals_of(event: Event, routes: Sequence[Route]) -> Iterator[Arrival]:
    """Yield what *event* brings to each of its connections."""
    for route in _matching(event, routes):
        arrival = _arrival(event, route)
        if arrival is not None:
            yield arrival


def _arrival(event: Event, route: Route) -> Arrival | None:
    match event.data:
        case OrderHead() as order:
            key = Key(route.id, Kind.ORDER, order.id)
            found = (order.number, order.last_updated, order.total_gross, order.currency)
            arrival = _document(key, order.client_id, event, route, *found)
            return replace(arrival, xero_id=xero_id_in(order.external_reference))
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
