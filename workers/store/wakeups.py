"""Wake-ups: who must be told that there is work, and who has been.

A row says that a message is on its way; it keeps each queue at one message a connection. A
message that got lost is replaced when its row has outlived :data:`LIFE`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from workers.store.sql import queries

LIFE = timedelta(seconds=60)
"""After this a wake-up that was not taken counts as lost; a second one does no harm.

Each further one waits twice as long, up to about an hour: without workers a queue stays short.
"""

SQL = queries("wakeups")


@dataclass(frozen=True, slots=True, order=True)
class Wakeup:
    """A queue of one connection that has work."""

    connection_id: UUID
    queue: str


def wake(conn: Connection, wanted: Iterable[Wakeup], life: timedelta = LIFE) -> list[Wakeup]:
    """Note *wanted* and return those that must be sent once this transaction has committed."""
    distinct = sorted(set(wanted))
    if not distinct:
        return []
    with conn.cursor(row_factory=class_row(Wakeup)) as cursor:
        return cursor.execute(
            SQL["wake"],
            {
                "connections": [each.connection_id for each in distinct],
                "queues": [each.queue for each in distinct],
                "life": life,
            },
        ).fetchall()


def take(conn: Connection, wakeup: Wakeup) -> None:
    """Mark *wakeup* as arrived; do this before looking for the work."""
    conn.execute(SQL["take"], {"connection_id": wakeup.connection_id, "queue": wakeup.queue})


def release_requested(conn: Connection) -> None:
    """Let documents go whose export was asked for while they were still on their way in."""
    conn.execute(SQL["release_requested"])


def due(conn: Connection) -> list[Wakeup]:
    """Return the queues of all connections that have work due now."""
    with conn.cursor(row_factory=class_row(Wakeup)) as cursor:
        return cursor.execute(SQL["due"]).fetchall()
