"""Connections as the console's pages show and make them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from schemas.connections import Mode
from workers.store import connections, tallies
from workers.store.sql import queries

_SQL = queries("overview")

TRAIL = 100
"""Entries of the audit trail on a page; `audit` keeps them all."""


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody did something; ``at`` in UTC."""

    at: datetime
    who: str
    action: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Holder:
    """The connection that has an organisation already."""

    id: UUID
    account: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A connection that somebody describes before any organisation is named."""

    mode: Mode
    account: str
    client_id: int | None
    warehouse_id: int | None
    channel_id: int | None


def counts(conn: Connection, connection_id: UUID | None = None) -> dict[UUID, Counter[str]]:
    """Return the number of documents by status, of one connection or of each."""
    found: dict[UUID, Counter[str]] = defaultdict(Counter)
    for row in conn.execute(tallies.SQL["by_connection"], {"connection_id": connection_id}):
        found[row[0]][row[1]] = row[2]
    return found


def counts_of(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, Counter[str]]:
    """Return the number of documents by status of these connections."""
    found: dict[UUID, Counter[str]] = defaultdict(Counter)
    for row in conn.execute(_SQL["counts_of"], {"connections": list(ids)}):
        found[row[0]][row[1]] = row[2]
    return found


def trail(conn: Connection, connection_id: UUID) -> list[Act]:
    """Return what was done with a connection lately, the newest first."""
    values = {"connection_id": connection_id, "limit": TRAIL}
    with conn.cursor(row_factory=class_row(Act)) as cursor:
        return cursor.execute(_SQL["trail"], values).fetchall()


def rival(conn: Connection, connection_id: UUID) -> UUID | None:
    """Return another connection that takes the same documents."""
    row = conn.execute(_SQL["rival"], {"connection_id": connection_id}).fetchone()
    return row[0] if row else None


def holder(conn: Connection, tenant_id: UUID, account: str, connection_id: UUID) -> Holder | None:
    """Return the connection of another account that an organisation is connected to already."""
    values = {"tenant_id": tenant_id, "account": account, "connection_id": connection_id}
    with conn.cursor(row_factory=class_row(Holder)) as cursor:
        return cursor.execute(_SQL["holder"], values).fetchone()


def add_pending(conn: Connection, wanted: Wanted, who: str) -> UUID:
    """Add a connection without an organisation and return its id.

    Raises psycopg.errors.UniqueViolation when another one takes its documents.
    """
    values = {
        "mode": wanted.mode.value,
        "account": wanted.account,
        "client_id": wanted.client_id,
        "warehouse_id": wanted.warehouse_id,
        "channel_id": wanted.channel_id,
    }
    row = conn.execute(_SQL["add_pending"], values).fetchone()
    assert row is not None, "an insert that returns its id"
    connection_id: UUID = row[0]
    connections.audit(
        conn, who, "connection added", connection_id, details={"mode": wanted.mode.value}
    )
    return connection_id


def name_organisation(conn: Connection, connection_id: UUID, organisation: str) -> None:
    """Note what the organisation is called."""
    values = {"connection_id": connection_id, "organisation": organisation}
    conn.execute(_SQL["name_organisation"], values)
