"""How old the rows of a streaming replica are.

The time of its last change says nothing on a quiet day: a replica that has all that the primary
has written is as of now, however long ago that was. So the primary is asked first how far its log
goes. Weakness: this needs the primary, but so does every page, to know who is asking.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.rows import class_row

from workers.store.sql import queries

SQL = queries("replica")


@dataclass(frozen=True, slots=True)
class Standing:
    """A server as a source of reports; ``replayed_at`` and ``asked_at`` in UTC."""

    is_replica: bool
    is_current: bool
    replayed_at: datetime | None
    asked_at: datetime

    @property
    def as_of(self) -> datetime | None:
        """When its rows were the primary's; None when nobody can tell."""
        return self.asked_at if self.is_current or not self.is_replica else self.replayed_at

    @property
    def lag(self) -> timedelta | None:
        """How old its rows are; None when nobody can tell."""
        return None if self.as_of is None else self.asked_at - self.as_of


def written(primary: Connection) -> str:
    """Return how far the primary's log has got."""
    row = primary.execute(SQL["written"]).fetchone()
    assert row is not None, "a select without a table gives one row"
    return str(row[0])


def standing(conn: Connection, until: str) -> Standing:
    """Return how *conn*'s server stands beside a primary that has written *until* there."""
    with conn.cursor(row_factory=class_row(Standing)) as cursor:
        found = cursor.execute(SQL["standing"], {"written": until}).fetchone()
    assert found is not None, "a select without a table gives one row"
    return found


def may_read_secrets(conn: Connection) -> bool:
    """Return whether this role could read what reports never need."""
    return conn.execute(SQL["may_read_secrets"]).fetchone() == (True,)
