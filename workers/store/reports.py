"""Sums and counts over the ledger, for people and for the demo."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from workers.store.sql import queries

SQL = queries("reports")


@dataclass(frozen=True, slots=True)
class Count:
    """Documents of one kind that stand alike."""

    kind: str
    status: str
    documents: int


@dataclass(frozen=True, slots=True)
class Cause:
    """Why documents wait for a person; message and remedy of one of them."""

    code: str
    documents: int
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Posted documents of one currency; Mintsoft's total is gross for orders, net for invoices."""

    kind: str
    currency: str
    documents: int
    mintsoft_total: Decimal
    xero_total: Decimal


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is on its way; ``seen`` counts every event ever read."""

    documents: int
    events: int
    tags: int
    parked: int
    seen: int


def counts(conn: Connection, connection_id: UUID | None = None) -> list[Count]:
    """Return how many documents stand how."""
    with conn.cursor(row_factory=class_row(Count)) as cursor:
        return cursor.execute(SQL["counts"], {"connection_id": connection_id}).fetchall()


def causes(conn: Connection, connection_id: UUID | None = None) -> list[Cause]:
    """Return what waits for a person, by cause."""
    with conn.cursor(row_factory=class_row(Cause)) as cursor:
        return cursor.execute(SQL["causes"], {"connection_id": connection_id}).fetchall()


def sums(conn: Connection, connection_id: UUID | None = None) -> list[Sum]:
    """Return what is in Xero, by kind and currency."""
    with conn.cursor(row_factory=class_row(Sum)) as cursor:
        return cursor.execute(SQL["sums"], {"connection_id": connection_id}).fetchall()


def backlog(conn: Connection) -> Backlog:
    """Return what is still on its way."""
    with conn.cursor(row_factory=class_row(Backlog)) as cursor:
        row = cursor.execute(SQL["backlog"]).fetchone()
    assert row is not None
    return row
