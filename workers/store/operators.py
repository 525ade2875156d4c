"""Accounts of the console. A password enters this module only as its argon2id hash."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from psycopg import Connection
from psycopg.errors import UniqueViolation
from psycopg.rows import class_row, kwargs_row

from workers.store.sql import queries

_SQL = queries("operators")


class Role(IntEnum):
    """What somebody may do: each role may all that the one before it may."""

    VIEWER = 1
    BOOKKEEPER = 2
    OPERATOR = 3

    @property
    def word(self) -> str:
        """The role as it is stored and shown."""
        return self.name.lower()

    @classmethod
    def named(cls, word: str) -> "Role":
        """Return the role called *word*. Raises ValueError naming the roles there are."""
        known = {role.word: role for role in cls}
        if word not in known:
            raise ValueError(f"role: {word!r} is none; choose {', '.join(known)}")
        return known[word]


@dataclass(frozen=True, slots=True)
class Operator:
    """An account as it is listed; times in UTC. ``issuer``: the provider that proves who it is."""

    id: UUID
    name: str
    role: str
    issuer: str | None
    password_set_at: datetime | None
    signed_in_at: datetime | None
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who claims to be this account."""

    id: UUID
    name: str
    role: Role
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a provider means: to be trusted for ever, unlike a name or an address of mail."""

    issuer: str
    id: str


@dataclass(frozen=True, slots=True)
class Provided:
    """The account of somebody whom a provider has proven."""

    id: UUID
    name: str
    is_disabled: bool


def add(conn: Connection, name: str, role: Role, password_hash: str) -> bool:
    """Add an account; False when the name is taken. Raises psycopg.errors.CheckViolation."""
    values = {"name": name, "role": role.word, "password_hash": password_hash}
    return conn.execute(_SQL["add"], values).fetchone() is not None


def every(conn: Connection) -> list[Operator]:
    """Return all accounts, by name."""
    with conn.cursor(row_factory=class_row(Operator)) as cursor:
        return cursor.execute(_SQL["list"]).fetchall()


def candidate(conn: Connection, name: str) -> Candidate | None:
    """Return the account whose password is to be proved; None for unknown and disabled ones."""
    with conn.cursor(row_factory=kwargs_row(_candidate)) as cursor:
        return cursor.execute(_SQL["by_name"], {"name": name}).fetchone()


def _candidate(*, id: UUID, name: str, role: str, password_hash: str) -> Candidate:  # noqa: A002
    return Candidate(id, name, Role.named(role), password_hash)


def provided(conn: Connection, who: Subject, names: tuple[str, str], role: Role) -> Provided:
    """Return the account of *who*, made at the first visit, with today's role.

    A new account gets the first of *names* that is nobody else's: it never takes over an account
    that somebody made here, whatever the provider calls a person.
    """
    first, second = names
    values = {"issuer": who.issuer, "subject": who.id, "role": role.word}
    try:
        with conn.transaction():
            return _provided(conn, values | {"name": first})
    except UniqueViolation:
        return _provided(conn, values | {"name": second})


def _provided(conn: Connection, values: dict[str, str]) -> Provided:
    with conn.cursor(row_factory=class_row(Provided)) as cursor:
        found = cursor.execute(_SQL["provided"], values).fetchone()
    assert found is not None, "an insert or update that returns its row"
    return found


def sign_out_everywhere(conn: Connection, who: Subject) -> None:
    """End the sessions of somebody whom the provider no longer vouches for."""
    values = {"issuer": who.issuer, "subject": who.id}
    _and_sign_out(conn, conn.execute(_SQL["by_subject"], values).fetchone())


def set_password(conn: Connection, name: str, password_hash: str) -> bool:
    """Replace a password and sign its owner out everywhere.

    False when there is no such account, or it signs in with a provider.
    """
    values = {"name": name, "password_hash": password_hash}
    return _and_sign_out(conn, conn.execute(_SQL["set_password"], values).fetchone())


def rehash(conn: Connection, who: Candidate, password_hash: str) -> None:
    """Keep the same password under a new hash; sessions go on."""
    values = {"id": who.id, "before": who.password_hash, "password_hash": password_hash}
    conn.execute(_SQL["rehash"], values)


def disable(conn: Connection, name: str) -> bool:
    """Let nobody sign in by this account, and end its sessions; False when that is so already."""
    return _and_sign_out(conn, conn.execute(_SQL["disable"], {"name": name}).fetchone())


def enable(conn: Connection, name: str) -> bool:
    """Let a disabled account sign in again; False when it could all along."""
    return conn.execute(_SQL["enable"], {"name": name}).fetchone() is not None


def _and_sign_out(conn: Connection, row: tuple[UUID] | None) -> bool:
    if row is not None:
        conn.execute(_SQL["end_sessions"], {"id": row[0]})
    return row is not None
