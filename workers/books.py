"""An organisation's books as a decision needs them: chart, mapping, linked contacts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeGuard
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from workers.errors import BeingRead
from workers.mapping.chart import Chart
from workers.mapping.context import Context
from workers.mapping.reasons import Cure
from workers.store import connections
from workers.store.connections import ConnectionRow, StoredChart
from workers.xero.dates import newest
from workers.xero.gateway import XeroGateway


def read_chart(
    pool: ConnectionPool, gateway: XeroGateway, connection_id: UUID, *, anew: bool = False
) -> StoredChart:
    """Return the chart of accounts, read from Xero when it is old, was proved wrong, or *anew*.

    One worker reads it, for it takes five calls. Raises BeingRead for whoever comes meanwhile
    and does not want it *anew*, and what the gateway raises; no transaction is open while Xero is
    asked.
    """
    with pool.connection() as conn:
        stored = connections.chart(conn, connection_id)
    if _is_fresh(stored) and not anew:
        return stored
    with _alone(pool, connection_id, anyway=anew):
        with pool.connection() as conn:
            stored = connections.chart(conn, connection_id)
        if _is_fresh(stored) and not anew:
            return stored  # somebody read it between our look and our turn
        return _read(pool, gateway, connection_id, None if anew else stored)


def _is_fresh(stored: StoredChart | None) -> TypeGuard[StoredChart]:
    return stored is not None and not stored.due


@contextmanager
def _alone(pool: ConnectionPool, connection_id: UUID, *, anyway: bool) -> Iterator[None]:
    """Hold the lease of reading a connection's chart. Raises BeingRead.

    A reading that outlives its lease may meet another: five calls more, and no harm.
    """
    with pool.connection() as conn:
        until = connections.claim_chart_reading(conn, connection_id, anyway=anyway)
    if until is not None:
        raise BeingRead(until)
    try:
        yield
    finally:
        with pool.connection() as conn:
            connections.end_chart_reading(conn, connection_id)


def _read(
    pool: ConnectionPool, gateway: XeroGateway, connection_id: UUID, before: StoredChart | None
) -> StoredChart:
    """Read what changed since *before*, or all; what waited for a change in Xero goes on."""
    since = None if before is None else before.accounts_since
    raw = gateway.read_chart(since)
    accounts = merged(before.accounts, raw.accounts) if before and since else raw.accounts
    with pool.connection() as conn:
        changed = connections.save_chart(
            conn,
            connection_id,
            raw.organisation,
            accounts,
            raw.tax_rates,
            raw.tracking,
            raw.currencies,
            accounts_since=newest(accounts),
            whole=since is None,
        )
        if changed:
            connections.requeue_cured(conn, connection_id, [Cure.XERO, Cure.MAPPING])
        fresh = connections.chart(conn, connection_id)
    assert fresh is not None
    return fresh


def merged(
    before: Sequence[dict[str, Any]], changed: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the accounts as they are now: *changed* ones in place of the old, new ones behind."""
    newer = {each["AccountID"]: each for each in changed}
    kept = [newer.pop(each["AccountID"], each) for each in before]
    return [*kept, *newer.values()]


def chart_of(stored: StoredChart) -> Chart:
    """Return the chart as decisions use it."""
    return Chart.from_xero(
        stored.organisation,
        stored.accounts,
        stored.tax_rates,
        stored.tracking,
        stored.currencies,
    )


def context(
    conn: Connection,
    connection: ConnectionRow,
    stored: StoredChart,
    web_url: str,
) -> Context:
    """Return all a decision depends on. Raises LookupError while nothing is mapped."""
    mapping = connections.mapping(conn, connection.id)
    if mapping is None:
        raise LookupError(f"connection {connection.id} has no mapping yet: load one first")
    return Context(
        connection.mode,
        connection.settings_in_force,
        mapping,
        chart_of(stored),
        web_url,
        connections.contacts(conn, connection.id),
    )
