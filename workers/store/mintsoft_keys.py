"""What a connection's own Mintsoft account is opened with, encrypted at rest.

A connection without an own key uses the fleet's (``MX_MINTSOFT_*``). Secrets leave this module
only as SecretStr, which no log and no repr shows.
"""

from dataclasses import dataclass, field
from uuid import UUID

from cryptography.fernet import InvalidToken, MultiFernet
from psycopg import Connection
from pydantic import SecretStr

from workers.errors import AccessRefused
from workers.store.sql import queries

SQL = queries("mintsoft_keys")

NOTHING = SecretStr("")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key, or user name and password; ``version`` tells one from what replaced it."""

    key: SecretStr = field(default=NOTHING)
    username: str = ""
    password: SecretStr = field(default=NOTHING)
    version: UUID | None = None


def save(
    conn: Connection,
    fernet: MultiFernet,
    connection_id: UUID,
    credentials: Credentials,
    who: str,
) -> None:
    """Put *credentials* in the place of what the connection had."""
    conn.execute(
        SQL["save"],
        {
            "connection_id": connection_id,
            "api_key": _sealed(fernet, credentials.key),
            "username": credentials.username or None,
            "password": _sealed(fernet, credentials.password),
            "who": who,
        },
    )


def load(conn: Connection, fernet: MultiFernet, connection_id: UUID) -> Credentials | None:
    """Return a connection's own credentials, None when it has none.

    Raises AccessRefused when no key in MX_SECRET_KEYS opens them.
    """
    row = conn.execute(SQL["load"], {"connection_id": connection_id}).fetchone()
    if row is None:
        return None
    version, api_key, username, password = row
    return Credentials(_opened(fernet, api_key), username or "", _opened(fernet, password), version)


def remove(conn: Connection, connection_id: UUID) -> bool:
    """Forget a connection's own credentials; False when it had none."""
    return conn.execute(SQL["remove"], {"connection_id": connection_id}).rowcount == 1


def resume(conn: Connection, connection_id: UUID) -> None:
    """Let what waited for Mintsoft go on: there is another key now."""
    for query in ("resume_tags", "resume_schedules", "resume_imports"):
        conn.execute(SQL[query], {"connection_id": connection_id})


def holders(conn: Connection, most: int) -> list[UUID]:
    """Return up to *most* running connections with a key of their own, the newest keys first."""
    return [row[0] for row in conn.execute(SQL["holders"], {"most": most})]


def described(conn: Connection, connection_id: UUID) -> str:
    """Return what the connection opens Mintsoft with, without any secret."""
    row = conn.execute(SQL["described"], {"connection_id": connection_id}).fetchone()
    if row is None:
        return "the fleet's"
    return f"its own user {row[0]}" if row[0] else "its own key"


def _sealed(fernet: MultiFernet, secret: SecretStr) -> str | None:
    text = secret.get_secret_value()
    return fernet.encrypt(text.encode()).decode() if text else None


def _opened(fernet: MultiFernet, sealed: str | None) -> SecretStr:
    if sealed is None:
        return NOTHING
    try:
        return SecretStr(fernet.decrypt(sealed).decode())
    except InvalidToken:
        raise AccessRefused(
            "no key in MX_SECRET_KEYS opens the connection's Mintsoft key: put the old key behind "
            "the new one"
        ) from None
