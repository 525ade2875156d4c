"""Access to organisations: lost, and found again.

A connection is lost only with the tokens that failed: a worker that comes late with old ones
does not undo a reconnection.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import kwargs_row

from schemas.connections import Mode
from workers.store.sql import queries

SQL = queries("access")


@dataclass(frozen=True, slots=True)
class Lost:
    """A connection that has just been lost."""

    id: UUID
    mode: Mode
    account: str
    tenant_id: UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """How a connection stands, locked. ``tenant_id`` is None before it was ever connected."""

    mode: Mode
    account: str
    client_id: int | None
    export_channels: list[int] | None
    tenant_id: UUID | None
    organisation: str | None
    status: str
    token_set_id: UUID | None


def lose(conn: Connection, connection_id: UUID, token_set_id: UUID, reason: str) -> list[Lost]:
    """Mark one connection as lost; returns it to the first who notices."""
    values = {"connection_id": connection_id, "token_set_id": token_set_id, "reason": reason}
    return _lost(conn, "lose", values)


def lose_all(conn: Connection, token_set_id: UUID, reason: str) -> list[Lost]:
    """Mark every connection that lives by a token set as lost; returns those that were active."""
    return _lost(conn, "lose_all", {"token_set_id": token_set_id, "reason": reason})


def lock(conn: Connection, connection_id: UUID) -> Standing:
    """Return how a connection stands, locked. Raises LookupError when there is none."""
    with conn.cursor(row_factory=kwargs_row(_standing)) as cursor:
        found = cursor.execute(SQL["lock"], {"connection_id": connection_id}).fetchone()
    if found is None:
        raise LookupError(f"there is no connection {connection_id}")
    return found


def siblings(conn: Connection, connection_id: UUID) -> list[UUID]:
    """Return the others that are lost and lived by the same tokens; all of them locked."""
    rows = conn.execute(SQL["siblings"], {"connection_id": connection_id}).fetchall()
    return [row[0] for row in rows if row[0] != connection_id]


def may_be_in_xero(conn: Connection, connection_id: UUID) -> bool:
    """Return whether any document of a connection is in its organisation, or may be."""
    return _yes(conn, "may_be_in_xero", {"connection_id": connection_id})


def is_overlapped(conn: Connection, connection_id: UUID, standing: Standing) -> bool:
    """Return whether another connection has taken some of its channels meanwhile."""
    values = {
        "connection_id": connection_id,
        "account": standing.account,
        "client_id": standing.client_id,
        "export_channels": standing.export_channels,
    }
    return conn.execute(SQL["overlapping"], values).fetchone() is not None


def reconnect(conn: Connection, connection_id: UUID, token_set_id: UUID, tenant_id: UUID) -> None:
    """Put a connection in force again; what it waited for is due now.

    Raises psycopg.errors.UniqueViolation when another connection took its place meanwhile.
    """
    conn.execute(
        SQL["reconnect"],
        {"connection_id": connection_id, "token_set_id": token_set_id, "tenant_id": tenant_id},
    )
    for step in ("renew_chart", "release_waiting", "forget_wakeups"):
        conn.execute(SQL[step], {"connection_id": connection_id})


def forget_books(conn: Connection, connection_id: UUID) -> None:
    """Forget chart, contacts and items: they are those of another organisation."""
    for step in ("forget_chart", "forget_contacts", "forget_items"):
        conn.execute(SQL[step], {"connection_id": connection_id})


def erase_unused(conn: Connection, token_set_id: UUID) -> None:
    """Erase a token set unless a connection lives by it."""
    conn.execute(SQL["erase_unused"], {"token_set_id": token_set_id})


def _lost(conn: Connection, query: str, values: dict[str, Any]) -> list[Lost]:
    with conn.cursor(row_factory=kwargs_row(_row)) as cursor:
        return cursor.execute(SQL[query], values).fetchall()


def _row(*, mode: str, **row: Any) -> Lost:
    return Lost(mode=Mode(mode), **row)


def _standing(*, mode: str, **row: Any) -> Standing:
    return Standing(mode=Mode(mode), **row)


def _yes(conn: Connection, query: str, values: dict[str, Any]) -> bool:
    row = conn.execute(SQL[query], values).fetchone()
    return row is not None and bool(row[0])
