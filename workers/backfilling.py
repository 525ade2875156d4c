"""Exports everything that was despatched since a date: counted first, then brought in by pages.

What is brought in are events, as if Mintsoft had sent them now, so that everything behind the
entrance knows one way in and takes nothing twice. Live events come first: while many documents of
the connection wait, no page is brought in. How far it has come is on disk after each page; a
page that a dead worker left half done is done again, which its events' ids make harmless.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from events import delivery, topology
from events.egress import NotConfirmed
from events.envelope import Event, Message
from schemas.connections import Mode
from schemas.exports import Kind
from workers.clock import Clock, backoff
from workers.entrance import Publish, delivered
from workers.errors import Failure, Permanent, Throttled
from workers.intake import Send
from workers.mapping.arrivals import Arrival
from workers.mintsoft import happenings, watermarks
from workers.mintsoft.answers import Row, number_of
from workers.mintsoft.gateway import MintsoftGateway
from workers.mintsoft.happenings import NotADocument
from workers.mintsoft.listing import turned
from workers.routing import Directory, arrivals_of
from workers.store import backfills, connections, imports, inbox, wakeups
from workers.store.backfills import Backfill, Counted
from workers.store.connections import ConnectionRow
from workers.store.imports import Order
from workers.store.wakeups import Wakeup

log = structlog.get_logger(__name__)

MOST_WAITING = 400
"""Documents of a connection that may wait before a page is brought in: eight calls of Xero."""

PATIENCE = timedelta(seconds=15)
"""How soon it is seen whether they have gone."""

KINDS = {Mode.ACCOUNTING: Kind.ORDER, Mode.FULFILMENT: Kind.INVOICE}
DATES = {Kind.ORDER: "DespatchDate", Kind.INVOICE: "Date"}


@dataclass(frozen=True, slots=True)
class Found:
    """A document on a page: ``arrival`` None when it is not for this connection."""

    id: int
    when: datetime | None
    message: Message | None
    arrival: Arrival | None
    readable: bool = True


class Backfiller:
    """Moves the backfill of a connection a page forward."""

    def __init__(
        self,
        pool: ConnectionPool,
        mintsoft_for: Callable[[UUID], MintsoftGateway],
        publish: Publish,
        send: Send,
        clock: Clock,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._pool = pool
        self._mintsoft_for = mintsoft_for
        self._publish = publish
        self._send = send
        self._clock = clock
        self._most_waiting = most_waiting

    def step(self, connection_id: UUID, *, wake: bool = True) -> bool:
        """Do one page; False when there is nothing to do, or others are at it, or it must wait.

        With *wake* the next page has its wake-up.
        """
        with self._pool.connection() as conn:
            backfill = backfills.claim(conn, connection_id)
            connection = connections.find(conn, connection_id)
        if backfill is None or connection is None:
            return False
        with structlog.contextvars.bound_contextvars(connection=str(connection_id)):
            moved = self._tried(backfill, connection)
        if moved and wake:
            with self._pool.connection() as conn:
                again = wakeups.wake(conn, [Wakeup(connection_id, topology.POLLS_MINTSOFT)])
            self._send(again)
        return moved

    def _tried(self, backfill: Backfill, connection: ConnectionRow) -> bool:
        if why := self._must_wait(backfill, connection):
            self._later(backfill, PATIENCE, why)
            return False
        try:
            self._page(backfill, connection)
        except Permanent as failure:
            log.warning("backfill.refused", failure=str(failure))
            self._later(backfill, PATIENCE, str(failure), pause=True)
        except (Failure, NotConfirmed) as failure:
            log.warning("backfill.later", failure=str(failure))
            self._later(backfill, self._delay(backfill, failure), str(failure), failed=True)
        else:
            return True
        return False

    def _must_wait(self, backfill: Backfill, connection: ConnectionRow) -> str:
        """Return why nothing can be brought in just now; empty when it can."""
        if connection.status != "active":
            return f"the connection is {connection.status}"
        if backfill.state == "counting":
            return ""
        with self._pool.connection() as conn:
            waiting = backfills.waiting(conn, connection.id, self._most_waiting)
        enough = waiting >= self._most_waiting
        return f"{waiting} documents wait to be sent first" if enough else ""

    def _page(self, backfill: Backfill, connection: ConnectionRow) -> None:
        gateway, kind = self._mintsoft_for(connection.id), KINDS[connection.mode]
        rows = _rows(gateway, connection, kind, backfill)
        within = [row for row in rows if _is_within(row, DATES[kind], backfill.until)]
        messages = _messages_of(gateway, connection, kind, backfill)
        with self._pool.connection() as conn:
            clients = {connection.client_id} if connection.client_id else set()
            directory = Directory(inbox.routes(conn, [connection.account], clients))
        found = [look_at(row, DATES[kind], messages, connection.id, directory) for row in within]
        with self._pool.connection() as conn:
            there = _there(conn, connection, kind, found)
        new = [each for each in found if each.arrival is not None and each.id not in there]
        if backfill.state == "running":
            self._bring_in(connection, kind, backfill, new)
        self._record(backfill, connection, rows, found, there)

    def _bring_in(
        self, connection: ConnectionRow, kind: Kind, backfill: Backfill, new: Sequence[Found]
    ) -> None:
        """Publish the documents; of a manual connection they are asked for with it."""
        if connection.parsed_settings.export_trigger == "manual":
            with self._pool.connection() as conn:
                for each in sorted(new, key=lambda found: found.id):
                    who = backfill.started_by
                    inbox.request_export(conn, connection.account, kind, each.id, who)
        messages = [each.message for each in new if each.message is not None]
        if messages:
            self._publish(messages)

    def _record(
        self,
        backfill: Backfill,
        connection: ConnectionRow,
        rows: Sequence[Row],
        found: Sequence[Found],
        there: set[int],
    ) -> None:
        with self._pool.connection() as conn:
            if not backfills.hold(conn, backfill):
                return
            unseen = backfills.see(conn, backfill, {number_of(row, "ID") for row in rows})
            once = [each for each in found if each.id in unseen]
            page = counted(once, there, connection.created_at, backfill.state)
            place = turned(backfill.place, len(rows), len(unseen))
            backfills.record(conn, backfill, page, place)
        log.info("backfill.page", state=backfill.state, looked=page.looked, brought=page.brought)

    def _delay(self, backfill: Backfill, failure: Exception) -> timedelta:
        if isinstance(failure, Throttled):
            return max(failure.until - self._clock.now(), timedelta(seconds=1))
        return backoff(backfill.failures + 1, self._clock.rng)

    def _later(
        self,
        backfill: Backfill,
        delay: timedelta,
        why: str,
        *,
        failed: bool = False,
        pause: bool = False,
    ) -> None:
        with self._pool.connection() as conn:
            backfills.later(conn, backfill, delay, why, failed=failed, pause=pause)


def counted(found: Sequence[Found], there: set[int], connected: datetime, state: str) -> Counted:
    """Return what documents met for the first time come to. Pure.

    Only the first phase counts kinds and totals; the second counts what was brought in.
    """
    ours = [each for each in found if each.arrival is not None]
    fresh = [each for each in ours if each.id not in there]
    if state == "running":
        return Counted(looked=len(found), brought=len(fresh))
    return Counted(
        looked=len(found),
        fresh=len(fresh),
        known=len(ours) - len(fresh),
        others=sum(each.arrival is None and each.readable for each in found),
        early=sum(each.when is not None and each.when < connected for each in fresh),
        unreadable=sum(not each.readable for each in found),
        totals=_totals(fresh),
    )


def _totals(fresh: Iterable[Found]) -> Mapping[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for each in fresh:
        if each.arrival is not None and each.arrival.total is not None:
            name = each.arrival.currency or "?"
            sums[name] = sums.get(name, Decimal(0)) + each.arrival.total
    return sums


def look_at(
    row: Row,
    date_field: str,
    message_of: Callable[[Row], Message | None],
    connection_id: UUID,
    directory: Directory,
) -> Found:
    """Return what a row of Mintsoft's list is to the connection. Pure but for *message_of*."""
    number, when = number_of(row, "ID"), happenings.moment_of(row, date_field)
    try:
        message = message_of(row)
    except NotADocument:
        return Found(number, when, None, None, readable=False)
    if message is None:
        return Found(number, when, None, None)
    event = delivery.read(delivered(message))
    if not isinstance(event, Event):
        return Found(number, when, None, None, readable=False)
    ours = (
        each for each in arrivals_of(event, directory) if each.key.connection_id == connection_id
    )
    return Found(number, when, message, next(ours, None))


def _rows(
    gateway: MintsoftGateway, connection: ConnectionRow, kind: Kind, backfill: Backfill
) -> list[Row]:
    page = backfill.place[1]
    if kind is Kind.ORDER:
        return gateway.despatched_page(backfill.since, page, client_id=connection.client_id)
    return gateway.invoices_page(backfill.since, page)


def _messages_of(
    gateway: MintsoftGateway, connection: ConnectionRow, kind: Kind, backfill: Backfill
) -> Callable[[Row], Message | None]:
    """Return what makes events of rows; their mark lets in what was ignored when it came first."""
    account, mark = connection.account, f"-backfill-{backfill.id}"
    if kind is Kind.INVOICE:
        clients, currencies = gateway.clients(), gateway.currencies()
        return lambda row: happenings.invoice_of(account, row, clients, currencies, mark=mark)
    return lambda row: (
        happenings.order_despatched(account, row, mark=mark)
        if watermarks.is_despatched(row)
        else None
    )


def _there(
    conn: Connection, connection: ConnectionRow, kind: Kind, found: Sequence[Found]
) -> set[int]:
    """Return which documents are in the ledger, or came from Xero."""
    known = backfills.in_ledger(conn, connection.account, kind, [each.id for each in found])
    orders = [
        Order(connection.account, each.arrival.client_id, each.id, each.arrival.xero_id)
        for each in found
        if each.arrival is not None and kind is Kind.ORDER
    ]
    made = imports.made_from_xero(conn, orders) if orders else {}
    return known | {order.mintsoft_id for order in made}


def _is_within(row: Row, date_field: str, until: datetime) -> bool:
    """Whether a document belongs to the span; one without a date does, so that it is told of."""
    when = happenings.moment_of(row, date_field)
    return when is None or when < until
