"""Brings a database up to date: plain SQL files, forward only, each in one transaction.

Several processes may try at once: an advisory lock lets one work, the others find it done.
"""

from importlib import resources
from importlib.resources.abc import Traversable

import psycopg

LOCK = 7_269_113
"""The advisory lock of migrations; any number that nothing else here uses."""

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


def upgrade(database_url: str) -> list[str]:
    """Apply what is missing and return its names. Raises psycopg.Error; then nothing changed."""
    with psycopg.connect(database_url, prepare_threshold=None) as conn:
        conn.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        conn.execute(_TABLE)
        missing = set(pending(conn))
        applied = [entry for entry in files() if entry.name in missing]
        for entry in applied:
            conn.execute(entry.read_bytes())
            conn.execute("insert into schema_migrations (name) values (%s)", [entry.name])
    return [entry.name for entry in applied]
