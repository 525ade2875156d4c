"""Backfills: what was counted, how far each has come, and what people decide about them.

A worker has one for two minutes. What it read counts only while the backfill is still its own, so
that pausing, cancelling and a dead worker's successor are never overwritten.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import kwargs_row
from psycopg.types.json import Jsonb

from schemas.exports import Kind
from workers.store import connections
from workers.store.sql import queries

SQL = queries("backfills")


@dataclass(frozen=True, slots=True)
class Backfill:
    """One backfill; times in UTC. ``totals`` are those of fresh documents by currency; ``place``:
    which reading of Mintsoft's list, its next page, what was new in it so far.
    """

    id: int
    connection_id: UUID
    since: datetime
    until: datetime
    state: str
    paused: bool
    place: tuple[int, int, int]
    looked: int
    fresh: int
    known: int
    others: int
    early: int
    unreadable: int
    totals: Mapping[str, Decimal]
    brought: int
    failures: int
    last_error: str | None
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    lease_until: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor cancelled."""
        return self.finished_at is None

    @property
    def is_busy(self) -> bool:
        """Whether there is something to do by itself."""
        return self.state in ("counting", "running") and not self.paused

    @property
    def size(self) -> int:
        """Documents of the span, as counted."""
        return self.fresh + self.known + self.others + self.unreadable


@dataclass(frozen=True, slots=True)
class Counted:
    """What one page came to; ``totals`` of its fresh documents by currency."""

    looked: int = 0
    fresh: int = 0
    known: int = 0
    others: int = 0
    early: int = 0
    unreadable: int = 0
    brought: int = 0
    totals: Mapping[str, Decimal] = field(default_factory=dict)


def start(conn: Connection, connection_id: UUID, since: datetime, until: datetime, who: str) -> int:
    """Begin to count what was despatched from *since* to before *until* (UTC); return its id.

    Raises psycopg.errors.UniqueViolation while another one is open, CheckViolation when the span
    is empty or lies ahead.
    """
    values = {"connection_id": connection_id, "since": since, "until": until, "who": who}
    row = conn.execute(SQL["start"], values).fetchone()
    assert row is not None
    details = {"since": since.date().isoformat(), "until": row[1].isoformat(timespec="minutes")}
    connections.audit(conn, who, "backfill started", connection_id, details=details)
    number: int = row[0]
    return number


def latest(conn: Connection, connection_id: UUID) -> Backfill | None:
    """Return the backfill that was begun last, if there was one."""
    return _one(conn, "latest", connection_id)


def claim(conn: Connection, connection_id: UUID) -> Backfill | None:
    """Return the backfill that has something to do, now ours for two minutes."""
    return _one(conn, "claim", connection_id)


def due(conn: Connection) -> list[UUID]:
    """Return the connections whose backfill has something to do and nobody at it."""
    return [row[0] for row in conn.execute(SQL["due"])]


def hold(conn: Connection, backfill: Backfill) -> bool:
    """Return whether it is still ours, and lock it for this transaction."""
    values = {"id": backfill.id, "lease_until": backfill.lease_until, "state": backfill.state}
    return conn.execute(SQL["held"], values).rowcount == 1


def see(conn: Connection, backfill: Backfill, ids: Collection[int]) -> set[int]:
    """Remember the documents *ids* and return those not met before in this phase."""
    values = {"id": backfill.id, "ids": sorted(ids)}
    return {row[0] for row in conn.execute(SQL["see"], values)}


def record(
    conn: Connection, backfill: Backfill, page: Counted, next_place: tuple[int, int, int] | None
) -> None:
    """Write down what a page came to, and where to go on; None: this phase is over."""
    reading, number, news = next_place or backfill.place
    totals = {
        name: backfill.totals.get(name, Decimal(0)) + page.totals.get(name, Decimal(0))
        for name in {**backfill.totals, **page.totals}
    }
    values = {
        **{name: getattr(page, name) for name in _COUNTS},
        "id": backfill.id,
        "reading": reading,
        "page": number,
        "news": news,
        "totals": Jsonb({name: str(total) for name, total in totals.items()}),
    }
    conn.execute(SQL["record"], values)
    if next_place is None:
        state = "counted" if backfill.state == "counting" else "done"
        conn.execute(SQL["finish"], {"id": backfill.id, "state": state})
        conn.execute(SQL["forget"], {"id": backfill.id})


_COUNTS = ("looked", "fresh", "known", "others", "early", "unreadable", "brought")


def later(
    conn: Connection,
    backfill: Backfill,
    delay: timedelta,
    why: str,
    *,
    failed: bool = False,
    pause: bool = False,
) -> None:
    """Let it go on after *delay*; with *pause* only once somebody resumes it."""
    values = {"id": backfill.id, "lease_until": backfill.lease_until, "delay": delay, "why": why}
    conn.execute(SQL["later"], values | {"failed": int(failed), "pause": pause})


ACTS = {
    "go": "backfill begun",
    "pause": "backfill paused",
    "resume": "backfill resumed",
    "cancel": "backfill cancelled",
}
"""What people decide about a backfill, and what the audit trail calls it."""


def decide(conn: Connection, connection_id: UUID, act: str, who: str) -> bool:
    """Do one of ``ACTS`` with the open backfill; False when it can't be done as it stands."""
    if not conn.execute(SQL[act], {"connection_id": connection_id}).rowcount:
        return False
    connections.audit(conn, who, ACTS[act], connection_id)
    if act == "cancel" and (found := latest(conn, connection_id)) is not None:
        conn.execute(SQL["forget"], {"id": found.id})
    return True


def in_ledger(conn: Connection, account: str, kind: Kind, ids: Collection[int]) -> set[int]:
    """Return which documents are in the ledger already."""
    values = {"account": account, "kind": kind.value, "ids": sorted(ids)}
    return {row[0] for row in conn.execute(SQL["in_ledger"], values)}


def waiting(conn: Connection, connection_id: UUID, limit: int) -> int:
    """Return how many documents wait to be sent or are being sent, counted up to *limit*."""
    values = {"connection_id": connection_id, "limit": limit}
    row = conn.execute(SQL["waiting"], values).fetchone()
    return row[0] if row else 0


def _one(conn: Connection, query: str, connection_id: UUID) -> Backfill | None:
    with conn.cursor(row_factory=kwargs_row(_backfill)) as cursor:
        return cursor.execute(SQL[query], {"connection_id": connection_id}).fetchone()


def _backfill(
    *, reading: int, page: int, news: int, totals: Mapping[str, str], **row: Any
) -> Backfill:
    sums = {name: Decimal(total) for name, total in totals.items()}
    return Backfill(place=(reading, page, news), totals=sums, **row)
