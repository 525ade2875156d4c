"""Re-encrypts tokens and Mintsoft keys under the newest key, one row a short transaction.

Safe while the fleet runs: a row is locked while it is rewritten, and a refresher stores whole
new tokens. Interrupted, it goes on where it stopped, because what is done already is left.
"""

from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from psycopg import Connection
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from workers.store.sql import queries

SQL = queries("rotation")

QUERIES: dict[str, tuple[LiteralString, LiteralString]] = {
    what: (SQL[f"lock_{what}"], SQL[f"rewrite_{what}"]) for what in ("tokens", "mintsoft")
}
"""How to lock and to rewrite each kind of row."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many rows were rewritten, and those that no key opens.

    A row is a token set, by its id, or a connection's Mintsoft key, by the connection's.
    """

    rotated: int
    unreadable: list[UUID]


@dataclass(frozen=True, slots=True)
class Keys:
    """How many rows are under the newest key, under an older one, or under none we have."""

    newest: int
    older: int
    unreadable: int


def rotate(pool: ConnectionPool, keys: MultiFernet, newest: Fernet, who: str) -> Rotated:
    """Encrypt every token set and Mintsoft key under *newest*, the first of *keys*."""
    with pool.connection() as conn:
        found = conn.execute(SQL["ids"]).fetchall()
    results = [(each, _rotate_one(pool, keys, newest, what, each)) for what, each in found]
    rotated = sum(result is True for _, result in results)
    if rotated:
        with pool.connection() as conn:
            conn.execute(SQL["audit"], {"who": who, "details": Jsonb({"secrets": rotated})})
    return Rotated(rotated, [each for each, result in results if result is None])


def count(conn: Connection, keys: MultiFernet, newest: Fernet) -> Keys:
    """Count rows by the key that opens them."""
    rows = [row[0] for row in conn.execute(SQL["all"])]
    under_newest = sum(_opens(newest, row) for row in rows)
    readable = sum(_opens(keys, row) for row in rows)
    return Keys(under_newest, readable - under_newest, len(rows) - readable)


def _rotate_one(
    pool: ConnectionPool, keys: MultiFernet, newest: Fernet, what: str, row_id: UUID
) -> bool | None:
    """Return whether the row was rewritten; None when no key opens it."""
    lock, rewrite = QUERIES[what]
    with pool.connection() as conn:
        row = conn.execute(lock, {"id": row_id}).fetchone()
        if row is None or _opens(newest, row[0]):
            return False
        try:
            secrets = [keys.rotate(each).decode() for each in row[0]]
        except InvalidToken:
            return None
        conn.execute(rewrite, {"id": row_id, "secrets": secrets})
    return True


def _opens(key: Fernet | MultiFernet, sealed: list[str]) -> bool:
    try:
        for each in sealed:
            key.decrypt(each)
    except InvalidToken:
        return False
    return True
