"""The audit trail: who did what, and when. Rows are never changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from workers.store.sql import queries

SQL = queries("audit")

AT_ONCE = 1000
"""Acts of an export that are in memory at once."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which acts to list; ``below`` an id is the next page, ``page`` its size."""

    who: str | None = None
    action: str | None = None
    connection_id: UUID | None = None
    below: int | None = None
    page: int = 100


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody did something, perhaps with a connection or a document; ``at`` in UTC."""

    id: int
    at: datetime
    who: str
    action: str
    connection_id: UUID | None
    account: str | None
    organisation: str | None
    document_id: int | None
    details: Mapping[str, Any]


def listed(conn: Connection, wanted: Filter) -> list[Act]:
    """Return one page of acts, the newest first."""
    values = {name: getattr(wanted, name) for name in Filter.__slots__}
    with conn.cursor(row_factory=class_row(Act)) as cursor:
        return cursor.execute(SQL["list"], values).fetchall()


def every(pool: ConnectionPool, wanted: Filter) -> Iterator[Act]:
    """Yield all acts, the newest first; no connection is held while the caller is slow."""
    wanted = replace(wanted, page=AT_ONCE)
    while True:
        with pool.connection() as conn:
            found = listed(conn, wanted)
        yield from found
        if len(found) < AT_ONCE:
            return
        wanted = replace(wanted, below=found[-1].id)


def actions(conn: Connection) -> list[str]:
    """Return every kind of act there has been."""
    return [row[0] for row in conn.execute(SQL["actions"])]


def people(conn: Connection) -> list[str]:
    """Return everybody who has ever done anything."""
    return [row[0] for row in conn.execute(SQL["people"])]
