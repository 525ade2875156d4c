"""What ``doctor`` asks of the database about the fleet as a whole."""

from dataclasses import dataclass
from datetime import timedelta

from psycopg import Connection
from psycopg.rows import class_row

from workers.store.schedules import LEADER
from workers.store.sql import queries

SQL = queries("checkup")

PATIENCE = timedelta(minutes=10)
"""Schedulers turn every two seconds; what waits longer than this has nobody."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """Schedules that no scheduler has started, and runs that no worker has taken, in time."""

    not_started: int
    not_taken: int


def server(conn: Connection) -> str:
    """Return PostgreSQL's name and version."""
    row = conn.execute(SQL["server"]).fetchone()
    assert row is not None, "a select without a table gives one row"
    return str(row[0])


def somebody_leads(conn: Connection) -> bool:
    """Return whether some scheduler leads."""
    row = conn.execute(SQL["leader"], {"key": LEADER}).fetchone()
    return bool(row and row[0])


def overdue(conn: Connection) -> Overdue:
    """Return how many schedules are late."""
    with conn.cursor(row_factory=class_row(Overdue)) as cursor:
        found = cursor.execute(SQL["overdue"], {"patience": PATIENCE}).fetchone()
    assert found is not None, "an aggregate gives one row"
    return found
