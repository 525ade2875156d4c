"""The calls an organisation may still make, counted in PostgreSQL by the server's clock.

``lock`` comes first in a transaction: from then on until its end nobody else decides for this
organisation. The functions count and note; what is allowed is decided in workers.xero.budget.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from workers.store.sql import queries

APP = UUID(int=0)
"""Stands for all organisations of the app together."""

_SQL = queries("budgets")
_Row = TypeVar("_Row", "Day", "Usage", "Started")


@dataclass(frozen=True, slots=True)
class Day:
    """What has been used today (UTC) and what closes the organisation, if anything does."""

    day_used: int
    day_remaining: int | None
    blocked_until: datetime | None
    blocked_by: str | None


@dataclass(frozen=True, slots=True)
class Usage:
    """What the server sees at ``now``; ``fills_window`` is when the oldest call of a full window
    was answered."""

    now: datetime
    fills_window: datetime | None
    under_way: int
    app_blocked_until: datetime | None
    app_blocked_by: str | None


@dataclass(frozen=True, slots=True)
class Started:
    """A call under way, begun by the server's clock."""

    id: int
    started_at: datetime


def lock(conn: psycopg.Connection, tenant_id: UUID) -> Day:
    """Lock the organisation's budget until the end of the transaction."""
    return _one(conn, Day, "lock", tenant=tenant_id)


def usage(conn: psycopg.Connection, tenant_id: UUID, window: timedelta, limit: int) -> Usage:
    """Return how full the window of *limit* calls is. Call ``lock`` first."""
    return _one(conn, Usage, "usage", tenant=tenant_id, window=window, limit=limit, app=APP)


def today(conn: psycopg.Connection, tenant_id: UUID) -> tuple[Day, datetime]:
    """Return what was used today, without a lock, and the server's time."""
    row = conn.execute(_SQL["today"], {"tenant": tenant_id}).fetchone()
    assert row is not None, "today always gives a row"
    return Day(row[0], row[1], None, None), row[2]


def begin(conn: psycopg.Connection, tenant_id: UUID, purpose: str, lease: timedelta) -> Started:
    """Note a call as under way; it ends by itself when *lease* is over."""
    return _one(conn, Started, "begin", tenant=tenant_id, purpose=purpose, lease=lease)


def forget(conn: psycopg.Connection, tenant_id: UUID, window: timedelta) -> None:
    """Delete old rows of an organisation."""
    conn.execute(_SQL["forget"], {"tenant": tenant_id, "window": window})


def learn(conn: psycopg.Connection, tenant_id: UUID, day_remaining: int | None) -> None:
    """Lock the organisation's budget and take over what Xero says is left of the day."""
    conn.execute(_SQL["learn"], {"tenant": tenant_id, "day_remaining": day_remaining})


def block(conn: psycopg.Connection, tenant_id: UUID, wait: timedelta, problem: str) -> None:
    """Allow no call for *wait* from now; ``APP`` closes all organisations."""
    conn.execute(_SQL["block"], {"tenant": tenant_id, "wait": wait, "problem": problem})


def finish(conn: psycopg.Connection, call_id: int) -> None:
    """Note that a call is over. One that was forgotten meanwhile is no error."""
    conn.execute(_SQL["finish"], {"call": call_id})


def _one(conn: psycopg.Connection, kind: type[_Row], query: str, **values: object) -> _Row:
    with conn.cursor(row_factory=class_row(kind)) as cursor:
        row = cursor.execute(_SQL[query], values).fetchone()
    assert row is not None, f"{query} always gives a row"
    return row
