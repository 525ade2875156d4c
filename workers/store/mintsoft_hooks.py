"""Addresses at which Mintsoft tells of a connection's orders; Mintsoft signs nothing.

Whoever knows an address may bring orders of that connection's client, so it holds 256 random
bits, of which only the SHA-256 is kept: it is shown once, when it is made.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from psycopg import Connection

from workers.store.sql import queries

SQL = queries("mintsoft_hooks")

LONGEST = 200
"""Characters of what may be looked up; ours have 43."""


@dataclass(frozen=True, slots=True)
class Hook:
    """Whose orders arrive at an address."""

    connection_id: UUID
    account: str
    client_id: int


def make(conn: Connection, connection_id: UUID, who: str) -> str:
    """Return the secret of a new address; the connection's old one stops at once."""
    secret = secrets.token_urlsafe(32)
    values = {"connection_id": connection_id, "digest": _digest(secret), "who": who}
    conn.execute(SQL["save"], values)
    return secret


def made_at(conn: Connection, connection_id: UUID) -> datetime | None:
    """Return since when (UTC) the connection has an address, None when it has none."""
    row = conn.execute(SQL["made_at"], {"connection_id": connection_id}).fetchone()
    return row[0] if row else None


def find(conn: Connection, secret: str) -> Hook | None:
    """Return whose address *secret* is, None for one that is nobody's.

    Found by digest: how long it takes tells nothing of the secret, and the comparison neither.
    """
    digest = _digest(secret[:LONGEST])
    row = conn.execute(SQL["find"], {"digest": digest}).fetchone()
    if row is None or not hmac.compare_digest(bytes(row[0]), digest):
        return None
    return Hook(*row[1:])


def _digest(secret: str) -> bytes:
    return sha256(secret.encode(errors="replace")).digest()
