"""Brings a database up to date: plain SQL files, forward only, each in one transaction.

Several processes may try at once: an advisory lock lets one work at a time, the others find it
done. The release before is at work meanwhile, and whoever waits for a table's lock keeps all who
come later waiting, too. So a migration waits LOCK_MS at most, lets the others pass, and tries
again. How long one works once it has its locks is up to what it says: ``make upgrade`` measures.
"""

import time
from collections.abc import Callable
from importlib import resources
from importlib.resources.abc import Traversable

import psycopg
from psycopg.errors import LockNotAvailable

LOCK = 7_269_113
"""The advisory lock of migrations; any number that nothing else here uses."""

NAME = "mintsoft-xero migrations"
"""What PostgreSQL calls their session."""

LOCK_MS = 1_000
"""What a migration may wait for a table; everybody else's statements wait behind it."""

TRIES = 60
PAUSE_SECONDS = 1.0

_TABLE = """
create table if not exists schema_migrations (
    name       text primary key,
    applied_at timestamptz not null default now()
)
"""


def files() -> list[Traversable]:
    """Return the migrations in the order in which they are applied."""
    folder = resources.files("workers.store") / "migrations"
    return sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".sql")),
        key=lambda entry: entry.name,
    )


def pending(conn: psycopg.Connection) -> list[str]:
    """Return the names of migrations that the database lacks."""
    if conn.execute("select to_regclass('schema_migrations')").fetchone() == (None,):
        return [entry.name for entry in files()]
    done = {name for (name,) in conn.execute("select name from schema_migrations")}
    return [entry.name for entry in files() if entry.name not in done]


def upgrade(database_url: str, sleep: Callable[[float], None] = time.sleep) -> list[str]:
    """Apply what is missing and return its names.

    Raises psycopg.Error; the migrations before the one that failed are kept, itself is not.
    """
    with psycopg.connect(
        database_url, autocommit=True, prepare_threshold=None, application_name=NAME
    ) as conn:
        return [entry.name for entry in files() if _patiently(conn, entry, sleep)]


def _patiently(
    conn: psycopg.Connection, entry: Traversable, sleep: Callable[[float], None]
) -> bool:
    for _ in range(TRIES - 1):
        try:
            return _applied(conn, entry)
        except LockNotAvailable:
            sleep(PAUSE_SECONDS)
    return _applied(conn, entry)


def _applied(conn: psycopg.Connection, entry: Traversable) -> bool:
    """Apply one; returns whether it was missing."""
    with conn.transaction():
        conn.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        conn.execute(_TABLE)
        found = conn.execute("select 1 from schema_migrations where name = %s", [entry.name])
        if found.fetchone():
            return False
        conn.execute("select set_config('lock_timeout', %s, true)", [f"{LOCK_MS}ms"])
        conn.execute(entry.read_bytes())
        conn.execute("insert into schema_migrations (name) values (%s)", [entry.name])
    return True
