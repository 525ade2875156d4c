"""Connections to PostgreSQL: a pool whose JSON keeps every number's own digits.

Each statement has a time limit, so that a stuck server never holds a thread for good.

Behind a pool in transaction mode (pgbouncer) each transaction may meet another session. Nothing
may live longer there than a transaction: no prepared statements, and no limit set at the start,
which such pools refuse; the role has one of its own (deploy/postgres/roles.sql).
"""

from typing import Any

import psycopg
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import ConnectionPool, PoolTimeout

from events.exact_json import dumps, loads

STATEMENT_TIMEOUT_MS = 30_000
"""Far above any query here, far below a worker's patience."""

CONNECT_TIMEOUT_S = 10
"""A server that takes longer is down for our purposes; the caller tries again later."""

SILENCE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""A server that vanished without a word is given up after some 25 s; a time limit that the server
itself keeps would never be heard of."""

OWN_SESSION: dict[str, Any] = {"options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS}"}
BEHIND_A_POOL: dict[str, Any] = {"prepare_threshold": None}
"""Also of whoever comes for a moment, be there a pool or not: to prepare gains nothing there."""


def _loads(raw: str | bytes) -> object:
    return loads(raw.encode() if isinstance(raw, str) else raw)


def configure(conn: psycopg.Connection[Any]) -> None:
    """Make *conn* read and write JSON numbers without loss."""
    set_json_loads(_loads, conn)
    set_json_dumps(dumps, conn)


REPLICA_TIMEOUT_S = 3
"""A page waits for a replica so long before it reads the ledger instead."""


def open_replica_pool(database_url: str, *, size: int = 4) -> ConnectionPool:
    """Return a pool that can only read, for a replica; nothing is connected before it is used."""
    read_only = "-c default_transaction_read_only=on -c statement_timeout=60s"
    return ConnectionPool(
        database_url,
        min_size=0,
        max_size=size,
        name="reports",
        open=True,
        timeout=REPLICA_TIMEOUT_S,
        check=ConnectionPool.check_connection,
        configure=configure,
        kwargs={
            "connect_timeout": REPLICA_TIMEOUT_S,
            "application_name": "mintsoft-xero reports",
            "options": read_only,
            **SILENCE,
        },
    )


def open_pool(
    database_url: str, *, size: int = 8, name: str = "fleet", pooled: bool = False
) -> ConnectionPool:
    """Return a pool of up to *size* connections, already open.

    *pooled*: *database_url* leads to a pool in transaction mode.
    Raises psycopg.OperationalError, which says why, when no connection can be had within ten
    seconds; psycopg_pool.PoolTimeout when one can be had right after all.
    """
    kwargs = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "application_name": f"mintsoft-xero {name}",
        **SILENCE,
        **(BEHIND_A_POOL if pooled else OWN_SESSION),
    }
    pool = ConnectionPool(
        database_url,
        min_size=1,
        max_size=size,
        name=name,
        open=False,
        timeout=CONNECT_TIMEOUT_S,
        check=ConnectionPool.check_connection,
        configure=configure,
        kwargs=kwargs,
    )
    try:
        pool.open(wait=True, timeout=CONNECT_TIMEOUT_S)
    except PoolTimeout:
        pool.close()
        psycopg.connect(database_url, **kwargs).close()  # the pool keeps the reason to itself
        raise
    return pool
