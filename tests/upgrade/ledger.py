"""What each migration locks, and for how long, where much is in the tables already.

Measured on a copy of the database, with nobody else in it: a migration holds what it has locked
until its end, so that its own seconds are what somebody who writes there may have to wait.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.bench.growth import FILL
from tests.support.databases import named
from workers.store import migrate

IMPORTS = """
insert into imports (connection_id, tenant_id, account, client_id, kind, xero_id, number, status,
    xero_updated_at, payload)
select %(connection)s, gen_random_uuid(), 'acme', 3, 'sales_order', gen_random_uuid(), 'INV-' || n,
    'waiting', now(), '{}'
from generate_series(1, %(count)s) as n
"""

BEFORE = """
select array_agg(oid::regclass::text) from pg_class
where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
"""

TABLES = """
select distinct relation::regclass::text from pg_locks
where pid = pg_backend_pid() and relation = any(%s::regclass[]::oid[])
    and mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""
"""Tables that were there before and whose writers wait now."""


@dataclass(frozen=True)
class Held:
    """A migration, its seconds, and the tables whose writers have to wait so long."""

    name: str
    seconds: float
    tables: tuple[str, ...]


@contextmanager
def copied(database_url: str) -> Iterator[str]:
    """A copy of a database that nobody is connected to, gone at the end."""
    original = urlsplit(database_url).path.lstrip("/")
    copy = f"{original}_copy"
    names = {"copy": sql.Identifier(copy), "original": sql.Identifier(original)}
    admin = named(database_url, "postgres")
    _administer(admin, sql.SQL("create database {copy} template {original}").format(**names))
    try:
        yield named(database_url, copy)
    finally:
        _administer(admin, sql.SQL("drop database {copy} with (force)").format(**names))


def _administer(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(statement)


def measured(database_url: str, rows: int) -> list[Held]:
    """Fill the tables with *rows* documents and imports, then migrate."""
    with psycopg.connect(database_url) as conn:
        found = conn.execute("select id from connections limit 1").fetchone()
        assert found is not None
        values = {"connection": found[0], "count": rows}
        conn.execute(FILL, values | {"first": 10_000_000})
        conn.execute(IMPORTS, values)
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("vacuum analyze")
        missing = set(migrate.pending(conn))
        return [_held(conn, each) for each in migrate.files() if each.name in missing]


def _held(conn: psycopg.Connection, entry: Traversable) -> Held:
    with conn.transaction():
        tables = conn.execute(BEFORE).fetchone()
        assert tables is not None
        began = time.perf_counter()
        conn.execute(entry.read_bytes())
        seconds = time.perf_counter() - began
        locked = conn.execute(TABLES, tables)
        names = tuple(sorted(name for (name,) in locked))
        conn.execute("insert into schema_migrations (name) values (%s)", [entry.name])
    return Held(entry.name, seconds, names)
