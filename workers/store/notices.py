"""Notices to people: what was said of each connection, what is on its way, and who wants silence.

What is said and the digests that say it are stored in one transaction, so that a process that dies
loses neither. All moments are the caller's clock's: a few seconds more or less do no harm here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row, kwargs_row
from psycopg.types.json import Jsonb

from workers.notices.saying import GAP, Look, Said
from workers.notices.usual import quiet_from
from workers.notices.wording import About, Digest
from workers.store import connections
from workers.store.sql import queries

SQL = queries("notices")

LEASE = timedelta(minutes=3)
"""Longer than sending takes with all its time-outs; after that another process sends it again."""

LONGEST_SILENCE = timedelta(days=90)
"""Somebody who is gone by then must not keep others from being told."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A connection of which something may be said now, and how it stands."""

    about: About
    look: Look
    said: Said


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A digest that is ours to send, as long as nobody has raised ``tries`` or ``revision``."""

    id: int
    connection_id: UUID
    channel: str
    message_id: UUID
    digest: Digest
    revision: int
    tries: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a connection's notices stand; every moment is UTC, None: never."""

    said: dict[str, Any]
    said_at: datetime | None
    flowed_at: datetime | None
    quiet_at: datetime | None
    silent_until: datetime | None
    silenced_by: str | None

    def is_silent(self, now: datetime) -> bool:
        """Whether somebody wants silence at *now*."""
        return self.silent_until is not None and self.silent_until > now


@dataclass(frozen=True, slots=True)
class Past:
    """A digest as people look at it."""

    channel: str
    subject: str
    created_at: datetime
    due_at: datetime
    tries: int
    last_error: str | None
    sent_at: datetime | None
    given_up_at: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """How sending by one way went in the last week; ``given_up`` of the last day."""

    channel: str
    waiting: int
    oldest: datetime | None
    given_up: int
    last_sent: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Unheard:
    """A way by which notices were given up within a day and none was sent since."""

    channel: str
    given_up: int
    last_error: str | None


def note_flow(conn: Connection, now: datetime) -> int:
    """Note the hours in which documents reached Xero; return for how many connections."""
    found = {row[0] for row in conn.execute(SQL["note_flow"], {"now": now})}
    for connection_id in found:
        hours = [
            row[0] for row in conn.execute(SQL["flow"], {"connection_id": connection_id}).fetchall()
        ]
        values = {"flowed_at": max(hours), "quiet_at": quiet_from(hours)}
        conn.execute(SQL["save_flow"], {"connection_id": connection_id, **values})
    return len(found)


def forget(conn: Connection, now: datetime) -> None:
    """Delete what nobody looks at any more."""
    conn.execute(SQL["forget"], {"now": now})


def candidates(conn: Connection, now: datetime) -> list[Candidate]:
    """Return connections of which something may have to be said."""
    with conn.cursor(row_factory=kwargs_row(_candidate)) as cursor:
        return cursor.execute(SQL["looks"], {"now": now, "gap": GAP}).fetchall()


def say(
    conn: Connection,
    found: Candidate,
    said: Said,
    digest: Digest,
    channels: Collection[str],
    now: datetime,
) -> bool:
    """Put *digest* on its way; False when something was said or silenced meanwhile."""
    values = {"connection_id": found.about.id, "now": now}
    conn.execute(SQL["stand"], values)
    change = {"said": Jsonb(said.stored()), "before": Jsonb(found.said.stored()), "gap": GAP}
    if not conn.execute(SQL["say"], values | change).rowcount:
        return False
    for channel in channels:
        words = {"channel": channel, "subject": digest.subject, "body": digest.body}
        conn.execute(SQL["put"], values | words)
    return True


def remember(conn: Connection, found: Candidate, said: Said) -> None:
    """Note what still holds of what was said, without a word."""
    change = {"said": Jsonb(said.stored()), "before": Jsonb(found.said.stored())}
    conn.execute(SQL["remember"], {"connection_id": found.about.id, **change})


def claim(conn: Connection, channels: Collection[str], now: datetime) -> Outgoing | None:
    """Return a digest to be sent now by one of *channels*, if there is one."""
    values = {"channels": list(channels), "now": now, "lease": LEASE}
    with conn.cursor(row_factory=kwargs_row(_outgoing)) as cursor:
        return cursor.execute(SQL["claim"], values).fetchone()


def sent(conn: Connection, one: Outgoing, now: datetime) -> None:
    """It was sent."""
    conn.execute(SQL["sent"], _held(one, now))


def later(conn: Connection, one: Outgoing, now: datetime, delay: timedelta, cause: str) -> None:
    """It could not be sent because of *cause*; again after *delay*."""
    conn.execute(SQL["later"], {**_held(one, now), "delay": delay, "cause": cause})


def give_up(conn: Connection, one: Outgoing, now: datetime, cause: str) -> None:
    """It could not be sent too often. If nobody was told by another way, it is said anew."""
    row = conn.execute(SQL["give_up"], {**_held(one, now), "cause": cause}).fetchone()
    if row is not None:
        conn.execute(SQL["unsaid"], {"connection_id": row[0], "created_at": row[1]})


def silence(
    conn: Connection, connection_id: UUID, until: datetime, who: str, now: datetime
) -> None:
    """Say nothing of a connection until *until* (UTC). Raises ValueError if that is too far."""
    if not now < until <= now + LONGEST_SILENCE:
        raise ValueError(
            f"{until:%Y-%m-%d %H:%M} UTC is not within {LONGEST_SILENCE.days} days from now"
        )
    values = {"connection_id": connection_id, "until": until, "who": who}
    conn.execute(SQL["silence"], values)
    details = {"until": f"{until:%Y-%m-%d %H:%M} UTC"}
    connections.audit(conn, who, "notices silenced", connection_id, details=details)


def resume(conn: Connection, connection_id: UUID, who: str) -> bool:
    """Say again what there is to say; False when nobody had asked for silence."""
    if not conn.execute(SQL["resume"], {"connection_id": connection_id}).rowcount:
        return False
    connections.audit(conn, who, "notices resumed", connection_id)
    return True


def standing(conn: Connection, connection_id: UUID) -> Standing:
    """Return how the notices of a connection stand."""
    with conn.cursor(row_factory=class_row(Standing)) as cursor:
        found = cursor.execute(SQL["standing"], {"connection_id": connection_id}).fetchone()
    return found or Standing({}, None, None, None, None, None)


def last(conn: Connection, connection_id: UUID, most: int) -> list[Past]:
    """Return the last digests of a connection, the newest first."""
    with conn.cursor(row_factory=class_row(Past)) as cursor:
        values = {"connection_id": connection_id, "most": most}
        return cursor.execute(SQL["last"], values).fetchall()


def health(conn: Connection) -> list[Health]:
    """Return how sending goes, by way."""
    with conn.cursor(row_factory=class_row(Health)) as cursor:
        return cursor.execute(SQL["health"]).fetchall()


def unheard(conn: Connection) -> list[Unheard]:
    """Return the ways by which notices do not reach people."""
    with conn.cursor(row_factory=class_row(Unheard)) as cursor:
        return cursor.execute(SQL["unheard"]).fetchall()


def _held(one: Outgoing, now: datetime) -> dict[str, object]:
    return {"id": one.id, "revision": one.revision, "tries": one.tries, "now": now}


def _outgoing(*, subject: str, body: str, **row: Any) -> Outgoing:
    return Outgoing(digest=Digest(subject, body), **row)


def _candidate(
    *,
    id: UUID,  # noqa: A002  as the column is called
    account: str,
    client_id: int | None,
    lost: bool,
    needs: Mapping[str, Any],
    said: Mapping[str, Any],
    flowed_at: datetime | None,
    is_late: bool,
) -> Candidate:
    counts = {code: int(count) for code, count in needs.items()}
    look = Look(counts, lost, flowed_at, is_late)
    return Candidate(About(id, account, client_id), look, Said.of(said))
