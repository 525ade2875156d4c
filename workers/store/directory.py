"""Connections as lists show them: never all of them, since there may be a hundred thousand.

Each reads the ids it is about first, in order, and then those rows whole.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from workers.store.connections import ConnectionRow, read_rows
from workers.store.sql import queries

SQL = queries("directory")

PAGE = 100

OFFERED = 300
"""Connections that a list of choices names; any other one is reached from its own page."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which connections a list is about; None: whatever it is.

    ``text`` is part of the organisation's name or the account, in any case, or the client's
    number. ``after`` is the last connection of the page before.
    """

    text: str | None = None
    status: str | None = None
    after: UUID | None = None


def listed(conn: Connection, sought: Sought, most: int = PAGE) -> list[ConnectionRow]:
    """Return a page of those that fit, disconnected ones last, the others by account."""
    values = {"text": sought.text, "status": sought.status, "after": sought.after, "most": most}
    return some(conn, _ids(conn, "listed", values))


def some(conn: Connection, ids: Collection[UUID]) -> list[ConnectionRow]:
    """Return these connections, in the order of *ids*."""
    return read_rows(conn, SQL["some"], {"ids": list(ids)}) if ids else []


def offered(conn: Connection, chosen: UUID | None) -> list[ConnectionRow]:
    """Return what a list of choices offers: the first, and in front of them the one *chosen*."""
    first = _ids(conn, "offered", {"most": OFFERED})
    others = [each for each in first if each != chosen]
    return some(conn, [*filter(None, [chosen]), *others][:OFFERED])


def troubled(conn: Connection, most: int) -> list[ConnectionRow]:
    """Return connections that are not disconnected, those in trouble first."""
    return some(conn, _ids(conn, "troubled", {"most": most}))


def by_status(conn: Connection) -> dict[str, int]:
    """Return how many connections stand how."""
    return dict(conn.execute(SQL["by_status"]).fetchall())


def _ids(conn: Connection, query: str, values: Mapping[str, object]) -> list[UUID]:
    return [row[0] for row in conn.execute(SQL[query], values)]
