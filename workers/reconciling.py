"""Looks in Mintsoft for orders and invoices that no event told of, and brings them in as events.

Together with Mintsoft's web hooks this serves customers outside Mintsoft's own network; either
may be missing or late, as both make the same events. The cursor moves when a whole reading is
safe in RabbitMQ; a worker that dies before leaves it to the next, which finds what is known.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import structlog
from psycopg_pool import ConnectionPool

from events import topology
from events.egress import NotConfirmed
from events.envelope import MINTSOFT_SOURCE, Message, is_readable
from workers.clock import Clock, backoff
from workers.entrance import Publish
from workers.errors import Failure, Throttled
from workers.mintsoft import happenings, watermarks
from workers.mintsoft.answers import Row
from workers.mintsoft.gateway import TAG, MintsoftGateway
from workers.mintsoft.happenings import NotADocument
from workers.store import connections, incoming, schedules, wakeups
from workers.store.connections import ConnectionRow
from workers.store.schedules import Run, ScheduleKind
from workers.store.wakeups import Wakeup

log = structlog.get_logger(__name__)

KINDS = (ScheduleKind.MINTSOFT_ORDERS, ScheduleKind.MINTSOFT_INVOICES)

Batch = tuple[list[Row], list[Message]]
"""Rows that were read, and what they tell."""


class Overtaken(Exception):  # noqa: N818  named after what happened
    """The run took longer than its lease, and somebody else has it now."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where one kind of document comes from: pages of rows, and the date that orders them."""

    pages: Iterator[list[Row]]
    date_field: str
    message_of: Callable[[Row], Message | None]


class Reconciler:
    """Reads the schedules ``mintsoft_orders`` and ``mintsoft_invoices`` of a connection."""

    def __init__(
        self,
        pool: ConnectionPool,
        mintsoft_for: Callable[[UUID], MintsoftGateway],
        publish: Publish,
        clock: Clock,
    ) -> None:
        self._pool = pool
        self._mintsoft_for = mintsoft_for
        self._publish = publish
        self._clock = clock

    def reconcile(self, connection_id: UUID) -> None:
        """Do the runs that are due. What can't be read now is read later, with its reason."""
        with self._pool.connection() as conn:
            wakeups.take(conn, Wakeup(connection_id, topology.POLLS_MINTSOFT))
            connection = connections.find(conn, connection_id)
        if connection is None or connection.status != "active":
            return
        with structlog.contextvars.bound_contextvars(connection=str(connection_id)):
            for kind in KINDS:
                self._run_if_due(connection, kind)

    def _run_if_due(self, connection: ConnectionRow, kind: ScheduleKind) -> None:
        with self._pool.connection() as conn:
            run = schedules.claim(conn, connection.id, kind)
        if run is None:
            return
        try:
            self._run(connection, run)
        except (Failure, NotConfirmed) as failure:
            log.warning("mintsoft.polled_later", kind=kind.value, failure=str(failure))
            self._failed(run, failure)
        except Overtaken:
            log.warning("mintsoft.poll_overtaken", kind=kind.value)

    def _run(self, connection: ConnectionRow, run: Run) -> None:
        source = self._source(connection, run)
        cursor, read, new = run.position.cursor, 0, 0
        for rows in source.pages:
            new += self._bring_in(connection, rows, source.message_of)
            cursor = watermarks.moved(cursor, rows, source.date_field, self._clock.now())
            read += len(rows)
            self._still_ours(run)
        outcome = f"{read} read in Mintsoft, {new} new"
        with self._pool.connection() as conn:
            if schedules.advance(conn, run, replace(run.position, cursor=cursor)):
                schedules.finish(conn, run, outcome)
        log.info("mintsoft.polled", kind=run.kind.value, read=read, new=new)

    def _source(self, connection: ConnectionRow, run: Run) -> Source:
        gateway = self._mintsoft_for(connection.id)
        since, connected = run.position.cursor, connection.created_at
        if run.kind is ScheduleKind.MINTSOFT_ORDERS:
            orders = gateway.despatched_orders(
                watermarks.orders_since(since, connected),
                client_id=connection.client_id,
                exclude_tag=TAG,
            )
            return Source(orders, "DespatchDate", lambda row: _order(connection.account, row))
        invoices = gateway.invoices_since(watermarks.invoices_since(since, connected))
        wording = Wording(gateway, connection)
        return Source(invoices, "Date", wording.message_of)

    def _bring_in(
        self,
        connection: ConnectionRow,
        rows: Iterable[Row],
        message_of: Callable[[Row], Message | None],
    ) -> int:
        """Publish what is new among *rows* and return how much that was."""
        messages = {each.message_id or "": each for each in _told(rows, message_of)}
        source = f"{MINTSOFT_SOURCE}{connection.account}"
        with self._pool.connection() as conn:
            known = incoming.known(conn, source, messages)
        new = [each for event_id, each in messages.items() if event_id not in known]
        if new:
            self._publish(new)
        odd = [each.message_id for each in new if each.message_id and not is_readable(each)]
        with self._pool.connection() as conn:
            incoming.unreadable(conn, source, odd)
        return len(new)

    def _still_ours(self, run: Run) -> None:
        """Hold the run for longer. Raises Overtaken."""
        with self._pool.connection() as conn:
            if not schedules.advance(conn, run, run.position):
                raise Overtaken

    def _failed(self, run: Run, failure: Failure | NotConfirmed) -> None:
        throttled = isinstance(failure, Throttled)
        delay = backoff(run.failures + 1, self._clock.rng)
        if isinstance(failure, Throttled):
            delay = max(failure.until - self._clock.now(), timedelta(seconds=1))
        with self._pool.connection() as conn:
            schedules.fail(conn, run, str(failure), delay, counts=not throttled)


class Wording:
    """Makes events of a connection's invoices; clients and currencies are read when needed."""

    def __init__(self, gateway: MintsoftGateway, connection: ConnectionRow) -> None:
        self._gateway = gateway
        self._connection = connection
        self._clients: dict[int, Row] | None = None
        self._currencies: dict[int, str] = {}

    def message_of(self, invoice: Row) -> Message | None:
        """Return ``invoice.finalised.v1``, None for what was made before the connection."""
        if not watermarks.is_made_since(invoice, self._connection.created_at):
            return None
        if self._clients is None:
            self._clients, self._currencies = self._gateway.clients(), self._gateway.currencies()
        return happenings.invoice_of(
            self._connection.account, invoice, self._clients, self._currencies
        )


def _order(account: str, row: Row) -> Message | None:
    return happenings.order_despatched(account, row) if watermarks.is_despatched(row) else None


def _told(rows: Iterable[Row], message_of: Callable[[Row], Message | None]) -> Iterator[Message]:
    for row in rows:
        try:
            message = message_of(row)
        except NotADocument as error:
            log.warning("mintsoft.row_unreadable", cause=str(error))
            continue
        if message is not None:
            yield message
