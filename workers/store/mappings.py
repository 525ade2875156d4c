"""Revisions of a mapping: saved by one who has seen the last, compared, looked back at.

Two people may have the same mapping before them. Whoever saves names the revision that was
changed; if another is in force by then, nothing is saved, so that no update is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from schemas.connections import Mapping as AccountMapping
from workers.mapping.changes import Change, changes
from workers.store import connections
from workers.store.connections import SavedMapping
from workers.store.sql import queries

_SQL = queries("mappings")

HISTORY = 50
"""Revisions that are shown; all are kept."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A mapping as somebody saved it; ``at`` in UTC, ``before`` what it replaced, ``going_on``
    how many documents went on by it (known where one revision is asked for).
    """

    revision: int
    at: datetime
    who: str
    content: Mapping[str, Any]
    before: Mapping[str, Any] | None
    going_on: int = 0

    @property
    def changes(self) -> list[Change]:
        """What it changed."""
        return changes(self.before, self.content)


@dataclass(frozen=True, slots=True)
class Model:
    """A connection whose mapping may be copied."""

    id: UUID
    account: str
    client_id: int | None
    organisation: str | None
    revision: int


class Stale(ValueError):  # noqa: N818  named after what it is
    """Another revision is in force than the one that was changed; nothing was saved."""

    def __init__(self, base: int | None, in_force: int | None) -> None:
        super().__init__(f"revision {in_force} is in force, not {base}: look at it and try again")
        self.in_force = in_force


def save(
    conn: Connection, connection_id: UUID, mapping: AccountMapping, who: str, base: int | None
) -> SavedMapping:
    """Put *mapping*, made from revision *base*, in force. Raises Stale when another is."""
    values = {"connection_id": connection_id}
    row = conn.execute(connections.SQL["lock_mapping"], values).fetchone()
    in_force = row[0] if row else None
    if in_force != base:
        raise Stale(base, in_force)
    return connections.put_in_force(conn, connection_id, mapping, who)


def revision(conn: Connection, connection_id: UUID, number: int | None) -> Revision | None:
    """Return one revision, or None."""
    values = {"connection_id": connection_id, "revision": number}
    with conn.cursor(row_factory=class_row(Revision)) as cursor:
        return cursor.execute(_SQL["revision"], values).fetchone()


def history(conn: Connection, connection_id: UUID, limit: int = HISTORY) -> list[Revision]:
    """Return the last revisions, the newest first."""
    values = {"connection_id": connection_id, "limit": limit}
    with conn.cursor(row_factory=class_row(Revision)) as cursor:
        return cursor.execute(_SQL["history"], values).fetchall()


def models(conn: Connection, connection_id: UUID) -> list[Model]:
    """Return the connections whose mapping may be copied to this one."""
    with conn.cursor(row_factory=class_row(Model)) as cursor:
        return cursor.execute(_SQL["models"], {"connection_id": connection_id}).fetchall()
