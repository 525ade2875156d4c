"""Re-encrypts tokens under the newest key, one row and one short transaction at a time.

Safe while the fleet runs: a row is locked while it is rewritten, and a refresher stores whole
new tokens. Interrupted, it goes on where it stopped, because what is done already is left.
"""

from dataclasses import dataclass
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from psycopg import Connection
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from workers.store.sql import queries

SQL = queries("rotation")


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many token sets were rewritten, and those that no key opens."""

    rotated: int
    unreadable: list[UUID]


@dataclass(frozen=True, slots=True)
class Keys:
    """How many token sets are under the newest key, under an older one, or under none we have."""

    newest: int
    older: int
    unreadable: int


def rotate(pool: ConnectionPool, keys: MultiFernet, newest: Fernet, who: str) -> Rotated:
    """Encrypt every token set under *newest*, the first of *keys*."""
    with pool.connection() as conn:
        ids = [row[0] for row in conn.execute(SQL["ids"])]
    results = [(each, _rotate_one(pool, keys, newest, each)) for each in ids]
    rotated = sum(result is True for _, result in results)
    if rotated:
        with pool.connection() as conn:
            conn.execute(SQL["audit"], {"who": who, "details": Jsonb({"token_sets": rotated})})
    return Rotated(rotated, [each for each, result in results if result is None])


def count(conn: Connection, keys: MultiFernet, newest: Fernet) -> Keys:
    """Count token sets by the key that opens them."""
    rows = conn.execute(SQL["all"]).fetchall()
    under_newest = sum(_opens(newest, row) for row in rows)
    readable = sum(_opens(keys, row) for row in rows)
    return Keys(under_newest, readable - under_newest, len(rows) - readable)


def _rotate_one(
    pool: ConnectionPool, keys: MultiFernet, newest: Fernet, token_set_id: UUID
) -> bool | None:
    """Return whether the set was rewritten; None when no key opens it."""
    with pool.connection() as conn:
        row = conn.execute(SQL["lock"], {"id": token_set_id}).fetchone()
        if row is None or _opens(newest, row):
            return False
        try:
            access, refresh = (keys.rotate(each).decode() for each in row)
        except InvalidToken:
            return None
        values = {"id": token_set_id, "access_token": access, "refresh_token": refresh}
        conn.execute(SQL["rewrite"], values)
    return True


def _opens(key: Fernet | MultiFernet, row: tuple[str, ...]) -> bool:
    try:
        for each in row:
            key.decrypt(each)
    except InvalidToken:
        return False
    return True
