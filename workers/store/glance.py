"""What the overview shows beside the tallies: the oldest document that waits, today, budgets."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from workers.store.sql import queries

SQL = queries("glance")

MOST_BESIDES = 10_000
"""Imports and messages are counted so far: how many more there are changes nothing."""

MOST_BUDGETS = 20
"""Organisations on the page: those that asked most of Xero today."""


@dataclass(frozen=True, slots=True)
class Oldest:
    """The document that waits longest, and for how long by the server's clock."""

    id: int
    number: str
    kind: str
    connection_id: UUID
    created_at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Budget:
    """Calls of an organisation today (UTC); ``remaining`` as Xero last said, if it did."""

    tenant_id: UUID
    organisation: str | None
    used: int
    remaining: int | None
    blocked_until: datetime | None

    def left(self, day_limit: int) -> int:
        """Return how many calls are left of *day_limit*."""
        return max(day_limit - self.used if self.remaining is None else self.remaining, 0)


@dataclass(frozen=True, slots=True)
class Besides:
    """What waits for somebody beside documents; each counted up to MOST_BESIDES."""

    imports: int = 0
    parked: int = 0


def besides(conn: Connection) -> Besides:
    """Return how many imports need attention, and how many messages nobody has decided about."""
    with conn.cursor(row_factory=class_row(Besides)) as cursor:
        found = cursor.execute(SQL["besides"], {"most": MOST_BESIDES}).fetchone()
    assert found is not None, "counts are one row"
    return found


def oldest_waiting(conn: Connection) -> Oldest | None:
    """Return the document that waits longest, None when none waits."""
    with conn.cursor(row_factory=class_row(Oldest)) as cursor:
        return cursor.execute(SQL["oldest_waiting"]).fetchone()


def today(conn: Connection) -> dict[tuple[str, bool], int]:
    """Return how many documents came to stand how since midnight (UTC), by (status, warned)."""
    return {(status, warned): count for status, warned, count in conn.execute(SQL["today"])}


def budgets(conn: Connection) -> list[Budget]:
    """Return the organisations that used most calls today."""
    with conn.cursor(row_factory=class_row(Budget)) as cursor:
        return cursor.execute(SQL["budgets"], {"most": MOST_BUDGETS}).fetchall()
