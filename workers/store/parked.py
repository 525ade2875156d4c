"""Messages that could not be read: looked at, and published again once the cause is gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from workers.store.sql import queries

SQL = queries("parked")


@dataclass(frozen=True, slots=True)
class Parked:
    """A message, whole, as RabbitMQ handed it over; ``code`` and ``reason`` say what is wrong."""

    id: int
    routing_key: str
    content_type: str | None
    headers: dict[str, Any]
    body: bytes
    code: str
    reason: str
    parked_at: datetime
    replayed_at: datetime | None
    replayed_by: str | None


def listed(conn: Connection, *, page: int, replayed_too: bool = False) -> list[Parked]:
    """Return parked messages, the newest first."""
    values = {"page": page, "replayed_too": replayed_too}
    with conn.cursor(row_factory=class_row(Parked)) as cursor:
        return cursor.execute(SQL["list"], values).fetchall()


def find(conn: Connection, ids: Sequence[int]) -> list[Parked]:
    """Return the messages of *ids* that there are, locked, oldest first."""
    with conn.cursor(row_factory=class_row(Parked)) as cursor:
        return cursor.execute(SQL["find"], {"ids": list(ids)}).fetchall()


def open_ids(conn: Connection) -> list[int]:
    """Return every message that was not replayed yet, oldest first."""
    return [row[0] for row in conn.execute(SQL["open_ids"])]


def replayed(conn: Connection, ids: Sequence[int], who: str) -> None:
    """Mark messages as published again."""
    conn.execute(SQL["replayed"], {"ids": list(ids), "who": who})
