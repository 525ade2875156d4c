"""Messages that could not be read: looked at, published again, or discarded for good.

A message stays as it came whatever is done with it: a replay that somebody changed is a row of
its own, so that it can always be told who published what.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from workers.store import connections
from workers.store.sql import queries

SQL = queries("parked")

LOOKED_AT = 20_000
"""Messages among which one page looks for a text: some tens of milliseconds; then it says so."""

LOOK = timedelta(hours=1)
"""Somebody who looks at a message again within this is not written down again."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A message, whole, as RabbitMQ handed it over; ``code`` and ``reason`` say what is wrong."""

    id: int
    routing_key: str
    content_type: str | None
    headers: dict[str, Any]
    body: bytes
    code: str
    reason: str
    parked_at: datetime
    replayed_at: datetime | None
    replayed_by: str | None
    discarded_at: datetime | None
    discarded_by: str | None
    discard_reason: str | None

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided about it yet."""
        return self.replayed_at is None and self.discarded_at is None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which messages to list; ``below`` an id is the next page, ``page`` its size."""

    code: str | None = None
    text: str | None = None
    below: int | None = None
    settled_too: bool = False
    page: int = 50


@dataclass(frozen=True, slots=True)
class Heading:
    """A message in a list: all but what is in it; ``size`` in bytes."""

    id: int
    routing_key: str
    code: str
    reason: str
    size: int
    parked_at: datetime
    replayed_at: datetime | None
    replayed_by: str | None
    discarded_at: datetime | None
    discarded_by: str | None


@dataclass(frozen=True, slots=True)
class Replay:
    """A message was published again; ``routing_key`` and ``body`` None: as it came."""

    at: datetime
    who: str
    routing_key: str | None
    body: bytes | None


def listed(conn: Connection, *, page: int, settled_too: bool = False) -> list[Parked]:
    """Return parked messages, the newest first."""
    values = {"page": page, "settled_too": settled_too}
    with conn.cursor(row_factory=class_row(Parked)) as cursor:
        return cursor.execute(SQL["list"], values).fetchall()


def headings(conn: Connection, wanted: Filter) -> list[Heading]:
    """Return one page of messages without their bodies, the newest first.

    A text is looked for among :data:`LOOKED_AT` of them; :func:`looked_to` says how far that was.
    """
    with conn.cursor(row_factory=class_row(Heading)) as cursor:
        return cursor.execute(SQL["headings"], _values(wanted), prepare=False).fetchall()


def looked_to(conn: Connection, wanted: Filter) -> int | None:
    """Return the last message among which a text was looked for, None when it was among all."""
    if wanted.text is None:
        return None
    row = conn.execute(SQL["lowest"], _values(wanted), prepare=False).fetchone()
    return row[0] if row else None


def _values(wanted: Filter) -> dict[str, object]:
    values = {name: getattr(wanted, name) for name in Filter.__slots__}
    return values | {"looked_at": LOOKED_AT}


def counts(conn: Connection) -> dict[str, int]:
    """Return how many messages wait for a person, by what is wrong, the most first."""
    return dict(conn.execute(SQL["counts"]).fetchall())


def find(conn: Connection, ids: Sequence[int]) -> list[Parked]:
    """Return the messages of *ids* that there are, oldest first."""
    with conn.cursor(row_factory=class_row(Parked)) as cursor:
        return cursor.execute(SQL["find"], {"ids": list(ids)}).fetchall()


def open_ids(conn: Connection, code: str | None = None, most: int | None = None) -> list[int]:
    """Return the messages that nobody has decided about, oldest first; all or those of a code."""
    return [row[0] for row in conn.execute(SQL["open_ids"], {"code": code, "most": most})]


def replays(conn: Connection, parked_id: int) -> list[Replay]:
    """Return how a message was published again, oldest first."""
    with conn.cursor(row_factory=class_row(Replay)) as cursor:
        return cursor.execute(SQL["replays"], {"id": parked_id}).fetchall()


def replayed(
    conn: Connection,
    ids: Sequence[int],
    who: str,
    *,
    routing_key: str | None = None,
    body: bytes | None = None,
) -> None:
    """Write down that messages were published again, one perhaps with what was changed."""
    changed = {"routing_key": routing_key, "body": body}
    conn.execute(SQL["replayed"], {"ids": list(ids), "who": who, **changed})
    names = [name for name, value in changed.items() if value is not None]
    for each in ids:
        details = {"parked": each, "changed": ", ".join(names)}
        connections.audit(conn, who, "parked message replayed", details=details)


def discard(conn: Connection, ids: Sequence[int], who: str, why: str) -> list[int]:
    """Decide that messages are of no use; return those about which nobody had decided."""
    values = {"ids": list(ids), "who": who, "why": why}
    done = sorted(row[0] for row in conn.execute(SQL["discard"], values))
    for each in done:
        details = {"parked": each, "why": why}
        connections.audit(conn, who, "parked message discarded", details=details)
    return done


def looked_at(conn: Connection, parked_id: int, who: str) -> None:
    """Write down who has seen a message's body: it may hold names and addresses."""
    values = {"who": who, "id": str(parked_id), "lately": LOOK}
    if conn.execute(SQL["seen_lately"], values).fetchone() is None:
        connections.audit(conn, who, "parked message opened", details={"parked": parked_id})
