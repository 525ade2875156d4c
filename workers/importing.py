"""Imports of one connection: a page of changes from Xero, then a batch of documents to Mintsoft.

Both are done for one wake-up and then, while there is more, for the next one, so that a first
reading of thousands of invoices delays no other connection. Whoever polls does not place what
somebody else has in hand, and the other way round: leases tell.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from psycopg_pool import ConnectionPool

from schemas.connections import Mapping
from schemas.imports import ImportKind
from workers import losing, tracing
from workers.clock import Clock, backoff
from workers.errors import AccessRefused, AuthorisationLost, Failure, Throttled, Transient
from workers.intake import Send
from workers.mapping.imports.context import ImportContext
from workers.mintsoft.gateway import MintsoftGateway
from workers.placing import Placing, Surroundings, contact_of
from workers.polling import Poller, connected_on
from workers.queues import IMPORT_QUEUES, SCHEDULES
from workers.store import connections, imports, schedules, wakeups
from workers.store.connections import ConnectionRow, StoredChart
from workers.store.imports import Claimed
from workers.store.wakeups import Wakeup
from workers.xero import reading
from workers.xero.gateway import XeroGateway

log = structlog.get_logger(__name__)

IN_A_ROW = 2
"""So many documents in a row that Mintsoft is too troubled to take: it is away."""

NO_CHART = timedelta(minutes=1)
"""The organisation's currency and country are read soon after connecting."""


class Importer:
    """Brings Xero's documents into Mintsoft, for one connection and kind at a time."""

    def __init__(
        self,
        pool: ConnectionPool,
        gateway_for: Callable[[ConnectionRow], XeroGateway],
        mintsoft_for: Callable[[UUID], MintsoftGateway],
        send: Send,
        clock: Clock,
        web_url: str,
    ) -> None:
        self._pool = pool
        self._gateway_for = gateway_for
        self._mintsoft_for = mintsoft_for
        self._send = send
        self._clock = clock
        self._poller = Poller(pool, gateway_for, clock, web_url)

    def run(self, connection_id: UUID, kind: ImportKind) -> None:
        """Poll and place what is due of *connection_id*; nothing to do is fine."""
        wakeup = Wakeup(connection_id, IMPORT_QUEUES[kind])
        with self._pool.connection() as conn:
            wakeups.take(conn, wakeup)
        with self._pool.connection() as conn:
            connection = connections.find(conn, connection_id)
            if connection is None or connection.status != "active":
                return
            run = schedules.claim(conn, connection_id, SCHEDULES[kind])
        with structlog.contextvars.bound_contextvars(connection=str(connection_id)):
            more = run is not None and self._poller.poll(connection, kind, run)
            claimed, to_wake = self._claim(wakeup, kind, more=more)
            self._send(to_wake)
            if claimed:
                owner = str(connection_id)
                with tracing.span("import", connection=owner, documents=len(claimed)):
                    self._place(connection, kind, claimed)

    def _claim(
        self, wakeup: Wakeup, kind: ImportKind, *, more: bool
    ) -> tuple[list[Claimed], list[Wakeup]]:
        """Return documents to place, and the wake-up that must be sent when more is due."""
        with self._pool.connection() as conn:
            claimed = imports.claim(conn, wakeup.connection_id, kind)
            more = more or imports.is_full(claimed)
            return claimed, wakeups.wake(conn, [wakeup] if more else [])

    def _place(
        self, connection: ConnectionRow, kind: ImportKind, claimed: Sequence[Claimed]
    ) -> None:
        try:
            around = self._surroundings(connection, kind, claimed)
            mintsoft = self._mintsoft_for(connection.id)
        except Failure as failure:
            self._put_back(connection, kind, claimed, failure)
            return
        placing = Placing(self._pool, mintsoft, self._clock, connection, around)
        troubles = 0
        for done, each in enumerate(claimed, 1):
            trouble = placing.place(each)
            troubles = troubles + 1 if isinstance(trouble, Transient) else 0
            if trouble is not None and is_away(trouble, troubles):
                self._put_back(connection, kind, claimed[done:], trouble)
                return
        if not troubles:
            with self._pool.connection() as conn:
                schedules.resume_placing(conn, connection.id, SCHEDULES[kind])

    def _surroundings(
        self, connection: ConnectionRow, kind: ImportKind, claimed: Sequence[Claimed]
    ) -> Surroundings:
        """Read what decisions depend on: one call to Xero at most, for contacts' addresses."""
        with self._pool.connection() as conn:
            chart = connections.chart(conn, connection.id)
            mapping = connections.mapping(conn, connection.id) or Mapping()
        if chart is None:
            raise Throttled(self._clock.now() + NO_CHART, "chart of accounts")
        wanted = contacts_of(claimed) if kind is ImportKind.SALES_ORDER else []
        found = reading.contacts(self._gateway_for(connection), wanted) if wanted else {}
        return Surroundings(context_of(connection, mapping, chart), found)

    def _put_back(
        self,
        connection: ConnectionRow,
        kind: ImportKind,
        claimed: Sequence[Claimed],
        failure: Failure,
    ) -> None:
        """Xero or Mintsoft is away or closed: nothing of this kind is placed for a while."""
        log.warning("import.placed_later", kind=kind.value, failure=str(failure))
        schedule = SCHEDULES[kind]
        with self._pool.connection() as conn:
            imports.let_go(conn, claimed)
            if isinstance(failure, AuthorisationLost):
                losing.lose(conn, connection, failure)
                return
            delay = self._pause(failure, schedules.outages(conn, connection.id, schedule))
            counts = not isinstance(failure, Throttled)
            schedules.hold_placing(conn, connection.id, schedule, delay, counts=counts)

    def _pause(self, failure: Failure, outages: int) -> timedelta:
        if isinstance(failure, Throttled):
            return max(failure.until - self._clock.now(), timedelta(seconds=1))
        return backoff(outages + 1, self._clock.rng)


def is_away(failure: Failure, troubles: int) -> bool:
    """Whether the failure of one document says that the others need not be tried now."""
    return isinstance(failure, Throttled | AccessRefused) or troubles >= IN_A_ROW


def contacts_of(claimed: Sequence[Claimed]) -> list[UUID]:
    """Return the contacts of documents, each once."""
    found = (contact_of(each) for each in claimed)
    return list(dict.fromkeys(each for each in found if each is not None))


def context_of(connection: ConnectionRow, mapping: Mapping, chart: StoredChart) -> ImportContext:
    """Return all a decision depends on but for the products, which are asked for one by one."""
    organisation = chart.organisation
    return ImportContext(
        client_id=connection.client_id,
        warehouse_id=connection.warehouse_id,
        channel_id=connection.channel_id,
        connected_on=connected_on(connection),
        settings=connection.parsed_settings,
        mapping=mapping,
        base_currency=str(organisation.get("BaseCurrency") or ""),
        country=str(organisation.get("CountryCode") or "") or None,
    )
