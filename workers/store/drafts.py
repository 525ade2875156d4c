"""Drafts first: the first documents of a connection go as drafts, the others wait for a word.

How many have gone is counted from the documents themselves, under a lock of the connection, so
that no crash loses count and no two workers use the same room.
"""

from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from workers.mapping.reasons import reason
from workers.store import connections
from workers.store.sql import queries

SQL = queries("drafts")

CODE = "drafts_unconfirmed"


@dataclass(frozen=True, slots=True)
class Progress:
    """How many documents shall go as drafts, are in Xero since that was said, and on their way.

    ``posted`` is at most ``wanted``: beyond that nothing is counted.
    """

    wanted: int
    posted: int
    sending: int

    @property
    def room(self) -> int:
        """How many more may be sent."""
        return max(self.wanted - self.posted - self.sending, 0)

    @property
    def is_full(self) -> bool:
        """Whether all drafts are in Xero: the others wait for somebody's word."""
        return self.posted >= self.wanted


def locked_progress(conn: Connection, connection_id: UUID) -> Progress:
    """Return how far a connection is with its drafts; it is locked until the transaction ends."""
    conn.execute(SQL["lock"], {"connection_id": connection_id})
    return progress(conn, connection_id)


def progress(conn: Connection, connection_id: UUID) -> Progress:
    """Return how far a connection is with its drafts."""
    with conn.cursor(row_factory=class_row(Progress)) as cursor:
        found = cursor.execute(SQL["progress"], {"connection_id": connection_id}).fetchone()
    assert found is not None, "a connection that is there"
    return found


def hold(conn: Connection, connection_id: UUID, count: int) -> None:
    """Have the other documents wait, each with the reason; said once in the audit trail."""
    why = reason("drafts_unconfirmed", count=count)
    if conn.execute(SQL["hold"], {"connection_id": connection_id}).rowcount:
        details = {"drafts": count}
        connections.audit(conn, "fleet", "drafts complete", connection_id, details=details)
    conn.execute(
        SQL["explain"],
        {
            "connection_id": connection_id,
            "code": why.code,
            "message": why.message,
            "remedy": why.remedy,
            "cure": why.cure.value,
        },
    )


def confirm(conn: Connection, connection_id: UUID, who: str) -> int | None:
    """Let documents go as the settings say; return how many waited, None if none had to."""
    values = {"connection_id": connection_id, "who": who}
    if not conn.execute(SQL["confirm"], values).rowcount:
        return None
    waited = _go_on(conn, connection_id)
    connections.audit(conn, who, "drafts confirmed", connection_id, details={"waited": waited})
    return waited


def begin(conn: Connection, connection_id: UUID, count: int, who: str) -> None:
    """Send the next *count* documents as drafts and hold the others; 0: send all as usual."""
    conn.execute(SQL["begin"], {"connection_id": connection_id, "count": count})
    _go_on(conn, connection_id)
    connections.audit(conn, who, "drafts first", connection_id, details={"count": count})


def _go_on(conn: Connection, connection_id: UUID) -> int:
    return conn.execute(SQL["go_on"], {"connection_id": connection_id, "code": CODE}).rowcount
