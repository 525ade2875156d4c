"""Consents asked of Xero: one state, one browser session, one answer, ten minutes.

The state itself is never stored, only its SHA-256; PKCE's verifier is stored encrypted. A state
is spent by the first answer that comes with it, whatever that answer is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row, kwargs_row
from psycopg.types.json import Jsonb

from workers.store.sessions import Session, digest_of
from workers.store.sql import queries

_SQL = queries("consents")

LIFE = timedelta(minutes=10)
"""For the log-in at Xero, and once more for choosing an organisation."""

PATIENCE = timedelta(hours=24)
"""After this, tokens of a consent that nobody finished are erased even if Xero was never told."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A consent that Xero has answered; ``verifier`` is encrypted."""

    connection_id: UUID
    another: bool
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a consent stands whose answer was not taken."""

    is_ours: bool
    is_used: bool
    is_expired: bool


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation of Xero that the user let us into."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What a user may choose from."""

    connection_id: UUID
    another: bool
    token_set_id: UUID
    organisations: Sequence[Organisation]


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A consent that nobody finished. ``overdue``: give up and erase its tokens."""

    digest: bytes
    token_set_id: UUID
    failures: int
    overdue: bool


def ask(
    conn: Connection,
    session: Session,
    state: str,
    connection_id: UUID,
    verifier: str,
    *,
    another: bool,
) -> None:
    """Remember that consent is asked for a connection; *verifier* is encrypted already."""
    conn.execute(
        _SQL["ask"],
        {
            "digest": digest_of(state),
            "session": session.digest,
            "connection_id": connection_id,
            "another": another,
            "verifier": verifier,
        },
    )


def spend(conn: Connection, session: Session, state: str) -> Asked | None:
    """Return the consent of *state* once, to the session that asked, in time."""
    values = {"digest": digest_of(state), "session": session.digest, "life": LIFE}
    with conn.cursor(row_factory=class_row(Asked)) as cursor:
        return cursor.execute(_SQL["spend"], values).fetchone()


def standing(conn: Connection, session: Session, state: str) -> Standing | None:
    """Return why *state* was not taken; None when nobody ever asked with it."""
    values = {"digest": digest_of(state), "session": session.digest, "life": LIFE}
    with conn.cursor(row_factory=class_row(Standing)) as cursor:
        return cursor.execute(_SQL["standing"], values).fetchone()


def grant(
    conn: Connection, state: str, token_set_id: UUID, organisations: Sequence[Organisation]
) -> None:
    """Keep what came of a consent until the user has chosen one of *organisations*."""
    listed = [{"id": str(each.id), "name": each.name} for each in organisations]
    conn.execute(
        _SQL["grant"],
        {
            "digest": digest_of(state),
            "token_set_id": token_set_id,
            "organisations": Jsonb(listed),
            "life": LIFE,
        },
    )


def choice(conn: Connection, session: Session, state: str) -> Choice | None:
    """Return what there is to choose, locked for this transaction; None when it is too late."""
    values = {"digest": digest_of(state), "session": session.digest}
    with conn.cursor(row_factory=kwargs_row(_choice)) as cursor:
        return cursor.execute(_SQL["choice"], values).fetchone()


def _choice(*, organisations: list[dict[str, str]], **row: Any) -> Choice:
    found = [Organisation(UUID(each["id"]), each["name"]) for each in organisations]
    return Choice(organisations=found, **row)


def finish(conn: Connection, state: str, token_set_id: UUID) -> None:
    """End a consent; tokens that no connection took are erased."""
    conn.execute(_SQL["finish"], {"digest": digest_of(state)})
    conn.execute(_SQL["erase_unused"], {"token_set_id": token_set_id})


def prune(conn: Connection) -> None:
    """Forget consents of another day; those that left tokens are ended first, by the fleet."""
    conn.execute(_SQL["prune"])


def claim_abandoned(conn: Connection, connection_id: UUID) -> list[Abandoned]:
    """Return the consents asked for a connection that nobody finished in time."""
    values = {"connection_id": connection_id, "patience": PATIENCE}
    with conn.cursor(row_factory=class_row(Abandoned)) as cursor:
        return cursor.execute(_SQL["claim_abandoned"], values).fetchall()


def end_later(conn: Connection, abandoned: Abandoned, delay: timedelta) -> None:
    """Try to end a consent again after *delay*."""
    conn.execute(_SQL["end_later"], {"digest": abandoned.digest, "delay": delay})


def forget(conn: Connection, abandoned: Abandoned) -> None:
    """Erase the tokens of a consent that has been ended, unless a connection lives by them."""
    conn.execute(_SQL["finish"], {"digest": abandoned.digest})
    conn.execute(_SQL["erase_unused"], {"token_set_id": abandoned.token_set_id})
