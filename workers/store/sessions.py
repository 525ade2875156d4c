"""Sessions of the console, and how often a password may be tried.

Only the SHA-256 of a session's token is stored: who reads the database can't sign in with it.
All times are the server's.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import kwargs_row

from workers.store.operators import Role
from workers.store.sql import queries

_SQL = queries("sessions")

IDLE = timedelta(hours=8)
"""A working day: who comes back the next morning signs in again."""

LIFE = timedelta(days=7)
"""Even somebody who is always there proves once a week who they are."""

ACCOUNT_FAILURES = 5
"""Wrong passwords of one account before each further one costs waiting."""

ADDRESS_FAILURES = 20
"""The same for one address, which a whole office may share."""

PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
"""The wait doubles from one to the other: no guessing, and who was shut out comes back."""

MEMORY = timedelta(hours=24)
"""Failures older than this are forgotten."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How people may sign in: with ``passwords`` kept here, with the provider ``issuer``."""

    passwords: bool
    issuer: str


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in."""

    digest: bytes
    operator_id: UUID
    name: str
    role: Role


def digest_of(token: str) -> bytes:
    """Return what is stored in place of *token*."""
    return sha256(token.encode()).digest()


def start(conn: Connection, token: str, operator_id: UUID, lasts: timedelta | None = None) -> None:
    """Remember that the holder of *token* is signed in, for *lasts* at most; unusable ones go."""
    conn.execute(_SQL["prune"], {"idle": IDLE, "life": LIFE})
    conn.execute(_SQL["prune_failures"], {"memory": MEMORY})
    values = {"digest": digest_of(token), "operator_id": operator_id, "lasts": lasts}
    conn.execute(_SQL["open"], values)


def find(conn: Connection, token: str, ways: Ways) -> Session | None:
    """Return the session of *token*, kept alive by this; None when there is none any more.

    One that began in none of today's *ways* is none.
    """
    values = {
        "digest": digest_of(token),
        "idle": IDLE,
        "life": LIFE,
        "passwords": ways.passwords,
        "issuer": ways.issuer,
    }
    with conn.cursor(row_factory=kwargs_row(_session)) as cursor:
        found = cursor.execute(_SQL["find"], values).fetchone()
    if found is None:
        return None
    session, is_stale = found
    if is_stale:
        conn.execute(_SQL["touch"], {"digest": session.digest})
    return session


def _session(*, role: str, is_stale: bool, **row: Any) -> tuple[Session, bool]:
    return Session(role=Role.named(role), **row), is_stale


def end(conn: Connection, session: Session) -> None:
    """Sign out."""
    conn.execute(_SQL["close"], {"digest": session.digest})


def may_try(conn: Connection, account: str, address: str) -> bool:
    """Count an attempt to sign in; False while the account or the address has to wait."""
    by_account = _count(conn, _account_key(account), ACCOUNT_FAILURES)
    by_address = _count(conn, _address_key(address), ADDRESS_FAILURES)
    return by_account and by_address


def forgive(conn: Connection, account: str, address: str) -> None:
    """Take back the attempt that succeeded, and the account's failures before it."""
    conn.execute(_SQL["forgive"], {"key": _account_key(account), "all": True})
    conn.execute(_SQL["forgive"], {"key": _address_key(address), "all": False})


def _count(conn: Connection, key: bytes, allowed: int) -> bool:
    values = {
        "key": key,
        "allowed": allowed,
        "pause": PAUSE,
        "longest": LONGEST_PAUSE,
        "memory": MEMORY,
    }
    return conn.execute(_SQL["count_attempt"], values).fetchone() is not None


def _account_key(account: str) -> bytes:
    return sha256(f"account:{account}".encode()).digest()


def _address_key(address: str) -> bytes:
    return sha256(f"address:{address}".encode()).digest()
