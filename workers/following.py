"""Follows what happens in Xero to documents that are there.

A web hook says that an invoice has changed, never how. Those of ours are looked up, up to 50
in one call; one that was voided or deleted needs a person, because Mintsoft believes in it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from uuid import UUID

import structlog
from psycopg import Connection
from psycopg_pool import ConnectionPool

from workers import announcements, losing
from workers.clock import Clock
from workers.errors import AuthorisationLost, Failure, Throttled
from workers.mapping.reasons import reason
from workers.store import connections, outbox, schedules, upkeep
from workers.store.connections import ConnectionRow
from workers.store.upkeep import Changed, Heard
from workers.xero.gateway import BATCH, XeroGateway
from workers.xero.results import GONE
from workers.xero.webhooks import INVOICE, UPDATE, XeroEvent

log = structlog.get_logger(__name__)

RETRY = timedelta(minutes=5)
"""Nobody waits for it: a look-up that failed is tried again after this."""


def receive(conn: Connection, events: Iterable[XeroEvent]) -> int:
    """Note the invoices among *events* that belong to organisations we know; return how many.

    Quick, because Xero gives five seconds: the sweep wakes whoever has something to look up.
    What is not ours is for imports: their next poll comes at once.
    """
    heard = [
        Heard(each.tenant_id, each.resource_id, each.type == UPDATE)
        for each in events
        if each.category == INVOICE
    ]
    if not heard:
        return 0
    schedules.ask_about(conn, [(each.tenant_id, each.invoice_id) for each in heard])
    return upkeep.hear(conn, heard)


class Follower:
    """Looks up what changed of one connection's documents."""

    def __init__(
        self,
        pool: ConnectionPool,
        gateway_for: Callable[[ConnectionRow], XeroGateway],
        clock: Clock,
    ) -> None:
        self._pool = pool
        self._gateway_for = gateway_for
        self._clock = clock

    def follow(self, connection_id: UUID) -> None:
        """Look up one batch of *connection_id*; nothing to do is fine."""
        with self._pool.connection() as conn:
            connection = connections.find(conn, connection_id)
            if connection is None or connection.status != "active":
                return
            changed = upkeep.claim_heard(conn, connection_id, BATCH)
        if not changed:
            return
        try:
            invoices = [each.invoice_id for each in changed]
            statuses = self._gateway_for(connection).invoice_statuses(invoices)
        except Failure as failure:
            self._failed(connection, changed, failure)
        else:
            with self._pool.connection() as conn:
                _record(conn, connection, changed, statuses)

    def _failed(self, connection: ConnectionRow, changed: list[Changed], failure: Failure) -> None:
        log.warning("follow.later", connection=str(connection.id), failure=str(failure))
        with self._pool.connection() as conn:
            assert connection.tenant_id is not None, "an active connection has an organisation"
            upkeep.look_up_later(conn, connection.tenant_id, changed, self._delay(failure))
            if isinstance(failure, AuthorisationLost):
                losing.lose(conn, connection, failure)

    def _delay(self, failure: Failure) -> timedelta:
        if isinstance(failure, Throttled):
            return max(failure.until - self._clock.now(), timedelta(seconds=1))
        return RETRY


def _record(
    conn: Connection,
    connection: ConnectionRow,
    changed: list[Changed],
    statuses: Mapping[UUID, str],
) -> None:
    for each in changed:
        status = statuses.get(each.invoice_id)
        if status in GONE:
            _tell(conn, connection, each, status)
    assert connection.tenant_id is not None, "an active connection has an organisation"
    upkeep.looked_up(conn, connection.tenant_id, changed)


def _tell(conn: Connection, connection: ConnectionRow, gone: Changed, status: str) -> None:
    why = reason(
        "voided_in_xero",
        kind=gone.kind.value,
        xero_number=gone.xero_number,
        status=status.lower(),
    )
    if not upkeep.gone_in_xero(conn, gone, why):
        return
    log.info("document.gone_in_xero", document=gone.document_id, status=status)
    notice = announcements.needs_attention(
        connection.account,
        connection.id,
        gone.kind,
        gone.mintsoft_id,
        why,
        gone.in_xero,
        gone.traceparent,
    )
    outbox.add(conn, [notice])
