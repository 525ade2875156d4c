"""How many documents stand how, kept up to date by each statement that changes some.

A trigger appends a row or two for a statement, so that nobody waits for a counter; reading adds
up what was folded and what was not yet. The sums are exact at any instant. A document that enters
*In Xero* twice, because a person closed it after a correction, is counted twice among what came
to Xero in an hour; how many stand so is exact nevertheless.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from workers.store.sql import queries

SQL = queries("tallies")

LOCK = 4_918_002_648
"""Of PostgreSQL's advisory locks: one process folds at a time."""

MOST = 20_000
"""Rows folded in one transaction: a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Documents that stand alike; ``reason`` is a code or empty."""

    connection_id: UUID
    kind: str
    status: str
    warned: bool
    reason: str
    documents: int


@dataclass(frozen=True, slots=True)
class Hour:
    """What happened in an hour that began at ``hour`` (UTC); ``grew``: by how many documents what
    waits or is being sent became more.
    """

    hour: datetime
    came: int
    posted: int
    grew: int


def standing(
    conn: Connection, kind: str | None = None, connections: Sequence[UUID] | None = None
) -> list[Tally]:
    """Return how many documents stand how now."""
    values = {"kind": kind, "connections": None if connections is None else list(connections)}
    with conn.cursor(row_factory=class_row(Tally)) as cursor:
        return cursor.execute(SQL["standing"], values).fetchall()


def hours(conn: Connection) -> list[Hour]:
    """Return what happened in each of the last 24 hours, the oldest first."""
    with conn.cursor(row_factory=class_row(Hour)) as cursor:
        return cursor.execute(SQL["hours"]).fetchall()


def fold(conn: Connection, most: int = MOST) -> int:
    """Fold what was appended; return the rows that changed. 0 too while somebody else folds."""
    if conn.execute(SQL["only_one"], {"lock": LOCK}).fetchone() != (True,):
        return 0
    folded = conn.execute(SQL["fold"], {"most": most}).rowcount
    return folded + conn.execute(SQL["age"]).rowcount
