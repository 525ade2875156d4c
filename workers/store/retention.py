"""Deletes what has served its time, never what somebody may still have to act on.

Rows go in small transactions, so that nobody waits for a lock and a deletion that is cut short
has lost nothing. The ledger, the audit trail and mappings are kept for good.
"""

from collections.abc import Mapping
from datetime import timedelta

from psycopg import Connection

from workers.store.sql import queries

SQL = queries("retention")

LOCK = 4_918_002_647
"""Of PostgreSQL's advisory locks: one process deletes at a time."""

BATCH = 5_000
"""Rows of one table in one transaction: a few hundredths of a second."""

TABLES = (
    "inbox",
    "outbox",
    "attempts",
    "acts",
    "parked",
    "tags",
    "export_requests",
    "mintsoft_unreadable",
    "sign_ins",
)


def is_my_turn(conn: Connection) -> bool:
    """Return whether nobody else deletes, until this transaction ends; waits for nobody."""
    return conn.execute(SQL["only_one"], {"lock": LOCK}).fetchone() == (True,)


def wait_for_turn(conn: Connection) -> None:
    """Wait until nobody else deletes; nobody will until this transaction ends."""
    conn.execute(SQL["my_turn"], {"lock": LOCK})


def delete_batch(
    conn: Connection, keep: Mapping[str, timedelta], most: int = BATCH
) -> dict[str, int]:
    """Delete up to *most* rows of each table that are older than *keep* says; return how many."""
    return {
        table: conn.execute(SQL[table], {"keep": keep[table], "most": most}).rowcount
        for table in TABLES
    }
