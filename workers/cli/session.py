"""What a command works with: settings, a database connection, the parts of the fleet.

A command that needs the database alone does not load the rest, so that it answers at once.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from workers.cli.errors import Problem

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg_pool import ConnectionPool

    from workers.runtime import Runtime
    from workers.settings import Settings
    from workers.store.connections import ConnectionRow

CONNECT_SECONDS = 5
"""A person waits at the other end."""


def load_settings(*, quiet: bool = True) -> "Settings":
    """Return the settings and send logs to standard error, for *quiet* commands warnings only.

    Raises pydantic.ValidationError.
    """
    from workers import logs
    from workers.settings import Settings

    settings = Settings()
    logs.configure(settings.log_format, "WARNING" if quiet else settings.log_level)
    return settings


@contextmanager
def database() -> Iterator["Connection"]:
    """One transaction, committed when the block ends well. Raises psycopg.Error."""
    import psycopg

    from workers.store.pool import BEHIND_A_POOL, configure

    url = load_settings().database_url.get_secret_value()
    with psycopg.connect(url, connect_timeout=CONNECT_SECONDS, **BEHIND_A_POOL) as conn:
        configure(conn)
        yield conn


@contextmanager
def fleet_pool() -> Iterator["ConnectionPool"]:
    """Connections to the database, for what takes more than one transaction."""
    from workers.store.pool import open_pool

    settings = load_settings()
    url = settings.database_url.get_secret_value()
    pool = open_pool(url, size=1, pooled=settings.database_pooled)
    try:
        yield pool
    finally:
        pool.close()


@contextmanager
def fleet_parts() -> Iterator["Runtime"]:
    """The parts of the fleet, for commands that speak to Xero. Raises psycopg.Error."""
    import psycopg

    from workers.runtime import Runtime

    settings = load_settings()
    url = settings.database_url.get_secret_value()
    with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as conn:
        conn.execute("select 1")  # a clear error at once, where a pool would try for ten seconds
    runtime = Runtime(settings, pool_size=2)
    try:
        yield runtime
    finally:
        runtime.close()


def connection_of(conn: "Connection", connection_id: UUID) -> "ConnectionRow":
    """Return a connection. Raises Problem when there is none."""
    from workers.store import connections

    found = connections.find(conn, connection_id)
    if found is None:
        raise Problem(f"There is no connection {connection_id}: see mintsoft-xero connection list.")
    return found


def read_file(path: Path, what: str) -> bytes:
    """Return what stands in *path* (``-`` for standard input). Raises Problem."""
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise Problem(f"{what}: {path} can't be read ({error.strerror}).") from None


def read_yaml(path: Path, what: str) -> dict[str, object]:
    """Return the names and values in a YAML file. Raises Problem."""
    import yaml

    try:
        found = yaml.safe_load(read_file(path, what))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Problem(f"{what}: {path} is no YAML ({' '.join(str(error).split())}).") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Problem(f"{what}: {path} must hold names and values, such as `due_days: 14`.")
    return {str(name): value for name, value in found.items()}
